import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Type } from '@sinclair/typebox'
import { SluiceError } from '../base/errors.ts'
import { openEventStream } from './event-stream.ts'
import { guardedRoutesContract } from './guarded-routes.contract.ts'
import { send } from './http-request.test-support.ts'
import { startHttpServer } from './http-server.ts'
import type { HttpServer, HttpServerOptions } from './http-server.ts'
import { lineLog } from '../base/line-log.ts'
import type { Route } from './route.ts'

const json = { 'content-type': 'application/json' }

const echo: Route = {
  method: 'POST',
  url: '/api/v1/echo',
  permission: 'write',
  body: Type.Object({ name: Type.String(), ratio: Type.Optional(Type.Number()) }, { additionalProperties: false }),
  maxBodyBytes: 2000,
  handler: (request) => Promise.resolve(request.body),
}
const routes: readonly Route[] = [
  echo,
  { ...echo, method: 'DELETE' },
  { ...echo, method: 'PATCH' },
  {
    method: 'GET',
    url: '/api/v1/things/:name',
    permission: 'read',
    query: Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 10 })) }),
    handler: (request) => Promise.resolve({ params: request.params, query: request.query }),
  },
  {
    method: 'PUT',
    url: '/upload',
    permission: 'write',
    bodyKind: 'stream',
    handler: async (request) => {
      let bytes = 0
      for await (const chunk of request.raw) bytes += (chunk as Buffer).length
      return { bytes }
    },
  },
  {
    method: 'POST',
    url: '/score',
    permission: 'score',
    bodyKind: 'raw',
    handler: (request) => Promise.resolve((request.body as Buffer).toString('hex')),
  },
  { method: 'POST', url: '/start', permission: 'write', successStatus: 201, handler: () => Promise.resolve({}) },
  {
    method: 'GET',
    url: '/foreign',
    permission: 'read',
    errors: (thrown) => ({ status: 418, body: { error_code: (thrown as SluiceError).code } }),
    handler: () => Promise.reject(new SluiceError('conflict', 'no')),
  },
  { method: 'GET', url: '/api/v1/crash', permission: 'read', handler: () => Promise.reject(new Error('boom')) },
  {
    method: 'GET',
    url: '/stream',
    permission: 'read',
    handler: (request, reply) => {
      openEventStream(request, reply).send({ id: 1, data: 'hello' })
      return Promise.resolve(reply)
    },
  },
]

async function serverFor(t: TestContext, options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await startHttpServer({ routes, port: 0, ...options })
  t.after(() => server.close())
  return server
}

guardedRoutesContract('a route table', () => routes)

test('a JSON body reaches the handler, also with DELETE and PATCH', async (t) => {
  const { url } = await serverFor(t)
  for (const method of ['POST', 'DELETE', 'PATCH']) {
    const answer = await send(`${url}/api/v1/echo`, { method, headers: json, body: '{"name":"a","ratio":0.5}' })
    assert.equal(answer.status, 200)
    assert.deepEqual(JSON.parse(answer.text), { name: 'a', ratio: 0.5 })
  }
})

test('every answer carries the security headers and no CORS header, a 404 and a refusal too', async (t) => {
  const { url } = await serverFor(t)
  for (const path of ['/api/v1/things/a', '/nothing', '/%zz', '/api/v1/crash', '/stream'])
    for (const method of ['HEAD', 'OPTIONS']) {
      const { headers } = await send(`${url}${path}`, { method })
      assert.equal(headers['x-content-type-options'], 'nosniff', path)
      assert.equal(headers['x-frame-options'], 'SAMEORIGIN', path)
      assert.equal(headers['referrer-policy'], 'no-referrer', path)
      assert.match(headers['content-security-policy'] as string, /default-src 'none'/)
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
})

test('a wrong field is named with its value', async (t) => {
  const { url } = await serverFor(t)
  const answer = await send(`${url}/api/v1/echo`, { method: 'POST', headers: json, body: '{"name":7}' })
  assert.equal(answer.status, 400)
  assert.deepEqual(JSON.parse(answer.text), {
    error: { code: 'invalid-request', message: '"name" is 7 in the request\'s body; expected a string.' },
  })
})

test('query text is read as its schema says, and a wrong value is named', async (t) => {
  const { url } = await serverFor(t)
  const good = await send(`${url}/api/v1/things/a%20b?limit=5`)
  assert.deepEqual(JSON.parse(good.text), { params: { name: 'a b' }, query: { limit: 5 } })
  const bad = await send(`${url}/api/v1/things/a?limit=11`)
  assert.equal(bad.status, 400)
  assert.match(bad.text, /\\"limit\\" is 11 in the request's query; expected an integer at most 10/)
})

const refusedBodies: readonly (readonly [
  what: string,
  contentType: string | undefined,
  body: string,
  status: number,
])[] = [
  ['text/plain', 'text/plain', '{"name":"a"}', 415],
  ['a form', 'application/x-www-form-urlencoded', 'name=a', 415],
  ['a form without a body', 'application/x-www-form-urlencoded', '', 415],
  ['multipart', 'multipart/form-data; boundary=x', '--x--', 415],
  ['a body without a type', undefined, '{"name":"a"}', 415],
  ['a type that only looks like JSON', 'text/plain; application/json', '{"name":"a"}', 415],
  ['a type that is none', ';;;', '{"name":"a"}', 415],
  ['bare NaN', 'application/json', '{"name":"a","ratio":NaN}', 400],
  ['1e400', 'application/json', '{"name":"a","ratio":1e400}', 400],
  ['__proto__', 'application/json', '{"name":"a","__proto__":{}}', 400],
  ['nesting of 101', 'application/json', '['.repeat(101), 400],
  ['no body', 'application/json', '', 400],
  ['half a body of JSON', 'application/json', '{"name":', 400],
  ['a body over the limit', 'application/json', `{"name":"${'a'.repeat(3000)}"}`, 413],
]
for (const [what, contentType, body, status] of refusedBodies) {
  test(`a JSON route answers ${status} to ${what}`, async (t) => {
    const { url } = await serverFor(t)
    const answer = await send(`${url}/api/v1/echo`, {
      method: 'POST',
      body,
      headers: contentType === undefined ? {} : { 'content-type': contentType },
    })
    assert.equal(answer.status, status, answer.text)
    assert.ok((JSON.parse(answer.text) as { error: { message: string } }).error.message.length > 10)
  })
}

test('a compressed body is refused, not stored as it is', async (t) => {
  const { url } = await serverFor(t)
  const answer = await send(`${url}/score`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' })
  assert.equal(answer.status, 415)
})

test('a body without an announced length is cut off at the limit and answered', async (t) => {
  const { url } = await serverFor(t)
  const outgoing = httpRequest(`${url}/api/v1/echo`, { method: 'POST', headers: json })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  outgoing.on('error', () => undefined)
  outgoing.write('{"name":"')
  for (let sent = 0; sent < 200; sent++) outgoing.write('a'.repeat(1000))
  const [response] = await answered
  assert.equal(response.statusCode, 413)
  response.resume()
  outgoing.destroy()
})

test('a large refused body that was announced is answered before the line closes', async (t) => {
  const { url } = await serverFor(t)
  const body = Buffer.alloc(30 * 1024 * 1024, 0x20)
  const answer = await send(`${url}/api/v1/echo`, { method: 'POST', headers: json, body })
  assert.equal(answer.status, 413)
})

test('raw and stream routes take any content type and their bytes as they are', async (t) => {
  const { url } = await serverFor(t)
  const raw = await send(`${url}/score`, { method: 'POST', body: Buffer.from([0, 255, 10]) })
  assert.equal(raw.text, '00ff0a')
  const upload = await send(`${url}/upload`, {
    method: 'PUT',
    headers: { 'content-type': 'text/plain' },
    body: Buffer.alloc(20 * 1024 * 1024),
  })
  assert.deepEqual(JSON.parse(upload.text), { bytes: 20 * 1024 * 1024 })
})

test('a body that does not arrive in time is answered 408', async (t) => {
  const { url, port } = await serverFor(t, { limits: { bodyTimeoutMs: 30 } })
  const socket = connect(port, '127.0.0.1')
  socket.write(`POST /api/v1/echo HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 100\r\n`)
  socket.write('Content-Type: application/json\r\n\r\n{"name"')
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.match(first.toString(), /^HTTP\/1\.1 408 /)
  socket.destroy()
})

test('headers that do not arrive in time close the line while others are served', async (t) => {
  const { url, port } = await serverFor(t, { limits: { headersTimeoutMs: 40 } })
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: localh')
  const closed = once(socket, 'close')
  socket.resume()
  assert.equal((await send(`${url}/api/v1/things/a`)).status, 200)
  await closed
})

test('an unknown path answers 404: JSON below /api/v1, plain text elsewhere, whatever was sent', async (t) => {
  const { url } = await serverFor(t)
  const ours = await send(`${url}/api/v1/nothing`, { method: 'POST', headers: json, body: '{' })
  assert.equal(ours.status, 404)
  assert.equal((JSON.parse(ours.text) as { error: { code: string } }).error.code, 'not-found')
  const foreign = await send(`${url}/api/3.0/mlflow/none`, { method: 'POST', headers: json, body: '{}' })
  assert.deepEqual([foreign.status, foreign.text], [404, 'Not found'])
  assert.match(foreign.headers['content-type']!, /^text\/plain/)
})

test('a known path with another method is 404, and no path matches by case, slashes or semicolons', async (t) => {
  const { url } = await serverFor(t)
  for (const path of ['/START', '/start/', '//start', '/start;x=1', '/%73tart/'])
    assert.equal((await send(`${url}${path}`, { method: 'POST' })).status, 404, path)
  assert.equal((await send(`${url}/start`)).status, 404)
})

test('an undecodable path answers 400', async (t) => {
  const { url } = await serverFor(t)
  assert.equal((await send(`${url}/api/v1/things/%zz`)).status, 400)
})

test('HEAD answers as GET without the body, also for a stream', async (t) => {
  const { url } = await serverFor(t)
  const head = await send(`${url}/api/v1/things/a`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.text], [200, ''])
  const stream = await send(`${url}/stream`, { method: 'HEAD' })
  assert.match(stream.headers['content-type']!, /^text\/event-stream/)
})

test('a route answers with its success status and writes errors in its own words', async (t) => {
  const { url } = await serverFor(t)
  assert.equal((await send(`${url}/start`, { method: 'POST' })).status, 201)
  const foreign = await send(`${url}/foreign`)
  assert.deepEqual([foreign.status, foreign.text], [418, '{"error_code":"conflict"}'])
})

test('a bug is answered as internal and logged with its stack', async (t) => {
  const lines: string[] = []
  const { url } = await serverFor(t, {
    log: lineLog({ level: 'warn', write: (line) => lines.push(line), now: Date.now }),
  })
  const answer = await send(`${url}/api/v1/crash?token=hunter2`)
  assert.deepEqual(JSON.parse(answer.text), { error: { code: 'internal', message: 'boom' } })
  assert.match(lines.join(''), /error GET \/api\/v1\/crash: boom status=500 stack=.*http-server\.test/)
  assert.equal(lines.join('').includes('hunter2'), false)
})

test('requests are logged at debug only', async (t) => {
  const lines: string[] = []
  const { url } = await serverFor(t, {
    log: lineLog({ level: 'debug', write: (line) => lines.push(line), now: Date.now }),
  })
  await send(`${url}/api/v1/things/a`)
  assert.match(lines.join(''), /debug GET \/api\/v1\/things\/a status=200 ms=\d+/)
})

test('with authorisation on, a route is refused unless its permission is given', async (t) => {
  const asked: string[] = []
  const { url } = await serverFor(t, {
    isAllowed: (request, permission) => {
      asked.push(`${request.method} ${permission}`)
      return permission === 'read'
    },
  })
  assert.equal((await send(`${url}/api/v1/things/a`)).status, 200)
  const refused = await send(`${url}/api/v1/echo`, { method: 'POST', headers: json, body: '{"name":"a"}' })
  assert.equal(refused.status, 403)
  assert.match(refused.text, /permission-denied/)
  assert.deepEqual(asked, ['GET read', 'POST write'])
})

test('a bind beyond loopback without authorisation is refused', async () => {
  await assert.rejects(
    startHttpServer({ routes, port: 0, host: '0.0.0.0' }),
    (error: SluiceError) => error.code === 'invalid-setting' && error.message.includes('0.0.0.0'),
  )
})

test('a taken port is one clear error', async (t) => {
  const { port } = await serverFor(t)
  await assert.rejects(
    startHttpServer({ routes, port }),
    (error: SluiceError) => error.code === 'conflict' && error.message.includes(String(port)),
  )
})

test('closing lets the request under way finish, although its connection is kept alive', async () => {
  let finish: (() => void) | undefined
  const slow: Route = {
    method: 'GET',
    url: '/slow',
    permission: 'read',
    handler: () => new Promise((resolve) => (finish = () => resolve('done'))),
  }
  const server = await startHttpServer({ routes: [slow], port: 0 })
  const agent = new Agent({ keepAlive: true })
  const outgoing = httpRequest(`${server.url}/slow`, { agent })
  outgoing.end()
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  while (finish === undefined) await new Promise((resolve) => setImmediate(resolve))
  const closing = server.close()
  finish()
  const [response] = await answered
  assert.equal(response.statusCode, 200)
  response.resume()
  await closing
  agent.destroy()
})

test('closing ends event streams and does not wait beyond its deadline', async () => {
  const stuck: Route = { method: 'GET', url: '/stuck', permission: 'read', handler: () => new Promise(() => undefined) }
  const server = await startHttpServer({ routes: [...routes, stuck], port: 0, limits: { closeDeadlineMs: 50 } })
  const stream = send(`${server.url}/stream`)
  const hanging = send(`${server.url}/stuck`).catch((error: Error) => error.message)
  await send(`${server.url}/api/v1/things/a`)
  await server.close()
  assert.match((await stream).text, /id: 1\ndata: "hello"\n\n/)
  assert.match((await hanging) as string, /hang up|ECONNRESET/)
})
