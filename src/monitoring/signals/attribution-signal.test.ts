import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { openMonitorLab, sampleRows } from '../monitors.test-support.ts'

const monitor = (production: string, more = ''): string => `
name: m
trigger: {type: cron, expression: 0 0 * * *}
create_monitor:
  monitoring_signals:
    s:
      type: feature_attribution_drift
      production_data: ${production}
      reference_data: {input_data: ./reference.csv, data_context: training, data_column_names: {target_column: y}}
      ${more}
`

/** Samples with a target that depends so much on `x` and so much on `still`. */
function withTarget(
  name: string,
  { x: a, still: b, seed = 1 }: { readonly x: number; readonly still: number; readonly seed?: number },
): (string | number)[][] {
  return sampleRows(400, { seed }).map((row, at) =>
    at === 0 ? ['id', ...row, name] : [`r${at}`, ...row, a * Number(row[0]) + b * Number(row[1])],
  )
}

databaseTest('features that matter as before do not drift; those that change places do', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', withTarget('y', { x: 3, still: 0.5 }))
  lab.write('production.csv', withTarget('prediction', { x: 3, still: 0.5, seed: 7 }))
  await lab.create(monitor('{input_data: ./production.csv}'))
  const same = (await lab.run('m')).verdicts.find(({ feature }) => feature === '')!
  assert.equal(same.metric, 'normalized_discounted_cumulative_gain')
  assert.equal(same.isBreach, false)
  assert.ok(same.effect! > 0.99)
  lab.write('production.csv', withTarget('prediction', { x: 0.2, still: 3, seed: 7 }))
  lab.nowMs += 1000
  const { verdicts } = await lab.run('m')
  const drifted = verdicts.find(({ feature }) => feature === '')!
  assert.deepEqual([drifted.threshold, drifted.isBreach], [0.9, true])
  const still = verdicts.find(({ feature }) => feature === 'still')!
  assert.ok(still.detail.moved!.from < 0.2 && still.detail.moved!.to > 0.8)
})

databaseTest('inputs and predictions that lie apart are joined by their ids', async (database, t) => {
  const lab = openMonitorLab(database, t)
  const all = withTarget('score', { x: 3, still: 0.5, seed: 7 })
  lab.write('reference.csv', withTarget('y', { x: 3, still: 0.5 }))
  lab.write(
    'inputs.csv',
    all.map((row) => row.slice(0, 4)),
  )
  lab.write(
    'outputs.csv',
    [...all.slice(0, 1), ...all.slice(1).reverse()].map((row) => [row[0]!, row[4]!]),
  )
  const data =
    '[{input_data: ./inputs.csv, data_column_names: {correlation_id: id}}, {input_data: ./outputs.csv, data_column_names: {correlation_id: id, prediction: score}}]'
  await lab.create(monitor(data, 'metric_thresholds: {normalized_discounted_cumulative_gain: 0.99}'))
  const { run, verdicts } = await lab.run('m')
  assert.deepEqual(run.signals[0]!.rows, { production: 400, reference: 400 })
  assert.equal(verdicts.find(({ feature }) => feature === '')!.isBreach, false)
  await lab.monitors.update(await lab.read(monitor(data.replace('correlation_id: id}', 'correlation_id: key}'))), {
    kind: 'local',
  } as never)
  lab.nowMs += 1000
  assert.match((await lab.run('m')).run.detail!, /There is no column "key" in .*inputs.csv/)
})
