import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { localPrincipal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import { openTriggerLab } from './triggers.test-support.ts'

const hourly = (policy = '{}', more = ''): string => `
name: hourly
trigger: {type: cron, expression: 0 * * * *}
create_job: {job: ./job.yml${more}}
policy: ${policy}
`
const by = localPrincipal
const schedule = { family: 'schedule', name: 'hourly', by } as const

databaseTest('each nominal time becomes one job, with what it is for', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(
    hourly(
      '{}',
      ', experiment_name: x, tags: {a: b}, inputs: {label: "${{name}} ${{trigger.window_start}} ${{ trigger.nominal_time }}"}',
    ),
  )
  await lab.moveTo('10:00:01')
  await lab.moveTo('10:00:02')
  await lab.moveTo('11:00:00')
  assert.deepEqual(await lab.firings('schedule', 'hourly'), ['submitted time: job_1', 'submitted time: job_2'])
  const [first] = lab.submitted
  assert.deepEqual(first!.values, { label: 'hourly 2026-05-01T09:00:00Z 2026-05-01T10:00:00Z' })
  assert.deepEqual(first!.tags, { 'sluice.schedule': 'hourly', a: 'b' })
  assert.equal(first!.experimentName, 'x')
  assert.equal(first!.submittedBy, 'schedule:hourly')
  assert.equal(first!.properties['sluice.nominal_time'], '2026-05-01T10:00:00Z')
  assert.deepEqual(await lab.eventKinds(), ['schedule.created', 'schedule.fired', 'schedule.fired'])
})

databaseTest('a server that starts after an hour makes up for the last time only, once', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly())
  lab.restart()
  await lab.moveTo('12:30:00')
  lab.restart()
  await lab.moveTo('12:30:01')
  const firings = await lab.firings('schedule', 'hourly')
  assert.match(firings[0]!, /^skipped time: 2 missed while no server ran/)
  assert.deepEqual(firings.slice(1), ['submitted time: job_1'])
})

databaseTest('what was noted and not submitted is submitted by the next server, once', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly())
  lab.beforeStoring = () => Promise.reject(new Error('the disk is full'))
  await lab.moveTo('10:00:00')
  assert.deepEqual(await lab.firings('schedule', 'hourly'), ['pending time: is tried again: the disk is full'])
  lab.beforeStoring = () => Promise.resolve()
  lab.restart()
  await lab.moveTo('10:00:01')
  await lab.moveTo('10:00:02')
  assert.deepEqual(await lab.firings('schedule', 'hourly'), ['submitted time: job_1'])
})

databaseTest('two who submit the same firing start one job', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly())
  const other = lab.runner
  lab.restart()
  lab.nowMs = Date.parse('2026-05-01T10:00:00Z')
  await Promise.all([lab.runner.settle(), other.settle()])
  assert.deepEqual(await lab.firings('schedule', 'hourly'), ['submitted time: job_1'])
  assert.equal(lab.submitted.length, 1)
})

databaseTest('a clock that is set forth and back fires nothing twice and nothing never', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly())
  await lab.moveTo('10:00:00')
  await lab.moveTo('13:00:05')
  await lab.moveTo('10:20:00')
  await lab.moveTo('11:00:00')
  await lab.moveTo('12:00:00')
  await lab.moveTo('13:00:06')
  await lab.moveTo('14:00:00')
  const firings = (await lab.triggers.history(schedule, 100)).filter(({ status }) => status === 'submitted')
  const times = firings.map(({ nominalMs }) => new Date(nominalMs).toISOString().slice(11, 13)).sort()
  assert.deepEqual(times, ['10', '11', '12', '13', '14'])
})

databaseTest('a mistake ends a firing with its reason, and the next one is tried', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly())
  lab.beforeStoring = () => Promise.reject(new SluiceError('input-not-found', 'There is no data asset "taxi".'))
  await lab.moveTo('10:00:00')
  lab.beforeStoring = () => Promise.resolve()
  await lab.moveTo('11:00:00')
  assert.deepEqual(await lab.firings('schedule', 'hourly'), [
    'failed time: There is no data asset "taxi".',
    'submitted time: job_1',
  ])
  assert.ok((await lab.eventKinds()).includes('schedule.failed'))
})

databaseTest('overlap: skip leaves out what comes while a job runs', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly('{overlap: skip}'))
  await lab.moveTo('10:00:00')
  await lab.moveTo('11:00:00')
  lab.setStatus('job_1', 'Completed')
  await lab.moveTo('12:00:00')
  assert.deepEqual(await lab.firings('schedule', 'hourly'), [
    'submitted time: job_1',
    'skipped time: overlap: skip, and job job_1 was Running',
    'submitted time: job_2',
  ])
})

databaseTest('overlap: queue has them wait their turn', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly('{overlap: queue}'))
  await lab.moveTo('10:00:00')
  await lab.moveTo('11:00:00')
  await lab.moveTo('12:00:00')
  assert.deepEqual(await lab.firings('schedule', 'hourly'), [
    'submitted time: job_1',
    'pending time: waits for job job_1',
    'pending time: waits for job job_1',
  ])
  lab.setStatus('job_1', 'Failed')
  await lab.moveTo('12:00:30')
  lab.setStatus('job_2', 'Completed')
  await lab.moveTo('12:01:00')
  const firings = await lab.triggers.history(schedule, 10)
  assert.deepEqual(
    firings.map(({ job, nominalMs }) => [job, new Date(nominalMs).getUTCHours()]),
    [
      ['job_3', 12],
      ['job_2', 11],
      ['job_1', 10],
    ],
  )
})

databaseTest(
  'cooldown and max_per_day hold back what fires by itself, not what people ask for',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(hourly('{cooldown: 90m, max_per_day: 2}'))
    for (const time of ['10:00:00', '11:00:00', '12:00:00', '14:00:00']) await lab.moveTo(time)
    const firings = await lab.firings('schedule', 'hourly')
    assert.deepEqual(firings.slice(0, 3), [
      'submitted time: job_1',
      'skipped time: cooldown: job job_1 was started at 2026-05-01T10:00:00Z',
      'submitted time: job_2',
    ])
    assert.equal(firings.at(-1), 'skipped time: max_per_day: 2 jobs were started in the last 24 hours')
    assert.equal((await lab.triggers.run(schedule)).status, 'submitted')
  },
)

databaseTest(
  'a paused schedule fires nothing, also not what was noted; when it goes on, its past is past',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(hourly('{overlap: queue}'))
    await lab.moveTo('10:00:00')
    await lab.moveTo('11:00:00')
    await lab.triggers.pause(schedule)
    await lab.triggers.pause(schedule)
    lab.setStatus('job_1', 'Completed')
    await lab.moveTo('13:30:00')
    await lab.triggers.resume(schedule)
    await lab.triggers.resume(schedule)
    await lab.moveTo('13:40:00')
    await lab.moveTo('14:00:00')
    assert.deepEqual(await lab.firings('schedule', 'hourly'), [
      'submitted time: job_1',
      'skipped time: schedule was paused',
      'submitted time: job_2',
    ])
  },
)

databaseTest('a backfill fires for the times that have no job, and for each once', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly('{missed_runs: skip}'))
  await lab.moveTo('10:00:00')
  lab.restart()
  await lab.moveTo('12:30:00')
  const span = { fromMs: Date.parse('2026-05-01T08:00:00Z'), toMs: Date.parse('2026-05-01T12:00:00Z') }
  const preview = await lab.triggers.previewBackfill(schedule, span)
  assert.deepEqual(
    preview.map(({ nominalMs, verdict }) => `${new Date(nominalMs).getUTCHours()} ${verdict}`),
    ['8 submit', '9 submit', '10 submitted', '11 submit', '12 submit'],
  )
  assert.equal(lab.submitted.length, 1)
  await lab.triggers.backfill(schedule, span)
  await lab.runner.settle()
  assert.equal(lab.submitted.length, 5)
  await lab.triggers.backfill(schedule, span)
  await lab.runner.settle()
  assert.equal(lab.submitted.length, 5)
  assert.deepEqual(lab.submitted[1]!.properties['sluice.nominal_time'], '2026-05-01T08:00:00Z')
})

databaseTest('a backfill comes back to what failed, and refuses spans that cannot be', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(hourly())
  lab.beforeStoring = () => Promise.reject(new SluiceError('input-not-found', 'gone'))
  await lab.moveTo('10:00:00')
  lab.beforeStoring = () => Promise.resolve()
  const at = (time: string): number => Date.parse(`2026-05-01T${time}:00Z`)
  await lab.triggers.backfill(schedule, { fromMs: at('10:00'), toMs: at('10:00') })
  await lab.runner.settle()
  assert.deepEqual(await lab.firings('schedule', 'hourly'), ['submitted backfill: job_1'])
  const refused = async (fromMs: number, toMs: number): Promise<string> => {
    const error: unknown = await lab.triggers
      .previewBackfill(schedule, { fromMs, toMs })
      .catch((thrown: unknown) => thrown)
    assert.ok(error instanceof SluiceError && error.code === 'invalid-request')
    return error.message
  }
  assert.match(await refused(at('09:00'), at('08:00')), /lies before "from"/)
  assert.match(await refused(at('09:00'), at('11:00')), /lies in the future/)
  assert.match(await refused(0, at('09:00')), /more than 1000 times/)
})
