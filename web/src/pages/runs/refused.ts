import { ServerError } from '../../api/server-error.ts'

/** Whether the server could not read the filter: the filter's own line says so, and nothing else need be. */
export function isRefused(error: unknown): boolean {
  return error instanceof ServerError && error.status === 400
}
