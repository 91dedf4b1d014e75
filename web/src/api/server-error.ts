/** What the server said when it refused, in its own words: `code` for programs, `message` and `hint` for people. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  /** Kebab-case, e.g. `not-found`; `unreachable` when no answer came. */
  readonly code: string
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly hint: string | undefined
  readonly diagnostics: readonly Diagnostic[]

  constructor(
    status: number,
    said: { code: string; message: string; hint?: string; diagnostics?: readonly Diagnostic[] },
  ) {
    super(said.message)
    this.status = status
    this.code = said.code
    this.hint = said.hint
    this.diagnostics = said.diagnostics ?? []
  }
}

/** One of several mistakes of a file or filter; `frame` has the line and a caret. */
export interface Diagnostic {
  readonly message: string
  readonly hint?: string
  readonly frame?: string
}

/** The error in the body of a refused request; of a body that is not ours, its beginning. */
export function serverErrorOf(status: number, body: unknown): ServerError {
  if (isRecord(body)) {
    const { error, error_code: mlflowCode, message } = body
    if (isRecord(error) && typeof error['message'] === 'string') {
      const { code, hint, diagnostics } = error
      return new ServerError(status, {
        code: typeof code === 'string' ? code : String(status),
        message: error['message'],
        ...(typeof hint === 'string' && { hint }),
        ...(Array.isArray(diagnostics) && { diagnostics: diagnostics.map(diagnosticOf) }),
      })
    }
    if (typeof mlflowCode === 'string' && typeof message === 'string')
      return new ServerError(status, { code: mlflowCode, message })
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '')
  return new ServerError(status, { code: String(status), message: `HTTP ${status}: ${text.slice(0, 200)}` })
}

function diagnosticOf(said: unknown): Diagnostic {
  const { message, hint, frame } = isRecord(said) ? said : {}
  return {
    message: String(message ?? ''),
    ...(typeof hint === 'string' && { hint }),
    ...(typeof frame === 'string' && { frame }),
  }
}

/** No answer at all: the server is down, or the line is. */
export function unreachable(cause: unknown): ServerError {
  const error = new ServerError(0, { code: 'unreachable', message: 'The server does not answer.' })
  error.cause = cause
  return error
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
