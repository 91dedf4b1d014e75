import { ExactSum } from './exact-sum.ts'

/** Counts of two samples in the same bins, and how the bins were made: two binnings do not compare. */
export interface BinnedCounts {
  readonly binning: 'deciles of the reference' | "Sturges' rule over both samples" | 'single values'
  /** Edges of the bins, one more than bins; for single values the values. */
  readonly edges: readonly number[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

export interface SampleSummary {
  /** Values that are neither missing nor infinite. */
  readonly count: number
  readonly infiniteCount: number
  readonly mean: number
  /** Of the population, as numpy's `std`. */
  readonly deviation: number
  readonly min: number
  readonly max: number
}

/** Everything that is told of two samples of one number. NaN where there is nothing to tell it from. */
export interface SampleComparison {
  readonly reference: SampleSummary
  readonly current: SampleSummary
  /** Largest distance of the two distribution functions; infinities are values like others. */
  readonly ksDistance: number
  /** The same over finite values only. */
  readonly finiteKsDistance: number
  /** Over finite values. */
  readonly wassersteinDistance: number
  /** Different finite values of both together; counted up to a thousand. */
  readonly distinctCount: number
  readonly referenceDistinctCount: number
  readonly deciles: BinnedCounts
  readonly sturges: BinnedCounts
  /** Where there are at most a thousand. */
  readonly singleValues?: BinnedCounts
}

const mostSingleValues = 1000

/**
 * Compares two samples, each sorted ascending and without NaN, in one pass over both. Equal to scipy's `ks_2samp` and
 * `wasserstein_distance` and numpy's `histogram` to rounding.
 */
export function compareSamples(reference: Float64Array, current: Float64Array): SampleComparison {
  const [finiteReference, finiteCurrent] = [finitePart(reference), finitePart(current)]
  const values = singleValues(finiteReference, finiteCurrent)
  const finite = walk(finiteReference, finiteCurrent)
  return {
    reference: summaryOf(reference, finiteReference),
    current: summaryOf(current, finiteCurrent),
    ksDistance: walk(reference, current).ksDistance,
    finiteKsDistance: finite.ksDistance,
    wassersteinDistance: finite.wassersteinDistance,
    distinctCount: values.distinctCount,
    referenceDistinctCount: values.referenceDistinctCount,
    deciles: decileCounts(finiteReference, finiteCurrent),
    sturges: sturgesCounts(finiteReference, finiteCurrent),
    ...(values.counts !== undefined && { singleValues: values.counts }),
  }
}

/** The values that are not infinite; the others lie at the ends. */
export function finitePart(sorted: Float64Array): Float64Array {
  let start = 0
  let end = sorted.length
  while (start < end && sorted[start] === -Infinity) start++
  while (end > start && sorted[end - 1] === Infinity) end--
  return sorted.subarray(start, end)
}

/** Counts and moments of a sample and of its finite part. */
export function summaryOf(all: Float64Array, finite: Float64Array): SampleSummary {
  const sum = new ExactSum()
  for (const value of finite) sum.add(value)
  const mean = sum.value / finite.length
  const squares = new ExactSum()
  for (const value of finite) squares.add((value - mean) ** 2)
  return {
    count: finite.length,
    infiniteCount: all.length - finite.length,
    mean,
    deviation: Math.sqrt(squares.value / finite.length),
    min: finite[0] ?? NaN,
    max: finite.at(-1) ?? NaN,
  }
}

function walk(
  reference: Float64Array,
  current: Float64Array,
): { readonly ksDistance: number; readonly wassersteinDistance: number } {
  const [n, m] = [reference.length, current.length]
  if (n === 0 || m === 0) return { ksDistance: NaN, wassersteinDistance: NaN }
  const area = new ExactSum()
  let largest = 0
  let i = 0
  let j = 0
  while (i < n || j < m) {
    const value = j === m || (i < n && reference[i]! <= current[j]!) ? reference[i]! : current[j]!
    while (i < n && reference[i] === value) i++
    while (j < m && current[j] === value) j++
    const gap = Math.abs(i / n - j / m)
    if (gap > largest) largest = gap
    if (gap === 0) continue
    // Where one sample has ended the other goes on, so that there is a next value while there is a gap.
    const next = j === m || (i < n && reference[i]! <= current[j]!) ? reference[i]! : current[j]!
    area.add(gap * (next - value))
  }
  return { ksDistance: largest, wassersteinDistance: area.value }
}

function singleValues(
  reference: Float64Array,
  current: Float64Array,
): { readonly distinctCount: number; readonly referenceDistinctCount: number; readonly counts?: BinnedCounts } {
  const edges: number[] = []
  const referenceCounts: number[] = []
  const currentCounts: number[] = []
  let referenceDistinctCount = 0
  let i = 0
  let j = 0
  while ((i < reference.length || j < current.length) && edges.length <= mostSingleValues) {
    const value =
      j === current.length || (i < reference.length && reference[i]! <= current[j]!) ? reference[i]! : current[j]!
    const [fromI, fromJ] = [i, j]
    while (i < reference.length && reference[i] === value) i++
    while (j < current.length && current[j] === value) j++
    edges.push(value)
    referenceCounts.push(i - fromI)
    currentCounts.push(j - fromJ)
    if (i > fromI) referenceDistinctCount++
  }
  const distinctCount = edges.length
  if (distinctCount > mostSingleValues) return { distinctCount, referenceDistinctCount }
  const counts: BinnedCounts = {
    binning: 'single values',
    edges,
    reference: referenceCounts,
    current: currentCounts,
  }
  return { distinctCount, referenceDistinctCount, counts }
}

/** The value below which a share of a sorted sample lies, between neighbours as numpy's `quantile`. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? NaN
  const high = sorted[Math.ceil(place)] ?? NaN
  return low + (high - low) * (place - Math.floor(place))
}

/** Ten bins of equally many reference values; the outer ones are open, equal edges are one, an edge belongs to the left. */
function decileCounts(reference: Float64Array, current: Float64Array): BinnedCounts {
  const inner = Array.from({ length: 9 }, (_, at) => quantileOf(reference, (at + 1) / 10))
  const edges = [...new Set(inner)].filter((edge) => !Number.isNaN(edge))
  const countsOf = (sorted: Float64Array): number[] => {
    const ends = [...edges.map((edge) => placeAfter(sorted, edge)), sorted.length]
    return ends.map((end, at) => end - (at === 0 ? 0 : ends[at - 1]!))
  }
  return {
    binning: 'deciles of the reference',
    edges: [-Infinity, ...edges, Infinity],
    reference: countsOf(reference),
    current: countsOf(current),
  }
}

/** Equal bins from the least to the greatest value of both, log2(n) + 1 of them, as numpy's `histogram_bin_edges`. */
function sturgesCounts(reference: Float64Array, current: Float64Array): BinnedCounts {
  const size = reference.length + current.length
  let low = Math.min(reference[0] ?? Infinity, current[0] ?? Infinity)
  let high = Math.max(reference.at(-1) ?? -Infinity, current.at(-1) ?? -Infinity)
  const range = high - low
  const bins = size === 0 || range === 0 ? 1 : Math.ceil(range / (range / (Math.log2(size) + 1)))
  if (range === 0) {
    low -= 0.5
    high += 0.5
  }
  const step = (high - low) / bins
  const edges = Array.from({ length: bins + 1 }, (_, at) => (at === bins ? high : at * step + low))
  const countsOf = (sorted: Float64Array): number[] => {
    // Every bin but the last is open to the right.
    const starts = edges.map((edge, at) => (at === bins ? placeAfter(sorted, edge) : placeBefore(sorted, edge)))
    return starts.slice(1).map((end, at) => end - starts[at]!)
  }
  return {
    binning: "Sturges' rule over both samples",
    edges,
    reference: countsOf(reference),
    current: countsOf(current),
  }
}

/** How many are less than a value. */
function placeBefore(sorted: Float64Array, value: number): number {
  return firstPlace(sorted, (one) => one >= value)
}

/** How many are at most a value. */
function placeAfter(sorted: Float64Array, value: number): number {
  return firstPlace(sorted, (one) => one > value)
}

function firstPlace(sorted: Float64Array, isThere: (value: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isThere(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
