import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { Database, Dialect } from '../../database/database.ts'
import type { FilterClause, OrderField } from '../filter/grammar.ts'
import { nullsLast, orderList, startsAt, type SortColumn } from './keyset.ts'
import type { KeyValues } from './page-token.ts'
import {
  indexedLength,
  indexedName,
  indexedText,
  keyedTables,
  metBySorted,
  oneOf,
  runAttributeColumn,
  type RunEntity,
} from './run-conditions.ts'

export type RunOrder = OrderField<'metric' | 'parameter' | 'tag' | 'attribute'>

/** Rows that are ordered in themselves and come after those of the stretch before (the story is in `run-search.ts`). */
export interface Stretch {
  readonly from: RawBuilder<unknown>
  readonly where: readonly Expression<SqlBool>[]
  readonly columns: readonly SortColumn[]
  /** The id of its runs in the table that is read first: what is asked of it comes before the others are looked at. */
  readonly runId: Expression<unknown>
  /** Set where one index holds all that is asked of its rows: the same rows without their runs, to look ahead. */
  readonly alone?: Pick<Stretch, 'from' | 'where'>
  /** Set where runs of the same first value can be read in the order of what follows, by an index of that. */
  readonly tied?: Tied
  /** Set where a look at the whole may tell that it has no runs, for less than walking along them all. */
  readonly isEmpty?: (database: Database) => Promise<boolean>
}

interface Tied {
  /** How many columns the first value takes: none where the whole stretch has one. */
  readonly columns: number
  /** The runs with this value, one part after the other. */
  readonly at: (value: string | number) => readonly TiedPart[]
}

/** Some runs of one value, as a stretch of its own. */
interface TiedPart {
  readonly stretch: Stretch
  /** A key of this stretch as values of the columns that follow the first value, and back: undefined for another part's. */
  readonly outward: (key: KeyValues) => KeyValues
  readonly inward: (key: KeyValues) => KeyValues | undefined
}

/** Where a page begins: after the row with these values of a stretch's columns, or at its start. */
export interface PageStart {
  readonly stretch: number
  readonly after?: KeyValues
}

interface StretchOptions {
  readonly dialect: Dialect
  readonly experiments: readonly number[]
  /** Clauses over the key that is ordered by first. */
  readonly ownClauses: readonly FilterClause<RunEntity>[]
  readonly isFew: boolean
}

/** Always in the same number, since tokens count them; one that can have no runs says so by its condition. */
export function stretchesOf(
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
  const parts = isFew ? undefined : partsOf(rest, { dialect, experiments, ofRun, inExperiments, tail })
  const tiedBy = (columns: number, condition: (value: string | number) => Expression<SqlBool>) =>
    parts !== undefined && {
      tied: {
        columns,
        at: (value: string | number) =>
          parts.map((part) => ({ ...part, stretch: narrowed(part.stretch, condition(value)) })),
      },
    }
  if (first.entity === 'attribute')
    return attributeStretches(first, { ofRun: { ...ofRun, where: [inExperiments] }, tail, tiedBy })
  const { entity, key, ascending } = first
  const table = sql.table(keyedTables[entity])
  // SQLite reads the tables of a CROSS JOIN in the order written.
  const pair = isFew ? sql`run cross join ${table} as sorted` : sql`${table} as sorted cross join run`
  const sorted = { from: sql`${pair} ${joins}`, runId: sql.ref(isFew ? 'run.run_id' : 'sorted.run_id') }
  const ofKey = sql<SqlBool>`sorted.key = ${key}`
  const itsRun = [sql<SqlBool>`run.run_id = sorted.run_id`, inExperiments]
  const own = (isNaN: boolean) => metBySorted(dialect, ownClauses, isNaN) ?? [sql<SqlBool>`1 = 0`]
  const missing =
    ownClauses.length > 0
      ? sql<SqlBool>`1 = 0`
      : sql<SqlBool>`not exists (
    select 1 from ${table} as other where other.run_id = run.run_id and other.key = ${key})`
  const without = { ...ofRun, where: [missing, inExperiments], columns: tail }
  const value = sql.ref('sorted.value')
  const has = (found: string | number) => sql<SqlBool>`exists (
    select 1 from ${table} as other
    where other.run_id = run.run_id and other.key = ${key} and other.value = ${found}
      ${entity === 'metric' ? sql`and other.is_nan = 0` : sql``})`
  if (entity !== 'metric') {
    const texts = textColumns(value, indexedText(dialect, value), ascending)
    const where = [ofKey, ...itsRun, ...own(false)]
    return [{ ...sorted, where, columns: [...texts, ...tail], ...tiedBy(texts.length, has) }, without]
  }
  const indexed = (isNaN: 0 | 1) => [
    ofKey,
    within('sorted.experiment_id'),
    sql<SqlBool>`sorted.is_nan = ${isNaN}`,
    ...own(isNaN === 1),
  ]
  return [
    {
      ...sorted,
      where: [...itsRun, ...indexed(0)],
      ...(!isFew && { alone: { from: sql`${table} as sorted`, where: indexed(0) } }),
      columns: [{ expression: value, type: 'number', ascending }, ...tail],
      ...tiedBy(1, has),
    },
    { ...sorted, where: [...itsRun, ...indexed(1)], columns: tail, ...tiedBy(0, () => isNaNOf(key)) },
    { ...without, ...(ownClauses.length === 0 && { isEmpty: (database) => allHave(database, { key, experiments }) }) },
  ]
}

interface PartOptions {
  readonly dialect: Dialect
  readonly experiments: readonly number[]
  readonly ofRun: Pick<Stretch, 'from' | 'runId'>
  readonly inExperiments: Expression<SqlBool>
  readonly tail: readonly SortColumn[]
}

/** How runs that share what was ordered by first are read by the rest of the order; undefined where only sorting does. */
function partsOf(
  rest: readonly RunOrder[],
  { dialect, experiments, ofRun, inExperiments, tail }: PartOptions,
): readonly TiedPart[] | undefined {
  const [next] = rest
  // Where nothing but the start and the id orders them, as all runs are.
  if (rest.every(({ entity, key }) => entity === 'attribute' && /^(start_time|run_id)$/.test(key))) {
    const same = (key: KeyValues) => key
    return [{ stretch: { ...ofRun, where: [inExperiments], columns: tail }, outward: same, inward: same }]
  }
  if (next === undefined || next.entity === 'attribute') return undefined
  const isMetric = next.entity === 'metric'
  return stretchesOf(rest, { dialect, experiments, ownClauses: [], isFew: false }).map((stretch, rank) => {
    if (rank > 0) {
      const lead = [rank, isMetric ? 0 : '']
      return {
        stretch,
        outward: (key) => [...lead, ...key],
        inward: (key) => (key[0] === rank ? key.slice(lead.length) : undefined),
      }
    }
    // A text stands in its columns by what an index holds of it, then whole.
    const width = stretch.tied?.columns ?? (isMetric ? 1 : textWidth(dialect))
    return {
      stretch,
      outward: (key) => [0, key[width - 1]!, ...key.slice(width)],
      inward: ([found, value, ...others]) => {
        if (found !== 0) return undefined
        const start = width > 1 ? [[...String(value)].slice(0, indexedLength).join('')] : []
        return [...start, value!, ...others]
      },
    }
  })
}

function textWidth(dialect: Dialect): number {
  const value = sql.ref('sorted.value')
  return textColumns(value, indexedText(dialect, value), true).length
}

/** The runs of a stretch that meet a condition too. */
function narrowed(stretch: Stretch, condition: Expression<SqlBool>): Stretch {
  const { tied, alone: _withoutRuns, where, ...rest } = stretch
  return {
    ...rest,
    where: [...where, condition],
    ...(tied !== undefined && {
      tied: {
        ...tied,
        at: (value: string | number) =>
          tied.at(value).map((part) => ({ ...part, stretch: narrowed(part.stretch, condition) })),
      },
    }),
  }
}

function isNaNOf(key: string): Expression<SqlBool> {
  return sql<SqlBool>`exists (
    select 1 from latest_metric as other where other.run_id = run.run_id and other.key = ${key} and other.is_nan = 1)`
}

/** Whether every run of the experiments has a metric: then none is looked for among them all that has not. */
async function allHave(
  { read }: Database,
  { key, experiments }: { readonly key: string; readonly experiments: readonly number[] },
): Promise<boolean> {
  const { rows } = await sql<{ missing: number }>`
    select (select count(*) from run where ${oneOf(sql.ref('run.experiment_id'), experiments)})
      - (select count(*) from latest_metric as sorted
         where sorted.key = ${key} and ${oneOf(sql.ref('sorted.experiment_id'), experiments)}) as missing
  `.execute(read)
  return Number(rows[0]!.missing) === 0
}

interface AttributeParts {
  readonly ofRun: Pick<Stretch, 'from' | 'runId' | 'where'>
  readonly tail: readonly SortColumn[]
  readonly tiedBy: (
    columns: number,
    condition: (value: string | number) => Expression<SqlBool>,
  ) => false | Pick<Stretch, 'tied'>
}

/** Runs without an end come last in both directions, and in the same index. */
function attributeStretches(field: RunOrder, { ofRun, tail, tiedBy }: AttributeParts): readonly Stretch[] {
  const { key, ascending } = field
  const column = sql.ref(`run.${runAttributeColumn[key]!}`)
  const { where } = ofRun
  if (key === 'end_time') {
    const ended: SortColumn = { expression: column, type: 'number', ascending }
    return [
      { ...ofRun, where: [...where, sql<SqlBool>`${column} is not null`], columns: [ended, ...tail] },
      { ...ofRun, where: [...where, sql<SqlBool>`${column} is null`], columns: tail },
    ]
  }
  const columns = sortColumns(field, 'sorted')
  const isShared = key === 'status' || key === 'user_id' || key === 'run_name'
  const tied = isShared && tiedBy(columns.length, (value) => sql<SqlBool>`${column} = ${value}`)
  return [{ ...ofRun, columns: [...columns, ...tail], ...tied }]
}

/** Whether a clause asks about the very values that are ordered by. */
export function isOfKey([first]: readonly RunOrder[], { entity, key, comparison }: FilterClause<RunEntity>): boolean {
  return comparison.kind !== 'presence' && entity !== 'attribute' && first?.entity === entity && first.key === key
}

export function isOrderedByKey([first]: readonly RunOrder[]): boolean {
  return first !== undefined && first.entity !== 'attribute'
}

/** What a page passes on its way, as SELECTs of runs in its order but for ties. */
export function waysOf(stretches: readonly Stretch[], start: PageStart): readonly RawBuilder<unknown>[] {
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
