import { SluiceError } from '../base/errors.ts'
import type { Clock } from '../base/clock.ts'
import { toPythonJson } from '../base/python-json.ts'
import { newRunName, randomHex, type RandomBytes, type RunId } from '../base/ids.ts'
import { compiledStatement } from '../database/compiled-statement.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendToUri } from './artifact-locations.ts'
import type { LoggedMetric, Param, Run, RunInfo, RunStatus, Tag } from './entities.ts'
import { findActiveExperiment, type ExperimentRow } from './experiment-store.ts'
import {
  checkAdoptedId,
  checkBatchLimits,
  checkedPair,
  checkedParam,
  checkedRunTag,
  checkLength,
  checkMetric,
  invalidValue,
  limits,
} from './limits.ts'
import { logMetrics } from './metric-store.ts'
import { findActiveRun, findRun, hydrateRuns, runInfo, type RunRow } from './run-rows.ts'
import { trackingTables, type TrackingTables } from './tables.ts'

interface NewRun {
  /** Absent: the experiment "0". */
  readonly experimentId?: string
  readonly userId?: string
  /** Absent: made up, like "brave-harbor-17". */
  readonly runName?: string
  readonly startMs?: number
  readonly tags?: readonly Tag[]
}

/** A run of another store, taken over under its own id. */
interface AdoptedRun {
  readonly runId: string
  readonly experimentId: string
  readonly runName: string
  readonly userId: string
  readonly status: RunStatus
  readonly startMs: number
  readonly endMs?: number
}

interface RunUpdate {
  readonly status?: RunStatus
  readonly endMs?: number
  readonly runName?: string
}

interface LogBatch {
  readonly metrics?: readonly LoggedMetric[]
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
}

/**
 * Runs as clients write and read them. Everything that writes throws `not-found` for an unknown run and
 * `invalid-request` for a deleted one. A job's run keeps the job's status and end, whatever a client says: the client's
 * own exit handler often ends a run before its job is over (design.md 11.6).
 */
export interface RunStore {
  create(run: NewRun): Promise<Run>
  /**
   * Makes a run with an id, a status and times that it had elsewhere; what it logged is logged to it as to any other.
   * Resolves with false where it is there already. Throws `already-exists` when another experiment has a run of that id.
   */
  adopt(run: AdoptedRun): Promise<boolean>
  get(runId: string): Promise<Run>
  update(runId: string, update: RunUpdate): Promise<RunInfo>
  delete(runId: string): Promise<void>
  restore(runId: string): Promise<void>
  /** Params are written once: the same value again is fine, another one is `invalid-request`. */
  logParam(runId: string, param: Param): Promise<void>
  /** The tag `mlflow.runName` renames the run. */
  setTag(runId: string, tag: Tag): Promise<void>
  deleteTag(runId: string, key: string): Promise<void>
  /** All of it or nothing. */
  logBatch(runId: string, batch: LogBatch): Promise<void>
  /** Adds to the tag `mlflow.log-model.history`, as MLflow 2 clients ask after they stored a model. */
  recordModel(runId: string, modelJson: string): Promise<void>
}

export const runNameTag = 'mlflow.runName'
const modelHistoryTag = 'mlflow.log-model.history'

export interface TrackingContext {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
}

export function runStore({ database, clock, random }: TrackingContext): RunStore {
  return {
    create: async (run) => {
      const runId = randomHex(random, 16) as RunId
      return database.write((tables) => insertRun(tables, { ...run, runId, makeName: () => newRunName(random) }))
    },
    adopt: (run) => database.write((tables) => adoptRun(tables, run)),
    get: (runId) => readRun(database.read, runId),
    update: (runId, update) => database.write((tables) => updateRun(tables, runId, update)),
    delete: (runId) => database.write((tables) => setDeleted(tables, runId, clock.now())),
    restore: (runId) => database.write((tables) => setDeleted(tables, runId, null)),
    logParam: async (runId, param) => {
      const checked = checkedParam(param)
      return database.write(async (tables) => logParams(tables, await findActiveRun(tables, runId), [checked]))
    },
    setTag: async (runId, tag) => {
      const checked = checkedRunTag(tag)
      return database.write(async (tables) => setRunTags(tables, await findActiveRun(tables, runId), [checked]))
    },
    deleteTag: (runId, key) => database.write((tables) => deleteRunTag(tables, runId, key)),
    logBatch: async (runId, batch) => {
      const checked = checkedBatch(batch)
      return database.write((tables) => logBatch(tables, runId, checked))
    },
    recordModel: async (runId, modelJson) => {
      const entry = modelHistoryEntry(modelJson)
      return database.write((tables) => recordModel(tables, runId, entry))
    },
  }
}

function chosenName({ runName, tags }: NewRun): string | undefined {
  const fromTag = tags?.find((tag) => tag.key === runNameTag)?.value
  if (runName !== undefined && runName !== '' && fromTag !== undefined && fromTag !== '' && runName !== fromTag) {
    throw new SluiceError(
      'invalid-request',
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${runName}', mlflow.runName='${fromTag}').`,
    )
  }
  return [runName, fromTag].find((name) => name !== undefined && name !== '')
}

async function insertRun(
  tables: Tables,
  run: NewRun & { readonly runId: RunId; readonly makeName: () => string },
): Promise<Run> {
  const experiment = await findActiveExperiment(tables, run.experimentId ?? '0')
  const runName = chosenName(run) ?? run.makeName()
  const tags = new Map(
    (run.tags ?? []).map((tag, index) => checkedPair(tag, `tags[${index}]`, limits.runTagValue)).map(pair),
  )
  tags.set(runNameTag, runName)
  const info = { runId: run.runId, runName, userId: run.userId ?? '', startMs: run.startMs ?? 0 }
  return putRun(tables, { ...info, experiment, status: 'RUNNING', tags })
}

const insertRow = compiledStatement((tables, row: RunRow) => trackingTables(tables).insertInto('run').values(row))

const upsertTags = compiledStatement((tables, _first, rows: readonly TrackingTables['run_tag'][]) =>
  trackingTables(tables)
    .insertInto('run_tag')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
    ),
)

/** The row of a new run and its first tags; nothing else belongs to it yet. */
async function putRun(
  tables: Tables,
  run: Omit<AdoptedRun, 'experimentId'> & {
    readonly experiment: ExperimentRow
    readonly tags: ReadonlyMap<string, string>
  },
): Promise<Run> {
  checkLength(run.runName, 'run_name', limits.runTagValue)
  const row: RunRow = {
    run_id: run.runId,
    experiment_id: run.experiment.experiment_id,
    run_name: run.runName,
    user_id: run.userId,
    status: run.status,
    start_ms: run.startMs,
    end_ms: run.endMs ?? null,
    artifact_uri: appendToUri(run.experiment.artifact_location, run.runId, 'artifacts'),
    is_job: 0,
    deleted_ms: null,
  }
  await insertRow(tables, [row])
  await upsertTags(
    tables,
    [...run.tags].map(([key, value]) => ({ run_id: run.runId, key, value })),
  )
  const tags = [...run.tags].sort(([left], [right]) => byCodePoint(left, right)).map(([key, value]) => ({ key, value }))
  const nothing = { metrics: [], params: [], datasetInputs: [], modelInputs: [], modelOutputs: [] }
  return { ...nothing, info: runInfo(row), tags }
}

/** As both databases sort texts. */
function byCodePoint(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

async function adoptRun(tables: Tables, run: AdoptedRun): Promise<boolean> {
  checkAdoptedId('run_id', run.runId)
  const experiment = await findActiveExperiment(tables, run.experimentId)
  const existing = await trackingTables(tables)
    .selectFrom('run')
    .select('experiment_id')
    .where('run_id', '=', run.runId)
    .executeTakeFirst()
  if (existing !== undefined && existing.experiment_id !== experiment.experiment_id) {
    throw new SluiceError(
      'already-exists',
      `Run ${run.runId} is in experiment ${existing.experiment_id}, not in ${experiment.experiment_id}.`,
    )
  }
  if (existing === undefined) await putRun(tables, { ...run, experiment, tags: new Map([[runNameTag, run.runName]]) })
  return existing === undefined
}

function pair({ key, value }: Tag): readonly [string, string] {
  return [key, value]
}

async function readRun(tables: Tables, runId: string): Promise<Run> {
  return (await hydrateRuns(tables, [await findRun(tables, runId)]))[0]!
}

async function updateRun(tables: Tables, runId: string, { status, endMs, runName }: RunUpdate): Promise<RunInfo> {
  const row = await findActiveRun(tables, runId)
  const changes = {
    ...(status !== undefined && row.is_job === 0 && { status }),
    ...(endMs !== undefined && row.is_job === 0 && { end_ms: endMs }),
  }
  if (Object.keys(changes).length > 0) {
    await trackingTables(tables).updateTable('run').set(changes).where('run_id', '=', runId).execute()
  }
  if (runName === undefined || runName === '') return runInfo({ ...row, ...changes })
  checkLength(runName, 'run_name', limits.runTagValue)
  await setRunTags(tables, row, [{ key: runNameTag, value: runName }])
  return runInfo({ ...row, ...changes, run_name: runName })
}

async function setDeleted(tables: Tables, runId: string, deletedMs: number | null): Promise<void> {
  await findRun(tables, runId)
  await trackingTables(tables).updateTable('run').set({ deleted_ms: deletedMs }).where('run_id', '=', runId).execute()
}

type ParamRow = TrackingTables['param']

const selectParams = compiledStatement((tables, { run_id }, params: readonly Pick<ParamRow, 'run_id' | 'key'>[]) =>
  trackingTables(tables)
    .selectFrom('param')
    .select(['key', 'value'])
    .where('run_id', '=', run_id)
    .where(
      'key',
      'in',
      params.map(({ key }) => key),
    ),
)

const insertParams = compiledStatement((tables, _first, rows: readonly ParamRow[]) =>
  trackingTables(tables).insertInto('param').values(rows),
)

async function logParams(tables: Tables, run: RunRow, params: readonly Param[]): Promise<void> {
  if (params.length === 0) return
  const { rows: existing } = await selectParams(
    tables,
    params.map(({ key }) => ({ run_id: run.run_id, key })),
  )
  const known = new Map(existing.map(pair))
  const fresh = params.filter((param) => !known.has(param.key))
  const changed = params.find((param) => known.has(param.key) && known.get(param.key) !== param.value)
  if (changed !== undefined) {
    throw new SluiceError(
      'invalid-request',
      `Changing param values is not allowed. Param with key='${changed.key}' was already logged with ` +
        `value='${known.get(changed.key)}' for run ID='${run.run_id}'. Attempted logging new value '${changed.value}'.`,
    )
  }
  if (fresh.length === 0) return
  const rows = fresh.map(({ key, value }) => ({ run_id: run.run_id, key, value }))
  await insertParams(tables, rows)
}

async function setRunTags(tables: Tables, run: RunRow, tags: readonly Tag[]): Promise<void> {
  const values = new Map(tags.map(pair))
  const runName = values.get(runNameTag)
  if (runName === '') values.delete(runNameTag)
  if (values.size === 0) return
  await upsertTags(
    tables,
    [...values].map(([key, value]) => ({ run_id: run.run_id, key, value })),
  )
  if (runName !== undefined && runName !== '') {
    await trackingTables(tables)
      .updateTable('run')
      .set({ run_name: runName })
      .where('run_id', '=', run.run_id)
      .execute()
  }
}

async function deleteRunTag(tables: Tables, runId: string, key: string): Promise<void> {
  await findActiveRun(tables, runId)
  const { numDeletedRows } = await trackingTables(tables)
    .deleteFrom('run_tag')
    .where('run_id', '=', runId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new SluiceError('not-found', `No tag with name: ${key} in run with id ${runId}`)
}

function checkedBatch({ metrics = [], params = [], tags = [] }: LogBatch): Required<LogBatch> {
  metrics.forEach((metric, index) => checkMetric(metric, `metrics[${index}]`))
  const checked = {
    metrics,
    params: params.map((param, index) => checkedParam(param, `params[${index}]`)),
    tags: tags.map((tag, index) => checkedRunTag(tag, `tags[${index}]`)),
  }
  checkBatchLimits(checked)
  const keys = params.map((param) => param.key)
  const twice = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))]
  if (twice.length > 0) {
    throw new SluiceError(
      'invalid-request',
      `Duplicate parameter keys have been submitted: [${twice.map((key) => `'${key}'`).join(', ')}]. ` +
        'Please ensure the request contains only one param value per param key.',
    )
  }
  return checked
}

async function logBatch(tables: Tables, runId: string, batch: Required<LogBatch>): Promise<void> {
  const run = await findActiveRun(tables, runId)
  await logParams(tables, run, batch.params)
  await logMetrics(tables, run, batch.metrics)
  await setRunTags(tables, run, batch.tags)
}

function modelHistoryEntry(modelJson: string): object {
  let model: unknown
  try {
    model = JSON.parse(modelJson)
  } catch (cause) {
    const shown = modelJson.slice(0, 500)
    throw new SluiceError('invalid-request', `Malformed model info. \n ${shown} \n is not a valid JSON.`, { cause })
  }
  const given = typeof model === 'object' && model !== null ? (model as Record<string, unknown>) : {}
  const missing = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'].filter((field) => !(field in given))
  if (missing.length > 0) {
    const fields = missing.map((field) => `'${field}'`).join(', ')
    throw new SluiceError('invalid-request', `Model json is missing mandatory fields: {${fields}}`)
  }
  return withoutConfig(given)
}

/** What MLflow's history keeps of a model: what loading it needs is left out, so that it fits into a tag. */
function withoutConfig({ flavors, ...model }: Record<string, unknown>): object {
  if (typeof flavors !== 'object' || flavors === null)
    throw invalidValue('model_json', flavors, 'flavors is no object.')
  const shown = Object.entries(flavors).map(([name, flavor]) => {
    const { config: _config, ...rest } = (flavor ?? {}) as Record<string, unknown>
    return [name, rest]
  })
  const { run_id, artifact_path, utc_time_created, model_uuid = null } = model
  return { run_id, artifact_path, utc_time_created, model_uuid, flavors: Object.fromEntries(shown) as unknown }
}

async function recordModel(tables: Tables, runId: string, entry: object): Promise<void> {
  const run = await findActiveRun(tables, runId)
  const previous = await trackingTables(tables)
    .selectFrom('run_tag')
    .select('value')
    .where('run_id', '=', runId)
    .where('key', '=', modelHistoryTag)
    .executeTakeFirst()
  const entries = [...(previous === undefined ? [] : parsedList(previous.value)), entry]
  // Cut JSON could not be read again: the oldest entries give way instead.
  while (entries.length > 1 && toPythonJson(entries).length > limits.runTagValue) entries.shift()
  await setRunTags(tables, run, [{ key: modelHistoryTag, value: toPythonJson(entries) }])
}

function parsedList(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
