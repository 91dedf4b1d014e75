import { sql, type RawBuilder } from 'kysely'
import { SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import type { Page } from '../entities.ts'
import { decodePageToken, encodePageToken, queryFingerprint } from './page-token.ts'
import { keyedTables } from './run-conditions.ts'
import { runConditions, type RunQuery } from './run-search.ts'

/** What runs are grouped by. */
interface GroupKey {
  readonly kind: 'parameter' | 'tag'
  readonly key: string
}

/** `metric`: by its mean; groups without one come last. */
export type GroupOrder = { readonly by: 'value' | 'runs' } | { readonly by: 'metric'; readonly key: string }

export interface GroupQuery extends Pick<RunQuery, 'experimentIds' | 'filter' | 'view' | 'pageToken'> {
  readonly groupBy: GroupKey
  /** At most 100. */
  readonly metrics: readonly string[]
  readonly order: GroupOrder & { readonly isDescending: boolean }
  /** At most 1000. */
  readonly maxResults: number
}

/** Of the latest values of a metric in the runs of a group, without those that are NaN. */
interface MetricSpread {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly max: number
}

export interface RunGroup {
  /** `null`: the runs that have no such param or tag. */
  readonly value: string | null
  readonly runs: number
  /** In the order of the metrics; `null` where no run of the group has a number. */
  readonly metrics: readonly (MetricSpread | null)[]
}

const maxMetrics = 100
const maxPage = 1000

/**
 * A page of the groups that the runs of a search fall into by the value of a param or tag. Throws `invalid-request` for a
 * filter or token that cannot be read, `limit-exceeded` for too many metrics or groups.
 */
export async function groupRuns(database: Database, query: GroupQuery): Promise<Page<RunGroup>> {
  const { groupBy, metrics, order, maxResults, pageToken, ...runs } = query
  if (metrics.length > maxMetrics || maxResults > maxPage) {
    throw new SluiceError('limit-exceeded', `${maxResults} groups with ${metrics.length} metrics are too many.`, {
      hint: `Ask for at most ${maxPage} groups and ${maxMetrics} metrics.`,
    })
  }
  const fingerprint = queryFingerprint('groups', runs, groupBy, order)
  const [start = 0] = decodePageToken(pageToken, fingerprint, () => ['number']) ?? []
  const conditions = runConditions(database, runs)
  if (conditions === undefined) return { items: [] }
  const pair = sql`left join ${sql.table(keyedTables[groupBy.kind])} as pair
    on pair.run_id = run.run_id and pair.key = ${groupBy.key}`
  const found = await sql<{ value: string | null; runs: number }>`
    select pair.value as value, count(*) as runs from run ${pair} ${sortedMetric(order)}
    where ${conditions} group by pair.value
    order by ${orderOf(order)} limit ${sql.lit(maxResults + 1)} offset ${start}
  `.execute(database.read)
  const shown = found.rows.slice(0, maxResults)
  const spreads = await readSpreads(database, { metrics, pair, conditions, values: shown.map(({ value }) => value) })
  const items = shown.map(({ value, runs: count }) => ({
    value,
    runs: Number(count),
    metrics: metrics.map((key) => spreads.get(placeOf(value, key)) ?? null),
  }))
  if (found.rows.length <= maxResults) return { items }
  return { items, nextPageToken: encodePageToken(fingerprint, [Number(start) + maxResults]) }
}

function sortedMetric(order: GroupOrder): RawBuilder<unknown> {
  if (order.by !== 'metric') return sql``
  return sql`left join latest_metric as latest
    on latest.run_id = run.run_id and latest.key = ${order.key} and latest.is_nan = 0`
}

/** Groups of one place stand by their value, those of the runs without one last. */
function orderOf(order: GroupQuery['order']): RawBuilder<unknown> {
  const direction = sql.raw(order.isDescending ? 'desc' : 'asc')
  const byValue = sql`case when pair.value is null then 1 else 0 end, pair.value`
  if (order.by === 'value') return sql`${byValue} ${direction}`
  if (order.by === 'runs') return sql`count(*) ${direction}, ${byValue}`
  const [large, small] = means(sql.ref('latest.value'))
  return sql`case when count(latest.value) = 0 then 1 else 0 end, ${large} ${direction}, ${small} ${direction}, ${byValue}`
}

/** From here on squares and sums of values would leave the range of doubles, over which PostgreSQL fails. */
const largest = 1e120
/** A power of two, so that nothing is rounded. */
const scale = 2 ** 664

/** A mean as that of the very large values, divided by `scale`, and that of the others: infinities are kept as such. */
function means(value: RawBuilder<unknown> | ReturnType<typeof sql.ref>): readonly RawBuilder<unknown>[] {
  const [bound, factor] = [sql`cast(${largest} as double precision)`, sql`cast(${1 / scale} as double precision)`]
  return [
    sql`avg(case when abs(${value}) < ${bound} then 0 else ${value} * ${factor} end)`,
    sql`avg(case when abs(${value}) < ${bound} then ${value} else 0 end)`,
  ]
}

interface SpreadQuery {
  readonly metrics: readonly string[]
  /** The join of what runs are grouped by. */
  readonly pair: RawBuilder<unknown>
  readonly conditions: RawBuilder<unknown>
  readonly values: readonly (string | null)[]
}

async function readSpreads(
  database: Database,
  { metrics, pair, conditions, values }: SpreadQuery,
): Promise<ReadonlyMap<string, MetricSpread>> {
  if (metrics.length === 0 || values.length === 0) return new Map()
  const named = values.filter((value) => value !== null)
  const inNamed =
    named.length === 0 ? sql`1 = 0` : sql`pair.value in (${sql.join(named.map((value) => sql`${value}`))})`
  const inGroups = values.includes(null) ? sql`(pair.value is null or ${inNamed})` : inNamed
  const [large, small] = means(sql.ref('latest.value'))
  const { rows } = await sql<{
    value: string | null
    key: string
    numbers: number
    min: number
    max: number
    large: number
    small: number
  }>`
    select pair.value as value, latest.key as key, count(*) as numbers, min(latest.value) as min,
      max(latest.value) as max, ${large} as large, ${small} as small
    from run ${pair} join latest_metric as latest on latest.run_id = run.run_id and latest.is_nan = 0
      and latest.key in (${sql.join(metrics.map((key) => sql`${key}`))})
    where ${conditions} and ${inGroups} group by pair.value, latest.key
  `.execute(database.read)
  return new Map(
    rows.map((row) => {
      const mean = inRange(row.large * scale + row.small)
      return [placeOf(row.value, row.key), { count: Number(row.numbers), min: row.min, mean, max: row.max }]
    }),
  )
}

function inRange(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}

function placeOf(value: string | null, key: string): string {
  return JSON.stringify([value, key])
}
