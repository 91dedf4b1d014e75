import type { PairedEstimate } from '../../serving/comparison/compare-variants.ts'
import type { ComparedVariant, Comparison } from '../../serving/comparison/comparisons.ts'
import type { RolloutView } from '../../serving/rollout/rollouts.ts'
import { wireTime } from './translate.ts'
import type { ComparisonMessage, EstimateMessage, RolloutMessage } from './variant-messages.ts'

export function toComparisonMessage(comparison: Comparison): ComparisonMessage {
  const { endpoint, baseline, candidate, metrics, mirrored, split, droppedCount } = comparison
  return {
    endpoint,
    baseline: toVariant(baseline),
    candidate: toVariant(candidate),
    metrics: metrics.map((metric) => ({
      ...{ name: metric.name, better: metric.better, difference: metric.difference, margin: metric.margin },
      baseline: toEstimate(metric.baseline),
      candidate: toEstimate(metric.candidate),
      verdict: metric.verdict,
      ...intervalOf(metric),
      ...(Number.isFinite(metric.pValue) && { p_value: metric.pValue }),
      ...(metric.varianceReduction !== undefined && { variance_reduction: metric.varianceReduction }),
    })),
    ...(mirrored !== undefined && {
      mirrored: {
        count: mirrored.count,
        compared_count: mirrored.comparedCount,
        equal_count: mirrored.equalCount,
        largest_difference: mirrored.largestDifference,
        ...pairedOf('agreement', mirrored.agreement),
        ...pairedOf('mean_difference', mirrored.distance),
        ...pairedOf('latency_ratio', mirrored.latencyRatio),
        answered_by: { ...mirrored.answeredBy },
        metrics: mirrored.metrics.map(({ name, difference, margin, verdict, interval }) => ({
          ...{ name, difference: toEstimate(difference), margin, verdict },
          ...intervalOf({ interval }),
        })),
      },
    }),
    ...(split !== undefined && {
      split: { counts: { ...split.counts }, p_value: split.pValue, is_off: split.isOff },
    }),
    dropped_count: droppedCount,
  }
}

function toVariant({ deployment, revision, p50, p95 }: ComparedVariant): ComparisonMessage['baseline'] {
  return {
    ...{ deployment, revision },
    ...(p50 !== undefined && { p50: p50 / 1000 }),
    ...(p95 !== undefined && { p95: p95 / 1000 }),
  }
}

/** JSON has no NaN: what cannot be estimated is absent. */
function toEstimate(estimate: Comparison['metrics'][number]['baseline']): EstimateMessage {
  const { value, standardError, count } = estimate
  return { value, count, ...(Number.isFinite(standardError) && { standard_error: standardError }) }
}

function pairedOf<Name extends string>(
  name: Name,
  estimate: PairedEstimate | undefined,
): Partial<Record<Name, EstimateMessage & { readonly interval?: { low: number; high: number } }>> {
  if (estimate === undefined) return {}
  return { [name]: { ...toEstimate(estimate), ...intervalOf(estimate) } } as Record<Name, EstimateMessage>
}

function intervalOf({ interval }: Pick<Comparison['metrics'][number], 'interval'>): {
  interval?: { low: number; high: number }
} {
  return Number.isFinite(interval.low) && Number.isFinite(interval.high) ? { interval: { ...interval } } : {}
}

export function toRolloutMessage(rollout: RolloutView): RolloutMessage {
  const { id, endpoint, status, candidate, plan, step, waitsFor, reason, counts, endedMs } = rollout
  const percent = plan.steps[step]
  return {
    ...{ id, endpoint, status, candidate },
    ...(plan.baseline !== undefined && { baseline: plan.baseline }),
    steps: [...plan.steps],
    ...(percent !== undefined && { step: percent }),
    step_since: wireTime(rollout.stepSinceMs),
    hold: plan.holdMs / 1000,
    min_requests: plan.minRequests,
    abort_on: plan.abortOn.map(({ text }) => text),
    ...(waitsFor !== undefined && waitsFor !== '' && { waits_for: waitsFor }),
    ...(reason !== undefined && { reason }),
    ...(counts !== undefined && {
      counts: Object.fromEntries(
        Object.entries(counts).map(([name, { requests, errors, p95 }]) => {
          return [name, { requests, errors, ...(p95 !== undefined && { p95: p95 / 1000 }) }]
        }),
      ),
    }),
    created_at: wireTime(rollout.createdMs),
    ...(endedMs !== undefined && { ended_at: wireTime(endedMs) }),
  }
}
