/** A number that was estimated from observations, with how sure one can be of it. */
export interface Estimate {
  readonly value: number
  /** Standard deviation of `value` over repetitions of the experiment; NaN with fewer than two observations. */
  readonly standardError: number
  /** Independent observations behind it. */
  readonly count: number
}

/** All that is kept of observations: enough for their mean and its standard error, whatever their number. */
export interface Sums {
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
}

/** The mean of observations and its standard error, with the unbiased variance. */
export function meanOf({ count, sum, sumOfSquares }: Sums): Estimate {
  const value = sum / count
  return { value, standardError: Math.sqrt(sampleVariance(count, sumOfSquares - sum * value) / count), count }
}

/**
 * The share of observations that are of a kind. Its standard error comes from a share with one observation more of
 * either kind (Laplace's rule), so that "none of 40 failed" is not taken for certainty.
 */
export function shareOf(kind: number, count: number): Estimate {
  const smoothed = (kind + 1) / (count + 2)
  return { value: kind / count, standardError: Math.sqrt((smoothed * (1 - smoothed)) / count), count }
}

/** Sums over units (people, accounts) that each have several observations: a numerator and a denominator each. */
export interface RatioSums {
  /** Units. */
  readonly count: number
  readonly numerator: number
  readonly denominator: number
  readonly numeratorSquares: number
  readonly denominatorSquares: number
  readonly products: number
}

/**
 * A ratio of two sums over units, e.g. revenue per request where traffic was split by person: observations of one unit
 * depend on each other, so the unit is what is counted. Standard error by the delta method.
 */
export function ratioOf(sums: RatioSums): Estimate {
  const { count, numerator, denominator } = sums
  const value = numerator / denominator
  const [meanNumerator, meanDenominator] = [numerator / count, denominator / count]
  const varianceOf = (squares: number, sum: number, mean: number): number => sampleVariance(count, squares - sum * mean)
  const numeratorVariance = varianceOf(sums.numeratorSquares, numerator, meanNumerator)
  const denominatorVariance = varianceOf(sums.denominatorSquares, denominator, meanDenominator)
  const covariance = (sums.products - numerator * meanDenominator) / (count - 1)
  const variance = numeratorVariance - 2 * value * covariance + value * value * denominatorVariance
  return { value, standardError: Math.sqrt(Math.max(0, variance) / count) / Math.abs(meanDenominator), count }
}

/** The candidate's value less the baseline's, of two samples that have nothing to do with each other. */
export function differenceOf(candidate: Estimate, baseline: Estimate): Estimate {
  return {
    value: candidate.value - baseline.value,
    standardError: Math.hypot(candidate.standardError, baseline.standardError),
    count: candidate.count + baseline.count,
  }
}

/** Rounding may leave a sum of squares just below zero. */
function sampleVariance(count: number, centredSquares: number): number {
  return Math.max(0, centredSquares) / (count - 1)
}
