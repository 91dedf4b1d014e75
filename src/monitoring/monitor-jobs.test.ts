import assert from 'node:assert/strict'
import { join } from 'node:path'
import { databaseTest } from '../../test/database.test-support.ts'
import { openMonitorLab, sampleRows } from './monitors.test-support.ts'

const monitor = (signal: string): string => `
name: m
trigger: {type: cron, expression: 0 * * * *}
create_monitor:
  monitoring_target: {endpoint_deployment_id: azureml:credit:blue}
  monitoring_signals:
    own:
${signal}
`
const custom = monitor(`
      type: custom
      component_id: azureml:spread:1
      inputs: {limit: 3}
      input_data: {data: {input_data: azureml:numbers:1}}
      metric_thresholds: [{metric_name: std, threshold: 2}, {metric_name: never, threshold: 1}]`)

databaseTest('a custom signal runs its component once, waits for it, and judges what it wrote', async (database, t) => {
  const lab = openMonitorLab(database, t)
  await lab.create(custom)
  await lab.moveTo('2026-03-10T13:00:00Z')
  assert.equal((await lab.monitors.runs('m', 1))[0]!.detail, 'waits for job job_1')
  const { document, submission } = lab.jobs[0]!
  assert.deepEqual(document, {
    type: 'pipeline',
    display_name: 'm own',
    outputs: { signal_metrics: { type: 'mltable' } },
    settings: { force_rerun: true },
    jobs: {
      signal: {
        component: 'azureml:spread:1',
        inputs: {
          data_window_start: '2026-03-10T12:00:00.000Z',
          limit: '3',
          data: { type: 'uri_file', path: 'azureml:numbers:1' },
        },
        outputs: { signal_metrics: '${{parent.outputs.signal_metrics}}' },
      },
    },
  })
  assert.equal(submission.submittedBy, 'monitor:m')
  lab.restart()
  await lab.moveTo('2026-03-10T13:00:05Z')
  assert.equal(lab.jobs.length, 1)
  lab.write('metrics.csv', [
    ['metric_name', 'metric_value', 'group'],
    ['std', 2.5, 'north'],
    ['std', 2, 'south'],
    ['other', 9, null],
  ])
  lab.outputs.set('azureml://jobs/job_1/outputs/signal_metrics/paths/', join(lab.folder, 'metrics.csv'))
  lab.jobs[0]!.status = 'Completed'
  await lab.moveTo('2026-03-10T13:00:10Z')
  const [run] = await lab.monitors.runs('m', 1)
  assert.deepEqual([run!.status, run!.signals[0]!.job], ['completed', 'job_1'])
  assert.equal(run!.signals[0]!.detail, '3 metrics; not computed: never')
  const { verdicts } = await lab.monitors.runOf('m', run!.id)
  assert.deepEqual(
    verdicts.map(({ feature, metric, effect, threshold, isBreach }) => [feature, metric, effect, threshold, isBreach]),
    [
      ['', 'other', 9, undefined, false],
      ['north', 'std', 2.5, 2, true],
      ['south', 'std', 2, 2, false],
    ],
  )
})

databaseTest(
  'a job that fails, a component that lacks its output, and one that is gone are said',
  async (database, t) => {
    const lab = openMonitorLab(database, t)
    await lab.create(custom)
    await lab.moveTo('2026-03-10T13:00:00Z')
    lab.jobs[0]!.status = 'Failed'
    await lab.moveTo('2026-03-10T13:00:05Z')
    const [failed] = await lab.monitors.runs('m', 1)
    assert.deepEqual([failed!.status, failed!.detail], ['failed', 'own: Job job_1 is Failed. It fell over.'])
    for (const [component, expected] of [
      ['lacking', /has no output "signal_metrics"/],
      ['missing', /There is no component "missing"/],
    ] as const) {
      await lab.monitors.update(await lab.read(custom.replace('azureml:spread', `azureml:${component}`)), {
        kind: 'local',
      } as never)
      lab.nowMs += 3_600_000
      await lab.runner.settle()
      const [run] = await lab.monitors.runs('m', 1)
      assert.equal(run!.status, 'failed')
      assert.match(run!.detail!, expected)
    }
  },
)

databaseTest('data are pre-processed by a component before they are compared', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(200))
  lab.write('prepared.csv', sampleRows(200, { shift: 0.7, seed: 5 }))
  lab.collected.push({
    window: {
      ...{ endpoint: 'credit', deployment: 'blue', collection: 'model_inputs' },
      ...{ startMs: lab.nowMs, endMs: lab.nowMs + 3_600_000 },
      path: 'azureml://datastores/workspaceblobstore/paths/modelDataCollector/credit/blue/model_inputs/2026/03/10/12/x.parquet',
    },
    file: join(lab.folder, 'unread.parquet'),
  })
  await lab.create(
    monitor(`
      type: data_drift
      production_data: {data_context: model_inputs, pre_processing_component: azureml:prepare:1}
      reference_data: {input_data: ./reference.csv}`),
  )
  await lab.moveTo('2026-03-10T13:00:00Z')
  const { jobs } = lab.jobs[0]!.document as { jobs: { signal: { inputs: object } } }
  assert.deepEqual(jobs.signal.inputs, {
    data_window_start: '2026-03-10T12:00:00.000Z',
    input_data: {
      type: 'uri_folder',
      path: 'azureml://datastores/workspaceblobstore/paths/modelDataCollector/credit/blue/model_inputs/',
    },
  })
  lab.outputs.set('azureml://jobs/job_1/outputs/preprocessed_input_data/paths/', join(lab.folder, 'prepared.csv'))
  lab.jobs[0]!.status = 'Completed'
  await lab.moveTo('2026-03-10T13:00:05Z')
  const [run] = await lab.monitors.runs('m', 1)
  assert.equal(run!.detail, undefined)
  const { verdicts } = await lab.monitors.runOf('m', run!.id)
  assert.deepEqual(
    verdicts.filter(({ isBreach }) => isBreach).map(({ feature }) => feature),
    ['x'],
  )
})

databaseTest('what is collected of nothing is said, with what to do', async (database, t) => {
  const lab = openMonitorLab(database, t)
  await lab.create(
    monitor(`
      type: custom
      component_id: azureml:spread:1
      input_data: {data: {data_context: model_inputs}}
      metric_thresholds: {std: 1}`),
  )
  await lab.moveTo('2026-03-10T13:00:00Z')
  assert.match(
    (await lab.monitors.runs('m', 1))[0]!.detail!,
    /There are no collected model_inputs for the signal own\./,
  )
})
