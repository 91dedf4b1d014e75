import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bestTrial, bestValue, ranking } from './best-trial.ts'
import type { EarlyTermination } from '../../spec/sweep-settings.ts'
import { decideStops, type ObservedTrial } from './early-termination.ts'

const running = (...values: number[]): ObservedTrial => ({ isRunning: true, values })
const ended = (...values: number[]): ObservedTrial => ({ isRunning: false, values })
const always = { evaluationInterval: 1, delayEvaluation: 0 }
const bandit = (kind: 'factor' | 'amount', value: number, when = always): EarlyTermination => ({
  type: 'bandit',
  slack: { kind, value },
  ...when,
})
const median: EarlyTermination = { type: 'median_stopping', ...always }
const truncation = (truncationPercentage: number): EarlyTermination => ({
  type: 'truncation_selection',
  truncationPercentage,
  ...always,
})

test('bandit, maximize: the example of the documentation, 0.8 with factor 0.2 ends what is below 0.66', () => {
  const trials = [running(0.8), running(0.67), running(0.66), running(0.1)]
  assert.deepEqual(decideStops(bandit('factor', 0.2), 'maximize', trials), [2, 3])
})

test('bandit, minimize: more than best * (1 + factor), or than best + amount, is ended', () => {
  const trials = [running(10), running(12), running(12.1)]
  assert.deepEqual(decideStops(bandit('factor', 0.2), 'minimize', trials), [2])
  assert.deepEqual(decideStops(bandit('amount', 1), 'minimize', trials), [1, 2])
})

test('bandit on negative metrics keeps the best and measures the slack from its size', () => {
  const trials = [running(-10), running(-11), running(-12.1)]
  assert.deepEqual(decideStops(bandit('factor', 0.2), 'maximize', trials), [2])
  assert.deepEqual(decideStops(bandit('factor', 0.2), 'minimize', [running(-10), running(-8), running(-7.9)]), [2])
})

test('the best value up to the interval counts, not the latest', () => {
  assert.deepEqual(decideStops(bandit('amount', 0.1), 'maximize', [running(0.9, 0.2), running(0.5, 0.95)]), [])
})

test('a young trial is compared with what the others had at its age', () => {
  const trials = [running(0.2), ended(0.1, 0.5, 0.9)]
  assert.deepEqual(decideStops(bandit('amount', 0.05), 'maximize', trials), [])
  assert.deepEqual(decideStops(bandit('amount', 0.05), 'maximize', [running(0.2, 0.2), trials[1]!]), [0])
})

test('a policy looks only at multiples of its interval, and not before its delay', () => {
  const when = { evaluationInterval: 2, delayEvaluation: 3 }
  const stops = (count: number): readonly number[] =>
    decideStops(bandit('amount', 0.1, when), 'maximize', [
      running(...Array<number>(count).fill(0.1)),
      ended(...Array<number>(9).fill(0.9)),
    ])
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(stops), [[], [], [], [], [0], [0], [0]])
})

test('interval 0, the default in Azure ML, means every interval', () => {
  const policy = bandit('amount', 0.1, { evaluationInterval: 0, delayEvaluation: 0 })
  assert.deepEqual(decideStops(policy, 'maximize', [running(0.1), running(0.9)]), [0])
})

test('a trial whose values are no numbers is ended as soon as another has one', () => {
  assert.deepEqual(decideStops(bandit('factor', 1), 'minimize', [running(NaN), running(NaN)]), [])
  assert.deepEqual(decideStops(bandit('factor', 1), 'minimize', [running(NaN), running(5)]), [0])
  assert.deepEqual(decideStops(median, 'minimize', [running(Infinity), running(5)]), [0])
  assert.deepEqual(decideStops(truncation(50), 'minimize', [running(NaN), running(5)]), [0])
})

test('a policy that is not known is a bug, not a decision', () => {
  const policy = { ...always, type: 'hyperband' } as unknown as EarlyTermination
  assert.throws(() => decideStops(policy, 'maximize', [running(1)]), /Bug: unexpected/)
})

test('median stopping compares the best so far with the median of the running averages', () => {
  // Averages at interval 2: 2, 3, 4; median 3.
  const trials = [running(1, 3), running(3, 3), running(5, 3), running(3.5, 3.2)]
  assert.deepEqual(decideStops(median, 'minimize', trials), [3])
  assert.deepEqual(decideStops(median, 'maximize', [running(1, 2), ended(4, 6), ended(3), running(9)]), [0])
})

test('median stopping takes no average of a running trial that is not there yet', () => {
  assert.deepEqual(decideStops(median, 'maximize', [running(1, 2), running(9)]), [])
})

test('truncation ends the worst so many percent of those that reached the interval, rounded down', () => {
  const five = [running(5), running(4), running(3), running(2), running(1)]
  assert.deepEqual(decideStops(truncation(20), 'maximize', five), [4])
  assert.deepEqual(decideStops(truncation(20), 'minimize', five), [0])
  assert.deepEqual(decideStops(truncation(59), 'maximize', five), [3, 4])
  assert.deepEqual(decideStops(truncation(20), 'maximize', five.slice(0, 4)), [])
})

test('truncation ends nobody who did as well as one that stays', () => {
  assert.deepEqual(decideStops(truncation(50), 'maximize', [running(1), running(1), running(1), running(2)]), [])
})

test('truncation counts finished trials that reached the interval', () => {
  assert.deepEqual(decideStops(truncation(50), 'maximize', [ended(1), ended(1.5), running(2), running(3)]), [])
  assert.deepEqual(decideStops(truncation(50), 'maximize', [ended(5), ended(), running(2), running(3)]), [2])
})

test('the best trial has the best finite value it ever logged, the first of equals wins', () => {
  const candidates = [[NaN], [3, 1, 2], [], [Infinity, 1], [-Infinity, 4]].map((values, place) => ({ place, values }))
  assert.equal(bestTrial('minimize', candidates)?.place, 1)
  assert.equal(bestTrial('maximize', candidates)?.place, 4)
  assert.deepEqual(
    ranking('minimize', candidates).map(({ place }) => place),
    [1, 3, 4],
  )
  assert.equal(bestTrial('maximize', [{ values: [NaN] }, { values: [] }]), undefined)
  assert.equal(bestValue('maximize', []), undefined)
  assert.equal(bestValue('maximize', [1, Number.MAX_VALUE, -Number.MAX_VALUE]), 1)
})

const anyHistory = fc.array(fc.oneof(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.constant(NaN)), {
  maxLength: 6,
})
const anyTrials = fc.array(fc.record({ isRunning: fc.boolean(), values: anyHistory }), { maxLength: 8 })
const anyPolicy: fc.Arbitrary<EarlyTermination> = fc
  .record({ evaluationInterval: fc.nat(3), delayEvaluation: fc.nat(3) })
  .chain((when) =>
    fc.oneof(
      fc.double({ min: 0, max: 10, noNaN: true }).map((factor) => bandit('factor', factor, when)),
      fc.double({ min: 0, max: 10, noNaN: true }).map((amount) => bandit('amount', amount, when)),
      fc.constant({ ...median, ...when }),
      fc.integer({ min: 1, max: 99 }).map((percent) => ({ ...truncation(percent), ...when })),
    ),
  )

test('property: only running trials that logged something are ended, and never the best of all', () => {
  fc.assert(
    fc.property(
      anyPolicy,
      fc.constantFrom('minimize' as const, 'maximize' as const),
      anyTrials,
      (policy, goal, trials) => {
        const stops = decideStops(policy, goal, trials)
        for (const place of stops) assert.ok(trials[place]!.isRunning && trials[place]!.values.length > 0)
        const first = bestTrial(
          goal,
          trials.map(({ values }, place) => ({ place, values: values.slice(0, 1) })),
        )
        const isAlwaysBest = first !== undefined && trials[first.place]!.values.length === 1
        if (isAlwaysBest) assert.ok(!stops.includes(first.place))
      },
    ),
  )
})
