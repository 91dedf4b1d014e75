import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import { trackingLab } from '../tracking/tracking.test-support.ts'
import { allowAllChanges } from './change-policy.ts'
import { modelRegistry } from './model-registry.ts'
import { by } from './registry.test-support.ts'
import { trackedOrigins } from './tracked-origins.ts'

databaseTest('a run and its logged model are found in tracking, and unknown ones are not', async (database) => {
  const tracking = trackingLab(database)
  const origins = trackedOrigins(tracking)
  const { runId, artifactUri } = (await tracking.runs.create({})).info
  const logModel = (name: string) => tracking.loggedModels.create({ experimentId: '0', name, sourceRunId: runId })
  const older = await logModel('model')
  const newer = await logModel('model')
  const gone = await logModel('gone')
  await tracking.loggedModels.delete(gone.modelId)
  assert.equal(await origins.runArtifactUri(runId), artifactUri)
  assert.equal(await origins.runArtifactUri('nope'), undefined)
  assert.deepEqual(await origins.loggedModel(older.modelId), {
    id: older.modelId,
    artifactUri: older.artifactUri,
    sourceRunId: runId,
  })
  assert.equal((await origins.loggedModelOfRun(runId, 'model'))?.id, newer.modelId)
  assert.equal(await origins.loggedModelOfRun(runId, 'gone'), undefined)
  assert.equal(await origins.loggedModelOfRun(runId, "it's' AND name != 'x"), undefined)
  assert.equal(await origins.loggedModelOfRun('nope', 'model'), undefined)
  assert.equal(await origins.loggedModel(gone.modelId), undefined)
})

databaseTest('a version registered from a run resolves to what was logged there', async (database) => {
  const tracking = trackingLab(database)
  const registry = modelRegistry({
    database,
    clock: tracking.clock,
    policy: allowAllChanges,
    origins: trackedOrigins(tracking),
    artifacts: {
      list: () => Promise.resolve([]),
      find: () => Promise.reject(new SluiceError('not-found', 'No such artifact')),
    },
  })
  const { runId, artifactUri } = (await tracking.runs.create({})).info
  const logged = await tracking.loggedModels.create({ experimentId: '0', name: 'model', sourceRunId: runId })
  await registry.models.create({ name: 'm', by })
  await registry.versions.create({ name: 'm', source: `${artifactUri}/model`, runId, by })
  await registry.versions.create({ name: 'm', source: `models:/${logged.modelId}`, loggedModelId: logged.modelId, by })
  assert.equal((await registry.resolve('m:1')).artifactPath, `0/${runId}/artifacts/model`)
  assert.equal((await registry.resolve('m:2')).artifactPath, `0/models/${logged.modelId}/artifacts`)
  assert.equal((await registry.resolve(`runs:/${runId}/model`)).loggedModelId, logged.modelId)
})

databaseTest('a logged model remembers what it was registered as, within what a tag can hold', async (database) => {
  const tracking = trackingLab(database)
  const { noteRegistration } = trackedOrigins(tracking)
  const { modelId } = await tracking.loggedModels.create({ experimentId: '0', name: 'model' })
  const noted = async () => {
    const tag = (await tracking.loggedModels.get(modelId)).tags.find(({ key }) => key === 'mlflow.modelVersions')
    assert.equal(tag!.value.startsWith('[{"name": "'), true, 'as Python writes it')
    return JSON.parse(tag!.value) as { name: string; version: number }[]
  }
  const note = (name: string, version: number) =>
    database.write((tables) => noteRegistration(tables, modelId, { name, version }))
  await note('a', 1)
  await note('b', 2)
  assert.deepEqual(await noted(), [
    { name: 'a', version: 1 },
    { name: 'b', version: 2 },
  ])
  for (let version = 3; version <= 40; version++) await note('n'.repeat(250), version)
  const versions = (await noted()).map(({ version }) => version)
  assert.ok(versions.length > 20 && JSON.stringify(await noted()).length <= 8000)
  assert.deepEqual(versions.slice(-3), [38, 39, 40])
  await tracking.loggedModels.setTags(modelId, [{ key: 'mlflow.modelVersions', value: 'not a list' }])
  await note('c', 1)
  assert.deepEqual(await noted(), [{ name: 'c', version: 1 }])
})
