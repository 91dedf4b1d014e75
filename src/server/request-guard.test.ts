import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardRequest } from './request-guard.ts'

function codeFor(headers: Record<string, string>, { allowed = [] as string[], url = '/' } = {}): string {
  const rawHeaders = Object.entries(headers).flat()
  return guardRequest({ url, headers, rawHeaders }, allowed)?.code ?? 'ok'
}

const hosts: readonly (readonly [host: string, outcome: string])[] = [
  ['localhost', 'ok'],
  ['localhost:7584', 'ok'],
  ['LOCALHOST:1', 'ok'],
  ['127.0.0.1:7584', 'ok'],
  ['[::1]', 'ok'],
  ['[::1]:7584', 'ok'],
  ['evil.com', 'host-not-allowed'],
  ['evil.com:7584', 'host-not-allowed'],
  ['localhost.evil.com', 'host-not-allowed'],
  ['evil.com@localhost', 'host-not-allowed'],
  ['localhost.', 'host-not-allowed'],
  ['localhost:99999999', 'host-not-allowed'],
  ['localhost:', 'host-not-allowed'],
  ['127.0.0.1.nip.io', 'host-not-allowed'],
  ['127.0.0.2', 'host-not-allowed'],
  ['2130706433', 'host-not-allowed'],
  ['[::ffff:127.0.0.1]', 'host-not-allowed'],
  ['::1', 'host-not-allowed'],
  ['', 'host-not-allowed'],
  ['localhost, evil.com', 'host-not-allowed'],
]
for (const [host, outcome] of hosts) {
  test(`Host ${JSON.stringify(host)}: ${outcome}`, () => assert.equal(codeFor({ host }), outcome))
}

test('a request without Host, or with two, is refused', () => {
  assert.equal(codeFor({}), 'host-not-allowed')
  const twice = { headers: { host: 'localhost' }, rawHeaders: ['Host', 'localhost', 'hOST', 'evil.com'] }
  assert.equal(guardRequest(twice, [])?.code, 'host-not-allowed')
})

test('a host allowed by setting is allowed on every port, or on the one that was named', () => {
  const allowed = ['ml.example.com', 'only.example.com:8443']
  assert.equal(codeFor({ host: 'ML.example.com:1234' }, { allowed }), 'ok')
  assert.equal(codeFor({ host: 'only.example.com:8443' }, { allowed }), 'ok')
  assert.equal(codeFor({ host: 'only.example.com' }, { allowed }), 'host-not-allowed')
  assert.equal(codeFor({ host: 'sub.ml.example.com' }, { allowed }), 'host-not-allowed')
})

const origins: readonly (readonly [origin: string, host: string, outcome: string])[] = [
  ['http://localhost:7584', 'localhost:7584', 'ok'],
  ['http://127.0.0.1:7584', 'localhost:7584', 'ok'],
  ['http://localhost', 'localhost', 'ok'],
  ['https://localhost', 'localhost', 'ok'],
  ['http://localhost:3000', 'localhost:7584', 'origin-not-allowed'],
  ['http://localhost', 'localhost:7584', 'origin-not-allowed'],
  ['null', 'localhost:7584', 'origin-not-allowed'],
  ['', 'localhost:7584', 'origin-not-allowed'],
  ['http://evil.com', 'localhost:7584', 'origin-not-allowed'],
  ['http://evil.com:7584', 'localhost:7584', 'origin-not-allowed'],
  ['http://localhost:7584.evil.com', 'localhost:7584', 'origin-not-allowed'],
  ['http://localhost:7584@evil.com', 'localhost:7584', 'origin-not-allowed'],
  ['http://localhost:7584/path', 'localhost:7584', 'origin-not-allowed'],
  ['file://localhost:7584', 'localhost:7584', 'origin-not-allowed'],
  ['chrome-extension://abc', 'localhost:7584', 'origin-not-allowed'],
]
for (const [origin, host, outcome] of origins) {
  test(`Origin ${JSON.stringify(origin)} to ${host}: ${outcome}`, () =>
    assert.equal(codeFor({ host, origin }), outcome))
}

test('behind a proxy that rewrites Host, the origin of an allowed host is allowed', () => {
  const headers = { host: '127.0.0.1:7584', origin: 'https://ml.example.com' }
  assert.equal(codeFor(headers), 'origin-not-allowed')
  assert.equal(codeFor(headers, { allowed: ['ml.example.com'] }), 'ok')
  assert.equal(codeFor(headers, { allowed: ['ml.example.com:443'] }), 'ok')
  assert.equal(codeFor(headers, { allowed: ['ml.example.com:444'] }), 'origin-not-allowed')
})

test('what another site embeds is refused, a link from there is followed', () => {
  const host = 'localhost:7584'
  assert.equal(codeFor({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 'origin-not-allowed')
  assert.equal(codeFor({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }), 'ok')
  assert.equal(codeFor({ host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }), 'ok')
})

test('an absolute request target cannot stand in for the Host header', () => {
  assert.equal(codeFor({ host: 'localhost' }, { url: 'http://evil.com/api/v1/jobs' }), 'invalid-request')
  assert.equal(codeFor({ host: 'localhost' }, { url: '*' }), 'ok')
})

test('a refusal names the value it refused, cut to a bearable length', () => {
  const refused = guardRequest({ headers: { host: 'e'.repeat(5000) }, rawHeaders: ['host', 'e'] }, [])
  assert.match(refused!.message, /"e{200}\.\.\."/)
})
