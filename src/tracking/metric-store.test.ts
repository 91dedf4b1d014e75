import assert from 'node:assert/strict'
import fc from 'fast-check'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Metric } from './entities.ts'
import { refusalOf, trackingLab, wholeHistory } from './tracking.test-support.ts'

const at = (key: string, value: number, ...[timestampMs = 1, step = 0]: number[]): Metric => ({
  key,
  value,
  timestampMs,
  step,
})

databaseTest(
  'logging a point twice is one point, and the latest is by step, then time, then value',
  async (database) => {
    const { runs, metrics } = trackingLab(database)
    const { runId } = (await runs.create({})).info
    const latest = async () => (await runs.get(runId)).metrics.map(({ value }) => value)
    for (const [value, timestampMs, step, expected] of [
      [1, 10, 0, 1],
      [1, 10, 0, 1],
      [0.5, 10, 0, 1],
      [0.5, 11, 0, 0.5],
      [9, 1, -3, 0.5],
      [7, 1, 2, 7],
      [8, 1, 2, 8],
    ] as const) {
      await metrics.log(runId, at('m', value, timestampMs, step))
      assert.deepEqual(await latest(), [expected])
    }
    const items = await wholeHistory({ metrics }, { runId, key: 'm' })
    assert.deepEqual(
      items.map((point) => [point.timestampMs, point.step, point.value]),
      [
        [1, -3, 9],
        [1, 2, 7],
        [1, 2, 8],
        [10, 0, 0.5],
        [10, 0, 1],
        [11, 0, 0.5],
      ],
    )
    assert.deepEqual(await wholeHistory({ metrics }, { runId, key: 'never logged' }), [])
  },
)

databaseTest('NaN comes back as NaN, infinities as the largest doubles, every double exactly', async (database) => {
  const { runs, metrics } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const values = [Number.NaN, Infinity, -Infinity, 3295.714938563238, 0.1 + 0.2, 5e-324, -0, 1.7976931348623157e308]
  await runs.logBatch(runId, { metrics: values.map((value, index) => at(`m${index}`, value)) })
  const largest = 1.7976931348623157e308
  assert.deepEqual(
    (await runs.get(runId)).metrics.map(({ value }) => value + 0),
    [Number.NaN, largest, -largest, 3295.714938563238, 0.1 + 0.2, 5e-324, 0, largest],
  )
  await metrics.log(runId, at('m0', Number.NaN))
  assert.deepEqual(await wholeHistory({ metrics }, { runId, key: 'm0' }), [at('m0', Number.NaN)])
})

databaseTest(
  'in any order and split, a batch ends in the history and latest value that its points ask for',
  async (database) => {
    const { runs, metrics } = trackingLab(database)
    const point = fc.record({
      key: fc.constantFrom('a', 'b'),
      value: fc.constantFrom(0, 1, -1, Number.NaN),
      timestampMs: fc.nat(2),
      step: fc.integer({ min: -1, max: 1 }),
    })
    const identity = ({ timestampMs, step, value }: Metric) => [timestampMs, step, value]
    await fc.assert(
      fc.asyncProperty(fc.array(point, { maxLength: 30 }), fc.nat(30), async (points, cut) => {
        const { runId } = (await runs.create({})).info
        await Promise.all([
          runs.logBatch(runId, { metrics: points.slice(0, cut) }),
          runs.logBatch(runId, { metrics: points.slice(cut) }),
        ])
        for (const key of ['a', 'b']) {
          const items = await wholeHistory({ metrics }, { runId, key })
          const expected = new Set(points.filter((p) => p.key === key).map((p) => JSON.stringify(identity(p))))
          assert.deepEqual(new Set(items.map((item) => JSON.stringify(identity(item)))), expected)
          assert.equal(items.length, expected.size)
          const [latest] = (await runs.get(runId)).metrics.filter((metric) => metric.key === key)
          const best = (p: Metric) => [p.step, p.timestampMs, Number.isNaN(p.value) ? 0 : p.value] as const
          const greatest = items.toSorted(
            (x, y) => best(y)[0] - best(x)[0] || best(y)[1] - best(x)[1] || best(y)[2] - best(x)[2],
          )
          assert.deepEqual(latest && best(latest), greatest[0] && best(greatest[0]))
        }
      }),
      { numRuns: 25 },
    )
  },
)

databaseTest('a history comes in pages whose tokens fit only their own question', async (database) => {
  const { runs, metrics } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const points = Array.from({ length: 25 }, (_, i) => at('m', i % 3, Math.floor(i / 4), i))
  await runs.logBatch(runId, { metrics: points })
  const all = await wholeHistory({ metrics }, { runId, key: 'm' })
  assert.equal(all.length, 25)
  const paged: Metric[] = []
  let pageToken: string | undefined
  do {
    const page = await metrics.history({
      runId,
      key: 'm',
      maxResults: 7,
      ...(pageToken !== undefined && { pageToken }),
    })
    paged.push(...page.items)
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  assert.deepEqual(paged, all)
  const token = (await metrics.history({ runId, key: 'm', maxResults: 7 })).nextPageToken!
  assert.deepEqual(await wholeHistory({ metrics }, { runId, key: 'm', pageToken: token }), all.slice(7))
  const other = { runId, key: 'n', maxResults: 7, pageToken: token }
  assert.match(await refusalOf(metrics.history(other)), /Invalid page token .* another/)
  for (const bad of ['x', 'e30', Buffer.from('["a",1]').toString('base64url')]) {
    const query = { runId, key: 'm', pageToken: bad }
    assert.match(await refusalOf(metrics.history({ ...query, maxResults: 7 })), /^invalid-request: Invalid page/)
    assert.match(await refusalOf(wholeHistory({ metrics }, query)), /^invalid-request: Invalid page/)
  }
  assert.match(await refusalOf(metrics.history({ runId, key: 'm', maxResults: 0 })), /must be a positive integer/)
  assert.equal((await metrics.history({ runId, key: 'm', maxResults: 25_001 })).items.length, 25)
  assert.deepEqual(await wholeHistory({ metrics }, { runId: 'no', key: 'm' }), [], 'as in MLflow')
})

databaseTest('a sample spreads over the points and keeps both ends', async (database) => {
  const { runs, metrics } = trackingLab(database)
  const ids: string[] = []
  for (const count of [100, 3]) {
    const { runId } = (await runs.create({})).info
    ids.push(runId)
    await runs.logBatch(runId, { metrics: Array.from({ length: count }, (_, i) => at('m', -i, 5, i)) })
  }
  const steps = async (maxResults: number, range?: { from: number; to: number }) => {
    const query = { runIds: ids, key: 'm', maxResults, ...(range !== undefined && { steps: range }) }
    const points = await metrics.sampledHistory(query)
    return ids.map((id) => points.filter((point) => point.runId === id).map((point) => point.step))
  }
  assert.deepEqual(await steps(5), [
    [0, 20, 40, 60, 99],
    [0, 1, 2],
  ])
  assert.deepEqual(await steps(2), [
    [0, 99],
    [0, 2],
  ])
  assert.deepEqual(await steps(1), [[99], [2]])
  assert.deepEqual(await steps(100, { from: 1, to: 3 }), [
    [1, 2, 3],
    [1, 2],
  ])
  assert.deepEqual(await metrics.sampledHistory({ runIds: ['no'], key: 'm', maxResults: 1 }), [], 'as in MLflow')
  const bulk = await metrics.bulkHistory({ runIds: ids, key: 'm', maxResults: 101 })
  assert.equal(bulk.length, 101)
  assert.equal(new Set(bulk.map((point) => point.runId)).size, 2)
})

databaseTest('a history of many pieces is whole and in order, and so are its samples', async (database) => {
  const { runs, metrics } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const count = 12_000
  for (let from = 0; from < count; from += 1000) {
    // Later steps were logged at earlier times, as by a run that went back.
    const points = Array.from({ length: 1000 }, (_, i) => at('m', from + i, count - from - i, from + i))
    await runs.logBatch(runId, { metrics: points })
  }
  const all = await wholeHistory({ metrics }, { runId, key: 'm' })
  assert.deepEqual(
    all.map(({ value }) => value),
    Array.from({ length: count }, (_, i) => count - 1 - i),
  )
  const samples = await metrics.sampledHistory({ runIds: [runId], key: 'm', maxResults: 4 })
  assert.deepEqual(
    samples.map(({ step }) => step),
    [0, 3000, 6000, 11_999],
  )
})

databaseTest(
  'values of many runs come by run, by step and then time, with the names that were logged',
  async (database) => {
    const { runs, metrics } = trackingLab(database)
    const ids = [
      (await runs.create({})).info.runId,
      (await runs.create({})).info.runId,
      (await runs.create({})).info.runId,
    ]
    await metrics.log(ids[0]!, at('loss', 3, 10, 2))
    await metrics.log(ids[0]!, at('loss', 5, 30, 0))
    await metrics.log(ids[0]!, at('loss', NaN, 20, 0))
    await metrics.log(ids[1]!, at('loss', -1, 1, 1))
    await metrics.log(ids[1]!, at('accuracy', 0.5, 1, 1))
    assert.deepEqual(
      await metrics.values(ids, 'loss'),
      new Map([
        [ids[0], [NaN, 5, 3]],
        [ids[1], [-1]],
      ]),
    )
    assert.deepEqual(await metrics.names(ids), ['accuracy', 'loss'])
    assert.deepEqual(await metrics.names([]), [])
  },
)
