import type { Verdict } from '../../statistics/verdict.ts'
import type { AbortCondition } from './abort-condition.ts'
import type { AnswerCounts } from './answer-counts.ts'
import type { Rollout } from './rollout-store.ts'

/** What is known of the step that a rollout stands on. */
export interface Evidence {
  readonly candidate: AnswerCounts
  readonly baseline: AnswerCounts
  /** Of the comparison of variants, by metric as the condition writes it. */
  readonly verdicts: ReadonlyMap<string, Verdict>
}

export type RolloutDecision =
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'promote' }
  | { readonly kind: 'roll-back'; readonly why: string }

/** What happens next to a rollout whose candidate is ready. Pure: the caller stores it, then acts. */
export function decideRollout(
  { step, stepSinceMs, plan }: Pick<Rollout, 'step' | 'stepSinceMs' | 'plan'>,
  evidence: Evidence,
  nowMs: number,
): RolloutDecision {
  if (step < 0) return { kind: 'step', step: 0 }
  for (const condition of plan.abortOn) {
    const why = broken(condition, evidence, plan.minRequests)
    if (why !== undefined) return { kind: 'roll-back', why }
  }
  const leftMs = stepSinceMs + plan.holdMs - nowMs
  if (leftMs > 0) return { kind: 'wait', why: `holds ${plan.steps[step]} % for another ${Math.ceil(leftMs / 1000)} s` }
  const { requests } = evidence.candidate
  if (plan.abortOn.length > 0 && requests < plan.minRequests)
    return { kind: 'wait', why: `waits for requests: the candidate has had ${requests} of ${plan.minRequests}` }
  return step === plan.steps.length - 1 ? { kind: 'promote' } : { kind: 'step', step: step + 1 }
}

function broken(
  condition: AbortCondition,
  { candidate, baseline, verdicts }: Evidence,
  minRequests: number,
): string | undefined {
  const isEnough = candidate.requests >= minRequests
  if (condition.kind === 'worse') {
    const key = condition.text
    return verdicts.get(key) === 'worse' ? `${condition.metric} is worse than the baseline's (${key})` : undefined
  }
  if (condition.kind === 'error-rate') {
    const { value, isOfBaseline } = condition.limit
    if (isOfBaseline && baseline.requests < minRequests) return undefined
    const limit = isOfBaseline ? value * (baseline.errors / baseline.requests) : value
    // Even if every request that is still to come were answered, the limit would be broken: no need to wait for them.
    if (candidate.errors <= limit * Math.max(candidate.requests, minRequests)) return undefined
    const rate = ((candidate.errors / candidate.requests) * 100).toFixed(1)
    return `error rate ${rate} %: ${candidate.errors} of ${candidate.requests} requests failed (${condition.text})`
  }
  const found = candidate.latency(condition.quantile)
  const ofBaseline = condition.limit.isOfBaseline ? baseline.latency(condition.quantile) : 1
  if (!isEnough || found === undefined || ofBaseline === undefined) return undefined
  const limit = condition.limit.value * ofBaseline
  return found > limit ? `${found.toFixed(1)} ms is over ${limit.toFixed(1)} ms (${condition.text})` : undefined
}
