import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseTest } from '../../../test/database.test-support.ts'
import { refusalOf, trackingLab } from '../tracking.test-support.ts'
import { extendedSchema } from './evaluation-dataset.ts'

databaseTest('records with the same inputs are one, whatever the order of their keys', async (database) => {
  const { evaluationDatasets: datasets } = trackingLab(database)
  const { datasetId, digest } = await datasets.create({ name: 'q', tags: { 'mlflow.user': 'ada' } })
  const given = { inputs: { a: 1, b: [2] }, outputs: 'x', expectations: { e: 1 }, tags: { 'mlflow.user': 'bob' } }
  assert.deepEqual(await datasets.upsert(datasetId, [given, { inputs: { c: null } }]), { inserted: 2, updated: 0 })
  const again = { inputs: { b: [2], a: 1 }, outputs: null, expectations: { f: 2 } }
  assert.deepEqual(await datasets.upsert(datasetId, [again]), { inserted: 0, updated: 1 })
  const { items } = await datasets.records(datasetId, { maxResults: 10 })
  const merged = items.find(({ inputs }) => inputs['a'] === 1)!
  assert.deepEqual([merged.outputs, merged.expectations, merged.createdBy], [null, { e: 1, f: 2 }, 'bob'])
  const found = await datasets.get(datasetId)
  assert.deepEqual([found.recordCount, found.createdBy, found.updatedBy], [2, 'ada', 'bob'])
  assert.notEqual(found.digest, digest)
  const tagged = await datasets.setTags(datasetId, { stage: 'gold' })
  assert.deepEqual([tagged.digest, tagged.updatedMs, tagged.tags['stage']], [found.digest, found.updatedMs, 'gold'])
  assert.equal(await datasets.deleteRecords(datasetId, [merged.recordId, 'dr-none']), 1)
  assert.match(await refusalOf(datasets.upsert('d-none', [])), /not-found/)
  const large = { inputs: { text: 'x'.repeat(1_000_001) } }
  assert.throws(() => datasets.upsert(datasetId, [large]), /at most 1000000 are kept/)
})

databaseTest('records come page by page', async (database) => {
  const { evaluationDatasets: datasets } = trackingLab(database)
  const { datasetId } = await datasets.create({ name: 'q' })
  const other = await datasets.create({ name: 'other' })
  await datasets.upsert(
    datasetId,
    [0, 1, 2, 3, 4].map((n) => ({ inputs: { n } })),
  )
  const seen: unknown[] = []
  let pageToken: string | undefined
  do {
    const page = await datasets.records(datasetId, { maxResults: 2, ...(pageToken !== undefined && { pageToken }) })
    seen.push(...page.items.map(({ inputs }) => inputs['n']))
    pageToken = page.nextPageToken
    if (pageToken !== undefined && seen.length === 2)
      assert.match(await refusalOf(datasets.records(other.datasetId, { maxResults: 2, pageToken })), /another search/)
  } while (pageToken !== undefined)
  assert.deepEqual(seen.sort(), [0, 1, 2, 3, 4])
})

databaseTest('data sets are found by experiment, tag and name', async (database) => {
  const lab = trackingLab(database)
  const { evaluationDatasets: datasets, experiments } = lab
  const experiment = await experiments.create({ name: 'e' })
  const first = await datasets.create({ name: 'first', tags: { lang: 'de' }, experimentIds: [experiment] })
  await datasets.create({ name: 'second' })
  const names = async (query: Parameters<typeof lab.searchEvaluationDatasets>[0]) =>
    (await lab.searchEvaluationDatasets(query)).items.map(({ name }) => name).join(' ')
  assert.equal(await names({}), 'second first')
  assert.equal(await names({ experimentIds: [experiment] }), 'first')
  assert.equal(await names({ experimentIds: ['0'] }), '')
  assert.equal(await names({ filter: "name IN ('first', 'x') AND tags.lang ILIKE 'D%'" }), 'first')
  assert.equal(await names({ filter: 'created_time > 0', orderBy: ['name'] }), 'first second')
  const page = await lab.searchEvaluationDatasets({ maxResults: 1 })
  assert.equal(await names({ maxResults: 1, pageToken: page.nextPageToken! }), 'first')
  const tagged = await datasets.setTags(first.datasetId, { lang: null, more: 'x' })
  assert.deepEqual(tagged.tags, { lang: 'de', more: 'x' })
  await datasets.deleteTag(first.datasetId, 'more')
  assert.deepEqual((await datasets.addExperiments(first.datasetId, ['0'])).experimentIds, ['0', experiment])
  assert.deepEqual((await datasets.removeExperiments(first.datasetId, ['0', '7'])).experimentIds, [experiment])
  assert.match(await refusalOf(datasets.addExperiments(first.datasetId, ['99'])), /not-found/)
  await datasets.delete(first.datasetId)
  await datasets.delete(first.datasetId)
  assert.match(await refusalOf(datasets.get(first.datasetId)), /not-found/)
})

databaseTest('scorers have versions that are told apart until the last is gone', async (database) => {
  const { scorers } = trackingLab(database)
  const reference = { experimentId: '0', name: 'judge' }
  await scorers.register({ ...reference, serialized: '{"a": 1}' })
  const second = await scorers.register({ ...reference, serialized: '{"a": 2}' })
  await scorers.register({ experimentId: '0', name: 'another', serialized: '{}' })
  assert.deepEqual([second.version, (await scorers.get({ ...reference, version: 1 })).serialized], [2, '{"a": 1}'])
  assert.deepEqual(
    (await scorers.list()).map(({ name, version }) => [name, version]),
    [
      ['another', 1],
      ['judge', 2],
    ],
  )
  assert.deepEqual(await scorers.list([]), [])
  await scorers.delete({ ...reference, version: 2 })
  assert.equal((await scorers.get(reference)).version, 1)
  assert.match(await refusalOf(scorers.delete({ ...reference, version: 2 })), /version 2 not found/)
  await scorers.delete(reference)
  assert.match(await refusalOf(scorers.versions(reference)), /not-found/)
  assert.match(await refusalOf(scorers.register({ ...reference, name: ' ', serialized: '{}' })), /empty/)
  assert.match(await refusalOf(scorers.register({ ...reference, serialized: 'x' })), /valid JSON/)
})

test('a schema keeps the first type it saw of a field', () => {
  const first = extendedSchema(undefined, [{ inputs: { a: 1, b: 'x', c: [1], d: {} }, expectations: { e: null } }])
  assert.deepEqual(first.inputs, { a: 'integer', b: 'string', c: 'array', d: 'object' })
  const second = extendedSchema(first, [
    { inputs: { a: 'text', f: 1.5 }, outputs: true },
    { inputs: {}, outputs: { k: 1 } },
  ])
  assert.deepEqual([second.inputs['a'], second.inputs['f'], second.outputs], ['integer', 'float', 'boolean'])
  assert.deepEqual(extendedSchema(undefined, [{ inputs: {}, outputs: { k: false } }]).outputs, { k: 'boolean' })
})
