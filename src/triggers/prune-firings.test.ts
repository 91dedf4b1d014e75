import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import { insertFiring, listFirings, updateFiring } from './firing-store.ts'
import type { Firing } from './job-trigger.ts'
import { pruneFirings } from './prune-firings.ts'

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 4, 1)
const clock = { now: () => nowMs, after: () => () => undefined }

interface Told {
  readonly triggerId: string
  readonly daysAgo: number
  readonly key?: string
  readonly status?: Firing['status']
  readonly job?: string
}

async function note(database: Database, { triggerId, daysAgo, key, status = 'submitted', job }: Told): Promise<void> {
  const notedMs = nowMs - daysAgo * dayMs
  const id = `${triggerId}-${daysAgo}`
  await database.write(async (tables) => {
    const firing = { key: key ?? `event:${id}`, reason: 'event', nominalMs: notedMs, dueMs: notedMs } as const
    assert.ok(await insertFiring(tables, { id, triggerId, notedMs }, { ...firing, variables: {} }))
    if (status === 'pending') return
    const isOver = status === 'submitted' && job === undefined
    const patch = { status, isOver, ...(job !== undefined && { job }) }
    assert.ok(await updateFiring(tables, { id, status: 'pending' }, patch))
  })
}

const left = async (database: Database, triggerId: string): Promise<readonly string[]> =>
  (await listFirings(database.read, triggerId, 2000)).map(({ id }) => id)

databaseTest('firings go by age, and by count of their own trigger, and never the youngest', async (database) => {
  for (const daysAgo of [1, 3, 4, 5, 100]) await note(database, { triggerId: 'a', daysAgo })
  for (const daysAgo of [3, 200]) await note(database, { triggerId: 'b', daysAgo, status: 'skipped' })
  const prune = (retention: { keepDays: number; keepCount: number; isDryRun?: boolean }): Promise<number> =>
    pruneFirings({ database, clock }, { isDryRun: false, ...retention })
  assert.equal(await prune({ keepDays: 90, keepCount: 1000, isDryRun: true }), 2)
  assert.equal((await left(database, 'a')).length, 5)
  assert.equal(await prune({ keepDays: 90, keepCount: 1000 }), 2)
  assert.deepEqual(await left(database, 'a'), ['a-1', 'a-3', 'a-4', 'a-5'])
  assert.deepEqual(await left(database, 'b'), ['b-3'])
  assert.equal(await prune({ keepDays: 90, keepCount: 2 }), 2)
  assert.deepEqual(await left(database, 'a'), ['a-1', 'a-3'])
  assert.equal(await prune({ keepDays: 2, keepCount: 0 }), 2)
  assert.deepEqual([await left(database, 'a'), await left(database, 'b')], [['a-1'], []])
})

databaseTest('what waits stays, and so does the key of a signed request, which could come again', async (database) => {
  await note(database, { triggerId: 'a', daysAgo: 100, status: 'pending' })
  await note(database, { triggerId: 'a', daysAgo: 101, key: 'body:abc' })
  // Of a job that is gone: nothing of it is under way.
  await note(database, { triggerId: 'a', daysAgo: 102, job: 'gone' })
  assert.equal(await pruneFirings({ database, clock }, { keepDays: 90, keepCount: 0, isDryRun: false }), 1)
  assert.deepEqual(await left(database, 'a'), ['a-100', 'a-101'])
})

databaseTest('more than a page of firings goes in one call', async (database) => {
  for (let at = 0; at < 1203; at++) await note(database, { triggerId: 'a', daysAgo: 3 + at / 1000 })
  assert.equal(await pruneFirings({ database, clock }, { keepDays: 90, keepCount: 3, isDryRun: false }), 1200)
  assert.deepEqual(await left(database, 'a'), ['a-3', 'a-3.001', 'a-3.002'])
})
