import type { Estimate } from './estimate.ts'

/**
 * The asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas ("Time-uniform central limit
 * theory and asymptotic confidence sequences", 2021, equation 14): an interval that may be looked at after every
 * observation. With a fixed-horizon test, fifty looks at two equal variants call one of them better in a third of all
 * experiments; with this, in fewer than `alpha` of them.
 */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The share of experiments that may be wrong, over all looks together. */
export const defaultAlpha = 0.05
/** Observations at which the interval is narrowest for its alpha. */
const tightestAt = 5000

/** The interval that holds the true value at every look at once, in all but a share `alpha` of experiments. */
export function confidenceSequence({ value, standardError, count }: Estimate, alpha = defaultAlpha): Interval {
  const weight = count * rhoSquared(alpha)
  const width = standardError * Math.sqrt(((2 * (weight + 1)) / weight) * Math.log(Math.sqrt(weight + 1) / alpha))
  return { low: value - width, high: value + width }
}

/**
 * The smallest alpha at which the sequence (tuned for `alpha`) leaves out `bound`: a p-value that stays one however
 * often it is looked at. 1 when `value` is not above `bound`.
 */
export function anytimePValue({ value, standardError, count }: Estimate, bound: number, alpha = defaultAlpha): number {
  if (!(value > bound)) return 1
  const weight = count * rhoSquared(alpha)
  const distance = (value - bound) / standardError
  return Math.min(1, Math.sqrt(weight + 1) * Math.exp((-(distance ** 2) * weight) / (2 * (weight + 1))))
}

function rhoSquared(alpha: number): number {
  const twice = -2 * Math.log(alpha)
  return (twice + Math.log(twice + 1)) / tightestAt
}
