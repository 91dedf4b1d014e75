import type { LogSource } from './log-source.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { serverErrorOf } from '../../api/server-error.ts'

/** The log of a job, by pieces from an offset. */
export function jobLogSource(job: string): LogSource {
  const url = `/api/v1/jobs/${encodeURIComponent(job)}/log`
  const ask = async (query: string, signal: AbortSignal): Promise<Response> => {
    const response = await fetch(`${url}?${query}`, { signal })
    if (response.ok) return response
    throw serverErrorOf(response.status, await response.json().catch(() => undefined))
  }
  return {
    key: `job ${job}`,
    downloadUrl: url,
    read: async (offset, signal) => {
      const response = await ask(`offset=${offset}`, signal)
      const bytes = new Uint8Array(await response.arrayBuffer())
      const nextOffset = Number(response.headers.get('x-next-offset') ?? offset + bytes.length)
      return { bytes, nextOffset, isComplete: response.headers.get('x-log-complete') === 'true' }
    },
    search: async ({ text, offset, limit }, signal) => {
      const params = { path: { name: job }, query: { text, offset, limit } }
      const answer = await answerOf(rest.GET('/api/v1/jobs/{name}/log/search', { params, signal }))
      return {
        offsets: answer.items.map((line) => line.offset),
        ...(answer.next_offset !== undefined && { nextOffset: answer.next_offset }),
      }
    },
    size: async (signal) => {
      const response = await ask('tail=1', signal)
      return Number(response.headers.get('x-next-offset') ?? 0)
    },
  }
}
