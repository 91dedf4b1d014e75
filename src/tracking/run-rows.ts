import { SluiceError } from '../base/errors.ts'
import type { RunId } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { DatasetInput, Metric, ModelOutput, Param, Run, RunInfo, RunStatus, Tag } from './entities.ts'
import { experimentId } from './experiment-store.ts'
import { pieces, trackingTables, type TrackingTables } from './tables.ts'

export type RunRow = TrackingTables['run']

/** The run's row, deleted or not. Throws `not-found`. */
export async function findRun(tables: Tables, runId: string): Promise<RunRow> {
  const row = await trackingTables(tables).selectFrom('run').selectAll().where('run_id', '=', runId).executeTakeFirst()
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
    const ids = piece.map((row) => row.run_id)
    const params = await readPairs(tables, 'param', ids)
    const tags = await readPairs(tables, 'run_tag', ids)
    const metrics = await readLatestMetrics(tables, ids)
    const datasets = await readDatasetInputs(tables, ids)
    const modelInputs = isSearch ? new Map<string, never[]>() : await readModelInputs(tables, ids)
    const modelOutputs = await readModelOutputs(tables, ids)
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

async function readPairs(
  tables: Tables,
  table: 'param' | 'run_tag',
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly (Param | Tag)[]>> {
  const rows = await trackingTables(tables)
    .selectFrom(table)
    .select(['run_id', 'key', 'value'])
    .where('run_id', 'in', ids)
    .orderBy('run_id')
    .orderBy('key')
    .execute()
  return grouped(
    rows,
    (row) => row.run_id,
    ({ key, value }) => ({ key, value }),
  )
}

async function readLatestMetrics(
  tables: Tables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Metric[]>> {
  const rows = await trackingTables(tables)
    .selectFrom('latest_metric')
    .select(['run_id', 'key', 'value', 'is_nan', 'timestamp_ms', 'step'])
    .where('run_id', 'in', ids)
    .orderBy('run_id')
    .orderBy('key')
    .execute()
  return grouped(rows, (row) => row.run_id, metricOf)
}

async function readDatasetInputs(
  tables: Tables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly DatasetInput[]>> {
  const tracking = trackingTables(tables)
  const rows = await tracking
    .selectFrom('run_dataset')
    .innerJoin('dataset', 'dataset.dataset_id', 'run_dataset.dataset_id')
    .selectAll('dataset')
    .select('run_dataset.run_id')
    .where('run_dataset.run_id', 'in', ids)
    .orderBy('run_dataset.run_id')
    .orderBy('run_dataset.position')
    .execute()
  if (rows.length === 0) return new Map()
  const tagRows = await tracking
    .selectFrom('run_dataset_tag')
    .select(['run_id', 'dataset_id', 'key', 'value'])
    .where('run_id', 'in', ids)
    .orderBy('key')
    .execute()
  const inputId = (row: { readonly run_id: string; readonly dataset_id: string }) => `${row.run_id}/${row.dataset_id}`
  const tags = grouped(tagRows, inputId, ({ key, value }) => ({ key, value }))
  return grouped(
    rows,
    (row) => row.run_id,
    (row) => ({
      dataset: {
        name: row.name,
        digest: row.digest,
        sourceType: row.source_type,
        source: row.source,
        ...(row.schema !== null && { schema: row.schema }),
        ...(row.profile !== null && { profile: row.profile }),
      },
      tags: tags.get(inputId(row)) ?? [],
    }),
  )
}

async function readModelInputs(
  tables: Tables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly { readonly modelId: string }[]>> {
  const rows = await trackingTables(tables)
    .selectFrom('run_model_input')
    .select(['run_id', 'model_id'])
    .where('run_id', 'in', ids)
    .orderBy('model_id')
    .execute()
  return grouped(
    rows,
    (row) => row.run_id,
    (row) => ({ modelId: row.model_id }),
  )
}

async function readModelOutputs(
  tables: Tables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly ModelOutput[]>> {
  const rows = await trackingTables(tables)
    .selectFrom('run_model_output')
    .select(['run_id', 'model_id', 'step'])
    .where('run_id', 'in', ids)
    .orderBy('step')
    .orderBy('model_id')
    .execute()
  return grouped(
    rows,
    (row) => row.run_id,
    (row) => ({ modelId: row.model_id, step: row.step }),
  )
}
