import { sql } from 'kysely'
import type { Tables } from '../../database/database.ts'
import type { CovariateSums } from '../../statistics/cuped.ts'
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

/** Adds what was noted; a request id that is there already keeps its first record. */
export async function insertScored(tables: Tables, requests: readonly ScoredRequest[]): Promise<void> {
  for (let start = 0; start < requests.length; start += rowsPerStatement) {
    const rows = requests.slice(start, start + rowsPerStatement).map((request) => ({
      workspace,
      endpoint: request.endpoint,
      request_id: request.requestId,
      deployment: request.deployment,
      revision: request.revision,
      unit: request.unit ?? null,
      is_pinned: Number(request.isPinned),
      is_ok: Number(request.isOk),
      at_ms: request.atMs,
      latency_ms: request.latencyMs,
      latency_bucket: bucketOf(request.latencyMs),
    }))
    await tables
      .withTables<RequestTables>()
      .insertInto('scored_request')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
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

/** Sums over units of a metric and of its number of requests; where a request has no unit, it is one. */
export async function sumsOf(tables: Tables, range: RequestRange, metric: MeasuredMetric): Promise<RatioSums> {
  const { rows } = await sql<Record<keyof RatioSums, number | string | null>>`
    select count(*) as "count", sum(numerator) as "numerator", sum(denominator) as "denominator",
      sum(numerator * numerator) as "numeratorSquares", sum(denominator * denominator) as "denominatorSquares",
      sum(numerator * denominator) as "products"
    from (
      select sum(y) as numerator, cast(count(*) as double precision) as denominator
      from (${observationsOf(range, metric)}) observation group by unit_key
    ) unit`.execute(tables)
  return numbersOf(rows[0]!)
}

/** Sums over units of their mean metric and their mean covariate, another outcome. */
export async function covariateSumsOf(
  tables: Tables,
  range: RequestRange,
  { metric, covariate }: { readonly metric: MeasuredMetric; readonly covariate: string },
): Promise<CovariateSums> {
  const { rows } = await sql<Record<keyof CovariateSums, number | string | null>>`
    select count(*) as "count", sum(y) as "sum", sum(y * y) as "sumOfSquares", sum(x) as "covariateSum",
      sum(x * x) as "covariateSquares", sum(x * y) as "products"
    from (
      select avg(observation.y) as y, avg(covariate.value) as x
      from (${observationsOf(range, metric)}) observation
      join outcome covariate on covariate.workspace = ${workspace} and covariate.endpoint = ${range.endpoint}
        and covariate.request_id = observation.request_id and covariate.metric = ${covariate}
      group by unit_key
    ) unit`.execute(tables)
  return numbersOf(rows[0]!)
}

function observationsOf({ endpoint, variant, sinceMs }: RequestRange, metric: MeasuredMetric): ReturnType<typeof sql> {
  const y =
    metric.kind === 'latency'
      ? sql`request.latency_ms`
      : metric.kind === 'error'
        ? sql`cast(1 - request.is_ok as double precision)`
        : sql`outcome.value`
  const join =
    metric.kind === 'outcome'
      ? sql`join outcome on outcome.workspace = request.workspace and outcome.endpoint = request.endpoint
          and outcome.request_id = request.request_id and outcome.metric = ${metric.name}`
      : sql``
  const answered = metric.kind === 'latency' ? sql`and request.is_ok = 1` : sql``
  return sql`
    select request.request_id, coalesce(request.unit, request.request_id) as unit_key, ${y} as y
    from scored_request request ${join}
    where request.workspace = ${workspace} and request.endpoint = ${endpoint}
      and request.deployment = ${variant.deployment} and request.revision = ${variant.revision}
      and request.at_ms >= ${sinceMs} ${answered}`
}

/** How many units the weights gave a deployment since a moment, those that a header pinned left out. */
export async function splitOf(
  tables: Tables,
  { endpoint, sinceMs }: Omit<RequestRange, 'variant'>,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ deployment: string; units: number | string }>`
    select deployment, count(distinct coalesce(unit, request_id)) as units from scored_request
    where workspace = ${workspace} and endpoint = ${endpoint} and is_pinned = 0 and at_ms >= ${sinceMs}
    group by deployment`.execute(tables)
  return new Map(rows.map(({ deployment, units }) => [deployment, Number(units)]))
}

/** Answered requests by latency bucket. */
export async function latencyCounts(tables: Tables, range: RequestRange): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql<{ bucket: number; count: number | string }>`
    select latency_bucket as bucket, count(*) as count from scored_request
    where workspace = ${workspace} and endpoint = ${range.endpoint} and deployment = ${range.variant.deployment}
      and revision = ${range.variant.revision} and at_ms >= ${range.sinceMs} and is_ok = 1
    group by latency_bucket`.execute(tables)
  return new Map(rows.map(({ bucket, count }) => [Number(bucket), Number(count)]))
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
  readonly largestDifference: number
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
      max(largest_difference) as largest
    from (
      select is_equal, mean_difference, largest_difference,
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
    largestDifference: row['largest']!,
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
