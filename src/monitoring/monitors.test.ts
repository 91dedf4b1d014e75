import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { localPrincipal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import { openMonitorLab, sampleRows } from './monitors.test-support.ts'

const by = localPrincipal
const yaml = (more = '', signal = ''): string => `
name: m
trigger: {type: cron, expression: 0 * * * *}
create_monitor:
  monitoring_signals:
    drift:
      type: data_drift
      production_data: {input_data: ./production.csv}
      reference_data: {input_data: ./reference.csv}
${signal}
${more}`

databaseTest('exactly the features that moved are named, and since when', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, seed: 7 }))
  await lab.create(yaml())
  const { run, verdicts } = await lab.run('m')
  assert.equal(run.status, 'completed')
  assert.deepEqual(
    verdicts.map(({ feature, metric, isBreach }) => [feature, metric, isBreach]),
    [
      ['kind', 'jensen_shannon_distance', false],
      ['still', 'normalized_wasserstein_distance', false],
      ['x', 'normalized_wasserstein_distance', true],
    ],
  )
  const x = verdicts.find(({ feature }) => feature === 'x')!
  assert.equal(x.threshold, 0.1)
  assert.equal(x.sinceMs, lab.nowMs - 3_600_000)
  assert.equal(x.detail.moved?.of, 'mean')
  assert.ok(x.detail.moved.to - x.detail.moved.from > 0.4)
  assert.equal(x.detail.distribution!.edges!.length, x.detail.distribution!.reference.length + 1)
  assert.equal(
    x.detail.distribution!.production.reduce((sum, count) => sum + count, 0),
    300,
  )
  const since = x.sinceMs
  lab.nowMs += 60_000
  const again = await lab.run('m')
  assert.equal(again.verdicts.find(({ feature }) => feature === 'x')!.sinceMs, since)
  const history = await lab.monitors.verdicts('m', { signal: 'drift', feature: 'x', limit: 10 })
  assert.deepEqual(
    history.map(({ runId }) => runId),
    [again.run.id, run.id],
  )
})

databaseTest(
  'an alert is raised once, seen, worsens, and resolves by itself; events and messages say so',
  async (database, t) => {
    const lab = openMonitorLab(database, t)
    lab.write('reference.csv', sampleRows(400))
    lab.write('production.csv', sampleRows(300, { shift: 0.5, seed: 7 }))
    const notify = '  alert_notification: {emails: [ada@example.com], webhooks: [http://127.0.0.1:1/hook]}'
    await lab.create(yaml(notify))
    await lab.run('m')
    lab.nowMs += 60_000
    await lab.run('m')
    const [alert] = await lab.monitors.alerts({ name: 'm', limit: 10 })
    assert.equal(alert!.status, 'open')
    assert.match(alert!.findings[0]!.sentence, /^x: normalized_wasserstein_distance .* since 2026-03-10T11:00:00Z$/)
    const [seen] = await lab.monitors.acknowledge({ name: 'm', by, signal: 'drift', note: 'a new sensor' })
    assert.deepEqual([seen!.status, seen!.note], ['acknowledged', 'a new sensor'])
    lab.write('production.csv', sampleRows(300, { shift: 0.5, share: 0.95, seed: 7 }))
    lab.nowMs += 60_000
    await lab.run('m')
    const [worse] = await lab.monitors.alerts({ name: 'm', isOpen: true, limit: 10 })
    assert.deepEqual([worse!.id, worse!.status, worse!.findings.length], [alert!.id, 'open', 2])
    lab.write('production.csv', sampleRows(300, { seed: 9 }))
    lab.nowMs += 60_000
    await lab.run('m')
    const [well] = await lab.monitors.alerts({ name: 'm', limit: 10 })
    assert.deepEqual([well!.status, well!.resolvedMs], ['resolved', lab.nowMs])
    await assert.rejects(lab.monitors.acknowledge({ name: 'm', by }), { code: 'not-found' })
    const kinds = (await lab.events()).map(({ kind }) => kind).filter((kind) => /^alert|breached/.test(kind))
    assert.deepEqual(kinds, [
      ...['alert.raised', 'monitor.breached', 'monitor.breached', 'alert.acknowledged'],
      ...['alert.worsened', 'monitor.breached', 'alert.resolved'],
    ])
    const raised = (await lab.events()).find(({ kind }) => kind === 'alert.raised')!.body
    assert.deepEqual([raised['monitor'], raised['signal'], raised['features']], ['m', 'drift', 'x'])
    const deliveries = await lab.monitors.deliveries('m', 10)
    assert.deepEqual(deliveries.map(({ channel, subject }) => `${channel} ${subject}`).sort(), [
      ...['email m: drift got worse', 'email m: drift is in breach', 'email m: drift is well again'],
      ...['webhook m: drift got worse', 'webhook m: drift is in breach', 'webhook m: drift is well again'],
    ])
  },
)

databaseTest('what is muted is computed and kept, and nobody is told', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, seed: 7 }))
  await lab.create(yaml('  alert_notification: {webhooks: [http://127.0.0.1:1/hook]}'))
  const muted = await lab.monitors.mute({ name: 'm', by, signal: 'drift', forMs: 3_600_000 })
  assert.deepEqual(
    muted.mutes.map(({ signal, untilMs }) => [signal, untilMs]),
    [['drift', lab.nowMs + 3_600_000]],
  )
  await assert.rejects(lab.monitors.mute({ name: 'm', by, signal: 'drfit' }), {
    code: 'not-found',
    hint: 'Did you mean drift?',
  })
  await lab.run('m')
  assert.equal((await lab.monitors.alerts({ name: 'm', isOpen: true, limit: 10 })).length, 1)
  assert.deepEqual(await lab.monitors.deliveries('m', 10), [])
  assert.ok(!(await lab.events()).some(({ kind }) => kind === 'monitor.breached'))
  lab.nowMs += 3_600_001
  await lab.run('m')
  assert.ok((await lab.events()).some(({ kind }) => kind === 'monitor.breached'))
  await lab.monitors.mute({ name: 'm', by })
  assert.deepEqual((await lab.monitors.unmute({ name: 'm', by })).mutes, [])
})

databaseTest('every time runs once, in order, whatever dies in between', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, seed: 7 }))
  await lab.create(`${yaml()}policy: {missed_runs: all}\n`)
  for (const point of [
    'monitor-times-found',
    'monitor-run-noted',
    'monitor-run-computed',
    'monitor-run-stored',
  ] as const) {
    lab.crashAt = point
    await lab.moveTo(new Date(lab.nowMs + 3_600_000).toISOString())
    lab.crashAt = undefined
    lab.restart()
    await lab.moveTo(new Date(lab.nowMs + 30_000).toISOString())
  }
  const runs = await lab.monitors.runs('m', 100)
  const times = ['16:00', '15:00', '14:00', '13:00'].map((time) => Date.parse(`2026-03-10T${time}:00Z`))
  assert.deepEqual(
    runs.map(({ nominalMs, status }) => [nominalMs, status]),
    times.map((time) => [time, 'completed']),
  )
  assert.equal((await lab.monitors.alerts({ limit: 10 })).length, 1)
  assert.equal((await lab.events()).filter(({ kind }) => kind === 'monitor.breached').length, 4)
  lab.restart()
  await lab.moveTo('2026-03-10T19:30:00Z')
  assert.equal((await lab.monitors.runs('m', 100)).length, 7)
})

databaseTest('times that passed are skipped as the policy says, and a paused monitor has none', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(100))
  lab.write('production.csv', sampleRows(100, { seed: 3 }))
  await lab.create(`${yaml()}policy: {missed_runs: last}\n`)
  await lab.moveTo('2026-03-10T17:30:00Z')
  const runs = await lab.monitors.runs('m', 10)
  assert.deepEqual(
    runs.map(({ status, times }) => [status, times]),
    [
      ['completed', 1],
      ['skipped', 4],
    ],
  )
  assert.match(runs[1]!.detail!, /4 missed while no server ran/)
  assert.equal((await lab.monitors.pause({ name: 'm', by })).status, 'paused')
  assert.deepEqual(lab.monitors.next(await lab.monitors.get('m'), 3), [])
  await lab.moveTo('2026-03-10T20:30:00Z')
  await lab.monitors.resume({ name: 'm', by })
  await lab.moveTo('2026-03-10T20:45:00Z')
  assert.equal((await lab.monitors.runs('m', 10)).length, 2)
  assert.deepEqual(lab.monitors.next(await lab.monitors.get('m'), 1), [Date.parse('2026-03-10T21:00:00Z')])
})

databaseTest('a signal that cannot be computed says why and leaves the others and the alerts', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, seed: 7 }))
  const gone = `    gone: {type: data_drift, production_data: {input_data: ./production.csv}, reference_data: {input_data: azureml:gone:1}}`
  await lab.create(yaml(gone, '      features: [x]'))
  const { run } = await lab.run('m')
  assert.equal(run.status, 'failed')
  assert.deepEqual(
    run.signals.map(({ name, status, breachCount }) => [name, status, breachCount]),
    [
      ['drift', 'computed', 1],
      ['gone', 'failed', 0],
    ],
  )
  assert.match(run.detail!, /^gone: There is no data azureml:gone:1\./)
  await lab.monitors.update(await lab.read(yaml('', '      features: [y]')), by)
  lab.nowMs += 60_000
  const after = await lab.run('m')
  assert.match(after.run.detail!, /There is no column "y" in .*production.csv\. There are x, still, kind\./)
  const [alert] = await lab.monitors.alerts({ name: 'm', isOpen: true, limit: 10 })
  assert.equal(alert!.signal, 'drift')
  await lab.monitors.update(await lab.read(yaml('', '      features: [x]\n      alert_enabled: false')), by)
  lab.nowMs += 60_000
  await lab.run('m')
  assert.deepEqual(await lab.monitors.alerts({ name: 'm', isOpen: true, limit: 10 }), [])
})

databaseTest('what passes is tried again, but not for ever', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(100))
  lab.write('production.csv', sampleRows(100, { seed: 3 }))
  await lab.create(yaml())
  lab.crashAt = 'monitor-run-computed'
  await lab.moveTo('2026-03-10T13:00:00Z')
  const [once] = await lab.monitors.runs('m', 1)
  assert.deepEqual([once!.status, once!.attempts], ['pending', 1])
  assert.match(once!.detail!, /is tried again: killed at monitor-run-computed/)
  for (let attempt = 0; attempt < 6; attempt++) await lab.moveTo(new Date(lab.nowMs + 300_000).toISOString())
  const [over] = await lab.monitors.runs('m', 1)
  assert.deepEqual([over!.status, over!.attempts], ['failed', 6])
})

databaseTest('a monitor keeps what on_breach starts, and takes everything along when it goes', async (database, t) => {
  const lab = openMonitorLab(database, t)
  lab.write('reference.csv', sampleRows(400))
  lab.write('production.csv', sampleRows(300, { shift: 0.5, seed: 7 }))
  await assert.rejects(lab.create(yaml('  on_breach: {run: missing}')), { code: 'not-found' })
  assert.deepEqual(await lab.monitors.list(), [])
  await lab.create(yaml('  on_breach: {run: retrain}'))
  assert.equal(lab.breachActions.get('m'), 'retrain')
  const { action } = await lab.monitors.previewRetraining('m')
  assert.equal(action.kind === 'published-pipeline' && action.name, 'retrain')
  assert.equal((await lab.monitors.retrain({ name: 'm', by })).job, 'retrain')
  await assert.rejects(lab.monitors.retrain({ name: 'n', by }), { code: 'not-found' })
  await assert.rejects(lab.monitors.previewRetraining('n'), { code: 'not-found' })
  await assert.rejects(lab.create(yaml()), { code: 'already-exists' })
  await lab.run('m')
  assert.deepEqual(
    (await lab.monitors.list()).map(({ name, alerts, lastRun }) => [name, alerts.length, lastRun?.status]),
    [['m', 1, 'completed']],
  )
  await lab.monitors.update(await lab.read(yaml()), by)
  assert.equal(lab.breachActions.has('m'), false)
  assert.deepEqual(await lab.monitors.breaches('m', 10), [])
  await lab.monitors.delete({ name: 'm', by })
  await assert.rejects(lab.monitors.get('m'), { code: 'not-found' })
  assert.deepEqual(await lab.monitors.alerts({ limit: 10 }), [])
})

databaseTest('names that are not there are answered with the nearest', async (database, t) => {
  const lab = openMonitorLab(database, t)
  await lab.create(yaml().replace('name: m', 'name: credit'))
  await assert.rejects(
    lab.monitors.get('cerdit'),
    (error) => error instanceof SluiceError && error.hint === 'Did you mean credit?',
  )
  await assert.rejects(lab.monitors.runOf('credit', 'none'), { code: 'not-found' })
  await assert.rejects(
    lab.create(yaml('  alert_notification: {webhooks: [https://10.0.0.1/x]}').replace('name: m', 'name: k')),
    {
      code: 'invalid-request',
    },
  )
})
