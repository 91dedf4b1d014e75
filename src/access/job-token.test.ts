import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import type { JobName } from '../base/ids.ts'
import { handClock, openBox } from './access.test-support.ts'
import { jobTokens } from './job-token.ts'
import { loadSigningKey } from './signing-key.ts'

const key = Buffer.alloc(32, 1)
const tokens = jobTokens(key)
const job = 'brave_otter_x1y2z3w4v5' as JobName
const expiresMs = 1_800_000_000_000
const token = tokens.issue(job, expiresMs)

test('a token speaks for its job until it expires', () => {
  assert.deepEqual(tokens.verify(token, 0), { kind: 'job', name: job })
  assert.deepEqual(tokens.verify(token, expiresMs - 1), { kind: 'job', name: job })
  assert.throws(() => tokens.verify(token, expiresMs), {
    code: 'unauthenticated',
    message: `The job token is refused: it was for job ${job} and expired at 2027-01-15T08:00:00.000Z.`,
  })
})

test('a token is a JWT that any library can check with the key', () => {
  const [header, claims, signature] = token.split('.')
  assert.deepEqual(JSON.parse(Buffer.from(header!, 'base64url').toString()), { alg: 'HS256', typ: 'JWT' })
  assert.deepEqual(JSON.parse(Buffer.from(claims!, 'base64url').toString()), {
    iss: 'sluiceworks',
    aud: 'job',
    sub: job,
    exp: expiresMs / 1000,
  })
  assert.equal(signature, createHmac('sha256', key).update(`${header}.${claims}`).digest('base64url'))
})

test('changing any one character is a forgery', () => {
  for (let index = 0; index < token.length; index++) {
    const other = token[index] === 'A' ? 'B' : 'A'
    const forged = token.slice(0, index) + other + token.slice(index + 1)
    assert.throws(() => tokens.verify(forged, 0), { code: 'unauthenticated' }, forged)
  }
})

test('a token cannot choose its algorithm, its key or another purpose', () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = token.split('.')[1]!
  const signed = (header: object, body: string, by = key) => {
    const text = `${encode(header)}.${body}`
    return `${text}.${createHmac('sha256', by).update(text).digest('base64url')}`
  }
  const jwt = { alg: 'HS256', typ: 'JWT' }
  const refused = [
    `${encode({ alg: 'none', typ: 'JWT' })}.${claims}.`,
    signed({ alg: 'none', typ: 'JWT' }, claims),
    signed(jwt, claims, Buffer.alloc(32, 2)),
    signed(jwt, encode({ iss: 'sluiceworks', aud: 'person', sub: job, exp: 9e9 })),
    signed(jwt, encode({ iss: 'another', aud: 'job', sub: job, exp: 9e9 })),
    `${token}.x`,
    `${token}=`,
    'x',
    '',
  ]
  for (const text of refused) assert.throws(() => tokens.verify(text, 0), { code: 'unauthenticated' }, text)
})

databaseTest(
  'a token from before a restart is valid after it, and the key is sealed in the store',
  async (database, t) => {
    const place = { database, box: await openBox(t, database), clock: handClock(), random: randomBytes }
    const before = await loadSigningKey(place, 'job-token')
    const after = await loadSigningKey(place, 'job-token')
    assert.equal(before.length, 32)
    assert.deepEqual(jobTokens(after).verify(jobTokens(before).issue(job, expiresMs), 0), { kind: 'job', name: job })
    assert.notDeepEqual(await loadSigningKey(place, 'another-purpose'), before)
    type Rows = { signing_key: { sealed: string } }
    const rows = await database.read.withTables<Rows>().selectFrom('signing_key').select('sealed').execute()
    for (const { sealed } of rows) assert.ok(!sealed.includes(before.toString('base64url')))
  },
)

databaseTest('two that ask for the key first get the same one', async (database, t) => {
  const place = { database, box: await openBox(t, database), clock: handClock(), random: randomBytes }
  const both = await Promise.all([loadSigningKey(place, 'job-token'), loadSigningKey(place, 'job-token')])
  assert.deepEqual(both[0], both[1])
})
