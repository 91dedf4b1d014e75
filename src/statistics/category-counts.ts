import gammainc from '@stdlib/math-base-special-gammainc'
import { ExactSum } from './exact-sum.ts'

/** How often each value or bin occurs in two samples: place by place the same value. */
export interface PairedCounts {
  readonly reference: ArrayLike<number>
  readonly current: ArrayLike<number>
}

/** An empty share counts as 1 in 10,000 in the population stability index, so that one empty bin is not infinite drift. */
const emptyShare = 1e-4

function total(counts: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < counts.length; at++) sum += counts[at]!
  return sum
}

/** The square root of the Jensen-Shannon divergence in nats, as scipy's `distance.jensenshannon`. NaN for an empty sample. */
export function jensenShannonDistance({ reference, current }: PairedCounts): number {
  const sizes = [total(reference), total(current)] as const
  const divergence = new ExactSum()
  for (let at = 0; at < reference.length; at++) {
    const p = reference[at]! / sizes[0]
    const q = current[at]! / sizes[1]
    const middle = (p + q) / 2
    divergence.add((p === 0 ? 0 : p * Math.log(p / middle)) + (q === 0 ? 0 : q * Math.log(q / middle)))
  }
  // NaN stays: Math.max keeps it.
  return Math.sqrt(Math.max(0, divergence.value / 2))
}

/**
 * The sum of (p - q) ln(p / q) over the shares. Empty ones count as 1e-4, or as Evidently has it: as a millionth of the
 * smallest share of that sample where that is at most 1e-4.
 */
export function populationStabilityIndex(
  { reference, current }: PairedCounts,
  { empty }: { readonly empty: 'fixed' | 'evidently' },
): number {
  const [p, q] = [sharesOf(reference, empty), sharesOf(current, empty)]
  const sum = new ExactSum()
  for (let at = 0; at < p.length; at++) sum.add((p[at]! - q[at]!) * Math.log(p[at]! / q[at]!))
  return sum.value
}

function sharesOf(counts: ArrayLike<number>, empty: 'fixed' | 'evidently'): Float64Array {
  const size = total(counts)
  const shares = Float64Array.from(counts, (count) => count / size)
  const smallest = shares.reduce((least, share) => (share > 0 ? Math.min(least, share) : least), Infinity)
  const substitute = empty === 'evidently' && smallest <= emptyShare ? smallest / 1e6 : emptyShare
  return shares.map((share) => (share === 0 ? substitute : share))
}

interface ChiSquared {
  readonly statistic: number
  readonly degrees: number
  readonly pValue: number
  /** Cramer's V: the effect, from 0 to 1, whatever the size of the samples. */
  readonly cramersV: number
}

/** Pearson's test of homogeneity of two samples, without Yates' correction, as scipy's `chi2_contingency(correction=False)`. */
export function pearsonsChiSquared({ reference, current }: PairedCounts): ChiSquared {
  const sizes = [total(reference), total(current)] as const
  const all = sizes[0] + sizes[1]
  const statistic = new ExactSum()
  let occurring = 0
  for (let at = 0; at < reference.length; at++) {
    const both = reference[at]! + current[at]!
    if (both === 0) continue
    occurring++
    for (const [count, size] of [
      [reference[at]!, sizes[0]],
      [current[at]!, sizes[1]],
    ] as const) {
      const expected = (both * size) / all
      if (expected > 0) statistic.add((count - expected) ** 2 / expected)
    }
  }
  const degrees = Math.max(0, occurring - 1)
  return {
    statistic: statistic.value,
    degrees,
    pValue: chiSquaredTail(statistic.value, degrees),
    cramersV: all === 0 || degrees === 0 ? 0 : Math.sqrt(statistic.value / all),
  }
}

/** Evidently's chi-squared test: the current counts against the reference's, scaled, as scipy's `chisquare`. */
export function goodnessOfFitPValue({ reference, current }: PairedCounts): number {
  const scale = total(current) / total(reference)
  const statistic = new ExactSum()
  for (let at = 0; at < reference.length; at++) {
    const expected = reference[at]! * scale
    // A category that the reference lacks cannot fit; scipy divides by zero, to the same end.
    if (expected === 0) {
      if (current[at]! > 0) return 0
      continue
    }
    statistic.add((current[at]! - expected) ** 2 / expected)
  }
  return chiSquaredTail(statistic.value, reference.length - 1)
}

/** Evidently's test for two categories: the z-test of the difference of two proportions. */
export function proportionsPValue({ reference, current }: PairedCounts): number {
  const [n, m] = [total(reference), total(current)]
  const [p, q] = [reference[0]! / n, current[0]! / m]
  const pooled = (p * n + q * m) / (n + m)
  const error = Math.sqrt(Math.max(0, pooled * (1 - pooled) * (1 / n + 1 / m)))
  return error === 0 ? 1 : normalTwoSidedTail((p - q) / error)
}

/** P(X >= statistic) for a chi-squared distribution. */
function chiSquaredTail(statistic: number, degrees: number): number {
  if (Number.isNaN(statistic)) return NaN
  return degrees === 0 || statistic <= 0 ? 1 : gammainc(statistic / 2, degrees / 2, true, true)
}

/** P(|Z| >= |z|) for a standard normal distribution. */
function normalTwoSidedTail(z: number): number {
  return chiSquaredTail(z * z, 1)
}
