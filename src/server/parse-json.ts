import { messageOf, SluiceError } from '../base/errors.ts'

/** Deeper nesting is refused before anything recursive meets it. */
const maxDepth = 100

/**
 * The value of a JSON request body (RFC 8259, UTF-8, a leading byte order mark tolerated). Refused with
 * `invalid-request`: bytes that are not UTF-8, NaN and Infinity in any spelling, numbers beyond a double (1e400),
 * nesting over 100, lone surrogates, and the keys `__proto__` and `constructor.prototype`. Of equal keys the last
 * wins. The time is linear in the bytes.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  scan(text)
  try {
    return refusePollution(text, JSON.parse(text))
  } catch (error) {
    if (error instanceof SluiceError) throw error
    throw syntaxError(text, error)
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new SluiceError('invalid-request', 'The request body is not UTF-8.', { cause })
  }
}

const quote = 0x22
const backslash = 0x5c

/** One pass over the characters outside and inside strings; JSON.parse checks the grammar afterwards. */
function scan(text: string): void {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index)
    if (character === quote) index = scanString(text, index)
    else if (character === 0x5b || character === 0x7b) {
      if (++depth > maxDepth)
        throw new SluiceError('invalid-request', `The request body is nested deeper than ${maxDepth} levels.`)
    } else if (character === 0x5d || character === 0x7d) depth--
    else if (character >= 0x30 && character <= 0x39) index = scanNumber(text, index)
  }
}

/** The index of the closing quote (or of the end). */
function scanString(text: string, open: number): number {
  let index = open + 1
  for (; index < text.length; index++) {
    const character = text.charCodeAt(index)
    if (character === quote) return index
    if (character !== backslash) continue
    index++
    if (text[index] !== 'u') continue
    const unit = parseInt(text.slice(index + 1, index + 5), 16)
    if (unit >= 0xd800 && unit <= 0xdbff && /^\\u[dD][c-fC-F]/.test(text.slice(index + 5, index + 9))) index += 10
    else if (unit >= 0xd800 && unit <= 0xdfff)
      throw new SluiceError(
        'invalid-request',
        `The request body has half a character, ${text.slice(index - 1, index + 5)}.`,
      )
  }
  return index
}

/** The index of the last character of the number that starts at `start`. */
function scanNumber(text: string, start: number): number {
  let end = start + 1
  while (end < text.length && isNumberCharacter(text.charCodeAt(end))) end++
  const number = text.slice(start, end)
  if (Number(number) === Infinity)
    throw new SluiceError(
      'invalid-request',
      `The number ${number.length > 30 ? `${number.slice(0, 30)}...` : number} in the request body is too large.`,
    )
  return end - 1
}

function isNumberCharacter(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2b || code === 0x2d || (code | 0x20) === 0x65
}

// A later merge of such a key would change every object of the process (hardening 6 and 7). Escapes can spell the key,
// so the text decides only whether to look.
function refusePollution(text: string, value: unknown): unknown {
  if (/"__proto__"|"constructor"|\\u00/i.test(text)) visit(value)
  return value
}

function visit(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) return value.forEach(visit)
  for (const [key, member] of Object.entries(value)) {
    const isPrototype = key === 'constructor' && typeof member === 'object' && member !== null
    if (key === '__proto__' || (isPrototype && Object.hasOwn(member as object, 'prototype')))
      throw new SluiceError('invalid-request', `The key ${JSON.stringify(key)} in the request body is not allowed.`)
    visit(member)
  }
}

/** V8's message quotes a piece of the payload; the position says as much. */
function syntaxError(text: string, cause: unknown): SluiceError {
  if (text.trim() === '') return new SluiceError('invalid-request', 'The request body is empty; JSON was expected.')
  const bare = /(?<=[[{:,\s]|^)[-+]?(NaN|Infinity)\b/.exec(text)
  if (bare !== null)
    return new SluiceError('invalid-request', `The request body has ${bare[0]}, which is not JSON.`, {
      hint: 'JSON knows no such number; send it as a string where the interface allows that.',
      cause,
    })
  return new SluiceError('invalid-request', `The request body is not JSON: ${where(messageOf(cause))}.`, { cause })
}

function where(message: string): string {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return `at character ${Number(position) + 1}`
  const token = /^Unexpected token '(.)'/u.exec(message)?.[1]
  return token === undefined ? 'it ends too early' : `unexpected ${JSON.stringify(token)}`
}
