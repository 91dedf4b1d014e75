import assert from 'node:assert/strict'
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import { checkDatabase } from './check-database.ts'
import { openDatabase } from './open-database.ts'
import { sqliteConnection } from './sqlite/index.ts'

databaseTest('a whole store passes its check', async (database) => {
  assert.match(await checkDatabase(database), /^(\d+ tables are whole|answers)$/)
})

test('a page that was overwritten is found, with the table', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-check-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const open = () =>
    openDatabase({
      connect: async () => sqliteConnection(folder),
      migrationsFolder: join(import.meta.dirname, 'migrations'),
    })
  const first = await open()
  const rows = Array.from({ length: 3000 }, (_, at) => ({
    seq: at,
    at_ms: at,
    kind: 'k',
    subject: `s${at}`,
    body: '{}',
  }))
  await first.write(async (tables) => {
    for (const row of rows)
      await tables.withTables<{ event: (typeof rows)[number] }>().insertInto('event').values(row).execute()
  })
  await first.close()
  const file = join(folder, 'sluice.db')
  const descriptor = openSync(file, 'r+')
  const pages = statSync(file).size / 4096
  for (let page = pages - 12; page < pages - 2; page++)
    writeSync(descriptor, Buffer.alloc(4096, 0xee), 0, 4096, page * 4096)
  closeSync(descriptor)
  const damaged = await open()
  t.after(() => damaged.close())
  await assert.rejects(
    checkDatabase(damaged),
    (error) =>
      error instanceof SluiceError &&
      error.code === 'store-corrupt' &&
      /The table event is damaged/.test(error.message),
  )
})
