import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { Page, Run, ViewType } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import type { OrderField } from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { hydrateRuns, type RunRow } from '../run-rows.ts'
import { nullsLast, orderList, sortsAfter, type SortColumn } from './keyset.ts'
import { lifecycleIn } from './lifecycle.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from './page-token.ts'
import { runAttributeColumn, runCondition, runFilterGrammar, runOrderGrammar } from './run-conditions.ts'

/**
 * The story of a search over runs.
 *
 * A search is one SELECT over `run`, its filter as conditions, paged by key. Only an order that begins with a metric is
 * special: sorting every run to show a page costs the whole experiment (366 ms for 100,000 runs), reading the index of
 * latest values from its end costs the page (0.2 ms). So such a search reads in up to three *stretches*, each ordered
 * in itself: runs with a number, driven by that index; runs whose value is NaN; runs without the metric. That is also
 * the order MLflow asks for, in both directions. A page may span stretches; a page token says in which one it begins.
 */
export interface RunQuery {
  readonly experimentIds: readonly string[]
  readonly maxResults: number
  readonly view?: ViewType
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly pageToken?: string
}

const maxPage = 50_000
type RunOrder = OrderField<'metric' | 'parameter' | 'tag' | 'attribute'>

/** Rows that are ordered in themselves and come after those of the stretch before. */
interface Stretch {
  readonly from: RawBuilder<unknown>
  readonly where: readonly Expression<SqlBool>[]
  readonly columns: readonly SortColumn[]
}

/**
 * A page of runs, newest first where nothing else is asked; ties by start time, newest first, then by id. Experiments
 * that do not exist have no runs. Throws `invalid-request` for a filter, order or token that it cannot read.
 */
export async function searchRuns(database: Database, query: RunQuery): Promise<Page<Run>> {
  checkMaxResults(query.maxResults, maxPage)
  const clauses = parseFilter(query.filter, runFilterGrammar)
  const order = parseOrderBy(query.orderBy ?? [], runOrderGrammar)
  const experiments = experimentNumbers(query.experimentIds)
  const view = query.view ?? 'ACTIVE_ONLY'
  const fingerprint = queryFingerprint('runs', experiments, query.filter ?? '', query.orderBy ?? [], view)
  const stretches = stretchesOf(order, experiments)
  const start = decodeStart(query.pageToken, fingerprint, stretches)
  if (experiments.length === 0) return { items: [] }
  const where = [
    oneOf(sql.ref('run.experiment_id'), experiments),
    lifecycleIn(view, sql.ref('run.deleted_ms')),
    ...clauses.map((clause) => runCondition(database.dialect, clause)),
  ]
  const found = await readPage(database, { stretches, start, where, limit: query.maxResults + 1 })
  const shown = found.slice(0, query.maxResults)
  const items = await hydrateRuns(
    database.read,
    shown.map(({ row }) => row),
    { isSearch: true },
  )
  const last = shown.at(-1)
  if (found.length <= query.maxResults || last === undefined) return { items }
  return { items, nextPageToken: encodePageToken(fingerprint, [last.stretch, ...last.key]) }
}

function oneOf(column: Expression<unknown>, numbers: readonly number[]): Expression<SqlBool> {
  // SQLite walks an index in order below an equality, but not below IN.
  return numbers.length === 1
    ? sql<SqlBool>`${column} = ${numbers[0]}`
    : sql<SqlBool>`${column} in (${sql.join(numbers.map((number) => sql`${number}`))})`
}

interface FoundRun {
  readonly row: RunRow
  readonly stretch: number
  readonly key: KeyValues
}

interface PageStart {
  readonly stretch: number
  readonly after?: KeyValues
}

async function readPage(
  database: Database,
  page: {
    readonly stretches: readonly Stretch[]
    readonly start: PageStart
    readonly where: readonly Expression<SqlBool>[]
    readonly limit: number
  },
): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = []
  for (const [index, stretch] of page.stretches.entries()) {
    if (index < page.start.stretch || found.length >= page.limit) continue
    const { columns } = stretch
    const after = index === page.start.stretch ? page.start.after : undefined
    const conditions = [...stretch.where, ...page.where, ...(after === undefined ? [] : [sortsAfter(columns, after)])]
    const keys = columns.map(({ expression }, at) => sql`${expression} as ${sql.ref(`key_${at}`)}`)
    // Sequential: a later stretch is read only when the page is not full.
    const { rows } = await sql<RunRow & Record<string, string | number>>`
      select run.*, ${sql.join(keys)} from ${stretch.from}
      where ${sql.join(conditions, sql` and `)}
      order by ${orderList(columns)} limit ${page.limit - found.length}
    `.execute(database.read)
    for (const row of rows) {
      found.push({ row, stretch: index, key: columns.map((_, at) => row[`key_${at}`]!) })
    }
  }
  return found
}

function stretchesOf(order: readonly RunOrder[], experiments: readonly number[]): readonly Stretch[] {
  const [first, ...rest] = order
  const tail = [...rest.flatMap((field, index) => sortColumns(field, `sort_${index}`)), ...tieBreakers(order)]
  const joins = rest.map((field, index) => joinFor(field, `sort_${index}`))
  if (first?.entity !== 'metric') {
    const columns = first === undefined ? tail : [...sortColumns(first, 'sorted'), ...tail]
    const from = first === undefined ? sql`run` : sql`run ${joinFor(first, 'sorted')}`
    return [{ from: sql`${from} ${sql.join(joins, sql` `)}`, where: [], columns }]
  }
  const driven = sql`latest_metric as sorted cross join run ${sql.join(joins, sql` `)}`
  const metric = (isNaN: 0 | 1) => [
    sql<SqlBool>`sorted.key = ${first.key}`,
    oneOf(sql.ref('sorted.experiment_id'), experiments.length === 0 ? [-1] : experiments),
    sql<SqlBool>`sorted.is_nan = ${isNaN}`,
    sql<SqlBool>`run.run_id = sorted.run_id`,
  ]
  const value: SortColumn = { expression: sql.ref('sorted.value'), type: 'number', ascending: first.ascending }
  const missing = sql<SqlBool>`not exists (
    select 1 from latest_metric where latest_metric.run_id = run.run_id and latest_metric.key = ${first.key})`
  return [
    { from: driven, where: metric(0), columns: [value, ...tail] },
    { from: driven, where: metric(1), columns: tail },
    { from: sql`run ${sql.join(joins, sql` `)}`, where: [missing], columns: tail },
  ]
}

function tieBreakers(order: readonly RunOrder[]): readonly SortColumn[] {
  const byStart: SortColumn = { expression: sql.ref('run.start_ms'), type: 'number', ascending: false }
  const byId: SortColumn = { expression: sql.ref('run.run_id'), type: 'string', ascending: true }
  const asked = (key: string) => order.some((field) => field.entity === 'attribute' && field.key === key)
  return [...(asked('start_time') ? [] : [byStart]), ...(asked('run_id') ? [] : [byId])]
}

function joinFor({ entity, key }: RunOrder, alias: string): RawBuilder<unknown> {
  if (entity === 'attribute') return sql``
  const table = { metric: 'latest_metric', parameter: 'param', tag: 'run_tag' }[entity]
  const joined = sql.ref(alias)
  return sql`left join ${sql.table(table)} as ${joined} on ${joined}.run_id = run.run_id and ${joined}.key = ${key}`
}

/** Rows without the value last, NaN before them, in both directions. */
function sortColumns({ entity, key, type, ascending }: RunOrder, alias: string): readonly SortColumn[] {
  const sortType = type === 'number' ? 'number' : 'string'
  if (entity === 'attribute') {
    const column: SortColumn = { expression: sql.ref(runAttributeColumn[key]!), type: sortType, ascending }
    return key === 'end_time' ? nullsLast(column) : [column]
  }
  const value: SortColumn = { expression: sql.ref(`${alias}.value`), type: sortType, ascending }
  if (entity !== 'metric') return nullsLast(value)
  const isNaN = sql.ref(`${alias}.is_nan`)
  const rank = sql`case when ${isNaN} is null then 2 when ${isNaN} = 1 then 1 else 0 end`
  return [
    { expression: rank, type: 'number', ascending: true },
    { ...value, expression: sql`coalesce(${sql.ref(`${alias}.value`)}, 0)` },
  ]
}

function decodeStart(token: string | undefined, fingerprint: string, stretches: readonly Stretch[]): PageStart {
  const values = decodePageToken(token, fingerprint, (first) => {
    const stretch = typeof first === 'number' ? stretches[first] : undefined
    return stretch && ['number', ...stretch.columns.map((column) => column.type)]
  })
  return values === undefined ? { stretch: 0 } : { stretch: values[0] as number, after: values.slice(1) }
}
