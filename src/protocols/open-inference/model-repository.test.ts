import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { startHttpServer } from '../../server/http-server.ts'
import type { ServedModel } from '../../serving/served-model.ts'
import { indexModels } from './model-repository.ts'
import { openInferenceRoutes } from './routes.ts'

const blue: ServedModel = { deployment: 'blue', traffic: 100, isReady: true, name: 'diabetes', version: 3 }
const green: ServedModel = { deployment: 'green', traffic: 0, isReady: false }

test('the index has every deployment under a name that the endpoint answers to', () => {
  const all = { endpoint: 'sugar', isReadyOnly: false }
  const ready = { name: 'diabetes', version: '3', state: 'READY', reason: '' }
  assert.deepEqual(indexModels([blue, green], all), [
    ready,
    { name: 'green', state: 'UNAVAILABLE', reason: 'no worker is ready' },
  ])
  assert.deepEqual(indexModels([blue, green], { ...all, isReadyOnly: true }), [ready])
  assert.equal(indexModels([green], all)[0]!.name, 'sugar')
})

test('over HTTP: the index, a load of what is there, and refusals that clients can read', async (t) => {
  const serving = {
    score: () => assert.fail('nobody asks a model'),
    isReady: () => true,
    models: () => [blue, green],
    authorise: async (_endpoint: string, key: string | undefined) => {
      if (key === 'wrong') throw new SluiceError('unauthenticated', 'This is not the key.')
    },
  }
  const routes = openInferenceRoutes({ serving, isKeyRequired: false, version: '1' })
  const server = await startHttpServer({ routes, port: 0 })
  t.after(() => server.close())
  const ask = async (path: string, body?: string, headers: Record<string, string> = {}) => {
    const options = { method: 'POST', headers, ...(body !== undefined && { body }) }
    const reply = await fetch(`${server.url}/endpoints/sugar/v2/${path}`, options)
    const answer = (await reply.json()) as { readonly error?: string } & readonly object[]
    return [reply.status, answer.error ?? answer] as const
  }
  assert.deepEqual(await ask('repository/index'), [
    200,
    indexModels([blue, green], { endpoint: 'sugar', isReadyOnly: false }),
  ])
  assert.deepEqual(await ask('repository/index', '{"ready": true}'), [
    200,
    [indexModels([blue], { endpoint: 'sugar', isReadyOnly: true })[0]],
  ])
  assert.deepEqual(await ask('repository/index', '{"ready": 1}'), [400, '"ready" is 1; it is true or false.'])
  assert.deepEqual(await ask('repository/index', '[]'), [400, 'The body must be a JSON object, or empty.'])
  assert.deepEqual(await ask('repository/index', '', { authorization: 'Bearer wrong' }), [401, 'This is not the key.'])
  assert.deepEqual(await ask('repository/models/diabetes/load', '{"parameters": {}}'), [200, {}])
  assert.equal((await ask('repository/models/green/load'))[0], 503)
  assert.equal((await ask('repository/models/diabetes/load', '{"parameters": {"config": "{}"}}'))[0], 501)
  assert.equal((await ask('repository/models/nothing/load'))[0], 404)
  assert.deepEqual(await ask('repository/models/diabetes/unload'), [
    501,
    '"diabetes" stays loaded as long as it is deployed. Take it away with: sluice deployment delete.',
  ])
  assert.deepEqual(await ask('systemsharedmemory/status?x=1'), [
    404,
    'There is no POST /v2/systemsharedmemory/status here.',
  ])
})
