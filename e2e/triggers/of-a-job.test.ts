// What is made of an earlier job is that job once more: its files as they were, with what `--set` gave it.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSluiceFolder } from '../sluice-folder.ts'

const component = `
type: command
name: say
inputs:
  alpha: {type: number}
  word: {type: string, default: component}
  data: {type: uri_file}
outputs:
  said: {type: uri_file}
command: echo $GREETING \${{inputs.alpha}} \${{inputs.word}} $(cat \${{inputs.data}}) | tee \${{outputs.said}}
environment_variables: {GREETING: hello}
`
const pipeline = `
type: pipeline
inputs:
  alpha: 0.5
  data: {type: uri_file, path: written.txt}
jobs:
  say:
    type: command
    component: ./say.yml
    inputs: {alpha: '\${{parent.inputs.alpha}}', data: '\${{parent.inputs.data}}'}
`

interface Job {
  readonly name: string
  readonly status: string
  readonly inputs: Readonly<Record<string, { readonly value?: string; readonly uri?: string }>>
}

test('a schedule and a published pipeline that are made of a job run with what the job was given', async (t) => {
  const { folder, sluice } = openSluiceFolder(t)
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  /** What the only step of a job said. */
  const saidBy = async (job: string): Promise<string> =>
    (await sluice('job', 'logs', job, '--step', 'say', '--follow')).trim()
  /** A job in the last line that a command that waits for it writes. */
  const jobOf = (lines: string): Job => (JSON.parse(lines.trim().split('\n').at(-1)!) as { job: Job }).job
  write('say.yml', component)
  write('pipeline.yml', pipeline)
  write('written.txt', 'written')
  write('given.txt', 'given')
  const set = ['alpha=0.7', 'data=given.txt', 'jobs.say.inputs.word=step', 'settings.force_rerun=true']
  const job = jobOf(await sluice('run', 'pipeline.yml', ...set.flatMap((one) => ['--set', one]), '--json'))
  assert.equal(job.inputs['alpha']!.value, '0.7')
  assert.match(job.inputs['data']!.uri!, /given\.txt$/)
  assert.equal(await saidBy(job.name), 'hello 0.7 step given')

  // Nothing of the folder is needed any more, changed or gone.
  write('say.yml', component.replace('hello', 'changed'))
  rmSync(join(folder, 'pipeline.yml'))
  rmSync(join(folder, 'given.txt'))
  write(
    'schedule.yml',
    `name: again\ntrigger: {type: cron, expression: 0 0 1 1 *}\ncreate_job: {job: "azureml:${job.name}"}\n`,
  )
  await sluice('schedule', 'create', 'schedule.yml')
  const fired = JSON.parse(await sluice('schedule', 'run', 'again', '--json')) as { job: string }
  assert.equal(await saidBy(fired.job), 'hello 0.7 step given')

  await sluice('pipeline', 'publish', `azureml:${job.name}`, '--name', 'said')
  assert.match(await sluice('pipeline', 'show', 'said'), /alpha .*0\.7/)
  const started = jobOf(await sluice('pipeline', 'run', 'said', '--set', 'alpha=0.9', '--json'))
  assert.equal(started.status, 'Completed')
  assert.equal(await saidBy(started.name), 'hello 0.9 step given')
})
