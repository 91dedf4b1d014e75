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
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  return open(
    t,
    async () => sqliteConnection(folder),
    () => rm(folder, { recursive: true, force: true }),
  )
}

/** A PostgreSQL schema of the test's own; the URL opens exactly that schema. */
export async function postgresSchema(t: TestContext): Promise<string> {
  const schema = `test_${process.pid}_${schemas++}`
  const admin = new pg.Client({ connectionString: postgresUrl })
  await admin.connect()
  await admin.query(`drop schema if exists ${schema} cascade; create schema ${schema}`)
  await admin.end()
  const url = new URL(postgresUrl!)
  url.searchParams.set('options', `-c search_path=${schema}`)
  t.after(async () => {
    const cleaner = new pg.Client({ connectionString: postgresUrl })
    await cleaner.connect()
    await cleaner.query(`drop schema if exists ${schema} cascade`)
    await cleaner.end()
  })
  return url.href
}

async function open(
  t: TestContext,
  connect: () => Promise<DatabaseConnection>,
  after: () => Promise<void>,
): Promise<Database> {
  const database = await openDatabase({ connect, migrationsFolder })
  t.after(async () => {
    await database.close()
    await after()
  })
  return database
}

/** Registers the test twice: once per engine, each with an empty store of its own. */
export function databaseTest(name: string, body: (database: Database, t: TestContext) => Promise<void>): void {
  test(`${name} (sqlite)`, async (t) => body(await openSqlite(t), t))
  const skip = postgresUrl === undefined && 'SLUICE_TEST_POSTGRES is not set: run through npm test'
  test(`${name} (postgres)`, { skip }, async (t) => {
    const url = await postgresSchema(t)
    await body(
      await open(
        t,
        async () => postgresConnection(url),
        async () => undefined,
      ),
      t,
    )
  })
}
