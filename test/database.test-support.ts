import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pg from 'pg'
import type { Database, DatabaseConnection } from '../src/database/database.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { postgresConnection } from '../src/database/postgres/index.ts'
import { sqliteConnection } from '../src/database/sqlite/index.ts'

const migrationsFolder = join(import.meta.dirname, '../src/database/migrations')
/** Set by scripts/test.mjs, which starts a real PostgreSQL for the run. */
const postgresUrl = process.env['SLUICE_TEST_POSTGRES']
let schemas = 0

/** An empty store of the test's own on SQLite, gone afterwards. */
export async function openSqlite(t: TestContext): Promise<Database> {
  const { database, remove } = await sqliteStore()
  t.after(remove)
  return database
}

/** An empty store, and what closes and removes it. */
interface Store {
  readonly database: Database
  readonly remove: () => Promise<void>
}

async function sqliteStore(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  return open(
    async () => sqliteConnection(folder),
    () => rm(folder, { recursive: true, force: true }),
  )
}

async function postgresStore(): Promise<Store> {
  const { url, drop } = await makeSchema()
  return open(async () => postgresConnection(url), drop)
}

/** A PostgreSQL schema of the test's own; the URL opens exactly that schema. */
export async function postgresSchema(t: TestContext): Promise<string> {
  const { url, drop } = await makeSchema()
  t.after(drop)
  return url
}

async function makeSchema(): Promise<{ readonly url: string; readonly drop: () => Promise<void> }> {
  const schema = `test_${process.pid}_${schemas++}`
  const admin = new pg.Client({ connectionString: postgresUrl })
  await admin.connect()
  await admin.query(`drop schema if exists ${schema} cascade; create schema ${schema}`)
  await admin.end()
  const url = new URL(postgresUrl!)
  url.searchParams.set('options', `-c search_path=${schema}`)
  const drop = async (): Promise<void> => {
    const cleaner = new pg.Client({ connectionString: postgresUrl })
    await cleaner.connect()
    await cleaner.query(`drop schema if exists ${schema} cascade`)
    await cleaner.end()
  }
  return { url: url.href, drop }
}

async function open(connect: () => Promise<DatabaseConnection>, after: () => Promise<void>): Promise<Store> {
  const database = await openDatabase({ connect, migrationsFolder })
  const remove = async (): Promise<void> => {
    await database.close()
    await after()
  }
  return { database, remove }
}

/** Registers the test twice: once per engine, each with an empty store of its own. */
export function databaseTest(name: string, body: (database: Database, t: TestContext) => Promise<void>): void {
  const run = async (t: TestContext, openStore: () => Promise<Store>): Promise<void> => {
    const { database, remove } = await openStore()
    try {
      await body(database, t)
    } finally {
      // Last of all, since hooks run in their order: what the test opened on the store is closed first.
      t.after(remove)
    }
  }
  test(`${name} (sqlite)`, (t) => run(t, sqliteStore))
  const skip = postgresUrl === undefined && 'SLUICE_TEST_POSTGRES is not set: run through npm test'
  test(`${name} (postgres)`, { skip }, (t) => run(t, postgresStore))
}
