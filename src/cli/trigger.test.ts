import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nameIn, openHome } from './sluice-home.test-support.ts'

interface Listed {
  readonly items: readonly { readonly status: string; readonly job?: string; readonly verdict?: string }[]
}

const job =
  'type: command\ninputs: {label: none}\ncommand: echo ${{inputs.label}} >> $HOME/trace\nis_deterministic: false\n'
const nightly = `name: nightly
trigger: {type: cron, expression: "30 2 * * *", time_zone: Romance Standard Time}
create_job: {job: ./job.yml, inputs: {label: "\${{name}}"}}
`

test('a schedule from its file to its history, by the command line and a server that stays', async (t) => {
  const { sluice, file, trace } = await openHome(t)
  const said = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await sluice(...args)
    assert.equal(code, 0, `sluice ${args.join(' ')}: ${out}${err}`)
    return out + err
  }
  await file('job.yml', job)
  await file('nightly.yml', nightly)
  const created = await said('schedule', 'create', 'nightly.yml', '--paused')
  assert.match(created, /status: +paused/)
  assert.match(created, /A server was started in the background/)
  assert.match(await said('schedule', 'enable', 'nightly'), /nightly: enabled, next \d{4}-\d\d-\d\dT02:30:00\+0[12]:00/)
  assert.match(await said('schedule', 'list'), /nightly +enabled +cron 30 2 \* \* \*, Europe\/Paris/)
  assert.match(await said('schedule', 'next', 'nightly', '400'), /T03:00:00\+02:00 .* the clocks skip 02:30 that day/)
  const span = ['--from', '2026-01-01', '--to', '2026-01-04']
  assert.match(await said('schedule', 'backfill', 'nightly', ...span, '--preview'), /3 of 3 times would start a job/)
  assert.match(await said('schedule', 'backfill', 'nightly', ...span), /3 of 3 times start a job/)
  const name = nameIn(await said('schedule', 'run', 'nightly'))
  await said('job', 'logs', '--follow', name)
  const { items } = JSON.parse(await said('schedule', 'history', 'nightly', '--json')) as Listed
  assert.equal(items.filter(({ status }) => status === 'submitted').length, 4)
  const again = JSON.parse(await said('schedule', 'backfill', 'nightly', ...span, '--preview', '--json')) as Listed
  assert.deepEqual(
    again.items.map(({ verdict }) => verdict),
    ['submitted', 'submitted', 'submitted'],
  )
  while ((await trace()).split('\n').length < 5) await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(await trace(), 'nightly\n'.repeat(4))
  await file('nightly.yml', nightly.replace('30 2', '45 2'))
  assert.match(await said('schedule', 'update', 'nightly.yml'), /cron 45 2/)
  assert.match(await said('schedule', 'show', 'nightly'), /missed runs: +last/)
  assert.equal(await said('schedule', 'show', 'nightly', '--yaml'), nightly.replace('30 2', '45 2'))
  assert.match(await said('schedule', 'disable', 'nightly'), /nightly: paused/)
  assert.match(await said('schedule', 'delete', 'nightly'), /Deleted the schedule nightly/)
})

test('a trigger from its file to a signed call and to new data', async (t) => {
  const { sluice, file, folder, trace } = await openHome(t)
  const json = async <Body>(...args: readonly string[]): Promise<Body> => {
    const { code, out, err } = await sluice(...args, '--json')
    assert.equal(code, 0, `sluice ${args.join(' ')}: ${out}${err}`)
    return JSON.parse(out) as Body
  }
  await file('job.yml', job)
  await file('in/a.csv', 'x\n')
  await file(
    'check-in.yml',
    'name: check-in\ntrigger: {type: webhook, provider: github, branches: [main]}\ncreate_job: {job: ./job.yml, inputs: {label: "${{trigger.commit}}"}}\n',
  )
  await file(
    'data.yml',
    'name: data\ntrigger: {type: data_change, path: ./in, poll_interval: 1, debounce: 0}\ncreate_job: {job: ./job.yml, inputs: {label: new}}\n',
  )
  const created = await json<{ webhook_url: string; secret: string }>('trigger', 'create', 'check-in.yml')
  await json('trigger', 'create', '--file', 'data.yml')
  const body = JSON.stringify({ ref: 'refs/heads/main', after: 'c0ffee' })
  const call = async (secret: string): Promise<unknown> => {
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const headers = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-hub-signature-256': signature }
    const answer = await fetch(created.webhook_url, { method: 'POST', body, headers })
    return [answer.status, ((await answer.json()) as { status?: string }).status]
  }
  assert.deepEqual(await call('wrong'), [401, undefined])
  assert.deepEqual(await call(created.secret), [202, 'accepted'])
  assert.deepEqual(await call(created.secret), [202, 'known'])
  await writeFile(join(folder, 'in', 'b.csv'), 'y\n')
  while ((await trace()).split('\n').length < 3) await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual((await trace()).trim().split('\n').sort(), ['c0ffee', 'new'])
  const tested = await json<{ inputs: object }>('trigger', 'test', 'check-in', '--set', 'trigger.commit=abc')
  assert.deepEqual(tested.inputs, { label: 'abc' })
  assert.equal((await json<{ secret: string }>('trigger', 'credentials', 'check-in')).secret, created.secret)
  assert.notEqual((await json<{ secret: string }>('trigger', 'rotate-secret', 'check-in')).secret, created.secret)
  assert.equal((await json<Listed>('trigger', 'history', 'check-in')).items.length, 1)
})

test('what cannot be is refused with what to do', async (t) => {
  const { sluice, file } = await openHome(t)
  const failed = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await sluice(...args)
    assert.notEqual(code, 0, out)
    return err
  }
  await file('job.yml', job)
  await file('bad.yml', nightly.replace('30 2', '30 25').replace('Romance', 'Romanze'))
  await file('trigger.yml', 'name: t\ntrigger: {type: data_version}\ncreate_job: ./job.yml\n')
  const bad = await failed('schedule', 'update', 'bad.yml')
  assert.match(bad, /25 is no hour/)
  assert.match(bad, /did you mean "Romance Standard Time"/)
  assert.match(await failed('schedule', 'create'), /No file says what to create/)
  assert.match(await failed('schedule', 'create', 'none.yml'), /There is no file none.yml/)
  assert.match(await failed('schedule', 'show', 'x'), /There is no schedule "x"/)
  assert.match(await failed('schedule', 'next', 'x', '0'), /"0" is no number of times/)
  assert.match(
    await failed('schedule', 'backfill', 'x', '--from', 'soon', '--to', '2026-01-01'),
    /--from cannot be "soon"/,
  )
  assert.match(await failed('schedule', 'backfill', 'x'), /--from does not say a time/)
  assert.match(await failed('schedule', 'update', 'trigger.yml'), /is not a schedule/)
})
