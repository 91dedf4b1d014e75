import { finitePart, quantileOf, type SampleSummary, summaryOf } from './two-samples.ts'

/** What is told of one numeric column. Infinite values are counted and left out of everything else. */
export interface NumberProfile extends SampleSummary {
  readonly distinctCount: number
  readonly zeroCount: number
  readonly negativeCount: number
  /** Value below which so many per cent lie, e.g. `50` for the median; between neighbours as numpy's `quantile`. */
  readonly percentiles: Readonly<Record<string, number>>
  /** Equal bins from the least to the greatest value; one more edge than bins. Empty without values. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] }
  /** The most frequent values, up to ten; of equally frequent ones the smaller. */
  readonly topValues: readonly { readonly value: number; readonly count: number }[]
}

const shownPercentiles = [1, 5, 10, 25, 50, 75, 90, 95, 99]
const mostBins = 30
const mostTopValues = 10

/** The profile of a sample that is sorted ascending and has no NaN. */
export function profileNumbers(sorted: Float64Array): NumberProfile {
  const finite = finitePart(sorted)
  let zeroCount = 0
  let negativeCount = 0
  for (const value of finite) {
    if (value > 0) break
    if (value === 0) zeroCount++
    else negativeCount++
  }
  return {
    ...summaryOf(sorted, finite),
    ...frequencies(finite),
    zeroCount,
    negativeCount,
    percentiles: Object.fromEntries(shownPercentiles.map((percent) => [percent, quantileOf(finite, percent / 100)])),
    histogram: histogramOf(finite),
  }
}

function frequencies(sorted: Float64Array): Pick<NumberProfile, 'distinctCount' | 'topValues'> {
  const top: { value: number; count: number }[] = []
  let distinctCount = 0
  for (let start = 0; start < sorted.length;) {
    const value = sorted[start]!
    let end = start
    while (end < sorted.length && sorted[end] === value) end++
    distinctCount++
    const count = end - start
    if (top.length < mostTopValues || count > top.at(-1)!.count) {
      const place = top.findIndex((other) => other.count < count)
      top.splice(place === -1 ? top.length : place, 0, { value, count })
      top.length = Math.min(top.length, mostTopValues)
    }
    start = end
  }
  return { distinctCount, topValues: top }
}

function histogramOf(sorted: Float64Array): NumberProfile['histogram'] {
  if (sorted.length === 0) return { edges: [], counts: [] }
  const [low, high] = [sorted[0]!, sorted.at(-1)!]
  const bins = low === high ? 1 : Math.min(mostBins, Math.ceil(Math.log2(sorted.length)) + 1)
  const step = (high - low) / bins
  const edges = Array.from({ length: bins + 1 }, (_, at) => (at === bins ? high : low + at * step))
  const counts = Array.from({ length: bins }, () => 0)
  let bin = 0
  for (const value of sorted) {
    while (bin < bins - 1 && value >= edges[bin + 1]!) bin++
    counts[bin]!++
  }
  return { edges, counts }
}
