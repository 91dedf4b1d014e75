import type { Interval } from './bounded-samples.ts'
import {
  goodnessOfFitPValue,
  jensenShannonDistance,
  type PairedCounts,
  pearsonsChiSquared,
  populationStabilityIndex,
  proportionsPValue,
} from './category-counts.ts'
import { kolmogorovSmirnovPValue } from './kolmogorov-smirnov.ts'
import type { BinnedCounts, SampleComparison } from './two-samples.ts'

/*
 * What is said of a column: by which metric, how large the effect is, and against which threshold. On much data every
 * difference is significant, so a p-value alone never makes a drift: the effect must reach the threshold, and where there
 * is a test, p must also be below 0.05. Only the mode that repeats Evidently's defaults judges p alone where Evidently does.
 */

/** The metrics of Azure ML's monitors, and three more. */
export const driftMetrics = {
  number: [
    'normalized_wasserstein_distance',
    'wasserstein_distance',
    'two_sample_kolmogorov_smirnov_test',
    'population_stability_index',
    'jensen_shannon_distance',
  ],
  category: ['jensen_shannon_distance', 'population_stability_index', 'pearsons_chi_squared_test'],
} as const

export type NumberMetric = (typeof driftMetrics.number)[number]
export type CategoryMetric = (typeof driftMetrics.category)[number]

/** From which effect on a column has drifted, where nothing else is said. */
const usualThreshold = 0.1
const significance = 0.05

export interface DriftVerdict {
  readonly metric: string
  /** The size of the difference in the metric's own unit; null where nothing can be compared. */
  readonly effect: number | null
  readonly threshold: number
  readonly isDrift: boolean
  readonly pValue?: number
  /** What the effect stands for, where the metric's name does not say it. */
  readonly effectIs?: string
  readonly binning?: string
  /** The effect lies in it; without it the effect is exact. */
  readonly interval?: Interval
  readonly note?: string
}

/** Two samples of a category: counts place by place, and which values only one side has. */
export interface CategoryComparison {
  readonly counts: PairedCounts
  readonly referenceCount: number
  readonly currentCount: number
}

interface Wanted<Metric> {
  readonly metric: Metric
  readonly threshold?: number
}

/** The verdict on a numeric column. */
export function judgeNumbers(
  comparison: SampleComparison,
  { metric, threshold = usualThreshold }: Wanted<NumberMetric>,
): DriftVerdict {
  const { reference, current, deciles, sturges } = comparison
  const empty = nothingToCompare(reference.count + reference.infiniteCount, current.count + current.infiniteCount)
  if (empty !== undefined) return { metric, threshold, ...empty }
  switch (metric) {
    case 'two_sample_kolmogorov_smirnov_test': {
      const sizes = [reference.count + reference.infiniteCount, current.count + current.infiniteCount] as const
      const pValue = kolmogorovSmirnovPValue(comparison.ksDistance, ...sizes)
      return { ...tested(comparison.ksDistance, pValue, { metric, threshold }), effectIs: 'distance' }
    }
    case 'wasserstein_distance':
      return judged(comparison.wassersteinDistance, { metric, threshold, ...leftOut(comparison) })
    case 'normalized_wasserstein_distance': {
      const effect = comparison.wassersteinDistance / scaleOf(comparison)
      return judged(effect, { metric, threshold, ...leftOut(comparison) })
    }
    case 'population_stability_index': {
      const effect = populationStabilityIndex(deciles, { empty: 'fixed' })
      return judged(effect, { metric, threshold, binning: deciles.binning, ...leftOut(comparison) })
    }
    case 'jensen_shannon_distance': {
      const { binning } = sturges
      return judged(jensenShannonDistance(sturges), { metric, threshold, binning, ...leftOut(comparison) })
    }
  }
}

/** The verdict on a column of categories. */
export function judgeCategories(
  { counts, referenceCount, currentCount }: CategoryComparison,
  { metric, threshold = usualThreshold }: Wanted<CategoryMetric>,
): DriftVerdict {
  const empty = nothingToCompare(referenceCount, currentCount)
  if (empty !== undefined) return { metric, threshold, ...empty }
  const binning = 'categories'
  switch (metric) {
    case 'jensen_shannon_distance':
      return judged(jensenShannonDistance(counts), { metric, threshold, binning })
    case 'population_stability_index':
      return judged(populationStabilityIndex(counts, { empty: 'fixed' }), { metric, threshold, binning })
    case 'pearsons_chi_squared_test': {
      const { cramersV, pValue } = pearsonsChiSquared(counts)
      return { ...tested(cramersV, pValue, { metric, threshold }), effectIs: "Cramer's V", binning }
    }
  }
}

/**
 * The verdict of Evidently 0.7.23's defaults on a numeric column: to 1,000 reference values a test whose p-value is the
 * effect (drift below 0.05), beyond that a distance (drift from 0.1 on). Infinite values are left out.
 */
export function judgeNumbersAsEvidently(comparison: SampleComparison): DriftVerdict {
  const { reference, current, distinctCount, singleValues, wassersteinDistance } = comparison
  const empty = nothingToCompare(reference.count, current.count)
  if (empty !== undefined) return { metric: 'none', threshold: usualThreshold, ...empty }
  if (reference.count > 1000) {
    if (distinctCount <= 5) return asEvidently('jensenshannon', jensenShannonDistance(singleValues!), singleValues)
    return asEvidently('wasserstein', wassersteinDistance / Math.max(reference.deviation, 0.001))
  }
  if (distinctCount > 5)
    return asEvidently('ks', kolmogorovSmirnovPValue(comparison.finiteKsDistance, reference.count, current.count))
  return testedAsEvidently(singleValues!)
}

/** The verdict of Evidently 0.7.23's defaults on a column of categories. */
export function judgeCategoriesAsEvidently({ counts, referenceCount, currentCount }: CategoryComparison): DriftVerdict {
  const empty = nothingToCompare(referenceCount, currentCount)
  if (empty !== undefined) return { metric: 'none', threshold: usualThreshold, ...empty }
  if (referenceCount > 1000) return asEvidently('jensenshannon', jensenShannonDistance(counts))
  return testedAsEvidently(counts)
}

/** Bins that Evidently makes of a numeric column for its PSI and Jensen-Shannon distance. */
export function evidentlyBins({ referenceDistinctCount, singleValues, sturges }: SampleComparison): BinnedCounts {
  return referenceDistinctCount > 20 ? sturges : (singleValues ?? sturges)
}

function testedAsEvidently(counts: PairedCounts): DriftVerdict {
  return counts.reference.length > 2
    ? asEvidently('chisquare', goodnessOfFitPValue(counts))
    : asEvidently('z', proportionsPValue(counts))
}

function asEvidently(
  metric: 'jensenshannon' | 'wasserstein' | 'ks' | 'chisquare' | 'z',
  score: number,
  bins?: BinnedCounts,
): DriftVerdict {
  const binning = bins === undefined ? {} : { binning: bins.binning }
  if (metric === 'jensenshannon' || metric === 'wasserstein')
    return { metric, effect: score, threshold: 0.1, isDrift: score >= 0.1, ...binning }
  return { metric, effect: score, threshold: 0.05, isDrift: score < 0.05, pValue: score, effectIs: 'p-value' }
}

/** The verdict of a distance that is only known to lie in an interval; undefined where that does not decide it. */
export function judgeInterval(
  interval: Interval,
  { metric, threshold = usualThreshold }: Wanted<NumberMetric>,
): DriftVerdict | undefined {
  if (interval.low < threshold && interval.high >= threshold) return undefined
  const effect = (interval.low + interval.high) / 2
  return { metric, effect, threshold, isDrift: interval.low >= threshold, interval }
}

/** The reference's deviation; of one that does not vary its size, so that a constant that moved has moved by something. */
function scaleOf({ reference }: Pick<SampleComparison, 'reference'>): number {
  return reference.deviation || Math.abs(reference.mean) || 1
}

function judged(
  effect: number,
  rest: { readonly metric: string; readonly threshold: number; readonly binning?: string; readonly note?: string },
): DriftVerdict {
  const isKnown = !Number.isNaN(effect)
  return { effect: isKnown ? effect : null, isDrift: isKnown && effect >= rest.threshold, ...rest }
}

function tested(
  effect: number,
  pValue: number,
  rest: { readonly metric: string; readonly threshold: number },
): DriftVerdict {
  return { effect, isDrift: effect >= rest.threshold && pValue < significance, pValue, ...rest }
}

function leftOut({ reference, current }: SampleComparison): { readonly note?: string } {
  const count = reference.infiniteCount + current.infiniteCount
  return count === 0 ? {} : { note: `${count} infinite values left out` }
}

/** One side without values is as different as can be; two are nothing. */
function nothingToCompare(
  reference: number,
  current: number,
): Pick<DriftVerdict, 'effect' | 'isDrift' | 'note'> | undefined {
  if (reference > 0 && current > 0) return undefined
  if (reference === current) return { effect: null, isDrift: false, note: 'no values on either side' }
  return { effect: null, isDrift: true, note: `no values in the ${reference === 0 ? 'reference' : 'current data'}` }
}
