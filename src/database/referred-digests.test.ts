import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Tables } from './database.ts'
import { referredDigests } from './referred-digests.ts'

const appendEvent = (tables: Tables, { subject, body }: { subject: string; body: object }) =>
  sql`insert into event (at_ms, kind, subject, body) values (1, 'test', ${subject}, ${JSON.stringify(body)})`.execute(
    tables,
  )
const digest = (letter: string): string => letter.repeat(64)

databaseTest('every digest in any text of any table is found, and nothing that only contains one', async (database) => {
  const say = (subject: string, body: Record<string, string>) =>
    database.write((tables) => appendEvent(tables, { subject, body }))
  await say(digest('a'), { uri: `azureml://content/file/${digest('b')}/x.csv`, two: `${digest('c')},${digest('d')}` })
  await say('x', { longer: `${digest('e')}0`, upper: digest('F'), short: 'ab' })
  assert.deepEqual([...(await referredDigests(database, { except: [] }))].sort(), ['a', 'b', 'c', 'd'].map(digest))
  assert.deepEqual([...(await referredDigests(database, { except: ['event'] }))], [])
  const counted = { event: sql<boolean>`subject = 'x'` }
  assert.deepEqual([...(await referredDigests(database, { except: [], counted }))], [])
})

databaseTest('a table of many rows is read whole', async (database) => {
  const numbers = Array.from({ length: 5000 }, (_, index) => index.toString(16).padStart(64, '0'))
  await database.write(async (tables) => {
    for (const text of numbers) await appendEvent(tables, { subject: text, body: {} })
  })
  assert.equal((await referredDigests(database, { except: [] })).size, 5000)
})

databaseTest('schemas of others that come and go meanwhile are nothing to it', async (database) => {
  if (database.dialect === 'sqlite') return
  // The tables are found, which is what this is about, and not read.
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_catalog.pg_tables where schemaname = current_schema()
  `.execute(database.read)
  const except = rows.map(({ name }) => name)
  let isOver = false
  const others = (async () => {
    for (let n = 0; !isOver || n < 3; n++) {
      const schema = sql.ref(`other_${process.pid}`)
      await database.write((tables) => sql`create schema ${schema}`.execute(tables))
      await database.write((tables) => sql`create table ${schema}.t (id serial, text text)`.execute(tables))
      await database.write((tables) => sql`drop schema ${schema} cascade`.execute(tables))
    }
  })()
  try {
    for (let n = 0; n < 40; n++) assert.equal((await referredDigests(database, { except })).size, 0)
  } finally {
    isOver = true
    await others
  }
})
