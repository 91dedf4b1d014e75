import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { AssetCatalogue } from '../assets/asset-catalogue.ts'
import type { AssetVersion } from '../assets/asset.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { findProfile, putProfile, type StoredProfile } from './profile-store.ts'
import { sqlLiteral, sqlName } from './sql-text.ts'
import { openTable } from './table-columns.ts'
import { type DiffOptions, diffTables, type TableDiff } from './table-diff.ts'
import type { TableEngine, TableSession } from './table-engine.ts'
import type { TableRows } from './table-engine-messages.ts'
import { profileTable } from './table-profile.ts'
import { tableSource } from './table-source.ts'

/** Files of a table on this machine, and what they are. */
interface LocatedTable {
  readonly path: string
  readonly digest: Digest
  readonly baseName: string
}

/** What a source (a reference, or an absolute path) stands for now. Throws `input-not-found`, `not-supported`. */
export type FindTable = (source: string) => Promise<LocatedTable>

export interface ExplorerParts {
  readonly engine: TableEngine
  readonly find: FindTable
  readonly database: Database
  readonly clock: Clock
  readonly content: Pick<ContentStore, 'ingest'>
  readonly assets: Pick<AssetCatalogue, 'create' | 'get'>
  /** For results on their way into the store. */
  readonly folder: string
}

interface Sampled {
  readonly rowCount: number
  /** Rows at random, the same ones for the same seed; without it the first. */
  readonly seed?: number
}

/** One SELECT over named tables. */
interface TableQuery {
  readonly sql: string
  /** Table name -> source. */
  readonly inputs: Readonly<Record<string, string>>
}

/** Looks at data: what is in it, how it differs, what a query says of it. */
export interface TableExplorer {
  /** Where its files lie on this machine. */
  locate(source: string): Promise<string>
  /** Made once for a content, then kept. */
  profile(source: string): Promise<StoredProfile>
  diff(sources: { readonly reference: string; readonly current: string }, options: DiffOptions): Promise<TableDiff>
  sample(source: string, options: Sampled): Promise<TableRows>
  /** The first rows of the answer to a user's SELECT. */
  query(query: TableQuery, options: { readonly rowCount: number }): Promise<TableRows>
  /** The whole answer as a file, which is there as long as `use` runs. */
  withAnswer<Result>(query: TableQuery, format: AnswerFormat, use: (path: string) => Promise<Result>): Promise<Result>
  /**
   * Keeps a query with its whole answer, as a Parquet file: a version of a data asset, a new one where the answer
   * changed. Its properties say the query and what its inputs were.
   */
  saveQuery(query: TableQuery, asset: { readonly name: string; readonly createdBy: string }): Promise<AssetVersion>
  /** The query that a version of a data asset is the answer to. Throws `not-found` where it is none. */
  savedQuery(name: string): Promise<TableQuery>
}

/** How an answer is written to a file. */
type AnswerFormat = 'csv' | 'json' | 'parquet'

const queryProperty = 'sluice.query'

/** Looks at tables through the engine. */
export function tableExplorer(parts: ExplorerParts): TableExplorer {
  const { engine, find, database, clock } = parts
  return {
    locate: async (source) => (await find(source)).path,
    async profile(source) {
      const table = await find(source)
      const known = await findProfile(database.read, table)
      if (known !== undefined) return known
      const rows = await tableSource(table.path)
      const profile = await engine.session({ readable: [table.path] }, (session) => profileTable(session, rows))
      const stored: StoredProfile = { ...table, profile, createdMs: clock.now() }
      await keep(database, stored)
      return stored
    },
    async diff({ reference, current }, options) {
      const [before, now] = [await find(reference), await find(current)]
      return engine.session({ readable: [before.path, now.path] }, async (session) => {
        const tables = {
          reference: await openTable(session, 'reference', await tableSource(before.path)),
          current: await openTable(session, 'current', await tableSource(now.path)),
        }
        const diff = await diffTables(session, tables, options)
        return { ...diff, columns: diff.columns.map(({ comparison: _, categories: __, ...column }) => column) }
      })
    },
    async sample(source, { rowCount, seed }) {
      const table = await find(source)
      const { sql } = await tableSource(table.path)
      const chosen =
        seed === undefined ? `limit ${rowCount}` : `using sample reservoir(${rowCount} rows) repeatable (${seed})`
      return engine.session({ readable: [table.path] }, (session) => session.run(`select * from (${sql}) ${chosen}`))
    },
    query: (query, { rowCount }) =>
      withInputs(parts, query, (session) =>
        session.select(`select * from (${trimmed(query.sql)}\n) limit ${rowCount}`),
      ),
    withAnswer: (query, format, use) => withAnswer(parts, { query, format }, ({ file }) => use(file)),
    saveQuery: (query, asset) => saveQuery(parts, query, asset),
    async savedQuery(name) {
      const { properties } = await parts.assets.get({ kind: 'data', name }, { label: 'latest' })
      const text = properties[queryProperty]
      if (text === undefined)
        throw new SluiceError('not-found', `The data asset ${name} is not the answer to a saved query.`, {
          hint: `Save one with: sluice data query "SELECT ..." --input t=azureml:NAME:VERSION --save ${name}`,
        })
      return JSON.parse(text) as TableQuery
    },
  }
}

/** Who only looks at a store makes a profile too, and keeps none. */
async function keep(database: Database, profile: StoredProfile): Promise<void> {
  try {
    await database.write((tables) => putProfile(tables, profile))
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'store-unavailable')) throw error
  }
}

/** A user's SELECT may end in a semicolon or a comment. */
function trimmed(sql: string): string {
  return sql.trim().replace(/;+$/, '')
}

/** A query, and a folder that may be written for its answer. */
interface Asked extends TableQuery {
  readonly writable?: string
}

async function withInputs<Result>(
  { engine, find }: ExplorerParts,
  { inputs, writable }: Asked,
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

async function newestVersion(assets: ExplorerParts['assets'], name: string): Promise<AssetVersion | undefined> {
  try {
    return await assets.get({ kind: 'data', name }, { label: 'latest' })
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not-found') return undefined
    throw error
  }
}

/** The answer to a query as a file, and the contents of its inputs by their names. */
async function withAnswer<Result>(
  parts: ExplorerParts,
  { query, format }: { readonly query: TableQuery; readonly format: AnswerFormat },
  use: (answer: { readonly file: string; readonly digests: Readonly<Record<string, string>> }) => Promise<Result>,
): Promise<Result> {
  await mkdir(parts.folder, { recursive: true })
  const folder = await mkdtemp(join(parts.folder, 'query-'))
  try {
    const file = join(folder, `answer.${format}`)
    const digests = await withInputs(parts, { ...query, writable: folder }, async (session, located) => {
      // Asked as a user's SELECT first: what is copied below is known to change nothing.
      await session.select(`select * from (${trimmed(query.sql)}\n) limit 0`)
      await session.run(`copy (${trimmed(query.sql)}\n) to ${sqlLiteral(file)} (${copyOptions[format]})`)
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

async function saveQuery(
  parts: ExplorerParts,
  query: TableQuery,
  { name, createdBy }: { readonly name: string; readonly createdBy: string },
): Promise<AssetVersion> {
  return withAnswer(parts, { query, format: 'parquet' }, async ({ file, digests }) => {
    const content = await parts.content.ingest(file)
    const last = await newestVersion(parts.assets, name)
    if (last?.data?.content.digest === content.digest && last.properties[queryProperty] === JSON.stringify(query))
      return last
    const { version } = await parts.assets.create({
      kind: 'data',
      name,
      type: 'uri_file',
      definition: {},
      data: { content, baseName: `${name}.parquet` },
      source: 'query',
      properties: { [queryProperty]: JSON.stringify(query), 'sluice.query.inputs': JSON.stringify(digests) },
      createdBy,
    })
    return version
  })
}
