import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../base/ids.ts'
import { asTable, askedAtPlace } from './query-mistake.ts'
import { sqlLiteral, sqlName } from './sql-text.ts'
import type { TableEngine, TableSession } from './table-engine.ts'
import type { TableRows } from './table-engine-messages.ts'
import { tableSource } from './table-source.ts'

/** Files of a table on this machine, and what they are. */
interface LocatedTable {
  readonly path: string
  readonly digest: Digest
  readonly baseName: string
}

/** What a source (a reference, or an absolute path) stands for now. Throws `input-not-found`, `not-supported`. */
export type FindTable = (source: string) => Promise<LocatedTable>

/** One SELECT over named tables. */
export interface TableQuery {
  readonly sql: string
  /** Table name -> source. */
  readonly inputs: Readonly<Record<string, string>>
}

export interface QueryParts {
  readonly engine: TableEngine
  readonly find: FindTable
  /** For answers as files. */
  readonly folder: string
}

/** How an answer is written to a file. */
export type AnswerFormat = 'csv' | 'json' | 'parquet'

/** Opens the tables of a query in a session of its own; a folder may be given that may be written. */
export async function withInputs<Result>(
  { engine, find }: Pick<QueryParts, 'engine' | 'find'>,
  { inputs, writable }: TableQuery & { readonly writable?: string },
  work: (session: TableSession, located: ReadonlyMap<string, LocatedTable>) => Promise<Result>,
): Promise<Result> {
  const located = new Map<string, LocatedTable>()
  // Sequential: the first that is missing is the one that is named.
  for (const [name, source] of Object.entries(inputs)) located.set(name, await find(source))
  const readable = [...located.values()].map(({ path }) => path)
  return engine.session({ readable, ...(writable !== undefined && { writable }) }, async (session) => {
    for (const [name, { path }] of located)
      await session.run(`create view ${sqlName(name)} as ${(await tableSource(path)).sql}`)
    return work(session, located)
  })
}

interface Answer {
  readonly query: TableQuery
  readonly format: AnswerFormat
  /** Throws for columns that are not wanted, before anything is written. */
  readonly check?: (columns: TableRows['columns']) => void
}

/** The answer to a query as a file, and the contents of its inputs by their names. */
export async function withAnswer<Result>(
  parts: QueryParts,
  { query, format, check }: Answer,
  use: (answer: { readonly file: string; readonly digests: Readonly<Record<string, string>> }) => Promise<Result>,
): Promise<Result> {
  await mkdir(parts.folder, { recursive: true })
  const folder = await mkdtemp(join(parts.folder, 'query-'))
  try {
    const file = join(folder, `answer.${format}`)
    const digests = await withInputs(parts, { ...query, writable: folder }, async (session, located) => {
      // Asked as a user's SELECT first: what is copied below is known to change nothing.
      const rows = asTable(query.sql)
      const { columns } = await askedAtPlace(query.sql, () => session.select(`select * from ${rows} limit 0`))
      check?.(columns)
      await askedAtPlace(query.sql, () => session.run(`copy ${rows} to ${sqlLiteral(file)} (${copyOptions[format]})`))
      return Object.fromEntries([...located].map(([table, { digest }]) => [table, digest]))
    })
    return await use({ file, digests })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const copyOptions: Readonly<Record<AnswerFormat, string>> = {
  csv: 'format csv, header',
  json: 'format json',
  parquet: 'format parquet',
}
