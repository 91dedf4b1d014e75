import type { Tables } from '../../database/database.ts'
import { confidenceSequence, type Interval } from '../../statistics/confidence-sequence.ts'
import { adjustByCovariate } from '../../statistics/cuped.ts'
import { differenceOf, meanOf, ratioOf, shareOf, type Estimate, type RatioSums } from '../../statistics/estimate.ts'
import { decide, type Contrast, type Decision, type Verdict } from '../../statistics/verdict.ts'
import { percentileOf } from '../latency-buckets.ts'
import { usualMargin, type Margin, type MetricChoice } from './metric-choice.ts'
import type { VariantSums } from './gather-requests.ts'
import {
  mirroredSums,
  type MeasuredMetric,
  type MirroredSums,
  type RequestRange,
  type Variant,
} from './request-store.ts'

/** What is compared. */
export interface ComparisonRange {
  readonly endpoint: string
  readonly baseline: Variant
  readonly candidate: Variant
  readonly sinceMs: number
}

/** How it is compared. */
export interface ComparisonTerms {
  readonly metrics: readonly MetricChoice[]
  /** By metric; the usual one where absent. */
  readonly margins: Readonly<Record<string, Margin>>
  /** An outcome that was known before the variant could change it: what it explains is taken out. */
  readonly covariate?: string
}

/** One metric of both variants, with what may be said of it. */
export interface ComparedMetric {
  readonly name: string
  readonly better: 'higher' | 'lower'
  readonly baseline: Estimate
  readonly candidate: Estimate
  /** Candidate less baseline. */
  readonly difference: number
  readonly interval: Interval
  readonly margin: number
  readonly verdict: Verdict
  readonly pValue: number
  /** Share of the variance that the covariate took out. */
  readonly varianceReduction?: number
}

/** A difference of the same requests, answered by both. */
interface PairedMetric {
  readonly name: 'latency' | 'error' | 'prediction'
  readonly difference: Estimate
  readonly interval: Interval
  /** Of predictions there is no better: undecided or equivalent. */
  readonly verdict: Verdict
  readonly margin: number
}

/** What copies of requests say. */
export interface MirroredComparison {
  readonly count: number
  readonly comparedCount: number
  readonly equalCount: number
  readonly largestDifference: number
  /** The share of compared pairs whose answers are the same; absent where none was compared. */
  readonly agreement?: PairedEstimate
  /** Mean over pairs of the largest absolute difference of their numbers; absent where none has numbers. */
  readonly distance?: PairedEstimate
  /** All the copies' time by all the answers' time, of pairs that were both answered; absent without any. */
  readonly latencyRatio?: PairedEstimate
  readonly answeredBy: MirroredSums['answeredBy']
  readonly metrics: readonly PairedMetric[]
}

/** A figure of pairs, with the interval that holds at every look. */
export interface PairedEstimate extends Estimate {
  readonly interval: Interval
}

interface Measured {
  readonly choice: MetricChoice
  readonly baseline: Estimate
  readonly candidate: Estimate
  readonly varianceReduction?: number
}

/** Every metric that both variants have observations of. */
export function compareMetrics(
  [ofBaseline, ofCandidate]: readonly [VariantSums, VariantSums],
  { metrics, margins }: Pick<ComparisonTerms, 'metrics' | 'margins'>,
): readonly ComparedMetric[] {
  const measured = metrics.flatMap((choice) => measure(choice, ofBaseline, ofCandidate) ?? [])
  const contrasts = measured.map((one): Contrast => {
    const margin = marginOf(margins[one.choice.name] ?? usualMargin(one.choice), one.baseline.value)
    const fewest = Math.min(one.baseline.count, one.candidate.count)
    return { difference: differenceOf(one.candidate, one.baseline), margin, better: one.choice.better, fewest }
  })
  return decide(contrasts).map((decision, index) => compared(measured[index]!, contrasts[index]!, decision))
}

function compared(
  { choice, baseline, candidate, varianceReduction }: Measured,
  contrast: Contrast,
  decision: Decision,
): ComparedMetric {
  return {
    name: choice.name,
    better: choice.better,
    baseline,
    candidate,
    difference: contrast.difference.value,
    margin: contrast.margin,
    ...decision,
    ...(varianceReduction !== undefined && { varianceReduction }),
  }
}

function measure(choice: MetricChoice, ofBaseline: VariantSums, ofCandidate: VariantSums): Measured | undefined {
  const [baseline, candidate] = [ofBaseline.metrics.get(choice.name), ofCandidate.metrics.get(choice.name)]
  if (baseline === undefined || candidate === undefined) return undefined
  const [pairedBaseline, pairedCandidate] = [ofBaseline, ofCandidate].map((sums) => sums.withCovariate.get(choice.name))
  if (choice.metric.kind === 'outcome' && pairedBaseline !== undefined && pairedCandidate !== undefined)
    return { choice, ...adjustByCovariate(pairedCandidate, pairedBaseline) }
  return { choice, baseline: estimateOf(baseline, choice.metric), candidate: estimateOf(candidate, choice.metric) }
}

/** The error rate is at least as uncertain as Laplace's rule says: no failure seen is not none possible. */
function estimateOf(sums: RatioSums, metric: MeasuredMetric): Estimate {
  const ratio = ratioOf(sums)
  if (metric.kind !== 'error') return ratio
  const { standardError } = shareOf(sums.numerator, sums.denominator)
  return { ...ratio, standardError: Math.max(ratio.standardError || 0, standardError) }
}

/** What copies of the baseline's requests got from the candidate; undefined without any. */
export async function compareMirrored(
  tables: Tables,
  range: ComparisonRange,
  { margins, baseline }: Pick<ComparisonTerms, 'margins'> & { readonly baseline: VariantSums },
): Promise<MirroredComparison | undefined> {
  const sums = await mirroredSums(tables, rangeOf(range, range.baseline), range.candidate)
  if (sums.count === 0) return undefined
  const usual = percentileOf(baseline.latencies, 0.5) ?? 0
  const latencyMargin = margins['latency'] ?? { value: 0.1, isRelative: true }
  const given: readonly (readonly [PairedMetric['name'], Estimate, number])[] = [
    ['latency', meanOf(sums.latency), marginOf(latencyMargin, usual)],
    ['error', atLeastLaplace(meanOf(sums.error)), marginOf(margins['error'] ?? { value: 0.01, isRelative: false }, 0)],
    ['prediction', meanOf(sums.prediction), marginOf(margins['prediction'] ?? { value: 0, isRelative: false }, 0)],
  ]
  const kept = given.filter(([, { count }]) => count > 0)
  const decisions = decide(
    kept.map(([, difference, margin]) => ({ difference, margin, better: 'lower', fewest: difference.count })),
  )
  const metrics = kept.map(([name, difference, margin], index): PairedMetric => {
    const { interval, verdict } = decisions[index]!
    const isNeutral = name === 'prediction' && verdict !== 'equivalent'
    return { name, difference, margin, interval, verdict: isNeutral ? 'undecided' : verdict }
  })
  const { count, comparedCount, equalCount, largestDifference, answeredBy } = sums
  const ratio = ratioOf(sums.latencyRatio)
  return {
    ...{ count, comparedCount, equalCount, largestDifference, answeredBy, metrics },
    ...(comparedCount > 0 && { agreement: paired(shareOf(equalCount, comparedCount), 1) }),
    ...(sums.distance.count > 0 && { distance: paired(meanOf(sums.distance)) }),
    ...(sums.latencyRatio.count > 0 && Number.isFinite(ratio.value) && { latencyRatio: paired(ratio) }),
  }
}

/** None of these figures is below 0, nor a share above 1. */
function paired(estimate: Estimate, most = Infinity): PairedEstimate {
  const { low, high } = confidenceSequence(estimate)
  return { ...estimate, interval: { low: Math.max(0, low), high: Math.min(most, high) } }
}

/** Both sides of every pair alike would look like certainty. */
function atLeastLaplace(estimate: Estimate): Estimate {
  const { standardError } = shareOf(0, estimate.count)
  return { ...estimate, standardError: Math.max(estimate.standardError || 0, standardError) }
}

/** Median and 95th percentile in ms of a variant's answered requests. */
export function latencyPercentiles({ latencies }: VariantSums): { readonly p50?: number; readonly p95?: number } {
  const [p50, p95] = [percentileOf(latencies, 0.5), percentileOf(latencies, 0.95)]
  return { ...(p50 !== undefined && { p50 }), ...(p95 !== undefined && { p95 }) }
}

function rangeOf({ endpoint, sinceMs }: ComparisonRange, variant: Variant): RequestRange {
  return { endpoint, sinceMs, variant }
}

function marginOf({ value, isRelative }: Margin, baseline: number): number {
  return isRelative ? value * Math.abs(Number.isFinite(baseline) ? baseline : 0) : value
}
