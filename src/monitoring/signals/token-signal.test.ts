import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { openMonitorLab } from '../monitors.test-support.ts'

const monitor = (more = '', columns = ''): string => `
name: m
trigger: {type: cron, expression: 0 0 * * *}
create_monitor:
  monitoring_signals:
    s:
      type: generation_token_statistics
      production_data: {input_data: ./answers.csv, data_column_names: {timestamp: at${columns}}}
      ${more}
`

databaseTest('tokens of a request against the window before, and against thresholds', async (database, t) => {
  const lab = openMonitorLab(database, t)
  const at = (day: number): string => new Date(lab.nowMs - day * 86_400_000).toISOString()
  lab.write('answers.csv', [
    ['at', 'prompt_tokens', 'completion_tokens'],
    ...Array.from({ length: 4 }, () => [at(1.5), 100, 50]),
    ...Array.from({ length: 2 }, () => [at(0.5), 300, 60]),
  ])
  await lab.create(monitor())
  const { verdicts, run } = await lab.run('m')
  assert.deepEqual(run.signals[0]!.rows, { production: 2 })
  const of = (metric: string) => verdicts.find((verdict) => verdict.metric === metric)!
  assert.deepEqual(
    ['prompt', 'completion', 'total']
      .map((kind) => of(`${kind}_token_count_per_request`))
      .map((one) => [one.effect, one.threshold, one.isBreach]),
    [
      [300, 150, true],
      [60, 75, false],
      [360, 225, true],
    ],
  )
  assert.deepEqual([of('total_token_count').effect, of('total_token_count').threshold], [720, undefined])
  assert.deepEqual(of('total_token_count').detail.moved, { of: 'total_token_count', from: 600, to: 720 })
  await lab.monitors.update(
    await lab.read(
      monitor('metric_thresholds: {totaltoken: {total_token_count: 700}}', ', total_token_count: prompt_tokens'),
    ),
    { kind: 'local' } as never,
  )
  lab.nowMs += 1000
  const said = await lab.run('m')
  assert.deepEqual(
    said.verdicts.filter(({ isBreach }) => isBreach).map(({ metric }) => metric),
    [],
  )
  assert.equal(said.verdicts.find(({ metric }) => metric === 'total_token_count')!.effect, 600)
})

databaseTest('counts inside of usage are found, and a table without any says what it lacks', async (database, t) => {
  const lab = openMonitorLab(database, t)
  const at = new Date(lab.nowMs - 1000).toISOString()
  lab.write('answers.csv', [
    ['at', 'usage'],
    [at, '"{""prompt_tokens"": 10, ""completion_tokens"": 5, ""total_tokens"": 16}"'],
    [at, '"{""prompt_tokens"": 20, ""completion_tokens"": 5}"'],
  ])
  await lab.create(monitor('metric_thresholds: {total_token_count: 40}'))
  const { verdicts } = await lab.run('m')
  const total = verdicts.find(({ metric }) => metric === 'total_token_count')!
  assert.deepEqual([total.effect, total.isBreach], [41, true])
  lab.write('answers.csv', [
    ['at', 'text'],
    [at, 'hello'],
  ])
  lab.nowMs += 1000
  assert.match((await lab.run('m')).run.detail!, /No column of .*answers.csv counts tokens\./)
})
