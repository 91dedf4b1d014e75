import gammainc from '@stdlib/math-base-special-gammainc'

/** How well counts fit the shares they should have. */
export interface RatioCheck {
  readonly statistic: number
  readonly degreesOfFreedom: number
  readonly pValue: number
}

/**
 * Pearson's chi-squared test of counts against weights (any positive numbers). A split that is off (p below 0.001, say)
 * means that something lost or moved requests, and a comparison of what is left may be wrong. One kind always fits.
 */
export function sampleRatioCheck(counts: readonly number[], weights: readonly number[]): RatioCheck {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const weight = weights.reduce((sum, share) => sum + share, 0)
  const degreesOfFreedom = counts.length - 1
  if (total === 0 || degreesOfFreedom < 1) return { statistic: 0, degreesOfFreedom, pValue: 1 }
  const statistic = counts.reduce((sum, count, index) => {
    const expected = (total * weights[index]!) / weight
    return sum + (count - expected) ** 2 / expected
  }, 0)
  return { statistic, degreesOfFreedom, pValue: gammainc(statistic / 2, degreesOfFreedom / 2, true, true) }
}
