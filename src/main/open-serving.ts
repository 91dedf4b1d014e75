import { silentLog } from '../base/log.ts'
import { join } from 'node:path'
import type { EndpointKeys } from '../access/endpoint-keys.ts'
import { packageRoot } from '../config.ts'
import { servingService, type ServingService } from '../serving/serving-service.ts'
import type { OpenServerOptions } from './server-options.ts'
import type { Store } from './open-store.ts'
import { machineVariables } from './machine-variables.ts'

/** What answers: endpoints with their workers. */
export function openServing(
  { settings, environment, log = silentLog }: OpenServerOptions,
  { store, keys }: { readonly store: Store; readonly keys: EndpointKeys },
): ServingService {
  const { registry, artifacts } = store
  return servingService({
    ...store,
    contents: store.content,
    keys,
    models: { resolve: (reference) => registry.resolve(reference), materialise: (path) => artifacts.materialise(path) },
    folder: join(settings.data, 'serving'),
    pythonSource: join(packageRoot(), 'python', 'src'),
    variables: machineVariables(environment),
    random: Math.random,
    observers: [],
    warn: (message) => log.write('warn', message),
  })
}
