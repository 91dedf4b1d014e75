import { type Language, useLanguage } from './language.ts'

/** Numbers, times and sizes as this person writes them. */
export interface Format {
  /** Up to six significant digits, and the exponent where that is shorter: for metrics. */
  readonly number: (value: number) => string
  readonly count: (value: number) => string
  readonly percent: (share: number) => string
  /** `20 Mar 2026, 14:02:07`, in the person's time zone. */
  readonly time: (at: string | number | Date) => string
  /** `14:02` today, `20 Mar` this year, else with the year. */
  readonly shortTime: (at: string | number | Date) => string
  /** `3 minutes ago`, `in 2 hours`. */
  readonly relative: (at: string | number | Date, nowMs: number) => string
  /** `1.4 s`, `3 min 20 s`, `2 h 5 min`. */
  readonly duration: (ms: number) => string
  /** `1.2 MB`. */
  readonly bytes: (bytes: number) => string
}

export function useFormat(): Format {
  return formatIn(useLanguage())
}

const made = new Map<Language, Format>()

/** The formats of a language; made once each. */
export function formatIn(language: Language): Format {
  let format = made.get(language)
  if (format === undefined) made.set(language, (format = makeFormat(language)))
  return format
}

function makeFormat(language: Language): Format {
  const plain = new Intl.NumberFormat(language, { maximumSignificantDigits: 6 })
  const exponent = new Intl.NumberFormat(language, { notation: 'scientific', maximumSignificantDigits: 5 })
  const count = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const hour = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
  const dayOfYear = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const oneDigit = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  return {
    number: (value) => {
      if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
      const size = Math.abs(value)
      return size !== 0 && (size >= 1e9 || size < 1e-4) ? exponent.format(value) : plain.format(value)
    },
    count: (value) => count.format(value),
    percent: (share) => percent.format(share),
    time: (at) => time.format(new Date(at)),
    shortTime: (at) => {
      const [date, now] = [new Date(at), new Date()]
      if (date.toDateString() === now.toDateString()) return hour.format(date)
      return date.getFullYear() === now.getFullYear() ? day.format(date) : dayOfYear.format(date)
    },
    relative: (at, nowMs) => relativeTo(relative, new Date(at).getTime() - nowMs),
    duration: (ms) => durationText(ms, oneDigit),
    bytes: (bytes) => bytesText(bytes, oneDigit),
  }
}

const steps = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

function relativeTo(format: Intl.RelativeTimeFormat, ms: number): string {
  for (const [unit, size] of steps) if (Math.abs(ms) >= size) return format.format(Math.trunc(ms / size), unit)
  return format.format(Math.trunc(ms / 1000), 'second')
}

function durationText(ms: number, oneDigit: Intl.NumberFormat): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${oneDigit.format(seconds)} s`
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)]
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${days} d ${hours % 24} h`
}

function bytesText(bytes: number, oneDigit: Intl.NumberFormat): string {
  if (bytes < 1000) return `${bytes} B`
  const power = Math.min(5, Math.floor(Math.log10(bytes) / 3))
  return `${oneDigit.format(bytes / 1000 ** power)} ${' kMGTP'[power]}B`
}
