/** How much is said; each level includes those after it. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Where the server says what it does; one line a call. Secrets and payloads never enter a line. */
export interface Log {
  readonly level: LogLevel
  readonly write: (level: Exclude<LogLevel, 'silent'>, message: string, fields?: LogFields) => void
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** A log that nobody reads. */
export const silentLog: Log = { level: 'silent', write: () => undefined }
