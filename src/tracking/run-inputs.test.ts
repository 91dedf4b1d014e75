import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { refusalOf, trackingLab } from './tracking.test-support.ts'

const dataset = (name: string, digest = '1') => ({ name, digest, sourceType: 'local', source: '{}' })
const context = (value: string) => [{ key: 'mlflow.data.context', value }]

databaseTest('a dataset that is logged twice is one input, with the tags of the first time', async (database) => {
  const { runs, inputs } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const first = { dataset: { ...dataset('b'), schema: '{"a":1}', profile: '{}' }, tags: context('train') }
  await inputs.logInputs(runId, { datasets: [first, { dataset: dataset('a'), tags: [] }, first] })
  await inputs.logInputs(runId, { datasets: [{ dataset: dataset('b'), tags: context('eval') }] })
  await inputs.logInputs(runId, { models: [{ modelId: 'm-1' }, { modelId: 'm-1' }] })
  await inputs.logInputs(runId, { models: [{ modelId: 'm-1' }] })
  await inputs.logOutputs(runId, [{ modelId: 'm-2', step: 1 }])
  await inputs.logOutputs(runId, [{ modelId: 'm-2', step: 1 }])
  const run = await runs.get(runId)
  assert.deepEqual(run.datasetInputs, [first, { dataset: dataset('a'), tags: [] }])
  assert.deepEqual([run.modelInputs, run.modelOutputs], [[{ modelId: 'm-1' }], [{ modelId: 'm-2', step: 1 }]])
})

databaseTest('runs of an experiment share a dataset, and its contexts are listed once each', async (database) => {
  const { runs, inputs } = trackingLab(database)
  for (const value of ['train', 'train', 'eval']) {
    const { runId } = (await runs.create({})).info
    await inputs.logInputs(runId, { datasets: [{ dataset: dataset('d'), tags: context(value) }] })
  }
  const { runId } = (await runs.create({})).info
  await inputs.logInputs(runId, { datasets: [{ dataset: dataset('d', '2'), tags: [] }] })
  const summaries = await inputs.searchDatasets(['0'])
  assert.deepEqual(summaries.map((summary) => [summary.name, summary.digest, summary.context]).toSorted(), [
    ['d', '1', 'eval'],
    ['d', '1', 'train'],
    ['d', '2', undefined],
  ])
})

databaseTest('inputs over a limit, or of a deleted run, are refused', async (database) => {
  const { runs, inputs } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const log = (more: object, tags = context('x')) =>
    refusalOf(inputs.logInputs(runId, { datasets: [{ dataset: { ...dataset('d'), ...more }, tags }] }))
  assert.match(await log({ name: 'x'.repeat(501) }), /'name' exceeds the maximum length of 500/)
  assert.match(await log({ digest: 'x'.repeat(37) }), /'digest' exceeds the maximum length of 36/)
  assert.match(await log({ source: 'x'.repeat(65_536) }), /'source' exceeds/)
  assert.match(await log({ schema: 'x'.repeat(1_048_576) }), /'schema' exceeds/)
  assert.match(await log({}, context('x'.repeat(501))), /'value' exceeds the maximum length of 500/)
  const many = Array.from({ length: 1001 }, () => ({ dataset: dataset('d'), tags: [] }))
  assert.match(await refusalOf(inputs.logInputs(runId, { datasets: many })), /at most 1000 datasets. Got 1001/)
  await runs.delete(runId)
  assert.match(await refusalOf(inputs.logInputs(runId, {})), /must be in the 'active' state/)
  assert.match(await refusalOf(inputs.logOutputs(runId, [])), /must be in the 'active' state/)
})
