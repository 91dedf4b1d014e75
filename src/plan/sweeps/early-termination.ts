/**
 * Which trials of a sweep are stopped before their end. An interval is one logged value of the primary metric. A policy
 * looks at a running trial at the last interval N that it has reached, N being a multiple of `evaluationInterval` and
 * not below `delayEvaluation`; of every other trial it sees the values up to N only, so a young trial is not measured
 * against what older ones became. Values that are not finite count as an interval, and as nothing else.
 */
import { assertNever } from '../../base/errors.ts'
import type { EarlyTermination } from '../../spec/sweep-settings.ts'
import { bestValue, isBetter, isUsable, type Goal, type MetricHistory } from './best-trial.ts'

export interface ObservedTrial {
  readonly isRunning: boolean
  readonly values: MetricHistory
}

/** Places, in ascending order, of the running trials that the policy ends now. Those that reached no interval go on. */
export function decideStops(policy: EarlyTermination, goal: Goal, trials: readonly ObservedTrial[]): readonly number[] {
  return trials.flatMap((trial, place) => {
    const interval = trial.isRunning ? lastInterval(policy, trial.values.length) : undefined
    return interval !== undefined && isStopped(policy, goal, { trials, place, interval }) ? [place] : []
  })
}

function lastInterval(policy: EarlyTermination, logged: number): number | undefined {
  const every = Math.max(1, policy.evaluationInterval)
  const last = Math.floor(logged / every) * every
  return last > 0 && last >= policy.delayEvaluation ? last : undefined
}

interface Moment {
  readonly trials: readonly ObservedTrial[]
  readonly place: number
  readonly interval: number
}

function isStopped(policy: EarlyTermination, goal: Goal, moment: Moment): boolean {
  switch (policy.type) {
    case 'bandit':
      return isOutsideSlack(policy.slack, goal, moment)
    case 'median_stopping':
      return isBelowMedian(goal, moment)
    case 'truncation_selection':
      return isTruncated(policy, goal, moment)
    default:
      return assertNever(policy)
  }
}

type Slack = Extract<EarlyTermination, { type: 'bandit' }>['slack']

/** Outside the slack: to maximize, best / (1 + factor) or best - amount; to minimize, best * (1 + factor) or best + amount. */
function isOutsideSlack(slack: Slack, goal: Goal, { trials, place, interval }: Moment): boolean {
  const bests = trials.map(({ values }) => bestValue(goal, values.slice(0, interval)))
  const best = bestValue(
    goal,
    bests.filter((value) => value !== undefined),
  )
  if (best === undefined) return false
  const own = bests[place]
  if (own === undefined) return true
  // On a negative best the factor as written would move the line past the best itself and end every trial.
  const size = Math.abs(best)
  const room = slack.kind === 'amount' ? slack.value : factorRoom(goal, size, slack.value)
  return isBetter(goal, goal === 'minimize' ? best + room : best - room, own)
}

function factorRoom(goal: Goal, size: number, factor: number): number {
  return goal === 'minimize' ? size * factor : size - size / (1 + factor)
}

/** Its best value is worse than the median of the averages of the trials that reached this interval or ended. */
function isBelowMedian(goal: Goal, { trials, place, interval }: Moment): boolean {
  const averages = trials.flatMap(({ isRunning, values }) =>
    isRunning && values.length < interval ? [] : average(values.slice(0, interval)),
  )
  const median = medianOf(averages)
  if (median === undefined) return false
  const own = bestValue(goal, trials[place]!.values.slice(0, interval))
  return own === undefined || isBetter(goal, median, own)
}

/** One of the worst so many percent (rounded down) of the trials that reached this interval; equals of one that stays stay. */
function isTruncated(
  policy: Extract<EarlyTermination, { type: 'truncation_selection' }>,
  goal: Goal,
  { trials, place, interval }: Moment,
): boolean {
  const reached = trials.filter(({ values }) => values.length >= interval)
  const worstFirst = reached
    // Not undefined, which `sort` puts last without asking.
    .map(({ values }) => bestValue(goal, values.slice(0, interval)) ?? null)
    .sort((left, right) => compareWorst(goal, left, right))
  const survivor = worstFirst[Math.floor((reached.length * policy.truncationPercentage) / 100)]
  const own = bestValue(goal, trials[place]!.values.slice(0, interval)) ?? null
  return compareWorst(goal, own, survivor!) < 0
}

/** Negative if `left` is worse than `right`; no value is worse than any. */
function compareWorst(goal: Goal, left: number | null, right: number | null): number {
  if (left === null || right === null) return Number(right === null) - Number(left === null)
  return goal === 'minimize' ? right - left : left - right
}

function average(values: MetricHistory): readonly number[] {
  const finite = values.filter(isUsable)
  return finite.length === 0 ? [] : [finite.reduce((sum, value) => sum + value / finite.length, 0)]
}

function medianOf(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : sorted[middle - 1]! / 2 + sorted[middle]! / 2
}
