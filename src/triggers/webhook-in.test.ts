import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { TriggerSource } from '../spec/schedules/schedule-documents.ts'
import { checkSender, matchesGlob, readWebhook, type WebhookNews, type WebhookRequest } from './webhook-in.ts'

type Source = Extract<TriggerSource, { type: 'webhook' }>

const secret = 'a secret'
const nowMs = Date.parse('2026-05-01T10:00:00Z')

function source(provider: Source['provider'], filters: Partial<Source> = {}): Source {
  return { type: 'webhook', provider, events: [], branches: [], paths: [], ...filters }
}

function request(body: unknown, headers: WebhookRequest['headers'] = {}): WebhookRequest {
  return { headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

function hmac(body: unknown, key = secret): string {
  return createHmac('sha256', key).update(JSON.stringify(body)).digest('hex')
}

function standard(
  body: string,
  { id = 'msg_1', atMs = nowMs, key = secret }: { id?: string; atMs?: number; key?: string | Buffer } = {},
) {
  const timestamp = String(Math.floor(atMs / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,AAAA v1,${signature}` }
}

function isAllowed(wanted: Source, sent: WebhookRequest, key = secret): string {
  try {
    return checkSender(wanted, sent, { secret: key, nowMs })
  } catch (error) {
    assert.ok(error instanceof SluiceError && error.code === 'unauthenticated')
    return 'refused'
  }
}

function read(wanted: Source, sent: WebhookRequest, proof: 'signed' | 'bearer' = 'signed'): WebhookNews {
  return readWebhook(wanted, sent, { proof, newId: () => 'fresh' })
}

const body = { ref: 'refs/heads/main' }

test('each product proves itself in its own way, and in no other', () => {
  const hub = request(body, { 'x-hub-signature-256': `sha256=${hmac(body)}` })
  const bearer = request(body, { authorization: `Bearer ${secret}` })
  const token = request(body, { 'x-gitlab-token': secret })
  const tokenless = request(body)
  const signed = request(body, standard(JSON.stringify(body)))
  const table = (one: WebhookRequest): readonly string[] =>
    (['github', 'gitlab', 'jenkins', 'generic'] as const).map((provider) => isAllowed(source(provider), one))
  const proofs = { hub: table(hub), token: table(token), signed: table(signed), tokenless: table(tokenless) }
  assert.deepEqual(proofs, {
    hub: ['signed', 'refused', 'signed', 'signed'],
    token: ['refused', 'bearer', 'refused', 'refused'],
    signed: ['refused', 'signed', 'signed', 'signed'],
    tokenless: ['refused', 'refused', 'refused', 'refused'],
  })
  assert.deepEqual(table(request(body, { authorization: 'Bearer asecret' })), Array(4).fill('refused'))
  assert.equal(isAllowed(source('generic'), bearer, 'asecret'), 'refused')
  assert.equal(isAllowed(source('jenkins'), request(body, { authorization: 'Bearer s3' }), 's3'), 'bearer')
})

test('a signature of another body, another secret or another time is refused', () => {
  assert.equal(
    isAllowed(source('github'), request({ ref: 'x' }, { 'x-hub-signature-256': `sha256=${hmac(body)}` })),
    'refused',
  )
  assert.equal(
    isAllowed(source('github'), request(body, { 'x-hub-signature-256': `sha256=${hmac(body, 'other')}` })),
    'refused',
  )
  assert.equal(isAllowed(source('github'), request(body, { 'x-hub-signature-256': hmac(body) })), 'refused')
  const text = JSON.stringify(body)
  for (const atMs of [nowMs - 301_000, nowMs + 301_000])
    assert.equal(isAllowed(source('generic'), request(body, standard(text, { atMs }))), 'refused')
  assert.equal(isAllowed(source('generic'), request(body, { ...standard(text), 'webhook-id': 'msg_2' })), 'refused')
  assert.equal(
    isAllowed(source('generic'), request(body, { ...standard(text), 'webhook-timestamp': 'soon' })),
    'refused',
  )
})

test('a secret of Standard Webhooks is base64', () => {
  const key = Buffer.from('twenty-four bytes of key')
  const sent = request(body, standard(JSON.stringify(body), { key }))
  assert.equal(isAllowed(source('generic'), sent, `whsec_${key.toString('base64')}`), 'signed')
})

const githubPush = {
  ref: 'refs/heads/release/2',
  after: 'abc123',
  repository: { full_name: 'team/project' },
  pusher: { name: 'ann' },
  commits: [{ added: ['docs/a.md'], modified: ['src/train.py'], removed: [] }],
}
const githubHeaders = { 'x-github-event': 'push', 'x-github-delivery': 'd1' }

test('a push tells its branch, commit, repository and everything of its body', () => {
  const news = read(source('github'), request(githubPush, githubHeaders))
  assert.ok('key' in news)
  const { variables, key } = news
  assert.match(key, /^body:[0-9a-f]{64}$/)
  assert.equal(variables['trigger.event'], 'push')
  assert.equal(variables['trigger.branch'], 'release/2')
  assert.equal(variables['trigger.commit'], 'abc123')
  assert.equal(variables['trigger.repository'], 'team/project')
  assert.equal(variables['trigger.delivery'], 'd1')
  assert.equal(variables['trigger.body.pusher.name'], 'ann')
  assert.equal(variables['trigger.body.commits.0.modified.0'], 'src/train.py')
})

test('a signed body that is sent again has the same key, whatever delivery it pretends to be', () => {
  const keyOf = (headers: WebhookRequest['headers']): unknown => {
    const news = read(source('github'), request(githubPush, headers))
    return 'key' in news && news.key
  }
  assert.equal(keyOf(githubHeaders), keyOf({ ...githubHeaders, 'x-github-delivery': 'd2' }))
})

test('who shows the secret itself says what is a delivery; without an id each call is one', () => {
  const keys = [{ 'x-gitlab-event-uuid': 'u1' }, { 'idempotency-key': 'i1' }, {}].map((headers) => {
    const news = read(source('gitlab'), request(body, headers), 'bearer')
    return 'key' in news && news.key
  })
  assert.deepEqual(keys, ['delivery:u1', 'delivery:i1', 'call:fresh'])
})

for (const [what, filters, sent, ignored] of [
  ['an event that is not asked for', { events: ['release'] }, githubPush, 'event push is none of release'],
  [
    'a branch that is not asked for',
    { branches: ['main', 'dev*'] },
    githubPush,
    'branch release/2 is none of main, dev*',
  ],
  [
    'files that are not asked for',
    { paths: ['models/**'] },
    githubPush,
    'none of the 2 files of the push is in models/**',
  ],
  ['a branch that was deleted', {}, { ...githubPush, deleted: true }, 'branch release/2 was deleted'],
  ['an event without a branch', { branches: ['main'] }, { action: 'created' }, 'event push names no branch'],
] as const) {
  test(`${what} starts nothing and is told so`, () => {
    assert.deepEqual(read(source('github', filters as Partial<Source>), request(sent, githubHeaders)), { ignored })
  })
}

test('what is asked for passes the filters', () => {
  const filters = { events: ['Push'], branches: ['release/*'], paths: ['**/*.py'] }
  assert.ok('key' in read(source('github', filters), request(githubPush, githubHeaders)))
  assert.deepEqual(read(source('github'), request({ zen: 'x' }, { 'x-github-event': 'ping' })), {
    ignored: 'a ping is answered and starts nothing',
  })
})

for (const [what, provider, sent, headers, expected] of [
  [
    'a pull request of GitHub',
    'github',
    { pull_request: { head: { ref: 'fix', sha: 'c1' } }, repository: { full_name: 'a/b' } },
    { 'x-github-event': 'pull_request' },
    ['pull_request', 'fix', 'c1', 'a/b'],
  ],
  [
    'a push of GitLab',
    'gitlab',
    { object_kind: 'push', ref: 'refs/heads/main', checkout_sha: 'c2', project: { path_with_namespace: 'g/p' } },
    { 'x-gitlab-event': 'Push Hook' },
    ['push', 'main', 'c2', 'g/p'],
  ],
  [
    'a merge request of GitLab',
    'gitlab',
    {
      object_kind: 'merge_request',
      object_attributes: { source_branch: 'fix', last_commit: { id: 'c3' } },
      project: {},
    },
    {},
    ['merge_request', 'fix', 'c3', ''],
  ],
  [
    'a build of Jenkins',
    'jenkins',
    {
      name: 'job',
      build: { full_url: 'http://j/1', phase: 'FINALIZED', scm: { url: 'r', branch: 'origin/main', commit: 'c4' } },
    },
    {},
    ['finalized', 'main', 'c4', 'r'],
  ],
  [
    'another program',
    'generic',
    { event: 'built', branch: 'main', commit: 'c5', repository: 'r' },
    {},
    ['built', 'main', 'c5', 'r'],
  ],
] as const) {
  test(`${what} is understood`, () => {
    const news = read(source(provider), request(sent, headers), 'bearer')
    assert.ok('key' in news)
    const found = ['event', 'branch', 'commit', 'repository'].map((name) => news.variables[`trigger.${name}`])
    assert.deepEqual(found, expected)
  })
}

test('a form has its JSON in a field; no body is an empty one; anything else is refused', () => {
  const form = `payload=${encodeURIComponent(JSON.stringify(githubPush))}`
  const headers = { ...githubHeaders, 'content-type': 'application/x-www-form-urlencoded' }
  const news = read(source('github'), request(form, headers))
  assert.ok('key' in news && news.variables['trigger.branch'] === 'release/2')
  assert.ok('key' in read(source('generic'), request('')))
  assert.throws(() => read(source('generic'), request('<xml/>')), /The body is not JSON/)
})

for (const [pattern, text, expected] of [
  ['main', 'main', true],
  ['main', 'maintenance', false],
  ['release/*', 'release/2', true],
  ['release/*', 'release/2/x', false],
  ['src/**', 'src/a/b.py', true],
  ['src/**', 'src', false],
  ['**/*.yml', 'a/b/c.yml', true],
  ['**/*.yml', 'c.yml', true],
  ['*.yml', 'a/c.yml', false],
  ['a*b*c', 'axxbyyc', true],
  ['a.c', 'abc', false],
  ['**', 'any/thing', true],
  ['*', '', true],
] as const) {
  test(`${pattern} ${expected ? 'is' : 'is not'} ${JSON.stringify(text)}`, () =>
    assert.equal(matchesGlob(pattern, text), expected))
}

test('no pattern takes long', () => {
  assert.equal(matchesGlob('*a*a*a*a*a*a*a*a*b', 'a'.repeat(500)), false)
  assert.equal(matchesGlob('**a**a**a**a**b', 'a/'.repeat(500)), false)
})
