import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { RecordedEvent } from '../../events/event-log.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { send } from '../../server/http-request.test-support.ts'
import { eventRoutes } from './event-routes.ts'

/** A log of events in memory behind the route, and readers of its stream. */
async function openLab(t: TestContext) {
  const events: RecordedEvent[] = []
  let reads = 0
  const server = await startHttpServer({
    port: 0,
    routes: eventRoutes({
      read: async ({ after, limit, subject }) => {
        reads++
        await new Promise((resolve) => setImmediate(resolve))
        return events
          .filter((event) => event.seq > after && (subject === undefined || event.subject === subject))
          .slice(0, limit)
      },
      latestSeq: () => Promise.resolve(events.length),
    }),
  })
  t.after(() => server.close())
  return {
    url: server.url,
    reads: () => reads,
    append: (count: number, subject = 'a') => {
      for (let n = 0; n < count; n++)
        events.push({ seq: events.length + 1, kind: 'job.status', subject, atMs: 0, body: { n } })
    },
    follow: async (query = '', headers: Record<string, string> = {}) => {
      const outgoing = httpRequest(`${server.url}/api/v1/events${query}`, {
        agent: false,
        headers: { accept: 'text/event-stream', ...headers },
      })
      outgoing.end()
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
      return new Reader(response)
    },
  }
}

class Reader {
  readonly ids: number[] = []
  readonly #response: IncomingMessage
  #text = ''

  constructor(response: IncomingMessage) {
    this.#response = response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      this.#text += chunk
      for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
        const id = /^id: (\d+)$/m.exec(this.#text.slice(0, end))?.[1]
        if (id !== undefined) this.ids.push(Number(id))
        this.#text = this.#text.slice(end + 2)
      }
    })
  }

  /** Waits until so many events have arrived. */
  async until(count: number): Promise<void> {
    while (this.ids.length < count) await once(this.#response, 'data')
  }

  leave(): void {
    this.#response.destroy()
  }
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index)

test('a reader gets what was and what comes, each event once and in order', async (t) => {
  const lab = await openLab(t)
  lab.append(1200)
  const reader = await lab.follow()
  await reader.until(600)
  lab.append(700)
  await reader.until(1900)
  lab.append(3)
  await reader.until(1903)
  assert.deepEqual(reader.ids, upTo(1903))
})

test('a reader that comes back resumes after the last event it had', async (t) => {
  const lab = await openLab(t)
  lab.append(10)
  const reader = await lab.follow('?after=2', { 'last-event-id': '7' })
  await reader.until(3)
  assert.deepEqual(reader.ids, [8, 9, 10])
})

test('a reader of one subject gets its events only, old and new', async (t) => {
  const lab = await openLab(t)
  lab.append(3, 'a')
  lab.append(2, 'b')
  const reader = await lab.follow('?subject=b')
  await reader.until(2)
  lab.append(2, 'a')
  lab.append(1, 'b')
  await reader.until(3)
  assert.deepEqual(reader.ids, [4, 5, 8])
})

test('many live readers cost one query a tick, and none when they have left', async (t) => {
  const lab = await openLab(t)
  const readers = await Promise.all(upTo(20).map(() => lab.follow()))
  lab.append(1)
  await Promise.all(readers.map((reader) => reader.until(1)))
  const before = lab.reads()
  lab.append(1)
  await Promise.all(readers.map((reader) => reader.until(2)))
  // One tick delivers to all; a second or third may have begun meanwhile.
  assert.ok(lab.reads() - before < 10, `${lab.reads() - before} reads`)
  for (const reader of readers) reader.leave()
  const late = await lab.follow('?after=2')
  lab.append(1)
  await late.until(1)
  assert.deepEqual(late.ids, [3])
})

test('without a stream the same records come as a page of JSON', async (t) => {
  const lab = await openLab(t)
  lab.append(5)
  const answer = await send(`${lab.url}/api/v1/events?after=2&limit=2`)
  assert.deepEqual(JSON.parse(answer.text), {
    items: [
      { seq: 3, kind: 'job.status', subject: 'a', at: '1970-01-01T00:00:00.000Z', body: { n: 2 } },
      { seq: 4, kind: 'job.status', subject: 'a', at: '1970-01-01T00:00:00.000Z', body: { n: 3 } },
    ],
    latest_seq: 5,
  })
  assert.equal((await send(`${lab.url}/api/v1/events?after=-1`)).status, 400)
})
