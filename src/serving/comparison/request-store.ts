import { sql } from 'kysely'
import type { Dialect, Tables } from '../../database/database.ts'
import type { RatioSums, Sums } from '../../statistics/estimate.ts'
import { bucketOf } from '../latency-buckets.ts'
import type { MirroredRequest, Outcome, ScoredRequest } from './request-record.ts'

type RequestTables = {
  scored_request: {
    workspace: string
    endpoint: string
    request_id: string
    deployment: string
    revision: number
    unit: string | null
    is_pinned: number
    is_ok: number
    at_ms: number
    latency_ms: number
    latency_bucket: number
  }
  mirrored_request: {
    workspace: string
    endpoint: string
    request_id: string
    deployment: string
    revision: number
    mirror: string
    mirror_revision: number
    at_ms: number
    status: number
    mirror_status: number
    latency_ms: number
    mirror_latency_ms: number
    is_equal: number | null
    number_count: number
    mean_difference: number | null
    largest_difference: number | null
  }
  outcome: {
    workspace: string
    endpoint: string
    request_id: string
    metric: string
    value: number
    at_ms: number
  }
}

const workspace = 'default'
const rowsPerStatement = 500

/**
 * Adds what was noted; a request id that is there already keeps its first record. The rows travel as one JSON text: with
 * a parameter for each field, making the statement took ten times as long as running it.
 */
export async function insertScored(
  tables: Tables,
  requests: readonly ScoredRequest[],
  dialect: Dialect,
): Promise<void> {
  const rows = requests.map((request) => [
    ...[request.endpoint, request.requestId, request.deployment, request.revision, request.unit ?? null],
    ...[Number(request.isPinned), Number(request.isOk), request.atMs, request.latencyMs, bucketOf(request.latencyMs)],
  ])
  const text = JSON.stringify(rows)
  const items =
    dialect === 'sqlite' ? sql`json_each(${text}) item` : sql`json_array_elements(cast(${text} as json)) item`
  await sql`
    insert into scored_request (workspace, endpoint, request_id, deployment, revision, unit, is_pinned, is_ok, at_ms,
      latency_ms, latency_bucket)
    select ${workspace}, item.value ->> 0, item.value ->> 1, item.value ->> 2, cast(item.value ->> 3 as bigint),
      item.value ->> 4, cast(item.value ->> 5 as bigint), cast(item.value ->> 6 as bigint),
      cast(item.value ->> 7 as bigint), cast(item.value ->> 8 as double precision), cast(item.value ->> 9 as bigint)
    from ${items} where true on conflict do nothing`.execute(tables)
}

/** Adds requests with what their copies got. */
export async function insertMirrored(tables: Tables, requests: readonly MirroredRequest[]): Promise<void> {
  for (let start = 0; start < requests.length; start += rowsPerStatement) {
    const rows = requests.slice(start, start + rowsPerStatement).map(({ difference, ...request }) => ({
      workspace,
      endpoint: request.endpoint,
      request_id: request.requestId,
      deployment: request.deployment,
      revision: request.revision,
      mirror: request.mirror,
      mirror_revision: request.mirrorRevision,
      at_ms: request.atMs,
      status: request.status,
      mirror_status: request.mirrorStatus,
      latency_ms: request.latencyMs,
      mirror_latency_ms: request.mirrorLatencyMs,
      is_equal: difference === undefined ? null : Number(difference.isEqual),
      number_count: difference?.numberCount ?? 0,
      mean_difference: difference?.mean ?? null,
      largest_difference: difference?.largest ?? null,
    }))
    await tables
      .withTables<RequestTables>()
      .insertInto('mirrored_request')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Keeps outcomes: the last value of a request and a metric counts, so the same call twice changes nothing. */
export async function upsertOutcomes(
  tables: Tables,
  endpoint: string,
  { outcomes, nowMs }: { readonly outcomes: readonly Outcome[]; readonly nowMs: number },
): Promise<void> {
  for (let start = 0; start < outcomes.length; start += rowsPerStatement) {
    const rows = outcomes.slice(start, start + rowsPerStatement).map(({ requestId, metric, value }) => ({
      ...{ workspace, endpoint, request_id: requestId, metric, value },
      at_ms: nowMs,
    }))
    await tables
      .withTables<RequestTables>()
      .insertInto('outcome')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['workspace', 'endpoint', 'request_id', 'metric'])
          .doUpdateSet((update) => ({ value: update.ref('excluded.value') })),
      )
      .execute()
  }
}

/** Which of these request ids are recorded. */
export async function recordedIds(
  tables: Tables,
  endpoint: string,
  requestIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (let start = 0; start < requestIds.length; start += rowsPerStatement) {
    const rows = await tables
      .withTables<RequestTables>()
      .selectFrom('scored_request')
      .select('request_id')
      .where('workspace', '=', workspace)
      .where('endpoint', '=', endpoint)
      .where('request_id', 'in', requestIds.slice(start, start + rowsPerStatement))
      .execute()
    for (const row of rows) found.add(row.request_id)
  }
  return found
}

/** The metrics that outcomes of this endpoint were reported for. */
export async function outcomeMetrics(tables: Tables, endpoint: string): Promise<readonly string[]> {
  const rows = await tables
    .withTables<RequestTables>()
    .selectFrom('outcome')
    .select('metric')
    .distinct()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('metric')
    .execute()
  return rows.map(({ metric }) => metric)
}

/** Requests of one revision of one deployment. */
export interface Variant {
  readonly deployment: string
  readonly revision: number
}

/** Which requests are looked at. */
export interface RequestRange {
  readonly endpoint: string
  readonly variant: Variant
  readonly sinceMs: number
}

/** What is measured of a request: its time in ms (of those that were answered), whether it failed (1 or 0), an outcome. */
export type MeasuredMetric =
  { readonly kind: 'latency' } | { readonly kind: 'error' } | { readonly kind: 'outcome'; readonly name: string }

/** A recorded request, as comparisons read it. */
export interface RecordedRequest extends Variant {
  readonly requestId: string
  readonly unit?: string
  readonly isPinned: boolean
  readonly isOk: boolean
  readonly atMs: number
  readonly latencyMs: number
}

const pageSize = 1000

/** The next thousand requests of an endpoint, in the order of their arrival; empty after the last. */
export async function requestPage(
  tables: Tables,
  { endpoint, after }: { readonly endpoint: string; readonly after: Pick<RecordedRequest, 'atMs' | 'requestId'> },
): Promise<readonly RecordedRequest[]> {
  const rows = await tables
    .withTables<RequestTables>()
    .selectFrom('scored_request')
    .select(['request_id', 'deployment', 'revision', 'unit', 'is_pinned', 'is_ok', 'at_ms', 'latency_ms'])
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('at_ms', '>=', after.atMs)
    .where((where) => where.or([where('at_ms', '>', after.atMs), where('request_id', '>', after.requestId)]))
    .orderBy('at_ms')
    .orderBy('request_id')
    .limit(pageSize)
    .execute()
  return rows.map((row) => ({
    requestId: row.request_id,
    deployment: row.deployment,
    revision: row.revision,
    ...(row.unit !== null && { unit: row.unit }),
    isPinned: row.is_pinned === 1,
    isOk: row.is_ok === 1,
    atMs: row.at_ms,
    latencyMs: row.latency_ms,
  }))
}

/** Values by metric of each of these requests that has any. */
export async function outcomesOf(
  tables: Tables,
  endpoint: string,
  { requestIds, metrics }: { readonly requestIds: readonly string[]; readonly metrics: readonly string[] },
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const found = new Map<string, Map<string, number>>()
  if (requestIds.length === 0 || metrics.length === 0) return found
  const rows = await tables
    .withTables<RequestTables>()
    .selectFrom('outcome')
    .select(['request_id', 'metric', 'value'])
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('request_id', 'in', requestIds)
    .where('metric', 'in', metrics)
    .execute()
  for (const { request_id: id, metric, value } of rows) {
    const values = found.get(id) ?? new Map<string, number>()
    found.set(id, values.set(metric, value))
  }
  return found
}

/** What the copies of requests got, the candidate being the mirror: sums of candidate less baseline. */
export interface MirroredSums {
  readonly count: number
  /** Answers that could be compared, and how many of them were the same. */
  readonly comparedCount: number
  readonly equalCount: number
  readonly latency: Sums
  /** 1: only the copy failed, -1: only the answer did. */
  readonly error: Sums
  readonly prediction: Sums
  /** Of each pair its largest absolute difference. */
  readonly distance: Sums
  readonly largestDifference: number
  /** The copy's time by the answer's, of pairs that were both answered. */
  readonly latencyRatio: RatioSums
  /** Pairs by who answered. */
  readonly answeredBy: {
    readonly both: number
    readonly original: number
    readonly copy: number
    readonly neither: number
  }
}

/** Sums over mirrored requests of two revisions. */
export async function mirroredSums(
  tables: Tables,
  { endpoint, variant, sinceMs }: RequestRange,
  mirror: Variant,
): Promise<MirroredSums> {
  const { rows } = await sql<Record<string, number | string | null>>`
    select count(*) as total, count(is_equal) as compared, sum(is_equal) as equal, sum(latency) as latency,
      sum(latency * latency) as latency_squares, count(latency) as latency_count, sum(error) as error,
      sum(error * error) as error_squares, count(mean_difference) as prediction_count,
      sum(mean_difference) as prediction, sum(mean_difference * mean_difference) as prediction_squares,
      max(largest_difference) as largest, count(largest_difference) as distance_count,
      sum(largest_difference) as distance, sum(largest_difference * largest_difference) as distance_squares,
      sum(original) as original, sum(original * original) as original_squares, sum(copied) as copied,
      sum(copied * copied) as copied_squares, sum(original * copied) as products,
      sum(case when status < 400 and mirror_status >= 400 then 1 else 0 end) as by_original,
      sum(case when status >= 400 and mirror_status < 400 then 1 else 0 end) as by_copy,
      sum(case when status >= 400 and mirror_status >= 400 then 1 else 0 end) as by_neither
    from (
      select is_equal, mean_difference, largest_difference, status, mirror_status,
        case when status < 400 and mirror_status < 400 then latency_ms end as original,
        case when status < 400 and mirror_status < 400 then mirror_latency_ms end as copied,
        case when status < 400 and mirror_status < 400 then mirror_latency_ms - latency_ms end as latency,
        cast(case when mirror_status >= 400 then 1 else 0 end - case when status >= 400 then 1 else 0 end
          as double precision) as error
      from mirrored_request
      where workspace = ${workspace} and endpoint = ${endpoint} and deployment = ${variant.deployment}
        and revision = ${variant.revision} and mirror = ${mirror.deployment}
        and mirror_revision = ${mirror.revision} and at_ms >= ${sinceMs}
    ) pair`.execute(tables)
  const row = numbersOf(rows[0]!) as Readonly<Record<string, number>>
  const sums = (count: string, name: string): Sums => ({
    ...{ count: row[count]!, sum: row[name]!, sumOfSquares: row[`${name}_squares`]! },
  })
  return {
    ...{ count: row['total']!, comparedCount: row['compared']!, equalCount: row['equal']! },
    latency: sums('latency_count', 'latency'),
    error: sums('total', 'error'),
    prediction: sums('prediction_count', 'prediction'),
    distance: sums('distance_count', 'distance'),
    largestDifference: row['largest']!,
    latencyRatio: {
      ...{ count: row['latency_count']!, numerator: row['copied']!, denominator: row['original']! },
      ...{ numeratorSquares: row['copied_squares']!, denominatorSquares: row['original_squares']! },
      products: row['products']!,
    },
    answeredBy: {
      ...{ both: row['latency_count']!, original: row['by_original']! },
      ...{ copy: row['by_copy']!, neither: row['by_neither']! },
    },
  }
}

/** PostgreSQL has counts as text, and sums of nothing are null. */
function numbersOf<Name extends string>(
  row: Readonly<Record<Name, number | string | null>>,
): Readonly<Record<Name, number>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])) as Record<Name, number>
}

/** Forgets what is older, and of every endpoint what is beyond its newest `mostRows`. */
export async function pruneRequests(
  tables: Tables,
  { olderThanMs, mostRows }: { readonly olderThanMs: number; readonly mostRows: number },
): Promise<void> {
  const requests = tables.withTables<RequestTables>()
  for (const table of ['scored_request', 'mirrored_request', 'outcome'] as const) {
    await requests.deleteFrom(table).where('workspace', '=', workspace).where('at_ms', '<', olderThanMs).execute()
    const endpoints = await requests.selectFrom(table).select('endpoint').distinct().execute()
    for (const { endpoint } of endpoints) {
      const limit = await requests
        .selectFrom(table)
        .select('at_ms')
        .where('workspace', '=', workspace)
        .where('endpoint', '=', endpoint)
        .orderBy('at_ms', 'desc')
        .offset(mostRows)
        .limit(1)
        .executeTakeFirst()
      if (limit === undefined) continue
      await requests
        .deleteFrom(table)
        .where('workspace', '=', workspace)
        .where('endpoint', '=', endpoint)
        .where('at_ms', '<=', limit.at_ms)
        .execute()
    }
  }
}

/** Forgets everything of an endpoint that goes away. */
export async function forgetRequests(tables: Tables, endpoint: string): Promise<void> {
  const requests = tables.withTables<RequestTables>()
  for (const table of ['scored_request', 'mirrored_request', 'outcome'] as const) {
    await requests.deleteFrom(table).where('workspace', '=', workspace).where('endpoint', '=', endpoint).execute()
  }
}
