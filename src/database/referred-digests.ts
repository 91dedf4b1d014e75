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

async function textColumns(tables: Tables, dialect: Database['dialect']): Promise<readonly TextColumns[]> {
  return dialect === 'sqlite' ? sqliteTextColumns(tables) : postgresTextColumns(tables)
}

interface TextColumns {
  readonly name: string
  readonly columns: readonly string[]
}

async function sqliteTextColumns(tables: Tables): Promise<readonly TextColumns[]> {
  return (await tables.introspection.getTables())
    .filter((table) => !table.isView)
    .map((table) => ({
      name: table.name,
      columns: table.columns.filter((column) => column.dataType.toLowerCase() === 'text').map((column) => column.name),
    }))
    .filter(({ columns }) => columns.length > 0)
}

/** Of this schema alone: Kysely's look at every schema of the database fails when another one is dropped meanwhile. */
async function postgresTextColumns(tables: Tables): Promise<readonly TextColumns[]> {
  const { rows } = await sql<TextColumns>`
    select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_catalog.pg_type t on t.oid = a.atttypid
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and t.typname = 'text'
    group by c.relname order by c.relname
  `.execute(tables)
  return rows
}

interface Scanned {
  readonly name: string
  readonly columns: readonly string[]
  readonly condition: RawBuilder<boolean>
}

/**
 * By row number or primary key, which no update changes: a page at a time, so that a large table does not fill the
 * memory.
 */
async function scanPages(tables: Tables, { name, columns, condition }: Scanned, found: Set<string>): Promise<void> {
  const isLong = sql.join(
    columns.map((column) => sql`length(${sql.ref(column)}) >= 64`),
    sql` or `,
  )
  const order = await orderOfRows(tables, name)
  const place = sql.join(order.map((column) => sql.ref(column)))
  const shown = order.map((column, at) => sql`${sql.ref(column)} as ${sql.ref(`sluice_place_${at}`)}`)
  let last: readonly unknown[] | undefined
  for (;;) {
    const beyond = last === undefined ? sql`` : sql`(${place}) > (${sql.join(last)}) and`
    const { rows } = await sql<Record<string, unknown>>`
      select ${sql.join([...shown, ...columns.map((column) => sql.ref(column))])} from ${sql.table(name)}
      where ${beyond} (${isLong}) and (${condition}) order by ${place} limit ${pageSize}
    `.execute(tables)
    for (const row of rows)
      for (const column of columns) {
        const text = row[column]
        if (typeof text === 'string') for (const [digest] of text.matchAll(digestPattern)) found.add(digest)
      }
    if (rows.length < pageSize) return
    last = order.map((_, at) => rows.at(-1)![`sluice_place_${at}`])
  }
}

/** What SQLite keeps a table's rows in the order of: `rowid`, or the primary key of a table without it. */
async function orderOfRows(tables: Tables, name: string): Promise<readonly string[]> {
  const { rows } = await sql<{ key: string }>`
    select column.name as key from pragma_table_list(${name}) as listed, pragma_table_info(${name}) as column
    where listed.schema = 'main' and listed.wr = 1 and column.pk > 0 order by column.pk
  `.execute(tables)
  return rows.length === 0 ? ['rowid'] : rows.map(({ key }) => key)
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
