import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { mlflowClients, programCache, pythonEnvironment } from '../python-environments.mjs'

/* What a step can do to the job that it belongs to, and to the server, from the inside. */

const sluiceCommand = join(import.meta.dirname, '../../bin/sluice.mjs')

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Job {
  readonly name: string
  readonly status: string
  readonly status_detail?: string
  readonly step?: string
}

function openPlace(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-inside-'))
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    SLUICE_CACHE: programCache,
    SLUICE_DATA: join(folder, 'store'),
    SLUICE_PORT: '0',
  }
  const sluice = (...args: string[]): Promise<Ran> =>
    new Promise((resolve) =>
      execFile(process.execPath, [sluiceCommand, ...args], { cwd: folder, env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }),
      ),
    )
  t.after(async () => {
    await sluice('down')
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    sluice,
    json: async <Answer>(...args: string[]) => JSON.parse((await sluice(...args, '--json')).out) as Answer,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
  }
}

const rootOf = (out: string): string => (JSON.parse(out.split('\n', 1)[0]!) as { job: Job }).job.name

for (const [how, command, reason] of [
  ['the command line', 'sluice job cancel "$AZUREML_ROOT_RUN_ID" --reason "not better"', ': not better'],
  [
    'REST',
    `"${process.execPath}" -e 'fetch(process.env.SLUICE_URL + "/api/v1/jobs/" + process.env.AZUREML_ROOT_RUN_ID + "/cancel", {method: "POST", headers: {authorization: "Bearer " + process.env.AZUREML_RUN_TOKEN}})'`,
    '',
  ],
] as const) {
  test(`a step cancels the job it belongs to, by ${how}: nothing after it runs`, async (t) => {
    const { folder, sluice, json, write } = openPlace(t)
    write(
      'p.yml',
      `type: pipeline
jobs:
  beside: {command: 'echo beside > ${folder}/beside; exec sleep 600'}
  stop:
    command: |
      while [ ! -s ${folder}/beside ]; do sleep 0.05; done
      ${command}
      exec sleep 600
  later: {command: 'echo later > ${folder}/later', depends_on: [stop]}
`,
    )
    const { code, out } = await sluice('run', 'p.yml', '--json')
    assert.equal(code, 1)
    const { steps, ...root } = await json<Job & { steps: readonly Job[] }>('job', 'show', rootOf(out))
    assert.equal(root.status, 'Canceled')
    assert.deepEqual(
      steps.map(({ step, status }) => [step, status]),
      [
        ['beside', 'Canceled'],
        ['stop', 'Canceled'],
        ['later', 'Canceled'],
      ],
    )
    const stop = steps.find(({ step }) => step === 'stop')!
    assert.equal(stop.status_detail, `canceled by job:${stop.name}${reason}`)
    assert.equal(existsSync(join(folder, 'later')), false)
  })
}

test('a step tags its parent and logs metrics to it, acts as its job, and its token ends with it', async (t) => {
  const { folder, sluice, json, write } = openPlace(t)
  const python = await pythonEnvironment(mlflowClients['3.17'])
  const token = join(folder, 'token')
  const script = join(import.meta.dirname, 'parent.py')
  write('p.yml', `type: pipeline\njobs:\n  inside: {command: '${python} ${script} ${token}'}\n`)
  assert.equal((await sluice('up', '--detach')).code, 0)
  const { code, out, err } = await sluice('run', 'p.yml', '--json')
  assert.equal(code, 0, err + out)
  const root = rootOf(out)
  const { steps } = await json<{ steps: readonly Job[] }>('job', 'show', root)
  const { url } = await json<{ url: string }>('status')
  const get = async (path: string) => (await fetch(url + path)).json() as Promise<Record<string, unknown>>
  const { run } = (await get(`/api/2.0/mlflow/runs/get?run_id=${root}`)) as {
    run: {
      info: { status: string }
      data: { metrics: { key: string; value: number }[]; tags: { key: string; value: string }[] }
    }
  }
  assert.equal(run.info.status, 'FINISHED')
  assert.deepEqual(
    run.data.metrics.map(({ key, value }) => [key, value]),
    [['seen', 7]],
  )
  assert.deepEqual(run.data.tags.find(({ key }) => key === 'stage')?.value, 'from inside')
  // The model's history says which step made the version and moved the alias.
  const by = `job:${steps[0]!.name}`
  const model = await json<{ versions: { created_by: string }[] }>('model', 'show', 'inside')
  assert.equal(model.versions[0]?.created_by, by)
  const events = (await get('/api/v1/events?subject=inside')) as { items: { kind: string; body: { by?: string } }[] }
  assert.ok(events.items.length >= 3)
  assert.deepEqual([...new Set(events.items.map(({ body }) => body.by))], [by])
  const refused = await fetch(`${url}/api/v1/jobs`, {
    headers: { authorization: `Bearer ${readFileSync(token, 'utf8')}` },
  })
  assert.equal(refused.status, 401)
  assert.match(await refused.text(), new RegExp(`job ${steps[0]!.name} has ended`))
})
