import assert from 'node:assert/strict'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../server.ts'

const deploymentOf = (name: string, packages: string): string => `name: blue
endpoint_name: ${name}
code_configuration:
  code: ./${name}
  scoring_script: score.py
environment:
  conda_file:
    dependencies: [python=3.11, pip, {pip: [${packages}]}]
  image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
request_settings: {request_timeout_ms: 90000}
`

test("scripts that use Azure ML's own server run on it: schema decorators, raw HTTP, swagger", async (t) => {
  const server = await startServer(t)
  const folder = join(server.data, 'project')
  await mkdir(folder)
  // Neither names azureml-inference-server-http: it is added.
  for (const [name, packages] of [
    ['schema', 'numpy, pandas, "inference-schema"'],
    ['raw', ''],
  ] as const) {
    await cp(join(import.meta.dirname, name), join(folder, name), { recursive: true })
    const file = join(folder, `${name}.yml`)
    await writeFile(file, deploymentOf(name, packages))
    const { status, body } = await server.post(`/api/v1/endpoints/${name}/deploy`, { file })
    assert.equal(status, 200, JSON.stringify(body))
  }
  const ask = (path: string, options: RequestInit = {}) => fetch(`${server.url()}/endpoints/${path}`, options)
  const post = (path: string, body: unknown) =>
    ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  await t.test('the decorated arguments are what the script declares', async () => {
    const input = {
      table: [
        { a: 1.5, b: 'x' },
        { a: 3, b: 'y' },
      ],
      array: [[1, 2]],
    }
    const reply = await post('schema/score', { ...input, factor: 2 })
    assert.deepEqual([reply.status, await reply.json()], [200, { sum: 9, columns: ['a', 'b'], kind: 'ndarray' }])
    assert.equal(reply.headers.get('azureml-model-deployment'), 'blue')
    assert.match(reply.headers.get('x-ms-run-fn-exec-ms')!, /^\d+\.\d{3}$/)
    const defaulted = await post('schema/score', input)
    assert.equal(((await defaulted.json()) as { sum: number }).sum, 4.5)
  })
  await t.test('input that is not as declared is a 400, a script that raises a 424', async () => {
    const missing = await post('schema/score', { array: [[1, 2]] })
    assert.equal(missing.status, 400)
    assert.match(((await missing.json()) as { message: string }).message, /not provided for the 'table' parameter/)
    const wrong = await post('schema/score', { table: 5, array: [[1, 2]] })
    assert.equal(wrong.status, 400, await wrong.clone().text())
    assert.match(((await wrong.json()) as { message: string }).message, /does not match the declared schema/)
    const failed = await post('schema/score', { table: [{ a: 1, b: 'x' }], array: [[1, 2]], factor: 0 })
    assert.equal(failed.status, 424)
    assert.equal(failed.headers.get('x-ms-run-function-failed'), 'True')
    assert.match(((await failed.json()) as { message: string }).message, /ZeroDivisionError: the factor is 0/)
  })
  await t.test('the decorators make the description, in both versions of Swagger', async () => {
    for (const [query, key, version] of [
      ['', 'swagger', '2.0'],
      ['?version=3', 'openapi', '3.0.3'],
    ] as const) {
      const reply = await ask(`schema/swagger.json${query}`)
      assert.equal(reply.status, 200)
      const described = (await reply.json()) as Record<string, unknown>
      assert.equal(described[key], version)
      const text = JSON.stringify(described)
      assert.ok(text.includes('"factor"') && text.includes('"table"'), text)
      assert.ok(text.includes('/endpoints/schema/score'), text)
    }
  })
  await t.test('a raw script sees the request and answers with a status, headers and bytes of its own', async () => {
    const reversed = await ask('raw/score', {
      method: 'POST',
      headers: { 'content-type': 'image/x-any' },
      body: Buffer.from([1, 2, 255]),
    })
    assert.equal(reversed.status, 201)
    assert.deepEqual(Buffer.from(await reversed.arrayBuffer()), Buffer.from([255, 2, 1]))
    assert.equal(reversed.headers.get('x-length'), '3')
    assert.equal(reversed.headers.get('content-type'), 'application/octet-stream')
    const options = await ask('raw/score', { method: 'OPTIONS' })
    assert.deepEqual([options.status, await options.text()], [422, 'nothing to reverse'])
    const got = await ask('raw/score?a=1&b=x%20y')
    assert.deepEqual([got.status, await got.json()], [200, { got: { a: '1', b: 'x y' } }])
    const empty = await ask('raw/score', { method: 'POST', headers: { 'content-type': 'text/plain' } })
    assert.deepEqual([empty.status, await empty.text()], [422, 'nothing to reverse'])
    const broken = await ask('raw/score', {
      method: 'POST',
      headers: { 'content-type': 'application/x-broken' },
      body: 'x',
    })
    assert.equal(broken.status, 424)
    assert.match(((await broken.json()) as { message: string }).message, /RuntimeError: broken on purpose/)
    const own = await ask('raw/score', {
      method: 'POST',
      headers: { 'content-type': 'application/x-own-failure' },
      body: 'x',
    })
    assert.deepEqual([own.status, await own.json()], [503, { sorry: true }])
    assert.equal(own.headers.get('x-ms-run-function-failed'), 'True')
    assert.equal(own.headers.get('x-ms-run-function-duration'), '0.5')
    assert.deepEqual(own.headers.getSetCookie(), [
      'first=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/',
      'second=2; Path=/',
    ])
    const latin = await ask('raw/score', {
      method: 'POST',
      headers: { 'content-type': 'text/x-latin; charset=iso-8859-1' },
      body: Buffer.from([0xe9]),
    })
    assert.deepEqual([latin.status, await latin.json()], [200, 'é'])
  })
})
