import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../statistics/verdict.ts'
import { readAbortCondition } from './abort-condition.ts'
import { AnswerCounts } from './answer-counts.ts'
import { decideRollout, type RolloutDecision } from './decide-rollout.ts'

/** So many requests, the first of which failed, each of which took so long. */
function counts(requests: number, errors = 0, latencyMs = 10): AnswerCounts {
  const made = new AnswerCounts()
  for (let n = 0; n < requests; n++) made.add(n >= errors, latencyMs)
  return made
}

interface Situation {
  readonly step?: number
  readonly abortOn?: readonly string[]
  readonly candidate?: AnswerCounts
  readonly baseline?: AnswerCounts
  readonly verdicts?: Readonly<Record<string, Verdict>>
  readonly atMs?: number
}

/** Steps of 5, 50 and 100 percent that hold 1,000 ms and need 20 requests. */
function decide(situation: Situation): RolloutDecision {
  const { step = 0, abortOn = [], candidate = counts(0), baseline = counts(0), verdicts = {}, atMs = 1000 } = situation
  const plan = { steps: [5, 50, 100], holdMs: 1000, minRequests: 20, trafficBefore: { blue: 100 }, baseline: 'blue' }
  return decideRollout(
    { step, stepSinceMs: 0, plan: { ...plan, abortOn: abortOn.map(readAbortCondition) } },
    { candidate, baseline, verdicts: new Map(Object.entries(verdicts)) },
    atMs,
  )
}

test('without conditions a rollout goes on by time alone', () => {
  assert.deepEqual(decide({ step: -1 }), { kind: 'step', step: 0 })
  assert.deepEqual(decide({ atMs: 400 }), { kind: 'wait', why: 'holds 5 % for another 1 s' })
  assert.deepEqual(decide({}), { kind: 'step', step: 1 })
  assert.deepEqual(decide({ step: 2 }), { kind: 'promote' })
})

test('with conditions a step waits for its requests', () => {
  const abortOn = ['error-rate>10%']
  assert.deepEqual(decide({ abortOn, candidate: counts(19) }), {
    ...{ kind: 'wait', why: 'waits for requests: the candidate has had 19 of 20' },
  })
  assert.deepEqual(decide({ abortOn, candidate: counts(20) }), { kind: 'step', step: 1 })
})

test('an error rate over its limit rolls back, early when nothing could mend it', () => {
  const abortOn = ['error-rate>10%']
  assert.equal(decide({ abortOn, candidate: counts(20, 2) }).kind, 'step')
  assert.deepEqual(decide({ abortOn, candidate: counts(30, 4), atMs: 10 }), {
    ...{ kind: 'roll-back', why: 'error rate 13.3 %: 4 of 30 requests failed (error-rate>10%)' },
  })
  assert.equal(decide({ abortOn, candidate: counts(3, 2), atMs: 10 }).kind, 'wait')
  assert.equal(decide({ abortOn, candidate: counts(3, 3), atMs: 10 }).kind, 'roll-back')
})

test("a limit may be a multiple of the baseline's, once the baseline has had enough requests", () => {
  const abortOn = ['error-rate>2x', 'p95>1.5x']
  const candidate = counts(50, 10)
  assert.equal(decide({ abortOn, candidate, baseline: counts(50, 5) }).kind, 'step')
  assert.equal(decide({ abortOn, candidate, baseline: counts(50, 4) }).kind, 'roll-back')
  assert.equal(decide({ abortOn, candidate, baseline: counts(0) }).kind, 'step')
  assert.equal(decide({ abortOn, candidate: counts(50, 0, 20), baseline: counts(50, 0, 10) }).kind, 'roll-back')
  assert.equal(decide({ abortOn, candidate: counts(50, 0, 14), baseline: counts(50, 0, 10) }).kind, 'step')
})

test('a percentile over its limit rolls back once there are enough requests', () => {
  const abortOn = ['p95>200ms']
  assert.equal(decide({ abortOn, candidate: counts(19, 0, 500) }).kind, 'wait')
  const decision = decide({ abortOn, candidate: counts(20, 0, 500), atMs: 1 })
  assert.match(decision.kind === 'roll-back' ? decision.why : '', /^5\d\d\.\d ms is over 200\.0 ms \(p95>200ms\)$/)
  assert.equal(decide({ abortOn, candidate: counts(20, 20) }).kind, 'step')
})

test('the comparison of variants rolls back only when it says worse', () => {
  const abortOn = ['worse:revenue']
  const candidate = counts(20)
  assert.equal(decide({ abortOn, candidate, verdicts: { 'worse:revenue': 'worse' } }).kind, 'roll-back')
  for (const verdict of ['undecided', 'equivalent', 'better'] as const)
    assert.equal(decide({ abortOn, candidate, verdicts: { 'worse:revenue': verdict } }).kind, 'step')
})
