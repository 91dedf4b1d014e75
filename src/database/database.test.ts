import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Tables } from './database.ts'

type EventTables = { event: { seq: number; at_ms: number; kind: string; subject: string; body: string } }

async function append(tables: Tables, subject: string): Promise<void> {
  const row = { at_ms: 1, kind: 'test', subject, body: '{}' } as EventTables['event']
  await tables.withTables<EventTables>().insertInto('event').values(row).execute()
}

databaseTest('a unit that throws is undone alone; its neighbours of the same tick stay', async (database) => {
  const outcomes = await Promise.allSettled([
    database.write((tables) => append(tables, 'one')),
    database.write(async (tables) => {
      await append(tables, 'two')
      assert.fail('changed my mind')
    }),
    database.write((tables) => append(tables, 'three')),
  ])
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  const rows = await database.read
    .withTables<EventTables>()
    .selectFrom('event')
    .select('subject')
    .orderBy('seq')
    .execute()
  const subjects = rows.map((row) => row.subject)
  assert.deepEqual(subjects, ['one', 'three'])
})

databaseTest('a reader does not see a unit that is under way', async (database) => {
  let seen = -1
  await database.write(async (tables) => {
    await append(tables, 'x')
    seen = (await database.read.withTables<EventTables>().selectFrom('event').selectAll().execute()).length
  })
  assert.equal(seen, 0)
})

databaseTest('units run in the order of the calls and see what earlier ones wrote', async (database) => {
  const counts = await Promise.all(
    Array.from({ length: 600 }, () =>
      database.write(async (tables) => {
        await append(tables, 's')
        return tables
          .withTables<EventTables>()
          .selectFrom('event')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
      }),
    ),
  )
  assert.deepEqual(
    counts.map((row) => Number(row.n)),
    Array.from({ length: 600 }, (_, index) => index + 1),
  )
})

databaseTest('text sorts by code point on every engine', async (database) => {
  for (const subject of ['b', 'A', 'a', 'B', '_', 'é']) await database.write((tables) => append(tables, subject))
  const rows = await database.read
    .withTables<EventTables>()
    .selectFrom('event')
    .select('subject')
    .orderBy('subject')
    .execute()
  assert.deepEqual(
    rows.map((row) => row.subject),
    ['A', 'B', '_', 'a', 'b', 'é'],
  )
})

databaseTest('writes go on after a transaction that failed as a whole', async (database) => {
  await database.write((tables) => append(tables, 'before'))
  const lost = database.write(async (tables) => {
    // Ends the transaction under the feet of the commit, as a full disk or a lost session does.
    await sql`rollback`.execute(tables)
  })
  await assert.rejects(lost)
  await database.write((tables) => append(tables, 'after'))
  const rows = await database.read
    .withTables<EventTables>()
    .selectFrom('event')
    .select('subject')
    .orderBy('seq')
    .execute()
  assert.deepEqual(
    rows.map((row) => row.subject),
    ['before', 'after'],
  )
})
