import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Value } from '@sinclair/typebox/value'
import type { FakeServer } from '../../../test/fake-server.test-support.ts'
import { fakeParts, fakeServer, fakeToken } from '../../../test/fake-server.test-support.ts'
import { guardedRoutesContract } from '../../server/guarded-routes.contract.ts'
import { send } from '../../server/http-request.test-support.ts'
import { restRoutes } from './rest-routes.ts'

interface Lab extends FakeServer {
  call(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: Record<string, unknown>; text: string; headers: Record<string, unknown> }>
  /** Path of a pipeline file with this text. */
  file(text: string): Promise<string>
}

async function openLab(t: TestContext): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-rest-'))
  const server = await fakeServer()
  t.after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })
  return {
    ...server,
    call: async (method, path, { body, headers = {} } = {}) => {
      const answer = await send(`${server.url}${path}`, {
        method,
        headers: { 'x-sluice-local-token': fakeToken, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const isJson = answer.headers['content-type']?.includes('json') ?? false
      return { ...answer, body: (isJson ? JSON.parse(answer.text) : {}) as Record<string, unknown> }
    },
    file: async (text) => {
      const file = join(folder, 'pipeline.yml')
      await writeFile(file, text)
      return file
    },
  }
}

const codeOf = (body: Record<string, unknown>) => (body['error'] as { code: string } | undefined)?.code

test('a submission reaches the engine as it was sent and answers 201 with the job', async (t) => {
  const lab = await openLab(t)
  const file = await lab.file('steps: { train: { waits: true } }')
  const { status, body } = await lab.call('POST', '/api/v1/jobs', {
    body: { file, overrides: { alpha: '0.5' }, experiment_name: 'trial', no_reuse: true },
  })
  assert.equal(status, 201)
  assert.deepEqual(lab.engine.submissions, [
    { file, overrides: { alpha: '0.5' }, experimentName: 'trial', noReuse: true, submittedBy: 'local' },
  ])
  assert.equal(body['experiment_name'], 'trial')
  assert.match(body['created_at'] as string, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

for (const path of ['/api/v1/jobs', '/api/v1/plan', '/api/v1/validate']) {
  test(`POST ${path} reads a file only for the user of this machine, and only by an absolute path`, async (t) => {
    const lab = await openLab(t)
    const file = await lab.file('steps: {}')
    for (const token of ['', 'wrong', `${fakeToken}x`]) {
      const refused = await lab.call('POST', path, { body: { file }, headers: { 'x-sluice-local-token': token } })
      assert.deepEqual([refused.status, codeOf(refused.body)], [403, 'permission-denied'])
    }
    const relative = await lab.call('POST', path, { body: { file: 'pipeline.yml' } })
    assert.equal(relative.status, 400)
    assert.match(relative.text, /pipeline\.yml/)
    assert.equal(lab.engine.submissions.length, 0)
  })
}

test('mistakes of a document arrive whole: position, frame and hint of each', async (t) => {
  const lab = await openLab(t)
  const { status, body } = await lab.call('POST', '/api/v1/validate', {
    body: { file: await lab.file('steps:\n  typo: {}\n') },
  })
  assert.equal(status, 422)
  const { diagnostics } = body['error'] as { diagnostics: { hint?: string; frame?: string; at: { line: number } }[] }
  assert.equal(diagnostics.length, 2)
  assert.deepEqual(
    [diagnostics[0]!.hint, diagnostics[0]!.frame, diagnostics[0]!.at.line],
    ['Did you mean "type"?', '2 |   typo: {}\n      ^', 2],
  )
})

test('a plan says the verdict of every step as data and in words', async (t) => {
  const lab = await openLab(t)
  const { body } = await lab.call('POST', '/api/v1/plan', {
    body: { file: await lab.file('steps: { prepare: { reused: true }, train: {} }') },
  })
  assert.deepEqual(body, {
    estimated_seconds: 1.5,
    steps: [
      {
        path: 'prepare',
        type: 'command',
        verdict: { kind: 'unchanged', from: 'old_oak_0000000001' },
        verdict_text: 'unchanged',
      },
      {
        path: 'train',
        type: 'command',
        verdict: {
          kind: 'run',
          reason: {
            kind: 'changed',
            since: 'old_oak_0000000001',
            changes: [{ field: 'input alpha', old: '0.4', now: '0.5' }],
          },
        },
        verdict_text: 'will run because input alpha: 0.4 -> 0.5',
      },
    ],
  })
})

test('jobs are listed by page and by filter, and shown with their steps', async (t) => {
  const lab = await openLab(t)
  const file = await lab.file('steps: { a: { reused: true }, b: { waits: true } }')
  for (const experiment_name of ['x', 'y', 'x'])
    await lab.call('POST', '/api/v1/jobs', { body: { file, experiment_name } })
  const first = await lab.call('GET', '/api/v1/jobs?limit=2')
  assert.deepEqual(
    (first.body['items'] as { name: string }[]).map(({ name }) => name.slice(-1)),
    ['3', '2'],
  )
  const second = await lab.call('GET', `/api/v1/jobs?limit=2&page_token=${String(first.body['next_page_token'])}`)
  assert.equal((second.body['items'] as unknown[]).length, 1)
  assert.equal(second.body['next_page_token'], undefined)
  assert.equal(((await lab.call('GET', '/api/v1/jobs?experiment_name=x')).body['items'] as unknown[]).length, 2)
  const children = await lab.call('GET', '/api/v1/jobs/calm_otter_0000000001/children')
  assert.deepEqual(
    (children.body['items'] as { step: string }[]).map(({ step }) => step),
    ['a', 'b'],
  )
  const since = `/api/v1/jobs/calm_otter_0000000001/children?changed_after=${String(children.body['latest_seq'])}`
  assert.deepEqual((await lab.call('GET', since)).body, { items: [], latest_seq: children.body['latest_seq'] })
  const wrong = await lab.call('GET', '/api/v1/jobs?status=Done')
  assert.equal(wrong.status, 400)
  assert.match(wrong.text, /\\"status\.0\\" is \\"Done\\".*\\"Completed\\"/)
})

test('an unknown job is 404 on every route of a job', async (t) => {
  const lab = await openLab(t)
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/children'],
    ['GET', '/document'],
    ['GET', '/log'],
    ['GET', '/log/stream'],
    ['POST', '/cancel'],
    ['POST', '/retry'],
  ] as const) {
    const { status, body } = await lab.call(method, `/api/v1/jobs/none${path}`)
    assert.deepEqual([status, codeOf(body)], [404, 'not-found'], path)
  }
})

test('cancel and retry reach the engine', async (t) => {
  const lab = await openLab(t)
  await lab.call('POST', '/api/v1/jobs', { body: { file: await lab.file('steps: { a: { waits: true } }') } })
  const canceled = await lab.call('POST', '/api/v1/jobs/calm_otter_0000000001/cancel', {
    body: { reason: 'the data were wrong' },
  })
  assert.equal(canceled.body['status_detail'], 'asked by local: the data were wrong')
  const retried = await lab.call('POST', '/api/v1/jobs/calm_otter_0000000001/retry')
  assert.deepEqual([retried.status, retried.body['name']], [201, 'calm_otter_0000000002'])
})

test('models, their aliases and versions are shown with versions as text', async (t) => {
  const lab = await openLab(t)
  const list = await lab.call('GET', '/api/v1/models')
  assert.deepEqual(list.body['items'], [
    {
      name: 'diabetes',
      latest_version: '2',
      aliases: { champion: '2' },
      description: 'ridge',
      tags: { area: 'diabetes' },
      created_at: '1970-01-01T00:00:00.000Z',
      updated_at: '1970-01-01T00:00:00.000Z',
    },
  ])
  const { body } = await lab.call('GET', '/api/v1/models/diabetes')
  assert.deepEqual(
    (body['versions'] as { version: string; aliases: string[] }[]).map(({ version, aliases }) => [version, aliases]),
    [
      ['2', ['champion']],
      ['1', []],
    ],
  )
  assert.equal((await lab.call('GET', '/api/v1/models/none')).status, 404)
})

test('an endpoint is deployed, invoked, shown with its keys and deleted', async (t) => {
  const lab = await openLab(t)
  const deployed = await lab.call('POST', '/api/v1/endpoints/diabetes/deploy', {
    body: { model: 'diabetes@champion', deployment: 'blue' },
  })
  assert.equal(deployed.body['scoring_uri'], `${lab.url}/endpoints/diabetes/score`)
  const invoked = await lab.call('POST', '/api/v1/endpoints/diabetes/invoke', {
    body: { body: { data: [[1, 2]] }, deployment: 'blue' },
  })
  assert.deepEqual(invoked.body, {
    status: 200,
    deployment: 'default',
    request_id: 'r-1',
    content_type: 'application/json',
    body: { echoed: { data: [[1, 2]] }, deployment: 'blue' },
  })
  const raised = await lab.call('POST', '/api/v1/endpoints/diabetes/invoke', { body: { body: 'bad' } })
  assert.deepEqual([raised.status, raised.body['status']], [200, 424])
  const keys = await lab.call('GET', '/api/v1/endpoints/diabetes/credentials')
  assert.deepEqual(keys.body, { primary_key: 'first-of-diabetes', secondary_key: 'second' })
  assert.equal(keys.headers['cache-control'], 'no-store')
  assert.deepEqual(await lab.call('DELETE', '/api/v1/endpoints/diabetes').then(({ status, text }) => [status, text]), [
    204,
    '',
  ])
  assert.equal((await lab.call('GET', '/api/v1/endpoints/diabetes')).status, 404)
})

test('a deployment needs a model or a file, and a file only from the user of this machine', async (t) => {
  const lab = await openLab(t)
  const path = '/api/v1/endpoints/diabetes/deploy'
  assert.equal((await lab.call('POST', path, { body: {} })).status, 400)
  const stranger = { 'x-sluice-local-token': 'wrong' }
  const refused = await lab.call('POST', path, { body: { file: '/etc/passwd' }, headers: stranger })
  assert.equal(codeOf(refused.body), 'permission-denied')
  assert.equal((await lab.call('POST', path, { body: { model: 'azureml:d:1' }, headers: stranger })).status, 200)
})

test('status tells what runs, and looks into the store only when asked', async (t) => {
  const lab = await openLab(t)
  await lab.call('POST', '/api/v1/jobs', { body: { file: await lab.file('steps: { a: { waits: true } }') } })
  const { body } = await lab.call('GET', '/api/v1/status')
  assert.deepEqual([body['jobs'], body['url'], body['checks']], [{ running: 1, queued: 0 }, lab.url, undefined])
  const checked = await lab.call('GET', '/api/v1/status?check=true')
  assert.deepEqual(checked.body['checks'], [{ name: 'database', is_ok: true, detail: 'integrity check passed' }])
  assert.equal((await lab.call('GET', '/health')).text, 'OK')
})

test('every JSON answer is what the OpenAPI document says it is', async (t) => {
  const lab = await openLab(t)
  await lab.call('POST', '/api/v1/jobs', {
    body: { file: await lab.file('steps: { a: { reused: true }, b: { fails: wrong }, c: {} }') },
  })
  await lab.call('POST', '/api/v1/endpoints/x/deploy', { body: { model: 'azureml:d:1' } })
  await lab.call('POST', '/api/v1/endpoints/x/rollout', { body: { to: 'green', abort_on: ['p95>1s'] } })
  while ((await lab.call('GET', '/api/v1/jobs')).text.includes('Running')) continue
  const job = 'calm_otter_0000000001'
  const names: Record<string, string> = {
    jobs: job,
    models: 'diabetes',
    endpoints: 'x',
    'published-pipelines': 'weekly-report',
  }
  let checked = 0
  for (const route of restRoutes(lab.parts)) {
    // Inputs and outputs hold real content in main/job-pages.test.ts and e2e/python-sdk.
    if (route.method !== 'GET' || route.response === undefined || /:(input|output)/.test(route.url)) continue
    const name = names[route.url.split('/')[3]!] ?? 'x'
    const path = route.url
      .replace(':name', name)
      .replace(':version', '1')
      .replace(':job', job)
      .replace(':deployment', 'default')
    const { body, status } = await lab.call('GET', path.endsWith('/diff') ? `${path}?with=${names['jobs']}` : path)
    assert.equal(status, 200, path)
    const errors = [...Value.Errors(route.response, body)].filter(({ message }) => !message.includes('format'))
    assert.deepEqual(errors, [], path)
    checked++
  }
  assert.ok(checked >= 9, String(checked))
})

guardedRoutesContract('our REST interface', () => restRoutes(fakeParts()))
