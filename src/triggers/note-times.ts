import { type FireTimes, fireTimes } from '../spec/schedules/fire-times.ts'
import type { FiringPolicy } from '../spec/schedules/schedule-documents.ts'
import type { ScheduleTiming } from '../spec/schedules/schedule-timing.ts'
import type { JobTrigger, NewFiring } from './job-trigger.ts'

/** A time is missed when it is noticed later than this: then nobody was there, and the policy decides. */
const missedAfterMs = 60_000

/** What is to be stored, as one, when a schedule was looked at. */
interface NotedTimes {
  readonly firings: readonly NewFiring[]
  /** Times up to here are dealt with. */
  readonly afterMs: number
  /** The next one; absent when there is none any more. */
  readonly nextMs?: number
}

type Schedule = Pick<JobTrigger, 'name' | 'createdMs' | 'afterMs'> & {
  readonly definition: { readonly timing?: ScheduleTiming; readonly policy: FiringPolicy }
}

/**
 * The firings of the nominal times that came since a schedule was looked at. Pure. A clock that was set back is followed:
 * times are looked at again as they come again, and their keys keep them from firing again.
 */
export function noteTimes(schedule: Schedule, timing: ScheduleTiming, nowMs: number): NotedTimes {
  const times = fireTimes(timing, schedule.createdMs)
  const span = { afterMs: Math.min(schedule.afterMs, nowMs), untilMs: nowMs }
  const { missedRuns, missedLimit } = schedule.definition.policy
  const onTime = latestTimes(times, {
    afterMs: Math.max(span.afterMs, nowMs - missedAfterMs - 1),
    untilMs: nowMs,
    limit: 100,
  })
  const missed = { afterMs: span.afterMs, untilMs: Math.max(span.afterMs, nowMs - missedAfterMs - 1) }
  const late =
    missedRuns === 'all'
      ? latestTimes(times, { ...missed, limit: missedLimit })
      : missedRuns === 'last' && onTime.length === 0
        ? latestTimes(times, { ...missed, limit: 1 })
        : []
  const left = leftOut(times, { ...missed, ...(late.length > 0 && { untilMs: late[0]! - 1 }) })
  const next = times.next(nowMs)
  return {
    firings: [
      ...(left === undefined ? [] : [missedFiring(schedule, left, nowMs)]),
      ...[...late, ...onTime].map((nominalMs) => timeFiring(schedule, times, { nominalMs, reason: 'time' })),
    ],
    afterMs: nowMs,
    ...(next !== undefined && { nextMs: next }),
  }
}

/** The firing of a nominal time. */
export function timeFiring(
  { name }: Pick<JobTrigger, 'name'>,
  times: FireTimes,
  { nominalMs, reason }: { readonly nominalMs: number; readonly reason: 'time' | 'backfill' },
): NewFiring {
  const nominal = timeText(nominalMs)
  return {
    key: timeKey(nominalMs),
    reason,
    nominalMs,
    dueMs: nominalMs,
    variables: {
      ...commonVariables(name, nominalMs),
      'trigger.nominal_time': nominal,
      'trigger.window_start': timeText(previousTime(times, nominalMs)),
      'trigger.window_end': nominal,
    },
  }
}

/** What any firing may name. */
export function commonVariables(name: string, atMs: number): Readonly<Record<string, string>> {
  const at = timeText(atMs)
  return { name, 'trigger.name': name, 'trigger.time': at, 'creation_context.trigger_time': at }
}

/** A moment as values have it: RFC 3339 in UTC, to the second. */
export function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

/** The key of a nominal time: whoever notes it, and why, it is one firing. */
export function timeKey(nominalMs: number): string {
  return `time:${new Date(nominalMs).toISOString()}`
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

/** The time before a nominal time; for the first of all, as long before it as the second comes after it. */
function previousTime(times: FireTimes, nominalMs: number): number {
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

/** More than this are not counted one by one. */
const countedLimit = 10_000

function leftOut(
  times: FireTimes,
  span: Span,
):
  | { readonly firstMs: number; readonly lastMs: number; readonly count: number; readonly isCounted: boolean }
  | undefined {
  const firstMs = times.next(span.afterMs)
  if (firstMs === undefined || firstMs > span.untilMs) return undefined
  const counted = times.between({ ...span, limit: countedLimit })
  const [lastMs = firstMs] = latestTimes(times, { ...span, limit: 1 })
  return { firstMs, lastMs, count: counted.length, isCounted: counted.length < countedLimit }
}

function missedFiring(
  { name, definition: { policy } }: Schedule,
  { firstMs, lastMs, count, isCounted }: NonNullable<ReturnType<typeof leftOut>>,
  nowMs: number,
): NewFiring {
  const number = isCounted ? String(count) : `at least ${count}`
  const span = count === 1 ? timeText(firstMs) : `${timeText(firstMs)} to ${timeText(lastMs)}`
  return {
    key: `missed:${new Date(firstMs).toISOString()}/${new Date(lastMs).toISOString()}`,
    reason: 'time',
    status: 'skipped',
    nominalMs: lastMs,
    dueMs: nowMs,
    times: count,
    variables: commonVariables(name, lastMs),
    detail: `${number} missed while no server ran (${span}); missed_runs: ${policy.missedRuns}`,
  }
}
