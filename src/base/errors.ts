/** Every code a caller may meet, with the HTTP status it always has. Text is for people, the code is for programs. */
export const errorStatus = {
  'invalid-document': 422,
  'invalid-request': 400,
  'invalid-reference': 400,
  'invalid-setting': 400,
  'invalid-path': 400,
  'input-not-found': 404,
  'not-found': 404,
  unauthenticated: 401,
  'permission-denied': 403,
  'host-not-allowed': 403,
  'origin-not-allowed': 403,
  'already-exists': 409,
  conflict: 409,
  'limit-exceeded': 400,
  'budget-exceeded': 409,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  'timed-out': 408,
  'model-failed': 424,
  'environment-failed': 422,
  'step-failed': 422,
  'store-in-use': 409,
  'store-too-new': 409,
  'store-corrupt': 500,
  'store-unavailable': 503,
  'ownership-lost': 503,
  'server-unreachable': 503,
  'deployment-unavailable': 503,
  'not-supported': 501,
  internal: 500,
} as const

export type ErrorCode = keyof typeof errorStatus

/** Where in a file something was found; line and column count from 1. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One mistake among several, e.g. of a YAML file. `frame` is the source line with a caret below it. */
export interface Diagnostic {
  readonly message: string
  readonly hint?: string
  readonly at?: SourcePosition
  readonly frame?: string
}

export interface ErrorDetails {
  readonly hint?: string
  readonly at?: SourcePosition
  readonly diagnostics?: readonly Diagnostic[]
  readonly cause?: unknown
}

/** The one error class: what was wrong (with the value), where, and what to do next. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError'
  readonly code: ErrorCode
  readonly hint?: string
  readonly at?: SourcePosition
  readonly diagnostics?: readonly Diagnostic[]

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.hint !== undefined) this.hint = details.hint
    if (details.at !== undefined) this.at = details.at
    if (details.diagnostics !== undefined) this.diagnostics = details.diagnostics
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

/** The shape of every error on our REST interface (design.md 11.8) and in `--json` output. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly hint?: string
    readonly at?: SourcePosition
    readonly diagnostics?: readonly Diagnostic[]
  }
}

/** Turns whatever was thrown into the wire form; an unknown error becomes `internal` and keeps its text. */
export function errorBody(thrown: unknown): ErrorBody {
  if (!(thrown instanceof SluiceError)) return { error: { code: 'internal', message: messageOf(thrown) } }
  return {
    error: {
      code: thrown.code,
      message: thrown.message,
      ...(thrown.hint !== undefined && { hint: thrown.hint }),
      ...(thrown.at !== undefined && { at: thrown.at }),
      ...(thrown.diagnostics !== undefined && { diagnostics: thrown.diagnostics }),
    },
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Makes undefined of what is not there; for the end of a promise. Rethrows everything else. */
export function ignoreMissing(thrown: unknown): undefined {
  if (!(thrown instanceof SluiceError && thrown.code === 'not-found')) throw thrown
}

/** States what must be true; a failure is a bug of ours, never a user's mistake, and crashes. */
export function assert(condition: unknown, why: string): asserts condition {
  if (condition === false || condition === null || condition === undefined) throw new Error(`Bug: ${why}`)
}

/** Ends a `switch` over a union: the compiler names the kind that was forgotten. */
export function assertNever(value: never): never {
  throw new Error(`Bug: unexpected ${JSON.stringify(value)}`)
}
