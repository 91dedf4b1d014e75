import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { openSqlite } from '../../../test/database.test-support.ts'
import { openContentLab } from '../../artifacts/content-lab.test-support.ts'
import { databaseArtifactStore } from '../../artifacts/database-artifact-store.ts'
import type { Clock } from '../../base/clock.ts'
import type { JobName } from '../../base/ids.ts'
import { allowAllChanges, type ChangePolicy } from '../../registry/change-policy.ts'
import { modelRegistry } from '../../registry/model-registry.ts'
import { trackedOrigins } from '../../registry/tracked-origins.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingStore } from '../../tracking/tracking-store.ts'
import { mlflowRegistryRoutes } from './registry-routes.ts'

interface Answer {
  readonly status: number
  readonly body: Record<string, never>
}

/** The registry's routes over real HTTP, on an empty store of its own. */
async function registryLab(t: TestContext, policy: ChangePolicy = allowAllChanges) {
  const database = await openSqlite(t)
  let nowMs = 1_800_000_000_000
  const clock: Clock = { now: () => nowMs++, after: () => () => undefined }
  const tracking = trackingStore({ database, clock, random: randomBytes })
  const artifacts = databaseArtifactStore({
    database,
    content: openContentLab(database, t).store,
    clock,
  })
  const registry = modelRegistry({ database, clock, policy, origins: trackedOrigins(tracking), artifacts })
  const routes = mlflowRegistryRoutes({
    registry,
    artifacts,
    principalOf: () => ({ kind: 'job', name: 'brave_otter_x' as JobName }),
  })
  const server = await startHttpServer({ routes, port: 0 })
  t.after(() => server.close())

  async function call(method: string, path: string, message?: object | string): Promise<Answer> {
    const isQuery = method === 'GET' && typeof message === 'object'
    const query = isQuery ? `?${new URLSearchParams(message as Record<string, string>)}` : ''
    const response = await fetch(`${server.url}${path}${query}`, {
      method,
      ...(message !== undefined &&
        !isQuery && {
          body: typeof message === 'string' ? message : JSON.stringify(message),
          headers: { 'content-type': 'application/json' },
        }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: (isJson ? JSON.parse(text) : { text }) as Answer['body'] }
  }
  const models = '/api/2.0/mlflow/registered-models'
  const versions = '/api/2.0/mlflow/model-versions'
  return { registry, tracking, artifacts, call, models, versions }
}

test('a model, its version, alias and stage go through the protocol and come back in its words', async (t) => {
  const { call, models, versions } = await registryLab(t)
  const at = 1_800_000_000_000
  assert.deepEqual(
    await call('POST', `${models}/create`, { name: 'm', tags: [{ key: 'k', value: 'v' }, { key: 'e' }] }),
    {
      status: 200,
      body: {
        registered_model: {
          name: 'm',
          creation_timestamp: at,
          last_updated_timestamp: at,
          tags: [
            { key: 'e', value: '' },
            { key: 'k', value: 'v' },
          ],
        },
      },
    },
  )
  const version = {
    name: 'm',
    version: '1',
    creation_timestamp: at + 1,
    last_updated_timestamp: at + 1,
    current_stage: 'None',
    description: '',
    source: 's3://b/m',
    run_id: '',
    run_link: '',
    status: 'READY',
  }
  const created = await call('POST', `${versions}/create`, { name: 'm', source: 's3://b/m' })
  assert.deepEqual(created.body, { model_version: version })
  assert.deepEqual((await call('POST', `${models}/alias`, { name: 'm', alias: 'champion', version: '1' })).body, {})
  const withAlias = { model_version: { ...version, aliases: ['champion'] } }
  assert.deepEqual((await call('GET', `${models}/alias`, { name: 'm', alias: 'champion' })).body, withAlias)
  const staged = await call('POST', `${versions}/transition-stage`, { name: 'm', version: '1', stage: 'production' })
  const inProduction = { ...withAlias.model_version, current_stage: 'Production', last_updated_timestamp: at + 3 }
  assert.deepEqual(staged.body, { model_version: inProduction })
  const { aliases: _aliases, ...withoutAliases } = inProduction
  assert.deepEqual((await call('GET', `${models}/get`, { name: 'm' })).body, {
    registered_model: {
      name: 'm',
      creation_timestamp: at,
      last_updated_timestamp: at + 3,
      latest_versions: [withoutAliases],
      tags: [
        { key: 'e', value: '' },
        { key: 'k', value: 'v' },
      ],
      aliases: [{ alias: 'champion', version: '1' }],
    },
  })
  assert.deepEqual((await call('GET', `${versions}/get-download-uri`, { name: 'm', version: '1' })).body, {
    artifact_uri: 's3://b/m',
  })
})

test('DELETE and PATCH carry JSON bodies, and every call has its twin for MLflow pages', async (t) => {
  const { call, models, versions, registry } = await registryLab(t)
  const twin = (path: string) => path.replace('/api/', '/ajax-api/')
  await call('POST', twin(`${models}/create`), { name: 'm' })
  await call('POST', `${versions}/create`, { name: 'm', source: 's3://b/m' })
  const described = await call('PATCH', `${models}/update`, { name: 'm', description: 'new' })
  assert.equal(described.body['registered_model']!['description'], 'new')
  await call('PATCH', twin(`${versions}/update`), { name: 'm', version: '1', description: 'words' })
  assert.equal((await registry.versions.get({ name: 'm', version: 1 })).description, 'words')
  await call('PATCH', `${versions}/update`, { name: 'm', version: '1' })
  assert.equal((await registry.versions.get({ name: 'm', version: 1 })).description, undefined)
  await call('POST', `${models}/set-tag`, { name: 'm', key: 'a', value: '1' })
  await call('POST', `${versions}/set-tag`, { name: 'm', version: '1', key: 'a' })
  assert.deepEqual((await registry.versions.get({ name: 'm', version: 1 })).tags, { a: '' })
  await call('DELETE', `${models}/delete-tag`, { name: 'm', key: 'a' })
  await call('DELETE', `${versions}/delete-tag`, { name: 'm', version: '1', key: 'a' })
  assert.deepEqual((await registry.models.get('m')).tags, {})
  await call('POST', `${models}/alias`, { name: 'm', alias: 'x', version: '1' })
  assert.deepEqual(await call('DELETE', `${models}/alias`, { name: 'm', alias: 'x' }), { status: 200, body: {} })
  assert.deepEqual(await call('DELETE', `${versions}/delete`, { name: 'm', version: '1' }), { status: 200, body: {} })
  assert.equal(
    (await call('POST', `${models}/rename`, { name: 'm', new_name: 'n' })).body['registered_model']!['name'],
    'n',
  )
  assert.deepEqual(await call('DELETE', `${models}/delete`, { name: 'n' }), { status: 200, body: {} })
  assert.equal((await call('GET', `${models}/get`, { name: 'n' })).status, 404)
})

test('mistakes are answered with the code, status and text that clients know', async (t) => {
  const { call, models, versions } = await registryLab(t)
  await call('POST', `${models}/create`, { name: 'm' })
  await call('POST', `${versions}/create`, { name: 'm', source: 's3://b/m' })
  const missing = (name: string) => `Missing value for required parameter '${name}'. See the API docs`
  const table: [string, string, object | string, number, string, string][] = [
    [
      'POST',
      `${models}/create`,
      { name: 'm' },
      400,
      'RESOURCE_ALREADY_EXISTS',
      'Registered Model (name=m) already exists.',
    ],
    ['POST', `${models}/create`, {}, 400, 'INVALID_PARAMETER_VALUE', missing('name')],
    ['POST', `${models}/create`, { name: '' }, 400, 'INVALID_PARAMETER_VALUE', missing('name')],
    ['POST', `${models}/create`, 'not json', 400, 'INVALID_PARAMETER_VALUE', missing('name')],
    [
      'POST',
      `${models}/create`,
      { name: 123 },
      400,
      'INVALID_PARAMETER_VALUE',
      "Invalid value 123 for parameter 'name' supplied",
    ],
    ['GET', `${models}/get`, { name: 'x' }, 404, 'RESOURCE_DOES_NOT_EXIST', 'Registered Model with name=x not found'],
    ['GET', `${versions}/get`, { name: 'm' }, 400, 'INVALID_PARAMETER_VALUE', missing('version')],
    [
      'GET',
      `${versions}/get`,
      { name: 'm', version: '9' },
      404,
      'RESOURCE_DOES_NOT_EXIST',
      'Model Version (name=m, version=9) not found',
    ],
    [
      'GET',
      `${versions}/get`,
      { name: 'm', version: 'one' },
      400,
      'INVALID_PARAMETER_VALUE',
      "Parameter 'version' must be an integer, got 'one'.",
    ],
    [
      'POST',
      `${models}/alias`,
      { name: 'm', alias: 'v1', version: '1' },
      400,
      'INVALID_PARAMETER_VALUE',
      "Version alias name 'v1' is reserved.",
    ],
    [
      'GET',
      `${models}/alias`,
      { name: 'm', alias: 'x' },
      400,
      'INVALID_PARAMETER_VALUE',
      'Registered model alias x not found.',
    ],
    [
      'POST',
      `${versions}/create`,
      { name: 'm', source: '/etc/passwd' },
      400,
      'INVALID_PARAMETER_VALUE',
      "Invalid model version source: '/etc/passwd'.",
    ],
    [
      'POST',
      `${versions}/transition-stage`,
      { name: 'm', version: '1', stage: 'x' },
      400,
      'INVALID_PARAMETER_VALUE',
      'Invalid Model Version stage: x.',
    ],
    [
      'GET',
      `${models}/search`,
      { filter: "foo = 'x'" },
      400,
      'INVALID_PARAMETER_VALUE',
      "Invalid attribute key 'foo' specified.",
    ],
    ['GET', `${models}/search`, { page_token: 'x' }, 400, 'INVALID_PARAMETER_VALUE', 'Invalid page token'],
  ]
  for (const [method, path, message, status, code, text] of table) {
    const answer = await call(method, path, message)
    const label = `${method} ${path} ${JSON.stringify(message)}`
    assert.deepEqual([answer.status, answer.body['error_code']], [status, code], label)
    assert.ok(String(answer.body['message']).startsWith(text), `${label}: ${answer.body['message']}`)
  }
})

test('a call that does not exist is a 404 without JSON, so that clients fall back', async (t) => {
  const { call, models } = await registryLab(t)
  for (const path of [`${models}/list`, '/api/3.0/mlflow/registered-models/get'])
    assert.deepEqual(await call('GET', path), { status: 404, body: { text: 'Not found' } })
})

test('searches page, repeat keys for lists, and hide prompts', async (t) => {
  const { call, models, versions } = await registryLab(t)
  for (const name of ['a', 'b', 'c']) await call('POST', `${models}/create`, { name })
  const prompt = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]
  await call('POST', `${models}/create`, { name: 'p', tags: prompt })
  await call('POST', `${versions}/create`, { name: 'p', source: 'dummy-source', tags: prompt })
  const names = (answer: Answer) =>
    ((answer.body['registered_models'] ?? []) as { name: string }[]).map(({ name }) => name)
  const first = await call('GET', `${models}/search?max_results=2&order_by=timestamp+DESC&order_by=name`)
  assert.deepEqual(names(first), ['c', 'b'])
  const token = encodeURIComponent(first.body['next_page_token']!)
  const second = await call(
    'GET',
    `${models}/search?max_results=2&order_by=timestamp+DESC&order_by=name&page_token=${token}`,
  )
  assert.deepEqual([names(second), 'next_page_token' in second.body], [['a'], false])
  const filter = "tag.`mlflow.prompt.is_prompt` = 'true'"
  assert.deepEqual(names(await call('GET', `${models}/search`, { filter })), ['p'])
  assert.deepEqual((await call('GET', `${versions}/search`, { filter: "name = 'p'" })).body, {})
  const found = await call('GET', `${versions}/search`, { filter: `name = 'p' AND ${filter}` })
  assert.equal((found.body['model_versions']! as { version: string }[])[0]!.version, '1')
})

test('the newest versions are asked for with GET and with POST', async (t) => {
  const { call, models, versions } = await registryLab(t)
  await call('POST', `${models}/create`, { name: 'm' })
  for (const stage of ['Staging', 'Production']) {
    const { body } = await call('POST', `${versions}/create`, { name: 'm', source: 's3://b/m' })
    await call('POST', `${versions}/transition-stage`, { name: 'm', version: body['model_version']!['version'], stage })
  }
  const stages = (answer: Answer) =>
    (answer.body['model_versions'] as { current_stage: string }[] | undefined)?.map((version) => version.current_stage)
  const path = `${models}/get-latest-versions`
  assert.deepEqual(stages(await call('GET', `${path}?name=m`)), ['Staging', 'Production'])
  assert.deepEqual(stages(await call('GET', `${path}?name=m&stages=Production`)), ['Production'])
  assert.deepEqual(stages(await call('POST', path, { name: 'm', stages: ['staging', 'None'] })), ['Staging'])
})

test('who changed what is the caller, and a gate that refuses answers 403', async (t) => {
  const { call, models, versions, registry } = await registryLab(t, {
    allow: (_tables, change) =>
      Promise.resolve(
        change.kind === 'move-alias' && change.fromVersion !== undefined
          ? { isAllowed: false, reason: 'The release gate has not approved version 2.' }
          : { isAllowed: true },
      ),
  })
  await call('POST', `${models}/create`, { name: 'm' })
  for (const source of ['s3://b/1', 's3://b/2']) await call('POST', `${versions}/create`, { name: 'm', source })
  await call('POST', `${models}/alias`, { name: 'm', alias: 'champion', version: '1' })
  assert.deepEqual(await call('POST', `${models}/alias`, { name: 'm', alias: 'champion', version: '2' }), {
    status: 403,
    body: {
      error_code: 'PERMISSION_DENIED',
      message: 'The release gate has not approved version 2.',
      sqlstate: 'KAM00',
      error_class: 'PERMISSION_DENIED',
    },
  })
  assert.deepEqual(
    (await registry.models.transitions('m')).items.map(({ by }) => by),
    ['job:brave_otter_x'],
  )
})

test('a file of a version is downloaded from where the version lies, and from nowhere else', async (t) => {
  const { call, models, versions, tracking, artifacts } = await registryLab(t)
  const { runId, artifactUri } = (await tracking.runs.create({})).info
  await artifacts.write(`0/${runId}/artifacts/model/MLmodel`, Readable.from(['flavors: {}']))
  await artifacts.write(`0/${runId}/artifacts/secret.txt`, Readable.from(['secret']))
  await call('POST', `${models}/create`, { name: 'm' })
  await call('POST', `${versions}/create`, { name: 'm', source: `${artifactUri}/model`, run_id: runId })
  const file = (path: string) => call('GET', '/model-versions/get-artifact', { name: 'm', version: '1', path })
  assert.deepEqual(await file('MLmodel'), { status: 200, body: { text: 'flavors: {}' } })
  assert.equal((await file('nothing')).status, 404)
  for (const path of ['../secret.txt', '..%2fsecret.txt', '%2e%2e/secret.txt', '/etc/passwd', '..\\secret.txt']) {
    const answer = await file(path)
    assert.ok(answer.status === 400 || answer.status === 404, `${path}: ${answer.status}`)
    assert.doesNotMatch(JSON.stringify(answer.body), /"secret"/)
  }
})
