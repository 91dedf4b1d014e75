import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameIn, openHome } from './sluice-home.test-support.ts'

/** Rows of a number and a category; `shift` moves the number. */
function table(shift: number): string {
  const rows = Array.from({ length: 100 }, (_, i) => `${((i * 37) % 100) / 100 + shift},${'ab'[i % 2]!}`)
  return `${['x,kind', ...rows].join('\n')}\n`
}

const monitor = `name: credit
description: what the model is asked
trigger: {type: cron, expression: "15 3 * * *"}
create_monitor:
  monitoring_signals:
    inputs:
      type: data_drift
      production_data: {input_data: ./production.csv}
      reference_data: {input_data: ./reference.csv}
  on_breach: {run: ./job.yml, inputs: {label: "\${{trigger.features}}"}, cooldown: 1h, max_per_day: 3}
`

test('a monitor from its file to its alerts, by the command line and a server that stays', async (t) => {
  const { sluice, file, trace } = await openHome(t)
  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await sluice(...args)
    assert.equal(code, 0, `sluice ${args.join(' ')}: ${out}${err}`)
    return out + err
  }
  await file('job.yml', 'type: command\ninputs: {label: none}\ncommand: echo ${{inputs.label}} >> $HOME/trace\n')
  await file('reference.csv', table(0))
  await file('production.csv', table(0))
  await file('monitor.yml', monitor)
  // As az ml has it, the command of schedules makes it too.
  const created = await said('schedule', 'create', 'monitor.yml', '--paused')
  assert.match(created, /name: +credit\nstatus: +paused/)
  assert.match(created, /on breach: +\S+job\.yml \(cooldown 3600 s, at most 3 a day\)/)
  assert.match(await said('monitor', 'resume', 'credit'), /credit: enabled, next \d{4}-\d\d-\d\dT03:15:00/)
  assert.match(await said('monitor', 'run', 'credit'), /inputs +computed +0 of 2/)
  await file('production.csv', table(0.5))
  const moved = await sluice('monitor', 'run', 'credit', '--all')
  assert.equal(moved.code, 1, moved.err)
  assert.match(moved.out, /breach +inputs +x: normalized_wasserstein_distance 1\.\d+ .*mean 0\.495 -> 0\.995/)
  assert.match(moved.out, /ok +inputs +kind: jensen_shannon_distance 0 /)
  while ((await trace()) === '') await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(await trace(), 'x\n')
  assert.match(await said('monitor', 'breaches', 'credit'), /breach +submitted +\S+ +\w+/)
  assert.match(await said('monitor', 'retrain', 'credit', '--preview'), /job\.yml[^]*label +x\n.*Nothing was started/)
  const again = nameIn(await said('monitor', 'retrain', 'credit'))
  const breaches = await said('monitor', 'breaches', 'credit')
  assert.match(breaches, new RegExp(`by hand +submitted +${again}[^]*breach +submitted`))
  assert.match(await said('monitor', 'history', 'credit'), /run +completed +1 /)
  assert.match(await said('monitor', 'verdicts', 'credit', '--signal', 'inputs'), /breach +inputs +x: /)
  assert.match(await said('monitor', 'alerts', '--open'), /credit +inputs +open /)
  assert.match(await said('monitor', 'ack', 'credit', '--note', 'seen'), /inputs acknowledged, seen by \S+: seen/)
  assert.match(await said('monitor', 'mute', 'credit', '--signal', 'inputs', '--for', '2h'), /inputs +\d{4}-/)
  assert.match(await said('monitor', 'show', 'credit'), /muted: +inputs until/)
  assert.match(await said('monitor', 'unmute', 'credit'), /credit: nothing is muted/)
  assert.match(await said('monitor', 'list'), /credit +enabled .* inputs \(acknowledged\)/)
  await file('monitor.yml', monitor.replace('15 3', '45 4'))
  assert.match(await said('monitor', 'update', 'monitor.yml'), /when: +cron 45 4/)
  const { items } = JSON.parse(await said('monitor', 'alerts', 'credit', '--json')) as { items: { status: string }[] }
  assert.deepEqual(
    items.map(({ status }) => status),
    ['acknowledged'],
  )
  assert.match(await said('monitor', 'disable', 'credit'), /credit: paused/)
  const wrong = await sluice('monitor', 'mute', 'credit', '--for', 'long')
  assert.match(wrong.err, /--for "long" is no duration/)
  const never = await sluice('monitor', 'run', 'credit', '--at', 'noon')
  assert.match(never.err, /--at "noon" is no time/)
  const empty = await sluice('monitor', 'run', 'credit', '--since', '2099-01-01T00:00:00Z')
  assert.match(empty.err, /are to begin at 2099-01-01T00:00:00.000Z, and end at /)
  assert.match((await sluice('monitor', 'show', 'cerdit')).err, /Did you mean credit\?/)
  assert.match(await said('monitor', 'delete', 'credit'), /Deleted the monitor credit/)
})
