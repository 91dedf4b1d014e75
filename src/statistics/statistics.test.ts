import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { anytimePValue, confidenceSequence } from './confidence-sequence.ts'
import { adjustByCovariate, type CovariateSums } from './cuped.ts'
import { differenceOf, meanOf, ratioOf, shareOf, type Estimate, type RatioSums, type Sums } from './estimate.ts'
import { adjustedPValues } from './false-discovery.ts'
import { sampleRatioCheck } from './sample-ratio.ts'

interface Oracles {
  readonly mean: { readonly sums: Sums; readonly value: number; readonly standardError: number }
  readonly ratio: { readonly sums: RatioSums; readonly value: number; readonly standardError: number }
  readonly cuped: {
    readonly candidate: CovariateSums
    readonly baseline: CovariateSums
    readonly values: readonly [number, number]
    readonly standardErrors: readonly [number, number]
    readonly varianceReduction: number
  }
  readonly sampleRatios: readonly {
    readonly counts: number[]
    readonly weights: number[]
    readonly statistic: number
    readonly pValue: number
  }[]
  readonly falseDiscovery: { readonly pValues: number[]; readonly adjusted: number[] }
  readonly confidenceSequences: readonly {
    readonly estimate: Estimate
    readonly alpha: number
    readonly interval: { readonly low: number; readonly high: number }
  }[]
}

/** What numpy and scipy say: oracles/make_oracles.py. */
const oracles = JSON.parse(readFileSync(join(import.meta.dirname, 'oracles/oracles.json'), 'utf8')) as Oracles

function near(found: number, wanted: number, relative = 1e-9): void {
  assert.ok(Math.abs(found - wanted) <= relative * Math.max(1e-12, Math.abs(wanted)), `${found} is not ${wanted}`)
}

test("a mean and its standard error are scipy's", () => {
  const { value, standardError } = meanOf(oracles.mean.sums)
  near(value, oracles.mean.value)
  near(standardError, oracles.mean.standardError)
})

test('a ratio over units has the standard error of the delta method', () => {
  const { value, standardError } = ratioOf(oracles.ratio.sums)
  near(value, oracles.ratio.value)
  near(standardError, oracles.ratio.standardError, 1e-8)
})

test('a covariate takes out of both means what least squares takes out', () => {
  const { candidate, baseline, varianceReduction } = adjustByCovariate(oracles.cuped.candidate, oracles.cuped.baseline)
  near(candidate.value, oracles.cuped.values[0])
  near(baseline.value, oracles.cuped.values[1])
  near(candidate.standardError, oracles.cuped.standardErrors[0], 1e-8)
  near(baseline.standardError, oracles.cuped.standardErrors[1], 1e-8)
  near(varianceReduction, oracles.cuped.varianceReduction)
})

test('a covariate that never varies changes nothing', () => {
  const sums = { count: 3, sum: 6, sumOfSquares: 14, covariateSum: 3, covariateSquares: 3, products: 6 }
  const { candidate, varianceReduction } = adjustByCovariate(sums, sums)
  assert.deepEqual([candidate, varianceReduction], [meanOf(sums), 0])
})

test("the check of a split is scipy's chi-squared test, tails included", () => {
  for (const { counts, weights, statistic, pValue } of oracles.sampleRatios) {
    const check = sampleRatioCheck(counts, weights)
    near(check.statistic, statistic)
    near(check.pValue, pValue, 1e-7)
    assert.equal(check.degreesOfFreedom, counts.length - 1)
  }
  assert.equal(sampleRatioCheck([7], [1]).pValue, 1)
  assert.equal(sampleRatioCheck([0, 0], [1, 1]).pValue, 1)
})

test("p-values of many metrics are adjusted as scipy's false_discovery_control does", () => {
  adjustedPValues(oracles.falseDiscovery.pValues).forEach((p, i) => near(p, oracles.falseDiscovery.adjusted[i]!))
  assert.deepEqual(adjustedPValues([]), [])
})

test('the confidence sequence has the half-width of its formula', () => {
  for (const { estimate, alpha, interval } of oracles.confidenceSequences) {
    const { low, high } = confidenceSequence(estimate, alpha)
    near(low, interval.low)
    near(high, interval.high)
  }
})

test('the anytime p-value is alpha exactly where the sequence begins to leave out the bound', () => {
  const estimate = { value: 0.4, standardError: 0.1, count: 900 }
  const { low } = confidenceSequence(estimate)
  near(anytimePValue(estimate, low), 0.05)
  assert.equal(anytimePValue(estimate, 0.5), 1)
})

test('no failures among few requests are no certainty', () => {
  const none = shareOf(0, 40)
  assert.equal(none.value, 0)
  assert.ok(none.standardError > 0.02)
})

test('a difference of two samples is candidate less baseline', () => {
  const difference = differenceOf({ value: 3, standardError: 3, count: 10 }, { value: 1, standardError: 4, count: 20 })
  assert.deepEqual(difference, { value: 2, standardError: 5, count: 30 })
})
