import { ExactSum } from './exact-sum.ts'

/** A histogram of two samples with equal bins: counts, and sums of the values' distances from `low`. */
export interface SampleHistogram {
  readonly low: number
  /** Of one bin; greater than zero. */
  readonly width: number
  readonly reference: readonly { readonly count: number; readonly sum: number }[]
  readonly current: readonly { readonly count: number; readonly sum: number }[]
}

/** What is certain without looking at every value: `low` <= the statistic <= `high`. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Bounds of the Kolmogorov-Smirnov and Wasserstein distances from a histogram. At the edges of bins both distribution
 * functions are known, and within a bin each stays between its two edges. The areas below them are known too (from the
 * sums), so a bin in which they do not cross adds exactly its area.
 */
export function boundedDistances(histogram: SampleHistogram): {
  readonly ks: Interval
  readonly wasserstein: Interval
} {
  const { low, width, reference, current } = histogram
  const [n, m] = [countOf(reference), countOf(current)]
  const least = new ExactSum()
  const most = new ExactSum()
  let [ksLow, ksHigh] = [0, 0]
  let [f, g] = [0, 0]
  for (let bin = 0; bin < reference.length; bin++) {
    const [r, c] = [reference[bin]!, current[bin]!]
    const [fEnd, gEnd] = [f + r.count, g + c.count]
    const right = low + (bin + 1) * width
    ksLow = Math.max(ksLow, Math.abs(fEnd / n - gEnd / m))
    const spread = Math.max(fEnd / n - g / m, gEnd / m - f / n)
    ksHigh = Math.max(ksHigh, spread)
    // The area below a distribution function within the bin: its height at the left, and what every value adds.
    const under = (start: number, size: number, { count, sum }: { count: number; sum: number }): number =>
      (start * width + count * (right - low) - sum) / size
    const area = Math.abs(under(f, n, r) - under(g, m, c))
    // Apart by rounding only where the values lie on the bin's edges.
    least.add(Math.min(area, spread * width))
    const isApart = f / n >= gEnd / m || g / m >= fEnd / n
    most.add(isApart ? area : Math.max(area, spread * width))
    f = fEnd
    g = gEnd
  }
  return {
    ks: { low: ksLow, high: Math.min(1, ksHigh) },
    // Outward by more than the sums can have been rounded.
    wasserstein: { low: least.value * (1 - 1e-9), high: most.value * (1 + 1e-9) },
  }
}

function countOf(bins: SampleHistogram['reference']): number {
  return bins.reduce((sum, { count }) => sum + count, 0)
}
