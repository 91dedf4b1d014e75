import assert from 'node:assert/strict'
import fc from 'fast-check'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Run } from '../entities.ts'
import { refusalOf, trackingLab } from '../tracking.test-support.ts'
import { searchRuns } from './run-search.ts'

/** As if there were too many runs to sort: clauses probed, or listed; runs of one value a crowd, or not. */
const everyPlan = [
  { rows: 0, runs: 0, walked: Infinity, crowd: 1 },
  { rows: 0, runs: 0, walked: 0, crowd: 4 },
  { rows: 1, runs: 0, walked: 0, crowd: 1000 },
  { rows: 2000, runs: 0, walked: 0, crowd: 1000 },
]

type Lab = ReturnType<typeof trackingLab>

async function add(
  lab: Lab,
  name: string,
  logged: { metrics?: object; params?: object; tags?: object; startMs?: number },
) {
  const pairs = (of: object | undefined) =>
    Object.entries(of ?? {}).map(([key, value]) => ({ key, value: String(value) }))
  const { info } = await lab.runs.create({
    runName: name,
    ...(logged.startMs !== undefined && { startMs: logged.startMs }),
  })
  const metrics = Object.entries(logged.metrics ?? {})
  await lab.runs.logBatch(info.runId, {
    metrics: metrics.map(([key, value]) => ({ key, value: value as number, timestampMs: 1, step: 0 })),
    params: pairs(logged.params),
    tags: pairs(logged.tags),
  })
  return info.runId
}

async function names(lab: Lab, query: { filter?: string; orderBy?: string[]; view?: 'ALL' | 'DELETED_ONLY' }) {
  const { items } = await lab.searchRuns({ experimentIds: ['0'], maxResults: 100, ...query })
  return items.map((run) => run.info.runName).join(' ')
}

databaseTest('filters find runs by metrics, params, tags, attributes and datasets', async (database) => {
  const lab = trackingLab(database)
  const long = 'x'.repeat(70)
  const a = await add(lab, 'a', {
    metrics: { acc: 0.9, 'val loss': 1 },
    params: { lr: '0.1', m: 'Ridge' },
    tags: { t: 'One' },
    startMs: 1,
  })
  const b = await add(lab, 'b', {
    metrics: { acc: 0.5 },
    params: { lr: '0.2', m: 'ridge' },
    tags: { t: 'a_b*' },
    startMs: 2,
  })
  await add(lab, 'c', { metrics: { acc: Number.NaN }, params: { m: `${long}1` }, tags: { t: `${long}` }, startMs: 3 })
  await lab.runs.update(a, { status: 'FINISHED', endMs: 50 })
  const dataset = { name: 'diabetes', digest: 'd1', sourceType: 'local', source: '' }
  await lab.inputs.logInputs(b, { datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'train' }] }] })
  const table: [string, string][] = [
    ['metrics.acc > 0.5', 'a'],
    ['metrics.acc >= 0.5', 'b a'],
    ['metrics.acc = 0.9 and metrics.`val loss` < 2', 'a'],
    ['metrics.acc != 0.9', 'c b'],
    ['metrics.acc <= 1e400', 'b a'],
    ['metrics.none != 1', ''],
    ["params.lr = '0.1'", 'a'],
    ["params.lr != '0.1'", 'b'],
    ["params.m LIKE 'R%'", 'a'],
    ["params.m ILIKE 'r_dge'", 'b a'],
    [`params.m = '${long}1'`, 'c'],
    [`params.m = '${long}2'`, ''],
    ['params.lr IS NULL', 'c'],
    ["params.lr IS NOT NULL AND tags.t = 'One'", 'a'],
    ["tags.t LIKE '%\\%'", ''],
    ["tags.t LIKE 'a_b*'", 'b'],
    ["tags.t LIKE '*'", ''],
    ["tags.t LIKE '[a]_b*'", ''],
    ["tag.t ilike 'ONE'", 'a'],
    ["status = 'FINISHED'", 'a'],
    ["attributes.status != 'FINISHED'", 'c b'],
    [`run_id IN ('${a}', '${b}', 'x')`, 'b a'],
    [`run_id NOT IN ('${a}')`, 'c b'],
    [`attribute.run_id LIKE '${a.slice(0, 20)}%'`, 'a'],
    ["run_name = 'b'", 'b'],
    ["attributes.`Run name` ilike 'B'", 'b'],
    ['start_time > 1.5', 'c b'],
    ['created <= 2', 'b a'],
    ['end_time >= 0', 'a'],
    ['end_time != 7.5', 'a'],
    ['end_time = 7.5', ''],
    ['start_time < 1e300', 'c b a'],
    [`artifact_uri LIKE '%/${b}/%'`, 'b'],
    ["user_id = ''", 'c b a'],
    ["dataset.name = 'diabetes' and datasets.digest LIKE 'd%'", 'b'],
    ["dataset.context IN ('train', 'x')", 'b'],
    ["dataset.context = 'eval'", ''],
    ["tags.`'; drop table run; --` = '\"'", ''],
    ["tags.t = '''; drop table run; --'", ''],
  ]
  for (const [filter, expected] of table) {
    assert.equal(await names(lab, { filter }), expected, filter)
    for (const bounds of everyPlan) {
      const { items } = await searchRuns(database, { experimentIds: ['0'], maxResults: 100, filter }, bounds)
      assert.equal(items.map((run) => run.info.runName).join(' '), expected, `${filter} ${JSON.stringify(bounds)}`)
    }
  }
  assert.match(await refusalOf(names(lab, { filter: 'metrics.acc > x' })), /^invalid-request: Expected numeric/)
})

databaseTest(
  'orders: numbers, then NaN, then missing, in both directions; texts as texts; ties newest first',
  async (database) => {
    const lab = trackingLab(database)
    const values = { one: 1, two: 2, nan: Number.NaN, none: undefined, inf: Infinity, minus: -3 }
    for (const [index, [name, value]] of Object.entries(values).entries()) {
      await add(lab, name, {
        startMs: index,
        ...(value !== undefined && { metrics: { m: value, same: 1 }, params: { p: String(value) } }),
      })
    }
    const table: [string[], string][] = [
      [[], 'minus inf none nan two one'],
      [['metrics.m'], 'minus one two inf nan none'],
      [['metrics.m DESC'], 'inf two one minus nan none'],
      [['params.p ASC'], 'minus one two inf nan none'],
      [['params.p DESC'], 'nan inf two one minus none'],
      [['metrics.same'], 'minus inf nan two one none'],
      [['metrics.same', 'metrics.m'], 'minus one two inf nan none'],
      [['metrics.same DESC', 'metrics.m DESC'], 'inf two one minus nan none'],
      [['metrics.same DESC', 'start_time'], 'one two nan inf minus none'],
      [['attributes.run_name'], 'inf minus nan none one two'],
      [['tags.`mlflow.runName` desc'], 'two one none nan minus inf'],
      [['start_time ASC'], 'one two nan none inf minus'],
      [['end_time'], 'minus inf none nan two one'],
      [['status', 'Created'], 'one two nan none inf minus'],
    ]
    for (const [orderBy, expected] of table) assert.equal(await names(lab, { orderBy }), expected, orderBy.join())
    assert.match(await refusalOf(names(lab, { orderBy: ['dataset.name'] })), /Invalid entity type 'dataset'/)
  },
)

databaseTest('only the stages and experiments asked for are searched', async (database) => {
  const lab = trackingLab(database)
  await add(lab, 'live', {})
  await lab.runs.delete(await add(lab, 'dead', {}))
  const other = await lab.experiments.create({ name: 'other' })
  await lab.runs.create({ experimentId: other, runName: 'other' })
  assert.equal(await names(lab, {}), 'live')
  assert.equal(await names(lab, { view: 'DELETED_ONLY' }), 'dead')
  assert.equal((await names(lab, { view: 'ALL' })).split(' ').length, 2)
  const found = async (experimentIds: string[], orderBy: string[] = []) =>
    (await lab.searchRuns({ experimentIds, orderBy, maxResults: 9 })).items.length
  assert.equal(await found([]), 0)
  assert.equal(await found([], ['metrics.m']), 0)
  assert.equal(await found(['0', other, other, '99'], ['metrics.m']), 2)
  assert.match(await refusalOf(found(['x'])), /^invalid-request: Invalid experiment ID 'x'/)
})

databaseTest('page sizes and tokens that do not fit are refused', async (database) => {
  const lab = trackingLab(database)
  for (const name of ['a', 'b', 'c']) await add(lab, name, { metrics: { m: 1 } })
  const search = (more: object) => lab.searchRuns({ experimentIds: ['0'], maxResults: 1, ...more })
  assert.match(await refusalOf(search({ maxResults: 0 })), /Invalid value 0 for parameter 'max_results' supplied/)
  assert.match(await refusalOf(search({ maxResults: 50_001 })), /It must be at most 50000/)
  const pageToken = (await search({ orderBy: ['metrics.m'] })).nextPageToken!
  for (const other of [{}, { orderBy: ['metrics.m DESC'] }, { orderBy: ['metrics.m'], filter: 'metrics.m > 0' }]) {
    assert.match(
      await refusalOf(search({ ...other, pageToken })),
      /Invalid page token '.*': it belongs to another search/,
    )
  }
  assert.match(await refusalOf(search({ pageToken: 'eyJvZmZzZXQiOiAyfQ==' })), /Invalid page token/)
  assert.equal((await search({ maxResults: 3 })).nextPageToken, undefined)
})

const metricValue = fc.option(fc.constantFrom(0, 1, 2, -1, Number.NaN), { nil: undefined })
const field = fc.constantFrom(
  'metrics.m',
  'metrics.n',
  'params.p',
  'start_time',
  'run_id',
  'end_time',
  'tags.t',
  'run_name',
  'status',
)

databaseTest('any search, read in pages of any size, gives what a plain sort gives', async (database) => {
  const lab = trackingLab(database)
  const logged = fc.record({
    m: metricValue,
    n: metricValue,
    p: fc.option(fc.constantFrom('a', 'B', 'ä'), { nil: undefined }),
    startMs: fc.nat(2),
  })
  const [sample] = fc.sample(fc.array(logged, { minLength: 40, maxLength: 40 }), { numRuns: 1, seed: 7 })
  for (const { m, n, p, startMs } of sample!) {
    const metrics = Object.fromEntries(Object.entries({ m, n }).filter(([, value]) => value !== undefined))
    const runId = await add(lab, `${'r'.repeat(70)}${startMs}`, {
      metrics,
      ...(p !== undefined && { params: { p }, tags: { t: p } }),
      startMs,
    })
    if (startMs === 1) await lab.runs.update(runId, { endMs: 5, status: 'FINISHED' })
  }
  const all = (await lab.searchRuns({ experimentIds: ['0'], maxResults: 100 })).items
  const order = fc
    .uniqueArray(field, { maxLength: 3 })
    .chain((fields) =>
      fc
        .array(fc.boolean(), { minLength: fields.length, maxLength: fields.length })
        .map((flags) => fields.map((name, at) => ({ name, ascending: flags[at]! }))),
    )
  const filter = fc.constantFrom(
    '',
    'metrics.m > 0',
    'metrics.m != 1',
    "params.p LIKE '%'",
    'metrics.n <= 1 and start_time < 2',
    "metrics.m > 0 and params.p LIKE '%'",
  )
  const plan = fc.record({
    maxResults: fc.integer({ min: 1, max: 45 }),
    bounds: fc.constantFrom(undefined, ...everyPlan),
  })
  await fc.assert(
    fc.asyncProperty(order, filter, plan, async (fields, filterText, { maxResults, bounds }) => {
      const orderBy = fields.map(({ name, ascending }) => `${name} ${ascending ? 'ASC' : 'DESC'}`)
      const expected = all.filter((run) => passes(run, filterText)).toSorted((x, y) => compare(x, y, fields))
      const found: string[] = []
      let pageToken: string | undefined
      do {
        const query = { experimentIds: ['0'], filter: filterText, orderBy, maxResults }
        const page = await searchRuns(database, { ...query, ...(pageToken !== undefined && { pageToken }) }, bounds)
        assert.ok(page.items.length === maxResults || page.nextPageToken === undefined)
        found.push(...page.items.map((run) => run.info.runId))
        pageToken = page.nextPageToken
      } while (pageToken !== undefined)
      assert.deepEqual(
        found,
        expected.map((run) => run.info.runId),
        `${filterText} / ${orderBy.join()}`,
      )
    }),
    { numRuns: 80 },
  )
})

function value(run: Run, name: string): string | number | undefined {
  if (name === 'start_time') return run.info.startMs
  if (name === 'end_time') return run.info.endMs
  if (name === 'run_name') return run.info.runName
  if (name === 'run_id') return run.info.runId
  if (name === 'status') return run.info.status
  const [entity, key] = name.split('.')
  const pairs: readonly { key: string; value: string | number }[] =
    entity === 'metrics' ? run.metrics : entity === 'tags' ? run.tags : run.params
  return pairs.find((pair) => pair.key === key)?.value
}

function passes(run: Run, filter: string): boolean {
  const m = value(run, 'metrics.m') as number | undefined
  const n = value(run, 'metrics.n') as number | undefined
  if (filter === 'metrics.m > 0') return m !== undefined && m > 0
  if (filter.startsWith('metrics.m >')) return m !== undefined && m > 0 && value(run, 'params.p') !== undefined
  if (filter.startsWith('metrics.m !=')) return m !== undefined && m !== 1
  if (filter.startsWith('params')) return value(run, 'params.p') !== undefined
  return filter === '' || (n !== undefined && n <= 1 && run.info.startMs < 2)
}

function compare(x: Run, y: Run, fields: readonly { name: string; ascending: boolean }[]): number {
  const rank = (v: unknown) => (v === undefined ? 2 : Number.isNaN(v) ? 1 : 0)
  const all = [...fields, { name: 'start_time', ascending: false }, { name: 'run_id', ascending: true }]
  for (const { name, ascending } of all) {
    const [a, b] = [value(x, name), value(y, name)]
    if (rank(a) !== rank(b)) return rank(a) - rank(b)
    if (rank(a) !== 0 || a === b) continue
    return (a! < b! ? -1 : 1) * (ascending ? 1 : -1)
  }
  return 0
}
