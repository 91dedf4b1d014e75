import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { compiledStatement, isEmbedded } from './compiled-statement.ts'
import type { Tables } from './database.ts'
import { isAmong, listParameter, type ListParameter } from './list-parameter.ts'

type EventRow = { at_ms: number; kind: string; subject: string; body: string }

const eventTables = (tables: Tables) => tables.withTables<{ event: EventRow }>()

databaseTest('a statement that is made once takes lists of any length, with any text in them', async (database) => {
  assert.equal(isEmbedded(database.read), database.dialect === 'sqlite')
  let made = 0
  const selectSubjects = compiledStatement((tables, { subjects }: { readonly subjects: ListParameter }) => {
    made++
    return eventTables(tables)
      .selectFrom('event')
      .select('subject')
      .where(isAmong(tables, 'subject', subjects))
      .orderBy('subject')
  })
  const written = [
    'a',
    `it's "quoted", {braced} and \\`,
    'ünï\n',
    '',
    ...Array.from({ length: 700 }, (_, at) => `s${at}`),
  ]
  await database.write(async (tables) => {
    await eventTables(tables)
      .insertInto('event')
      .values(written.map((subject) => ({ at_ms: 1, kind: 'test', subject, body: '{}' })))
      .execute()
  })
  for (const asked of [[], ['a'], written.slice(0, 4), written, ['not there', 's9']]) {
    const { rows } = await selectSubjects(database.read, [{ subjects: listParameter(database.read, asked) }])
    const found = rows.map(({ subject }) => subject)
    assert.deepEqual(found.sort(), asked.filter((subject) => written.includes(subject)).sort())
  }
  assert.equal(made, 1)
})
