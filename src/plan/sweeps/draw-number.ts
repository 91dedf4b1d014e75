import { assertNever } from '../../base/errors.ts'
import { normalQuantile } from './normal-quantile.ts'
import type { SearchDistribution } from '../../spec/sweep-settings.ts'

export type NumberDistribution = Exclude<SearchDistribution, { type: 'choice' }>

/**
 * The number of a distribution at probability `p`, 0 < p < 1, by its inverse distribution function. `base` is that of
 * the log distributions: `loguniform` is base^uniform, as in Azure ML, so its bounds are exponents. A distribution with
 * `q` is round(x / q) * q, which may pass a bound that is no multiple of q by at most q / 2.
 */
export function drawNumber(distribution: NumberDistribution, p: number, base = Math.E): number {
  switch (distribution.type) {
    case 'uniform':
      return between(distribution, p)
    case 'quniform':
      return toStep(between(distribution, p), distribution.q)
    case 'loguniform':
      return power(base, between(distribution, p))
    case 'qloguniform':
      return toStep(power(base, between(distribution, p)), distribution.q)
    case 'normal':
      return around(distribution, p)
    case 'qnormal':
      return toStep(around(distribution, p), distribution.q)
    case 'lognormal':
      return power(base, around(distribution, p))
    case 'qlognormal':
      return toStep(power(base, around(distribution, p)), distribution.q)
    case 'randint':
      return Math.min(Math.floor(p * distribution.upper), distribution.upper - 1)
    default:
      return assertNever(distribution)
  }
}

function between({ minValue, maxValue }: { minValue: number; maxValue: number }, p: number): number {
  // Not min + (max - min) * p: that overflows for bounds at both ends of the doubles.
  return Math.min(Math.max(minValue * (1 - p) + maxValue * p, minValue), maxValue)
}

function around({ mu, sigma }: { mu: number; sigma: number }, p: number): number {
  return mu + sigma * normalQuantile(p)
}

function power(base: number, exponent: number): number {
  return base === Math.E ? Math.exp(exponent) : base ** exponent
}

/** The nearest multiple of `q`, without the digits that multiplying leaves: 3 steps of 0.1 are 0.3. */
function toStep(value: number, q: number): number {
  const multiple = Math.round(value / q) * q
  const [digits, exponent] = q.toExponential().split('e') as [string, string]
  const decimals = Math.max(0, digits.length - (digits.includes('.') ? 2 : 1) - Number(exponent))
  const cleaned = decimals > 20 || Math.abs(multiple) >= 1e21 ? multiple : Number(multiple.toFixed(decimals))
  // Not -0, which reads as "-0".
  return cleaned + 0
}
