import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import { checkName, type DeploymentSpec } from './deployment-spec.ts'
import {
  activateRevision,
  addRevision,
  failRevision,
  listCreatingRevisions,
  listDeployments,
  markDeploymentDeleting,
  removeDeployment,
  type RevisionKey,
} from './deployment-store.ts'

const spec: DeploymentSpec = {
  model: { from: 'artifacts', name: 'ridge', version: 3, artifactPath: '0/r/artifacts/model', baseName: 'model' },
  environmentVariables: { MODE: 'fast' },
  instanceCount: 2,
  traffic: 'first',
  request: { timeoutMs: 5000, maxWaiting: 10, retryAfterDeath: true },
}

const add = (database: Database, deployment = 'blue', endpoint = 'diabetes') =>
  database.write((tables) => addRevision(tables, { endpoint, deployment, spec }, 1000))
const activate = (database: Database, key: RevisionKey) =>
  database.write((tables) => activateRevision(tables, key, 2000))
const show = async (database: Database) => {
  const [deployment] = await listDeployments(database.read, 'diabetes')
  return [deployment?.active?.revision, deployment?.newest.revision, deployment?.newest.status]
}

databaseTest('a revision serves from the moment it is made ready, and retires the one before', async (database) => {
  const first = await add(database)
  assert.deepEqual(await show(database), [undefined, 1, 'creating'])
  assert.equal(await activate(database, first), true)
  assert.deepEqual(await show(database), [1, 1, 'ready'])
  const second = await add(database)
  assert.deepEqual(await show(database), [1, 2, 'creating'])
  assert.equal(await activate(database, second), true)
  const [deployment] = await listDeployments(database.read)
  assert.deepEqual(deployment, {
    endpoint: 'diabetes',
    name: 'blue',
    status: 'live',
    active: { ...second, status: 'ready' },
    newest: { ...second, status: 'ready' },
    createdMs: 1000,
    updatedMs: 2000,
  })
  assert.equal(await activate(database, first), false, 'what is retired does not come back')
})

databaseTest('a revision that fails leaves the one that serves in place and keeps the reason', async (database) => {
  await activate(database, await add(database))
  const second = await add(database)
  const error = { code: 'model-failed', message: 'The model did not start' } as const
  await database.write((tables) => failRevision(tables, second, { error, nowMs: 3000 }))
  assert.deepEqual(await show(database), [1, 2, 'failed'])
  const [deployment] = await listDeployments(database.read)
  assert.deepEqual(deployment?.newest, { ...second, status: 'failed', error, endedMs: 3000 })
})

databaseTest('of two revisions the newer serves, whichever is ready first', async (database) => {
  const older = await add(database)
  const newer = await add(database)
  assert.equal(await activate(database, newer), true)
  assert.equal(await activate(database, older), false)
  assert.deepEqual(await show(database), [2, 2, 'ready'])
  assert.deepEqual(await listCreatingRevisions(database.read), [])
})

databaseTest('revisions that were being created are found again, oldest first', async (database) => {
  const blue = await add(database)
  const green = await add(database, 'green')
  const other = await add(database, 'blue', 'other')
  await activate(database, green)
  assert.deepEqual(await listCreatingRevisions(database.read), [blue, other])
})

databaseTest('a deployment that is being deleted gets no revision and none serves in it', async (database) => {
  const first = await add(database)
  const key = { endpoint: 'diabetes', deployment: 'blue' }
  await database.write((tables) => markDeploymentDeleting(tables, key, 2000))
  await assert.rejects(add(database), { code: 'conflict' })
  assert.equal(await activate(database, first), false)
  await assert.rejects(
    database.write((tables) => markDeploymentDeleting(tables, key, 2000)),
    { message: 'The endpoint "diabetes" has no deployment "blue".' },
  )
  await database.write((tables) => removeDeployment(tables, 'diabetes', 'blue'))
  assert.deepEqual(await listDeployments(database.read), [])
  assert.equal((await add(database)).revision, 1)
})

test('names follow the rule of Azure ML', () => {
  for (const name of ['abc', 'A-1', 'a'.repeat(32)]) checkName('endpoint', name)
  for (const name of ['ab', '1abc', 'abc-', 'a_b', 'a'.repeat(33), '../x', 'é-endpoint', '', 'abc\n'])
    assert.throws(() => checkName('endpoint', name), {
      code: 'invalid-request',
      message: `"${name}" cannot be the name of an endpoint.`,
    })
  for (const name of ['b', 'blue_2', 'a'.repeat(64)]) checkName('deployment', name)
  for (const name of ['1abc', 'abc_', 'a.b', 'a'.repeat(65), '../x', '', 'abc\n'])
    assert.throws(() => checkName('deployment', name), {
      code: 'invalid-request',
      message: `"${name}" cannot be the name of a deployment.`,
      hint: /up to 64 letters, digits, hyphens and underscores/,
    })
})
