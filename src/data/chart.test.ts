import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { type Chart, checkChart, drawChart } from './chart.ts'

const columns = [
  { name: 'day', type: 'DATE' },
  { name: 'zone', type: 'VARCHAR' },
  { name: 'fare', type: 'DOUBLE' },
  { name: 'tip', type: 'BIGINT' },
]
const rows = [
  ['2026-01-01', 'north', 1.5, 1],
  ['2026-01-01', null, 2, null],
  ['2026-01-02', 'north', Number.NaN, 3],
]
const line: Chart = { kind: 'line', x: 'day', y: ['fare'] }

test('every y is a line, or every value of the series, without the points that have no number', () => {
  const lines = (chart: Chart): unknown => drawChart(chart, { columns, rows }, false).lines
  assert.deepEqual(lines({ ...line, y: ['fare', 'tip'] }), [
    {
      name: 'fare',
      points: [
        ['2026-01-01', 1.5],
        ['2026-01-01', 2],
      ],
    },
    {
      name: 'tip',
      points: [
        ['2026-01-01', 1],
        ['2026-01-02', 3],
      ],
    },
  ])
  assert.deepEqual(lines({ ...line, series: 'zone' }), [
    { name: 'north', points: [['2026-01-01', 1.5]] },
    { name: '', points: [['2026-01-01', 2]] },
  ])
  assert.deepEqual(drawChart(line, { columns, rows: [] }, true), {
    ...line,
    lines: [{ name: 'fare', points: [] }],
    isCut: true,
  })
})

test('a chart of what the answer has not is refused', () => {
  const refusal = (chart: Partial<Chart>): string => {
    try {
      checkChart({ ...line, ...chart }, columns)
    } catch (error) {
      assert.ok(error instanceof SluiceError && error.code === 'invalid-request')
      return `${error.message} ${error.hint ?? ''}`.trim()
    }
    return 'fits'
  }
  assert.equal(refusal({}), 'fits')
  assert.equal(refusal({ y: ['fare', 'tip'] }), 'fits')
  assert.equal(
    refusal({ x: 'dya' }),
    'The chart shows "dya", which is no column of the answer. It has day, zone, fare, tip.',
  )
  assert.match(refusal({ series: 'x' }), /^The chart shows "x"/)
  assert.equal(refusal({ y: ['zone'] }), 'The chart\'s y is "zone", which is VARCHAR: no number.')
  assert.match(refusal({ y: ['fare', 'tip'], series: 'zone' }), /has series by "zone" and 2 columns as y\. Give one y/)
})
