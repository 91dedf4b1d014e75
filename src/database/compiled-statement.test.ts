import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { compiledStatement } from './compiled-statement.ts'
import type { Tables } from './database.ts'

type EventRow = { at_ms: number; kind: string; subject: string; body: string }

const eventTables = (tables: Tables) => tables.withTables<{ event: EventRow }>()

databaseTest(
  'a statement is made once for a number of records and runs with the values of each call',
  async (database) => {
    let made = 0
    const insertEvents = compiledStatement(
      (tables, _first, rows: readonly EventRow[]) => {
        made++
        return eventTables(tables).insertInto('event').values(rows)
      },
      { keptSize: 100 },
    )
    const selectEvents = compiledStatement((tables, { kind }: Pick<EventRow, 'kind' | 'subject'>, records) =>
      eventTables(tables)
        .selectFrom('event')
        .select(['at_ms', 'subject', 'body'])
        .where('kind', '=', kind)
        .where(
          'subject',
          'in',
          records.map((record) => record.subject),
        )
        .orderBy('at_ms'),
    )
    const row = (at_ms: number): EventRow => ({ at_ms, kind: 'test', subject: `s${at_ms}`, body: `'${at_ms}' ? $1` })
    let next = 0
    for (const count of [1, 2, 1, 2, 100, 100, 70, 70]) {
      await database.write(async (tables) => {
        await insertEvents(
          tables,
          Array.from({ length: count }, () => row(next++)),
        )
      })
    }
    // One, two and a hundred are kept; seventy is neither small nor named.
    assert.equal(made, 5)
    const found = await selectEvents(database.read, [
      { kind: 'test', subject: 's145' },
      { kind: 'test', subject: 's3' },
    ])
    assert.deepEqual(
      found.rows.map(({ at_ms, subject, body }) => ({ at_ms, subject, body })),
      [3, 145].map((at_ms) => ({ at_ms, subject: `s${at_ms}`, body: `'${at_ms}' ? $1` })),
    )
    const other = await selectEvents(database.read, [
      { kind: 'test', subject: 's0' },
      { kind: 'nothing', subject: 's1' },
    ])
    assert.deepEqual(
      other.rows.map(({ subject }) => subject),
      ['s0', 's1'],
    )
  },
)
