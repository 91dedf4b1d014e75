import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { drawNumber, type NumberDistribution } from './draw-number.ts'
import { normalQuantile } from './normal-quantile.ts'
import { philox, type Words } from './philox.ts'
import { sobolDimensions, sobolWord } from './sobol.ts'

type Quantiles = readonly (readonly [number, number])[]

/** Made by fixtures/make_answers.py with SciPy. */
const answers = JSON.parse(readFileSync(new URL('fixtures/answers.json', import.meta.url), 'utf8')) as {
  readonly normalQuantile: Quantiles
  readonly distributions: readonly { readonly distribution: NumberDistribution; readonly quantiles: Quantiles }[]
  readonly sobol: readonly (readonly number[])[]
  readonly sobolAt1000: readonly number[]
}

function assertClose(actual: number, expected: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.max(1, Math.abs(expected))
  assert.ok(error < 1e-13, `${what}: ${actual}, but SciPy has ${expected}`)
}

test('philox gives the known answers of its authors (Random123, kat_vectors)', () => {
  const known: readonly (readonly [Words, readonly [number, number], Words])[] = [
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ]
  for (const [counter, key, words] of known) assert.deepEqual(philox(counter, key), words)
})

test('normal quantiles are those of SciPy, far tails included', () => {
  for (const [p, value] of answers.normalQuantile) assertClose(normalQuantile(p), value, `p = ${p}`)
})

for (const { distribution, quantiles } of answers.distributions) {
  test(`quantiles of ${JSON.stringify(distribution)} are those of SciPy`, () => {
    for (const [p, value] of quantiles) assertClose(drawNumber(distribution, p), value, `p = ${p}`)
  })
}

test('the Sobol sequence is that of SciPy in every dimension', () => {
  assert.equal(sobolDimensions, 64)
  const dimensions = Array.from({ length: sobolDimensions }, (_, dimension) => dimension)
  answers.sobol.forEach((point, index) => {
    assert.deepEqual(
      dimensions.map((dimension) => sobolWord(index, dimension)),
      point,
    )
  })
  assert.deepEqual(
    dimensions.map((dimension) => sobolWord(1000, dimension)),
    answers.sobolAt1000,
  )
})

const stepped: readonly (readonly [NumberDistribution, number, number])[] = [
  [{ type: 'quniform', minValue: 0, maxValue: 10, q: 3 }, 0.5, 6],
  [{ type: 'quniform', minValue: 0, maxValue: 1, q: 0.1 }, 0.31, 0.3],
  [{ type: 'quniform', minValue: 0, maxValue: 1, q: 0.25 }, 0.7, 0.75],
  [{ type: 'quniform', minValue: -1, maxValue: 1, q: 1 }, 0.4, 0],
  [{ type: 'quniform', minValue: 0, maxValue: 1e-6, q: 1e-7 }, 0.31, 3e-7],
  [{ type: 'quniform', minValue: 0, maxValue: 2 ** 100, q: 2 ** 98 }, 0.52, 2 ** 99],
  [{ type: 'qnormal', mu: 100, sigma: 15, q: 5 }, 0.9, 120],
  [{ type: 'qloguniform', minValue: 0, maxValue: 5, q: 2 }, 0.5, 12],
  [{ type: 'qlognormal', mu: 2, sigma: 0.5, q: 1 }, 0.9, 14],
]
for (const [distribution, p, value] of stepped) {
  test(`${JSON.stringify(distribution)} is ${value} at ${p}`, () => {
    assert.ok(Object.is(drawNumber(distribution, p), value), String(drawNumber(distribution, p)))
  })
}

test('the log distributions take another base than e', () => {
  assertClose(drawNumber({ type: 'loguniform', minValue: -4, maxValue: 0 }, 0.5, 10), 0.01, 'loguniform')
  assert.equal(drawNumber({ type: 'qloguniform', minValue: 0, maxValue: 4, q: 2 }, 0.5, 2), 4)
  assertClose(drawNumber({ type: 'lognormal', mu: 3, sigma: 1 }, 0.5, 2), 8, 'lognormal')
})

test('a distribution that is not known is a bug, not a number', () => {
  assert.throws(() => drawNumber({ type: 'beta' } as unknown as NumberDistribution, 0.5), /Bug: unexpected/)
})

test('bounds at both ends of the doubles do not overflow', () => {
  const widest: NumberDistribution = { type: 'uniform', minValue: -Number.MAX_VALUE, maxValue: Number.MAX_VALUE }
  assert.equal(drawNumber(widest, 0.5), 0)
})
