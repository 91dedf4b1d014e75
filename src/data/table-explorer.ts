import type { AssetVersion, VersionChoice } from '../assets/asset.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import type { DataTest } from '../spec/data-test-document.ts'
import type { Chart, DrawnChart } from './chart.ts'
import { type DataTestResult, runDataTests } from './data-tests.ts'
import { findProfile, putProfile, type StoredProfile } from './profile-store.ts'
import { drawCharts, findQuery, listQueries, type SavedQuery, type SavedQueryParts, saveQuery } from './saved-query.ts'
import { type AnswerFormat, type TableQuery, withAnswer, withInputs } from './table-query.ts'
import { openTable } from './table-columns.ts'
import { type DiffOptions, diffTables, type TableDiff } from './table-diff.ts'
import type { TableRows } from './table-engine-messages.ts'
import { asTable, askedAtPlace } from './query-mistake.ts'
import { profileTable } from './table-profile.ts'
import { tableSource } from './table-source.ts'

export interface ExplorerParts extends SavedQueryParts {
  readonly database: Database
  readonly clock: Clock
}

interface Sampled {
  readonly rowCount: number
  /** Rows at random, the same ones for the same seed; without it the first. */
  readonly seed?: number
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
  /** Asks data tests of tables by name; the first is the one that they are about unless they say otherwise. */
  test(tests: readonly DataTest[], sources: Readonly<Record<string, string>>): Promise<readonly DataTestResult[]>
  /** The whole answer as a file, which is there as long as `use` runs. */
  withAnswer<Result>(query: TableQuery, format: AnswerFormat, use: (path: string) => Promise<Result>): Promise<Result>
  /** Keeps a query with its whole answer as a version of a data asset (saved-query.ts). */
  saveQuery(
    query: TableQuery & { readonly charts?: readonly Chart[] },
    asset: { readonly name: string; readonly createdBy: string },
  ): Promise<AssetVersion>
  /** The query that a version of a data asset is the answer to. Throws `not-found` where it is none. */
  savedQuery(name: string, choice: VersionChoice): Promise<SavedQuery>
  savedQueries(page: {
    readonly limit: number
    readonly pageToken?: string
  }): Promise<{ readonly items: readonly SavedQuery[]; readonly nextPageToken?: string }>
  /** The charts of an answer with their points. */
  drawCharts(query: SavedQuery): Promise<readonly DrawnChart[]>
}

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
        askedAtPlace(query.sql, () => session.select(`select * from ${asTable(query.sql)} limit ${rowCount}`)),
      ),
    async test(tests, sources) {
      const paths: Record<string, string> = {}
      // Sequential: the first that is missing is the one that is named.
      for (const [name, source] of Object.entries(sources)) paths[name] = (await find(source)).path
      return runDataTests(engine, { document: { tests }, paths, nowMs: clock.now() })
    },
    withAnswer: (query, format, use) => withAnswer(parts, { query, format }, ({ file }) => use(file)),
    saveQuery: (query, asset) => saveQuery(parts, query, asset),
    savedQuery: (name, choice) => findQuery(parts, name, choice),
    savedQueries: (page) => listQueries(parts, page),
    drawCharts: (query) => drawCharts(parts, query),
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
