import { sql } from 'kysely'
import type { RunId } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { Metric, Page } from './entities.ts'
import { checkMaxResults } from './limits.ts'
import { metricOf } from './run-rows.ts'
import { sortsAfter, type SortColumn } from './search/keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from './search/page-token.ts'
import { trackingTables, type TrackingTables } from './tables.ts'

/**
 * Reading the points of one metric of one run in their stored order, (timestamp, step, value), which is the primary
 * key's: nothing is sorted, and only a piece is held at a time, so a million points take no more memory than ten
 * thousand, and other requests are answered between the pieces.
 */

export interface HistoryQuery {
  readonly runId: string
  readonly key: string
  readonly pageToken?: string
}

export interface HistoryPageQuery extends HistoryQuery {
  readonly maxResults: number
}

/** Both ends included; steps or epoch milliseconds. */
export interface AxisRange {
  readonly axis: 'step' | 'timestamp_ms'
  readonly from: number
  readonly to: number
}

interface PointQuery {
  readonly runId: string
  readonly key: string
  readonly within?: AxisRange
}

export type PointRow = Pick<TrackingTables['metric'], 'timestamp_ms' | 'step' | 'value' | 'is_nan'>

/** Larger pieces cost no less a point, and more of them outlive the collection of young objects: 5,000 took 40 MB more. */
const rowsAtOnce = 1000

const storedOrder: readonly SortColumn[] = [
  { expression: sql.ref('timestamp_ms'), type: 'number', ascending: true },
  { expression: sql.ref('step'), type: 'number', ascending: true },
  { expression: sql.ref('value'), type: 'number', ascending: true },
  { expression: sql.ref('is_nan'), type: 'number', ascending: true },
]

const keyOf = (row: PointRow): KeyValues => [row.timestamp_ms, row.step, row.value, row.is_nan]

function matching(tables: Tables, { runId, key, within }: PointQuery) {
  const query = trackingTables(tables).selectFrom('metric').where('run_id', '=', runId).where('key', '=', key)
  return within === undefined ? query : query.where(within.axis, '>=', within.from).where(within.axis, '<=', within.to)
}

/** The next `limit` rows after the one with these values. */
async function readRows(
  tables: Tables,
  query: PointQuery,
  { after, limit }: { readonly after: KeyValues | undefined; readonly limit: number },
): Promise<readonly PointRow[]> {
  const select = matching(tables, query)
    .select(['timestamp_ms', 'step', 'value', 'is_nan'])
    .orderBy('timestamp_ms')
    .orderBy('step')
    .orderBy('value')
    .orderBy('is_nan')
    .limit(limit)
  return (after === undefined ? select : select.where(sortsAfter(storedOrder, after))).execute()
}

/** All rows, or all after the one with these values, in pieces; the last one may be empty. */
export async function* readPieces(
  tables: Tables,
  query: PointQuery,
  start?: KeyValues,
): AsyncGenerator<readonly PointRow[]> {
  let after = start
  for (;;) {
    // Sequential: each piece begins where the last one ended.
    const rows = await readRows(tables, query, { after, limit: rowsAtOnce })
    yield rows
    if (rows.length < rowsAtOnce) return
    after = keyOf(rows.at(-1)!)
  }
}

function fingerprintOf({ runId, key }: HistoryQuery): string {
  return queryFingerprint('history', runId, key)
}

function pageStart(query: HistoryQuery): KeyValues | undefined {
  return decodePageToken(query.pageToken, fingerprintOf(query), () => storedOrder.map((column) => column.type))
}

export async function readHistoryPage(tables: Tables, query: HistoryPageQuery): Promise<Page<Metric>> {
  const { maxResults, key } = query
  checkMaxResults(maxResults)
  const rows = await readRows(tables, query, { after: pageStart(query), limit: maxResults + 1 })
  const items = rows.slice(0, maxResults).map((row) => metricOf({ ...row, key }))
  if (rows.length <= maxResults) return { items }
  return { items, nextPageToken: encodePageToken(fingerprintOf(query), keyOf(rows[maxResults - 1]!)) }
}

export async function* readWholeHistory(tables: Tables, query: HistoryQuery): AsyncGenerator<readonly Metric[]> {
  const { key } = query
  for await (const rows of readPieces(tables, query, pageStart(query)))
    yield rows.map((row) => metricOf({ ...row, key }))
}

export interface SampledHistoryQuery {
  readonly runIds: readonly string[]
  readonly key: string
  readonly maxResults: number
  /** Both ends included. */
  readonly steps?: { readonly from: number; readonly to: number }
}

/** The samples of each run by (step, timestamp): its first and its last point, and others at equal distances. */
export async function readSampledHistory(
  tables: Tables,
  { runIds, key, maxResults, steps }: SampledHistoryQuery,
): Promise<readonly (Metric & { readonly runId: RunId })[]> {
  const points: (Metric & { readonly runId: RunId })[] = []
  for (const runId of runIds) {
    const query = { runId, key, ...(steps !== undefined && { within: { axis: 'step', ...steps } as const }) }
    // Sequential: the points of one run are let go before the next one's are read.
    const rows = await sampledRows(tables, query, maxResults)
    points.push(...rows.map((row) => ({ ...metricOf({ ...row, key }), runId: runId as RunId })))
  }
  return points
}

/** Of more points the samples are taken in the order of time, in which they are stored: sorting them holds everybody up. */
const mostSorted = 100_000

async function sampledRows(tables: Tables, query: PointQuery, maxResults: number): Promise<readonly PointRow[]> {
  const { count } = await matching(tables, query)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) <= mostSorted) {
    const rows: PointRow[] = []
    for await (const piece of readPieces(tables, query)) rows.push(...piece)
    rows.sort(byStep)
    return samplePositions(rows.length, maxResults).map((position) => rows[position]!)
  }
  const positions = new Set(samplePositions(Number(count), maxResults))
  const wanted: PointRow[] = []
  let [first, last, position]: [PointRow | undefined, PointRow | undefined, number] = [undefined, undefined, 0]
  for await (const rows of readPieces(tables, query)) {
    for (const row of rows) {
      if (positions.has(position++)) wanted.push(row)
      if (first === undefined || byStep(row, first) < 0) first = row
      if (last === undefined || byStep(row, last) >= 0) last = row
    }
  }
  if (first === undefined || last === undefined) return []
  const sorted = wanted.sort(byStep)
  // Where steps do not follow time the ends may not be among them; and points were perhaps logged meanwhile.
  if (sorted[0] !== first) sorted.unshift(first)
  if (sorted.at(-1) !== last) sorted.push(last)
  while (sorted.length > maxResults) sorted.splice(sorted.length > 2 ? -2 : 0, 1)
  return sorted
}

/** As MLflow's: the first point of each of `wanted` equal parts (the longer ones first), the last of them the last point. */
function samplePositions(count: number, wanted: number): readonly number[] {
  if (count === 0) return []
  if (wanted === 1) return [count - 1]
  const parts = Math.min(count, wanted)
  const [length, longer] = [Math.floor(count / parts), count % parts]
  const starts = Array.from({ length: parts }, (_, part) => part * length + Math.min(part, longer))
  return [...starts.slice(0, -1), count - 1]
}

function byStep(left: PointRow, right: PointRow): number {
  return left.step - right.step || left.timestamp_ms - right.timestamp_ms || left.value - right.value
}
