import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openedServer } from './opened-server.test-support.ts'

/* What the pages of jobs ask of a real server, about jobs that really ran. */

const { home, server } = await openedServer()

/** Every field of the answers that is looked at; which one has which, the tests know. */
interface Answer {
  readonly name: string
  readonly status: string
  readonly step: string
  readonly kind: string
  readonly items: readonly Answer[]
  readonly files: readonly object[]
  readonly steps: readonly Answer[]
  readonly edges: readonly object[]
  readonly verdict: Answer
  readonly error: { readonly code: string; readonly message: string }
  readonly field: string
  readonly old: string
  readonly new: string
  readonly text: string
  readonly value: string
  readonly lines: number
  readonly slots: number
  readonly archived_at?: string
  readonly reused_from: string
  readonly verdict_text: string
  readonly estimated_seconds: number
  readonly critical_path: readonly string[]
  readonly critical_seconds: { readonly running: number }
}

async function ask<Body = Answer>(path: string, body?: object): Promise<Body> {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'x-sluice-local-token': server.localToken, ...(body && { 'content-type': 'application/json' }) },
  })
  const text = await answer.text()
  return (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text) as Body
}

const pipeline = (alpha: string) => `type: pipeline
display_name: pages
experiment_name: pages
tags: {team: core}
inputs: {alpha: ${alpha}}
jobs:
  prepare:
    type: command
    command: 'printf "a,b\\n1,2\\n" > \${{outputs.data}}; echo prepared'
    outputs: {data: {type: uri_file}}
  train:
    type: command
    command: 'cat \${{inputs.data}}; echo alpha \${{inputs.alpha}}; [ \${{inputs.alpha}} != bad ]'
    inputs: {data: "\${{parent.jobs.prepare.outputs.data}}", alpha: "\${{parent.inputs.alpha}}"}
`

async function ended(name: string): Promise<Answer> {
  let job = await ask(`/jobs/${name}`)
  while (!['Completed', 'Failed', 'Canceled'].includes(job.status)) job = await ask(`/jobs/${name}`)
  return job
}

async function submitted(alpha: string): Promise<Answer> {
  const file = join(home, 'pages.yml')
  await writeFile(file, pipeline(alpha))
  return ended((await ask('/jobs', { file })).name)
}

const first = await submitted('0.1')
const second = await submitted('bad')
const stepOf = async (job: string, path: string): Promise<Answer> =>
  (await ask(`/jobs/${job}/children`)).items.find((step) => step.step === path)!

test('the list is filtered by statuses, text and tag; counts say what a status would leave', async () => {
  const names = async (query: string): Promise<string[]> => (await ask(`/jobs?${query}`)).items.map((job) => job.name)
  assert.deepEqual(await names('status=Failed&status=Canceled'), [second.name])
  assert.deepEqual(await names('text=PAGE&tag=team%3Dcore'), [second.name, first.name])
  for (const nothing of ['text=100%25', 'text=p_ges', 'tag=team%3Dother', 'tag=core', 'archived=only'])
    assert.deepEqual(await names(nothing), [], nothing)
  assert.deepEqual(await ask('/job-counts?status=Failed'), {
    statuses: { Completed: 1, Failed: 1 },
    experiments: [{ name: 'pages', count: 1 }],
  })
})

test('an archived job is listed where asked for only, until it is restored', async () => {
  const archived = await ask(`/jobs/${first.name}/archive`, {})
  assert.match(archived.archived_at!, /^\d{4}-/)
  assert.deepEqual((await ask('/jobs?archived=only')).items.length, 1)
  assert.deepEqual((await ask('/jobs')).items.length, 1)
  assert.equal((await ask(`/jobs/${first.name}/restore`, {})).archived_at, undefined)
  assert.deepEqual((await ask('/jobs?archived=with')).items.length, 2)
  const { name } = await stepOf(first.name, 'train')
  assert.equal((await ask(`/jobs/${name}/archive`, {})).error.code, 'not-supported')
  const events = (await ask('/events?after=0&limit=1000')).items.map(({ kind }) => kind)
  assert.ok(events.includes('job.archived') && events.includes('job.restored'))
})

test('a failed job is compared with the last of its pipeline that completed', async () => {
  const diff = await ask(`/jobs/${second.name}/diff`)
  assert.deepEqual([diff.old, diff.new], [first.name, second.name])
  const train = diff.items.filter(({ step }) => step === 'train')
  assert.deepEqual(
    train.map(({ field, old, new: now }) => [field, old, now]),
    [
      ['status', 'Completed', 'Failed'],
      ['input alpha', '0.1', 'bad'],
    ],
  )
  const none = await ask(`/jobs/${first.name}/diff`)
  assert.match(none.error.message, /No earlier job of "pages" completed/)
})

test('a job runs again from a step: what comes before is reused, the step and what follows are not', async () => {
  const again = await ended((await ask(`/jobs/${first.name}/retry`, { from: ['train'] })).name)
  assert.equal(again.status, 'Completed')
  assert.equal((await stepOf(again.name, 'prepare')).reused_from, (await stepOf(first.name, 'prepare')).name)
  assert.equal((await stepOf(again.name, 'train')).verdict_text, 'ran because --from train asks for it')
  const plan = await ask(`/jobs/${first.name}/plan`, { from: ['train'] })
  assert.deepEqual(
    plan.steps.map(({ verdict_text: text }) => text),
    ['unchanged', 'will run because --from train asks for it'],
  )
  const unknown = await ask(`/jobs/${first.name}/retry`, { from: ['trian'] })
  assert.match(JSON.stringify(unknown), /no step .*trian.*Did you mean/)
  const both = await ask(`/jobs/${second.name}/retry`, { from: ['train'], only_failed: true })
  assert.equal(both.error.code, 'invalid-request')
})

test('inputs are what the step before wrote, outputs are read from their beginning', async () => {
  const [prepare, train] = [await stepOf(first.name, 'prepare'), await stepOf(first.name, 'train')]
  const input = await ask(`/jobs/${train.name}/inputs/data`)
  assert.deepEqual(
    input.files,
    (await ask(`/jobs/${prepare.name}/outputs/data`)).files.map((file) => ({ ...file, path: 'data' })),
  )
  assert.equal(await ask<string>(`/jobs/${train.name}/inputs/data/content`), 'a,b\n1,2\n')
  const answer = await fetch(`${server.url}/api/v1/jobs/${prepare.name}/outputs/data/content?max_bytes=3`)
  assert.deepEqual([await answer.text(), answer.headers.get('x-content-size')], ['a,b', '8'])
  assert.equal((await ask(`/jobs/${train.name}/inputs/alpha`)).value, '0.1')
  assert.match((await ask(`/jobs/${train.name}/inputs/beta`)).error.message, /has no input "beta"/)
})

test('a plan says how long steps ran before and adds up what will run', async () => {
  const file = join(home, 'plan.yml')
  await writeFile(file, pipeline('0.7'))
  const plan = await ask('/plan', { file })
  const [prepare, train] = plan.steps as [Answer, Answer]
  assert.deepEqual(
    [prepare.estimated_seconds, prepare.verdict.kind, train.verdict.kind],
    [undefined, 'unchanged', 'run'],
  )
  assert.ok(train.estimated_seconds > 0)
  assert.equal(plan.estimated_seconds, train.estimated_seconds)
})

test('an answer that did not change is not made again: 304 for who names its entity tag', async () => {
  const of = (path: string, etag = ''): Promise<Response> =>
    fetch(`${server.url}/api/v1/jobs/${first.name}/${path}`, {
      headers: { 'x-sluice-local-token': server.localToken, 'if-none-match': etag },
    })
  for (const path of ['graph', 'timeline']) {
    const whole = await of(path)
    const etag = whole.headers.get('etag')!
    assert.equal(whole.headers.get('cache-control'), 'private, no-cache')
    assert.ok(((await whole.json()) as Answer).steps.length > 0)
    const known = await of(path, `W/"other", ${etag}`)
    assert.deepEqual([known.status, known.headers.get('etag'), await known.text()], [304, etag, ''])
    const other = await of(path, 'W/"other"')
    assert.deepEqual([other.status, ((await other.json()) as Answer).steps.length > 0], [200, true])
  }
  assert.equal(
    (
      await fetch(`${server.url}/api/v1/jobs/nobody/graph`, {
        headers: { 'x-sluice-local-token': server.localToken, 'if-none-match': '*' },
      })
    ).status,
    404,
  )
})

test('graph, timeline, log and queue of a job', async () => {
  const graph = await ask(`/jobs/${first.name}/graph`)
  assert.deepEqual(graph.edges, [
    { from: 'prepare', to: 'train', kind: 'data', data: [{ output: 'data', input: 'data' }] },
  ])
  const timeline = await ask(`/jobs/${first.name}/timeline`)
  assert.deepEqual(timeline.critical_path, ['prepare', 'train'])
  assert.ok(timeline.critical_seconds.running > 0)
  const { name } = await stepOf(first.name, 'train')
  const found = await ask(`/jobs/${name}/log/search?text=ALPHA`)
  assert.deepEqual(
    found.items.map(({ text }) => text),
    ['alpha 0.1'],
  )
  assert.equal((await ask(`/jobs/${name}/log/lines`)).lines, 3)
  const log = await fetch(`${server.url}/api/v1/jobs/${name}/log?offset=4`)
  assert.deepEqual([log.headers.get('x-log-size'), (await log.text()).length], ['18', 14])
  assert.deepEqual(await ask('/queue'), {
    ...{ compute: 'local', slots: (await ask('/queue')).slots, running: [], waiting: [], waiting_count: 0 },
  })
})
