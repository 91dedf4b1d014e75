import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { refusalOf, trackingLab } from '../tracking.test-support.ts'

type Lab = ReturnType<typeof trackingLab>

async function models(lab: Lab): Promise<Record<string, string>> {
  const { runId } = (await lab.runs.create({})).info
  const ids: Record<string, string> = {}
  const add = async (name: string, metrics: object, more: object = {}) => {
    const model = await lab.loggedModels.create({ experimentId: '0', name, ...more })
    ids[name] = model.modelId
    for (const [step, [key, value]] of Object.entries(metrics).entries()) {
      const [metric, datasetName, datasetDigest] = key.split('@')
      const on = datasetName === undefined ? {} : { datasetName, datasetDigest: datasetDigest! }
      await lab.metrics.log(runId, {
        key: metric!,
        value: value as number,
        timestampMs: 1,
        step,
        modelId: model.modelId,
        ...on,
      })
    }
  }
  await add('a', { acc: 0.5, 'acc@train@1': 0.9 }, { modelType: 'Agent', params: [{ key: 'p', value: '1' }] })
  await add('b', { 'acc@eval@2': 0.7 }, { tags: [{ key: 't', value: 'x' }], sourceRunId: 'r' })
  await add('c', { acc: Number.NaN })
  await lab.loggedModels.finalize(ids['b']!, 'READY')
  return ids
}

async function names(lab: Lab, more: object): Promise<string> {
  const { items } = await lab.searchLoggedModels({ experimentIds: ['0'], ...more })
  return items.map((model) => model.name).join(' ')
}

databaseTest('logged models are found by attributes, metrics, params and tags', async (database) => {
  const lab = trackingLab(database)
  const ids = await models(lab)
  const table: [string, string][] = [
    ['', 'c b a'],
    ["name = 'a'", 'a'],
    ["name IN ('a','b')", 'b a'],
    [`attributes.model_id = '${ids['c']}'`, 'c'],
    ["model_type like 'A%'", 'a'],
    ["status = 'READY'", 'b'],
    ["source_run_id = 'r'", 'b'],
    ['creation_time > 0 AND creation_timestamp > 0.5', 'c b a'],
    ['metrics.acc > 0.6', 'b a'],
    ['metrics.acc != 0.7', 'c a'],
    ["params.p = '1'", 'a'],
    ["tags.t LIKE '%'", 'b'],
    ["tags.t IN ('x')", 'b'],
  ]
  for (const [filter, expected] of table) assert.equal(await names(lab, { filter }), expected, filter)
  for (const filter of ['metric.acc > 1', "tag.t = 'x'", "params.p > '1'"]) {
    assert.match(await refusalOf(names(lab, { filter })), /^invalid-request: Invalid/, filter)
  }
  await lab.loggedModels.delete(ids['c']!)
  assert.equal(await names(lab, {}), 'b a')
  assert.equal(await names(lab, { experimentIds: [] }), '')
})

databaseTest('metrics count only on the datasets asked for', async (database) => {
  const lab = trackingLab(database)
  await models(lab)
  assert.equal(await names(lab, { datasets: [{ name: 'train' }] }), 'a')
  assert.equal(await names(lab, { datasets: [{ name: 'train', digest: 'other' }] }), '')
  assert.equal(await names(lab, { datasets: [{ name: 'train' }, { name: 'eval', digest: '2' }] }), 'b a')
  assert.equal(await names(lab, { filter: 'metrics.acc < 0.6', datasets: [{ name: 'train' }] }), '')
})

databaseTest('they are ordered by attributes and by the latest point of a metric', async (database) => {
  const lab = trackingLab(database)
  await models(lab)
  const by = (field: string, ascending: boolean, more: object = {}) =>
    names(lab, { orderBy: [{ field, ascending, ...more }] })
  assert.equal(await by('name', true), 'a b c')
  assert.equal(await by('creation_timestamp', true), 'a b c')
  assert.equal(await by('metrics.acc', true), 'b a c')
  assert.equal(await by('metrics.acc', false), 'a b c')
  assert.equal(await by('metrics.acc', true, { datasetName: 'eval' }), 'b c a')
  assert.equal(await by('metrics.acc', true, { datasetName: 'eval', datasetDigest: 'x' }), 'c b a')
  assert.match(
    await refusalOf(by('params.p', true)),
    /Invalid order by field name: params.p. Only metrics are supported/,
  )
  assert.match(await refusalOf(by('size', true)), /Invalid order by field name: size. Valid fields are name/)
})

databaseTest('pages hold every model once, and a token fits only its search', async (database) => {
  const lab = trackingLab(database)
  await models(lab)
  for (const orderBy of [[], [{ field: 'metrics.acc', ascending: false }]]) {
    const found: string[] = []
    let pageToken: string | undefined
    do {
      const query = { experimentIds: ['0'], maxResults: 1, orderBy }
      const page = await lab.searchLoggedModels({ ...query, ...(pageToken !== undefined && { pageToken }) })
      found.push(...page.items.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    assert.equal(found.join(' '), await names(lab, { orderBy }))
  }
  const { nextPageToken } = await lab.searchLoggedModels({ experimentIds: ['0'], maxResults: 1 })
  assert.match(await refusalOf(names(lab, { filter: "name = 'a'", pageToken: nextPageToken })), /another search/)
  assert.match(await refusalOf(names(lab, { maxResults: 0 })), /Invalid value 0 for parameter 'max_results'/)
})
