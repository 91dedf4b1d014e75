import assert from 'node:assert/strict'
import test from 'node:test'
import { differenceOf, meanOf } from './estimate.ts'
import { decide, type Contrast, type Verdict } from './verdict.ts'

function contrast(value: number, changes: Partial<Contrast> = {}): Contrast {
  const difference = { value, standardError: 0.1, count: 10_000 }
  return { difference, margin: 1, better: 'higher', fewest: 5000, ...changes }
}

function verdictOf(given: Contrast): Verdict {
  return decide([given])[0]!.verdict
}

test('a verdict says better, worse, equivalent or undecided, with the margin in mind', () => {
  assert.equal(verdictOf(contrast(3)), 'better')
  assert.equal(verdictOf(contrast(-3)), 'worse')
  assert.equal(verdictOf(contrast(0.2)), 'equivalent')
  assert.equal(verdictOf(contrast(1)), 'undecided')
  assert.equal(verdictOf(contrast(3, { better: 'lower' })), 'worse')
  assert.equal(verdictOf(contrast(-3, { better: 'lower' })), 'better')
})

test('without a margin nothing is ever equivalent', () => {
  assert.equal(verdictOf(contrast(0.05, { margin: 0 })), 'undecided')
  assert.equal(verdictOf(contrast(2, { margin: 0 })), 'better')
})

test('a handful of observations decide nothing, however far apart they are', () => {
  assert.equal(verdictOf(contrast(100, { fewest: 29 })), 'undecided')
  assert.equal(
    verdictOf({ ...contrast(5), difference: { value: 5, standardError: Number.NaN, count: 40 } }),
    'undecided',
  )
})

test('one small difference among many metrics is taken for chance', () => {
  const just = contrast(1.34)
  assert.equal(verdictOf(just), 'better')
  const [first] = decide([just, ...Array.from({ length: 9 }, () => contrast(1))])
  assert.equal(first!.verdict, 'undecided')
  assert.ok(first!.pValue > 0.05)
})

/** A small seeded generator (mulberry32) and normal numbers of it: the experiment is the same in every run. */
function normals(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return () => Math.sqrt(-2 * Math.log(uniform() || 1e-12)) * Math.cos(2 * Math.PI * uniform())
}

/** How many of 1,000 experiments end with a difference at one of 50 looks, 5,000 observations a side. */
function experimentsWithDifference(effect: number): number {
  const next = normals(12345)
  let found = 0
  for (let experiment = 0; experiment < 1000; experiment++) {
    const sums = [0, 1].map(() => ({ count: 0, sum: 0, sumOfSquares: 0 }))
    let isFound = false
    for (let look = 0; look < 50 && !isFound; look++) {
      for (let i = 0; i < 100; i++) {
        sums.forEach((side, index) => {
          const value = next() + index * effect
          side.count++
          side.sum += value
          side.sumOfSquares += value * value
        })
      }
      const difference = differenceOf(meanOf(sums[1]!), meanOf(sums[0]!))
      const [decision] = decide([{ difference, margin: 0, better: 'higher', fewest: sums[0]!.count }])
      isFound = decision!.verdict !== 'undecided'
    }
    found += Number(isFound)
  }
  return found
}

test('1,000 experiments with equal variants and 50 looks each give fewer than 5 % false verdicts', () => {
  assert.ok(experimentsWithDifference(0) < 50)
})

test('a difference of 0.1 standard deviations is found in over 95 % of experiments with 5,000 a side', () => {
  assert.ok(experimentsWithDifference(0.1) > 950)
})
