import { isScalar } from 'yaml'
import { timeZone, type TimeZone } from '../../base/time-zone.ts'
import { cronTriggerKeys, recurrencePatternKeys, recurrenceTriggerKeys } from '../keys.ts'
import type { Mapping } from '../yaml/mapping.ts'
import { defined, given, optional, readMapping, required } from '../yaml/mapping.ts'
import { nearestName } from '../yaml/nearest-name.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Reader, Value } from '../yaml/values.ts'
import { readList, readLiteral, readOneOf, readText, readWholeNumber, reportAt } from '../yaml/values.ts'
import { parseCron, weekDayNames } from './cron-expression.ts'
import { fireTimes } from './fire-times.ts'
import type { RecurrenceTiming, ScheduleTiming } from './schedule-timing.ts'
import { frequencies } from './schedule-timing.ts'
import { windowsZones } from './windows-zones.gen.ts'

/** `trigger` of a schedule: when it fires. */
export function readTiming(value: Value, type: 'cron' | 'recurrence'): ScheduleTiming | undefined {
  const mapping = readMapping(value, type === 'cron' ? cronTriggerKeys : recurrenceTriggerKeys)
  if (mapping === undefined) return undefined
  const zone = readZone(mapping)
  const readTime: Reader<number> = (time) => readMoment(time, zone.zone)
  const [startMs, endMs] = [optional(mapping, 'start_time', readTime), optional(mapping, 'end_time', readTime)]
  const common = {
    timeZone: zone.zone.name,
    ...defined({ writtenTimeZone: zone.written === zone.zone.name ? undefined : zone.written, startMs, endMs }),
  }
  if (startMs !== undefined && endMs !== undefined && endMs < startMs)
    reportAt(given(mapping, 'end_time')!, '"end_time" lies before "start_time"', 'Change one of them.')
  if (type === 'recurrence') return readRecurrence(mapping, common)
  const expressionValue = given(mapping, 'expression')
  const expression = required(mapping, 'expression', readText)
  if (expression === undefined) return undefined
  const parsed = parseCron(expression)
  if ('problem' in parsed)
    return reportAt(expressionValue!, `"expression" ${quoted(expression)} ${parsed.problem}`, parsed.hint)
  const timing: ScheduleTiming = { kind: 'cron', expression: expression.trim(), ...common }
  if (fireTimes({ kind: 'cron', expression, timeZone: 'UTC' }, 0).next(0) !== undefined) return timing
  return reportAt(expressionValue!, `"expression" ${quoted(expression)} never comes`, 'No month of it has such a day.')
}

const readFrequency = readOneOf(frequencies)
const shortDays = Object.fromEntries(weekDayNames.map((name) => [name.slice(0, 3), name]))
const readWeekDay = readOneOf(weekDayNames, shortDays)

function readRecurrence(mapping: Mapping, common: Pick<RecurrenceTiming, 'timeZone'>): RecurrenceTiming | undefined {
  const frequency = required(mapping, 'frequency', readFrequency)
  const interval = required(mapping, 'interval', readWholeNumber(1, 1000))
  const patternValue = given(mapping, 'schedule')
  const pattern = patternValue && readPattern(patternValue)
  if (frequency === undefined || interval === undefined) return undefined
  const timing: RecurrenceTiming = { kind: 'recurrence', frequency, interval, ...common }
  if (pattern === undefined) return timing
  if (frequency === 'minute' || frequency === 'hour') {
    const hint = 'Times of day go with frequency day, week or month.'
    patternValue?.document.warn(mapping.mark, `"schedule" has no effect with frequency ${frequency}`, hint)
    return timing
  }
  if (pattern.weekDays !== undefined && frequency !== 'week')
    return reportAt(patternValue!, `"week_days" do not go with frequency ${frequency}`, 'Use frequency: week.')
  if (pattern.monthDays !== undefined && frequency !== 'month')
    return reportAt(patternValue!, `"month_days" do not go with frequency ${frequency}`, 'Use frequency: month.')
  return { ...timing, pattern }
}

function readPattern(value: Value): RecurrenceTiming['pattern'] {
  const mapping = readMapping(value, recurrencePatternKeys)
  if (mapping === undefined) return undefined
  const days = optional(mapping, 'week_days', (item) => readOneOrMore(item, readWeekDay))
  return defined({
    hours: optional(mapping, 'hours', (item) => readOneOrMore(item, readWholeNumber(0, 23))),
    minutes: optional(mapping, 'minutes', (item) => readOneOrMore(item, readWholeNumber(0, 59))),
    weekDays: days?.map((day) => weekDayNames.indexOf(day)).sort((one, other) => one - other),
    monthDays: optional(mapping, 'month_days', (item) => readOneOrMore(item, readMonthDay)),
  })
}

function readMonthDay(value: Value): number | undefined {
  const day = readWholeNumber(-31, 31)(value)
  return day === 0 ? reportAt(value, `${value.title} cannot be 0`, 'Days are 1 to 31; -1 is the last day.') : day
}

/** One value or a list of them; nothing where none is valid. */
function readOneOrMore<Item>(value: Value, read: Reader<Item>): readonly Item[] | undefined {
  const items = isScalar(value.node) ? [value] : readList(value)
  const found = items?.map(read).filter((item) => item !== undefined)
  return found === undefined || found.length === 0 ? undefined : [...new Set(found)]
}

function readZone(mapping: Mapping): { readonly zone: TimeZone; readonly written: string } {
  const utc = timeZone('UTC')!
  const value = given(mapping, 'time_zone')
  const text = value && readText(value)?.trim()
  if (value === undefined || text === undefined) return { zone: utc, written: 'UTC' }
  const windows = Object.keys(windowsZones).find((name) => name.toLowerCase() === text.toLowerCase())
  const zone = timeZone(windows === undefined ? text : windowsZones[windows]!)
  if (zone !== undefined) return { zone: windows === undefined ? named(zone) : zone, written: windows ?? text }
  const near = nearestName(text, [...Object.keys(windowsZones), ...Intl.supportedValuesOf('timeZone')])
  const meant = near === undefined ? '' : `, did you mean ${quoted(near)}?`
  const hint = 'Use an IANA name (Europe/Paris) or a Windows name (Romance Standard Time).'
  reportAt(value, `"time_zone" cannot be ${quoted(text)}${meant}`, hint)
  return { zone: utc, written: 'UTC' }
}

/** The zone under the name as IANA spells it: `europe/paris` is found, but not what people expect to read. */
function named(zone: TimeZone): TimeZone {
  const name = Intl.supportedValuesOf('timeZone').find((one) => one.toLowerCase() === zone.name.toLowerCase())
  return name === undefined ? zone : { ...zone, name }
}

const timeHint = 'Write it as 2026-03-01T09:00:00 (in the time zone of the trigger), or with Z or +01:00 at its end.'
const timePattern = /^(\d{4}-\d{2}-\d{2})(?:[tT ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?)?\s*([zZ]|[-+]\d{2}:?\d{2})?$/

/** A moment of a window: ISO 8601, in UTC where it has no offset. */
export function readWindowMoment(value: Value): number | undefined {
  return readMoment(value, timeZone('UTC')!)
}

/** ISO 8601; without an offset it is what the clocks of the zone show. */
function readMoment(value: Value, zone: TimeZone): number | undefined {
  const text = readLiteral(value)?.trim()
  if (text === undefined) return undefined
  const [, date, minutes = '00:00', seconds = ':00', offset] = timePattern.exec(text) ?? []
  const localMs = date === undefined ? NaN : Date.parse(`${date}T${minutes}${seconds}Z`)
  // A day that the month has not would be taken as one of the next.
  const isReal = date !== undefined && Number.isFinite(localMs) && new Date(localMs).toISOString().startsWith(date)
  if (!isReal) return reportAt(value, `${value.title} cannot be ${quoted(text)}`, timeHint)
  if (offset === undefined) return zone.firstMomentFrom(localMs)
  const colon =
    offset.toUpperCase() === 'Z' || offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`
  const atMs = Date.parse(`${date}T${minutes}${seconds}${colon.toUpperCase()}`)
  return Number.isFinite(atMs) ? atMs : reportAt(value, `${value.title} cannot be ${quoted(text)}`, timeHint)
}
