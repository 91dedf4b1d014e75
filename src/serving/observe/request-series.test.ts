import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import type { AnsweredRequest } from '../answered-request.ts'
import { handClock } from '../serving.test-support.ts'
import { answeredRequest } from './observe.test-support.ts'
import { requestSeries } from './request-series.ts'

test('requests are counted by ten seconds, and by five minutes where the range goes further back', () => {
  const clock = handClock()
  const startMs = clock.now()
  const series = requestSeries(clock)
  const answer = (durationMs: number, changes: Partial<AnsweredRequest> = {}): void =>
    series.observer(answeredRequest({ durationMs, ...changes }))
  for (let count = 0; count < 100; count++) answer(10)
  answer(500)
  clock.turn(10_000)
  const error = new SluiceError('timed-out', 'late')
  answer(3000, { answer: { kind: 'refused', error } })
  const range = { fromMs: startMs, toMs: startMs + 3_600_000 }
  const fine = series.of('diabetes', range)
  assert.equal(fine.stepMs, 10_000)
  assert.equal(fine.sinceMs, startMs)
  const [blue] = fine.deployments
  assert.deepEqual(
    blue!.points.map(({ atMs, requests, errors }) => [atMs - startMs, requests, errors]),
    [
      [0, 101, 0],
      [10_000, 1, 1],
    ],
  )
  const [first, second] = blue!.points
  assert.ok(first!.p50! >= 10 && first!.p50! <= 10.5, `${first!.p50}`)
  assert.ok(first!.p99! >= 10 && first!.p99! <= 10.5)
  assert.equal(second!.p50, undefined, 'nothing was answered')
  const minute = series.of('diabetes', { ...range, stepMs: 55_000 })
  assert.equal(minute.stepMs, 60_000, 'as many whole steps as it takes')
  const [whole] = minute.deployments[0]!.points
  assert.deepEqual(
    minute.deployments[0]!.points.map(({ atMs, requests, errors }) => [atMs % 60_000, requests, errors]),
    [[0, 102, 1]],
  )
  assert.equal(whole!.p50, first!.p50)
  const coarse = series.of('diabetes', { ...range, fromMs: startMs - 7_200_000 })
  assert.equal(coarse.stepMs, 300_000)
  assert.deepEqual(
    coarse.deployments[0]!.points.map(({ requests, errors }) => [requests, errors]),
    [[102, 1]],
  )
  assert.deepEqual(
    series.of('diabetes', { fromMs: startMs + 20_000, toMs: startMs + 30_000 }).deployments[0]!.points,
    [],
  )
  assert.deepEqual(series.of('nothing', range).deployments, [])
})

test('an hour of steps is kept, two days of coarse ones, and what nobody asked since is forgotten', () => {
  const clock = handClock()
  const series = requestSeries(clock)
  for (let count = 0; count < 1000; count++) {
    series.observer(answeredRequest({ durationMs: 1 }))
    clock.turn(10_000)
  }
  const nowMs = clock.now()
  const hour = series.of('diabetes', { fromMs: nowMs - 3_600_000, toMs: nowMs })
  assert.equal(hour.deployments[0]!.points.length, 360)
  const asked = series.of('diabetes', { fromMs: nowMs - 3_600_000 - 50_000, toMs: nowMs })
  assert.equal(asked.stepMs, 10_000, 'the last hour of somebody whose clock is late, or whose question took long')
  const all = series.of('diabetes', { fromMs: 0, toMs: nowMs }).deployments[0]!.points
  assert.equal(
    all.reduce((sum, { requests }) => sum + requests, 0),
    1000,
  )
  assert.equal(all.length, 34)
  clock.turn(3 * 86_400_000)
  assert.deepEqual(series.of('diabetes', { fromMs: 0, toMs: clock.now() }).deployments, [])
})
