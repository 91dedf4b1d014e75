import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { AnsweredRequest } from '../../serving/answered-request.ts'
import { servedMinutes } from '../../serving/observe/served-minutes.ts'
import type { Database } from '../../database/database.ts'
import { type MonitorLab, openMonitorLab } from '../monitors.test-support.ts'

const monitor = (more = ''): string => `
name: m
trigger: {type: cron, expression: 0 * * * *}
create_monitor:
  monitoring_target: {endpoint_deployment_id: azureml:credit:blue}
  monitoring_signals:
    s: {type: endpoint_performance${more}}
`
const minute = 60_000

interface Traffic {
  readonly fromMin: number
  readonly toMin: number
  readonly latencyMs: number
  readonly failing?: number
}

/** Thirty answers in every minute from so many minutes before now until so many. */
async function serve(database: Database, lab: MonitorLab, traffic: readonly Traffic[]): Promise<void> {
  const minutes = servedMinutes({
    database,
    clock: { now: () => lab.nowMs, after: () => () => undefined },
    part: 'p',
    warn: (message) => {
      throw new Error(message)
    },
  })
  for (const { fromMin, toMin, latencyMs, failing = 0 } of traffic) {
    for (let at = fromMin; at > toMin; at--) {
      for (let request = 0; request < 30; request++) {
        const isFailing = request < failing
        minutes.observer({
          endpoint: 'credit',
          revision: { deployment: 'blue' },
          arrivedMs: lab.nowMs - at * minute,
          // Some spread, as there always is.
          durationMs: latencyMs * (1 + (request % 10) / 100 + (at % 3) / 50),
          answer: isFailing ? { kind: 'refused', error: { status: 424 } } : { kind: 'answered' },
        } as unknown as AnsweredRequest)
      }
    }
  }
  await minutes.flush()
  await minutes.close()
}

databaseTest(
  'a deployment that is as ever is well; one that got slow is named, with since when and by how much',
  async (database, t) => {
    const lab = openMonitorLab(database, t)
    await serve(database, lab, [{ fromMin: 480, toMin: 0, latencyMs: 10 }])
    await lab.create(monitor())
    const { run, verdicts } = await lab.run('m')
    assert.deepEqual(run.signals[0]!.rows, { production: 1800, reference: 12_600 })
    assert.deepEqual(
      verdicts.map(({ metric, isBreach }) => [metric, isBreach]),
      [
        ['failure_rate', false],
        ['latency_p50', false],
        ['latency_p95', false],
        ['latency_p99', false],
      ],
    )
    lab.nowMs += 60 * minute
    await serve(database, lab, [
      { fromMin: 60, toMin: 40, latencyMs: 10 },
      { fromMin: 40, toMin: 0, latencyMs: 40, failing: 6 },
    ])
    const slow = await lab.run('m')
    const of = (metric: string) => slow.verdicts.find((verdict) => verdict.metric === metric)!
    assert.ok(slow.verdicts.every(({ isBreach }) => isBreach))
    // Steps are three minutes: the one in which it began.
    const since = lab.nowMs - of('latency_p95').sinceMs!
    assert.ok(since >= 40 * minute && since <= 43 * minute, `${since / minute}`)
    const { from, to } = of('latency_p95').detail.moved!
    assert.ok(from > 9 && from < 13 && to > 36 && to < 50)
    assert.ok(Math.abs(of('failure_rate').effect! - (40 * 6) / 1800) < 1e-9)
  },
)

databaseTest('thresholds are milliseconds and shares, and too little says nothing', async (database, t) => {
  const lab = openMonitorLab(database, t)
  await lab.create(monitor(', metric_thresholds: {latency_p95: 5, failure_rate: 0.5}'))
  const { run } = await lab.run('m')
  assert.deepEqual(
    [run.signals[0]!.status, run.signals[0]!.detail],
    ['no-data', '0 requests: fewer than 20 say nothing'],
  )
  await serve(database, lab, [{ fromMin: 30, toMin: 0, latencyMs: 10, failing: 1 }])
  lab.nowMs += 1000
  const { run: second, verdicts } = await lab.run('m')
  assert.deepEqual(
    verdicts.filter(({ isBreach }) => isBreach).map(({ metric }) => metric),
    ['latency_p95'],
  )
  assert.match(second.signals[0]!.detail!, /too little is known of its past/)
})
