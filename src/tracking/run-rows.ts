import type { SelectQueryBuilder } from 'kysely'
import { SluiceError } from '../base/errors.ts'
import type { RunId } from '../base/ids.ts'
import { compiledStatement } from '../database/compiled-statement.ts'
import type { Tables } from '../database/database.ts'
import { isAmong, listParameter, type ListParameter } from '../database/list-parameter.ts'
import type { DatasetInput, Metric, Run, RunInfo, RunStatus, Tag } from './entities.ts'
import { experimentId } from './experiment-store.ts'
import { pieces, trackingTables, type TrackingTables } from './tables.ts'

export type RunRow = TrackingTables['run']

type OfRun = Pick<RunRow, 'run_id'>

const selectRun = compiledStatement((tables, { run_id }: OfRun) =>
  trackingTables(tables).selectFrom('run').selectAll().where('run_id', '=', run_id),
)

/** The run's row, deleted or not. Throws `not-found`. */
export async function findRun(tables: Tables, runId: string): Promise<RunRow> {
  const [row] = (await selectRun(tables, [{ run_id: runId }])).rows
  if (row !== undefined) return row
  throw new SluiceError('not-found', `Run with id=${runId} not found`)
}

/** Like `findRun`, and throws `invalid-request` for a deleted one: nothing is written to it. */
export async function findActiveRun(tables: Tables, runId: string): Promise<RunRow> {
  const row = await findRun(tables, runId)
  if (row.deleted_ms === null) return row
  throw new SluiceError(
    'invalid-request',
    `The run ${runId} must be in the 'active' state. Current state is deleted.`,
    { hint: 'Restore it first.' },
  )
}

export function runInfo(row: RunRow): RunInfo {
  return {
    runId: row.run_id as RunId,
    experimentId: experimentId(row.experiment_id),
    runName: row.run_name,
    userId: row.user_id,
    status: row.status as RunStatus,
    startMs: row.start_ms,
    ...(row.end_ms !== null && { endMs: row.end_ms }),
    artifactUri: row.artifact_uri,
    lifecycleStage: row.deleted_ms === null ? 'active' : 'deleted',
  }
}

/** A metric's value as it was logged; infinities stay the largest double, as MLflow answers them. */
export function metricOf(
  row: Pick<TrackingTables['metric'], 'key' | 'value' | 'is_nan' | 'timestamp_ms' | 'step'>,
): Metric {
  return {
    key: row.key,
    value: row.is_nan === 1 ? Number.NaN : row.value,
    timestampMs: row.timestamp_ms,
    step: row.step,
  }
}

/**
 * Rows as runs in the same order, with everything that belongs to them: six statements for 500 runs. A search shows no
 * model inputs, as in MLflow, and does not read them.
 */
export async function hydrateRuns(
  tables: Tables,
  rows: readonly RunRow[],
  { isSearch = false }: { readonly isSearch?: boolean } = {},
): Promise<readonly Run[]> {
  const runs: Run[] = []
  for (const piece of pieces(rows)) {
    const ids = listParameter(
      tables,
      piece.map((row) => row.run_id),
    )
    const ofRuns = [{ ids }]
    const params = byRun(await selectParams(tables, ofRuns), pairOf)
    const tags = byRun(await selectTags(tables, ofRuns), pairOf)
    const metrics = byRun(await selectLatestMetrics(tables, ofRuns), metricOf)
    const datasets = await readDatasetInputs(tables, ids)
    const modelInputs = isSearch
      ? new Map<string, never[]>()
      : byRun(await selectModelInputs(tables, ofRuns), ({ model_id }) => ({ modelId: model_id }))
    const modelOutputs = byRun(await selectModelOutputs(tables, ofRuns), ({ model_id, step }) => ({
      modelId: model_id,
      step,
    }))
    for (const row of piece) {
      runs.push({
        info: runInfo(row),
        metrics: metrics.get(row.run_id) ?? [],
        params: params.get(row.run_id) ?? [],
        tags: tags.get(row.run_id) ?? [],
        datasetInputs: datasets.get(row.run_id) ?? [],
        modelInputs: modelInputs.get(row.run_id) ?? [],
        modelOutputs: modelOutputs.get(row.run_id) ?? [],
      })
    }
  }
  return runs
}

function pairOf({ key, value }: Tag): Tag {
  return { key, value }
}

function grouped<Row, Item>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  let [last, group]: [string | undefined, Item[]] = [undefined, []]
  for (const row of rows) {
    const id = idOf(row)
    // Rows of one owner mostly lie together: comparing two ids costs less than looking one up.
    if (id !== last) {
      group = groups.get(id) ?? []
      groups.set(id, group)
      last = id
    }
    group.push(itemOf(row))
  }
  return groups
}

interface OfRuns {
  readonly ids: ListParameter
}

const selectParams = compiledStatement((tables, { ids }: OfRuns) => pairsOf(tables, 'param', ids))
const selectTags = compiledStatement((tables, { ids }: OfRuns) => pairsOf(tables, 'run_tag', ids))

function pairsOf(
  tables: Tables,
  table: 'param' | 'run_tag',
  ids: ListParameter,
): SelectQueryBuilder<TrackingTables, 'param' | 'run_tag', { run_id: string } & Tag> {
  return trackingTables(tables)
    .selectFrom(table)
    .select(['run_id', 'key', 'value'])
    .where(isAmong(tables, 'run_id', ids))
    .orderBy('run_id')
    .orderBy('key')
}

function byRun<Row extends OfRun, Item>(
  { rows }: { readonly rows: readonly Row[] },
  itemOf: (row: Row) => Item,
): ReadonlyMap<string, readonly Item[]> {
  return grouped(rows, (row) => row.run_id, itemOf)
}

const selectLatestMetrics = compiledStatement((tables, { ids }: OfRuns) =>
  trackingTables(tables)
    .selectFrom('latest_metric')
    .select(['run_id', 'key', 'value', 'is_nan', 'timestamp_ms', 'step'])
    .where(isAmong(tables, 'run_id', ids))
    .orderBy('run_id')
    .orderBy('key'),
)

const selectDatasetInputs = compiledStatement((tables, { ids }: OfRuns) =>
  trackingTables(tables)
    .selectFrom('run_dataset')
    .innerJoin('dataset', 'dataset.dataset_id', 'run_dataset.dataset_id')
    .selectAll('dataset')
    .select('run_dataset.run_id')
    .where(isAmong(tables, 'run_dataset.run_id', ids))
    .orderBy('run_dataset.run_id')
    .orderBy('run_dataset.position'),
)

async function readDatasetInputs(
  tables: Tables,
  ids: ListParameter,
): Promise<ReadonlyMap<string, readonly DatasetInput[]>> {
  const { rows } = await selectDatasetInputs(tables, [{ ids }])
  if (rows.length === 0) return new Map()
  const tagRows = await trackingTables(tables)
    .selectFrom('run_dataset_tag')
    .select(['run_id', 'dataset_id', 'key', 'value'])
    .where(isAmong(tables, 'run_id', ids))
    .orderBy('key')
    .execute()
  const inputId = (row: { readonly run_id: string; readonly dataset_id: string }) => `${row.run_id}/${row.dataset_id}`
  const tags = grouped(tagRows, inputId, pairOf)
  return byRun({ rows }, (row) => ({
    dataset: {
      name: row.name,
      digest: row.digest,
      sourceType: row.source_type,
      source: row.source,
      ...(row.schema !== null && { schema: row.schema }),
      ...(row.profile !== null && { profile: row.profile }),
    },
    tags: tags.get(inputId(row)) ?? [],
  }))
}

const selectModelInputs = compiledStatement((tables, { ids }: OfRuns) =>
  trackingTables(tables)
    .selectFrom('run_model_input')
    .select(['run_id', 'model_id'])
    .where(isAmong(tables, 'run_id', ids))
    .orderBy('model_id'),
)

const selectModelOutputs = compiledStatement((tables, { ids }: OfRuns) =>
  trackingTables(tables)
    .selectFrom('run_model_output')
    .select(['run_id', 'model_id', 'step'])
    .where(isAmong(tables, 'run_id', ids))
    .orderBy('step')
    .orderBy('model_id'),
)
