import { meanOf, type Estimate, type Sums } from './estimate.ts'

/** Sums of a metric and of a covariate that was known before the variant could change it. */
export interface CovariateSums extends Sums {
  readonly covariateSum: number
  readonly covariateSquares: number
  readonly products: number
}

/** Both variants' means with the covariate's part taken out, and how much variance went with it (0 to 1). */
export interface Adjusted {
  readonly candidate: Estimate
  readonly baseline: Estimate
  readonly varianceReduction: number
}

/**
 * CUPED (Deng, Xu, Kohavi and Walker, 2013): each mean less theta times how far its covariate is from everybody's,
 * theta being the slope within the variants. It moves no expectation and takes out what the covariate explains.
 */
export function adjustByCovariate(candidate: CovariateSums, baseline: CovariateSums): Adjusted {
  const groups = [candidate, baseline]
  const within = (of: (group: CovariateSums) => number): number => groups.reduce((sum, group) => sum + of(group), 0)
  const covariance = within((group) => group.products - (group.sum * group.covariateSum) / group.count)
  const covariateVariance = within((group) => group.covariateSquares - group.covariateSum ** 2 / group.count)
  const variance = within((group) => group.sumOfSquares - group.sum ** 2 / group.count)
  const theta = covariateVariance > 0 ? covariance / covariateVariance : 0
  const centre = within((group) => group.covariateSum) / within((group) => group.count)
  return {
    candidate: meanOf(lessCovariate(candidate, theta, centre)),
    baseline: meanOf(lessCovariate(baseline, theta, centre)),
    varianceReduction: variance > 0 ? Math.min(1, (theta * covariance) / variance) : 0,
  }
}

/** Sums of y - theta * (x - centre). */
function lessCovariate(sums: CovariateSums, theta: number, centre: number): Sums {
  const { count, sum, sumOfSquares, covariateSum, covariateSquares, products } = sums
  const centredSum = covariateSum - count * centre
  const centredSquares = covariateSquares - 2 * centre * covariateSum + count * centre * centre
  const centredProducts = products - centre * sum
  return {
    count,
    sum: sum - theta * centredSum,
    sumOfSquares: sumOfSquares - 2 * theta * centredProducts + theta * theta * centredSquares,
  }
}
