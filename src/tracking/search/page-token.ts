import { createHash } from 'node:crypto'
import { SluiceError } from '../../base/errors.ts'

/** The values of a row's sort columns: where the next page begins. */
export type KeyValues = readonly (string | number)[]

/** A fingerprint of what was asked, so that a token cannot continue another search. */
export function queryFingerprint(...query: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12)
}

/** An opaque token for the page after the row with these values. */
export function encodePageToken(fingerprint: string, values: KeyValues): string {
  return Buffer.from(JSON.stringify([fingerprint, ...values])).toString('base64url')
}

/**
 * The values a token holds; `undefined` where there is none (the first page). Throws `invalid-request` for anything that
 * `encodePageToken` did not make for this search. `typesFor` says what is expected, given the first value.
 */
export function decodePageToken(
  token: string | undefined,
  fingerprint: string,
  typesFor: (first: unknown) => readonly ('string' | 'number')[] | undefined,
): KeyValues | undefined {
  if (token === undefined || token === '') return undefined
  const [found, ...values] = parsed(token)
  const types = typesFor(values[0])
  const fits = types?.length === values.length && values.every((value, index) => typeof value === types[index])
  if (found === fingerprint && fits) return values as KeyValues
  throw new SluiceError(
    'invalid-request',
    `Invalid page token '${token.slice(0, 80)}': it belongs to another search.`,
    {
      hint: 'Repeat the search from its first page with the same filter and order.',
    },
  )
}

function parsed(token: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(value)) return value
  } catch {
    // Not ours: the error below says so.
  }
  throw new SluiceError('invalid-request', `Invalid page token '${token.slice(0, 80)}': it could not be decoded.`)
}
