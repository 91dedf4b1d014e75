import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SearchDistribution } from '../../spec/sweep-settings.ts'
import { distributionText, samplingText, trialCount } from './sweep-words.ts'

const texts: readonly (readonly [SearchDistribution, string])[] = [
  [
    { type: 'choice', values: ['a', { k: 'x', n: { type: 'randint', upper: 3 } }] },
    'one of a, {k: x, n: whole number from 0 to 2}',
  ],
  [{ type: 'loguniform', minValue: -7, maxValue: 2 }, 'loguniform from 0.000912 to 7.39 (exp of -7 to 2)'],
  [{ type: 'quniform', minValue: 0, maxValue: 1, q: 0.25 }, 'quniform from 0 to 1, in steps of 0.25'],
  [{ type: 'normal', mu: 0, sigma: 2 }, 'normal around 0, deviation 2'],
  [{ type: 'qlognormal', mu: 0, sigma: 2, q: 1 }, 'qlognormal around 0, deviation 2, in steps of 1'],
]
for (const [distribution, text] of texts) {
  test(`said as: ${text}`, () => assert.equal(distributionText(distribution), text))
}

test('a range of exponents is said with its base, in a mapping of a choice as well', () => {
  const distribution = { type: 'qloguniform', minValue: -3, maxValue: 2, q: 1 } as const
  const text = 'qloguniform from 0.001 to 100 (10 to the power of -3 to 2), in steps of 1'
  assert.equal(distributionText(distribution, 10), text)
  assert.equal(distributionText({ type: 'choice', values: [{ n: distribution }] }, 10), `one of {n: ${text}}`)
})

test('a distribution that is not known is a bug', () => {
  assert.throws(() => distributionText({ type: 'beta' } as unknown as SearchDistribution), /Bug: unexpected/)
})

test('sampling is said with what its trials depend on', () => {
  assert.equal(samplingText({ type: 'grid' }), 'grid')
  assert.equal(samplingText({ type: 'random', rule: 'random' }), 'random (seed 0)')
  assert.equal(
    samplingText({ type: 'random', rule: 'sobol', seed: 3, logbase: 10 }),
    'random (sobol, seed 3, log base 10)',
  )
})

test('a grid has at most as many trials as combinations', () => {
  const settings = {
    searchSpace: { x: { type: 'choice', values: ['1', '2'] } },
    objective: { goal: 'minimize', primaryMetric: 'm' },
    limits: { maxTotalTrials: 5, maxConcurrentTrials: 1 },
  } as const
  assert.equal(trialCount({ ...settings, sampling: { type: 'grid' } }), 2)
  assert.equal(trialCount({ ...settings, sampling: { type: 'bayesian' } }), 5)
})
