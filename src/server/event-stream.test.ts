import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { FastifyRequest } from 'fastify'
import type { EventStream } from './event-stream.ts'
import { lastEventId, openEventStream, wantsEventStream } from './event-stream.ts'
import { startHttpServer } from './http-server.ts'

/** A server whose one route opens a stream; `opened` resolves with each. */
async function streamServer(t: TestContext, options: { heartbeatMs?: number; maxBacklogBytes?: number } = {}) {
  const opened: ((stream: EventStream) => void)[] = []
  const server = await startHttpServer({
    port: 0,
    routes: [
      {
        method: 'GET',
        url: '/stream',
        permission: 'read',
        handler: (request, reply) => {
          opened.shift()?.(openEventStream(request, reply, options))
          return Promise.resolve(reply)
        },
      },
    ],
  })
  t.after(() => server.close())
  return { server, open: () => new Promise<EventStream>((resolve) => opened.push(resolve)) }
}

async function readerOf(url: string): Promise<IncomingMessage> {
  const outgoing = httpRequest(`${url}/stream`, { agent: false })
  outgoing.end()
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  return response
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response) text += chunk as string
  return text
}

test('events arrive with their name, id and one line of JSON, until the stream is closed', async (t) => {
  const { server, open } = await streamServer(t)
  const opening = open()
  const response = await readerOf(server.url)
  const stream = await opening
  stream.send({ event: 'log', id: 7, data: { text: 'two\nlines' } })
  stream.send({ data: 1 })
  stream.close()
  assert.equal(await textOf(response), 'retry: 1000\n\nevent: log\nid: 7\ndata: {"text":"two\\nlines"}\n\ndata: 1\n\n')
  assert.equal(stream.send({ data: 2 }), false)
})

test('the owner hears that the reader has left', async (t) => {
  const { server, open } = await streamServer(t)
  const opening = open()
  const response = await readerOf(server.url)
  const stream = await opening
  const ended = new Promise<void>((resolve) => stream.onClose(resolve))
  response.destroy()
  await ended
  assert.equal(stream.isOpen, false)
  let late = false
  stream.onClose(() => (late = true))
  assert.equal(late, true)
})

test('hardening 32: a reader that does not read is dropped when its backlog passes the limit, others go on', async (t) => {
  const { server, open } = await streamServer(t, { maxBacklogBytes: 100_000 })
  let opening = open()
  const slow = connect(server.port, '127.0.0.1')
  slow.pause()
  slow.write(`GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const slowStream = await opening
  opening = open()
  const response = await readerOf(server.url)
  const stream = await opening
  let sent = 0
  while (slowStream.send({ data: 'x'.repeat(10_000) })) {
    assert.ok(++sent < 10_000, 'never dropped')
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(slowStream.isOpen, false)
  assert.equal(stream.send({ data: 'still here' }), true)
  stream.close()
  assert.match(await textOf(response), /still here/)
  slow.destroy()
})

test('a heartbeat comment keeps the line alive', async (t) => {
  const { server, open } = await streamServer(t, { heartbeatMs: 5 })
  const opening = open()
  const response = await readerOf(server.url)
  const stream = await opening
  for await (const chunk of response) if ((chunk as string).includes(': alive\n\n')) break
  stream.close()
})

test('a reader that comes back says what it had last, and asks for a stream by its Accept header', () => {
  const asked = (headers: Record<string, string>) => ({ headers }) as unknown as FastifyRequest
  assert.equal(lastEventId(asked({ 'last-event-id': '42' })), 42)
  assert.equal(lastEventId(asked({ 'last-event-id': '-1' })), undefined)
  assert.equal(lastEventId(asked({ 'last-event-id': 'abc' })), undefined)
  assert.equal(lastEventId(asked({})), undefined)
  assert.equal(wantsEventStream(asked({ accept: 'text/event-stream' })), true)
  assert.equal(wantsEventStream(asked({ accept: 'application/json' })), false)
  assert.equal(wantsEventStream(asked({})), false)
})
