import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { openSqlite } from '../../../test/database.test-support.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { echoScript, openServing, until, type ServingLab } from '../../serving/serving.test-support.ts'
import { azureMlScoringRoutes } from './routes.ts'

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

async function openEndpoint(
  t: TestContext,
  wishes: {
    readonly script?: string
    readonly isKeyRequired?: boolean
    readonly timeoutMs?: number
    readonly variables?: Readonly<Record<string, string>>
  } = {},
) {
  const lab: ServingLab = await openServing(t, await openSqlite(t))
  const { isKeyRequired = false, script = echoScript, timeoutMs, variables } = wishes
  const routes = azureMlScoringRoutes({ serving: lab.serving, isKeyRequired, version: '9.9.9' })
  const server = await startHttpServer({ routes, port: 0 })
  t.after(() => server.close())
  await lab.serving.deploy({
    endpoint: 'echo',
    deployment: 'blue',
    scoring: await lab.code(script),
    environmentVariables: { EXECUTIONS: `${lab.folder}/executions`, ...variables },
    ...(timeoutMs !== undefined && { request: { timeoutMs } }),
  })
  const send = (
    path: string,
    { method = 'POST', headers = {}, body = '' }: { method?: string; headers?: object; body?: string | Buffer } = {},
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(`${server.url}/endpoints/echo${path}`, { method, headers: { ...headers } }, (reply) => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('end', () =>
          resolve({
            status: reply.statusCode!,
            headers: reply.headers as Reply['headers'],
            text: Buffer.concat(chunks).toString(),
          }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  const json = (path: string, body: unknown, headers: object = {}) =>
    send(path, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  return { lab, server, send, json }
}

test('an answer carries the ids, the deployment and the time the model took', async (t) => {
  const { json } = await openEndpoint(t)
  const reply = await json('/score', { name: 'n' }, { 'x-ms-client-request-id': 'client-1' })
  assert.equal(reply.status, 200)
  assert.equal((JSON.parse(reply.text) as { name: string }).name, 'n')
  const { headers } = reply
  assert.match(headers['content-type']!, /^application\/json/)
  assert.equal(headers['azureml-model-deployment'], 'blue')
  assert.equal(headers['x-ms-client-request-id'], 'client-1')
  assert.equal(headers['x-ms-request-id'], 'client-1')
  assert.match(headers['x-request-id']!, /^[0-9a-f-]{36}$/)
  assert.match(headers['x-ms-run-fn-exec-ms']!, /^\d+\.\d{3}$/)
  assert.equal(headers['x-ms-run-function-failed'], 'False')
  assert.equal(headers['x-ms-server-version'], '9.9.9')
})

test('a raising model is a 424 that says what it raised', async (t) => {
  const { json } = await openEndpoint(t)
  const reply = await json('/score', { raise: 'too cold' })
  assert.equal(reply.status, 424)
  assert.deepEqual(JSON.parse(reply.text), {
    message: 'The model raised ValueError: too cold',
    error: {
      code: 'model-failed',
      message: 'The model raised ValueError: too cold',
      hint: "The traceback is in the deployment's log.",
    },
  })
  assert.equal(reply.headers['x-ms-run-function-failed'], 'True')
  assert.equal(reply.headers['ms-azureml-model-error-statuscode'], '500')
  assert.equal(reply.headers['azureml-model-deployment'], 'blue')
})

test('bodies that are wrong are 400, of another kind 415, ids that are too long 431', async (t) => {
  const { send, json } = await openEndpoint(t)
  const bad = await send('/score', { headers: { 'content-type': 'application/json' }, body: '{"a": ' })
  assert.deepEqual(
    [bad.status, JSON.parse(bad.text).message],
    [400, 'The body is not valid JSON: Expecting value: line 1 column 7 (char 6)'],
  )
  for (const contentType of ['application/xml', 'application/x-npy', 'application/json; charset=utf-16']) {
    const reply = await send('/score', { headers: { 'content-type': contentType }, body: '{}' })
    assert.equal(reply.status, 415, contentType)
  }
  assert.equal((await send('/score', { headers: { 'content-type': '' }, body: '{}' })).status, 200)
  const long = await json(
    '/score',
    {},
    { 'x-ms-client-request-id': 'x'.repeat(101), 'x-request-id': 'r', TraceId: 't' },
  )
  assert.equal(long.status, 431)
  const tooLong = 'x-ms-request-id and x-ms-client-request-id must not exceed 100 characters'
  assert.deepEqual(JSON.parse(long.text), { message: tooLong })
  const { 'x-request-id': id, 'x-ms-request-id': msId, traceid } = long.headers
  assert.deepEqual([id, msId, traceid], ['r', undefined, 't'])
})

test('GET gives a script its parameters as JSON', async (t) => {
  const { send } = await openEndpoint(t, { script: 'def init(): pass\ndef run(raw): return raw\n' })
  const reply = await send('/score?a=1&b=[1,2]&c=x', { method: 'GET' })
  assert.deepEqual([reply.status, JSON.parse(JSON.parse(reply.text) as string)], [200, { a: 1, b: [1, 2], c: 'x' }])
})

test('a script sees the headers of its request but not its key', async (t) => {
  const script = 'def init(): pass\ndef run(raw, request_headers): return request_headers\n'
  const { json } = await openEndpoint(t, { script })
  const reply = await json('/score', {}, { 'x-unit': '7', authorization: 'Bearer secret' })
  const seen = JSON.parse(reply.text) as Record<string, string>
  assert.deepEqual([seen['X-Unit'], seen['Content-Type'], seen['Authorization']], ['7', 'application/json', undefined])
})

test('the deployment that the header names answers, and 404 says which there are', async (t) => {
  const { lab, json } = await openEndpoint(t)
  const green = await lab.code('def init(): pass\ndef run(raw): return "green"\n')
  await lab.serving.deploy({ endpoint: 'echo', deployment: 'green', scoring: green })
  const pinned = await json('/score', {}, { 'azureml-model-deployment': 'green' })
  assert.deepEqual([pinned.text, pinned.headers['azureml-model-deployment']], ['"green"', 'green'])
  const missing = await json('/score', {}, { 'azureml-model-deployment': 'red' })
  assert.equal(missing.status, 404)
  assert.match(missing.text, /It has: blue, green/)
  await lab.serving.changeEndpoint('echo', { traffic: { blue: 0 } })
  assert.equal((await json('/score', {})).status, 404)
})

test('an endpoint with keys answers 401 without one', async (t) => {
  const { lab, json, send } = await openEndpoint(t)
  assert.equal((await json('/score', {})).status, 200, 'open, as it was made by deploying')
  await lab.serving.changeEndpoint('echo', { authMode: 'key' })
  assert.equal((await json('/score', {})).status, 401)
  assert.equal((await json('/invocations', {}, { authorization: 'Bearer wrong' })).status, 401)
  assert.equal((await send('/swagger.json', { method: 'GET' })).status, 401)
  const { primary, secondary } = await lab.serving.credentials('echo')
  for (const key of [primary, secondary])
    assert.equal((await json('/score', {}, { authorization: `Bearer ${key}` })).status, 200)
})

test('with authentication on every endpoint wants its key', async (t) => {
  const { lab, json } = await openEndpoint(t, { isKeyRequired: true })
  assert.equal((await json('/score', {})).status, 401)
  const { primary } = await lab.serving.credentials('echo')
  assert.equal((await json('/score', {}, { authorization: `Bearer ${primary}` })).status, 200)
})

test('health, version and description are where mlflow and Azure ML have them', async (t) => {
  const { lab, send } = await openEndpoint(t)
  const get = async (path: string) => {
    const { status, text } = await send(path, { method: 'GET' })
    return [status, text]
  }
  assert.deepEqual(await get('/ping'), [200, '\n'])
  assert.deepEqual(await get('/health'), [200, '\n'])
  assert.deepEqual(await get('/version'), [200, '9.9.9'])
  assert.match(String((await get('/swagger.json'))[1]), /^\{"swagger":"2\.0"/)
  assert.match(String((await get('/swagger.json?version=3'))[1]), /^\{"openapi":"3\.0\.3"/)
  assert.match(String((await get('/swagger.json?version=3.1'))[1]), /^\{"openapi":"3\.1\.0"/)
  const other = await send('/swagger.json?version=3.0a', { method: 'GET' })
  assert.deepEqual(
    [other.status, JSON.parse(other.text).message],
    [404, 'Swagger version [3.0a] is not valid. Supported versions: [2, 3, 3.1].'],
  )
  await lab.serving.changeEndpoint('echo', { traffic: {} })
  assert.deepEqual(await get('/ping'), [503, '\n'])
  await lab.serving.deleteEndpoint('echo')
  for (const path of ['/ping', '/version', '/swagger.json']) assert.equal((await get(path))[0], 404)
})

test('descriptions beside a script are given out in the place of ours, and its source directory is on the path', async (t) => {
  const script = `
import json, os
def init():
    root = os.environ["AML_APP_ROOT"]
    os.mkdir(f"{root}/library")
    with open(f"{root}/library/beside.py", "w") as file:
        file.write("answer = 42")
    for name, described in {"swagger.json": {"swagger": "2.0", "mine": 2}, "swagger3.json": {"openapi": "3.0.3", "mine": 3}}.items():
        with open(f"{root}/{name}", "w") as file:
            json.dump(described, file)
def run(data):
    import beside
    return beside.answer
`
  const { json, send } = await openEndpoint(t, { script, variables: { AZUREML_SOURCE_DIRECTORY: 'library' } })
  assert.equal((await json('/score', {})).text, '42')
  const described = async (query: string) =>
    JSON.parse((await send(`/swagger.json${query}`, { method: 'GET' })).text) as Record<string, unknown>
  assert.deepEqual(await described(''), { swagger: '2.0', mine: 2 })
  assert.deepEqual(await described('?version=3.0'), { openapi: '3.0.3', mine: 3 })
  assert.equal((await described('?version=3.1'))['openapi'], '3.1.0')
})

test('OPTIONS says what there is, another method is a 405, and a deployment names whose pages may ask it', async (t) => {
  const { lab, send } = await openEndpoint(t, {
    variables: { AML_CORS_ORIGINS: 'https://a.example,  https://b.example,' },
  })
  const options = await send('/score', { method: 'OPTIONS' })
  assert.deepEqual([options.status, options.text, options.headers['allow']], [200, '', 'GET, POST, OPTIONS'])
  for (const path of ['/score', '/invocations'])
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const other = await send(path, { method })
      assert.deepEqual([other.status, other.headers['allow']], [405, 'GET, POST'], `${method} ${path}`)
      assert.deepEqual(JSON.parse(other.text), { message: 'The method is not allowed for the requested URL.' })
    }
  assert.deepEqual(lab.serving.origins('echo'), ['https://a.example', 'https://b.example'])
  assert.deepEqual(lab.serving.origins('nothing'), [])
})

test('a client that sends slowly keeps nobody waiting', async (t) => {
  const { server, json } = await openEndpoint(t)
  const { port } = new URL(server.url)
  const slow = connect(Number(port), '127.0.0.1')
  t.after(() => slow.destroy())
  const received = new Promise<string>((resolve) => slow.once('data', (chunk) => resolve(chunk.toString())))
  slow.write(
    `POST /endpoints/echo/score HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"name"`,
  )
  for (let turn = 0; turn < 20; turn++) assert.equal((await json('/score', {})).status, 200)
  slow.write(': "slow"}')
  assert.match(await received, /^HTTP\/1\.1 200 [^]*"name": "slow"/)
})

test('the time limit is a 408, and a client that hangs up does not stop the next', async (t) => {
  const { lab, server, json } = await openEndpoint(t, { timeoutMs: 300 })
  const late = await json('/score', { wait_for: `${lab.folder}/release` })
  assert.equal(late.status, 408)
  const gone = httpRequest(`${server.url}/endpoints/echo/score`, { method: 'POST' })
  gone.on('error', () => undefined)
  gone.end('{"name": "gone"}')
  gone.once('finish', () => gone.destroy())
  // The worker that was too slow is replaced, and then all is well.
  await until(async () => (await json('/score', { name: 'next' })).status === 200)
})

test('/invocations speaks as mlflow models serve does: a model that raises is a 400, a parameter of a type a 415', async (t) => {
  const { json, send } = await openEndpoint(t)
  const raised = await json('/invocations', { raise: 'no root of it' })
  assert.equal(raised.status, 400)
  assert.equal(raised.headers['x-ms-run-function-failed'], 'True')
  assert.deepEqual(JSON.parse(raised.text), {
    error_code: 'BAD_REQUEST',
    message: 'The model raised ValueError: no root of it',
  })
  const old = await send('/invocations', {
    headers: { 'content-type': 'application/json; charset=utf-8; format=pandas-split' },
    body: '{}',
  })
  assert.equal(old.status, 415)
  assert.match(old.text, /unrecognized parameters: format/)
})

test('the page to try an endpoint with loads nothing, runs its own script only, and is there for endpoints only', async (t) => {
  const { send, server } = await openEndpoint(t)
  const page = await send('/docs', { method: 'GET' })
  assert.equal(page.status, 200)
  assert.match(page.headers['content-type']!, /^text\/html/)
  const policy = page.headers['content-security-policy']!
  assert.match(policy, /^default-src 'none'; /)
  for (const tag of ['style', 'script']) {
    const [, text] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page.text)!
    const digest = createHash('sha256').update(text!).digest('base64')
    assert.ok(policy.includes(`${tag}-src 'sha256-${digest}'`), tag)
  }
  assert.doesNotMatch(page.text, /https?:\/\//)
  assert.equal((await fetch(`${server.url}/endpoints/nothing/docs`)).status, 404)
})
