import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { Database, Dialect } from '../../database/database.ts'
import type { Page, Run, ViewType } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import type { FilterClause, OrderField } from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { hydrateRuns, type RunRow } from '../run-rows.ts'
import { nullsLast, orderList, sortsAfter, startsAt, type SortColumn } from './keyset.ts'
import { lifecycleIn } from './lifecycle.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from './page-token.ts'
import { planSearch, type PlanBounds } from './plan-search.ts'
import {
  indexedName,
  indexedText,
  keyedTables,
  listed,
  metBySorted,
  oneOf,
  probed,
  runAttributeColumn,
  runFilterGrammar,
  runOrderGrammar,
  unlisted,
  type RunEntity,
} from './run-conditions.ts'

/**
 * The story of a search over runs.
 *
 * A search is one SELECT over `run`, its filter as conditions, paged by key. Only an order that begins with a metric,
 * a param or a tag is special: sorting every run to show a page costs the whole experiment, reading the index of values
 * from its end costs the page. So such a search reads in up to three *stretches*, each ordered in itself: runs with the
 * value, driven by that index; runs whose metric is NaN; runs without the key. That is also the order MLflow asks for,
 * in both directions. A page may span stretches; a page token says in which one it begins. Where few runs can be found
 * the same stretches are gathered from the runs and sorted (`planSearch`), so a token fits either way. Clauses are asked
 * of each run on the way, or listed by their own indices where the way would be long.
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
  /** The id of its runs in the table that is read first: what is asked of it comes before the others are looked at. */
  readonly runId: Expression<unknown>
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
  const start = decodeStart(
    query.pageToken,
    fingerprint,
    stretchesOf(order, { dialect: database.dialect, experiments, ownClauses: [], isFew: false }),
  )
  if (experiments.length === 0) return { items: [] }
  const where = [lifecycleIn(view, sql.ref('run.deleted_ms'))]
  const dialect = database.dialect
  const ownClauses = clauses.filter((clause) => isOfKey(order, clause))
  const others = clauses.filter((clause) => !ownClauses.includes(clause))
  const shape = { dialect, experiments, ownClauses }
  const { maxResults } = query
  const plan = await planSearch(database, {
    experiments,
    clauses: others,
    maxResults,
    ways: waysOf(stretchesOf(order, { ...shape, isFew: false }), start),
    isKeyed: isOrderedByKey(order),
    where,
    bounds,
  })
  const stretches = stretchesOf(order, { ...shape, isFew: plan.isFew })
  where.push(...plan.probes.map((clause) => probed(shape, clause)))
  const lists = (runId: Expression<unknown>) => [
    ...(plan.lists.length === 0 ? [] : [listed(shape, plan.lists, runId)]),
    ...plan.exclusions.map((clause) => unlisted(shape, clause, runId)),
  ]
  const found = await readPage(database, { stretches, start, where, lists, limit: maxResults + 1 })
  const shown = found.slice(0, maxResults)
  const items = await hydrateRuns(
    database.read,
    shown.map(({ row }) => row),
    { isSearch: true },
  )
  const last = shown.at(-1)
  if (found.length <= maxResults || last === undefined) return { items }
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
    readonly lists: (runId: Expression<unknown>) => readonly Expression<SqlBool>[]
    readonly limit: number
  },
): Promise<readonly FoundRun[]> {
  const found: FoundRun[] = []
  for (const [index, stretch] of page.stretches.entries()) {
    if (index < page.start.stretch || found.length >= page.limit) continue
    const { columns } = stretch
    const after = index === page.start.stretch ? page.start.after : undefined
    const beyond = after === undefined ? [] : [sortsAfter(columns, after)]
    const conditions = [...stretch.where, ...page.lists(stretch.runId), ...page.where, ...beyond]
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

interface StretchOptions {
  readonly dialect: Dialect
  readonly experiments: readonly number[]
  /** Clauses over the key that is ordered by first. */
  readonly ownClauses: readonly FilterClause<RunEntity>[]
  readonly isFew: boolean
}

/** Always in the same number, since tokens count them; one that can have no runs says so by its condition. */
function stretchesOf(
  order: readonly RunOrder[],
  { dialect, experiments, ownClauses, isFew }: StretchOptions,
): readonly Stretch[] {
  const [first, ...rest] = order
  // A token is looked at before anything else, also where no experiment is named.
  const within = (column: string) => oneOf(sql.ref(column), experiments.length === 0 ? [-1] : experiments)
  const inExperiments = within('run.experiment_id')
  const tail = [...rest.flatMap((field, index) => sortColumns(field, `sort_${index}`)), ...tieBreakers(order)]
  const joins = sql.join(
    rest.map((field, index) => joinFor(field, `sort_${index}`)),
    sql` `,
  )
  const ofRun = { from: sql`run ${joins}`, runId: sql.ref('run.run_id') }
  if (first === undefined) return [{ ...ofRun, where: [inExperiments], columns: tail }]
  if (first.entity === 'attribute') return attributeStretches(first, { ...ofRun, where: [inExperiments] }, tail)
  const { entity, key, ascending } = first
  const table = sql.table(keyedTables[entity])
  // SQLite reads the tables of a CROSS JOIN in the order written.
  const pair = isFew ? sql`run cross join ${table} as sorted` : sql`${table} as sorted cross join run`
  const sorted = { from: sql`${pair} ${joins}`, runId: sql.ref(isFew ? 'run.run_id' : 'sorted.run_id') }
  const keyed = [sql<SqlBool>`sorted.key = ${key}`, sql<SqlBool>`run.run_id = sorted.run_id`, inExperiments]
  const own = (isNaN: boolean) => metBySorted(dialect, ownClauses, isNaN) ?? [sql<SqlBool>`1 = 0`]
  const missing =
    ownClauses.length > 0
      ? sql<SqlBool>`1 = 0`
      : sql<SqlBool>`not exists (
    select 1 from ${table} as other where other.run_id = run.run_id and other.key = ${key})`
  const without = { ...ofRun, where: [missing, inExperiments], columns: tail }
  const value = sql.ref('sorted.value')
  if (entity !== 'metric')
    return [
      {
        ...sorted,
        where: [...keyed, ...own(false)],
        columns: [...textColumns(value, indexedText(dialect, value), ascending), ...tail],
      },
      without,
    ]
  const metric = (isNaN: 0 | 1) => [
    ...keyed,
    within('sorted.experiment_id'),
    sql<SqlBool>`sorted.is_nan = ${isNaN}`,
    ...own(isNaN === 1),
  ]
  return [
    { ...sorted, where: metric(0), columns: [{ expression: value, type: 'number', ascending }, ...tail] },
    { ...sorted, where: metric(1), columns: tail },
    without,
  ]
}

/** Runs without an end come last in both directions, and in the same index. */
function attributeStretches(
  field: RunOrder,
  ofRun: Pick<Stretch, 'from' | 'runId' | 'where'>,
  tail: readonly SortColumn[],
): readonly Stretch[] {
  if (field.key !== 'end_time') return [{ ...ofRun, columns: [...sortColumns(field, 'sorted'), ...tail] }]
  const end = sql.ref('run.end_ms')
  const { where } = ofRun
  const ended: SortColumn = { expression: end, type: 'number', ascending: field.ascending }
  return [
    { ...ofRun, where: [...where, sql<SqlBool>`${end} is not null`], columns: [ended, ...tail] },
    { ...ofRun, where: [...where, sql<SqlBool>`${end} is null`], columns: tail },
  ]
}

/** Whether a clause asks about the very values that are ordered by. */
function isOfKey([first]: readonly RunOrder[], { entity, key, comparison }: FilterClause<RunEntity>): boolean {
  return comparison.kind !== 'presence' && entity !== 'attribute' && first?.entity === entity && first.key === key
}

function isOrderedByKey([first]: readonly RunOrder[]): boolean {
  return first !== undefined && first.entity !== 'attribute'
}

/** What a page passes on its way, as SELECTs of runs in its order but for ties. */
function waysOf(stretches: readonly Stretch[], start: PageStart): readonly RawBuilder<unknown>[] {
  return stretches.slice(start.stretch).map(({ from, where, columns }, index) => {
    const [column] = columns
    const after = index === 0 ? start.after?.[0] : undefined
    const bound = after === undefined ? [] : [startsAt(column!, after)]
    const conditions = sql.join([...where, ...bound], sql` and `)
    return sql`select run.* from ${from} where ${conditions} order by ${orderList([column!])}`
  })
}

/** A text by what an index holds of it, then whole: the same order as whole alone. */
function textColumns(
  text: Expression<unknown>,
  indexed: Expression<unknown>,
  ascending: boolean,
): readonly SortColumn[] {
  return [...new Set([indexed, text])].map((expression) => ({ expression, type: 'string', ascending }))
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
    const column: SortColumn = { expression: sql.ref(`run.${runAttributeColumn[key]!}`), type: sortType, ascending }
    if (key === 'run_name') return textColumns(column.expression, indexedName(column.expression), ascending)
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
