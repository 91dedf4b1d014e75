import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { databaseTest } from '../../test/database.test-support.ts'
import { localPrincipal } from '../access/principal.ts'
import { openTriggerLab } from './triggers.test-support.ts'

const yaml = (trigger: string, job = '{job: ./job.yml}', policy = '{}'): string =>
  `name: t\ntrigger: {${trigger}}\ncreate_job: ${job}\npolicy: ${policy}\n`
const inputs = (label: string): string => `{job: ./job.yml, inputs: {label: "${label}"}}`
const by = localPrincipal
const selection = { family: 'trigger', name: 't', by } as const

databaseTest('a new version of a data asset starts a job with what it is; others do not', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.happens('asset.created', 'data/taxi', { asset_kind: 'data', name: 'taxi', version: '1' })
  await lab.create(yaml('type: data_version, data: taxi', inputs('azureml:${{trigger.data}}:${{trigger.version}}')))
  await lab.happens('asset.created', 'data/bus', { asset_kind: 'data', name: 'bus', version: '1' })
  await lab.happens('asset.created', 'component/taxi', { asset_kind: 'component', name: 'taxi', version: '1' })
  await lab.happens('asset.created', 'data/taxi', { asset_kind: 'data', name: 'taxi', version: '2' })
  assert.deepEqual(
    lab.submitted.map(({ values, submittedBy, tags }) => [values, submittedBy, tags]),
    [[{ label: 'azureml:taxi:2' }, 'trigger:t', { 'sluice.trigger': 't' }]],
  )
  lab.restart()
  await lab.runner.settle()
  assert.equal(lab.submitted.length, 1)
})

databaseTest('a model that is registered, and an alias that moves', async (database, t) => {
  const lab = openTriggerLab(database, t)
  const job = inputs('${{trigger.model}} ${{trigger.version}}')
  await lab.create(yaml('type: model_registered, model: m', job))
  await lab.create(
    yaml('type: alias_moved, alias: champion', inputs('${{trigger.alias}} ${{trigger.version}}')).replace(
      'name: t',
      'name: u',
    ),
  )
  await lab.happens('model.version.created', 'm', { model: 'm', version: '3', is_prompt: true })
  await lab.happens('model.version.created', 'm', { model: 'm', version: '4' })
  await lab.happens('model.alias.set', 'm', { alias: 'challenger', version: '4' })
  await lab.happens('model.alias.set', 'm', { alias: 'champion', version: '4' })
  assert.deepEqual(
    lab.submitted.map(({ values }) => values['label']),
    ['m 4', 'champion 4'],
  )
})

databaseTest('a job that ended as asked for starts the next, and none goes round', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(
    yaml(
      'type: job_ended, status: [Completed, Failed], experiment_name: p',
      inputs('${{trigger.job}} ${{trigger.status}}'),
    ),
  )
  const other = { family: 'schedule', name: 'hourly', by } as const
  await lab.create('name: hourly\ntrigger: {type: cron, expression: 0 * * * *}\ncreate_job: {job: ./job.yml}\n')
  await lab.triggers.run(other)
  await lab.happens('job.status', 'job_1', { job: 'job_1', status: 'Running' })
  await lab.happens('job.status', 'job_1', { job: 'step_of_job_1', status: 'Completed' })
  await lab.happens('job.status', 'job_1', { job: 'job_1', status: 'Completed' })
  lab.nowMs += 1000
  await lab.happens('job.status', 'job_2', { job: 'job_2', status: 'Failed' })
  await lab.happens('job.status', 'gone', { job: 'gone', status: 'Failed' })
  assert.deepEqual(await lab.firings('trigger', 't'), [
    'submitted event: job_2',
    'skipped event: would go round: it was caused by a job that this trigger started (schedule:hourly, trigger:t)',
  ])
  assert.equal(lab.submitted[1]!.values['label'], 'job_1 Completed')
})

databaseTest(
  'what a job made does not start that job again: by its run, its caller, or its output',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(yaml('type: model_registered'))
    await lab.create(yaml('type: data_version').replace('name: t', 'name: d'))
    await lab.triggers.run(selection)
    lab.nowMs += 1000
    await lab.happens('model.version.created', 'm', { model: 'm', version: '1', run_id: 'job_1' })
    await lab.happens('model.version.created', 'm', { model: 'm', version: '2', by: 'job:job_1' })
    lab.makers.set('taxi:2', 'job_1')
    await lab.happens('asset.created', 'data/taxi', { asset_kind: 'data', name: 'taxi', version: '2' })
    const details = (await lab.firings('trigger', 't')).map((one) => one.slice(0, 32))
    assert.deepEqual(details, [
      'submitted run: job_1',
      'skipped event: would go round: i',
      'skipped event: would go round: i',
    ])
    // Another trigger may follow, and the chain grows by it.
    assert.deepEqual(await lab.firings('trigger', 'd'), ['submitted event: job_2'])
    assert.equal(lab.submitted[1]!.properties['sluice.trigger_chain'], 'trigger:t,trigger:d')
  },
)

databaseTest('an alert with the values that are asked for', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml('type: alert, where: {monitor: drift, severity: high}', inputs('${{trigger.body.feature}}')))
  await lab.happens('alert.raised', 'drift', { monitor: 'drift', severity: 'low', feature: 'age' })
  await lab.happens('alert.raised', 'drift', { monitor: 'drift', severity: 'high', feature: 'bmi' })
  assert.deepEqual(
    lab.submitted.map(({ values }) => values['label']),
    ['bmi'],
  )
})

databaseTest('what comes within the debounce is one job, about the last', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml('type: data_version, debounce: 60', inputs('${{trigger.version}}')))
  for (const [time, version] of [
    ['09:10:00', '1'],
    ['09:10:30', '2'],
    ['09:11:10', '3'],
  ] as const) {
    await lab.moveTo(time)
    await lab.happens('asset.created', 'data/taxi', { asset_kind: 'data', name: 'taxi', version })
  }
  assert.equal(lab.submitted.length, 0)
  await lab.moveTo('09:12:10')
  assert.deepEqual(
    lab.submitted.map(({ values }) => values['label']),
    ['3'],
  )
  const [, , last] = await lab.triggers.history(selection, 10)
  assert.equal(last!.times, 3)
})

databaseTest('values from outside that a shell could misread start nothing', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml('type: alert', inputs('${{trigger.body.feature}}')))
  await lab.happens('alert.raised', 'x', { feature: '$(touch pwned)' })
  const [firing] = await lab.firings('trigger', 't')
  assert.match(
    firing!,
    /^failed event: Input "label" cannot be \$\{\{trigger.body.feature\}\}, which holds a character/,
  )
  assert.equal(lab.submitted.length, 0)
})

databaseTest(
  'watched data starts a job when its content is new and stays; it need not be there at first',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    lab.digests.set('/p/in', 'a')
    await lab.create(
      yaml(
        'type: data_change, path: ./in, poll_interval: 10, debounce: 30',
        inputs('${{trigger.digest}} ${{trigger.path}}'),
      ),
    )
    await lab.create(
      yaml('type: data_change, path: ./later, poll_interval: 10, debounce: 0').replace('name: t', 'name: later'),
    )
    await lab.moveTo('09:01:00')
    lab.digests.set('/p/in', 'b')
    await lab.moveTo('09:02:00')
    lab.restart()
    lab.digests.set('/p/in', 'c')
    await lab.moveTo('09:02:20')
    assert.equal(lab.submitted.length, 0)
    await lab.moveTo('09:03:00')
    await lab.moveTo('09:04:00')
    assert.deepEqual(
      lab.submitted.map(({ values }) => values['label']),
      ['c /p/in'],
    )
    lab.digests.set('/p/later', 'x')
    await lab.moveTo('09:05:00')
    lab.digests.delete('/p/later')
    await lab.moveTo('09:06:00')
    lab.digests.set('/p/later', 'x')
    await lab.moveTo('09:07:00')
    assert.deepEqual(await lab.firings('trigger', 'later'), ['submitted event: job_2'])
  },
)

databaseTest('events while it is paused are not made up for', async (database, t) => {
  const lab = openTriggerLab(database, t)
  await lab.create(yaml('type: data_version', inputs('${{trigger.version}}')))
  await lab.triggers.pause(selection)
  await lab.happens('asset.created', 'data/taxi', { asset_kind: 'data', name: 'taxi', version: '1' })
  await lab.triggers.resume(selection)
  await lab.happens('asset.created', 'data/taxi', { asset_kind: 'data', name: 'taxi', version: '2' })
  assert.deepEqual(
    lab.submitted.map(({ values }) => values['label']),
    ['2'],
  )
})

databaseTest(
  'a signed call starts a job once; a wrong secret, an unknown name and a schedule are refused alike',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(
      yaml(
        'type: webhook, provider: github, branches: [main]',
        '{pipeline: training, inputs: {label: "${{trigger.commit}}"}}',
      ),
    )
    const send = async (sent: unknown, options: { name?: string; key?: string } = {}): Promise<unknown> => {
      const body = Buffer.from(JSON.stringify(sent))
      const key = options.key ?? (await lab.triggers.secret(selection))
      const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
      const headers = { 'x-github-event': 'push', 'x-hub-signature-256': signature }
      return lab.triggers
        .receive(options.name ?? 't', { headers, body })
        .catch((error: { code: string; message: string }) => `${error.code} ${error.message}`)
    }
    const push = { ref: 'refs/heads/main', after: 'c0ffee' }
    assert.deepEqual(await send(push), { status: 'accepted' })
    assert.deepEqual(await send(push), { status: 'known', detail: 'this call was received before' })
    assert.deepEqual(await send({ ref: 'refs/heads/x' }), { status: 'ignored', detail: 'branch x is none of main' })
    await lab.runner.settle()
    assert.deepEqual(
      lab.submitted.map(({ values }) => values['label']),
      ['c0ffee'],
    )
    const refused = await send(push, { key: 'wrong' })
    assert.match(String(refused), /^unauthenticated /)
    assert.equal(await send(push, { name: 'nobody' }), refused)
    await lab.triggers.rotateSecret(selection)
    assert.equal(await send({ ...push, after: 'c1' }, { key: 'old' }), refused)
    assert.deepEqual(await send({ ...push, after: 'c1' }), { status: 'accepted' })
    await lab.triggers.pause(selection)
    assert.deepEqual(await send({ ...push, after: 'c2' }), { status: 'ignored', detail: 'the trigger is paused' })
  },
)
