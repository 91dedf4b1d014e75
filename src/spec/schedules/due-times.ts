import type { FireTimes } from './fire-times.ts'
import type { FiringPolicy } from './schedule-documents.ts'

/** A time is missed when it is noticed later than this: then nobody was there, and the policy decides. */
const missedAfterMs = 60_000

/** Nominal times that came since a schedule was looked at. */
export interface DueTimes {
  /** Those that are to fire, the oldest first: what the policy takes of the missed ones, and what is on time. */
  readonly times: readonly number[]
  /** Missed ones that the policy leaves out. */
  readonly leftOut?: LeftOut
  /** The next one; absent when there is none any more. */
  readonly nextMs?: number
}

export interface LeftOut {
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
  /** False: there are at least so many. */
  readonly isCounted: boolean
}

export interface DueSpan {
  /** Times up to this one were looked at. */
  readonly afterMs: number
  readonly nowMs: number
  readonly policy: Pick<FiringPolicy, 'missedRuns' | 'missedLimit'>
}

/**
 * What is due of a schedule. A clock that was set back is followed: times are found again as they come again, and whoever
 * notes them knows them by their nominal time.
 */
export function dueTimes(times: FireTimes, { afterMs, nowMs, policy }: DueSpan): DueTimes {
  const span = { afterMs: Math.min(afterMs, nowMs), untilMs: nowMs }
  const onTime = latestTimes(times, {
    afterMs: Math.max(span.afterMs, nowMs - missedAfterMs - 1),
    untilMs: nowMs,
    limit: 100,
  })
  const missed = { afterMs: span.afterMs, untilMs: Math.max(span.afterMs, nowMs - missedAfterMs - 1) }
  const late =
    policy.missedRuns === 'all'
      ? latestTimes(times, { ...missed, limit: policy.missedLimit })
      : policy.missedRuns === 'last' && onTime.length === 0
        ? latestTimes(times, { ...missed, limit: 1 })
        : []
  const left = leftOut(times, { ...missed, ...(late.length > 0 && { untilMs: late[0]! - 1 }) })
  const next = times.next(nowMs)
  return {
    times: [...late, ...onTime],
    ...(left !== undefined && { leftOut: left }),
    ...(next !== undefined && { nextMs: next }),
  }
}

/** The time before a nominal time; for the first of all, as long before it as the second comes after it. */
export function previousTime(times: FireTimes, nominalMs: number): number {
  for (const days of [1 / 24, 1, 8, 32, 367, 367 * 8]) {
    const [before] = times
      .between({
        afterMs: nominalMs - days * 86_400_000,
        untilMs: nominalMs - 1,
        limit: Infinity,
      })
      .slice(-1)
    if (before !== undefined) return before
  }
  const next = times.next(nominalMs)
  return next === undefined ? nominalMs : 2 * nominalMs - next
}

interface Span {
  readonly afterMs: number
  readonly untilMs: number
}

/** The newest `limit` times of a span, oldest first, at a cost that does not grow with the span. */
function latestTimes(
  times: FireTimes,
  { afterMs, untilMs, limit }: Span & { readonly limit: number },
): readonly number[] {
  for (let span = limit * 60_000; ; span *= 4) {
    const from = Math.max(afterMs, untilMs - span)
    const found = times.between({ afterMs: from, untilMs, limit: Infinity })
    if (found.length >= limit || from === afterMs) return found.slice(-limit)
  }
}

/** More than this are not counted one by one. */
const countedLimit = 10_000

function leftOut(times: FireTimes, span: Span): LeftOut | undefined {
  const firstMs = times.next(span.afterMs)
  if (firstMs === undefined || firstMs > span.untilMs) return undefined
  const counted = times.between({ ...span, limit: countedLimit })
  const [lastMs = firstMs] = latestTimes(times, { ...span, limit: 1 })
  return { firstMs, lastMs, count: counted.length, isCounted: counted.length < countedLimit }
}
