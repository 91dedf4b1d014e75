import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { boundedDistances, type SampleHistogram } from './bounded-samples.ts'
import { jensenShannonDistance, pearsonsChiSquared, populationStabilityIndex } from './category-counts.ts'
import { categorySamples, numberSamples } from './drift-samples.test-support.ts'
import {
  driftMetrics,
  evidentlyBins,
  judgeCategories,
  judgeCategoriesAsEvidently,
  judgeInterval,
  judgeNumbers,
  judgeNumbersAsEvidently,
} from './drift-verdict.ts'
import { kolmogorovSmirnovPValue } from './kolmogorov-smirnov.ts'
import { normalizedDiscountedCumulativeGain } from './ranking.ts'
import { compareSamples } from './two-samples.ts'

interface EvidentlyAnswer {
  readonly test: string
  readonly score: number | null
  readonly drifted: boolean
  readonly threshold: number
  readonly psi: number
  readonly jensenshannon: number
}
interface Oracles {
  readonly numbers: Record<
    string,
    Record<'ks' | 'pValue' | 'wasserstein' | 'deviation' | 'mean' | 'psi' | 'jensenShannon', number> & {
      readonly edges: number[]
      readonly deciles: number[][]
      readonly sturges: number[][]
      readonly evidently: EvidentlyAnswer
    }
  >
  readonly categories: Record<
    string,
    Record<'psi' | 'jensenShannon' | 'cramersV', number> & {
      readonly chiSquared: { readonly statistic: number; readonly degrees: number; readonly pValue: number }
      readonly evidently: EvidentlyAnswer
    }
  >
  readonly ks: [number, number, number, number][]
  readonly rankings: { reference: number[]; current: number[]; ndcg: number }[]
}
/** What scipy, numpy, scikit-learn and Evidently say: oracles/make_drift_oracles.py. */
const oracles = JSON.parse(readFileSync(join(import.meta.dirname, 'oracles/drift_oracles.json'), 'utf8')) as Oracles

/** Equal to so many parts of the larger of 1 and the value. */
function near(actual: number, expected: number, named: string | readonly [what: string, tolerance: number]) {
  const [what, tolerance] = typeof named === 'string' ? [named, 1e-10] : named
  const error = Math.abs(actual - expected)
  assert.ok(error <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${actual} is not ${expected}`)
}

const sorted = (values: readonly number[]) => Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort()
const compared = (name: string) => compareSamples(sorted(numberSamples[name]![0]), sorted(numberSamples[name]![1]))

function counted([reference, current]: readonly [readonly string[], readonly string[]]) {
  const names = [...new Set([...reference, ...current])].sort()
  const counts = (all: readonly string[]) => names.map((name) => all.filter((one) => one === name).length)
  return {
    counts: { reference: counts(reference), current: counts(current) },
    referenceCount: reference.length,
    currentCount: current.length,
  }
}

test('distances, binnings and moments of numbers are scipy’s and numpy’s', () => {
  assert.deepEqual(Object.keys(numberSamples), Object.keys(oracles.numbers))
  for (const [name, expected] of Object.entries(oracles.numbers)) {
    const comparison = compared(name)
    near(comparison.ksDistance, expected.ks, [`${name} ks`, 1e-14])
    near(comparison.wassersteinDistance, expected.wasserstein, `${name} wasserstein`)
    near(comparison.reference.deviation, expected.deviation, `${name} deviation`)
    near(comparison.reference.mean, expected.mean, `${name} mean`)
    assert.equal(comparison.deciles.edges.length, expected.edges.length + 2, name)
    expected.edges.forEach((edge, at) => near(comparison.deciles.edges[at + 1]!, edge, [`${name} edge`, 1e-13]))
    assert.deepEqual([comparison.deciles.reference, comparison.deciles.current], expected.deciles, `${name} deciles`)
    assert.deepEqual([comparison.sturges.reference, comparison.sturges.current], expected.sturges, `${name} sturges`)
    near(judgeNumbers(comparison, { metric: 'population_stability_index' }).effect!, expected.psi, `${name} psi`)
    near(judgeNumbers(comparison, { metric: 'jensen_shannon_distance' }).effect!, expected.jensenShannon, `${name} js`)
    const ks = judgeNumbers(comparison, { metric: 'two_sample_kolmogorov_smirnov_test' })
    near(ks.pValue!, expected.pValue, [`${name} p`, 1e-6])
    if (expected.deviation > 0) {
      const normalized = judgeNumbers(comparison, { metric: 'normalized_wasserstein_distance' })
      near(normalized.effect!, expected.wasserstein / expected.deviation, `${name} normalized`)
    }
  }
})

test('p-values of the Kolmogorov-Smirnov test are scipy’s where its methods change', () => {
  assert.ok(oracles.ks.length > 300)
  for (const [statistic, n, m, expected] of oracles.ks) {
    const p = kolmogorovSmirnovPValue(statistic, n, m)
    near(p, expected, [`p of ${statistic} for ${n} and ${m}`, 1e-6])
    // Small tails keep their digits, too.
    if (expected > 1e-250 && expected < 1e-6) near(p / expected, 1, [`tail of ${statistic} for ${n} and ${m}`, 1e-6])
  }
})

test('statistics of categories are scipy’s', () => {
  assert.deepEqual(Object.keys(categorySamples), Object.keys(oracles.categories))
  for (const [name, expected] of Object.entries(oracles.categories)) {
    const { counts } = counted(categorySamples[name]!)
    near(jensenShannonDistance(counts), expected.jensenShannon, `${name} js`)
    near(populationStabilityIndex(counts, { empty: 'fixed' }), expected.psi, `${name} psi`)
    const chi = pearsonsChiSquared(counts)
    near(chi.statistic, expected.chiSquared.statistic, `${name} chi squared`)
    assert.equal(chi.degrees, expected.chiSquared.degrees, name)
    near(chi.pValue, expected.chiSquared.pValue, [`${name} p`, 1e-6])
    near(chi.cramersV, expected.cramersV, `${name} V`)
  }
})

test('Evidently’s defaults are repeated: which test, its score, its verdict', () => {
  const check = (name: string, verdict: ReturnType<typeof judgeNumbersAsEvidently>, expected: EvidentlyAnswer) => {
    assert.equal(verdict.metric, expected.test, name)
    assert.equal(verdict.threshold, expected.threshold, name)
    assert.equal(verdict.isDrift, expected.drifted, name)
    const isExact = verdict.effectIs === undefined
    near(verdict.effect!, expected.score ?? NaN, [`${name} score`, isExact ? 1e-14 : 1e-6])
  }
  for (const [name, { evidently }] of Object.entries(oracles.numbers)) {
    const comparison = compared(name)
    check(name, judgeNumbersAsEvidently(comparison), evidently)
    const bins = evidentlyBins(comparison)
    near(jensenShannonDistance(bins), evidently.jensenshannon, [`${name} js`, 1e-14])
    near(populationStabilityIndex(bins, { empty: 'evidently' }), evidently.psi, [`${name} psi`, 1e-14])
  }
  for (const [name, { evidently }] of Object.entries(oracles.categories)) {
    const comparison = counted(categorySamples[name]!)
    check(name, judgeCategoriesAsEvidently(comparison), evidently)
    near(jensenShannonDistance(comparison.counts), evidently.jensenshannon, [`${name} js`, 1e-14])
    near(populationStabilityIndex(comparison.counts, { empty: 'evidently' }), evidently.psi, [`${name} psi`, 1e-14])
  }
})

test('a verdict needs an effect, and on top of it significance where there is a test', () => {
  const same = judgeNumbers(compared('same'), { metric: 'normalized_wasserstein_distance' })
  assert.deepEqual([same.isDrift, same.threshold], [false, 0.1])
  assert.equal(judgeNumbers(compared('shifted'), { metric: 'normalized_wasserstein_distance' }).isDrift, true)
  assert.equal(
    judgeNumbers(compared('shifted'), { metric: 'normalized_wasserstein_distance', threshold: 0.9 }).isDrift,
    false,
  )
  const large = judgeNumbers(compared('large'), { metric: 'two_sample_kolmogorov_smirnov_test' })
  assert.ok(large.effect! < 0.1 && !large.isDrift)
  // 0.29 apart, but of three values.
  const tiny = judgeNumbers(compared('tiny'), { metric: 'two_sample_kolmogorov_smirnov_test' })
  assert.ok(tiny.effect! > 0.1 && tiny.pValue! > 0.05 && !tiny.isDrift)
  const chi = judgeCategories(counted(categorySamples['shifted']!), { metric: 'pearsons_chi_squared_test' })
  assert.deepEqual([chi.isDrift, chi.effectIs], [true, "Cramer's V"])
})

test('constants, empty and infinite columns are judged, and it is said how', () => {
  const metric = 'normalized_wasserstein_distance'
  assert.equal(judgeNumbers(compared('constant'), { metric }).effect, 0)
  // From 3.5 to 4.5: by 1, of a size of 3.5.
  near(judgeNumbers(compared('other constant'), { metric }).effect!, 1 / 3.5, 'constant')
  assert.equal(judgeNumbers(compared('infinite'), { metric }).note, '84 infinite values left out')
  const [empty, some] = [sorted([NaN]), sorted([1, 2])]
  for (const [comparison, isDrift, note] of [
    [compareSamples(empty, empty), false, 'no values on either side'],
    [compareSamples(empty, some), true, 'no values in the reference'],
    [compareSamples(some, empty), true, 'no values in the current data'],
  ] as const) {
    for (const verdict of [judgeNumbers(comparison, { metric }), judgeNumbersAsEvidently(comparison)])
      assert.deepEqual([verdict.effect, verdict.isDrift, verdict.note], [null, isDrift, note])
  }
  const none = counted([[], ['a']])
  assert.equal(judgeCategories(none, { metric: 'jensen_shannon_distance' }).note, 'no values in the reference')
  assert.equal(judgeCategoriesAsEvidently(none).note, 'no values in the reference')
})

/** A histogram of two samples in so many equal bins. */
function histogramOf(
  [reference, current]: readonly [readonly number[], readonly number[]],
  bins: number,
): SampleHistogram {
  const all = [...reference, ...current]
  const low = Math.min(...all)
  const width = (Math.max(...all) - low) / bins || 1
  const binned = (values: readonly number[]) => {
    const found = Array.from({ length: bins }, () => ({ count: 0, sum: 0 }))
    for (const value of values) {
      const bin = found[Math.min(bins - 1, Math.floor((value - low) / width))]!
      bin.count++
      bin.sum += value - low
    }
    return found
  }
  return { low, width, reference: binned(reference), current: binned(current) }
}

test('a histogram bounds both distances, and more bins bound them closer', () => {
  for (const [name, [reference, current]] of Object.entries(numberSamples)) {
    if (['infinite', 'missing'].includes(name)) continue
    const {
      ksDistance,
      wassersteinDistance,
      reference: { deviation },
    } = compared(name)
    const scale = Math.max(1, wassersteinDistance)
    const spreads = [10, 1000].map((bins) => {
      const { ks, wasserstein } = boundedDistances(histogramOf([reference, current], bins))
      assert.ok(ks.low <= ksDistance + 1e-12 && ksDistance <= ks.high + 1e-12, `${name} ks`)
      const isInside =
        wasserstein.low <= wassersteinDistance + 1e-9 * scale && wassersteinDistance <= wasserstein.high + 1e-9 * scale
      assert.ok(isInside, `${name}: ${wassersteinDistance} in ${wasserstein.low} to ${wasserstein.high}`)
      return wasserstein.high - wasserstein.low
    })
    if (name === 'shifted') assert.ok(spreads[1]! < spreads[0]! / 10 && spreads[1]! < deviation / 100)
  }
})

test('every metric has a verdict on every kind of column', () => {
  for (const metric of driftMetrics.number) assert.equal(judgeNumbers(compared('same'), { metric }).metric, metric)
  const same = counted(categorySamples['same']!)
  for (const metric of driftMetrics.category) assert.equal(judgeCategories(same, { metric }).metric, metric)
})

test('an interval decides where it does not straddle the threshold', () => {
  const wanted = { metric: 'wasserstein_distance', threshold: 0.1 } as const
  assert.equal(judgeInterval({ low: 0.05, high: 0.15 }, wanted), undefined)
  assert.equal(judgeInterval({ low: 0.1, high: 0.15 }, wanted)!.isDrift, true)
  assert.deepEqual(judgeInterval({ low: 0.02, high: 0.04 }, wanted), {
    ...wanted,
    effect: 0.03,
    isDrift: false,
    interval: { low: 0.02, high: 0.04 },
  })
})

test('a ranking is judged as scikit-learn does', () => {
  const named = (values: readonly number[]) => Object.fromEntries(values.map((value, at) => [`f${at}`, value]))
  for (const { reference, current, ndcg } of oracles.rankings)
    near(normalizedDiscountedCumulativeGain(named(reference), named(current)), ndcg, String(current))
  assert.equal(normalizedDiscountedCumulativeGain({ a: -2, b: 1 }, { a: 3 }), 1)
})
