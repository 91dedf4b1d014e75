import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOfMlflowFragment } from '../src/app/mlflow-address.ts'
import { alignSeries } from '../src/components/chart/align-series.ts'
import { plural } from '../src/messages/catalogue.ts'
import { formatIn } from '../src/messages/format.ts'

test('numbers, times and sizes are written as each language does', () => {
  const [en, fr, pt] = [formatIn('en'), formatIn('fr'), formatIn('pt')]
  assert.equal(en.number(0.123456789), '0.123457')
  assert.equal(fr.number(0.5), '0,5')
  assert.equal(pt.count(12345.6), '12.346')
  assert.equal(en.number(1.5e-9), '1.5E-9')
  assert.deepEqual([en.number(NaN), en.number(-Infinity)], ['NaN', '−∞'])
  assert.deepEqual(
    [250, 4200, 200_000, 7_500_000, 300_000_000].map((ms) => en.duration(ms)),
    ['250 ms', '4.2 s', '3 min 20 s', '2 h 5 min', '3 d 11 h'],
  )
  assert.deepEqual(
    [999, 1_240_000].map((bytes) => fr.bytes(bytes)),
    ['999 B', '1,2 MB'],
  )
  assert.equal(en.relative('2026-03-20T14:00:00Z', Date.parse('2026-03-20T14:03:10Z')), '3 minutes ago')
  assert.equal(pt.relative('2026-03-20T16:00:00Z', Date.parse('2026-03-20T14:00:00Z')), 'em 2 horas')
})

test('French counts none as one, English does not', () => {
  const forms = { one: 'one', other: 'other' }
  assert.deepEqual([plural('fr', 0, forms), plural('en', 0, forms), plural('pt', 1, forms)], ['one', 'other', 'one'])
})

test('series with x of their own share one x; what one lacks is no gap in it, and NaN is', () => {
  const aligned = alignSeries([
    { name: 'a', x: [1, 2], y: [10, NaN] },
    { name: 'b', x: [2, 3], y: [20, 30] },
  ])
  assert.deepEqual(aligned, {
    x: [1, 2, 3],
    y: [
      [10, null, undefined],
      [undefined, 20, 30],
    ],
  })
  assert.deepEqual(alignSeries([]), { x: [], y: [] })
})

test('the addresses that the mlflow client prints lead to our pages', () => {
  assert.equal(addressOfMlflowFragment('#/experiments/1/runs/0af3'), '/runs/0af3')
  assert.equal(addressOfMlflowFragment('#/experiments/1'), '/experiments/1')
  assert.equal(addressOfMlflowFragment('#/experiments/1/traces?selected=x'), '/experiments/1')
  assert.equal(addressOfMlflowFragment('#/models/iris/versions/3'), '/models/iris')
  assert.equal(addressOfMlflowFragment('#/models'), '/models')
  assert.equal(addressOfMlflowFragment('#content'), undefined)
})
