import type { Route } from '../../server/route.ts'
import { StatusMessage, StatusQuery } from './messages.ts'
import { wireTime } from './translate.ts'

/** What a server says of itself. */
interface ServerStatus {
  readonly version: string
  readonly url: string
  readonly pid: number
  readonly dataFolder: string
  /** `sqlite` or a PostgreSQL address without its password. */
  readonly database: string
  readonly startedMs: number
  readonly jobs: { readonly running: number; readonly queued: number }
  readonly memoryBytes: number
}

/** A look into the store for `sluice doctor`. */
export interface StoreCheck {
  readonly name: string
  readonly isOk: boolean
  readonly detail: string
}

/** What the routes about the server itself ask of it. */
export interface StatusRouteParts {
  readonly status: () => Promise<ServerStatus>
  readonly checkStore?: () => Promise<readonly StoreCheck[]>
}

/** Health for anybody, status for those who may read. */
export function statusRoutes({ status, checkStore }: StatusRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/health',
      permission: 'public',
      summary: 'Answer OK as long as the server serves.',
      handler: async (_request, reply) => reply.type('text/plain; charset=utf-8').send('OK'),
    },
    {
      method: 'GET',
      url: '/api/v1/status',
      permission: 'read',
      summary: 'Show what this server is, where its store lies, and how busy it is.',
      query: StatusQuery,
      response: StatusMessage,
      handler: async (request) => {
        const message = toStatusMessage(await status())
        const { check = false } = request.query as { check?: boolean }
        if (!check || checkStore === undefined) return message
        const checks = await checkStore()
        return { ...message, checks: checks.map(({ name, isOk, detail }) => ({ name, is_ok: isOk, detail })) }
      },
    },
  ]
}

function toStatusMessage(status: ServerStatus): StatusMessage {
  return {
    version: status.version,
    url: status.url,
    pid: status.pid,
    data_folder: status.dataFolder,
    database: status.database,
    started_at: wireTime(status.startedMs),
    jobs: status.jobs,
    memory_bytes: status.memoryBytes,
  }
}
