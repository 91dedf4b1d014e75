import { parseDuration } from '../../base/duration.ts'
import { dataWindowKeys } from '../keys.ts'
import { defined, given, optional, readMapping } from '../yaml/mapping.ts'
import { quoted } from '../yaml/source-text.ts'
import type { Value } from '../yaml/values.ts'
import { readLiteral, reportAt } from '../yaml/values.ts'
import { readWindowMoment } from '../schedules/read-timing.ts'
import type { DataWindow } from './monitor-document.ts'

const isoPattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/
const isoUnitsMs = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000]
const longestMs = 10 * 366 * 86_400_000

/** Milliseconds of an ISO 8601 duration (`P7D`, `PT12H`), or of `7d`, `12h`. Months and years have no fixed length. */
function readSpan(value: Value): number | undefined {
  const text = readLiteral(value)
  if (text === undefined) return undefined
  const written = text.trim()
  const parts = isoPattern.exec(written.toUpperCase())?.slice(1)
  const isIso = parts?.some((part) => part !== undefined) === true
  const spanMs = isIso
    ? parts.reduce((sum, part, at) => sum + Number(part ?? 0) * isoUnitsMs[at]!, 0)
    : parseDuration(written)
  if (spanMs !== undefined && spanMs <= longestMs) return spanMs
  return reportAt(
    value,
    `${value.title} cannot be ${quoted(text)}`,
    'Write P7D for 7 days, PT12H for 12 hours, or 7d and 12h; months and years have no fixed length.',
  )
}

/** `data_window`: a trailing window, or one with a start and an end. */
export function readDataWindow(value: Value): DataWindow | undefined {
  const mapping = readMapping(value, dataWindowKeys)
  if (mapping === undefined) return undefined
  const [start, end] = [given(mapping, 'window_start'), given(mapping, 'window_end')]
  const sizeMs =
    optional(mapping, 'lookback_window_size', readSize) ?? optional(mapping, 'trailing_window_size', readSize)
  const offsetMs =
    optional(mapping, 'lookback_window_offset', readSpan) ?? optional(mapping, 'trailing_window_offset', readSpan)
  if (start === undefined && end === undefined) return { kind: 'trailing', ...defined({ sizeMs, offsetMs }) }
  if (start === undefined || end === undefined || sizeMs !== undefined || offsetMs !== undefined)
    return reportAt(
      value,
      `${value.title} needs either "window_start" and "window_end" or "lookback_window_size"`,
      'For example: {lookback_window_size: P7D, lookback_window_offset: P7D}',
    )
  const [startMs, endMs] = [readWindowMoment(start), readWindowMoment(end)]
  if (startMs === undefined || endMs === undefined) return undefined
  if (startMs < endMs) return { kind: 'fixed', startMs, endMs }
  return reportAt(end, '"window_end" does not lie after "window_start"', 'Change one of them.')
}

/** The size of a window, which is more than nothing. */
export function readSize(value: Value): number | undefined {
  const sizeMs = readSpan(value)
  return sizeMs === 0 ? reportAt(value, `${value.title} cannot be 0`, 'For example: P1D') : sizeMs
}
