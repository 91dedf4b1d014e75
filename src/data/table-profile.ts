import type { NumberProfile } from '../statistics/number-profile.ts'
import { sqlName } from './sql-text.ts'
import { isThere, numbersSql, openTable, type OpenTable, type TableColumn } from './table-columns.ts'
import type { TableSession } from './table-engine.ts'
import type { TableSource } from './table-format.ts'

/** What is told of one column; which parts depends on its kind. */
interface ColumnProfile extends TableColumn {
  /** Rows without a value; NaN is none. */
  readonly missingCount: number
  readonly distinctCount?: number
  /** Above a million different texts they are estimated (HyperLogLog, a few per cent off). */
  readonly isDistinctEstimated?: boolean
  readonly numbers?: NumberProfile
  readonly categories?: {
    readonly topValues: readonly { readonly value: string; readonly count: number }[]
    readonly shortest: number
    readonly longest: number
  }
  readonly times?: { readonly earliest: string | null; readonly latest: string | null }
}

export interface TableProfile {
  readonly format: TableSource['format']
  readonly fileCount: number
  readonly rowCount: number
  readonly columns: readonly ColumnProfile[]
  /** Pearson's r of pairs of numeric columns, over rows that have both; the first thirty columns. */
  readonly correlations: readonly { readonly first: string; readonly second: string; readonly r: number | null }[]
}

const mostCorrelated = 30
const mostExactlyCounted = 1_000_000
const shownTopValues = 20

/** The profile of a table, column by column: memory for one column at a time. */
export async function profileTable(session: TableSession, source: TableSource): Promise<TableProfile> {
  const table = await openTable(session, 'profiled', source)
  const missing = await missingCounts(session, table)
  const columns: ColumnProfile[] = []
  // Sequential: a column may need much of the session's memory.
  for (const [at, column] of table.columns.entries())
    columns.push({ ...column, missingCount: missing[at]!, ...(await profileColumn(session, table, column)) })
  return {
    format: source.format,
    fileCount: source.files.length,
    rowCount: table.rowCount,
    columns,
    correlations: await correlationsOf(session, table),
  }
}

async function missingCounts(session: TableSession, table: OpenTable): Promise<readonly number[]> {
  if (table.columns.length === 0) return []
  const counts = table.columns.map((column) => `count(*) filter (not ${isThere(column)})`)
  const { rows } = await session.run(`select ${counts.join(', ')} from ${table.name}`)
  return rows[0]!.map(Number)
}

async function profileColumn(
  session: TableSession,
  table: OpenTable,
  column: TableColumn,
): Promise<Partial<ColumnProfile>> {
  const name = sqlName(column.name)
  switch (column.kind) {
    case 'number': {
      const numbers = await session.profileNumbers(numbersSql(table, column))
      return { distinctCount: numbers.distinctCount, numbers }
    }
    case 'category':
      return profileCategories(session, table, column)
    case 'time': {
      const { rows } = await session.run(
        `select min(${name})::varchar, max(${name})::varchar, approx_count_distinct(${name}) from ${table.name}`,
      )
      const [earliest, latest, distinct] = rows[0]!
      const times = { earliest: earliest as string | null, latest: latest as string | null }
      return { distinctCount: Number(distinct), isDistinctEstimated: true, times }
    }
    case 'other':
      return {}
  }
}

async function profileCategories(
  session: TableSession,
  table: OpenTable,
  column: TableColumn,
): Promise<Partial<ColumnProfile>> {
  const name = sqlName(column.name)
  const totals = await session.run(
    `select approx_count_distinct(${name}), min(length(${name}::varchar)), max(length(${name}::varchar)) from ${table.name}`,
  )
  const [estimate, shortest, longest] = totals.rows[0]!.map(Number)
  const isDistinctEstimated = estimate! > mostExactlyCounted
  const exact = isDistinctEstimated
    ? estimate!
    : Number((await session.run(`select count(distinct ${name}) from ${table.name}`)).rows[0]![0])
  const top = await session.run(
    `select ${name}::varchar as v, count(*) as n from ${table.name} where ${name} is not null ` +
      `group by v order by n desc, v limit ${shownTopValues}`,
  )
  return {
    distinctCount: exact,
    ...(isDistinctEstimated && { isDistinctEstimated }),
    categories: {
      topValues: top.rows.map(([value, count]) => ({ value: String(value), count: Number(count) })),
      shortest: shortest!,
      longest: longest!,
    },
  }
}

async function correlationsOf(session: TableSession, table: OpenTable): Promise<TableProfile['correlations']> {
  const numeric = table.columns.filter(({ kind }) => kind === 'number').slice(0, mostCorrelated)
  const pairs = numeric.flatMap((first, at) => numeric.slice(at + 1).map((second) => ({ first, second })))
  if (pairs.length === 0) return []
  const clean = numeric.map(({ name }, at) => {
    const value = `${sqlName(name)}::double`
    return `case when isfinite(${value}) then ${value} end as c${at}`
  })
  const place = (column: TableColumn): string => `c${numeric.indexOf(column)}`
  const terms = pairs.map(({ first, second }) => `corr(${place(first)}, ${place(second)})`)
  const { rows } = await session.run(`select ${terms.join(', ')} from (select ${clean.join(', ')} from ${table.name})`)
  return pairs.map(({ first, second }, at) => {
    const r = rows[0]![at]
    return { first: first.name, second: second.name, r: typeof r === 'number' && Number.isFinite(r) ? r : null }
  })
}
