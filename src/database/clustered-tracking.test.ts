import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openDatabase } from './open-database.ts'
import { referredDigests } from './referred-digests.ts'
import { sqliteConnection } from './sqlite/index.ts'

const migrations = join(import.meta.dirname, 'migrations')
const digest = 'a'.repeat(64)

test('a store of before migration 0023 keeps every value that was logged', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const before = join(folder, 'migrations')
  const earlier = (await readdir(migrations)).filter((name) => name < '0023')
  for (const name of earlier) await cp(join(migrations, name), join(before, name))
  const lines: string[] = []
  const log = { level: 'info', write: (_level: string, message: string) => void lines.push(message) } as const
  const open = (migrationsFolder: string) =>
    openDatabase({ connect: async () => sqliteConnection(folder), migrationsFolder, log })

  const old = await open(before)
  await old.write(async (tables) => {
    for (const run of ['r1', 'r2']) {
      await sql`insert into param (run_id, key, value) values (${run}, 'lr', '0.1'), (${run}, 'code', ${digest})`.execute(
        tables,
      )
      await sql`insert into run_tag (run_id, key, value) values (${run}, 'team', '')`.execute(tables)
      await sql`insert into latest_metric (run_id, key, experiment_id, value, is_nan, step, timestamp_ms)
        values (${run}, 'acc', 7, 0.5, 0, -3, 9), (${run}, 'loss', 7, 0, 1, 1, 2)`.execute(tables)
      await sql`insert into metric (run_id, key, timestamp_ms, step, value, is_nan)
        values (${run}, 'acc', 9, -3, 0.5, 0), (${run}, 'acc', 9, -3, 0.25, 0)`.execute(tables)
    }
  })
  const names = ['param', 'run_tag', 'latest_metric', 'metric']
  const all = async (database: typeof old) => {
    const found: unknown[] = []
    for (const name of names) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(database.read)
      found.push(rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort())
    }
    return found
  }
  const expected = await all(old)
  await old.close()

  assert.deepEqual(lines, [], 'a new store is nothing to speak of')
  const now = await open(migrations)
  assert.match(lines[0]!, /earlier version .*: 0023-clustered-tracking, .*can take minutes/)
  assert.equal(lines[1], 'Applied 0023-clustered-tracking.sql.')
  assert.equal(lines.at(-1), 'The store is up to date.')
  assert.deepEqual(await all(now), expected)
  const { rows } = await sql<{ name: string }>`
    select name from pragma_table_list where schema = 'main' and wr = 1 order by name
  `.execute(now.read)
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['latest_metric', 'metric', 'param', 'run_tag'],
  )
  // These have no row numbers to read them by.
  assert.ok((await referredDigests(now, { except: [] })).has(digest))
  await now.close()
  const told = lines.length
  await (await open(migrations)).close()
  assert.equal(lines.length, told)
})
