import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import { costBook } from './cost-report.ts'
import { addAttempt } from './cost.test-support.ts'
import { DeploymentMeter, type MeteredDeployment } from './deployment-meter.ts'
import { usageOf } from './usage.ts'

const keeper = { standings: () => Promise.resolve([]) }
const prices = { currency: 'EUR', cpuSecond: 0.01, gbSecond: 0.001, gpuSecond: 1 }

databaseTest('what attempts used is summed by job, step and experiment, the dearest first', async (database) => {
  await addAttempt(database, { root: 'j1', step: 'a' }, { atMs: 1000, cpuSeconds: 10, wallSeconds: 5 })
  await addAttempt(database, { root: 'j1', step: 'a', attempt: 2 }, { atMs: 2000, cpuSeconds: 1 })
  await addAttempt(database, { root: 'j1', step: 'b' }, { atMs: 3000, gpuSeconds: 2, gbSeconds: 100 })
  await addAttempt(database, { root: 'j2', experiment: 'f' }, { atMs: 4000, cpuSeconds: 50 })
  // An attempt ends once: told again it is the same one.
  await addAttempt(database, { root: 'j2', experiment: 'f' }, { atMs: 4000, cpuSeconds: 50 })
  const book = costBook({ database, prices, keeper })
  const sums = async (by: 'job' | 'step' | 'experiment', filter = {}): Promise<readonly string[]> => {
    const { items } = await book.report({ by, ...filter })
    return items.map(({ root, step, experiment, cost }) =>
      [root, step, experiment, Number(cost!.toFixed(6))].filter((one) => one !== undefined).join(' '),
    )
  }
  assert.deepEqual(await sums('job'), ['j1 e 2.21', 'j2 f 0.5'])
  assert.deepEqual(await sums('step'), ['j1 b e 2.1', 'j2  f 0.5', 'j1 a e 0.11'])
  assert.deepEqual(await sums('experiment'), ['e 2.21', 'f 0.5'])
  assert.deepEqual(await sums('step', { job: 'j1', sinceMs: 2000 }), ['j1 b e 2.1', 'j1 a e 0.01'])
  assert.deepEqual(await sums('job', { experiment: 'f' }), ['j2 f 0.5'])
  const { items, leftOut, total: all } = await book.report({ by: 'step', limit: 1 })
  assert.deepEqual([items.length, items[0]!.step, leftOut, all.cpuSeconds], [1, 'b', 2, 61])
  const { total, currency } = await book.report({ by: 'job' })
  assert.deepEqual([currency, total.cpuSeconds, total.gpuSeconds, total.wallSeconds], ['EUR', 61, 2, 5])
  assert.equal((await book.ofJob('j1-a')).cpuSeconds, 11)
  assert.deepEqual(await book.ofJob('nobody'), {
    ...{ wallSeconds: 0, cpuSeconds: 0, gbSeconds: 0, gpuSeconds: 0 },
    ...{ cost: 0, currency: 'EUR' },
  })
  const unpriced = await costBook({ database, keeper }).report({ by: 'job' })
  assert.deepEqual([unpriced.currency, unpriced.total.cost], [undefined, undefined])
  assert.deepEqual(
    unpriced.items.map(({ root }) => root),
    ['j2', 'j1'],
  )
})

databaseTest('deployments are written down by the hour, whatever became of their workers', async (database) => {
  let nowMs = Date.UTC(2026, 0, 1, 10, 59)
  let measured: readonly MeteredDeployment[] = []
  const of = (deployment: string, cpuSeconds: number, memoryBytes: number): MeteredDeployment => {
    return { endpoint: 'e', deployment, usage: { cpuSeconds, memoryBytes } }
  }
  const clock = { now: () => nowMs, after: () => () => undefined }
  const warn = (message: string): never => assert.fail(message)
  const meter = new DeploymentMeter({ database, clock, measure: () => measured, warn })
  const look = async (seconds: number, ...now: readonly MeteredDeployment[]): Promise<void> => {
    nowMs += seconds * 1000
    measured = now
    await meter.look()
  }
  await look(30, of('blue', 2, 1e9), of('green', 0, 0))
  await look(60, of('blue', 3, 1e9))
  // An update: new workers count from nothing.
  await look(10, of('blue', 0.5, 2e9))
  await meter.close()
  const { items } = await costBook({ database, prices, keeper }).report({ by: 'deployment' })
  assert.deepEqual(
    items.map(({ endpoint, deployment, cpuSeconds, gbSeconds }) => [endpoint, deployment, cpuSeconds, gbSeconds]),
    [['e', 'blue', 3.5, 110]],
  )
  const sinceMs = Date.UTC(2026, 0, 1, 11)
  const later = await costBook({ database, keeper }).report({ by: 'deployment', sinceMs, endpoint: 'e' })
  assert.equal(later.total.cpuSeconds, 1.5)
  assert.deepEqual((await costBook({ database, keeper }).report({ by: 'job' })).items, [])
})

test('memory counts with its mean, and with nothing where nobody looked', () => {
  assert.deepEqual(usageOf({ wallMs: 2000, cpuMs: 1500, meanMemoryBytes: 5e8, gpuMs: 500 }), {
    ...{ wallSeconds: 2, cpuSeconds: 1.5 },
    ...{ gbSeconds: 1, gpuSeconds: 0.5 },
  })
  assert.equal(usageOf({ wallMs: 300, cpuMs: 100 }).gbSeconds, 0)
})
