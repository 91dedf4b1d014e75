import { setTimeout } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { JobService } from '../../jobs/job-service.ts'
import { openEventStream } from '../../server/event-stream.ts'
import type { EventStream } from '../../server/event-stream.ts'
import type { Route } from '../../server/route.ts'
import { OffsetQuery } from './messages.ts'

/** A job's log: a piece of it, or live. The stream and the pieces count the same offsets, so either resumes the other. */
export function logRoutes(jobs: JobService, { pollMs = 200 } = {}): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/log',
      permission: 'read',
      summary: 'Read a job’s log from an offset; x-next-offset, x-log-size and x-log-complete say how to go on.',
      query: OffsetQuery,
      handler: async (request, reply) => {
        const { bytes, nextOffset, sizeBytes, isComplete } = await jobs.log(nameOf(request), offsetOf(request))
        return reply
          .type('text/plain; charset=utf-8')
          .header('x-next-offset', String(nextOffset))
          .header('x-log-size', String(sizeBytes))
          .header('x-log-complete', String(isComplete))
          .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/log/stream',
      permission: 'read',
      summary: 'Follow a job’s log as server-sent events: `log` with {text, next_offset}, then `end`.',
      query: OffsetQuery,
      handler: async (request, reply) => {
        const name = nameOf(request)
        await jobs.get(name)
        // A reader that comes back sends the offset it had reached.
        const lastId = Number(request.headers['last-event-id'])
        const offset = Number.isSafeInteger(lastId) && lastId > 0 ? lastId : offsetOf(request)
        const stream = openEventStream(request, reply)
        void follow({ jobs, stream, pollMs }, name, offset)
        return reply
      },
    },
  ]
}

/** One event stays far below the backlog at which a slow reader is dropped. */
const pieceBytes = 64 * 1024

interface Following {
  readonly jobs: JobService
  readonly stream: EventStream
  readonly pollMs: number
}

async function follow({ jobs, stream, pollMs }: Following, name: string, start: number): Promise<void> {
  const closed = new AbortController()
  stream.onClose(() => closed.abort())
  let offset = start
  try {
    // Sequential: a log has one order, and the reader's pace is ours.
    while (stream.isOpen) {
      const { bytes, nextOffset, isComplete } = await jobs.log(name, offset)
      offset = nextOffset - bytes.length
      let sent = 0
      for (
        let piece = nextPiece(bytes, isComplete);
        piece.length > 0;
        piece = nextPiece(bytes.subarray(sent), isComplete)
      ) {
        sent += piece.length
        offset += piece.length
        const text = new TextDecoder().decode(piece)
        if (!stream.send({ event: 'log', id: offset, data: { text, next_offset: offset } })) return
        await stream.drained()
      }
      if (isComplete) {
        stream.send({ event: 'end', data: { next_offset: offset } })
        return stream.close()
      }
      if (sent === 0) await setTimeout(pollMs, undefined, { signal: closed.signal, ref: false })
    }
  } catch {
    // The reader reconnects and meets the error as an answer with a status.
    stream.close()
  }
}

/** Half a character at the end waits for its other half, unless there will be none. */
function nextPiece(bytes: Uint8Array, isComplete: boolean): Uint8Array {
  const piece = bytes.subarray(0, pieceBytes)
  const length = wholeCharacters(piece)
  return length === 0 && isComplete ? piece : piece.subarray(0, length)
}

/** How many of the bytes form whole UTF-8 characters; damaged bytes count as characters. */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}

function offsetOf(request: FastifyRequest): number {
  const { offset = 0, tail } = request.query as { offset?: number; tail?: number }
  return tail === undefined ? offset : -tail
}
