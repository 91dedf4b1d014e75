import type { JsonObject } from '../../base/json.ts'
import { zonedText, timeZone } from '../../base/time-zone.ts'
import { weekDayNames } from './cron-expression.ts'

/** When a schedule fires: a cron expression or a recurrence, within its start and end, in its time zone. */
export type ScheduleTiming = CronTiming | RecurrenceTiming

interface Timing {
  /** IANA name. */
  readonly timeZone: string
  /** As it was written where that is another name, e.g. `Romance Standard Time`. */
  readonly writtenTimeZone?: string
  /** Absent: from the moment the schedule is created. */
  readonly startMs?: number
  /** The last moment at which it may fire. */
  readonly endMs?: number
}

export interface CronTiming extends Timing {
  readonly kind: 'cron'
  readonly expression: string
}

export const frequencies = ['minute', 'hour', 'day', 'week', 'month'] as const

export interface RecurrenceTiming extends Timing {
  readonly kind: 'recurrence'
  readonly frequency: (typeof frequencies)[number]
  readonly interval: number
  /** At which times of which days; what is absent is as in the start. */
  readonly pattern?: {
    readonly hours?: readonly number[]
    readonly minutes?: readonly number[]
    /** 0 is Sunday. */
    readonly weekDays?: readonly number[]
    /** 1 to 31; -1 is the last day of the month. */
    readonly monthDays?: readonly number[]
  }
}

/** A timing in few words: `cron 15 9 * * mon-fri`, `every 2 weeks on mon, fri at 10:00`. */
export function timingText(timing: ScheduleTiming): string {
  if (timing.kind === 'cron') return `cron ${timing.expression}`
  const { frequency, interval, pattern = {} } = timing
  const every = interval === 1 ? `every ${frequency}` : `every ${interval} ${frequency}s`
  const days = (pattern.weekDays ?? []).map((day) => shortDays[day]!).join(', ')
  const dates = (pattern.monthDays ?? []).map((day) => (day === -1 ? 'the last day' : `day ${day}`)).join(', ')
  const on = [days, dates].filter((text) => text !== '').join(', ')
  const minutes = pattern.minutes ?? [0]
  const times = (pattern.hours ?? []).flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`))
  const alone = pattern.hours === undefined && pattern.minutes !== undefined ? ` at minute ${minutes.join(', ')}` : ''
  return `${every}${on === '' ? '' : ` on ${on}`}${times.length === 0 ? alone : ` at ${times.join(', ')}`}`
}

/** The fields of a timing as the wire and the YAML call them. */
export function timingWire(timing: ScheduleTiming): JsonObject {
  const zone = timeZone(timing.timeZone)
  const text = (atMs: number | undefined): string | undefined =>
    atMs === undefined || zone === undefined ? undefined : zonedText(zone, atMs)
  const [start, end] = [text(timing.startMs), text(timing.endMs)]
  return {
    type: timing.kind,
    ...(timing.kind === 'cron' && { expression: timing.expression }),
    ...(timing.kind === 'recurrence' && { frequency: timing.frequency, interval: timing.interval }),
    ...(timing.kind === 'recurrence' && timing.pattern !== undefined && { schedule: patternWire(timing.pattern) }),
    time_zone: timing.timeZone,
    ...(start !== undefined && { start_time: start }),
    ...(end !== undefined && { end_time: end }),
  }
}

function patternWire({ hours, minutes, weekDays, monthDays }: NonNullable<RecurrenceTiming['pattern']>): JsonObject {
  return {
    ...(weekDays !== undefined && { week_days: weekDays.map((day) => weekDayNames[day]!) }),
    ...(monthDays !== undefined && { month_days: monthDays }),
    ...(hours !== undefined && { hours }),
    ...(minutes !== undefined && { minutes }),
  }
}

const shortDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function two(number: number): string {
  return String(number).padStart(2, '0')
}

/** Whether a new schedule fires the moment it is made, as a recurrence without a start does in Azure ML. */
export function firesAtOnce(timing: ScheduleTiming): boolean {
  return timing.kind === 'recurrence' && timing.startMs === undefined && timing.pattern === undefined
}
