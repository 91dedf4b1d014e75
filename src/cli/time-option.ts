import { parseDuration } from '../base/duration.ts'
import { SluiceError } from '../base/errors.ts'

/** RFC 3339 of a time, or of a duration ago (`2h`). Throws `invalid-request` naming the option. */
export function timeOf(option: string, text: string): string {
  const agoMs = parseDuration(text)
  const atMs = agoMs === undefined || /^\d{4}$/.test(text) ? Date.parse(text) : Date.now() - agoMs
  if (Number.isFinite(atMs)) return new Date(atMs).toISOString()
  throw new SluiceError('invalid-request', `--${option} "${text}" is no time.`, {
    hint: 'Write 2026-03-01T09:00:00Z, or 2h for two hours ago.',
  })
}
