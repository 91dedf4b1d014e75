/**
 * The nominal times of a schedule, from what it says alone: no clock is read here.
 *
 * - Times of day are times on the wall of the schedule's zone. One that the clocks skip (they are set forward) comes at
 *   the first moment after the gap; one that they show twice (they are set back) comes the first time only.
 * - What follows passing time instead is left alone by such changes: `frequency: minute` and `hour`, and cron
 *   expressions whose hour is `*`. They fire in both of two equal hours and not for a skipped one.
 * - Intervals count from the start: days from its date, weeks from its week (Monday first), months from its month.
 * - A day that a month has not (`month_days: 31` in April) is left out. A monthly recurrence that begins on the 29th to
 *   31st and names no day takes the last day of a shorter month.
 */
import { assert } from '../../base/errors.ts'
import { isoText, timeZone, type TimeZone } from '../../base/time-zone.ts'
import { parseCron } from './cron-expression.ts'
import type { CronTiming, RecurrenceTiming, ScheduleTiming } from './schedule-timing.ts'

export interface FireTimes {
  /** The nominal times in a span, oldest first. */
  between(span: Span): readonly number[]
  /** The first nominal time after a moment; undefined when there is none any more. */
  next(afterMs: number): number | undefined
  /** What summer time did to a nominal time, in words; undefined where it did nothing. */
  noteOf(nominalMs: number): string | undefined
}

/** The moments after `afterMs` up to `untilMs`, and how many of them at most. */
interface Span {
  readonly afterMs: number
  readonly untilMs: number
  readonly limit: number
}

const minuteMs = 60_000
const dayMs = 86_400_000
/** Leap days are at most eight years apart; nothing that is still to come lies further away than this. */
const longestWaitDays = 366 * 40

/** The times of a schedule that was created at `createdMs`, from which it counts where it has no start. */
export function fireTimes(timing: ScheduleTiming, createdMs: number): FireTimes {
  const zone = timeZone(timing.timeZone)
  assert(zone !== undefined, 'a timing has a known zone')
  const startMs = timing.startMs ?? createdMs
  const { noteOf, between: unbounded } =
    timing.kind === 'cron' ? cronTimes(timing, zone) : recurrenceTimes(timing, { zone, startMs })
  const between = ({ afterMs, untilMs, limit }: Span): readonly number[] =>
    unbounded({
      afterMs: Math.max(afterMs, startMs - 1),
      untilMs: Math.min(untilMs, timing.endMs ?? Infinity),
      limit,
    })
  return { between, next: (afterMs) => between({ afterMs, untilMs: Infinity, limit: 1 })[0], noteOf }
}

type Unbounded = Pick<FireTimes, 'between' | 'noteOf'>

/** Which days, and which minutes of them. */
interface DayPattern {
  /** Takes days since 1970 on the wall. */
  readonly matches: (day: number) => boolean
  readonly minutesOfDay: readonly number[]
  readonly followsPassingTime: boolean
}

function cronTimes({ expression }: CronTiming, zone: TimeZone): Unbounded {
  const cron = parseCron(expression)
  assert(!('problem' in cron), 'a timing has a valid expression')
  return dayTimes(zone, {
    matches: (day) => {
      const date = new Date(day * dayMs)
      if (!cron.months.has(date.getUTCMonth() + 1)) return false
      const [byMonth, byWeek] = [cron.monthDays.has(date.getUTCDate()), cron.weekDays.has(date.getUTCDay())]
      return cron.needsBothDays ? byMonth && byWeek : byMonth || byWeek
    },
    minutesOfDay: timesOfDay([...cron.hours], [...cron.minutes]),
    followsPassingTime: cron.isEveryHour,
  })
}

function recurrenceTimes(
  { frequency, interval, pattern = {} }: RecurrenceTiming,
  { zone, startMs }: { readonly zone: TimeZone; readonly startMs: number },
): Unbounded {
  if (frequency === 'minute' || frequency === 'hour') {
    const stepMs = interval * (frequency === 'minute' ? minuteMs : 60 * minuteMs)
    const between = ({ afterMs, untilMs, limit }: Span): readonly number[] => {
      const found: number[] = []
      const firstMs = startMs + Math.max(0, Math.floor((afterMs - startMs) / stepMs) + 1) * stepMs
      for (let atMs = firstMs; atMs <= untilMs && found.length < limit; atMs += stepMs) found.push(atMs)
      return found
    }
    return { between, noteOf: () => undefined }
  }
  const startLocalMs = zone.localOf(startMs)
  const startDay = Math.floor(startLocalMs / dayMs)
  const start = new Date(startDay * dayMs)
  const { hours, minutes, weekDays = [start.getUTCDay()], monthDays } = pattern
  const startOfDayMs = startLocalMs - startDay * dayMs
  const [startHour, startMinute] = [
    Math.floor(startOfDayMs / (60 * minuteMs)),
    Math.floor(startOfDayMs / minuteMs) % 60,
  ]
  const isAsStart = hours === undefined && minutes === undefined
  return dayTimes(zone, {
    matches: matcherOf(frequency, { interval, startDay, weekDays: new Set(weekDays), monthDays }),
    // Without a time of its own, to the second the time of its start.
    minutesOfDay: isAsStart
      ? [startOfDayMs / minuteMs]
      : timesOfDay(hours ?? [startHour], minutes ?? (hours === undefined ? [startMinute] : [0])),
    followsPassingTime: false,
  })
}

function matcherOf(
  frequency: 'day' | 'week' | 'month',
  at: {
    readonly interval: number
    readonly startDay: number
    readonly weekDays: ReadonlySet<number>
    readonly monthDays: readonly number[] | undefined
  },
): (day: number) => boolean {
  const { interval, startDay, weekDays } = at
  if (frequency === 'day') return (day) => (day - startDay) % interval === 0
  if (frequency === 'week')
    return (day) => (weekOf(day) - weekOf(startDay)) % interval === 0 && weekDays.has(new Date(day * dayMs).getUTCDay())
  const start = new Date(startDay * dayMs)
  const monthDays = at.monthDays === undefined ? undefined : new Set(at.monthDays)
  return (day) => {
    const date = new Date(day * dayMs)
    if ((monthOf(date) - monthOf(start)) % interval !== 0) return false
    const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    const dayOfMonth = date.getUTCDate()
    if (monthDays === undefined) return dayOfMonth === Math.min(start.getUTCDate(), length)
    return monthDays.has(dayOfMonth) || monthDays.has(dayOfMonth - length - 1)
  }
}

/** Weeks begin on Monday, as ISO 8601 has it; the first day of 1970 was a Thursday. */
function weekOf(day: number): number {
  return Math.floor((day + 3) / 7)
}

function monthOf(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

function timesOfDay(hours: readonly number[], minutes: readonly number[]): readonly number[] {
  return hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)).sort((one, other) => one - other)
}

function dayTimes(zone: TimeZone, pattern: DayPattern): Unbounded {
  const between = ({ afterMs, untilMs, limit }: Span): readonly number[] => {
    // Times that the clocks skip may come at one moment, which counts once.
    const found = new Set<number>()
    // A day earlier: where the clocks are set back at midnight, the evening comes twice.
    const from = Math.floor(zone.localOf(afterMs) / dayMs) - 1
    let enough = from + longestWaitDays
    for (let day = from; day < enough; day++) {
      if ((day - 2) * dayMs > untilMs) break
      if (!pattern.matches(day)) continue
      for (const moment of momentsOn(zone, pattern, day)) if (moment > afterMs && moment <= untilMs) found.add(moment)
      // What the day after begins with may come before what this day had to put off; each find renews the patience.
      if (found.size > 0) enough = found.size >= limit ? Math.min(enough, day + 2) : day + longestWaitDays
    }
    return [...found].sort((one, other) => one - other).slice(0, limit)
  }
  return { between, noteOf: (nominalMs) => noteOf(zone, pattern, nominalMs) }
}

/** The moments of a day's times; on most days no clock is set, and one distance from UTC serves all of them. */
function momentsOn(zone: TimeZone, { minutesOfDay, followsPassingTime }: DayPattern, day: number): readonly number[] {
  const startMs = day * dayMs
  const [before, after] = [startMs - dayMs, startMs + 2 * dayMs].map((moment) => zone.localOf(moment) - moment)
  if (before === after) return minutesOfDay.map((minute) => startMs + minute * minuteMs - before!)
  return minutesOfDay.flatMap((minute) => {
    const localMs = startMs + minute * minuteMs
    return followsPassingTime ? zone.momentsOf(localMs) : [zone.firstMomentFrom(localMs)]
  })
}

function noteOf(zone: TimeZone, pattern: DayPattern, nominalMs: number): string | undefined {
  const localMs = zone.localOf(nominalMs)
  const clockText = (atMs: number): string => isoText(atMs).slice(11, 16)
  const skipped = pattern.minutesOfDay.find((minute) => {
    const wantedMs = Math.floor(localMs / dayMs) * dayMs + minute * minuteMs
    return zone.momentsOf(wantedMs).length === 0 && zone.firstMomentFrom(wantedMs) === nominalMs
  })
  if (skipped !== undefined && !pattern.followsPassingTime)
    return `the clocks skip ${clockText(skipped * minuteMs)} that day`
  const moments = zone.momentsOf(localMs)
  if (moments.length < 2) return undefined
  if (pattern.followsPassingTime)
    return `the clocks show ${clockText(localMs)} twice: time ${moments.indexOf(nominalMs) + 1}`
  return `the clocks show ${clockText(localMs)} twice: it fires the first time only`
}
