import { randomHex } from '../base/ids.ts'
import { silentLog } from '../base/log.ts'
import { join } from 'node:path'
import type { EndpointKeys } from '../access/endpoint-keys.ts'
import { packageRoot, packageVersion } from '../config.ts'
import { DeploymentMeter } from '../cost/deployment-meter.ts'
import { KeptPackages } from '../packaging/kept-packages.ts'
import { packagingService, type PackagingService } from '../packaging/packaging-service.ts'
import { describeEndpoint } from '../protocols/azureml-scoring/swagger.ts'
import { describeModel } from '../protocols/open-inference/model-tensors.ts'
import { findOnnxRuntime } from '../serving/onnx/onnx-runtime.ts'
import type { CollectedPayloads } from '../serving/payloads/collected-payloads.ts'
import { servingService, type ServingService } from '../serving/serving-service.ts'
import type { Opened, OpenServerOptions } from './server-options.ts'
import { servedMinutes, type ServedMinutes } from '../serving/observe/served-minutes.ts'
import type { ServingObservation } from './observe-serving.ts'
import type { Store } from './open-store.ts'
import { machineVariables } from './machine-variables.ts'
import { reachPoint } from './reach-point.ts'

interface ServingParts {
  readonly store: Store
  readonly keys: EndpointKeys
  readonly observation: ServingObservation
  readonly payloads: CollectedPayloads
  readonly minutes: ServedMinutes
}

/** What answers: endpoints with their workers. */
export function openServing(
  options: OpenServerOptions,
  { store, keys, observation, payloads, minutes }: ServingParts,
): ServingService {
  const { settings, log = silentLog } = options
  const onnxRuntime = findOnnxRuntime(packageRoot())
  const place = modelPlace(options, store)
  const noProxy = place.variables['NO_PROXY'] ?? place.variables['no_proxy']
  return servingService({
    ...store,
    ...place,
    variablesOf: (revision) => payloads.variablesOf(revision, noProxy),
    keys,
    folder: join(settings.data, 'serving'),
    random: Math.random,
    ...(onnxRuntime !== undefined && { onnxRuntime }),
    observers: [...observation.observers, payloads.observe, minutes.observer],
    metrics: observation.metrics,
    warn: (message) => log.write('warn', message),
    reach: reachPoint(options.environment['SLUICE_CRASH_AT']),
  })
}

/** What deployments answered, minute by minute, for monitors. */
export function openMinutes(
  { log = silentLog }: OpenServerOptions,
  { store: { database, clock, random }, closing }: { readonly store: Store; readonly closing: Opened['closing'] },
): ServedMinutes {
  const minutes = servedMinutes({
    ...{ database, clock },
    part: randomHex(random, 4),
    warn: (message) => log.write('warn', message),
  })
  closing.unshift(() => minutes.close())
  return minutes
}

/** What writes down what deployments use. */
export function openMeter(
  { log = silentLog }: OpenServerOptions,
  {
    store: { database, clock },
    serving,
    closing,
  }: { readonly store: Store; readonly serving: ServingService; readonly closing: Opened['closing'] },
): DeploymentMeter {
  const meter = new DeploymentMeter({
    ...{ database, clock },
    measure: () => serving.measure(),
    warn: (message) => log.write('warn', message),
  })
  closing.unshift(() => meter.close())
  return meter
}

/** Packages that are made for whoever comes for them. */
export async function openKeptPackages(
  { settings }: OpenServerOptions,
  { packaging, clock }: { readonly packaging: PackagingService; readonly clock: Store['clock'] },
): Promise<KeptPackages> {
  const kept = new KeptPackages({ folder: join(settings.data, 'packages'), packaging, clock })
  await kept.removeLeftovers()
  return kept
}

/** What leaves: models as packages, images and ONNX files. */
export function openPackaging(options: OpenServerOptions, store: Store): PackagingService {
  return packagingService({
    ...store,
    ...modelPlace(options, store),
    folder: join(options.settings.data, 'packaging'),
    packageSource: join(packageRoot(), 'python', 'package'),
    marker: `packaging-${process.pid}`,
    version: packageVersion(),
    describe: (name, metadata, version) =>
      describeEndpoint({ name, basePath: '/', ...(metadata !== undefined && { metadata }) }, version),
    describeTensors: (called, model) => describeModel(model, called),
  })
}

/** Where models, their files and what loads them come from. */
function modelPlace({ environment }: OpenServerOptions, { registry, artifacts, content }: Store) {
  return {
    contents: content,
    models: {
      resolve: (reference: string) => registry.resolve(reference),
      materialise: (path: string) => artifacts.materialise(path),
    },
    pythonSource: join(packageRoot(), 'python', 'src'),
    variables: machineVariables(environment),
  }
}
