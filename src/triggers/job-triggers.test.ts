import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { localPrincipal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import { openTriggerLab } from './triggers.test-support.ts'

const by = localPrincipal
const selection = { family: 'schedule', name: 's', by } as const
const yaml = (trigger: string, job = './job.yml'): string => `name: s\ntrigger: {${trigger}}\ncreate_job: ${job}\n`
const hourly = 'type: cron, expression: 0 * * * *'

async function refused(doing: Promise<unknown>): Promise<string> {
  const error: unknown = await doing.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof SluiceError, String(error))
  return `${error.code}: ${error.message}${error.hint === undefined ? '' : ` | ${error.hint}`}`
}

databaseTest('a mistake in the job shows when the schedule is made', async (database, t) => {
  const lab = openTriggerLab(database, t)
  assert.match(await refused(lab.create(yaml(hourly, './missing.yml'))), /^input-not-found/)
  assert.match(
    await refused(lab.create(yaml(hourly, '{job: ./job.yml, inputs: {alhpa: 1}}'))),
    /^invalid-document: "create_job" sets the input "alhpa", which the job does not have. \| Did you mean alpha\?/,
  )
  assert.match(
    await refused(lab.create(yaml(hourly, '{job: ./job.yml, inputs: {zzz: 1}}'))),
    /Its inputs are alpha, label\./,
  )
  assert.match(await refused(lab.create(yaml(hourly, '{job: ./job.yml, inputs: {alpha: "${{name}}"}}'))), /alpha is s/)
  assert.match(await refused(lab.create(yaml(hourly, '{pipeline: nobody}'))), /^not-found/)
  assert.match(
    await refused(lab.create(yaml(hourly, '{pipeline: training, inputs: {alpha: many}}'))),
    /^invalid-request/,
  )
  assert.deepEqual(await lab.triggers.list('schedule'), [])
})

databaseTest('a name is taken once in its family, and an unknown one is told with the nearest', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml(hourly).replace('name: s', 'name: nightly'))
  assert.match(
    await refused(lab.create(yaml(hourly).replace('name: s', 'name: nightly'))),
    /^already-exists: There is a schedule "nightly" already\. \| Change it with: sluice schedule update FILE/,
  )
  assert.equal(
    await refused(lab.triggers.get({ family: 'schedule', name: 'nihtly' })),
    'not-found: There is no schedule "nihtly". | Did you mean nightly?',
  )
  assert.match(await refused(lab.triggers.get({ family: 'trigger', name: 'nightly' })), /sluice trigger list/)
})

databaseTest(
  'a recurrence without a start fires the moment it is made, everything else waits for its time',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(yaml('type: recurrence, frequency: day, interval: 1'))
    assert.deepEqual(await lab.firings('schedule', 's'), ['submitted time: job_1'])
    await lab.create(yaml(hourly).replace('name: s', 'name: c'))
    await lab.create(
      yaml('type: recurrence, frequency: day, interval: 1, schedule: {hours: 9}').replace('name: s', 'name: d'),
    )
    await lab.create(
      yaml('type: recurrence, frequency: hour, interval: 1, start_time: 2026-04-01T00:30:00Z').replace(
        'name: s',
        'name: e',
      ),
    )
    for (const name of ['c', 'd', 'e']) assert.deepEqual(await lab.firings('schedule', name), [], name)
    const next = lab.triggers.next(await lab.triggers.get({ family: 'schedule', name: 'e' }), 2)
    assert.deepEqual(
      next.map(({ atMs }) => new Date(atMs).toISOString().slice(11, 16)),
      ['09:30', '10:30'],
    )
  },
)

databaseTest(
  'an update counts from now on, keeps the history, and does not fire again at once',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(yaml('type: recurrence, frequency: hour, interval: 1'))
    lab.nowMs += 20 * 60_000
    await lab.triggers.update(
      await lab.read(yaml('type: recurrence, frequency: hour, interval: 2', '{job: ./job.yml, inputs: {label: two}}')),
      { by },
    )
    await lab.runner.settle()
    assert.equal(lab.submitted.length, 1)
    await lab.moveTo('10:00:00')
    assert.equal(lab.submitted.length, 1)
    await lab.moveTo('11:00:00')
    assert.deepEqual(
      lab.submitted.map(({ values }) => values),
      [{}, { label: 'two' }],
    )
    assert.equal((await lab.triggers.history(selection, 10)).length, 2)
  },
)

databaseTest('an archived file that says so begins paused', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(`${yaml('type: recurrence, frequency: hour, interval: 1')}is_enabled: false\n`)
  assert.equal((await lab.triggers.get(selection)).status, 'paused')
  assert.equal(lab.submitted.length, 0)
  assert.equal((await lab.triggers.run(selection)).job, 'job_1')
})

databaseTest('a job of the store is submitted again with the inputs that it had', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml(hourly))
  await lab.triggers.run(selection)
  await lab.create(yaml(hourly, '{job: "azureml:job_1", inputs: {label: x}}').replace('name: s', 'name: again'))
  await lab.triggers.run({ ...selection, name: 'again' })
  assert.deepEqual(lab.submitted[1]!.values, { label: 'x' })
})

databaseTest('a test says what a firing would give, and starts nothing', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(
    'name: t\ntrigger: {type: data_version}\ncreate_job: {job: ./job.yml, inputs: {label: "v${{trigger.version}}", alpha: "${{trigger.version}}"}}\n',
  )
  const trigger = { family: 'trigger', name: 't' } as const
  const { values } = await lab.triggers.test(trigger, { 'trigger.version': '7' })
  assert.deepEqual(values, { label: 'v7', alpha: '7' })
  assert.match(await refused(lab.triggers.test(trigger, { 'trigger.version': 'x' })), /^invalid-document/)
  assert.match(await refused(lab.triggers.test(trigger, { 'trigger.version': '`id`' })), /^invalid-request/)
  assert.equal(lab.submitted.length, 0)
})

databaseTest('what is deleted is forgotten, and its name is free', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml(hourly))
  await lab.moveTo('10:00:00')
  await lab.triggers.delete(selection)
  await lab.moveTo('11:00:00')
  assert.equal(lab.submitted.length, 1)
  await lab.create(yaml(hourly))
  assert.deepEqual(await lab.firings('schedule', 's'), [])
})

databaseTest('only webhooks have a secret, and a trigger stays a webhook or none', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml(hourly))
  assert.match(await refused(lab.triggers.secret(selection)), /^invalid-request: The schedule "s" is no webhook/)
  await lab.create('name: w\ntrigger: {type: webhook, provider: generic}\ncreate_job: ./job.yml\n')
  const trigger = { family: 'trigger', name: 'w', by } as const
  const secret = await lab.triggers.secret(trigger)
  assert.match(secret, /^[0-9a-f]{64}$/)
  assert.notEqual(await lab.triggers.rotateSecret(trigger), secret)
  const other = await lab.read('name: w\ntrigger: {type: data_version}\ncreate_job: ./job.yml\n')
  assert.match(
    await refused(lab.triggers.update(other, { by })),
    /^conflict: The trigger "w" cannot become one of another kind/,
  )
  const { backfill } = { backfill: lab.triggers.previewBackfill(trigger, { fromMs: 0, toMs: 1 }) }
  assert.match(await refused(backfill), /it has no times/)
})
