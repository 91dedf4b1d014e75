import type { Database, Tables } from '../database/database.ts'
import { sql } from 'kysely'
import type { RunId } from '../base/ids.ts'
import type { LoggedMetric, Metric, Page } from './entities.ts'
import { checkMaxResults, checkMetric } from './limits.ts'
import { findActiveRun, metricOf, type RunRow } from './run-rows.ts'
import { sortsAfter, type SortColumn } from './search/keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint } from './search/page-token.ts'
import { pieces, trackingTables, type TrackingTables } from './tables.ts'

/**
 * Metric histories. A point's identity is (run, key, timestamp, step, value): logging it again changes nothing, so a
 * client may repeat a call whose answer was lost. The latest point of a key is the greatest by (step, timestamp, value)
 * and is kept in a table of its own, in the same transaction.
 */
export interface MetricStore {
  log(runId: string, metric: LoggedMetric): Promise<void>
  /** All points of a key by (timestamp, step, value); in pages when `maxResults` is given. */
  history(query: HistoryQuery): Promise<Page<Metric>>
  /** At most `maxResults` points per run by (step, timestamp), spread evenly, the first and the last included. */
  sampledHistory(query: SampledHistoryQuery): Promise<readonly (Metric & { readonly runId: RunId })[]>
  /** Points of several runs by (run, timestamp, step, value), cut at `maxResults`. */
  bulkHistory(query: BulkHistoryQuery): Promise<readonly (Metric & { readonly runId: RunId })[]>
  /** All values of a key by run, in order of (step, timestamp); runs that did not log it are left out. */
  values(runIds: readonly RunId[], key: string): Promise<ReadonlyMap<RunId, readonly number[]>>
  /** Names of the metrics that any of the runs logged, in order. */
  names(runIds: readonly RunId[]): Promise<readonly string[]>
}

interface HistoryQuery {
  readonly runId: string
  readonly key: string
  readonly maxResults?: number
  readonly pageToken?: string
}

interface BulkHistoryQuery {
  readonly runIds: readonly string[]
  readonly key: string
  readonly maxResults: number
}

interface SampledHistoryQuery extends BulkHistoryQuery {
  /** Both ends included. */
  readonly steps?: { readonly from: number; readonly to: number }
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
    history: (query) => readHistory(database.read, query),
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

/** Logs checked metrics to an active run in the caller's transaction: history, latest values, models. */
export async function logMetrics(tables: Tables, run: RunRow, metrics: readonly LoggedMetric[]): Promise<void> {
  const rows = metrics.map((metric) => metricRow(run.run_id, metric))
  const tracking = trackingTables(tables)
  for (const piece of pieces(rows)) {
    await tracking
      .insertInto('metric')
      .values(piece)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  for (const piece of pieces(latestOf(rows))) {
    await tracking
      .insertInto('latest_metric')
      .values(piece.map((row) => ({ ...row, experiment_id: run.experiment_id })))
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
      )
      .execute()
  }
  await logModelMetrics(tables, run.run_id, metrics)
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

const historyOrder: readonly SortColumn[] = [
  { expression: sql.ref('timestamp_ms'), type: 'number', ascending: true },
  { expression: sql.ref('step'), type: 'number', ascending: true },
  { expression: sql.ref('value'), type: 'number', ascending: true },
  { expression: sql.ref('is_nan'), type: 'number', ascending: true },
]

async function readHistory(tables: Tables, { runId, key, maxResults, pageToken }: HistoryQuery): Promise<Page<Metric>> {
  if (maxResults !== undefined) checkMaxResults(maxResults)
  const fingerprint = queryFingerprint('history', runId, key)
  const after = decodePageToken(pageToken, fingerprint, () => historyOrder.map((column) => column.type))
  let query = trackingTables(tables)
    .selectFrom('metric')
    .select(['key', 'timestamp_ms', 'step', 'value', 'is_nan'])
    .where('run_id', '=', runId)
    .where('key', '=', key)
    .orderBy('timestamp_ms')
    .orderBy('step')
    .orderBy('value')
    .orderBy('is_nan')
  if (after !== undefined) query = query.where(sortsAfter(historyOrder, after))
  if (maxResults !== undefined) query = query.limit(maxResults + 1)
  const rows = await query.execute()
  if (maxResults === undefined || rows.length <= maxResults) return { items: rows.map(metricOf) }
  const shown = rows.slice(0, maxResults)
  const last = shown.at(-1)!
  const nextPageToken = encodePageToken(fingerprint, [last.timestamp_ms, last.step, last.value, last.is_nan])
  return { items: shown.map(metricOf), nextPageToken }
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

async function readSampledHistory(
  tables: Tables,
  { runIds, key, maxResults, steps }: SampledHistoryQuery,
): Promise<readonly (Metric & { readonly runId: RunId })[]> {
  const points: (Metric & { readonly runId: RunId })[] = []
  // Sequential: each run's points are sampled in the database, so only what is shown is held.
  for (const runId of runIds) {
    const inSteps = steps === undefined ? sql`1 = 1` : sql`step between ${steps.from} and ${steps.to}`
    const order = sql`step, timestamp_ms, value, is_nan`
    const { rows } = await sql<MetricRow & { position: number; bucket: number }>`
      select run_id, key, timestamp_ms, step, value, is_nan, position, bucket from (
        select *, row_number() over (partition by bucket order by position) as place from (
          select run_id, key, timestamp_ms, step, value, is_nan,
            row_number() over (order by ${order}) as position,
            row_number() over (order by step desc, timestamp_ms desc, value desc, is_nan desc) as from_end,
            ntile(${sql.lit(maxResults)}) over (order by ${order}) as bucket
          from metric where run_id = ${runId} and key = ${key} and ${inSteps}
        ) as numbered
      ) as placed
      where place = 1 or from_end = 1
      order by position
    `.execute(tables)
    // The last point takes the place of the last bucket's first one, so that the curve ends where the data does.
    const shown = rows.length > maxResults ? [...rows.slice(0, maxResults - 1), rows.at(-1)!] : rows
    points.push(...(shown.map((row) => ({ ...metricOf(row), runId })) as typeof points))
  }
  return points
}
