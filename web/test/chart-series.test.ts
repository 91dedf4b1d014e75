import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  errorSeries,
  latencySeries,
  rangeStart,
  throughputSeries,
  totalsOf,
} from '../src/pages/endpoints/chart-series.ts'

const at = (seconds: number): number => Date.parse('2026-03-20T14:00:00Z') + seconds * 1000
const point = (seconds: number, counts: object) => ({
  at: new Date(at(seconds)).toISOString(),
  requests: 0,
  errors: 0,
  ...counts,
})

const answer = {
  endpoint: 'prices',
  step: 10,
  since: new Date(at(0)).toISOString(),
  deployments: [
    {
      deployment: 'blue',
      points: [
        point(0, { requests: 20, errors: 5, p50: 0.01, p95: 0.02, p99: 0.5 }),
        point(30, { requests: 10, errors: 10 }),
      ],
    },
    { deployment: 'green', points: [] },
  ],
}

test('a step without requests is none a second, and no gap in the share of errors', () => {
  const [blue, green] = throughputSeries(answer, { range: '15m', nowMs: at(35) })
  assert.deepEqual(blue!.x, [0, 10, 20, 30].map(at))
  assert.deepEqual(blue!.y, [2, 0, 0, 1])
  assert.deepEqual(green!.y, [0, 0, 0, 0])
  assert.deepEqual(errorSeries(answer)[0], { name: 'blue', x: [at(0), at(30)], y: [25, 100] })
})

test('latency has a line for each percentile; where nothing was answered there is a gap', () => {
  const lines = latencySeries(answer, ['p50', 'p99'])
  assert.deepEqual(
    lines.map(({ name, y }) => [name, y]),
    [
      ['blue p50', [10, null]],
      ['blue p99', [500, null]],
      ['green p50', []],
      ['green p99', []],
    ],
  )
  assert.equal(latencySeries(answer, ['p95'])[0]!.name, 'blue')
})

test('totals tell the requests of all steps and the worst of each percentile', () => {
  assert.deepEqual(totalsOf(answer), [
    { deployment: 'blue', requests: 30, errors: 15, worst: { p50: 10, p95: 20, p99: 500 } },
    { deployment: 'green', requests: 0, errors: 0, worst: {} },
  ])
})

test('an hour is left to the clock of the server, other ranges begin where they are long', () => {
  assert.equal(rangeStart('1h', at(0)), undefined)
  assert.equal(rangeStart('2d', at(0)), '2026-03-18T14:00:00.000Z')
})
