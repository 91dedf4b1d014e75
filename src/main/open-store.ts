import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { databaseArtifactStore } from '../artifacts/database-artifact-store.ts'
import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import { artifactUploads, type ArtifactUploads } from '../artifacts/artifact-uploads.ts'
import { databaseStatCache } from '../artifacts/stat-cache.ts'
import { contentStore, environmentBuilder } from '../adapters.ts'
import { EnvironmentBuilds } from '../environments/environment-builds.ts'
import type { Clock } from '../base/clock.ts'
import type { Environment } from '../config.ts'
import { messageOf, SluiceError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { type TableEngine, tableEngine } from '../data/table-engine.ts'
import { checkDatabase } from '../database/check-database.ts'
import type { StoreCheck } from '../protocols/rest/status-routes.ts'
import { allowAllChanges } from '../registry/change-policy.ts'
import { modelRegistry, type ModelRegistry } from '../registry/model-registry.ts'
import { trackedOrigins } from '../registry/tracked-origins.ts'
import { machineVariables } from './machine-variables.ts'
import { type Environments, recordedEnvironments } from './recorded-environments.ts'
import { storeAssets, type StoreAssets } from './store-assets.ts'
import type { TrackingContext } from '../tracking/run-store.ts'
import { trackingStore, type TrackingStore } from '../tracking/tracking-store.ts'
import type { Opened, OpenServerOptions } from './server-options.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** What is kept, part by part. */
export interface Store extends TrackingContext {
  /** The three that most parts are made from. */
  readonly context: TrackingContext
  readonly content: ContentStore
  readonly artifacts: ArtifactStore
  readonly uploads: ArtifactUploads
  readonly tracking: TrackingStore
  readonly environments: Environments
  /** Those of `environments`. */
  readonly builds: EnvironmentBuilds
  readonly registry: ModelRegistry
  readonly assets: StoreAssets
  /** Reads tables, in a process of its own. */
  readonly tables: TableEngine
  /** Called after every change of the registry, once it is durable. */
  readonly afterChange: (() => void)[]
}

/** What is kept: content, artifacts, runs, models, environments. */
export async function openStore(
  { settings, environment, log = silentLog }: OpenServerOptions,
  { database, closing }: Opened,
): Promise<Store> {
  const clock = systemClock
  const context = { database, clock, random: randomBytes }
  const statCache = databaseStatCache({ database, clock })
  const content = await contentStore({ folder: join(settings.data, 'content'), database, statCache, clock })
  closing.unshift(() => content.close())
  const artifacts = databaseArtifactStore({ database, content, clock })
  const uploads = artifactUploads({ ...context, content, artifacts })
  const tracking = trackingStore(context)
  const builder = await environmentBuilder({
    cacheFolder: settings.cache,
    baseEnvironment: environment,
    ...(settings.python !== undefined && { python: settings.python }),
    curated: settings.environmentAliases,
    log: (line) => log.write('info', line),
  })
  closing.unshift(() => builder.close())
  const builds = new EnvironmentBuilds(clock)
  const environments = recordedEnvironments(builder, builds)
  const origins = trackedOrigins(tracking)
  const afterChange: (() => void)[] = []
  const registryParts = {
    ...{ database, clock, policy: allowAllChanges, origins },
    afterChange: () => afterChange.forEach((call) => call()),
  }
  const registry = modelRegistry({ ...registryParts, artifacts })
  const assets = storeAssets({
    ...{ ...context, settings, log, content, artifacts, registry, registryParts },
    variables: { ...machineVariables(environment), ...sshAgent(environment) },
  })
  closing.unshift(() => assets.destinations.close())
  const tables = tableEngine({ folder: join(settings.data, 'tables') })
  closing.unshift(() => tables.close())
  return {
    ...{ ...context, context, content, artifacts, uploads, tracking },
    ...{ environments, builds, registry, assets, tables, afterChange },
  }
}

/** For `sluice doctor`: the whole database, a sample of the contents, and the environments. */
export async function checkStore(
  { database, content, environments }: Store,
  databaseText: string,
): Promise<readonly StoreCheck[]> {
  const check = async (name: string, look: () => Promise<string>): Promise<StoreCheck> => {
    try {
      return { name, isOk: true, detail: await look() }
    } catch (error) {
      return { name, isOk: false, detail: messageOf(error) }
    }
  }
  return [
    await check('database', async () => `${databaseText}: ${await checkDatabase(database)}`),
    await check('contents', async () => {
      const { checkedCount, damaged } = await content.checkSample(200)
      if (damaged.length === 0) return `${checkedCount} looked at, all whole`
      throw new SluiceError(
        'store-corrupt',
        `${damaged.length} of ${checkedCount} looked at are damaged (${damaged[0]!.slice(0, 12)}..); a step that needs such a result is run again`,
      )
    }),
    await check('environments', async () => {
      const { ready, broken } = await environments.count()
      if (broken === 0) return `${ready} ready`
      return `${ready} ready, ${broken} whose Python is gone; they are built again when they are needed`
    }),
  ]
}

/** Git's ssh asks the agent for keys; steps never see it. */
function sshAgent(environment: Environment): Record<string, string> {
  const socket = environment['SSH_AUTH_SOCK']
  return socket === undefined ? {} : { SSH_AUTH_SOCK: socket }
}
