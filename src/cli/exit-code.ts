import { SluiceError } from '../base/errors.ts'

/** What a shell learns from a command (experience.md 8). */
export const exitCode = {
  ok: 0,
  /** The job, or the thing that was asked for, failed. */
  failed: 1,
  /** Wrong usage, or a document with mistakes. */
  invalid: 2,
  notFound: 3,
  denied: 4,
  conflict: 5,
  gate: 6,
  timedOut: 7,
  unreachable: 8,
  interrupted: 130,
} as const

/** The exit code of an error, from its code's HTTP status, so that a new code needs nothing here. */
export function exitCodeOf(thrown: unknown): number {
  if (!(thrown instanceof SluiceError)) return exitCode.failed
  if (thrown.code === 'server-unreachable') return exitCode.unreachable
  switch (thrown.status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return ['step-failed', 'environment-failed'].includes(thrown.code) ? exitCode.failed : exitCode.invalid
    case 401:
    case 403:
      return exitCode.denied
    case 404:
      return exitCode.notFound
    case 408:
      return exitCode.timedOut
    case 409:
      return exitCode.conflict
    default:
      return exitCode.failed
  }
}
