import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { postgresSchema } from '../../test/database.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import { lookIntoDatabase, openDatabase } from './open-database.ts'
import { postgresConnection, postgresReader } from './postgres/index.ts'
import { sqliteConnection, sqliteReader } from './sqlite/index.ts'

const migrationsFolder = join(import.meta.dirname, 'migrations')

async function sqlitePlace(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-look-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return { connect: async () => sqliteConnection(folder), open: async () => sqliteReader(folder) }
}

async function postgresPlace(t: TestContext) {
  const url = await postgresSchema(t)
  return { connect: async () => postgresConnection(url), open: async () => postgresReader(url) }
}

const skip = process.env['SLUICE_TEST_POSTGRES'] === undefined && 'run through npm test'
for (const [dialect, placeOf, options] of [
  ['sqlite', sqlitePlace, {}],
  ['postgres', postgresPlace, { skip }],
] as const) {
  test(
    `a store is looked into beside its owner, sees what it commits, and refuses to write (${dialect})`,
    options,
    async (t) => {
      const { connect, open } = await placeOf(t)
      assert.equal(await lookIntoDatabase({ open, migrationsFolder }), undefined)
      const owner = await openDatabase({ connect, migrationsFolder })
      t.after(() => owner.close())
      const looker = await lookIntoDatabase({ open, migrationsFolder })
      assert.ok(looker !== undefined)
      t.after(() => looker.close())
      type Events = { event: { seq: number; at_ms: number; kind: string; subject: string; body: string } }
      const row = { at_ms: 1, kind: 'k', subject: 's', body: '{}' } as Events['event']
      await owner.write((tables) => tables.withTables<Events>().insertInto('event').values(row).execute())
      const events = await looker.read.withTables<Events>().selectFrom('event').select('subject').execute()
      assert.deepEqual(
        events.map(({ subject }) => subject),
        ['s'],
      )
      const isRefusal = (error: unknown) => error instanceof SluiceError && error.code === 'store-unavailable'
      await assert.rejects(
        looker.write(async () => undefined),
        isRefusal,
      )
      await owner.write((tables) =>
        sql`insert into schema_migration (number, name, applied_ms) values (9999, '9999-later.sql', 0)`.execute(tables),
      )
      const isTooNew = (error: unknown) => error instanceof SluiceError && error.code === 'store-too-new'
      await assert.rejects(lookIntoDatabase({ open, migrationsFolder }), isTooNew)
    },
  )
}
