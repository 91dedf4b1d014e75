import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import { runGroupRoutes } from './run-group-routes.ts'

interface Group {
  readonly value: string | null
  readonly runs: number
  readonly metrics: readonly unknown[]
}
interface Answer {
  readonly items: readonly Group[]
  readonly next_page_token?: string
  readonly error?: { readonly message: string }
}

databaseTest('runs fall into groups by a param or tag, with the spread of their metrics', async (database, t) => {
  const tracking = trackingLab(database)
  const server = await startHttpServer({ routes: runGroupRoutes(tracking), port: 0 })
  t.after(() => server.close())
  const ask = async (body: object): Promise<{ readonly status: number; readonly body: Answer }> => {
    const response = await fetch(`${server.url}/api/v1/runs/groups`, {
      method: 'POST',
      body: JSON.stringify({ experiment_ids: ['0'], by: 'params.model', ...body }),
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const add = async (model: string | undefined, acc: number | undefined, step: number): Promise<void> => {
    const { runId } = (await tracking.runs.create({})).info
    await tracking.runs.logBatch(runId, {
      params: model === undefined ? [] : [{ key: 'model', value: model }],
      metrics: acc === undefined ? [] : [{ key: 'a.c', value: acc, timestampMs: 1, step: 0 }],
      tags: [{ key: 'fold', value: String(step % 2) }],
    })
  }
  const values: readonly (readonly [string | undefined, number | undefined])[] = [
    ['tree', 0.25],
    ['tree', 0.75],
    ['tree', Number.NaN],
    [`it's "a" line`, 4],
    [undefined, -1],
    ['none', undefined],
  ]
  for (const [step, [model, acc]] of values.entries()) await add(model, acc, step)
  const shown = async (body: object) => (await ask(body)).body.items.map(({ value, runs }) => [value, runs])

  const line = `it's "a" line`
  const spread = (value: number) => [{ count: 1, min: value, mean: value, max: value }, null]
  assert.deepEqual((await ask({ metrics: ['metrics.a.c', 'metrics.never'] })).body.items, [
    { value: line, runs: 1, metrics: spread(4) },
    { value: 'none', runs: 1, metrics: [null, null] },
    { value: 'tree', runs: 3, metrics: [{ count: 2, min: 0.25, mean: 0.5, max: 0.75 }, null] },
    { value: null, runs: 1, metrics: spread(-1) },
  ])
  const inOrder = async (order_by: string) => (await shown({ order_by })).map(([value]) => value)
  assert.deepEqual(await inOrder('value DESC'), ['tree', 'none', line, null])
  assert.deepEqual(await inOrder('runs DESC'), ['tree', line, 'none', null])
  assert.deepEqual(await inOrder('metrics.a.c DESC'), [line, 'tree', null, 'none'])
  assert.deepEqual(await inOrder('metrics.a.c ASC'), [null, 'tree', line, 'none'])
  assert.deepEqual(await shown({ filter: "tags.fold = '0'" }), [
    ['tree', 2],
    [null, 1],
  ])
  assert.deepEqual(await shown({ by: 'tags.fold', filter: 'metrics.`a.c` > 0' }), [
    ['0', 1],
    ['1', 2],
  ])
  assert.deepEqual(await shown({ view: 'deleted' }), [])
  assert.deepEqual(await shown({ experiment_ids: ['99'] }), [])

  const first = (await ask({ max_results: 3 })).body
  assert.equal(first.items.length, 3)
  const rest = { max_results: 3, page_token: first.next_page_token }
  const second = (await ask(rest)).body
  assert.deepEqual([second.items.map(({ value }) => value), second.next_page_token], [[null], undefined])

  const wrong: readonly object[] = [
    { ...rest, order_by: 'runs' },
    { by: 'model' },
    { by: 'metrics.a.c' },
    { metrics: ['params.model'] },
    { order_by: 'nothing' },
    { filter: 'metrics.a.c >> 1' },
  ]
  for (const body of wrong) assert.equal((await ask(body)).status, 400, JSON.stringify(body))
})

databaseTest('the mean of a group holds for numbers of any size', async (database) => {
  const tracking = trackingLab(database)
  const add = async (group: string, ...numbers: readonly number[]): Promise<void> => {
    for (const value of numbers) {
      const { runId } = (await tracking.runs.create({})).info
      const metrics = [{ key: 'm', value, timestampMs: 1, step: 0 }]
      await tracking.runs.logBatch(runId, { metrics, params: [{ key: 'g', value: group }] })
    }
  }
  await add('small', 5e-324, 5e-324)
  await add('large', Infinity, Infinity)
  await add('both', Number.MAX_VALUE, -Number.MAX_VALUE)
  await add('some', 1e200, 1)
  const query = {
    experimentIds: ['0'],
    groupBy: { kind: 'parameter', key: 'g' },
    metrics: ['m'],
    maxResults: 10,
  } as const
  const { items } = await tracking.groupRuns({ ...query, order: { by: 'metric', key: 'm', isDescending: true } })
  assert.deepEqual(
    items.map(({ value, metrics }) => [value, metrics[0]!.mean]),
    [
      ['large', Number.MAX_VALUE],
      ['some', 5e199],
      ['small', 5e-324],
      ['both', 0],
    ],
  )
})
