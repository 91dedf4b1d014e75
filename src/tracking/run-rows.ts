import type { SelectQueryBuilder } from 'kysely'
import { SluiceError } from '../base/errors.ts'
import type { RunId } from '../base/ids.ts'
import { compiledStatement } from '../database/compiled-statement.ts'
import type { Tables } from '../database/database.ts'
import type { DatasetInput, Metric, Run, RunInfo, RunStatus, Tag } from './entities.ts'
import { experimentId } from './experiment-store.ts'
import { pieces, rowsPerStatement, trackingTables, type TrackingTables } from './tables.ts'

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
    const params = byRun(await selectParams(tables, piece), pairOf)
    const tags = byRun(await selectTags(tables, piece), pairOf)
    const metrics = byRun(await selectLatestMetrics(tables, piece), metricOf)
    const datasets = await readDatasetInputs(tables, piece)
    const modelInputs = isSearch
      ? new Map<string, never[]>()
      : byRun(await selectModelInputs(tables, piece), ({ model_id }) => ({ modelId: model_id }))
    const modelOutputs = byRun(await selectModelOutputs(tables, piece), ({ model_id, step }) => ({
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
  for (const row of rows) {
    const id = idOf(row)
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [itemOf(row)])
    else group.push(itemOf(row))
  }
  return groups
}

const selectParams = compiledStatement((tables, _first, runs: readonly OfRun[]) => pairsOf(tables, 'param', runs), {
  keptSize: rowsPerStatement,
})
const selectTags = compiledStatement((tables, _first, runs: readonly OfRun[]) => pairsOf(tables, 'run_tag', runs), {
  keptSize: rowsPerStatement,
})

function pairsOf(
  tables: Tables,
  table: 'param' | 'run_tag',
  runs: readonly OfRun[],
): SelectQueryBuilder<TrackingTables, 'param' | 'run_tag', { run_id: string } & Tag> {
  return trackingTables(tables)
    .selectFrom(table)
    .select(['run_id', 'key', 'value'])
    .where('run_id', 'in', idsOf(runs))
    .orderBy('run_id')
    .orderBy('key')
}

function idsOf(runs: readonly OfRun[]): readonly string[] {
  return runs.map((run) => run.run_id)
}

function byRun<Row extends OfRun, Item>(
  { rows }: { readonly rows: readonly Row[] },
  itemOf: (row: Row) => Item,
): ReadonlyMap<string, readonly Item[]> {
  return grouped(rows, (row) => row.run_id, itemOf)
}

const selectLatestMetrics = compiledStatement(
  (tables, _first, runs: readonly OfRun[]) =>
    trackingTables(tables)
      .selectFrom('latest_metric')
      .select(['run_id', 'key', 'value', 'is_nan', 'timestamp_ms', 'step'])
      .where('run_id', 'in', idsOf(runs))
      .orderBy('run_id')
      .orderBy('key'),
  { keptSize: rowsPerStatement },
)

const selectDatasetInputs = compiledStatement(
  (tables, _first, runs: readonly OfRun[]) =>
    trackingTables(tables)
      .selectFrom('run_dataset')
      .innerJoin('dataset', 'dataset.dataset_id', 'run_dataset.dataset_id')
      .selectAll('dataset')
      .select('run_dataset.run_id')
      .where('run_dataset.run_id', 'in', idsOf(runs))
      .orderBy('run_dataset.run_id')
      .orderBy('run_dataset.position'),
  { keptSize: rowsPerStatement },
)

async function readDatasetInputs(
  tables: Tables,
  runs: readonly OfRun[],
): Promise<ReadonlyMap<string, readonly DatasetInput[]>> {
  const { rows } = await selectDatasetInputs(tables, runs)
  if (rows.length === 0) return new Map()
  const tagRows = await trackingTables(tables)
    .selectFrom('run_dataset_tag')
    .select(['run_id', 'dataset_id', 'key', 'value'])
    .where('run_id', 'in', idsOf(runs))
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

const selectModelInputs = compiledStatement((tables, _first, runs: readonly OfRun[]) =>
  trackingTables(tables)
    .selectFrom('run_model_input')
    .select(['run_id', 'model_id'])
    .where('run_id', 'in', idsOf(runs))
    .orderBy('model_id'),
)

const selectModelOutputs = compiledStatement(
  (tables, _first, runs: readonly OfRun[]) =>
    trackingTables(tables)
      .selectFrom('run_model_output')
      .select(['run_id', 'model_id', 'step'])
      .where('run_id', 'in', idsOf(runs))
      .orderBy('step')
      .orderBy('model_id'),
  { keptSize: rowsPerStatement },
)
