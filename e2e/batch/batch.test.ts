// examples/batch-scoring as a user runs it, and an MLflow model that scores by itself: the program from outside.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { openSluiceFolder } from '../sluice-folder.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

interface Program {
  readonly folder: string
  readonly store: string
  readonly sluice: (...args: string[]) => Promise<string>
  readonly ended: (job: string) => Promise<string>
}

function openProgram(t: TestContext, variables: Readonly<Record<string, string>> = {}): Program {
  const { folder, store, sluice: run } = openSluiceFolder(t, { variables })
  const sluice = async (...args: string[]): Promise<string> => (await run(...args)).trim()
  const ended = async (job: string): Promise<string> => {
    const { status } = JSON.parse(await sluice('job', 'show', job, '--json')) as { status: string }
    if (['Completed', 'Failed', 'Canceled'].includes(status)) return status
    await pause(100)
    return ended(job)
  }
  return { folder, store, sluice, ended }
}

const template = 'the template scores its files, and goes on doing so when its folder is gone'
test(template, (t) => scoreTemplate(t))
test(`${template} (PostgreSQL)`, { skip: skipPostgres }, async (t) => {
  await scoreTemplate(t, { SLUICE_DATABASE: await makeSchema(t) })
})

async function scoreTemplate(t: TestContext, variables: Readonly<Record<string, string>> = {}): Promise<void> {
  const { folder, sluice, ended } = openProgram(t, variables)
  await sluice('init', 'batch-scoring', 'project')
  await sluice('up', '-d')
  const { database } = JSON.parse(await sluice('status', '--json')) as { readonly database: string }
  assert.equal(database, variables['SLUICE_DATABASE'] ?? 'sqlite')
  await sluice('batch-endpoint', 'create', '--file', 'project/endpoint.yml')
  await sluice('batch-deployment', 'create', '--file', 'project/deployment.yml')
  rmSync(join(folder, 'project/code'), { recursive: true })
  rmSync(join(folder, 'project/model'), { recursive: true })
  const job = await sluice('batch', 'invoke', '--name', 'sums', '--input', 'project/data')
  assert.equal(await ended(job), 'Completed')
  await sluice('job', 'download', job, '--output', 'score', '--to', 'out')
  const rows = readFileSync(join(folder, 'out/score/predictions.csv'), 'utf8').split('\n').sort()
  assert.deepEqual(rows, ['', 'february.csv,1,76.0', 'january.csv,2,76.0'])
  const asset = JSON.parse(await sluice('data', 'show', '--name', 'sums-linear-score', '--json')) as {
    readonly versions: readonly { readonly tags: { readonly model: string } }[]
  }
  assert.match(asset.versions[0]!.tags.model, /^azureml:\/\/content\/folder\/[0-9a-f]{64}\/model$/)
  const one = await sluice(
    'batch',
    'invoke',
    'sums',
    '--input',
    'project/data/january.csv',
    '--set',
    'output_file_name=x',
  )
  assert.equal(await ended(one), 'Completed')
  const jobs = JSON.parse(await sluice('batch', 'list-jobs', 'sums', '--json')) as {
    readonly items: readonly { readonly job: { readonly name: string }; readonly deployment: string }[]
  }
  assert.deepEqual(
    jobs.items.map((item) => [item.job.name, item.deployment]),
    [
      [one, 'linear'],
      [job, 'linear'],
    ],
  )
}

test('an MLflow model scores tables without a script, and the output says which version it was', async (t) => {
  const { folder, sluice, ended } = openProgram(t)
  const url = await sluice('up', '-d')
  const python = await pythonEnvironment(mlflowClients['2.22'])
  const { stdout } = await run(python, [join(root, 'e2e/serving/train_and_register.py'), url], {
    env: { ...process.env, PYTHONUTF8: '1' },
    timeout: 300_000,
  })
  const { columns, data, predictions } = JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    readonly columns: readonly string[]
    readonly data: readonly (readonly number[])[]
    readonly predictions: readonly number[]
  }
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'data/rows.csv'), [columns, ...data].map((row) => `${row.join(',')}\n`).join(''))
  writeFileSync(join(folder, 'deployment.yml'), 'name: ridge\ntype: model\nmodel: azureml:diabetes@latest\n')
  await sluice('batch-deployment', 'create', '--file', 'deployment.yml', '--endpoint', 'diabetes')
  const job = await sluice('batch', 'invoke', '--name', 'diabetes', '--input', 'data')
  assert.equal(await ended(job), 'Completed', await sluice('job', 'logs', job))
  await sluice('job', 'download', job, '--output', 'score', '--to', 'out')
  const rows = readFileSync(join(folder, 'out/score/predictions.csv'), 'utf8').trim().split('\n')
  const scored = rows.map((row) => row.split(','))
  assert.deepEqual(
    scored.map(([row, , file]) => [row, file]),
    [
      ['0', 'rows.csv'],
      ['1', 'rows.csv'],
    ],
  )
  for (const [index, [, prediction]] of scored.entries())
    assert.ok(Math.abs(Number(prediction) - predictions[index]!) < 1e-9, `${prediction} is not ${predictions[index]}`)
  const asset = JSON.parse(await sluice('data', 'show', '--name', 'diabetes-ridge-score', '--json')) as {
    readonly versions: readonly { readonly properties: { readonly model: string } }[]
  }
  assert.equal(asset.versions[0]!.properties.model, 'azureml:diabetes:1')
})

const noting = `
import os, time
def init(): pass
def run(mini_batch):
    rows = []
    for path in mini_batch:
        with open(os.environ["NOTED"], "a") as file: file.write(os.path.basename(path) + "\\n")
        while not os.path.exists(os.environ["GO"]): time.sleep(0.02)
        rows.append(f"{os.path.basename(path)},{int(open(path).read()) * 2}")
    return rows
`

test('a kill -9 of the server neither loses a mini-batch nor runs one twice', async (t) => {
  const { folder, store, sluice, ended } = openProgram(t)
  const [noted, go] = [join(folder, 'noted'), join(folder, 'go')]
  mkdirSync(join(folder, 'code'))
  mkdirSync(join(folder, 'rows'))
  writeFileSync(join(folder, 'code/score.py'), noting)
  writeFileSync(noted, '')
  const numbers = Array.from({ length: 8 }, (_, n) => n)
  for (const n of numbers) writeFileSync(join(folder, `rows/f${n}.txt`), String(n))
  writeFileSync(
    join(folder, 'deployment.yml'),
    `$schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json
name: slow
code_configuration: {code: ./code, scoring_script: score.py}
environment_variables: {NOTED: ${noted}, GO: ${go}}
settings: {mini_batch_size: 1, max_concurrency_per_instance: 2, retry_settings: {timeout: 600}}
`,
  )
  await sluice('up', '-d')
  await sluice('batch-deployment', 'create', '--file', 'deployment.yml', '--endpoint', 'slow')
  const job = await sluice('batch', 'invoke', '--name', 'slow', '--input', 'rows')
  while (readFileSync(noted, 'utf8') === '') await pause(20)
  const { pid } = JSON.parse(readFileSync(join(store, 'server.json'), 'utf8')) as { readonly pid: number }
  process.kill(pid, 'SIGKILL')
  await sluice('up', '-d')
  writeFileSync(go, '')
  assert.equal(await ended(job), 'Completed')
  await sluice('job', 'download', job, '--output', 'score', '--to', 'out')
  const sorted = (file: string): readonly string[] => readFileSync(join(folder, file), 'utf8').trim().split('\n').sort()
  assert.deepEqual(
    sorted('out/score/predictions.csv'),
    numbers.map((n) => `f${n}.txt,${2 * n}`),
  )
  assert.deepEqual(
    sorted('noted'),
    numbers.map((n) => `f${n}.txt`),
  )
})
