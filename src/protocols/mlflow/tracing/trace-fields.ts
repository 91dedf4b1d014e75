import type { JsonValue } from '../../../base/json.ts'
import type { TextMap } from '../../../tracking/traces/trace.ts'
import { invalid, type Field } from '../fields.ts'

/** Fields of messages that only newer parts of the protocol have, in protobuf's JSON form. */

/** `map<string, string>`; numbers and truth values are taken as their text. */
export const textMap: Field<TextMap> = {
  read(value, path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, value)
    return Object.fromEntries(
      Object.entries(value as Readonly<Record<string, unknown>>).map(([key, content]) => {
        if (typeof content === 'string') return [key, content]
        if (typeof content === 'number' || typeof content === 'boolean') return [key, String(content)]
        throw invalid(`${path}.${key}`, content)
      }),
    )
  },
}

/** google.protobuf.Value: any JSON. */
export const anyJson: Field<JsonValue> = { read: (value) => value as JsonValue }

/** google.protobuf.Timestamp (RFC 3339) as milliseconds. */
export const timestamp: Field<number> = {
  read(value, path) {
    const ms =
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value) ? Math.floor(Date.parse(value)) : NaN
    if (!Number.isSafeInteger(ms)) throw invalid(path, value)
    return ms
  },
}

/** google.protobuf.Duration ("1.5s") as whole milliseconds. */
export const duration: Field<number> = {
  read(value, path) {
    const found = typeof value === 'string' ? /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(value) : null
    if (found === null) throw invalid(path, value)
    const ms = Number(found[2]) * 1000 + Number((found[3] ?? '').padEnd(3, '0').slice(0, 3))
    return found[1] === '-' ? -ms : ms
  },
}

/** google.protobuf.FieldMask: names joined by commas in camel case, here in the spelling of the messages. */
export const fieldMask: Field<readonly string[]> = {
  read(value, path) {
    const paths = typeof value === 'object' && value !== null && 'paths' in value ? value.paths : value
    const names = typeof paths === 'string' ? paths.split(',') : paths
    if (!Array.isArray(names) || !names.every((name): name is string => typeof name === 'string')) {
      throw invalid(path, value)
    }
    return names.map((name) => name.trim().replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  },
}

export function timestampText(ms: number): string {
  return new Date(ms).toISOString()
}

export function durationText(ms: number): string {
  const [sign, size] = ms < 0 ? ['-', -ms] : ['', ms]
  const rest = size % 1000
  return `${sign}${Math.floor(size / 1000)}${rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`}s`
}
