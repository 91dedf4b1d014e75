import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openSqlite } from '../../test/database.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import type { OnlineDeploymentDocument, OnlineEndpointDocument } from '../spec/asset-documents.ts'
import type { Document } from '../spec/documents.ts'
import { loadValidDocument } from '../spec/load-document.ts'
import { applyEndpointDocument, deployRequestOf } from './deploy-document.ts'
import { openServing, temporaryFolder } from './serving.test-support.ts'

async function load<Kind extends Document['kind']>(t: TestContext, kind: Kind, text: string) {
  const folder = await temporaryFolder(t)
  for (const name of ['code', 'model']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'code', 'score.py'), 'def init(): pass\ndef run(raw): return raw\n')
  const file = join(folder, 'document.yml')
  const texts = new Map([[file, text]])
  const { document } = await loadValidDocument({ file, readText: async (path) => texts.get(path) ?? assert.fail(path) })
  assert.equal(document.kind, kind)
  return { folder, document: document as Extract<Document, { kind: Kind }> }
}

const deployment = (t: TestContext, text: string): Promise<{ folder: string; document: OnlineDeploymentDocument }> =>
  load(t, 'online-deployment', `name: blue\nendpoint_name: lines\ninstance_type: Standard_DS3_v2\n${text}`)
const endpoint = async (t: TestContext, text: string): Promise<OnlineEndpointDocument> =>
  (await load(t, 'online-endpoint', `name: lines\nauth_mode: key\n${text}`)).document

const schema = '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\n'
const resolveEnvironment = async () => ({ kind: 'curated', registry: 'azureml', name: 'sklearn-1.5' }) as const

test('a deployment document is asked for as it is written', async (t) => {
  const { folder, document } = await deployment(
    t,
    `model: {path: ./model}
code_configuration: {code: ./code, scoring_script: score.py}
environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest
environment_variables: {MODE: fast, N: 3}
instance_count: 3
request_settings: {request_timeout_ms: 9000, max_concurrent_requests_per_instance: 4, max_queue_wait_ms: 700}
data_collector: {collections: {model_inputs: {enabled: 'true'}}}
`,
  )
  assert.deepEqual(
    JSON.parse(
      JSON.stringify(await deployRequestOf(document, { endpoint: 'lines', resolveEnvironment, traffic: 'all' })),
    ),
    {
      endpoint: 'lines',
      deployment: 'blue',
      model: { kind: 'local', path: join(folder, 'model') },
      scoring: { code: join(folder, 'code'), script: 'score.py' },
      environment: { kind: 'curated', registry: 'azureml', name: 'sklearn-1.5' },
      environmentVariables: { MODE: 'fast', N: '3' },
      instanceCount: 3,
      request: { timeoutMs: 9000, maxWaiting: 24, maxQueueWaitMs: 700 },
      dataCollector: { collections: { model_inputs: { enabled: true } } },
      traffic: 'all',
    },
  )
})

test('request settings that a document does not write are ours', async (t) => {
  const { document } = await deployment(t, 'model: azureml:diabetes@champion\ninstance_count: 1\n')
  const { request, model, environment } = await deployRequestOf(document, { endpoint: 'lines', resolveEnvironment })
  assert.deepEqual(request, { timeoutMs: 5000 })
  assert.deepEqual(model, { kind: 'reference', reference: 'azureml:diabetes@champion' })
  assert.equal(environment, undefined)
})

test('who deploys says the endpoint, also of a document that names none or another', async (t) => {
  for (const named of ['', 'endpoint_name: lines\n']) {
    const { document } = await load(t, 'online-deployment', `${schema}name: blue\n${named}model: azureml:diabetes:1\n`)
    const request = await deployRequestOf(document, { endpoint: 'squares', resolveEnvironment })
    assert.deepEqual([request.endpoint, request.deployment], ['squares', 'blue'])
  }
})

test('an endpoint document makes an endpoint with keys, and changes it when it is there', async (t) => {
  const { serving, code } = await openServing(t, await openSqlite(t))
  const made = await applyEndpointDocument(serving, await endpoint(t, 'tags: {team: a}\n'))
  assert.deepEqual([made.authMode, made.traffic, { ...made.tags }], ['key', {}, { team: 'a' }])
  for (const name of ['blue', 'green'])
    await serving.deploy({
      endpoint: 'lines',
      deployment: name,
      scoring: await code('def init(): pass\ndef run(r): pass\n'),
    })
  const silent = await applyEndpointDocument(serving, await endpoint(t, 'description: for lines\n'))
  assert.deepEqual([silent.traffic, silent.description], [{ blue: 100 }, 'for lines'])
  const shifted = await applyEndpointDocument(serving, await endpoint(t, 'traffic: {blue: 90, green: 10}\n'))
  assert.deepEqual({ ...shifted.traffic }, { blue: 90, green: 10 })
  const mirrored = await applyEndpointDocument(serving, await endpoint(t, 'mirror_traffic: {green: 10}\n'))
  assert.deepEqual([{ ...mirrored.traffic }, { ...mirrored.mirrorTraffic }], [{ blue: 90, green: 10 }, { green: 10 }])
  await assert.rejects(applyEndpointDocument(serving, await endpoint(t, 'traffic: {red: 100}\n')), {
    code: 'invalid-request',
    message: /there is no deployment "red"/,
  })
})

test('a new endpoint cannot have traffic: its deployments do not exist yet', async (t) => {
  const { serving } = await openServing(t, await openSqlite(t))
  await assert.rejects(applyEndpointDocument(serving, await endpoint(t, 'traffic: {blue: 100}\n')), (error) => {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.message, 'The new endpoint "lines" has no deployment "blue" yet.')
    assert.equal(error.at?.line, 3)
    return true
  })
  assert.deepEqual(await serving.list(), [])
})
