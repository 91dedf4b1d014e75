import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { Page, Run, ViewType } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import type { OrderField } from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { hydrateRuns, type RunRow } from '../run-rows.ts'
import { planSearch, type PlanBounds } from './clause-reading.ts'
import { nullsLast, orderList, sortsAfter, type SortColumn } from './keyset.ts'
import { lifecycleIn } from './lifecycle.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from './page-token.ts'
import {
  keyedTables,
  oneOf,
  runAttributeColumn,
  runCondition,
  runFilterGrammar,
  runOrderGrammar,
} from './run-conditions.ts'

/**
 * The story of a search over runs.
 *
 * A search is one SELECT over `run`, its filter as conditions, paged by key. Only an order that begins with a metric,
 * a param or a tag is special: sorting every run to show a page costs the whole experiment, reading the index of values
 * from its end costs the page. So such a search reads in up to three *stretches*, each ordered in itself: runs with the
 * value, driven by that index; runs whose metric is NaN; runs without the key. That is also the order MLflow asks for,
 * in both directions. A page may span stretches; a page token says in which one it begins. Where few runs can be found
 * the same stretches are gathered from the runs and sorted (`planSearch`), so a token fits either way.
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
export async function searchRuns(database: Database, query: RunQuery, bounds?: PlanBounds): Promise<Page<Run>> {
  checkMaxResults(query.maxResults, maxPage)
  const clauses = parseFilter(query.filter, runFilterGrammar)
  const order = parseOrderBy(query.orderBy ?? [], runOrderGrammar)
  const experiments = experimentNumbers(query.experimentIds)
  const view = query.view ?? 'ACTIVE_ONLY'
  const fingerprint = queryFingerprint('runs', experiments, query.filter ?? '', query.orderBy ?? [], view)
  const start = decodeStart(query.pageToken, fingerprint, stretchesOf(order, { experiments, isFew: false }))
  if (experiments.length === 0) return { items: [] }
  const { readings, isFew } = await planSearch(database, { experiments, clauses, bounds })
  const stretches = stretchesOf(order, { experiments, isFew })
  const scope = { dialect: database.dialect, experiments }
  const where = [
    oneOf(sql.ref('run.experiment_id'), experiments),
    lifecycleIn(view, sql.ref('run.deleted_ms')),
    ...clauses.map((clause, index) => runCondition(scope, clause, readings[index]!)),
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

function stretchesOf(
  order: readonly RunOrder[],
  { experiments, isFew }: { readonly experiments: readonly number[]; readonly isFew: boolean },
): readonly Stretch[] {
  const [first, ...rest] = order
  const tail = [...rest.flatMap((field, index) => sortColumns(field, `sort_${index}`)), ...tieBreakers(order)]
  const joins = sql.join(
    rest.map((field, index) => joinFor(field, `sort_${index}`)),
    sql` `,
  )
  if (first === undefined || first.entity === 'attribute') {
    const columns = first === undefined ? tail : [...sortColumns(first, 'sorted'), ...tail]
    return [{ from: sql`run ${joins}`, where: [], columns }]
  }
  const { entity, key, ascending } = first
  const table = sql.table(keyedTables[entity])
  // SQLite reads the tables of a CROSS JOIN in the order written.
  const pair = isFew ? sql`run cross join ${table} as sorted` : sql`${table} as sorted cross join run`
  const from = sql`${pair} ${joins}`
  const keyed = [sql<SqlBool>`sorted.key = ${key}`, sql<SqlBool>`run.run_id = sorted.run_id`]
  const missing = sql<SqlBool>`not exists (
    select 1 from ${table} as other where other.run_id = run.run_id and other.key = ${key})`
  const without = { from: sql`run ${joins}`, where: [missing], columns: tail }
  const value = sql.ref('sorted.value')
  if (entity !== 'metric')
    return [{ from, where: keyed, columns: [...textColumns(value, ascending), ...tail] }, without]
  const inExperiments = oneOf(sql.ref('sorted.experiment_id'), experiments.length === 0 ? [-1] : experiments)
  const metric = (isNaN: 0 | 1) => [...keyed, inExperiments, sql<SqlBool>`sorted.is_nan = ${isNaN}`]
  return [
    { from, where: metric(0), columns: [{ expression: value, type: 'number', ascending }, ...tail] },
    { from, where: metric(1), columns: tail },
    without,
  ]
}

/** A text by its first 64 characters, which an index holds, then whole: the same order as whole alone. */
function textColumns(text: Expression<unknown>, ascending: boolean): readonly SortColumn[] {
  return [
    { expression: sql`substr(${text}, 1, 64)`, type: 'string', ascending },
    { expression: text, type: 'string', ascending },
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
  const joined = sql.ref(alias)
  return sql`left join ${sql.table(keyedTables[entity])} as ${joined} on ${joined}.run_id = run.run_id and ${joined}.key = ${key}`
}

/** Rows without the value last, NaN before them, in both directions. */
function sortColumns({ entity, key, type, ascending }: RunOrder, alias: string): readonly SortColumn[] {
  const sortType = type === 'number' ? 'number' : 'string'
  if (entity === 'attribute') {
    const column: SortColumn = { expression: sql.ref(runAttributeColumn[key]!), type: sortType, ascending }
    if (key === 'run_name') return textColumns(column.expression, ascending)
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
