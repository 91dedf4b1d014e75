import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSqlite } from '../../../test/database.test-support.ts'
import { startHttpServer } from '../../server/http-server.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import { runRoutes } from './run-routes.ts'

test('a curve is asked for by width, axis and range, and a run is taken over once', async (t) => {
  const tracking = trackingLab(await openSqlite(t))
  const server = await startHttpServer({ routes: runRoutes(tracking), port: 0 })
  t.after(() => server.close())
  const { runId } = (await tracking.runs.create({})).info
  const metrics = [1, 5, Number.NaN, 2].map((value, step) => ({ key: 'a/b', value, timestampMs: 10 + step, step }))
  await tracking.runs.logBatch(runId, { metrics })
  const series = async (query: string) => {
    const response = await fetch(`${server.url}/api/v1/runs/${runId}/metrics/series?${query}`)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  assert.deepEqual(await series('key=a/b&points=1'), {
    status: 200,
    body: {
      run_id: runId,
      key: 'a/b',
      axis: 'step',
      count: 4,
      points: [{ from: 0, to: 3, count: 4, nan_count: 1, min: 1, max: 5, last: 2 }],
    },
  })
  const inTime = await series('key=a/b&axis=time&from=11&to=12')
  assert.deepEqual(
    (inTime.body['points'] as { from: number }[]).map(({ from }) => from),
    [11, 12],
  )
  for (const wrong of ['points=2', 'key=a&points=0', 'key=a&points=x', 'key=a&axis=loss']) {
    assert.equal((await series(wrong)).status, 400, wrong)
  }
  const adopt = async (path: string, body: object) => {
    const response = await fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    })
    return `${response.status} ${await response.text()}`
  }
  const run = { run_id: 'r1', experiment_id: '0', run_name: 'r', status: 'FINISHED', start_ms: 1, end_ms: 2 }
  assert.equal(await adopt('runs', run), '200 {"created":true}')
  assert.equal(await adopt('runs', run), '200 {"created":false}')
  assert.match(await adopt('runs', { ...run, status: 'DONE' }), /^400 /)
  const model = { model_id: 'm-1', experiment_id: '0', name: 'm', status: 'READY', created_ms: 1, updated_ms: 2 }
  assert.equal(await adopt('logged-models', model), '200 {"created":true}')
  assert.match(await adopt('logged-models', { ...model, model_id: '../m' }), /^400 /)
})
