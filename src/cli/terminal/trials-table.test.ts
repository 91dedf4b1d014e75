import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job, SweepPlan, Trials } from '../rest-types.ts'
import { sweepPlanText, trialsTable } from './trials-table.ts'

const job = (name: string, more: Partial<Job>): Job => ({
  name,
  type: 'command',
  status: 'Completed',
  display_name: name,
  experiment_name: 'e',
  root: 'r',
  created_at: '2026-01-01T00:00:00.000Z',
  started_at: '2026-01-01T00:00:00.000Z',
  ended_at: '2026-01-01T00:00:02.000Z',
  inputs: {},
  outputs: {},
  attempts: 1,
  ...more,
})

const trials: Trials = {
  primary_metric: 'mse',
  goal: 'minimize',
  items: [
    {
      job: 'b',
      number: 2,
      status: 'Completed',
      parameters: { alpha: 0.123456789, m: { d: 1 } },
      value: 3304.0744,
      logged: 1,
      is_best: true,
    },
    { job: 'a', number: 1, status: 'Canceled', parameters: { alpha: 2 }, value: 4000, logged: 3, is_best: false },
    { job: 'c', number: 3, status: 'Running', parameters: { alpha: 3 }, logged: 0, is_best: false },
  ],
}

test('trials are shown in the order given: values in six digits, the best marked, reasons of those that ended early', () => {
  const jobs = [job('b', {}), job('a', { status: 'Canceled', status_detail: 'ended early by bandit' })]
  assert.deepEqual(trialsTable(trials, { jobs, nowMs: 0, sweep: 'tune' }).split('\n'), [
    'trials of tune, minimize mse:',
    'trial  status     mse      alpha     m        time    job',
    '* 2    completed  3304.07  0.123457  {"d":1}  2.00 s  b',
    '  1    canceled   4000     2                  2.00 s  a    ended early by bandit',
    '  3    Running             3                          c',
    '',
  ])
})

const plan: SweepPlan = {
  trials: 20,
  at_once: 2,
  sampling: 'grid',
  search_space: { x: 'one of 1, 2' },
  primary_metric: 'mse',
  goal: 'minimize',
  first: Array.from({ length: 20 }, (_, index) => ({
    parameters: { x: String(index) },
    verdict: { kind: index < 5 ? 'restored' : 'run' },
    verdict_text: 'because',
  })),
}

test('a planned sweep shows its space, its first trials and how many would be reused', () => {
  const lines = sweepPlanText('tune', plan, 200).split('\n')
  assert.equal(lines[0], 'tune: 20 trials, 2 at once, grid; minimize mse')
  assert.match(lines[1]!, /^ {2}x: +one of 1, 2$/)
  assert.match(lines[3]!, /^ {2}1 +0 +because$/)
  assert.deepEqual(lines.slice(-3), ['  … and 10 more', '  5 of the 20 trials would be reused', ''])
})

test('trials that depend on others are not shown, and a hundred stand for more', () => {
  assert.deepEqual(sweepPlanText('t', { ...plan, first: [] }, 200).split('\n').length, 3)
  assert.match(sweepPlanText('t', { ...plan, trials: 500 }, 200), /5 of the first 20 trials/)
  const unknown = { ...plan, trials: 1, first: [{ parameters: { x: '1' } }] }
  assert.doesNotMatch(sweepPlanText('t', unknown, 200), /reused/)
})
