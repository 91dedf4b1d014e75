import { parseDuration } from '../../base/duration.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import { readLiteral, reportAt } from '../yaml/values.ts'

/** Milliseconds of a number of seconds, or of text such as `90s`, `10m`, `1h30m`. */
export function readPeriod(value: Value): number | undefined {
  const text = readLiteral(value)
  if (text === undefined) return undefined
  const periodMs = parseDuration(text.trim())
  if (periodMs !== undefined && periodMs <= longestMs) return periodMs
  return reportAt(
    value,
    `${value.title} cannot be ${quoted(text)}`,
    'Write seconds, or 90s, 10m, 1h30m, 2d; at most 366d.',
  )
}

const longestMs = 366 * 86_400_000
