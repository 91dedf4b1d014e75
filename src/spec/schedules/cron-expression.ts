/** A cron expression of five fields, as the sets of what matches. */
export interface CronExpression {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly monthDays: ReadonlySet<number>
  /** 1 is January. */
  readonly months: ReadonlySet<number>
  /** 0 is Sunday. */
  readonly weekDays: ReadonlySet<number>
  /** The hour field is `*`: the schedule follows hours that pass, not times of day. */
  readonly isEveryHour: boolean
  /** Whether a day must match both day fields, or one of two that both say something (POSIX). */
  readonly needsBothDays: boolean
}

/** What is wrong with an expression, and with which part of it. */
export interface CronProblem {
  readonly problem: string
  readonly hint: string
}

interface Field {
  readonly noun: string
  readonly least: number
  readonly most: number
  readonly names: readonly string[]
}

export const weekDayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const minute: Field = { noun: 'minute', least: 0, most: 59, names: [] }
const hour: Field = { noun: 'hour', least: 0, most: 23, names: [] }
const monthDay: Field = { noun: 'day of the month', least: 1, most: 31, names: [] }
const month: Field = { noun: 'month', least: 1, most: 12, names: monthNames }
const weekDay: Field = {
  noun: 'day of the week',
  least: 0,
  most: 7,
  names: weekDayNames.map((name) => name.slice(0, 3)),
}

const fiveFields = 'The fields are MINUTE HOUR DAY-OF-MONTH MONTH DAY-OF-WEEK, e.g. 15 9 * * mon-fri.'
const macros: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

/**
 * Reads five fields with `*`, numbers, names of months and days, lists, ranges and steps (POSIX and the usual additions:
 * `a/n`, `?` for `*`, 7 for Sunday, `@daily` and its like). Days match as POSIX has it: where both fields say something,
 * one of them is enough.
 */
export function parseCron(text: string): CronExpression | CronProblem {
  const trimmed = text.trim().toLowerCase()
  const spelt = Object.hasOwn(macros, trimmed) ? macros[trimmed]! : trimmed
  const fields = spelt.split(/\s+/)
  if (fields.length !== 5) {
    const seconds = fields.length === 6 ? ' Seconds are no part of it.' : ''
    return { problem: `has ${trimmed === '' ? 0 : fields.length} fields, not five`, hint: `${fiveFields}${seconds}` }
  }
  const sets: ReadonlySet<number>[] = []
  for (const [index, field] of [minute, hour, monthDay, month, weekDay].entries()) {
    const read = readField(fields[index]!, field)
    if ('problem' in read) return read
    sets.push(read)
  }
  const [minutes, hours, monthDays, months, sevenDays] = sets as [
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
    ReadonlySet<number>,
  ]
  return {
    ...{ minutes, hours, monthDays, months },
    weekDays: new Set([...sevenDays].map((day) => day % 7)),
    isEveryHour: isOpen(fields[1]!),
    needsBothDays: isOpen(fields[2]!) || isOpen(fields[4]!),
  }
}

function isOpen(text: string): boolean {
  return text === '*' || text === '?' || text === '*/1'
}

function readField(text: string, field: Field): ReadonlySet<number> | CronProblem {
  const matching = new Set<number>()
  for (const item of text.split(',')) {
    const problem = addItem(matching, item, field)
    if (problem !== undefined) return problem
  }
  return matching
}

function addItem(matching: Set<number>, item: string, field: Field): CronProblem | undefined {
  const { noun, least, most } = field
  const [, range, steps] = /^([^/]*)(?:\/(\d{1,4}))?$/.exec(item) ?? []
  if (range === undefined || range === '')
    return refused(item, field, item === '' ? 'an item of its list is empty' : 'it is not a number, range or step')
  const step = steps === undefined ? 1 : Number(steps)
  if (step === 0) return refused(item, field, 'a step of 0 leads nowhere')
  const isWhole = range === '*' || range === '?'
  const [firstText = '', lastText, ...more] = isWhole ? [String(least), String(most)] : range.split('-')
  const first = numberOf(firstText, field)
  let last = lastText === undefined ? (steps === undefined ? first : most) : numberOf(lastText, field)
  if (more.length > 0 || first === undefined || last === undefined)
    return refused(item, field, 'it is not a number, range or step')
  // fri-sun: Sunday ends the week as well as it begins it.
  if (field === weekDay && last === 0 && first > 0) last = 7
  for (const number of [first, last])
    if (number < least || number > most) return refused(item, field, `${number} is no ${noun}`)
  if (first > last) return refused(item, field, `${firstText} comes after ${lastText}`)
  // The seventh day is Sunday again, but `*` means each day once.
  for (let number = first; number <= (isWhole && field === weekDay ? 6 : last); number += step) matching.add(number)
  return undefined
}

function numberOf(text: string, { names }: Field): number | undefined {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  const at = names.findIndex((name) => name === text || (text.length > 3 && text.startsWith(name)))
  if (at === -1) return undefined
  return names === monthNames ? at + 1 : at
}

function refused(item: string, field: Field, why: string): CronProblem {
  const { noun, least, most, names } = field
  const named = names.length === 0 ? '' : `, or ${names[0]!} to ${names.at(-1)!}`
  const special = /[lw#]/.test(item) && !names.some((name) => item.includes(name))
  const hint = `${field === hour ? 'An' : 'A'} ${noun} is ${least} to ${most}${named}; *, lists (1,3), ranges (1-5) and steps (*/2) are possible.`
  return {
    problem: `has "${item}" as ${noun}: ${why}`,
    hint: special ? `${hint} L, W and # are not: use a recurrence, where month_days: -1 is the last day.` : hint,
  }
}
