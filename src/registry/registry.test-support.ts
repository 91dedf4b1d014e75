import { localPrincipal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { Database, Tables } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'
import { allowAllChanges, type ChangePolicy, type ModelChange } from './change-policy.ts'
import type { LoggedModelOrigin, ModelOrigins } from './model-origins.ts'
import { modelRegistry, type ModelRegistry } from './model-registry.ts'

export const by = localPrincipal
export const run = '0123456789abcdef0123456789abcdef'
export const runUri = `mlflow-artifacts:/7/${run}/artifacts`
export const otherRun = 'fedcba9876543210fedcba9876543210'
export const logged = `m-${'1'.repeat(32)}`
export const loggedUri = `mlflow-artifacts:/7/models/${logged}/artifacts`

/** A tracking side with two runs, one with local artifacts, one logged model, and artifacts where a test puts them. */
export interface RegistryLab {
  readonly registry: ModelRegistry
  readonly origins: ModelOrigins
  readonly database: Database
  /** What was noted on logged models: `m-...: name/version`. */
  readonly noted: string[]
  readonly files: Set<string>
  /** Events so far as `kind subject body`, oldest first. */
  events(): Promise<string[]>
  turnClock(byMs: number): void
  /** Registers `name` with `count` versions. */
  model(name: string, count: number): Promise<void>
}

const runs: Readonly<Record<string, string>> = {
  [run]: runUri,
  [otherRun]: `mlflow-artifacts:/7/${otherRun}/artifacts`,
  'local-run': 'file:///srv/mlruns/7/local-run/artifacts',
  's3-run': 's3://bucket/7/s3-run/artifacts',
  'hdfs-run': 'hdfs://namenode:9000/7/hdfs-run/artifacts',
}
const loggedModel: LoggedModelOrigin = { id: logged, artifactUri: loggedUri, sourceRunId: run }

/** A registry over an empty store. */
export function openRegistry(database: Database, policy: ChangePolicy = allowAllChanges): RegistryLab {
  let nowMs = 1_800_000_000_000
  const clock: Clock = { now: () => nowMs, after: () => () => undefined }
  const noted: string[] = []
  const files = new Set<string>()
  const origins: ModelOrigins = {
    runArtifactUri: (runId) => Promise.resolve(runs[runId]),
    loggedModel: (id) => Promise.resolve(id === logged ? loggedModel : undefined),
    loggedModelOfRun: (runId, name) => Promise.resolve(runId === run && name === 'model' ? loggedModel : undefined),
    noteRegistration: (_tables, id, version) => {
      noted.push(`${id}: ${version.name}/${version.version}`)
      return Promise.resolve()
    },
  }
  const artifacts = {
    list: (folder: string) =>
      Promise.resolve(
        [...files]
          .filter((path) => path.startsWith(`${folder}/`))
          .map((name) => ({ kind: 'file' as const, name, sizeBytes: 1 })),
      ),
    find: (path: string) =>
      files.has(path)
        ? Promise.resolve({ path, digest: '' as never, sizeBytes: 1, createdMs: 1 })
        : Promise.reject(new SluiceError('not-found', `No such artifact: '${path}'`)),
  }
  const registry = modelRegistry({ database, clock, policy, origins, artifacts })
  return {
    registry,
    origins,
    database,
    noted,
    files,
    async events() {
      const events = await readEvents(database.read, { after: 0, limit: 1000 })
      return events.map(({ kind, subject, body }) => `${kind} ${subject} ${JSON.stringify(body)}`)
    },
    turnClock(byMs) {
      nowMs += byMs
    },
    async model(name, count) {
      await registry.models.create({ name, by })
      for (let version = 1; version <= count; version++)
        await registry.versions.create({ name, source: `s3://models/${name}/${version}`, by })
    },
  }
}

/** A policy that refuses what `refuses` says, and keeps what it was asked. */
export function refusing(refuses: (change: ModelChange) => boolean): ChangePolicy & { readonly asked: ModelChange[] } {
  const asked: ModelChange[] = []
  return {
    asked,
    allow(_tables: Tables, change) {
      asked.push(change)
      return Promise.resolve(
        refuses(change)
          ? { isAllowed: false, reason: `The gate "four eyes" refuses to ${change.kind}.`, hint: 'Ask for a release.' }
          : { isAllowed: true },
      )
    },
  }
}
