import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { type RunningServer, startServer, stopServer } from '../crash/server.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

interface Place {
  readonly folder: string
  readonly data: string
}

function makePlace(t: TestContext): Place {
  const home = mkdtempSync(join(tmpdir(), 'sluice-published-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const folder = join(home, 'published-pipeline')
  cpSync(join(root, 'examples/published-pipeline'), folder, { recursive: true })
  return { folder, data: join(home, 'store') }
}

async function sluice({ data, folder }: Place, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, SLUICE_DATA: data }
  return (await run(process.execPath, [join(root, 'bin/sluice.mjs'), ...args], { cwd: folder, env })).stdout
}

interface Credentials {
  readonly primary_key: string
}
interface Started {
  readonly name: string
  readonly status: string
  readonly url: string
  readonly Id: string
  readonly experiment_name: string
  readonly error?: { readonly message: string }
}

const base = '/api/v1/published-pipelines/weekly-report'

async function start(
  server: RunningServer,
  key: string,
  { body, path = `${base}/jobs`, headers = {} }: { body: unknown; path?: string; headers?: Record<string, string> },
): Promise<{ readonly status: number; readonly body: Started & { error: { code: string; message: string } } }> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
  })
  return { status: response.status, body: (await response.json()) as never }
}

async function ended(url: string, key: string): Promise<Started> {
  for (;;) {
    const job = (await (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).json()) as Started
    if (['Completed', 'Failed', 'Canceled'].includes(job.status)) return job
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('the example: published, its folder gone, started by key in both forms, waited for', async (t) => {
  const place = makePlace(t)
  const server = await startServer({ data: place.data })
  t.after(() => stopServer(server))
  await sluice(place, 'pipeline', 'publish', 'pipeline.yml', '--name', 'weekly-report')
  const key = (JSON.parse(await sluice(place, 'pipeline', 'credentials', 'weekly-report', '--json')) as Credentials)
    .primary_key
  const script = join(root, 'examples/published-pipeline/start.sh')
  rmSync(place.folder, { recursive: true })

  const ours = await start(server, key, {
    body: { inputs: { region: 'south', target: 50 }, experiment_name: 'mine', tags: { BuildId: '17' } },
  })
  assert.equal(ours.status, 202)
  assert.equal((await ended(ours.body.url, key)).status, 'Completed')
  const job = await server.get<{ outputs: Record<string, unknown>; tags: unknown; properties: Record<string, string> }>(
    `/api/v1/jobs/${ours.body.name}`,
  )
  assert.deepEqual(job.tags, { BuildId: '17' })
  assert.equal(job.properties['sluice.published_pipeline'], 'weekly-report:1')
  assert.match(job.properties['sluice.data_from_publication']!, /sales\.csv$/)
  const { items } = await server.get<{ items: { name: string; step: string }[] }>(
    `/api/v1/jobs/${ours.body.name}/children`,
  )
  const log = await server.text(`/api/v1/jobs/${items.find(({ step }) => step === 'report')!.name}/log`)
  assert.match(log, /90\.0 of 50/)

  const azure = await start(server, key, {
    path: `${base}/versions/1/jobs`,
    body: {
      ExperimentName: 'theirs',
      ParameterAssignments: { region: 'east', target: '1' },
      Tags: { BuildUri: 'x' },
      RunSource: 'SDK',
    },
  })
  assert.deepEqual([azure.status, azure.body.experiment_name], [202, 'theirs'])
  assert.equal(azure.body.Id, azure.body.name)

  const env = { ...process.env, KEY: key }
  const build = [script, `${server.url}${base}/jobs`, 'build-17', '{"region": "west"}']
  const twice = [(await run('sh', build, { env })).stdout, (await run('sh', build, { env })).stdout]
  assert.match(twice[0]!, /^started \S+_\S+_\S+\ncompleted\n$/)
  assert.equal(twice[0], twice[1], 'the same build id finds the same job')
})

test('a key allows its pipeline and nothing else, bad parameters are one clear 400', async (t) => {
  const place = makePlace(t)
  const server = await startServer({ data: place.data })
  t.after(() => stopServer(server))
  for (const name of ['weekly-report', 'other'])
    await sluice(place, 'pipeline', 'publish', 'pipeline.yml', '--name', name)
  const key = (await server.get<Credentials>('/api/v1/published-pipelines/other/credentials')).primary_key
  for (const bad of [key, 'nonsense'])
    assert.deepEqual((await start(server, bad, { body: {} })).body.error.code, 'unauthenticated')
  const own = (await server.get<Credentials>(`${base}/credentials`)).primary_key
  const refused = await start(server, own, { body: { inputs: { regoin: 'south', region: 'up', target: 'x; id' } } })
  assert.equal(refused.status, 400)
  const slip = await start(server, own, { body: { input: { region: 'south' } } })
  assert.equal(slip.status, 400)
  assert.equal(slip.body.error.message, 'Unknown key "input", did you mean "inputs"?')
  assert.deepEqual(refused.body.error.message.split('\n'), [
    'There is no parameter "regoin".',
    'Parameter "region" must be one of north, south, east, west, but is "up".',
    'Parameter "target" must be a number, but is "x; id".',
  ])
  await sluice(place, 'pipeline', 'disable', 'weekly-report')
  assert.equal((await start(server, own, { body: {} })).status, 409)
  await sluice(place, 'pipeline', 'enable', 'weekly-report')
  await sluice(place, 'pipeline', 'rotate-key', 'weekly-report', '--revoke-old')
  assert.equal((await start(server, own, { body: {} })).status, 401)
  const { items } = await server.get<{ items: unknown[] }>('/api/v1/jobs')
  assert.deepEqual(items, [])
})

test('all mistakes of a file are told before it is published', async (t) => {
  const place = makePlace(t)
  const file = join(place.folder, 'pipeline.yml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('target: 100', 'target: -5').replace('components/select.yml', 'components/none.yml'))
  await assert.rejects(
    sluice(place, 'pipeline', 'publish', 'pipeline.yml', '--name', 'x'),
    (error: { stderr: string }) => {
      assert.match(error.stderr, /none\.yml/)
      return true
    },
  )
  writeFileSync(file, text.replace('data/sales.csv', 'data/none.csv'))
  await assert.rejects(
    sluice(place, 'pipeline', 'publish', 'pipeline.yml', '--name', 'x'),
    (error: { stderr: string }) => {
      assert.match(error.stderr, /none\.csv, which does not exist/)
      return true
    },
  )
  assert.deepEqual(JSON.parse(await sluice(place, 'pipeline', 'list', '--json')), { items: [] })
})

test('registered components are kept as they were, a sweep can be published, and a word says what cannot', async (t) => {
  const place = makePlace(t)
  const write = (name: string, text: string): void => writeFileSync(join(place.folder, name), text)
  write(
    'greet.yml',
    'type: command\nname: greet\nversion: 1\ninputs: {who: {type: string}}\ncommand: echo hi ${{inputs.who}}\n',
  )
  write(
    'greeting.yml',
    'type: pipeline\ninputs: {who: you}\njobs:\n  a: {component: "azureml:greet:1", inputs: {who: "${{parent.inputs.who}}"}}\n',
  )
  write(
    'tune.yml',
    'type: sweep\ninputs: {most: 3}\ntrial: {command: "echo ${{inputs.most}} ${{search_space.x}}"}\n' +
      'search_space: {x: {type: choice, values: [1, 2]}}\nsampling_algorithm: grid\n' +
      'objective: {goal: maximize, primary_metric: m}\nlimits: {max_total_trials: 2}\n',
  )
  write('data.yml', 'type: uri_file\nname: d\npath: ./greet.yml\n')
  await sluice(place, 'component', 'create', '--file', 'greet.yml')
  for (const name of ['greeting', 'tune']) await sluice(place, 'pipeline', 'publish', `${name}.yml`, '--name', name)
  await assert.rejects(sluice(place, 'pipeline', 'publish', 'data.yml', '--name', 'd'))
  await sluice(place, 'component', 'delete', 'greet', '--all')
  const out = await sluice(place, 'pipeline', 'run', 'greeting', '--set', 'who=them')
  assert.match(out, /1 ran/)
  const shown = JSON.parse(await sluice(place, 'pipeline', 'show', 'tune', '--json')) as { parameters: unknown }
  await assert.rejects(sluice(place, 'pipeline', 'delete', 'tune'), /--all/)
  await sluice(place, 'pipeline', 'delete', 'tune', '--all')
  await assert.rejects(sluice(place, 'pipeline', 'show', 'tune'), /no published pipeline "tune"/)
  assert.deepEqual(shown.parameters, [{ name: 'most', type: 'number', default: '3', is_required: false }])
})

for (const crashAt of ['job-stored', 'progress-stored']) {
  test(`kill -9 at ${crashAt}: the repeated request finds the one job`, async (t) => {
    const place = makePlace(t)
    await sluice(place, 'pipeline', 'publish', 'pipeline.yml', '--name', 'weekly-report')
    const crashing = await startServer({ data: place.data, crashAt })
    const key = (await crashing.get<Credentials>(`${base}/credentials`)).primary_key
    const request = { body: { inputs: { region: 'south' } }, headers: { 'idempotency-key': 'build-17' } }
    await start(crashing, key, request).catch(() => undefined)
    assert.equal((await crashing.ended).signal, 'SIGKILL')
    const server = await startServer({ data: place.data })
    t.after(() => stopServer(server))
    const again = await start(server, key, request)
    assert.equal(again.status, 202)
    assert.equal((await ended(again.body.url, key)).status, 'Completed')
    const { items } = await server.get<{ items: { name: string }[] }>('/api/v1/jobs')
    assert.deepEqual(
      items.map(({ name }) => name),
      [again.body.name],
    )
  })
}
