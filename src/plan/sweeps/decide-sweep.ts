/** What a sweep does next, from nothing but what is known of its trials: the same answer before and after a crash. */
import { bestTrial, type Goal, type MetricHistory } from './best-trial.ts'
import { decideStops } from './early-termination.ts'
import type { EarlyTermination } from '../../spec/sweep-settings.ts'

export interface SweepRules {
  readonly goal: Goal
  readonly limits: {
    readonly maxTotalTrials: number
    readonly maxConcurrentTrials: number
    readonly timeoutSeconds?: number
  }
  readonly earlyTermination?: EarlyTermination
  /** How many different trials there are; Infinity unless it is a grid. */
  readonly gridSize: number
}

export interface TrialProgress {
  readonly status: 'running' | 'completed' | 'failed' | 'canceled'
  /** It was asked to stop and has not ended yet. */
  readonly isStopping: boolean
  /** What it logged of the primary metric, in order. */
  readonly values: MetricHistory
}

export interface SweepDecision {
  /** How many trials to start. */
  readonly start: number
  /** Trials to end, by their place. */
  readonly stop: readonly { readonly trial: number; readonly why: string }[]
  /** Given when nothing runs and nothing is to be started: the place of the best trial, or why there is none. */
  readonly end?: { readonly best: number } | { readonly failure: 'timed-out' | 'none-completed' | 'no-metric' }
}

/**
 * Starts trials up to the limits, ends those that a policy or the sweep's timeout ends, and names the best of those
 * that completed once all have ended. A trial that failed counts towards the limits and for nothing else.
 */
export function decideSweep(
  rules: SweepRules,
  { trials, elapsedMs }: { readonly trials: readonly TrialProgress[]; readonly elapsedMs: number },
): SweepDecision {
  const { maxTotalTrials, maxConcurrentTrials, timeoutSeconds } = rules.limits
  const running = trials.filter(({ status }) => status === 'running').length
  const isOver = timeoutSeconds !== undefined && elapsedMs >= timeoutSeconds * 1000
  const left = isOver ? 0 : Math.max(0, Math.min(maxTotalTrials, rules.gridSize) - trials.length)
  const start = Math.min(left, Math.max(0, maxConcurrentTrials - running))
  const stop = isOver ? stopAll(trials, timeoutSeconds) : stopBad(rules, trials)
  if (running > 0 || left > 0) return { start, stop }
  return { start, stop, end: endOf(rules.goal, trials, isOver) }
}

function stopAll(trials: readonly TrialProgress[], timeoutSeconds: number): SweepDecision['stop'] {
  return trials.flatMap(({ status, isStopping }, trial) =>
    status === 'running' && !isStopping ? [{ trial, why: `the sweep's timeout of ${timeoutSeconds} s is over` }] : [],
  )
}

const policyNames = {
  bandit: 'bandit',
  median_stopping: 'median stopping',
  truncation_selection: 'truncation selection',
}

function stopBad({ goal, earlyTermination }: SweepRules, trials: readonly TrialProgress[]): SweepDecision['stop'] {
  if (earlyTermination === undefined) return []
  const observed = trials.map(({ status, values }) => ({ isRunning: status === 'running', values }))
  return decideStops(earlyTermination, goal, observed).flatMap((trial) => {
    const { isStopping, values } = trials[trial]!
    const after = `after ${values.length} ${values.length === 1 ? 'value' : 'values'} of the primary metric`
    return isStopping ? [] : [{ trial, why: `ended early by ${policyNames[earlyTermination.type]} ${after}` }]
  })
}

function endOf(goal: Goal, trials: readonly TrialProgress[], isOver: boolean): NonNullable<SweepDecision['end']> {
  const completed = trials.flatMap(({ status, values }, trial) => (status === 'completed' ? [{ trial, values }] : []))
  const best = bestTrial(goal, completed)
  if (best !== undefined) return { best: best.trial }
  if (completed.length > 0) return { failure: 'no-metric' }
  return { failure: isOver ? 'timed-out' : 'none-completed' }
}
