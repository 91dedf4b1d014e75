import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { makeSchema, skipPostgres } from '../postgres-schema.ts'
import { mlflowClients, programCache, pythonEnvironment } from '../python-environments.mjs'

const root = join(import.meta.dirname, '../..')
const sluice = join(root, 'bin', 'sluice.mjs')
const example = join(root, 'examples', 'diabetes')

interface Place {
  readonly folder: string
  readonly data: string
  readonly env: NodeJS.ProcessEnv
  readonly run: (...args: string[]) => Promise<string>
}

function makePlace(t: TestContext, database?: string): Place {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-diabetes-'))
  const data = join(folder, 'store')
  const env = {
    ...process.env,
    SLUICE_CACHE: programCache,
    SLUICE_DATA: data,
    SLUICE_PORT: '0',
    ...(database !== undefined && { SLUICE_DATABASE: database }),
  }
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [sluice, ...args], { cwd: folder, env, maxBuffer: 1 << 26 })).stdout
  t.after(async () => {
    await run('down').catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  })
  cpSync(example, join(folder, 'diabetes'), { recursive: true })
  return { folder, data, env, run }
}

interface Expected {
  readonly mse: number
  readonly predictions: readonly number[]
}

/** What scikit-learn itself says of these rows and this alpha. */
async function expected(csv: string, alpha: number, request: string): Promise<Expected> {
  const python = await pythonEnvironment(mlflowClients['2.22'])
  const script = join(import.meta.dirname, 'expected.py')
  const { stdout } = await promisify(execFile)(python, [script, csv, String(alpha), request])
  return JSON.parse(stdout) as Expected
}

function assertClose(found: number, wanted: number): void {
  assert.ok(Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted), `${found} is not ${wanted}`)
}

interface Model {
  readonly versions: readonly {
    readonly version: string
    readonly tags: Record<string, string>
    readonly aliases: readonly string[]
  }[]
}
interface Job {
  readonly name: string
  readonly step: string
  readonly status_detail?: string
  readonly reused_from?: string
}

test('the commands of the demo, with other data and another alpha, give what scikit-learn gives', async (t) => {
  const { folder, run } = makePlace(t)
  const csv = join(folder, 'other.csv')
  const rows = readFileSync(join(example, 'data', 'diabetes.csv'), 'utf8')
    .trim()
    .split('\n')
  writeFileSync(csv, `${[rows[0], ...rows.slice(1).filter((_, row) => row % 7 !== 3)].join('\n')}\n`)
  const pipeline = join('diabetes', 'pipeline.yml')
  const request = join('diabetes', 'request.json')
  await run('up', '--detach')

  await run('run', pipeline, '--set', 'alpha=0.4')
  const first = JSON.parse(await run('model', 'show', 'diabetes', '--json')) as Model
  const shipped = await expected(join(example, 'data', 'diabetes.csv'), 0.4, join(example, 'request.json'))
  assertClose(shipped.mse, 3295.714938563238)
  assertClose(Number(first.versions[0]!.tags['mse']), shipped.mse)

  const other = await expected(csv, 1.5, join(example, 'request.json'))
  await run('run', pipeline, '--set', 'alpha=1.5', '--set', `data=${csv}`, '--set', 'model_name=other')
  const model = JSON.parse(await run('model', 'show', 'other', '--json')) as Model
  assert.deepEqual(
    model.versions.map((version) => [version.version, version.aliases]),
    [['1', ['champion']]],
  )
  assertClose(Number(model.versions[0]!.tags['mse']), other.mse)
  await run('endpoint', 'deploy', 'other', '--model', 'other@champion')
  const answer = JSON.parse(await run('endpoint', 'invoke', 'other', '--request-file', request)) as number[]
  assert.equal(answer.length, 2)
  answer.forEach((prediction, row) => assertClose(prediction, other.predictions[row]!))

  await run('run', pipeline, '--set', 'alpha=1.5', '--set', `data=${csv}`, '--set', 'model_name=other')
  const { items: jobs } = JSON.parse(await run('job', 'list', '--json')) as { items: readonly Job[] }
  const record = JSON.parse(readFileSync(join(folder, 'store', 'server.json'), 'utf8')) as { url: string }
  const steps = (
    (await (await fetch(`${record.url}/api/v1/jobs/${jobs[0]!.name}/children`)).json()) as { items: readonly Job[] }
  ).items
  const how = Object.fromEntries(steps.map((step) => [step.step, step.reused_from !== undefined]))
  assert.deepEqual(how, { test_data: true, train: true, evaluate: false, is_better: false, register: false })
  assert.match(steps.find((step) => step.step === 'register')!.status_detail!, /^Skipped/)
  assert.equal((JSON.parse(await run('model', 'show', 'other', '--json')) as Model).versions.length, 1)
})

for (const engine of ['sqlite', 'postgres'] as const)
  test(
    `a step logs to MLflow before, during and after an outage of its server, and all of it arrives (${engine})`,
    { skip: engine === 'postgres' && skipPostgres },
    async (t) => {
      const { folder, data, env, run } = makePlace(t, engine === 'postgres' ? await makeSchema(t) : undefined)
      const progress = join(folder, 'progress')
      const go = join(folder, 'go')
      writeFileSync(join(folder, 'log.py'), readFileSync(join(import.meta.dirname, 'log_through_outage.py'), 'utf8'))
      writeFileSync(
        join(folder, 'job.yml'),
        [
          'type: command',
          'experiment_name: outage',
          'code: log.py',
          `command: python log.py ${progress} ${go}`,
          'environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
        ].join('\n'),
      )
      const server = spawn(process.execPath, [sluice, 'up'], {
        env,
        stdio: 'ignore',
      })
      t.after(() => server.kill('SIGKILL'))
      const gone = new Promise((resolve) => server.once('exit', resolve))
      await until(() => existsSync(join(data, 'server.json')))
      const job = JSON.parse((await run('run', 'job.yml', '--detach', '--json')).trim().split('\n').at(-1)!) as {
        job?: Job
      } & Job
      await until(() => lines(progress).includes('logged 10'))
      server.kill('SIGKILL')
      await gone
      writeFileSync(go, '')
      // It has begun to log what nobody can take now; the client's own retries hold it.
      await until(() => lines(progress).includes('logging 11'))
      const { url } = JSON.parse(await run('up', '--detach', '--json')) as { url: string }
      const name = job.job?.name ?? job.name
      await until(async () =>
        ['Completed', 'Failed'].includes(
          ((await (await fetch(`${url}/api/v1/jobs/${name}`)).json()) as { status: string }).status,
        ),
      )
      const history = (await (
        await fetch(`${url}/api/2.0/mlflow/metrics/get-history?run_id=${name}&metric_key=step`)
      ).json()) as {
        metrics: readonly { step: number; value: number }[]
      }
      const points = history.metrics
        .map(({ step, value }) => [step ?? 0, value])
        .sort((one, other) => one[0]! - other[0]!)
      assert.deepEqual(
        points,
        Array.from({ length: 20 }, (_, index) => [index, index]),
      )
      assert.deepEqual(
        lines(progress).filter((line) => line === 'started'),
        ['started'],
      )
    },
  )

function lines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

/** Waits for something another process does; the test's own timeout is the limit. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 50))
}
