import { sql, type RawBuilder, type SqlBool } from 'kysely'
import { isEmbedded } from './compiled-statement.ts'
import type { Tables } from './database.ts'

/** Texts as one parameter of a statement: JSON for SQLite, an array for PostgreSQL. */
export type ListParameter = string | readonly string[]

/** Many texts as one parameter, so that a statement is the same for any number of them and is made once. */
export function listParameter(tables: Tables, texts: readonly string[]): ListParameter {
  return isEmbedded(tables) ? JSON.stringify(texts) : texts
}

/** The condition that a column is one of the texts of such a parameter. */
export function isAmong(tables: Tables, column: string, list: ListParameter): RawBuilder<SqlBool> {
  return isEmbedded(tables)
    ? sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${list}))`
    : sql<SqlBool>`${sql.ref(column)} = any(${list}::text[])`
}
