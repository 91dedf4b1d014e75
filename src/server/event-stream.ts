import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/*
 * Server-sent events (WHATWG HTML 9.2). A stream ends when the reader leaves, when it reads so slowly that its backlog
 * passes the limit (it reconnects and resumes from its Last-Event-ID, so nothing is lost and nobody's memory is held),
 * or when the server closes. A comment every few seconds keeps proxies and readers sure that the line is alive.
 */

interface StreamedEvent {
  readonly event?: string
  readonly id?: number | string
  /** Sent as one line of JSON. */
  readonly data: unknown
}

export interface EventStream {
  /** False once the reader is gone, was dropped, or the server closes. */
  readonly isOpen: boolean
  /** Sends one event; false when the stream is no longer open. */
  send(event: StreamedEvent): boolean
  /** Resolves when the reader has taken all that was sent, or the stream has ended: a sender of much waits for it. */
  drained(): Promise<void>
  /** Ends the stream after what was sent. */
  close(): void
  /** Calls `listener` once when the stream has ended, for whatever reason; at once if it has. */
  onClose(listener: () => void): void
}

const openStreams = new WeakMap<FastifyInstance, Set<EventStream>>()

/** True when the caller asked for a stream of events rather than one JSON answer. */
export function wantsEventStream(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/event-stream')
}

/** The `Last-Event-ID` of a reader that comes back, as a sequence number; undefined without a usable one. */
export function lastEventId(request: FastifyRequest): number | undefined {
  const text = request.headers['last-event-id']
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Takes the reply over and answers with an event stream; a HEAD request gets the headers only. */
export function openEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { heartbeatMs = 15_000, maxBacklogBytes = 1024 * 1024 } = {},
): EventStream {
  const response = reply.raw
  const siblings = streamsOf(request.server)
  const listeners = new Set<() => void>()
  let isOpen = true
  reply.hijack()
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (text: string): boolean => {
    if (!isOpen) return false
    response.write(text)
    if (response.writableLength <= maxBacklogBytes) return true
    response.destroy()
    end()
    return false
  }
  const end = (): void => {
    if (!isOpen) return
    isOpen = false
    clearInterval(heartbeat)
    siblings.delete(stream)
    for (const listener of listeners) listener()
  }
  const heartbeat = setInterval(() => write(': alive\n\n'), heartbeatMs)
  heartbeat.unref()
  const stream: EventStream = {
    get isOpen() {
      return isOpen
    },
    send: (event) => write(eventText(event)),
    drained: () =>
      new Promise((resolve) => {
        if (!isOpen || !response.writableNeedDrain) return resolve()
        listeners.add(resolve)
        response.once('drain', () => {
          listeners.delete(resolve)
          resolve()
        })
      }),
    close: () => {
      end()
      response.end()
    },
    onClose: (listener) => {
      if (isOpen) listeners.add(listener)
      else listener()
    },
  }
  siblings.add(stream)
  response.on('close', end)
  // A reader that lost the line tries again after a second.
  write('retry: 1000\n\n')
  if (request.method === 'HEAD') stream.close()
  return stream
}

/** Ends every stream of a server, so that it can close. */
export function closeEventStreams(server: FastifyInstance): void {
  for (const stream of streamsOf(server)) stream.close()
}

function streamsOf(server: FastifyInstance): Set<EventStream> {
  let streams = openStreams.get(server)
  if (streams === undefined) openStreams.set(server, (streams = new Set()))
  return streams
}

function eventText({ event, id, data }: StreamedEvent): string {
  const lines = [`data: ${JSON.stringify(data)}`]
  if (id !== undefined) lines.unshift(`id: ${id}`)
  if (event !== undefined) lines.unshift(`event: ${event}`)
  return `${lines.join('\n')}\n\n`
}
