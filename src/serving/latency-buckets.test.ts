import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketOf, percentileOf } from './latency-buckets.ts'

test('a percentile is never below the true one and at most 5.2 % above it', () => {
  const latencies = fc.array(fc.double({ min: 0.01, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (values, quantile) => {
      const counts = new Map<number, number>()
      for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1)
      const exact = values.toSorted((one, other) => one - other)[Math.ceil(values.length * quantile) - 1]!
      const found = percentileOf(counts, quantile)!
      assert.ok(found >= exact * (1 - 1e-9) && found <= exact * 1.052, `${found} for ${exact}`)
    }),
  )
})

test('of nothing there is no percentile', () => {
  assert.equal(percentileOf(new Map(), 0.5), undefined)
})
