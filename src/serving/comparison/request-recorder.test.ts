import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseTest, openSqlite } from '../../../test/database.test-support.ts'
import type { Database } from '../../database/database.ts'
import { handClock } from '../serving.test-support.ts'
import type { ScoredRequest } from './request-record.ts'
import { RequestRecorder } from './request-recorder.ts'
import {
  insertMirrored,
  insertScored,
  mirroredSums,
  pruneRequests,
  recordedIds,
  upsertOutcomes,
} from './request-store.ts'

/** When hands begin to turn the clock. */
const firstMs = handClock().now()
const variant = { deployment: 'blue', revision: 1 }
const scored = (n: number, given: Partial<ScoredRequest> = {}): ScoredRequest => ({
  ...{
    endpoint: 'lines',
    requestId: `r-${n}`,
    ...variant,
    isPinned: false,
    isOk: true,
    atMs: firstMs + n,
    latencyMs: 10,
  },
  ...given,
})

async function countOf(database: Database): Promise<number> {
  const ids = Array.from({ length: 22_000 }, (_, n) => `r-${n}`)
  return (await recordedIds(database.read, 'lines', ids)).size
}

databaseTest('notes are written half a second later, all at once, each request id once', async (database) => {
  const clock = handClock()
  const recorder = new RequestRecorder({ database, clock, warn: assert.fail })
  for (const n of [1, 2, 2, 3]) recorder.noteScored(scored(n))
  clock.turn(499)
  assert.equal(await countOf(database), 0)
  clock.turn(1)
  await recorder.flush()
  assert.equal(await countOf(database), 3)
  assert.equal(recorder.dropped, 0)
})

test('when the database cannot follow, notes are dropped and counted, and nobody waits', async (t) => {
  const database = await openSqlite(t)
  const clock = handClock()
  const gate = Promise.withResolvers<void>()
  const slow: Database = {
    ...database,
    read: database.read,
    write: (work) => gate.promise.then(() => database.write(work)),
  }
  const recorder = new RequestRecorder({ database: slow, clock, warn: assert.fail })
  // The first thousand is being written; twenty thousand more may wait.
  for (let n = 0; n < 1000; n++) recorder.noteScored(scored(n))
  await new Promise((next) => setImmediate(next))
  for (let n = 1000; n < 21_005; n++) recorder.noteScored(scored(n))
  assert.equal(recorder.dropped, 5)
  gate.resolve()
  await recorder.flush()
  assert.equal(await countOf(database), 21_000)
})

test('notes that cannot be written are counted and told of', async (t) => {
  const database = await openSqlite(t)
  const warnings: string[] = []
  const full: Database = { ...database, read: database.read, write: () => Promise.reject(new Error('disk full')) }
  const recorder = new RequestRecorder({ database: full, clock: handClock(), warn: (text) => void warnings.push(text) })
  recorder.noteScored(scored(1))
  await recorder.flush()
  assert.deepEqual([recorder.dropped, warnings], [1, ['1 requests could not be recorded for comparison: disk full']])
})

databaseTest(
  'the oldest go first: those that are too old, and those beyond the number that is kept',
  async (database) => {
    await database.write(async (tables) => {
      await insertScored(
        tables,
        Array.from({ length: 30 }, (_, n) => scored(n)),
        database.dialect,
      )
      await insertScored(tables, [scored(99, { endpoint: 'other' })], database.dialect)
      await insertMirrored(tables, [
        {
          ...{ endpoint: 'lines', requestId: 'r-1', ...variant, mirror: 'green', mirrorRevision: 1, atMs: firstMs },
          ...{ status: 200, mirrorStatus: 500, latencyMs: 1, mirrorLatencyMs: 2 },
        },
      ])
      await upsertOutcomes(tables, 'lines', {
        outcomes: [{ requestId: 'r-29', metric: 'kpi', value: 1 }],
        nowMs: firstMs,
      })
      await pruneRequests(tables, { olderThanMs: firstMs + 5, mostRows: 10 })
    })
    const ids = Array.from({ length: 30 }, (_, n) => `r-${n}`)
    assert.deepEqual([...(await recordedIds(database.read, 'lines', ids))].sort(), ids.slice(20).sort())
    assert.equal((await recordedIds(database.read, 'other', ['r-99'])).size, 1)
    const range = { endpoint: 'lines', variant, sinceMs: 0 }
    assert.equal((await mirroredSums(database.read, range, { deployment: 'green', revision: 1 })).count, 0)
  },
)
