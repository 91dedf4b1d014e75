import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeServer, fakeToken } from '../../../test/fake-server.test-support.ts'

test('who names files of the server’s machine must be its user; a reference needs no more than the right to write', async (t) => {
  const server = await fakeServer()
  t.after(() => server.close())
  const ask = async (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const local = { 'x-sluice-local-token': fakeToken }
  const sent = await ask('model-packages', { model: 'diabetes:1', environment: 'azureml:e:1' })
  assert.equal(sent.status, 200)
  assert.equal(sent.headers.get('content-disposition'), 'attachment; filename="diabetes-1.tar"')
  const summary = JSON.parse(decodeURIComponent(sent.headers.get('x-sluice-summary')!)) as { notes: string[] }
  assert.deepEqual(summary.notes, ['a → note'])
  for (const files of [
    { path: '/models/m' },
    { model: 'm', code: '/code' },
    { model: 'm', base: '/base.tar' },
    { model: 'm', environment: '/conda.yaml' },
  ])
    assert.equal((await ask('model-packages', files)).status, 403, JSON.stringify(files))
  assert.equal((await ask('model-packages', { path: '/models/m', code: '/code' }, local)).status, 200)
  for (const [path, body] of [
    ['model-packages', {}],
    ['model-packages', { model: 'm', path: '/m' }],
    ['model-packages', { path: 'relative' }],
    ['model-packages', { model: 'm', format: 'zip' }],
    ['model-exports', { model: 'm' }],
  ] as const)
    assert.equal((await ask(path, body, local)).status, 400, JSON.stringify(body))
  assert.equal((await ask('model-exports', { path: '/m', format: 'onnx' })).status, 403)
  assert.equal((await ask('model-exports', { model: 'm', format: 'onnx' })).status, 200)
})
