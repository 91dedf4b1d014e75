import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { localPrincipal } from '../access/principal.ts'
import type { Database } from '../database/database.ts'
import type { OnBreach } from '../spec/monitors/monitor-document.ts'
import { openTriggerLab, type TriggerLab } from './triggers.test-support.ts'

const retrain: OnBreach = {
  action: {
    kind: 'published-pipeline',
    name: 'training',
    inputs: { label: '${{trigger.features}} ${{trigger.window_end}}' },
    tags: {},
  },
  cooldownMs: 3_600_000,
  maxPerDay: 2,
}

async function put(lab: TriggerLab, database: Database, onBreach = retrain): Promise<void> {
  const prepared = await lab.breach.prepare('credit', onBreach)
  await database.write((tables) => prepared.put(tables, localPrincipal))
}

const breach = (lab: TriggerLab, monitor: string, features: string): Promise<void> =>
  lab.happens('monitor.breached', monitor, { monitor, run: 'r1', features, window_end: '2026-05-01T09:00:00Z' })

databaseTest('a breach starts the job once, within its cooldown and its limit a day', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await breach(lab, 'credit', 'before')
  await put(lab, database)
  await breach(lab, 'credit', 'bmi,bp')
  await breach(lab, 'other', 's1')
  lab.restart()
  await lab.runner.settle()
  assert.deepEqual(
    lab.submitted.map(({ values, submittedBy, tags }) => [values, submittedBy, tags]),
    [[{ label: 'bmi,bp 2026-05-01T09:00:00Z' }, 'monitor:credit', { 'sluice.monitor': 'credit' }]],
  )
  await lab.moveTo('09:30:00')
  await breach(lab, 'credit', 'bmi')
  await lab.moveTo('11:00:00')
  await breach(lab, 'credit', 'bmi')
  await lab.moveTo('13:00:00')
  await breach(lab, 'credit', 'bmi')
  const history = await lab.breach.history('credit', 10)
  assert.deepEqual(
    history.map(({ status, job, jobStatus, run, detail }) => [status, job ?? detail, jobStatus, run]),
    [
      ['skipped', 'max_per_day: 2 jobs were started in the last 24 hours', undefined, 'r1'],
      ['submitted', 'job_2', 'Running', 'r1'],
      ['skipped', 'cooldown: job job_1 was started at 2026-05-01T09:00:00Z', undefined, 'r1'],
      ['submitted', 'job_1', 'Running', 'r1'],
    ],
  )
})

databaseTest('a changed monitor starts what it says now; one that is gone starts nothing', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await put(lab, database)
  await breach(lab, 'credit', 'bmi')
  const { action } = retrain
  await put(lab, database, { action: { ...action, inputs: { label: 'fixed' } }, cooldownMs: 0 })
  await breach(lab, 'credit', 'bmi')
  assert.deepEqual(
    lab.submitted.map(({ values }) => values['label']),
    ['bmi 2026-05-01T09:00:00Z', 'fixed'],
  )
  await database.write((tables) => lab.breach.remove(tables, 'credit'))
  await database.write((tables) => lab.breach.remove(tables, 'credit'))
  await breach(lab, 'credit', 'bmi')
  assert.equal(lab.submitted.length, 2)
  assert.deepEqual(await lab.breach.history('credit', 10), [])
  await assert.rejects(lab.breach.prepare('credit', { action: { ...action, inputs: { lable: 'x' } }, cooldownMs: 0 }), {
    code: 'invalid-document',
  })
})

databaseTest('a trigger of its own may wait for breaches of any monitor', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(
    'name: t\ntrigger: {type: monitor_breached}\ncreate_job: {job: ./job.yml, inputs: {label: "${{trigger.monitor}} ${{trigger.features}}"}}\n',
  )
  await breach(lab, 'credit', 'bmi')
  assert.deepEqual(
    lab.submitted.map(({ values }) => values['label']),
    ['credit bmi'],
  )
})

databaseTest('a person retrains with what the newest breach said, within a cooldown too', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await assert.rejects(lab.breach.preview('credit'), { code: 'invalid-request' })
  await assert.rejects(lab.breach.retrain('credit', localPrincipal), { code: 'invalid-request' })
  await put(lab, database)
  assert.deepEqual((await lab.breach.preview('credit')).values, { label: ' ' })
  await breach(lab, 'credit', 'bmi')
  await lab.moveTo('09:30:00')
  await breach(lab, 'credit', 'bmi,bp')
  assert.equal(lab.submitted.length, 1)
  const { action, values } = await lab.breach.preview('credit')
  assert.deepEqual([action.kind, values], ['published-pipeline', { label: 'bmi,bp 2026-05-01T09:00:00Z' }])
  lab.nowMs += 1000
  const { reason, status, job, jobStatus, run } = await lab.breach.retrain('credit', localPrincipal)
  assert.deepEqual([reason, status, job, jobStatus, run], ['run', 'submitted', 'job_2', 'Running', 'r1'])
  assert.deepEqual(lab.submitted[1]?.values, values)
  assert.deepEqual(
    (await lab.breach.history('credit', 10)).map((each) => each.reason),
    ['run', 'breach', 'breach'],
  )
  assert.ok((await lab.eventKinds()).includes('monitor.retrained'))
  assert.ok(!(await lab.eventKinds()).includes('monitor.run'))
})
