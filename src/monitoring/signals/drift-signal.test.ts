import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { openMonitorLab, sampleRows } from '../monitors.test-support.ts'

const monitor = (signal: string): string => `
name: m
trigger: {type: cron, expression: 0 0 * * *}
create_monitor:
  monitoring_target: {endpoint_deployment_id: azureml:credit:blue}
  monitoring_signals:
    s: ${signal}
`
const files = 'production_data: {input_data: ./production.csv}, reference_data: {input_data: ./reference.csv}'

databaseTest('several metrics, with a threshold for each', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, share: 0.9, seed: 7 }))
  const thresholds =
    '{numerical: {population_stability_index: 0.1, two_sample_kolmogorov_smirnov_test: 0.9, jensen_shannon_distance: 0.1}, categorical: {pearsons_chi_squared_test: 0.1, population_stability_index: 50}}'
  await lab.create(monitor(`{type: data_drift, ${files}, metric_thresholds: ${thresholds}}`))
  const { verdicts } = await lab.run('m')
  assert.deepEqual(
    verdicts
      .filter(({ feature }) => feature !== 'still')
      .map(({ feature, metric, isBreach, detail }) => [feature, metric, isBreach, detail.binning]),
    [
      ['kind', 'pearsons_chi_squared_test', true, 'categories'],
      ['kind', 'population_stability_index', false, 'categories'],
      ['x', 'jensen_shannon_distance', true, "Sturges' rule over both samples"],
      ['x', 'population_stability_index', true, 'deciles of the reference'],
      ['x', 'two_sample_kolmogorov_smirnov_test', false, undefined],
    ],
  )
})

databaseTest('as Evidently judges, all columns together included', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, share: 0.9, seed: 7 }))
  await lab.create(monitor(`{type: data_drift, ${files}, mode: evidently}`))
  const { verdicts } = await lab.run('m')
  const of = (feature: string) => verdicts.find((verdict) => verdict.feature === feature)!
  assert.deepEqual([of('x').metric, of('x').threshold, of('x').isBreach], ['ks', 0.05, true])
  assert.equal(of('x').detail.breachesWhen, 'below')
  assert.deepEqual([of('kind').metric, of('kind').isBreach], ['z', true])
  const share = of('')
  assert.deepEqual([share.metric, share.effect, share.isBreach], ['share_of_drifted_columns', 2 / 3, true])
})

databaseTest('chance is no drift: few rows differ by more than a threshold', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(60))
  lab.write('production.csv', sampleRows(40, { seed: 5 }))
  await lab.create(
    monitor(`{type: data_drift, ${files}, metric_thresholds: {numerical: {jensen_shannon_distance: 0.01}}}`),
  )
  const { verdicts } = await lab.run('m')
  assert.ok(verdicts.every(({ isBreach }) => !isBreach))
  const x = verdicts.find(({ feature }) => feature === 'x')!
  assert.ok(x.effect! >= 0.01)
  assert.equal(x.detail.note, 'chance alone may make such a difference')
  lab.write('production.csv', sampleRows(10))
  const { run } = await lab.run('m')
  assert.deepEqual([run.signals[0]!.status, run.signals[0]!.verdictCount], ['no-data', 0])
  assert.match(run.signals[0]!.detail!, /^10 rows against 60: fewer than 30 say nothing$/)
})

databaseTest(
  'the most important features of training data, a segment, and types that are said',
  async (database, t) => {
    const lab = openMonitorLab(database, t)
    const withTarget = (rows: (string | number)[][]) =>
      rows.map((row, at) =>
        at === 0 ? [...row, 'code', 'y'] : [...row, at % 3, Number(row[0]) * 2 + Number(row[1]) * 0.2],
      )
    lab.write('reference.csv', withTarget(sampleRows(400)))
    lab.write('production.csv', withTarget(sampleRows(400, { shift: 0.5, seed: 7 })))
    const reference =
      'reference_data: {input_data: ./reference.csv, data_context: training, data_column_names: {target_column: y}}'
    const data = `production_data: {input_data: ./production.csv}, ${reference}`
    await lab.create(monitor(`{type: data_drift, ${data}, features: {top_n_feature_importance: 1}}`))
    const top = await lab.run('m')
    assert.deepEqual(
      top.verdicts.map(({ feature }) => feature),
      ['x'],
    )
    const { monitors } = lab
    const { by } = { by: { kind: 'local' } as never }
    await monitors.update(
      await lab.read(
        monitor(
          `{type: data_drift, ${data}, data_segment: {feature_name: kind, feature_values: [a]}, feature_type_override: {code: categorical, kind: numerical}}`,
        ),
      ),
      by,
    )
    lab.nowMs += 1000
    const { verdicts, run } = await lab.run('m')
    assert.ok(run.signals[0]!.rows!.production < 300)
    assert.equal(verdicts.find(({ feature }) => feature === 'code')!.metric, 'jensen_shannon_distance')
    assert.equal(
      verdicts.find(({ feature }) => feature === 'y'),
      undefined,
    )
  },
)

databaseTest('predictions are compared though the two sides call them differently', async (database, t) => {
  const lab = openMonitorLab(database, t)
  const column = (name: string, shift: number, seed: number) => [
    [name],
    ...sampleRows(200, { shift, seed })
      .slice(1)
      .map(([x]) => [x!]),
  ]
  lab.write('reference.csv', column('y', 0, 1))
  lab.write('production.csv', column('score', 1, 2))
  await lab.create(
    monitor(
      '{type: prediction_drift, production_data: {input_data: ./production.csv, data_column_names: {prediction: score}}, reference_data: {input_data: ./reference.csv, data_column_names: {target_column: y}}}',
    ),
  )
  assert.deepEqual(await lab.breaches('m'), ['s score normalized_wasserstein_distance'])
})
