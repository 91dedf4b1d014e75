import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import { runTableRoutes } from './run-table-routes.ts'

type Answer = Readonly<Record<string, unknown>>
type Items = readonly { readonly run_id: string; readonly name: string; readonly values: readonly unknown[] }[]

databaseTest(
  'a table of runs has the columns asked for, its count, its keys and its comparison',
  async (database, t) => {
    const tracking = trackingLab(database)
    const server = await startHttpServer({ routes: runTableRoutes(tracking), port: 0 })
    t.after(() => server.close())
    const ask = async (path: string, body?: object): Promise<{ readonly status: number; readonly body: Answer }> => {
      const response = await fetch(`${server.url}/api/v1/${path}`, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json' },
      })
      return { status: response.status, body: (await response.json()) as Answer }
    }
    const made: string[] = []
    for (const [index, value] of [0.5, Number.NaN, 0.9, undefined].entries()) {
      const { runId } = (await tracking.runs.create({ runName: `r${index}`, startMs: 1000 + index })).info
      made.push(runId)
      const metrics = value === undefined ? [] : [{ key: 'a.b', value, timestampMs: 1, step: index }]
      await tracking.runs.logBatch(runId, {
        metrics,
        params: [{ key: 'lr', value: String(index % 2) }],
        tags: [{ key: `only ${index}`, value: '' }],
      })
    }
    await tracking.runs.update(made[0]!, { status: 'FINISHED', endMs: 5000 })
    const table = { experiment_ids: ['0'], columns: ['metrics.a.b', 'params.lr', 'tags.only 3', 'params.lr'] }

    const first = (await ask('runs/search', { ...table, order_by: ['metrics.`a.b` DESC'], max_results: 3 })).body
    const items = first['items'] as Items
    assert.deepEqual(
      items.map(({ name, values }) => [name, ...values]),
      [
        ['r2', 0.9, '0', null, '0'],
        ['r0', 0.5, '0', null, '0'],
        ['r1', 'NaN', '1', null, '1'],
      ],
    )
    assert.deepEqual(
      { ...items[1], values: [] },
      {
        run_id: made[0],
        experiment_id: '0',
        name: 'r0',
        user: '',
        status: 'FINISHED',
        started_at: '1970-01-01T00:00:01.000Z',
        ended_at: '1970-01-01T00:00:05.000Z',
        lifecycle_stage: 'active',
        values: [],
      },
    )
    const rest = { ...table, order_by: ['metrics.`a.b` DESC'], page_token: first['next_page_token'] }
    const second = (await ask('runs/search', rest)).body
    assert.deepEqual(
      (second['items'] as Items).map(({ name, values }) => [name, ...values]),
      [['r3', null, '1', '', '1']],
    )
    assert.equal(second['next_page_token'], undefined)

    const count = async (more: object) => (await ask('runs/count', { experiment_ids: ['0'], ...more })).body['total']
    assert.equal(await count({}), 4)
    assert.equal(await count({ filter: "params.lr = '0' and metrics.`a.b` > 0.6" }), 1)
    assert.equal(await count({ filter: "params.nope IS NULL and status = 'FINISHED'" }), 1)
    assert.equal(await count({ view: 'deleted' }), 0)

    const wrong = await ask('runs/search', { ...table, filter: 'metrics.x >> 3' })
    assert.equal(wrong.status, 400)
    const { at, message } = wrong.body['error'] as { readonly at: object; readonly message: string }
    assert.deepEqual(at, { file: 'filter', line: 1, column: 11 })
    assert.match(message, /\n {2}metrics\.x >> 3\n {12}\^$/)
    for (const body of [{ columns: ['lr'] }, { max_results: 0 }, { order_by: ['x y z'] }, { view: 'none' }])
      assert.equal((await ask('runs/search', { ...table, ...body })).status, 400, JSON.stringify(body))

    assert.deepEqual((await ask('experiments/0/run-keys')).body, {
      metrics: ['a.b'],
      params: ['lr'],
      tags: ['mlflow.runName', 'only 0', 'only 1', 'only 2', 'only 3'],
      is_complete: true,
    })
    assert.deepEqual((await ask('experiments/99/run-keys')).body['params'], [])

    const compared = (await ask('runs/compare', { run_ids: [made[2], made[0]], only_different: true })).body
    assert.deepEqual(compared['metrics'], [{ key: 'a.b', values: [0.9, 0.5] }])
    assert.deepEqual(compared['params'], [])
    assert.deepEqual(compared['tags'], [
      { key: 'mlflow.runName', values: ['r2', 'r0'] },
      { key: 'only 0', values: [null, ''] },
      { key: 'only 2', values: ['', null] },
    ])
    const whole = (await ask('runs/compare', { run_ids: [made[1], made[1], made[0]] })).body
    assert.deepEqual(whole['metrics'], [{ key: 'a.b', values: ['NaN', 0.5] }])
    assert.deepEqual(whole['params'], [{ key: 'lr', values: ['1', '0'] }])
    assert.equal((await ask('runs/compare', { run_ids: ['nope'] })).status, 404)
  },
)

databaseTest('curves of some metrics in some runs come in one call', async (database, t) => {
  const tracking = trackingLab(database)
  const server = await startHttpServer({ routes: runTableRoutes(tracking), port: 0 })
  t.after(() => server.close())
  const ids: string[] = []
  for (const factor of [1, 10]) {
    const { runId } = (await tracking.runs.create({})).info
    ids.push(runId)
    const values = [3, Number.NaN, 1, 2].map((value) => value * factor)
    await tracking.runs.logBatch(runId, {
      metrics: values.map((value, step) => ({ key: 'loss', value, timestampMs: 10 + step, step })),
    })
  }
  const ask = async (body: object) => {
    const response = await fetch(`${server.url}/api/v1/metrics/series`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const curve = { key: 'loss', count: 4, from: [0, 2], to: [1, 3], counts: [2, 2], nan_counts: [1, 0] }
  assert.deepEqual((await ask({ run_ids: ids, keys: ['loss', 'never'], points: 2 })).body, {
    axis: 'step',
    items: [
      { run_id: ids[0], ...curve, min: [3, 1], max: [3, 2], last: [3, 2] },
      { run_id: ids[1], ...curve, min: [30, 10], max: [30, 20], last: [30, 20] },
    ],
  })
  const [nan] = (await ask({ run_ids: [ids[0]], keys: ['loss'], axis: 'time', from: 11, to: 11 })).body[
    'items'
  ] as readonly Answer[]
  assert.deepEqual([nan!['min'], nan!['last'], nan!['from']], [[null], [null], [11]])
  const many = { run_ids: Array.from({ length: 20 }, String), keys: Array.from({ length: 60 }, String) }
  assert.equal((await ask(many)).status, 400)
})

databaseTest('children of many runs are counted at once, in the view and the experiments', async (database, t) => {
  const tracking = trackingLab(database)
  const server = await startHttpServer({ routes: runTableRoutes(tracking), port: 0 })
  t.after(() => server.close())
  const other = await tracking.experiments.create({ name: 'other' })
  const add = async (parent?: string, experimentId = '0'): Promise<string> => {
    const { runId } = (await tracking.runs.create({ experimentId })).info
    if (parent !== undefined)
      await tracking.runs.logBatch(runId, { tags: [{ key: 'mlflow.parentRunId', value: parent }] })
    return runId
  }
  const root = await add()
  const [child, gone] = [await add(root), await add(root)]
  await add(root, other)
  const leaf = await add(child)
  await add(`${root}${'x'.repeat(40)}`)
  await tracking.runs.delete(gone)
  const count = async (body: object) => {
    const response = await fetch(`${server.url}/api/v1/runs/count-children`, {
      method: 'POST',
      body: JSON.stringify({ experiment_ids: ['0'], ...body }),
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const children = async (body: object) => (await count(body)).body['children']
  const runs = [leaf, root, 'never', child, root, 'y'.repeat(100)]
  assert.deepEqual(await children({ run_ids: runs }), [0, 1, 0, 1, 1, 0])
  assert.deepEqual(await children({ run_ids: runs, view: 'all' }), [0, 2, 0, 1, 2, 0])
  assert.deepEqual(await children({ run_ids: [root], view: 'deleted' }), [1])
  assert.deepEqual(await children({ run_ids: [root], experiment_ids: ['0', other] }), [2])
  assert.deepEqual(await children({ run_ids: [root], experiment_ids: ['99'] }), [0])
  assert.equal((await count({ run_ids: [] })).status, 400)
})
