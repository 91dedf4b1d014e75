import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'
import { windowStart } from './budget.ts'
import { BudgetKeeper, type RunningJob } from './budget-keeper.ts'
import { addAttempt } from './cost.test-support.ts'
import { readBudgets } from './read-budgets.ts'
import { noUsage } from './usage.ts'

const prices = { currency: 'EUR', cpuSecond: 1, gbSecond: 0, gpuSecond: 0 }

function openLab(database: Database, budgets: readonly object[]) {
  const lab = {
    nowMs: Date.UTC(2026, 4, 15, 12),
    running: [] as RunningJob[],
    canceled: [] as string[],
    warnings: [] as string[],
    runs: (root: string, cpuSeconds: number, experiment = 'e') =>
      lab.running.push({ root, experiment, usage: { ...noUsage, cpuSeconds } }),
    make: () =>
      new BudgetKeeper({
        ...{ database, prices, budgets: readBudgets(budgets) },
        clock: { now: () => lab.nowMs, after: () => () => undefined },
        running: () => lab.running,
        cancel: async (root, { budget, reason }) => void lab.canceled.push(`${root}: ${budget}, ${reason}`),
        warn: (message) => lab.warnings.push(message),
      }),
    events: async () => {
      const events = await readEvents(database.read, { after: 0, limit: 100 })
      return events.map(
        ({ kind, subject, body }) => `${kind} ${subject} ${String(body['scope'])} ${String(body['used'])}`,
      )
    },
  }
  return lab
}

databaseTest('a budget warns once and stops what runs, with what runs counted', async (database) => {
  const lab = openLab(database, [{ name: 'm', scope: 'experiment:e', window: 'month', warn_at: 5, stop_at: 10 }])
  const keeper = lab.make()
  await addAttempt(database, { root: 'j0' }, { atMs: lab.nowMs, cpuSeconds: 4 })
  await addAttempt(database, { root: 'old' }, { atMs: Date.UTC(2026, 3, 30), cpuSeconds: 400 })
  await addAttempt(database, { root: 'other', experiment: 'f' }, { atMs: lab.nowMs, cpuSeconds: 400 })
  lab.runs('j1', 2)
  lab.runs('j2', 0, 'f')
  await keeper.look()
  await keeper.look()
  assert.deepEqual([await lab.events(), lab.canceled], [['budget.warned m experiment:e 6'], []])
  await keeper.requireOpen('e')
  lab.running[0] = { ...lab.running[0]!, usage: { ...noUsage, cpuSeconds: 6.5 } }
  await keeper.look()
  const why = 'it stops at 10 EUR, and 10.5 EUR were used this month'
  assert.deepEqual(lab.canceled, [`j1: m, ${why}`])
  assert.deepEqual(await lab.events(), ['budget.warned m experiment:e 6', 'budget.exceeded m experiment:e 10.5'])
  assert.deepEqual(lab.warnings, [
    'budget "m" (experiment:e): 6 EUR of 5 EUR used',
    'budget "m" (experiment:e): 10.5 EUR of 10 EUR used',
  ])
  await assert.rejects(keeper.requireOpen('e'), (error: unknown) => {
    assert.ok(error instanceof SluiceError)
    assert.deepEqual([error.code, error.message], ['budget-exceeded', `Budget "m" lets no job start: ${why}.`])
    assert.match(error.hint!, /^Wait for the next month \(UTC\), or raise stop_at/)
    return true
  })
  await keeper.requireOpen('f')
  // The next month begins with nothing.
  lab.nowMs = Date.UTC(2026, 5, 1)
  lab.running = []
  await keeper.requireOpen('e')
})

databaseTest('a server that died between noting and stopping is made up for by the next', async (database) => {
  const budget = { name: 'all', window: 'ever', of: 'cpu_seconds', stop_at: 1 }
  const lab = openLab(database, [budget])
  await addAttempt(database, { root: 'j0' }, { atMs: 1, cpuSeconds: 2 })
  await lab.make().look()
  assert.deepEqual(lab.canceled, [])
  lab.runs('j1', 0)
  await lab.make().look()
  assert.deepEqual(lab.canceled, ['j1: all, it stops at 1 cpu seconds, and 2 cpu seconds were used'])
  assert.deepEqual(await lab.events(), ['budget.exceeded all all 2'])
})

databaseTest('a budget of each job is for one job, and keeps no other from starting', async (database) => {
  const lab = openLab(database, [{ name: 'each', scope: 'each-job', stop_at: 3, warn_at: 2 }])
  const keeper = lab.make()
  await addAttempt(database, { root: 'j1', step: 'a' }, { atMs: 1, cpuSeconds: 2 })
  lab.runs('j1', 1)
  lab.runs('j2', 1)
  await keeper.look()
  assert.deepEqual(lab.canceled, ['j1: each, it stops at 3 EUR, and 3 EUR were used'])
  assert.deepEqual(await lab.events(), ['budget.warned each j1 3', 'budget.exceeded each j1 3'])
  await keeper.requireOpen('e')
  assert.deepEqual(
    (await keeper.standings()).map(({ subject, used }) => [subject, used]),
    [
      ['j1', 3],
      ['j2', 1],
    ],
  )
})

databaseTest('an endpoint is warned of', async (database) => {
  const lab = openLab(database, [{ name: 'ep', scope: 'endpoint:rides', window: 'day', of: 'gb_seconds', warn_at: 0 }])
  lab.runs('j1', 100)
  await lab.make().look()
  assert.deepEqual([await lab.events(), lab.canceled], [['budget.warned ep endpoint:rides 0'], []])
})

test('windows begin at UTC days, Mondays, months and years', () => {
  const sunday = Date.UTC(2026, 2, 1, 23)
  const starts = (['day', 'week', 'month', 'year', 'ever'] as const).map((window) =>
    new Date(windowStart(window, sunday)).toISOString().slice(0, 10),
  )
  assert.deepEqual(starts, ['2026-03-01', '2026-02-23', '2026-03-01', '2026-01-01', '1970-01-01'])
})
