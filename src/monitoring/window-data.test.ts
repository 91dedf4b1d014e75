import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { collect, openMonitorLab, sampleRows } from './monitors.test-support.ts'

const monitor = (signals: string): string => `
name: m
trigger: {type: cron, expression: 0 0 * * *}
create_monitor:
  monitoring_target: {ml_task: regression, endpoint_deployment_id: azureml:credit:blue}
${signals}
`
const day = 86_400_000

databaseTest(
  'out of the box: what a deployment collected in this period against the one before',
  async (database, t) => {
    const lab = openMonitorLab(database, t)
    const at = (days: number): number => lab.nowMs - days * day
    await collect(lab, { collection: 'model_inputs', atMs: at(1.5) }, sampleRows(200))
    await collect(lab, { collection: 'model_inputs', atMs: at(0.6) }, sampleRows(100, { shift: 0.6, seed: 5 }))
    await collect(lab, { collection: 'model_inputs', atMs: at(0.3) }, sampleRows(100, { shift: 0.6, seed: 6 }))
    // Of before both windows: it says nothing.
    await collect(lab, { collection: 'model_inputs', atMs: at(5) }, sampleRows(500, { shift: 9 }))
    await lab.create(monitor(''))
    const { run } = await lab.run('m')
    assert.deepEqual(
      run.signals.map(({ name, status, rows, detail }) => [name, status, rows, detail]),
      [
        [
          'data_drift',
          'computed',
          { production: 200, reference: 200 },
          'credit/blue model_inputs against credit/blue model_inputs',
        ],
        ['prediction_drift', 'no-data', undefined, 'no rows of credit/blue model_outputs'],
        [
          'data_quality',
          'computed',
          { production: 200, reference: 200 },
          'credit/blue model_inputs against credit/blue model_inputs',
        ],
      ],
    )
    lab.nowMs += 1000
    assert.deepEqual(
      (await lab.breaches('m')).filter((breach) => breach.startsWith('data_drift')),
      ['data_drift x normalized_wasserstein_distance'],
    )
  },
)

databaseTest('a data asset whose versions are collected windows means all of them', async (database, t) => {
  const lab = openMonitorLab(database, t)
  await collect(lab, { collection: 'model_inputs', atMs: lab.nowMs - 0.5 * day, asset: 'inputs' }, sampleRows(50))
  await collect(lab, { collection: 'model_inputs', atMs: lab.nowMs - 0.4 * day, asset: 'inputs' }, sampleRows(50))
  lab.write('reference.csv', sampleRows(100))
  await lab.create(
    monitor(`  monitoring_signals:
    drift: {type: data_drift, production_data: {input_data: azureml:inputs:1}, reference_data: {input_data: ./reference.csv}}`),
  )
  const { run } = await lab.run('m')
  assert.deepEqual(run.signals[0]!.rows, { production: 100, reference: 100 })
})

databaseTest('collected predictions are joined with their truth by the correlation id', async (database, t) => {
  const lab = openMonitorLab(database, t)
  const predictions = Array.from({ length: 40 }, (_, i) => [i + 0.5])
  await collect(lab, { collection: 'model_outputs', atMs: lab.nowMs - 0.5 * day }, [['prediction'], ...predictions])
  lab.write('truth.csv', [['id', 'y'], ...predictions.map((_, i) => [`r${i + 1}_0`, i])])
  await lab.create(
    monitor(`  monitoring_signals:
    performance:
      type: model_performance
      reference_data: {input_data: ./truth.csv, data_context: ground_truth, data_column_names: {target_column: y, correlation_id: id}}
      metric_thresholds: {tabular_regression: {mae: 0.4}}`),
  )
  const { run, verdicts } = await lab.run('m')
  assert.equal(run.signals[0]!.detail, '40 of 40 predictions (100 %) have their truth')
  assert.deepEqual(
    verdicts.filter(({ isBreach }) => isBreach).map(({ metric, effect }) => [metric, effect]),
    [['mae', 0.5]],
  )
})

databaseTest('a run by hand looks at what was collected from the time on that it names', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  const minute = 60_000
  await collect(lab, { collection: 'model_inputs', atMs: lab.nowMs - 2 * minute }, sampleRows(300, { seed: 3 }))
  const shifted = sampleRows(300, { shift: 0.5, seed: 7 })
  await collect(lab, { collection: 'model_inputs', atMs: lab.nowMs - minute }, shifted)
  await lab.create(`
name: m
trigger: {type: cron, expression: 0 3 * * *}
create_monitor:
  monitoring_target: {ml_task: regression, endpoint_deployment_id: azureml:credit:blue}
  monitoring_signals:
    lately: {type: data_drift, reference_data: {input_data: ./reference.csv}}
    before:
      type: data_drift
      production_data: {data_window: {lookback_window_size: PT1H, lookback_window_offset: PT5M}}
      reference_data: {input_data: ./reference.csv}
    fixed:
      type: data_drift
      production_data: {data_window: {window_start: 2026-03-10T11:57:30Z, window_end: 2026-03-10T11:58:30Z}}
      reference_data: {input_data: ./reference.csv}
`)
  const rowsFrom = async (fromMs?: number): Promise<readonly (number | undefined)[]> => {
    const { run } = await lab.runFrom('m', fromMs)
    return run.signals.map(({ rows }) => rows?.production)
  }
  assert.deepEqual(await rowsFrom(), [600, undefined, 300])
  assert.deepEqual(await rowsFrom(lab.nowMs - minute), [300, undefined, 300])
  const { run, verdicts } = await lab.runFrom('m', lab.nowMs - minute)
  assert.deepEqual(run.signals[0]!.window, { startMs: lab.nowMs - minute, endMs: lab.nowMs })
  assert.equal(verdicts.find(({ feature, isBreach }) => isBreach && feature === 'x')!.sinceMs, lab.nowMs - minute)
  // What died before it was stored is computed by the next server from the time that was asked for.
  const asked = lab.nowMs - minute
  lab.crashAt = 'monitor-run-computed'
  lab.nowMs += 1
  await rowsFrom(asked)
  lab.crashAt = undefined
  lab.restart()
  await lab.moveTo(new Date(lab.nowMs + 30_000).toISOString())
  const [adopted] = await lab.monitors.runs('m', 1)
  assert.deepEqual([adopted!.status, adopted!.attempts, adopted!.signals[0]!.window?.startMs], ['completed', 1, asked])
  await assert.rejects(rowsFrom(lab.nowMs), {
    code: 'invalid-request',
    message: /begin at 2026-03-10T12:00:30.001Z, and end at 2026-03-10T12:00:30.001Z/,
  })
})
