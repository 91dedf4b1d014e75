import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { KeyValues } from './page-token.ts'

/** A column to sort by. Its value is never NULL: a column that may be has a rank before it (`nullsLast`). */
export interface SortColumn {
  readonly expression: Expression<unknown>
  readonly type: 'string' | 'number'
  readonly ascending: boolean
}

/** A column that may be NULL as two that may not: rows without a value come last in both directions. */
export function nullsLast(column: SortColumn): readonly SortColumn[] {
  const { expression, type } = column
  const fallback = type === 'string' ? sql.lit('') : sql.lit(0)
  return [
    { expression: sql`case when ${expression} is null then 1 else 0 end`, type: 'number', ascending: true },
    { ...column, expression: sql`coalesce(${expression}, ${fallback})` },
  ]
}

/** The ORDER BY list. */
export function orderList(columns: readonly SortColumn[]): RawBuilder<unknown> {
  return sql.join(columns.map(({ expression, ascending }) => sql`${expression} ${sql.raw(ascending ? 'asc' : 'desc')}`))
}

/**
 * The condition "sorts after the row with these values": paging by key, whose cost does not grow with the page number.
 * The bound on the first column is implied, and lets an index begin there.
 */
export function sortsAfter(columns: readonly SortColumn[], values: KeyValues): Expression<SqlBool> {
  const alternatives = columns.map((column, index) => {
    const equal = columns.slice(0, index).map((before, at) => sql<SqlBool>`${before.expression} = ${values[at]}`)
    const beyond = sql<SqlBool>`${column.expression} ${sql.raw(column.ascending ? '>' : '<')} ${values[index]}`
    return sql<SqlBool>`(${sql.join([...equal, beyond], sql` and `)})`
  })
  return sql<SqlBool>`(${startsAt(columns[0]!, values[0]!)} and (${sql.join(alternatives, sql` or `)}))`
}

/** The condition "does not sort before this value" by one column. */
export function startsAt({ expression, ascending }: SortColumn, value: string | number): Expression<SqlBool> {
  return sql<SqlBool>`${expression} ${sql.raw(ascending ? '>=' : '<=')} ${value}`
}
