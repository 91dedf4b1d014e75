import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryGrowth } from './memory-growth.ts'

/** One sample every five seconds. */
function growthOf(megabytes: readonly number[]): number {
  const growth = new MemoryGrowth()
  megabytes.forEach((bytes, index) => growth.add({ atMs: index * 5000, bytes: bytes * 1e6 }))
  return growth.bytesPerSecond / 1e6
}

test('growth that goes on for a minute is a rate, and the minute moves on', () => {
  assert.equal(growthOf(Array.from({ length: 13 }, (_, n) => 100 + 5 * n)), 1)
  assert.equal(growthOf(Array.from({ length: 12 }, (_, n) => 100 + 5 * n)), 0, 'before the minute is over')
  const faster = [...Array.from({ length: 20 }, () => 100), ...Array.from({ length: 13 }, (_, n) => 100 + 10 * n)]
  assert.equal(growthOf(faster), 2)
})

test('what warms up, rests or shrinks does not leak', () => {
  const warming = Array.from({ length: 20 }, (_, n) => Math.min(150, 100 + 10 * n))
  assert.equal(growthOf(warming.slice(0, 13)), 0)
  assert.equal(growthOf(warming), 0)
  assert.equal(growthOf(Array.from({ length: 13 }, (_, n) => 200 - n)), 0)
  assert.equal(growthOf([]), 0)
})
