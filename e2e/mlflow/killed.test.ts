import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSluiceIn } from './sluice-server.ts'

const clients = 8
/** Enough that every client is in the middle of something when the server dies. */
const acknowledgedBeforeTheKill = 400

interface Point {
  readonly run_id: string
  readonly step: number
}

test('kill -9 while 8 clients log: every metric that was acknowledged is there afterwards', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-killed-'))
  const first = await startSluiceIn(folder)
  const call = async (url: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      ...(body !== undefined && {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    })
    assert.equal(response.status, 200, await response.clone().text())
    return (await response.json()) as Record<string, unknown>
  }
  const acknowledged: Point[] = []
  let killed = false
  const logUntilKilled = async (): Promise<void> => {
    const { run } = (await call(first.url, 'runs/create', {})) as { run: { info: { run_id: string } } }
    const { run_id } = run.info
    for (let step = 0; ; step++) {
      try {
        await call(first.url, 'runs/log-metric', { run_id, key: 'm', value: step, timestamp: step, step })
      } catch (error) {
        assert.ok(killed, String(error))
        return
      }
      acknowledged.push({ run_id, step })
      if (acknowledged.length === acknowledgedBeforeTheKill) {
        killed = true
        first.kill('SIGKILL')
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, logUntilKilled))
  await first.ended
  const second = await startSluiceIn(folder)
  t.after(async () => {
    second.kill('SIGTERM')
    await second.ended
    await rm(folder, { recursive: true, force: true })
  })
  for (const run_id of new Set(acknowledged.map((point) => point.run_id))) {
    const { metrics } = (await call(second.url, `metrics/get-history?run_id=${run_id}&metric_key=m`)) as {
      metrics: readonly { readonly step: number; readonly value: number }[]
    }
    const found = new Map(metrics.map(({ step, value }) => [step, value]))
    for (const { step } of acknowledged.filter((point) => point.run_id === run_id))
      assert.equal(found.get(step), step, `step ${step} of ${run_id} was acknowledged`)
  }
  assert.ok(acknowledged.length >= acknowledgedBeforeTheKill)
})
