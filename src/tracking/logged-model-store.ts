import { SluiceError } from '../base/errors.ts'
import { newRunName, randomHex, type RunId } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import { appendToUri } from './artifact-locations.ts'
import type { LoggedModel, LoggedModelMetric, LoggedModelStatus, Param, Tag } from './entities.ts'
import { experimentId, findActiveExperiment } from './experiment-store.ts'
import { checkAdoptedId, checkedPair, limits, modelNotFound } from './limits.ts'
import { metricOf } from './run-rows.ts'
import type { TrackingContext } from './run-store.ts'
import { pieces, trackingTables, type TrackingTables } from './tables.ts'

interface NewLoggedModel {
  readonly experimentId: string
  /** Absent: made up. */
  readonly name?: string
  readonly modelType?: string
  readonly sourceRunId?: string
  readonly params?: readonly Param[]
  readonly tags?: readonly Tag[]
}

/** A logged model of another store, taken over under its own id. */
interface AdoptedLoggedModel {
  readonly modelId: string
  readonly experimentId: string
  readonly name: string
  readonly modelType: string
  readonly sourceRunId: string
  readonly status: LoggedModelStatus
  readonly createdMs: number
  readonly updatedMs: number
}

/** Models as they were logged, before anyone registers them: MLflow 3's `m-...`, with an artifact folder of their own. */
export interface LoggedModelStore {
  /** Starts PENDING; the client uploads the files and then finalizes. */
  create(model: NewLoggedModel): Promise<LoggedModel>
  /** Like `adopt` of runs. */
  adopt(model: AdoptedLoggedModel): Promise<boolean>
  /** Throws `not-found`, also for a deleted one unless `deletedToo`. */
  get(modelId: string, options?: { readonly deletedToo?: boolean }): Promise<LoggedModel>
  finalize(modelId: string, status: LoggedModelStatus): Promise<LoggedModel>
  delete(modelId: string): Promise<void>
  logParams(modelId: string, params: readonly Param[]): Promise<void>
  setTags(modelId: string, tags: readonly Tag[]): Promise<void>
  /** Throws `not-found` where the tag is not set. */
  deleteTag(modelId: string, key: string): Promise<void>
}

export type LoggedModelRow = TrackingTables['logged_model']

export function loggedModelStore({ database, clock, random }: TrackingContext): LoggedModelStore {
  const read = async (modelId: string, deletedToo = false) => {
    const row = await findModel(database.read, modelId)
    if (row.deleted_ms !== null && !deletedToo) throw modelNotFound(modelId)
    return (await hydrateModels(database.read, [row]))[0]!
  }
  return {
    create: async (model) => {
      checkModelName(model.name)
      const modelId = `m-${randomHex(random, 16)}`
      const name = model.name ?? newRunName(random)
      await database.write((tables) => insertModel(tables, { ...model, modelId, name, atMs: clock.now() }))
      return read(modelId)
    },
    adopt: (model) => database.write((tables) => adoptModel(tables, model)),
    get: (modelId, options) => read(modelId, options?.deletedToo),
    finalize: async (modelId, status) => {
      await database.write((tables) => changeModel(tables, modelId, { status, updated_ms: clock.now() }))
      return read(modelId, true)
    },
    delete: (modelId) =>
      database.write((tables) => changeModel(tables, modelId, { deleted_ms: clock.now(), updated_ms: clock.now() })),
    logParams: (modelId, params) => database.write((tables) => logModelParams(tables, modelId, params)),
    setTags: (modelId, tags) => database.write((tables) => setModelTags(tables, modelId, tags)),
    deleteTag: (modelId, key) => database.write((tables) => deleteModelTag(tables, modelId, key)),
  }
}

async function findModel(tables: Tables, modelId: string): Promise<LoggedModelRow> {
  const row = await trackingTables(tables)
    .selectFrom('logged_model')
    .selectAll()
    .where('model_id', '=', modelId)
    .executeTakeFirst()
  if (row === undefined) throw modelNotFound(modelId)
  return row
}

function checkModelName(name: string | undefined): void {
  if (name === undefined || (name !== '' && !/[/:.%"'\0]/.test(name))) return
  throw new SluiceError(
    'invalid-request',
    `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following ` +
      `characters: ('/', ':', '.', '%', '"', "'")`,
  )
}

async function insertModel(
  tables: Tables,
  model: NewLoggedModel & { readonly modelId: string; readonly name: string; readonly atMs: number },
): Promise<void> {
  const { modelId, experimentId: id, name, modelType = '', sourceRunId = '', atMs } = model
  const given = { modelId, experimentId: id, name, modelType, sourceRunId, createdMs: atMs, updatedMs: atMs }
  await putModel(tables, { ...given, status: 'PENDING' })
  await logModelParams(tables, model.modelId, model.params ?? [])
  await setModelTags(tables, model.modelId, model.tags ?? [])
}

async function putModel(tables: Tables, model: AdoptedLoggedModel): Promise<void> {
  const experiment = await findActiveExperiment(tables, model.experimentId)
  await trackingTables(tables)
    .insertInto('logged_model')
    .values({
      model_id: model.modelId,
      experiment_id: experiment.experiment_id,
      name: model.name,
      artifact_uri: appendToUri(experiment.artifact_location, 'models', model.modelId, 'artifacts'),
      status: model.status,
      status_message: null,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      created_ms: model.createdMs,
      updated_ms: model.updatedMs,
      deleted_ms: null,
    })
    .execute()
}

async function adoptModel(tables: Tables, model: AdoptedLoggedModel): Promise<boolean> {
  checkAdoptedId('model_id', model.modelId)
  checkModelName(model.name)
  const existing = await trackingTables(tables)
    .selectFrom('logged_model')
    .select('experiment_id')
    .where('model_id', '=', model.modelId)
    .executeTakeFirst()
  if (existing === undefined) await putModel(tables, model)
  else if (String(existing.experiment_id) !== model.experimentId) {
    throw new SluiceError(
      'already-exists',
      `Logged model ${model.modelId} is in experiment ${existing.experiment_id}, not in ${model.experimentId}.`,
    )
  }
  return existing === undefined
}

async function changeModel(tables: Tables, modelId: string, changes: Partial<LoggedModelRow>): Promise<void> {
  await findModel(tables, modelId)
  await trackingTables(tables).updateTable('logged_model').set(changes).where('model_id', '=', modelId).execute()
}

/** The same param again takes the new value: a model's params have no other writer than its own client. */
async function logModelParams(tables: Tables, modelId: string, params: readonly Param[]): Promise<void> {
  const checked = params.map((param, index) => checkedPair(param, `params[${index}]`, limits.paramValue))
  await putPairs(tables, 'logged_model_param', { modelId, pairs: checked })
}

async function setModelTags(tables: Tables, modelId: string, tags: readonly Tag[]): Promise<void> {
  const checked = tags.map((tag, index) => checkedPair(tag, `tags[${index}]`, limits.runTagValue))
  await putPairs(tables, 'logged_model_tag', { modelId, pairs: checked })
}

async function putPairs(
  tables: Tables,
  table: 'logged_model_param' | 'logged_model_tag',
  { modelId, pairs }: { readonly modelId: string; readonly pairs: readonly (Param | Tag)[] },
): Promise<void> {
  await findModel(tables, modelId)
  const values = new Map(pairs.map(({ key, value }) => [key, value]))
  const rows = [...values].map(([key, value]) => ({ model_id: modelId, key, value }))
  for (const piece of pieces(rows)) {
    await trackingTables(tables)
      .insertInto(table)
      .values(piece)
      .onConflict((conflict) =>
        conflict.columns(['model_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
      )
      .execute()
  }
}

async function deleteModelTag(tables: Tables, modelId: string, key: string): Promise<void> {
  await findModel(tables, modelId)
  const { numDeletedRows } = await trackingTables(tables)
    .deleteFrom('logged_model_tag')
    .where('model_id', '=', modelId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (numDeletedRows > 0n) return
  throw new SluiceError('not-found', `No tag with key '${key}' found for model with ID '${modelId}'.`)
}

/** Rows as logged models in the same order, with params, tags and all points of their metrics. */
export async function hydrateModels(tables: Tables, rows: readonly LoggedModelRow[]): Promise<readonly LoggedModel[]> {
  const models: LoggedModel[] = []
  for (const piece of pieces(rows)) {
    const ids = piece.map((row) => row.model_id)
    const params = await readPairs(tables, 'logged_model_param', ids)
    const tags = await readPairs(tables, 'logged_model_tag', ids)
    const metrics = await readMetrics(tables, ids)
    for (const row of piece) {
      const id = row.model_id
      models.push(loggedModel(row, { params: params.get(id), tags: tags.get(id), metrics: metrics.get(id) }))
    }
  }
  return models
}

function loggedModel(
  row: LoggedModelRow,
  { params = [], tags = [], metrics = [] }: { [Key in 'params' | 'tags' | 'metrics']: LoggedModel[Key] | undefined },
): LoggedModel {
  return {
    modelId: row.model_id,
    experimentId: experimentId(row.experiment_id),
    name: row.name,
    artifactUri: row.artifact_uri,
    status: row.status as LoggedModelStatus,
    ...(row.status_message !== null && { statusMessage: row.status_message }),
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    params,
    tags,
    metrics,
  }
}

async function readPairs(
  tables: Tables,
  table: 'logged_model_param' | 'logged_model_tag',
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly (Param | Tag)[]>> {
  const rows = await trackingTables(tables)
    .selectFrom(table)
    .select(['model_id', 'key', 'value'])
    .where('model_id', 'in', ids)
    .orderBy('model_id')
    .orderBy('key')
    .execute()
  const groups = new Map<string, (Param | Tag)[]>(ids.map((id) => [id, []]))
  for (const { model_id, key, value } of rows) groups.get(model_id)?.push({ key, value })
  return groups
}

async function readMetrics(
  tables: Tables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly LoggedModelMetric[]>> {
  const rows = await trackingTables(tables)
    .selectFrom('logged_model_metric')
    .selectAll()
    .where('model_id', 'in', ids)
    .orderBy('model_id')
    .orderBy('key')
    .orderBy('timestamp_ms')
    .orderBy('step')
    .execute()
  const groups = new Map<string, LoggedModelMetric[]>(ids.map((id) => [id, []]))
  for (const row of rows) {
    groups.get(row.model_id)?.push({
      ...metricOf(row),
      modelId: row.model_id,
      runId: row.run_id as RunId,
      ...(row.dataset_name !== '' && { datasetName: row.dataset_name }),
      ...(row.dataset_digest !== '' && { datasetDigest: row.dataset_digest }),
    })
  }
  return groups
}
