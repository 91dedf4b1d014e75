import { join } from 'node:path'
import type { SecretBox } from '../access/secret-box.ts'
import { loadSigningKey } from '../access/signing-key.ts'
import { silentLog } from '../base/log.ts'
import { collectedPayloads, type CollectedPayloads } from '../serving/payloads/collected-payloads.ts'
import type { OpenServerOptions } from './server-options.ts'
import type { Store } from './open-store.ts'

/** What keeps the payloads of requests. */
export async function openPayloads(
  { settings, log = silentLog }: OpenServerOptions,
  { store, box, url }: { readonly store: Store; readonly box: SecretBox; readonly url: () => string },
): Promise<CollectedPayloads> {
  const { database, clock, content, assets, tables, context } = store
  return collectedPayloads({
    ...{ database, clock, content, tables, url },
    assets: assets.catalogue,
    datastores: assets.datastores,
    folder: join(settings.data, 'payloads'),
    random: Math.random,
    maskKey: await loadSigningKey({ box, ...context }, 'payload-collection'),
    warn: (message) => log.write('warn', message),
  })
}
