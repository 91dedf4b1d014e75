import { sql, type RawBuilder } from 'kysely'
import { SluiceError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import type { ExperimentId, RunId } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import { appendToUri, artifactFolder } from './artifact-locations.ts'
import type { RunStatus, Tag } from './entities.ts'
import { experimentId, experimentNumber, experimentNumbers, findByName, insertExperiment } from './experiment-store.ts'
import { checkedRunTag } from './limits.ts'
import { hydrateRuns } from './run-rows.ts'
import { runNameTag } from './run-store.ts'
import { pieces, trackingTables } from './tables.ts'

/**
 * The runs of jobs, written by the engine in ITS transactions, so that a job and its run agree after any crash. Each
 * call is a handful of statements, also for 1,000 runs. The run's id is the job's name.
 */
export interface JobRuns {
  /** The experiment of that name, made where there is none. Throws `invalid-request` when it is deleted. */
  ensureExperiment(tables: Tables, name: string): Promise<ExperimentId>
  createRuns(tables: Tables, runs: readonly NewJobRun[]): Promise<void>
  /** The run is under way (again): RUNNING, without an end. */
  startRuns(tables: Tables, starts: readonly { readonly runId: RunId; readonly startMs: number }[]): Promise<void>
  finishRuns(tables: Tables, ends: readonly RunEnd[]): Promise<void>
  /** Sets tags of a run, in the place of those of the same name. */
  tagRun(tables: Tables, runId: RunId, tags: Readonly<Record<string, string>>): Promise<void>
  /** Removes tags of a run; those it has not are no mistake. */
  untagRun(tables: Tables, runId: RunId, keys: readonly string[]): Promise<void>
  /**
   * Gives each `to` what was logged to `from`: metrics with their histories, params, tags, inputs and outputs. What
   * `to` already has stays, and so do the tags that say who it is. Artifacts are named by the artifact store.
   */
  copyRuns(tables: Tables, pairs: readonly { readonly from: RunId; readonly to: RunId }[]): Promise<void>
  /** What runs logged: the latest value of each metric, and params. Runs that are not there are absent. */
  logged(tables: Tables, runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, Logged>>
  /** The artifact store's folder of each run, in the order of the ids; absent for artifacts kept elsewhere. */
  artifactFolders(tables: Tables, runIds: readonly RunId[]): Promise<readonly (string | undefined)[]>
}

export interface Logged {
  readonly metrics: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, string>>
}

export interface NewJobRun {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly runName: string
  readonly userId: string
  readonly startMs: number
  /** The run of the pipeline job that this one is a step of. */
  readonly parentRunId?: RunId
  /** Default: SCHEDULED. */
  readonly status?: RunStatus
  readonly tags?: readonly Tag[]
}

interface RunEnd {
  readonly runId: RunId
  readonly status: RunStatus
  readonly endMs: number
}

/** By it MLflow's clients, and the runs of steps, name the run that they are under. */
export const parentTag = 'mlflow.parentRunId'
const identityTags = [runNameTag, parentTag, 'mlflow.user']

export function jobRuns({ clock }: { readonly clock: Clock }): JobRuns {
  return {
    ensureExperiment: (tables, name) => ensureExperiment(tables, name, clock.now()),
    createRuns,
    startRuns,
    finishRuns,
    tagRun,
    untagRun,
    copyRuns,
    artifactFolders,
    logged,
  }
}

async function logged(tables: Tables, runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, Logged>> {
  const found = new Map<RunId, Logged>()
  for (const piece of pieces(runIds)) {
    const rows = await trackingTables(tables).selectFrom('run').selectAll().where('run_id', 'in', piece).execute()
    for (const { info, metrics, params } of await hydrateRuns(tables, rows))
      found.set(info.runId, {
        metrics: Object.fromEntries(metrics.map(({ key, value }) => [key, value])),
        params: Object.fromEntries(params.map(({ key, value }) => [key, value])),
      })
  }
  return found
}

async function ensureExperiment(tables: Tables, name: string, atMs: number): Promise<ExperimentId> {
  const existing = await findByName(tables, name)
  if (existing === undefined) return insertExperiment(tables, { name }, atMs)
  if (existing.deleted_ms === null) return experimentId(existing.experiment_id)
  throw new SluiceError('invalid-request', `The experiment "${name}" is deleted (id ${existing.experiment_id}).`, {
    hint: 'Restore it, or name another one with experiment_name.',
  })
}

async function createRuns(tables: Tables, runs: readonly NewJobRun[]): Promise<void> {
  const tracking = trackingTables(tables)
  const locations = await artifactLocations(tables, runs)
  for (const piece of pieces(runs)) {
    const rows = piece.map((run) => ({
      run_id: run.runId,
      experiment_id: experimentNumber(run.experimentId),
      run_name: run.runName,
      user_id: run.userId,
      status: run.status ?? 'SCHEDULED',
      start_ms: run.startMs,
      end_ms: null,
      artifact_uri: appendToUri(locations.get(run.experimentId)!, run.runId, 'artifacts'),
      is_job: 1,
      deleted_ms: null,
    }))
    await tracking.insertInto('run').values(rows).execute()
  }
  for (const piece of pieces(runs.flatMap(tagRows), 2000)) {
    await tracking.insertInto('run_tag').values(piece).execute()
  }
}

async function artifactLocations(tables: Tables, runs: readonly NewJobRun[]): Promise<ReadonlyMap<string, string>> {
  if (runs.length === 0) return new Map()
  const rows = await trackingTables(tables)
    .selectFrom('experiment')
    .select(['experiment_id', 'artifact_location'])
    .where('experiment_id', 'in', experimentNumbers([...new Set(runs.map((run) => run.experimentId))]))
    .execute()
  const locations = new Map(rows.map((row) => [String(row.experiment_id), row.artifact_location]))
  const unknown = runs.find((run) => !locations.has(run.experimentId))
  if (unknown === undefined) return locations
  throw new SluiceError('not-found', `No Experiment with id=${unknown.experimentId} exists`)
}

function tagRows(run: NewJobRun): { run_id: string; key: string; value: string }[] {
  const tags = new Map((run.tags ?? []).map((tag) => checkedRunTag(tag)).map(({ key, value }) => [key, value]))
  tags.set(runNameTag, run.runName)
  tags.set('mlflow.user', run.userId)
  if (run.parentRunId !== undefined) tags.set(parentTag, run.parentRunId)
  return [...tags].map(([key, value]) => ({ run_id: run.runId, key, value }))
}

async function startRuns(
  tables: Tables,
  starts: readonly { readonly runId: RunId; readonly startMs: number }[],
): Promise<void> {
  for (const piece of pieces(starts)) {
    const rows = valueRows(piece.map(({ runId, startMs }) => sql`${runId}, cast(${startMs} as bigint)`))
    await sql`
      with started (run_id, start_ms) as (${rows})
      update run set status = 'RUNNING', start_ms = started.start_ms, end_ms = null
      from started where run.run_id = started.run_id
    `.execute(tables)
  }
}

async function finishRuns(tables: Tables, ends: readonly RunEnd[]): Promise<void> {
  for (const piece of pieces(ends)) {
    const rows = valueRows(piece.map(({ runId, status, endMs }) => sql`${runId}, ${status}, cast(${endMs} as bigint)`))
    await sql`
      with ended (run_id, status, end_ms) as (${rows})
      update run set status = ended.status, end_ms = ended.end_ms
      from ended where run.run_id = ended.run_id
    `.execute(tables)
  }
}

async function tagRun(tables: Tables, runId: RunId, tags: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ run_id: runId, ...checkedRunTag({ key, value }) }))
  await trackingTables(tables)
    .insertInto('run_tag')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    )
    .execute()
}

async function untagRun(tables: Tables, runId: RunId, keys: readonly string[]): Promise<void> {
  await trackingTables(tables).deleteFrom('run_tag').where('run_id', '=', runId).where('key', 'in', keys).execute()
}

function valueRows(rows: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`values ${sql.join(rows.map((row) => sql`(${row})`))}`
}

async function copyRuns(tables: Tables, pairs: readonly { readonly from: RunId; readonly to: RunId }[]): Promise<void> {
  for (const piece of pieces(pairs)) {
    const pair = sql`with pair (source, target) as (${valueRows(piece.map(({ from, to }) => sql`${from}, ${to}`))})`
    const copies = [
      copyOf(pair, 'metric', ['key', 'timestamp_ms', 'step', 'value', 'is_nan']),
      copyOf(pair, 'param', ['key', 'value']),
      copyOf(pair, 'run_tag', ['key', 'value'], sql`original.key not in (${sql.join(identityTags)})`),
      copyOf(pair, 'run_model_input', ['model_id']),
      copyOf(pair, 'run_model_output', ['model_id', 'step']),
      latestMetricCopy(pair),
      ...datasetCopies(pair),
    ]
    // Sequential: one connection, and a dataset's input must stand before its tags.
    for (const copy of copies) await copy.execute(tables)
  }
}

/** Copies the rows of a table from run to run; rows that the target has already stay as they are. */
function copyOf(
  pair: RawBuilder<unknown>,
  ...[table, columns, where = sql`1 = 1`]: [string, readonly string[], RawBuilder<unknown>?]
): RawBuilder<unknown> {
  const into = sql.join(columns.map((column) => sql.ref(column)))
  const from = sql.join(columns.map((column) => sql.ref(`original.${column}`)))
  return sql`${pair} insert into ${sql.table(table)} (run_id, ${into})
    select pair.target, ${from} from pair join ${sql.table(table)} as original on original.run_id = pair.source
    where ${where} on conflict do nothing`
}

/** The target may lie in another experiment than the source. */
function latestMetricCopy(pair: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${pair} insert into latest_metric (run_id, experiment_id, key, value, is_nan, step, timestamp_ms)
    select pair.target, run.experiment_id, original.key, original.value, original.is_nan, original.step,
      original.timestamp_ms
    from pair join run on run.run_id = pair.target join latest_metric as original on original.run_id = pair.source
    where 1 = 1 on conflict do nothing`
}

/** Datasets belong to an experiment: where the target's lacks one, it gets its own row, named after the first. */
function datasetCopies(pair: RawBuilder<unknown>): readonly RawBuilder<unknown>[] {
  const inputs = sql`from pair
    join run on run.run_id = pair.target
    join run_dataset as original on original.run_id = pair.source
    join dataset on dataset.dataset_id = original.dataset_id`
  const twin = sql`join dataset as twin on twin.experiment_id = run.experiment_id
    and twin.name = dataset.name and twin.digest = dataset.digest`
  return [
    sql`${pair} insert into dataset (dataset_id, experiment_id, name, digest, source_type, source, schema, profile)
      select distinct dataset.dataset_id || '-' || run.experiment_id, run.experiment_id, dataset.name, dataset.digest,
        dataset.source_type, dataset.source, dataset.schema, dataset.profile
      ${inputs} where dataset.experiment_id <> run.experiment_id on conflict do nothing`,
    sql`${pair} insert into run_dataset (run_id, dataset_id, position)
      select pair.target, twin.dataset_id, original.position ${inputs} ${twin}
      where 1 = 1 on conflict do nothing`,
    sql`${pair} insert into run_dataset_tag (run_id, dataset_id, key, value)
      select pair.target, twin.dataset_id, tag.key, tag.value ${inputs} ${twin}
      join run_dataset_tag as tag on tag.run_id = pair.source and tag.dataset_id = original.dataset_id
      where 1 = 1 on conflict do nothing`,
  ]
}

async function artifactFolders(tables: Tables, runIds: readonly RunId[]): Promise<readonly (string | undefined)[]> {
  const folders = new Map<string, string | undefined>()
  for (const piece of pieces(runIds)) {
    const rows = await trackingTables(tables)
      .selectFrom('run')
      .select(['run_id', 'artifact_uri'])
      .where('run_id', 'in', piece)
      .execute()
    for (const row of rows) folders.set(row.run_id, artifactFolder(row.artifact_uri))
  }
  return runIds.map((runId) => folders.get(runId))
}
