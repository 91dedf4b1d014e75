import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { resolveModel } from './resolve-model.ts'
import { by, logged, loggedUri, openRegistry, otherRun, run, runUri } from './registry.test-support.ts'

const folder = `7/${run}/artifacts/model`

databaseTest('every name of a version leads to its files, run and tags', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('diabetes', 0)
  await registry.versions.create({ name: 'diabetes', source: `${runUri}/model`, runId: run, tags: { k: 'v' }, by })
  await registry.versions.create({ name: 'diabetes', source: `models:/${logged}`, loggedModelId: logged, by })
  await registry.aliases.set({ name: 'diabetes', alias: 'champion', version: 1, by })
  await registry.versions.changeStage({ name: 'diabetes', version: 1, stage: 'Production', by })
  const first = { name: 'diabetes', version: 1, artifactPath: folder, runId: run, tags: { k: 'v' } }
  for (const text of [
    'azureml:diabetes:1',
    'azureml:diabetes@champion',
    'models:/diabetes/1',
    'models:/diabetes/production',
  ])
    assert.deepEqual(await registry.resolve(text), first, text)
  const second = {
    name: 'diabetes',
    version: 2,
    artifactPath: `7/models/${logged}/artifacts`,
    runId: run,
    loggedModelId: logged,
    tags: {},
  }
  for (const text of ['diabetes', 'azureml:diabetes@latest', 'models:/diabetes/latest'])
    assert.deepEqual(await registry.resolve(text), second, text)
})

databaseTest('a run path is a folder or file of the run, or else its logged model of that name', async (database) => {
  const { registry, files } = openRegistry(database)
  const asLogged = { artifactPath: `7/models/${logged}/artifacts`, runId: run, loggedModelId: logged, tags: {} }
  assert.deepEqual(await registry.resolve(`runs:/${run}/model`), asLogged)
  files.add(`${folder}/MLmodel`)
  assert.deepEqual(await registry.resolve(`runs:/${run}/model`), { artifactPath: folder, runId: run, tags: {} })
  assert.deepEqual(await registry.resolve(`runs:/${run}/model/MLmodel`), {
    artifactPath: `${folder}/MLmodel`,
    runId: run,
    tags: {},
  })
  await assert.rejects(registry.resolve(`runs:/${run}/nothing`), {
    code: 'not-found',
    message: `Run '${run}' has no model and no artifacts at 'nothing'.`,
  })
  await assert.rejects(registry.resolve('runs:/unknown/model'), {
    code: 'not-found',
    message: "Run 'unknown' not found.",
  })
})

databaseTest('a version registered from runs:/ is followed the same way, as that version', async (database) => {
  const { registry, model, files } = openRegistry(database)
  await model('m', 0)
  await registry.versions.create({ name: 'm', source: `runs:/${run}/model`, runId: run, by })
  files.add(`${folder}/MLmodel`)
  const found = await registry.resolve('m:1')
  assert.deepEqual(found, { name: 'm', version: 1, artifactPath: folder, runId: run, tags: {} })
})

databaseTest('a logged model is found by its id', async (database) => {
  const { registry } = openRegistry(database)
  assert.deepEqual(await registry.resolve(`models:/${logged}`), {
    artifactPath: loggedUri.slice('mlflow-artifacts:/'.length),
    loggedModelId: logged,
    runId: run,
    tags: {},
  })
  const unknown = `m-${'0'.repeat(32)}`
  await assert.rejects(registry.resolve(`models:/${unknown}`), {
    message: `Logged model with ID '${unknown}' not found.`,
  })
})

databaseTest('a logged model whose files lie elsewhere is refused as such', async (database) => {
  const { origins } = openRegistry(database)
  const elsewhere = {
    ...origins,
    loggedModel: (id: string) => Promise.resolve({ id, artifactUri: 's3://b/m', sourceRunId: '' }),
  }
  const parts = {
    database,
    origins: elsewhere,
    artifacts: { list: () => Promise.resolve([]), find: () => Promise.reject(new Error('disk failed')) },
  }
  await assert.rejects(resolveModel(parts, `models:/${logged}`), {
    code: 'not-supported',
    message: `The logged model ${logged} lies at s3://b/m, outside this server's artifact store.`,
  })
  await assert.rejects(resolveModel(parts, `runs:/${run}/model`), /disk failed/)
})

databaseTest('what does not exist is named, with what does', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 1)
  await model('empty', 0)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  const table = [
    ['nope', 'Registered Model with name=nope not found', /sluice model list/],
    ['m:9', 'Model Version (name=m, version=9) not found', /sluice model show m/],
    ['m@challenger', 'Registered model alias challenger not found.', /^The aliases of "m": champion \(version 1\)\.$/],
    ['empty@champion', 'Registered model alias champion not found.', /^The model "empty" has no aliases yet\.$/],
    ['empty', 'Latest version not found for model empty.', undefined],
    ['models:/m/Staging', "No versions of model with name 'm' and stage 'Staging' found", undefined],
  ] as const
  for (const [text, message, hint] of table) {
    const expected = { code: 'not-found', message, ...(hint !== undefined && { hint }) }
    await assert.rejects(registry.resolve(text), expected, text)
  }
  await assert.rejects(registry.resolve('models:/m/Bogus'), { code: 'invalid-request' })
})

databaseTest('files that lie elsewhere, and prompts, are refused as such', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 1)
  await assert.rejects(registry.resolve('m:1'), {
    code: 'not-supported',
    message: `Version 1 of model "m" lies at s3://models/m/1, outside this server's artifact store.`,
  })
  const tags = { 'mlflow.prompt.is_prompt': 'true' }
  await registry.models.create({ name: 'p', tags, by })
  await registry.versions.create({ name: 'p', source: 'dummy-source', tags, by })
  await assert.rejects(registry.resolve('p:1'), { code: 'invalid-reference', message: /"p" is a prompt/ })
})

databaseTest('a version whose run is another one cannot be made to resolve there', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 0)
  const source = `mlflow-artifacts:/7/${otherRun}/artifacts/model`
  await assert.rejects(registry.versions.create({ name: 'm', source, runId: run, by }), { code: 'invalid-request' })
  await assert.rejects(registry.resolve('m'), { code: 'not-found' })
})
