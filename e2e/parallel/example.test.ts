// examples/parallel as a user runs it: the program from outside, its server killed in the middle.
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openSluiceFolder, type SluiceFolder } from '../sluice-folder.ts'

const look = `
  look:
    command: cat \${{inputs.rows}}
    inputs: { rows: '\${{parent.jobs.forecast.outputs.rows}}' }
`

test('the example trains a model for each store and forecasts every file in order', async (t) => {
  const { folder, sluice } = openSluiceFolder(t, { example: 'parallel' })
  appendFileSync(join(folder, 'pipeline.yml'), look)
  await sluice('run', 'pipeline.yml')
  const rows = (await logOf(sluice, 'look')).trim().split('\n')
  assert.deepEqual(
    rows.map((row) => row.split(',').slice(0, 2).join(' ')),
    ['ask-1.csv 2', 'ask-2.csv 1', 'ask-3.csv 3', 'ask-4.csv 1', 'ask-5.csv 1', 'ask-6.csv 2'],
  )
  // The data is base + slope * week + noise: store south is 80 - 0.4 * 53.
  assert.ok(Math.abs(Number(rows[1]!.split(',')[2]) - 58.8) < 6, rows[1])
  const file = join(folder, 'data/weeks/ask-2.csv')
  assert.match(readFileSync(file, 'utf8'), /south,53/)
  appendFileSync(file, 'south,54\n')
  const plan = JSON.parse(await sluice('plan', 'pipeline.yml', '--json')) as {
    readonly steps: readonly { readonly path: string; readonly verdict: { readonly kind: string } }[]
  }
  assert.deepEqual(
    plan.steps.map(({ path, verdict }) => [path, verdict.kind]),
    [
      ['train', 'unchanged'],
      ['forecast', 'run'],
      ['look', 'depends'],
    ],
  )
})

test('kill -9 of the server: the step goes on, the next server adopts it, and every mini-batch ran once', async (t) => {
  const { folder, sluice } = openSluiceFolder(t, { example: 'parallel' })
  const marks = join(folder, 'marks')
  mkdirSync(join(folder, 'many'))
  for (let index = 0; index < 100; index++) writeFileSync(join(folder, 'many', `${index + 100}.txt`), String(index))
  writeFileSync(
    join(folder, 'src', 'slow.py'),
    `import os, time
def run(mini_batch):
    with open(${JSON.stringify(marks)}, "a") as file:
        file.write(os.path.basename(mini_batch[0]) + "\\n")
    time.sleep(0.03)
    return mini_batch
`,
  )
  writeFileSync(
    join(folder, 'slow.yml'),
    `type: pipeline
jobs:
  slow:
    type: parallel
    inputs: { files: { type: uri_folder, path: many } }
    outputs: { rows: { type: uri_file } }
    max_concurrency_per_instance: 2
    task: { type: run_function, code: src, entry_script: slow.py, append_row_to: '\${{outputs.rows}}' }
`,
  )
  await sluice('up', '--detach')
  await sluice('run', '--detach', 'slow.yml')
  const { pid } = JSON.parse(await sluice('status', '--json')) as { pid: number }
  while (!existsSync(marks) || readFileSync(marks, 'utf8').split('\n').length < 20) await pause(10)
  process.kill(pid, 'SIGKILL')
  await sluice('up', '--detach')
  const { items } = JSON.parse(await sluice('job', 'list', '--json')) as { items: readonly { name: string }[] }
  await sluice('job', 'show', items[0]!.name, '--watch')
  assert.match(await logOf(sluice, 'slow'), /mini-batches: 100 of 100 done/)
  const ran = readFileSync(marks, 'utf8').trim().split('\n')
  assert.equal(ran.length, 100)
  assert.equal(new Set(ran).size, 100)
})

async function logOf(sluice: SluiceFolder['sluice'], step: string): Promise<string> {
  const { items } = JSON.parse(await sluice('job', 'list', '--json')) as { items: readonly { name: string }[] }
  const shown = JSON.parse(await sluice('job', 'show', items[0]!.name, '--json')) as {
    steps: readonly { step: string; name: string }[]
  }
  return sluice('job', 'logs', shown.steps.find((one) => one.step === step)!.name)
}
