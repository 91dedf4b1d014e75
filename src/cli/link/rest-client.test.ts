import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { parseEvent, restClient } from './rest-client.ts'

async function clientOf(t: TestContext, listener: RequestListener, token?: string) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = restClient(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    token === undefined ? {} : { localToken: token },
  )
  t.after(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return client
}

const refusal = async (promise: Promise<unknown>): Promise<SluiceError> => {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof SluiceError)
    return error
  }
  return assert.fail('succeeded')
}

test('a call carries its method, path, token and JSON body, and brings back the answer', async (t) => {
  const client = await clientOf(
    t,
    (request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      request.on('end', () => {
        const { method, url, headers } = request
        response.end(
          JSON.stringify({ method, url, token: headers['x-sluice-local-token'], type: headers['content-type'], body }),
        )
      })
    },
    'secret',
  )
  assert.deepEqual(await client.post('/api/v1/x?y=1', { a: 'é' }), {
    method: 'POST',
    url: '/api/v1/x?y=1',
    token: 'secret',
    type: 'application/json',
    body: '{"a":"é"}',
  })
  assert.equal((await client.get<{ method: string; type?: string }>('/')).type, undefined)
})

test('an error of the server arrives as it was thrown', async (t) => {
  const at = { file: 'p.yml', line: 1, column: 2 }
  const body = { error: { code: 'conflict', message: 'no', hint: 'wait', at, diagnostics: [{ message: 'a', at }] } }
  const client = await clientOf(t, (_request, response) => {
    response.statusCode = 409
    response.end(JSON.stringify(body))
  })
  const { code, message, hint, at: where, diagnostics } = await refusal(client.get('/'))
  assert.deepEqual({ code, message, hint, at: where, diagnostics }, body.error)
})

test('an answer in other words, or with a code of a newer server, is still one clear error', async (t) => {
  const answers = ['<h1>Bad Gateway</h1>', '{"error":{"code":"brand-new","message":"new"}}']
  const client = await clientOf(t, (_request, response) => {
    response.statusCode = 502
    response.end(answers.shift())
  })
  assert.match((await refusal(client.get('/'))).message, /The server answered 502: <h1>Bad Gateway/)
  const newer = await refusal(client.get('/'))
  assert.deepEqual([newer.code, newer.message], ['internal', 'new'])
})

test('no server, a broken answer and an address that is none are told apart', async (t) => {
  assert.equal((await refusal(restClient('http://127.0.0.1:1').get('/'))).code, 'server-unreachable')
  const client = await clientOf(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{')
    setImmediate(() => response.destroy())
  })
  assert.equal((await refusal(client.get('/'))).code, 'server-unreachable')
  for (const url of ['nonsense', 'ftp://x', ''])
    assert.equal((await refusal(restClient(url).get('/'))).code, 'invalid-setting')
})

test('events come with name, id and data, across chunks; comments and the last half event are no events', async (t) => {
  const seen: (string | undefined)[] = []
  const client = await clientOf(t, (request, response) => {
    seen.push(request.headers.accept, request.headers['last-event-id'] as string)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 1000\n\n: alive\n\nevent: log\nid: 7\nda')
    setImmediate(() => response.end('ta: {"a":\ndata: 1}\n\ndata: 2'))
  })
  const events = []
  for await (const event of client.events('/stream', { lastEventId: '6' })) events.push(event)
  assert.deepEqual(events, [{ event: 'log', id: '7', data: { a: 1 } }])
  assert.deepEqual(seen, ['text/event-stream', '6'])
  assert.equal(parseEvent(': comment'), undefined)
})

test('a stream ends quietly when it is aborted, with an error when the line breaks, and when there is none', async (t) => {
  const client = await clientOf(t, (request, response) => {
    if (request.url === '/none') return void response.end('{}')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: 1\n\n')
    if (request.url === '/broken') setImmediate(() => response.destroy())
  })
  const stop = new AbortController()
  for await (const event of client.events('/open', { signal: stop.signal })) {
    assert.equal(event.data, 1)
    stop.abort()
  }
  const drain = async (path: string) => {
    for await (const event of client.events(path)) assert.equal(event.data, 1)
  }
  assert.equal((await refusal(drain('/broken'))).code, 'server-unreachable')
  assert.equal((await refusal(drain('/none'))).code, 'not-supported')
})
