import { sql, type RawBuilder } from 'kysely'
import type { Database, Tables } from './database.ts'

/** Rows of a table that do not count, as a condition on the others, e.g. sql`ended_ms > 5`. */
export type CountedRows = Readonly<Record<string, RawBuilder<boolean>>>

const digestPattern = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g
const pageSize = 2000

/**
 * Every SHA-256 that stands anywhere in the text of the tables, but for those in `except`. It knows no table by name, so
 * a digest that some room writes into its rows tomorrow is found as well: what is to be removed must not depend on
 * everybody remembering to say what they refer to. Text that only looks like a digest keeps something too long, no more.
 */
export async function referredDigests(
  database: Database,
  { except, counted = {} }: { readonly except: readonly string[]; readonly counted?: CountedRows },
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const { read, dialect } = database
  for (const { name, columns } of await textColumns(read, dialect)) {
    if (except.includes(name)) continue
    const condition = counted[name] ?? sql<boolean>`1 = 1`
    // Sequential: one connection reads.
    if (dialect === 'sqlite') await scanPages(read, { name, columns, condition }, found)
    else await scanAtOnce(read, { name, columns, condition }, found)
  }
  return found
}

async function textColumns(
  tables: Tables,
  dialect: Database['dialect'],
): Promise<readonly { readonly name: string; readonly columns: readonly string[] }[]> {
  const current =
    dialect === 'sqlite'
      ? undefined
      : (await sql<{ schema: string }>`select current_schema() as schema`.execute(tables)).rows[0]!.schema
  const all = await tables.introspection.getTables()
  return all
    .filter((table) => !table.isView && (current === undefined || table.schema === current))
    .map((table) => ({
      name: table.name,
      columns: table.columns.filter((column) => column.dataType.toLowerCase() === 'text').map((column) => column.name),
    }))
    .filter(({ columns }) => columns.length > 0)
}

interface Scanned {
  readonly name: string
  readonly columns: readonly string[]
  readonly condition: RawBuilder<boolean>
}

/** By row number, which no update changes: a page at a time, so that a large table does not fill the memory. */
async function scanPages(tables: Tables, { name, columns, condition }: Scanned, found: Set<string>): Promise<void> {
  const isLong = sql.join(
    columns.map((column) => sql`length(${sql.ref(column)}) >= 64`),
    sql` or `,
  )
  for (let last = -1; ;) {
    const { rows } = await sql<Record<string, unknown>>`
      select rowid as sluice_row, ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(name)}
      where rowid > ${last} and (${isLong}) and (${condition}) order by rowid limit ${pageSize}
    `.execute(tables)
    for (const row of rows)
      for (const column of columns) {
        const text = row[column]
        if (typeof text === 'string') for (const [digest] of text.matchAll(digestPattern)) found.add(digest)
      }
    if (rows.length < pageSize) return
    last = Number(rows.at(-1)!['sluice_row'])
  }
}

/** In one statement: rows move when they are updated, so pages could miss one. The database does the looking. */
async function scanAtOnce(tables: Tables, { name, columns, condition }: Scanned, found: Set<string>): Promise<void> {
  for (const column of columns) {
    const { rows } = await sql<{ digest: string }>`
      select distinct matched[1] as digest
      from (
        select regexp_matches(${sql.ref(column)}, '(?:^|[^0-9a-f])([0-9a-f]{64})(?![0-9a-f])', 'g') as matched
        from ${sql.table(name)} where length(${sql.ref(column)}) >= 64 and (${condition})
      ) as matches
    `.execute(tables)
    for (const { digest } of rows) found.add(digest)
  }
}
