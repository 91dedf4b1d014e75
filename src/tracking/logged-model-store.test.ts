import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { refusalOf, trackingLab } from './tracking.test-support.ts'

databaseTest('a logged model is pending until it is finalized, and gone once it is deleted', async (database) => {
  const { loggedModels } = trackingLab(database)
  const params = [{ key: 'p', value: '1' }]
  const tags = [{ key: 't', value: '1' }]
  const model = await loggedModels.create({
    experimentId: '0',
    name: 'net',
    modelType: 'agent',
    sourceRunId: 'r',
    params,
    tags,
  })
  assert.match(model.modelId, /^m-[0-9a-f]{32}$/)
  assert.deepEqual(
    [model.name, model.status, model.modelType, model.sourceRunId, model.params, model.tags, model.metrics],
    ['net', 'PENDING', 'agent', 'r', params, tags, []],
  )
  assert.equal(model.artifactUri, `mlflow-artifacts:/0/models/${model.modelId}/artifacts`)
  const ready = await loggedModels.finalize(model.modelId, 'READY')
  assert.equal(ready.status, 'READY')
  assert.ok(ready.updatedMs > model.updatedMs)
  await loggedModels.delete(model.modelId)
  assert.match(await refusalOf(loggedModels.get(model.modelId)), /^not-found: Logged model with ID 'm-.*' not found/)
  assert.equal((await loggedModels.get(model.modelId, { deletedToo: true })).status, 'READY')
})

databaseTest('tags and params of a logged model are put and deleted', async (database) => {
  const { loggedModels } = trackingLab(database)
  const { modelId } = await loggedModels.create({ experimentId: '0' })
  await loggedModels.logParams(modelId, [
    { key: 'b', value: '2' },
    { key: 'a', value: '1' },
  ])
  const twice = [
    { key: 't', value: '1' },
    { key: 't', value: '2' },
  ]
  await loggedModels.setTags(modelId, twice)
  assert.deepEqual((await loggedModels.get(modelId)).tags, [{ key: 't', value: '2' }])
  await loggedModels.deleteTag(modelId, 't')
  assert.match(await refusalOf(loggedModels.deleteTag(modelId, 't')), /^not-found: No tag with key 't' found for model/)
  const model = await loggedModels.get(modelId)
  assert.deepEqual([model.params.map(({ key }) => key), model.tags], [['a', 'b'], []])
  assert.match(model.name, /^[a-z]+-[a-z]+-\d+$/)
})

databaseTest('bad names and unknown ids are refused', async (database) => {
  const { loggedModels, experiments } = trackingLab(database)
  for (const name of ['', 'a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b"]) {
    assert.match(
      await refusalOf(loggedModels.create({ experimentId: '0', name })),
      /^invalid-request: Invalid model name/,
    )
  }
  const deleted = await experiments.create({ name: 'x' })
  await experiments.delete(deleted)
  assert.match(await refusalOf(loggedModels.create({ experimentId: deleted })), /must be in the 'active' state/)
  for (const call of [
    loggedModels.finalize('m-1', 'READY'),
    loggedModels.delete('m-1'),
    loggedModels.setTags('m-1', []),
    loggedModels.deleteTag('m-1', 'a'),
    loggedModels.logParams('m-1', []),
  ]) {
    assert.match(await refusalOf(call), /^not-found: Logged model with ID 'm-1' not found/)
  }
})

databaseTest('a metric with a model id counts for the run and for the model', async (database) => {
  const { runs, metrics, loggedModels } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const { modelId } = await loggedModels.create({ experimentId: '0' })
  const metric = { key: 'acc', value: 0.5, timestampMs: 7, step: 2, modelId, datasetName: 'd', datasetDigest: 'x' }
  await metrics.log(runId, metric)
  await runs.logBatch(runId, {
    metrics: [metric, { ...metric, value: Number.NaN }, { key: 'b', value: 1, timestampMs: 1, step: 0 }],
  })
  const model = await loggedModels.get(modelId)
  assert.deepEqual(
    model.metrics.toSorted((a, b) => (Number.isNaN(a.value) ? 1 : 0) - (Number.isNaN(b.value) ? 1 : 0)),
    [
      { ...metric, runId },
      { ...metric, runId, value: Number.NaN },
    ],
  )
  const unknown = { ...metric, key: 'c', modelId: 'm-none' }
  const refused = /^not-found: Logged model with ID 'm-none' not found/
  assert.match(await refusalOf(metrics.log(runId, unknown)), refused)
  assert.match(await refusalOf(runs.logBatch(runId, { metrics: [{ ...metric, key: 'd' }, unknown] })), refused)
  assert.deepEqual(
    (await runs.get(runId)).metrics.map(({ key }) => key),
    ['acc', 'b'],
  )
  await loggedModels.delete(modelId)
  await metrics.log(runId, { ...metric, key: 'late' })
})
