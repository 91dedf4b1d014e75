import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { type MonitorLab, openMonitorLab } from '../monitors.test-support.ts'

const monitor = (signal: string, task = ''): string => `
name: m
trigger: {type: cron, expression: 0 0 * * *}
create_monitor:
  monitoring_target: {${task}}
  monitoring_signals:
    s:
      type: model_performance
      production_data: {input_data: ./predictions.csv, data_column_names: {prediction: p, correlation_id: id, timestamp: at}}
      reference_data: {input_data: ./truth.csv, data_context: ground_truth, data_column_names: {target_column: y, correlation_id: id}}
      ${signal}
`
const day = 86_400_000

/** Forty predictions a day before the run and forty the day before that; every tenth has no truth yet. */
function writeDays(
  lab: MonitorLab,
  {
    before,
    now,
    truth,
  }: { before: (i: number) => unknown; now: (i: number) => unknown; truth: (i: number) => unknown },
): void {
  const rows = Array.from({ length: 80 }, (_, i) => i)
  const at = (i: number): string => new Date(lab.nowMs - (i < 40 ? 1.5 : 0.5) * day).toISOString()
  lab.write('predictions.csv', [
    ['id', 'p', 'at'],
    ...rows.map((i) => [`r${i}`, String(i < 40 ? before(i) : now(i)), at(i)]),
  ])
  // A truth that was corrected comes twice.
  const known = rows.filter((i) => i % 10 !== 0)
  lab.write('truth.csv', [
    ['id', 'y'],
    ['r41', 'wrong'],
    ...known.map((i) => [`r${i}`, String(truth(i))]),
    ['nobody', '1'],
  ])
}

databaseTest('regression against truth that comes later, and against the window before', async (database, t) => {
  const lab = openMonitorLab(database, t)
  writeDays(lab, { before: (i) => i + 1, now: (i) => i + 3, truth: (i) => i })
  await lab.create(monitor('', 'ml_task: regression'))
  const { run, verdicts } = await lab.run('m')
  assert.deepEqual(run.signals[0]!.rows, { production: 40, reference: 36 })
  assert.equal(run.signals[0]!.detail, '36 of 40 predictions (90 %) have their truth')
  assert.deepEqual(
    verdicts.map(({ metric, effect, threshold, isBreach }) => [metric, effect, threshold, isBreach]),
    [
      ['mae', 3, 1.1, true],
      ['mse', 9, 1.1, true],
      ['rmse', 3, 1.1, true],
    ],
  )
  assert.deepEqual(verdicts[0]!.detail.moved, { of: 'mae', from: 1, to: 3 })
})

databaseTest('classification as scikit-learn counts it, with thresholds', async (database, t) => {
  const lab = openMonitorLab(database, t)
  // Of the 36 with truth: positives are the even ones.
  writeDays(lab, {
    before: (i) => Number(i % 2 === 0),
    now: (i) => Number(i % 4 === 0),
    truth: (i) => Number(i % 2 === 0),
  })
  await lab.create(monitor('metric_thresholds: {tabular_classification: {accuracy: 0.8, recall: 0.4, precision: 1}}'))
  const { verdicts } = await lab.run('m')
  const of = (metric: string) => verdicts.find((verdict) => verdict.metric === metric)!
  // 40..79 without 40, 50, 60, 70: 16 positives, of which 8 (multiples of 4) are predicted, and 20 negatives.
  assert.deepEqual([of('recall').effect, of('recall').isBreach], [0.5, false])
  assert.deepEqual([of('precision').effect, of('precision').isBreach], [1, false])
  assert.deepEqual([of('accuracy').effect, of('accuracy').isBreach], [28 / 36, true])
  assert.equal(of('f1_score').effect, 2 / 3)
  assert.equal(of('f1_score').threshold, undefined)
})

databaseTest('classes of more than two are averaged, and what is too little says nothing', async (database, t) => {
  const lab = openMonitorLab(database, t)
  const name = (i: number): string => ['red', 'green', 'blue'][i % 3]!
  writeDays(lab, { before: name, now: (i) => (i % 3 === 0 ? 'green' : name(i)), truth: name })
  await lab.create(monitor(''))
  const { verdicts } = await lab.run('m')
  const accuracy = verdicts.find(({ metric }) => metric === 'accuracy')!
  assert.equal(accuracy.isBreach, true)
  assert.equal(accuracy.detail.moved!.from, 1)
  // 13 of 36 are red and none is found; the 12 green are found among 25.
  const recall = verdicts.find(({ metric }) => metric === 'recall')!
  assert.ok(Math.abs(recall.effect! - 2 / 3) < 1e-12)
  lab.write('truth.csv', [['id', 'y'], ...Array.from({ length: 5 }, (_, i) => [`r${i + 41}`, 'red'])])
  lab.nowMs += 1000
  const { run } = await lab.run('m')
  assert.equal(run.signals[0]!.status, 'no-data')
  assert.match(run.signals[0]!.detail!, /^5 of 40 predictions \(12.5 %\) have their truth: fewer than 30 say nothing$/)
})

databaseTest('a column that is not there is named, with what there is', async (database, t) => {
  const lab = openMonitorLab(database, t)
  writeDays(lab, { before: Number, now: Number, truth: Number })
  await lab.create(monitor('').replace('prediction: p', 'prediction: pp'))
  const { run } = await lab.run('m')
  assert.match(run.detail!, /There is no column "pp" in .*predictions.csv\. There are id, p, at\./)
})
