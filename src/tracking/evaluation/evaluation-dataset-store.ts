import { createHash } from 'node:crypto'
import { SluiceError } from '../../base/errors.ts'
import { randomHex } from '../../base/ids.ts'
import { canonicalJson } from '../../base/json.ts'
import type { Tables } from '../../database/database.ts'
import type { Page } from '../entities.ts'
import { experimentId, experimentNumber, findActiveExperiment } from '../experiment-store.ts'
import { checkAdoptedId, checkLength, checkMaxResults, invalidValue, limits } from '../limits.ts'
import type { TrackingContext } from '../run-store.ts'
import { decodePageToken, encodePageToken } from '../search/page-token.ts'
import { pieces } from '../tables.ts'
import { storableText } from '../traces/trace-rows.ts'
import {
  extendedSchema,
  mergedRecord,
  userOf,
  type DatasetSchema,
  type EvaluationDataset,
  type EvaluationRecord,
  type GivenRecord,
} from './evaluation-dataset.ts'
import { evaluationTables, type DatasetRow } from './evaluation-tables.ts'

/** A data set of another store, under the id and time it had there. */
interface AdoptedDataset extends NewDataset {
  readonly datasetId: string
  readonly createdMs: number
}

interface NewDataset {
  readonly name: string
  readonly experimentIds?: readonly string[]
  /** `mlflow.user` among them says who made it. */
  readonly tags?: Readonly<Record<string, string>>
}

/** Evaluation data sets and their records. Each call is one transaction; an unknown data set throws `not-found`. */
export interface EvaluationDatasetStore {
  create(dataset: NewDataset): Promise<EvaluationDataset>
  /** Takes over a data set without its records; false where there is one of that id. */
  adopt(dataset: AdoptedDataset): Promise<boolean>
  get(datasetId: string): Promise<EvaluationDataset>
  /** With its records; does nothing where there is none. */
  delete(datasetId: string): Promise<void>
  /** `null` leaves a tag as it is, as MLflow has it. */
  setTags(datasetId: string, tags: Readonly<Record<string, string | null>>): Promise<EvaluationDataset>
  deleteTag(datasetId: string, key: string): Promise<void>
  /** Adds records, or merges them into those with the same inputs. */
  upsert(datasetId: string, records: readonly GivenRecord[]): Promise<{ inserted: number; updated: number }>
  records(
    datasetId: string,
    page: { readonly maxResults: number; readonly pageToken?: string },
  ): Promise<Page<EvaluationRecord>>
  /** Gives how many there were. */
  deleteRecords(datasetId: string, recordIds: readonly string[]): Promise<number>
  addExperiments(datasetId: string, experimentIds: readonly string[]): Promise<EvaluationDataset>
  removeExperiments(datasetId: string, experimentIds: readonly string[]): Promise<EvaluationDataset>
}

const maxRecords = 1000
const maxRecordLength = 1_000_000
const recordsToken = 'evaluation records'

export function evaluationDatasetStore(context: TrackingContext): EvaluationDatasetStore {
  const { database, clock, random } = context
  const read = async (datasetId: string): Promise<EvaluationDataset> =>
    (await hydrateDatasets(database.read, [await findDataset(database.read, datasetId)]))[0]!
  const changed = async (datasetId: string, work: (tables: Tables) => Promise<void>): Promise<EvaluationDataset> => {
    await database.write(async (tables) => {
      await findDataset(tables, datasetId)
      await work(tables)
      await touch(tables, datasetId, { updated_ms: clock.now() })
    })
    return read(datasetId)
  }
  return {
    create: async (dataset) => {
      const datasetId = `d-${randomHex(random, 16)}`
      await database.write((tables) => insertDataset(tables, { ...dataset, datasetId, nowMs: clock.now() }))
      return read(datasetId)
    },
    adopt: ({ createdMs, ...dataset }) => {
      checkAdoptedId('dataset_id', dataset.datasetId)
      return database.write(async (tables) => {
        const known = evaluationTables(tables).selectFrom('evaluation_dataset').select('dataset_id')
        if ((await known.where('dataset_id', '=', dataset.datasetId).executeTakeFirst()) !== undefined) return false
        await insertDataset(tables, { ...dataset, nowMs: createdMs })
        return true
      })
    },
    get: read,
    delete: (datasetId) => database.write((tables) => deleteDataset(tables, datasetId)),
    // Its content, of which the digest tells, is as it was.
    setTags: async (datasetId, tags) => {
      await database.write(async (tables) => {
        await findDataset(tables, datasetId)
        await putTags(tables, datasetId, tags)
      })
      return read(datasetId)
    },
    deleteTag: (datasetId, key) =>
      database.write(async (tables) => {
        const tags = evaluationTables(tables).deleteFrom('evaluation_dataset_tag')
        await tags.where('dataset_id', '=', datasetId).where('key', '=', key).execute()
      }),
    upsert: (datasetId, records) => {
      for (const record of records) checkRecord(record)
      if (records.length > maxRecords) throw invalidValue('records', records.length, `At most ${maxRecords} a call.`)
      return database.write((tables) => upsertRecords(tables, { datasetId, records, context }))
    },
    records: (datasetId, page) => readRecords(database.read, datasetId, page),
    deleteRecords: (datasetId, recordIds) =>
      database.write((tables) => deleteRecords(tables, { datasetId, recordIds, nowMs: clock.now() })),
    addExperiments: (datasetId, ids) => changed(datasetId, (tables) => link(tables, datasetId, ids)),
    removeExperiments: (datasetId, ids) =>
      changed(datasetId, async (tables) => {
        const numbers = [...ids.map(experimentNumber), -1]
        const links = evaluationTables(tables).deleteFrom('evaluation_dataset_experiment')
        await links.where('dataset_id', '=', datasetId).where('experiment_id', 'in', numbers).execute()
      }),
  }
}

async function findDataset(tables: Tables, datasetId: string): Promise<DatasetRow> {
  const row = await evaluationTables(tables)
    .selectFrom('evaluation_dataset')
    .selectAll()
    .where('dataset_id', '=', datasetId)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new SluiceError('not-found', `Evaluation dataset with id '${datasetId.slice(0, 100)}' not found`)
}

async function insertDataset(
  tables: Tables,
  { name, tags = {}, experimentIds = [], datasetId, nowMs }: NewDataset & { datasetId: string; nowMs: number },
): Promise<void> {
  checkLength(name, 'name', limits.key)
  const user = userOf({ tags }) ?? null
  await evaluationTables(tables)
    .insertInto('evaluation_dataset')
    .values({
      dataset_id: datasetId,
      name,
      schema: '',
      created_by: user,
      updated_by: user,
      created_ms: nowMs,
      updated_ms: nowMs,
    })
    .execute()
  await putTags(tables, datasetId, tags)
  await link(tables, datasetId, experimentIds)
}

async function putTags(
  tables: Tables,
  datasetId: string,
  tags: Readonly<Record<string, string | null>>,
): Promise<void> {
  for (const [key, value] of Object.entries(tags)) {
    if (value === null) continue
    checkLength(key, 'key', limits.key)
    const row = { dataset_id: datasetId, key, value: storableText(value, limits.runTagValue) }
    await evaluationTables(tables)
      .insertInto('evaluation_dataset_tag')
      .values(row)
      .onConflict((conflict) => conflict.columns(['dataset_id', 'key']).doUpdateSet({ value: row.value }))
      .execute()
  }
}

async function link(tables: Tables, datasetId: string, ids: readonly string[]): Promise<void> {
  for (const id of new Set(ids)) {
    const { experiment_id } = await findActiveExperiment(tables, id)
    await evaluationTables(tables)
      .insertInto('evaluation_dataset_experiment')
      .values({ dataset_id: datasetId, experiment_id })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

async function touch(tables: Tables, datasetId: string, changes: Partial<DatasetRow>): Promise<void> {
  await evaluationTables(tables)
    .updateTable('evaluation_dataset')
    .set(changes)
    .where('dataset_id', '=', datasetId)
    .execute()
}

async function deleteDataset(tables: Tables, datasetId: string): Promise<void> {
  const store = evaluationTables(tables)
  for (const table of [
    'evaluation_record',
    'evaluation_dataset_tag',
    'evaluation_dataset_experiment',
    'evaluation_dataset',
  ] as const) {
    await store.deleteFrom(table).where('dataset_id', '=', datasetId).execute()
  }
}

function checkRecord(record: GivenRecord): void {
  const { length } = JSON.stringify(record)
  if (length > maxRecordLength) {
    throw new SluiceError(
      'limit-exceeded',
      `A record is ${length} characters of JSON; at most ${maxRecordLength} are kept.`,
    )
  }
}

interface Upsert {
  readonly datasetId: string
  readonly records: readonly GivenRecord[]
  readonly context: TrackingContext
}

async function upsertRecords(
  tables: Tables,
  { datasetId, records, context: { clock, random } }: Upsert,
): Promise<{ inserted: number; updated: number }> {
  const dataset = await findDataset(tables, datasetId)
  const nowMs = clock.now()
  const counts = { inserted: 0, updated: 0 }
  for (const record of records) {
    const digest = createHash('sha256').update(canonicalJson(record.inputs)).digest('hex')
    const known = await recordOf(tables, datasetId, digest)
    if (known !== undefined) {
      await storeRecord(tables, mergedRecord(known, record, nowMs))
      counts.updated++
      continue
    }
    const user = userOf(record)
    const { inputs, outputs, expectations, tags, source } = record
    const fresh: EvaluationRecord = {
      recordId: `dr-${randomHex(random, 16)}`,
      datasetId,
      inputs,
      ...(outputs !== undefined && { outputs }),
      ...(expectations !== undefined && { expectations }),
      ...(tags !== undefined && { tags }),
      ...(source !== undefined && { source }),
      ...(user !== undefined && { createdBy: user, updatedBy: user }),
      createdMs: nowMs,
      updatedMs: nowMs,
    }
    await evaluationTables(tables)
      .insertInto('evaluation_record')
      .values({
        record_id: fresh.recordId,
        dataset_id: datasetId,
        input_digest: digest,
        content: JSON.stringify(fresh),
        created_ms: nowMs,
      })
      .execute()
    counts.inserted++
  }
  const schema = extendedSchema(schemaOf(dataset), records)
  const user = records.map(userOf).findLast((found) => found !== undefined)
  const by = user === undefined ? {} : { updated_by: user }
  await touch(tables, datasetId, { schema: JSON.stringify(schema), updated_ms: nowMs, ...by })
  return counts
}

function schemaOf({ schema }: DatasetRow): DatasetSchema | undefined {
  return schema === '' ? undefined : (JSON.parse(schema) as DatasetSchema)
}

async function recordOf(tables: Tables, datasetId: string, digest: string): Promise<EvaluationRecord | undefined> {
  const row = await evaluationTables(tables)
    .selectFrom('evaluation_record')
    .select('content')
    .where('dataset_id', '=', datasetId)
    .where('input_digest', '=', digest)
    .executeTakeFirst()
  return row === undefined ? undefined : (JSON.parse(row.content) as EvaluationRecord)
}

async function storeRecord(tables: Tables, record: EvaluationRecord): Promise<void> {
  await evaluationTables(tables)
    .updateTable('evaluation_record')
    .set({ content: JSON.stringify(record) })
    .where('record_id', '=', record.recordId)
    .execute()
}

async function readRecords(
  tables: Tables,
  datasetId: string,
  { maxResults, pageToken }: { readonly maxResults: number; readonly pageToken?: string },
): Promise<Page<EvaluationRecord>> {
  checkMaxResults(maxResults, 50_000)
  await findDataset(tables, datasetId)
  const fingerprint = `${recordsToken} ${datasetId}`
  const after = decodePageToken(pageToken, fingerprint, () => ['number', 'string'])
  let query = evaluationTables(tables)
    .selectFrom('evaluation_record')
    .select(['record_id', 'created_ms', 'content'])
    .where('dataset_id', '=', datasetId)
    .orderBy('created_ms')
    .orderBy('record_id')
    .limit(maxResults + 1)
  if (after !== undefined) {
    const [createdMs, recordId] = after as readonly [number, string]
    query = query.where((eb) =>
      eb.or([
        eb('created_ms', '>', createdMs),
        eb.and([eb('created_ms', '=', createdMs), eb('record_id', '>', recordId)]),
      ]),
    )
  }
  const rows = await query.execute()
  const shown = rows.slice(0, maxResults)
  const items = shown.map(({ content }) => JSON.parse(content) as EvaluationRecord)
  if (rows.length <= maxResults) return { items }
  const last = shown.at(-1)!
  return { items, nextPageToken: encodePageToken(fingerprint, [last.created_ms, last.record_id]) }
}

async function deleteRecords(
  tables: Tables,
  { datasetId, recordIds, nowMs }: { datasetId: string; recordIds: readonly string[]; nowMs: number },
): Promise<number> {
  await findDataset(tables, datasetId)
  let deleted = 0
  for (const piece of pieces(recordIds)) {
    const { numDeletedRows } = await evaluationTables(tables)
      .deleteFrom('evaluation_record')
      .where('dataset_id', '=', datasetId)
      .where('record_id', 'in', piece)
      .executeTakeFirst()
    deleted += Number(numDeletedRows)
  }
  if (deleted > 0) await touch(tables, datasetId, { updated_ms: nowMs })
  return deleted
}

/** Rows as data sets in the same order, with tags, experiments and how many records they have. */
export async function hydrateDatasets(
  tables: Tables,
  rows: readonly DatasetRow[],
): Promise<readonly EvaluationDataset[]> {
  const ids = rows.map((row) => row.dataset_id)
  const tags = new Map<string, [string, string][]>(ids.map((id) => [id, []]))
  const experiments = new Map<string, string[]>(ids.map((id) => [id, []]))
  const counts = new Map<string, number>()
  const store = evaluationTables(tables)
  for (const piece of pieces(ids)) {
    const tagged = store.selectFrom('evaluation_dataset_tag').selectAll().where('dataset_id', 'in', piece)
    for (const row of await tagged.orderBy('key').execute()) tags.get(row.dataset_id)?.push([row.key, row.value])
    const linked = store.selectFrom('evaluation_dataset_experiment').selectAll().where('dataset_id', 'in', piece)
    for (const row of await linked.orderBy('experiment_id').execute()) {
      experiments.get(row.dataset_id)?.push(experimentId(row.experiment_id))
    }
    const counted = await store
      .selectFrom('evaluation_record')
      .select(({ fn }) => ['dataset_id', fn.countAll<number | string>().as('count')])
      .where('dataset_id', 'in', piece)
      .groupBy('dataset_id')
      .execute()
    for (const row of counted) counts.set(row.dataset_id, Number(row.count))
  }
  return rows.map((row) => {
    const schema = schemaOf(row)
    return {
      datasetId: row.dataset_id,
      name: row.name,
      digest: createHash('sha256').update(`${row.name}:${row.updated_ms}`).digest('hex').slice(0, 8),
      recordCount: counts.get(row.dataset_id) ?? 0,
      tags: Object.fromEntries(tags.get(row.dataset_id) ?? []),
      experimentIds: experiments.get(row.dataset_id) ?? [],
      createdMs: row.created_ms,
      updatedMs: row.updated_ms,
      ...(schema !== undefined && { schema }),
      ...(row.created_by !== null && { createdBy: row.created_by }),
      ...(row.updated_by !== null && { updatedBy: row.updated_by }),
    }
  })
}
