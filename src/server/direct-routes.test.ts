import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import { send } from './http-request.test-support.ts'
import { startHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts'
import type { HttpReply, HttpRequest, Route } from './route.ts'

/** Answers as its body asks for. */
async function play(request: HttpRequest, reply: HttpReply): Promise<unknown> {
  const { name } = request.params as { name: string }
  const wish = (request.body as Buffer).toString()
  reply.header('x-named', name).header('x-kind', 'played')
  if (wish === 'refuse') throw new SluiceError('conflict', `No play for ${name}.`)
  if (wish === 'break') throw new Error('broken')
  if (wish === 'object') return reply.code(431).send({ name, size: 'ünï' })
  if (wish === 'text') return reply.type('text/plain; charset=utf-8').header('Referrer-Policy', 'origin').send('é')
  if (wish === 'large') return reply.type('application/json').send(Buffer.from(JSON.stringify('x'.repeat(40_000))))
  if (wish === 'bytes') return reply.type('application/octet-stream').send(Buffer.from([0, 200, 255]))
  if (wish === 'split') return reply.header('x-split', 'one\r\ntwo').send('x')
  if (wish === 'nothing') return reply.code(204).send()
  return reply.type('application/json').send(Buffer.from(`${JSON.stringify({ wish })}`))
}

const played = { method: 'POST', permission: 'score', bodyKind: 'raw', maxBodyBytes: 100_000, handler: play } as const
const routes: readonly Route[] = [
  { ...played, url: '/long/:name/v2.0/play' },
  { ...played, url: '/direct/:name/v2.0/play', direct: play },
]

async function serverFor(t: TestContext, options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await startHttpServer({ routes, port: 0, ...options })
  t.after(() => server.close())
  return server
}

interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

/** What a client sees but for the time. */
async function seen(url: string, options: Parameters<typeof send>[1]): Promise<Seen> {
  const { status, headers, text } = await send(url, options)
  return { status, headers: { ...headers, date: '' }, text }
}

test('a direct route answers as it does by the long way, header by header', async (t) => {
  const isAllowed: HttpServerOptions['isAllowed'] = ({ headers }) => headers['x-stranger'] === undefined
  const { url } = await serverFor(t, { isAllowed, allowedHosts: ['models.example'] })
  const wishes = ['{"a": 1}', '', 'refuse', 'break', 'object', 'text', 'large', 'bytes', 'nothing', 'x'.repeat(70_000)]
  const asked: readonly Parameters<typeof send>[1][] = [
    ...wishes.map((body) => ({ body, headers: { 'content-type': 'application/json' } })),
    { body: 'x', headers: {} },
    { body: 'x', headers: { 'content-encoding': 'gzip' } },
    { body: 'x'.repeat(100_001), headers: { 'content-type': 'text/csv' } },
    { body: 'x', headers: { 'x-stranger': 'yes' } },
    { body: 'x', host: 'evil.example' },
    { body: 'x', host: 'models.example' },
    { body: 'x', host: null },
    { body: 'x', headers: { origin: 'http://evil.example' } },
    { method: 'GET' },
  ]
  for (const options of asked) {
    const [long, direct] = await Promise.all(
      ['long', 'direct'].map((way) =>
        seen(`${url}/${way}/blue-1/v2.0/play?with=query`, { method: 'POST', ...options }),
      ),
    )
    assert.deepEqual(direct, { ...long!, text: long!.text.replace('/long/', '/direct/') }, JSON.stringify(options))
  }
  const split = await seen(`${url}/direct/blue-1/v2.0/play`, { method: 'POST', body: 'split' })
  assert.deepEqual([split.status, split.headers['x-frame-options']], [500, 'SAMEORIGIN'])
  const answer = await seen(`${url}/direct/blue-1/v2.0/play`, { method: 'POST', body: 'hello' })
  assert.deepEqual([answer.status, answer.headers['x-named'], answer.text], [200, 'blue-1', '{"wish":"hello"}'])
  assert.equal(answer.headers['content-security-policy'], "default-src 'none'; frame-ancestors 'self'")
})

test('paths that need reading take the long way', async (t) => {
  const { url } = await serverFor(t)
  for (const [path, status, name] of [
    ['/direct/%62lue/v2.0/play', 200, 'blue'],
    ['/direct/a%2Fb/v2.0/play', 200, 'a/b'],
    ['/direct/a/v2x0/play', 404],
    ['/direct/a/v2.0/play/', 404],
    ['/direct/a/v2.0/playing', 404],
    [`/direct/${'a'.repeat(1000)}/v2.0/play`, 200, 'a'.repeat(1000)],
  ] as const) {
    const answer = await send(`${url}${path}`, { method: 'POST', body: 'x' })
    assert.deepEqual([answer.status, answer.headers['x-named']], [status, name], path)
  }
})

test('a direct route gets a body that comes in pieces whole, and refuses one that breaks off', async (t) => {
  const { port } = await serverFor(t)
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  const answers = socket[Symbol.asyncIterator]() as AsyncIterator<string>
  const head = 'POST /direct/blue/v2.0/play HTTP/1.1\r\nhost: localhost\r\n'
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n3\r\none\r\n`)
  await new Promise((resolve) => setImmediate(resolve))
  socket.write('3\r\ntwo\r\n0\r\n\r\n')
  assert.match((await answers.next()).value as string, /^HTTP\/1\.1 200 .*\r\n\r\n\{"wish":"onetwo"\}$/s)
  // Two at once: each gets its own, in order.
  socket.write(`${head}content-length: 1\r\n\r\na${head}content-length: 1\r\n\r\nb`)
  let text = ''
  while (!text.includes('{"wish":"b"}')) text += (await answers.next()).value as string
  assert.ok(text.indexOf('{"wish":"a"}') > 0 && text.indexOf('{"wish":"a"}') < text.indexOf('{"wish":"b"}'))
  socket.end(`${head}content-length: 5\r\n\r\nab`)
  const last = (await answers.next()).value as string | undefined
  assert.ok(last === undefined || last.startsWith('HTTP/1.1 400'), last)
})
