import { dueTimes, type LeftOut, previousTime } from '../spec/schedules/due-times.ts'
import { type FireTimes, fireTimes } from '../spec/schedules/fire-times.ts'
import type { FiringPolicy } from '../spec/schedules/schedule-documents.ts'
import type { ScheduleTiming } from '../spec/schedules/schedule-timing.ts'
import type { JobTrigger, NewFiring } from './job-trigger.ts'

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

/** The firings of the nominal times that came since a schedule was looked at. Pure. */
export function noteTimes(schedule: Schedule, timing: ScheduleTiming, nowMs: number): NotedTimes {
  const times = fireTimes(timing, schedule.createdMs)
  const due = dueTimes(times, { afterMs: schedule.afterMs, nowMs, policy: schedule.definition.policy })
  return {
    firings: [
      ...(due.leftOut === undefined ? [] : [missedFiring(schedule, due.leftOut, nowMs)]),
      ...due.times.map((nominalMs) => timeFiring(schedule, times, { nominalMs, reason: 'time' })),
    ],
    afterMs: nowMs,
    ...(due.nextMs !== undefined && { nextMs: due.nextMs }),
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

function missedFiring(
  { name, definition: { policy } }: Schedule,
  { firstMs, lastMs, count, isCounted }: LeftOut,
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
