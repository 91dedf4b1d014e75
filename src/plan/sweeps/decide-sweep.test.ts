import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decideSweep, type SweepRules, type TrialProgress } from './decide-sweep.ts'

const rules: SweepRules = {
  goal: 'minimize',
  limits: { maxTotalTrials: 5, maxConcurrentTrials: 2 },
  gridSize: Infinity,
}
const running = (...values: number[]): TrialProgress => ({ status: 'running', isStopping: false, values })
const completed = (...values: number[]): TrialProgress => ({ status: 'completed', isStopping: false, values })
const failed: TrialProgress = { status: 'failed', isStopping: false, values: [] }
const canceled: TrialProgress = { status: 'canceled', isStopping: false, values: [0.001] }

function decide(
  trials: readonly TrialProgress[],
  { more = {}, elapsedMs = 0 }: { more?: Partial<SweepRules>; elapsedMs?: number } = {},
) {
  return decideSweep({ ...rules, ...more }, { trials, elapsedMs })
}

test('trials are started as far as the limits allow', () => {
  assert.deepEqual(decide([]), { start: 2, stop: [] })
  assert.deepEqual(decide([running(), completed(1)]), { start: 1, stop: [] })
  assert.deepEqual(decide([running(), running()]), { start: 0, stop: [] })
  assert.deepEqual(decide([completed(1), completed(1), completed(1), running(), completed(1)]), { start: 0, stop: [] })
})

test('a grid has no more trials than combinations', () => {
  assert.deepEqual(decide([completed(1), running()], { more: { gridSize: 3 } }), { start: 1, stop: [] })
  assert.deepEqual(decide([completed(2), completed(1)], { more: { gridSize: 2 } }), {
    start: 0,
    stop: [],
    end: { best: 1 },
  })
})

test('the best of the completed trials wins, whatever the others logged', () => {
  const trials = [completed(3, 2), failed, canceled, completed(NaN), completed(4)]
  assert.deepEqual(decide(trials).end, { best: 0 })
  assert.deepEqual(decide(trials, { more: { goal: 'maximize' } }).end, { best: 4 })
})

test('without a completed trial, or one with the metric, there is no best', () => {
  assert.deepEqual(decide([failed, failed, failed, failed, canceled]).end, { failure: 'none-completed' })
  assert.deepEqual(decide([failed, completed(), completed(NaN), failed, failed]).end, { failure: 'no-metric' })
})

test('when the timeout is over nothing is started, what runs is ended, and the best so far wins', () => {
  const more = { limits: { ...rules.limits, timeoutSeconds: 60 } }
  assert.deepEqual(decide([completed(1), running()], { more, elapsedMs: 59_999 }), { start: 1, stop: [] })
  assert.deepEqual(decide([completed(1), running()], { more, elapsedMs: 60_000 }), {
    start: 0,
    stop: [{ trial: 1, why: "the sweep's timeout of 60 s is over" }],
  })
  assert.deepEqual(decide([completed(1), { ...running(), isStopping: true }], { more, elapsedMs: 61_000 }).stop, [])
  assert.deepEqual(decide([completed(1), canceled], { more, elapsedMs: 61_000 }).end, { best: 0 })
  assert.deepEqual(decide([canceled], { more, elapsedMs: 61_000 }).end, { failure: 'timed-out' })
})

test('a policy ends trials once, and says why', () => {
  const more: Partial<SweepRules> = {
    earlyTermination: {
      type: 'bandit',
      slack: { kind: 'factor', value: 0.1 },
      evaluationInterval: 1,
      delayEvaluation: 0,
    },
  }
  const why = 'ended early by bandit after 1 value of the primary metric'
  assert.deepEqual(decide([running(1), running(2)], { more }).stop, [{ trial: 1, why }])
  assert.deepEqual(decide([running(1), { ...running(2), isStopping: true }], { more }).stop, [])
  assert.match(decide([running(1, 1), running(2, 3)], { more }).stop[0]!.why, /after 2 values/)
})

test('property: a sweep whose trials end one by one ends, within its limits, with the best of them', () => {
  const anyEnd = fc.oneof(
    fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((value) => completed(value)),
    fc.constantFrom(failed, canceled, completed(NaN)),
  )
  const anyCase = fc.record({ total: fc.integer({ min: 1, max: 12 }), concurrent: fc.integer({ min: 1, max: 5 }) })
  fc.assert(
    fc.property(
      anyCase,
      fc.array(anyEnd, { minLength: 12, maxLength: 12 }),
      fc.array(fc.nat()),
      (limits, ends, order) => {
        const more = { limits: { maxTotalTrials: limits.total, maxConcurrentTrials: limits.concurrent } }
        const trials: TrialProgress[] = []
        for (let turn = 0; ; turn++) {
          const decision = decide(trials, { more })
          for (let count = 0; count < decision.start; count++) trials.push(running())
          const open = [...trials.keys()].filter((trial) => trials[trial]!.status === 'running')
          assert.ok(open.length <= limits.concurrent)
          if (decision.end !== undefined) {
            assert.equal(trials.length, limits.total)
            const values = trials.flatMap((trial) => (trial.status === 'completed' ? trial.values : []))
            const best = Math.min(...values.filter((value) => !Number.isNaN(value)))
            if ('best' in decision.end) assert.equal(trials[decision.end.best]!.values[0], best)
            else assert.equal(best, Infinity)
            return
          }
          const next = open[(order[turn] ?? 0) % open.length]!
          trials[next] = ends[next]!
        }
      },
    ),
  )
})
