import { sql } from 'kysely'
import type { RunId } from '../base/ids.ts'
import { compiledStatement } from '../database/compiled-statement.ts'
import type { Database, Tables } from '../database/database.ts'
import type { LoggedMetric, Metric, Page } from './entities.ts'
import { checkMetric, modelNotFound } from './limits.ts'
import {
  readHistoryPage,
  readSampledHistory,
  readWholeHistory,
  type HistoryPageQuery,
  type HistoryQuery,
  type SampledHistoryQuery,
} from './metric-history.ts'
import { findActiveRun, metricOf, type RunRow } from './run-rows.ts'
import { pieces, rowsPerStatement, trackingTables, type TrackingTables } from './tables.ts'

/**
 * Metric histories. A point's identity is (run, key, timestamp, step, value): logging it again changes nothing, so a
 * client may repeat a call whose answer was lost. The latest point of a key is the greatest by (step, timestamp, value)
 * and is kept in a table of its own, in the same transaction.
 */
export interface MetricStore {
  log(runId: string, metric: LoggedMetric): Promise<void>
  /** A page of the points of a key by (timestamp, step, value). */
  history(query: HistoryPageQuery): Promise<Page<Metric>>
  /** All of them, or all after a page, piece by piece: a million points take no more memory than ten thousand. */
  wholeHistory(query: HistoryQuery): AsyncGenerator<readonly Metric[]>
  /** At most `maxResults` points per run by (step, timestamp), at equal distances in the order of time, the first and the last included. */
  sampledHistory(query: SampledHistoryQuery): Promise<readonly (Metric & { readonly runId: RunId })[]>
  /** Points of several runs by (run, timestamp, step, value), cut at `maxResults`. */
  bulkHistory(query: BulkHistoryQuery): Promise<readonly (Metric & { readonly runId: RunId })[]>
  /** All values of a key by run, in order of (step, timestamp); runs that did not log it are left out. */
  values(runIds: readonly RunId[], key: string): Promise<ReadonlyMap<RunId, readonly number[]>>
  /** Names of the metrics that any of the runs logged, in order. */
  names(runIds: readonly RunId[]): Promise<readonly string[]>
}

interface BulkHistoryQuery {
  readonly runIds: readonly string[]
  readonly key: string
  readonly maxResults: number
}

/** PostgreSQL has no infinite doubles that MLflow's clients could read, so MLflow stores the largest one. */
const largest = 1.7976931348623157e308

export function metricStore({ database }: { readonly database: Database }): MetricStore {
  return {
    log: async (runId, metric) => {
      checkMetric(metric)
      await database.write(async (tables) => {
        await logMetrics(tables, await findActiveRun(tables, runId), [metric])
      })
    },
    history: (query) => readHistoryPage(database.read, query),
    wholeHistory: (query) => readWholeHistory(database.read, query),
    sampledHistory: (query) => readSampledHistory(database.read, query),
    bulkHistory: (query) => readBulkHistory(database.read, query),
    values: (runIds, key) => readValues(database.read, runIds, key),
    names: (runIds) => readNames(database.read, runIds),
  }
}

type MetricRow = TrackingTables['metric']

function metricRow(runId: string, { key, value, timestampMs, step }: Metric): MetricRow {
  const isNaN = Number.isNaN(value)
  const stored = isNaN ? 0 : Math.max(-largest, Math.min(largest, value))
  return { run_id: runId, key, timestamp_ms: timestampMs, step, value: stored, is_nan: isNaN ? 1 : 0 }
}

const insertMetrics = compiledStatement(
  (tables, _first, rows: readonly MetricRow[]) =>
    trackingTables(tables)
      .insertInto('metric')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing()),
  { keptSize: rowsPerStatement },
)

const upsertLatest = compiledStatement((tables, _first, rows: readonly TrackingTables['latest_metric'][]) =>
  trackingTables(tables)
    .insertInto('latest_metric')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['run_id', 'key'])
        .doUpdateSet((eb) => ({
          value: eb.ref('excluded.value'),
          is_nan: eb.ref('excluded.is_nan'),
          step: eb.ref('excluded.step'),
          timestamp_ms: eb.ref('excluded.timestamp_ms'),
        }))
        .where(
          sql<boolean>`(excluded.step, excluded.timestamp_ms, excluded.value)
            > (latest_metric.step, latest_metric.timestamp_ms, latest_metric.value)`,
        ),
    ),
)

/**
 * Logs checked metrics to an active run in the caller's transaction: history, latest values, models. Throws `not-found`,
 * and has logged nothing, where one is of a logged model that does not exist.
 */
export async function logMetrics(tables: Tables, run: RunRow, metrics: readonly LoggedMetric[]): Promise<void> {
  await checkModels(tables, metrics)
  const rows = metrics.map((metric) => metricRow(run.run_id, metric))
  for (const piece of pieces(rows)) await insertMetrics(tables, piece)
  const { experiment_id } = run
  const latest = latestOf(rows).map((row) => ({ ...row, experiment_id }))
  for (const piece of pieces(latest)) await upsertLatest(tables, piece)
  await logModelMetrics(tables, run.run_id, metrics)
}

async function checkModels(tables: Tables, metrics: readonly LoggedMetric[]): Promise<void> {
  const named = new Set(metrics.flatMap(({ modelId }) => (modelId === undefined ? [] : [modelId])))
  if (named.size === 0) return
  // A deleted model may be restored: its metrics go on.
  for (const piece of pieces([...named])) {
    const known = await trackingTables(tables)
      .selectFrom('logged_model')
      .select('model_id')
      .where('model_id', 'in', piece)
      .execute()
    for (const { model_id: modelId } of known) named.delete(modelId)
  }
  for (const modelId of named) throw modelNotFound(modelId)
}

/** The latest of each key: a statement must not touch one row twice. */
function latestOf(rows: readonly MetricRow[]): readonly MetricRow[] {
  const latest = new Map<string, MetricRow>()
  for (const row of rows) {
    const other = latest.get(row.key)
    if (other === undefined || isLater(row, other)) latest.set(row.key, row)
  }
  return [...latest.values()]
}

function isLater(row: MetricRow, other: MetricRow): boolean {
  if (row.step !== other.step) return row.step > other.step
  if (row.timestamp_ms !== other.timestamp_ms) return row.timestamp_ms > other.timestamp_ms
  return row.value > other.value
}

async function logModelMetrics(tables: Tables, runId: string, metrics: readonly LoggedMetric[]): Promise<void> {
  const rows = metrics.flatMap((metric) =>
    metric.modelId === undefined
      ? []
      : [
          {
            ...metricRow(runId, metric),
            model_id: metric.modelId,
            dataset_name: metric.datasetName ?? '',
            dataset_digest: metric.datasetDigest ?? '',
          },
        ],
  )
  for (const piece of pieces(rows)) {
    await trackingTables(tables)
      .insertInto('logged_model_metric')
      .values(piece)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

async function readBulkHistory(
  tables: Tables,
  { runIds, key, maxResults }: BulkHistoryQuery,
): Promise<readonly (Metric & { readonly runId: RunId })[]> {
  const rows = await trackingTables(tables)
    .selectFrom('metric')
    .select(['run_id', 'key', 'timestamp_ms', 'step', 'value', 'is_nan'])
    .where('run_id', 'in', runIds)
    .where('key', '=', key)
    .orderBy('run_id')
    .orderBy('timestamp_ms')
    .orderBy('step')
    .orderBy('value')
    .limit(maxResults)
    .execute()
  return rows.map((row) => ({ ...metricOf(row), runId: row.run_id as RunId }))
}

async function readValues(
  tables: Tables,
  runIds: readonly RunId[],
  key: string,
): Promise<ReadonlyMap<RunId, readonly number[]>> {
  const values = new Map<RunId, number[]>()
  for (const piece of pieces(runIds)) {
    const rows = await trackingTables(tables)
      .selectFrom('metric')
      .select(['run_id', 'key', 'timestamp_ms', 'step', 'value', 'is_nan'])
      .where('run_id', 'in', piece)
      .where('key', '=', key)
      .orderBy('run_id')
      .orderBy('step')
      .orderBy('timestamp_ms')
      .orderBy('value')
      .execute()
    for (const row of rows) {
      const ofRun = values.get(row.run_id as RunId)
      const { value } = metricOf(row)
      if (ofRun === undefined) values.set(row.run_id as RunId, [value])
      else ofRun.push(value)
    }
  }
  return values
}

async function readNames(tables: Tables, runIds: readonly RunId[]): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const piece of pieces(runIds)) {
    const rows = await trackingTables(tables)
      .selectFrom('latest_metric')
      .select('key')
      .distinct()
      .where('run_id', 'in', piece)
      .execute()
    for (const { key } of rows) names.add(key)
  }
  return [...names].sort()
}
