import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { checkOutboundUrl, isPublicAddress, sendOutbound } from './outbound-request.ts'

test('only addresses that anybody could reach are public', () => {
  const shut =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 172.31.255.255 192.168.0.1 192.0.2.1 ' +
    '198.18.0.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::a00:1 ' +
    'fe80::1 fc00::1 fd12::1 ff02::1 2001::1 2001:db8::1 2002:a00:1:: 3fff::1 5f00::1 100::1'
  for (const address of shut.split(' ')) assert.equal(isPublicAddress(address), false, address)
  for (const address of ['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])
    assert.equal(isPublicAddress(address), true, address)
  assert.equal(isPublicAddress('example.org'), false)
})

test('a URL must be https to what may be public, but for hosts that are allowed', () => {
  const wrong = [
    'x',
    'http://example.org',
    'https://localhost',
    'https://a.localhost.',
    'https://db.internal',
    'https://0x7f.1',
  ]
  for (const url of [...wrong, 'https://[::1]/', 'https://u:p@example.org', 'gopher://example.org'])
    assert.throws(() => checkOutboundUrl(url, []), /cannot be called/, url)
  assert.equal(checkOutboundUrl('https://example.org:8443/a?b', []).port, '8443')
  assert.equal(checkOutboundUrl('http://127.0.0.1:1/', ['127.0.0.1']).protocol, 'http:')
  assert.throws(() => checkOutboundUrl('ftp://127.0.0.1/', ['127.0.0.1']), /is not https/)
})

test('a name that resolves to a private address is refused when it is connected to', async () => {
  // Looks public, and is this machine on every system: RFC 6761 leaves the resolution of such names to the resolver.
  const wanted = { url: 'https://localhost.localdomain/', headers: {}, body: '', timeoutMs: 5000, allowedHosts: [] }
  await assert.rejects(sendOutbound(wanted), (error: { code: string }) =>
    ['permission-denied', 'server-unreachable'].includes(error.code),
  )
})

test('an answer is read up to a limit, redirects are not followed, silence ends', async (t) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    if (request.url === '/moved') return response.writeHead(302, { location: '/elsewhere' }).end()
    if (request.url === '/silent') return undefined
    return response.end('x'.repeat(200_000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const at = (path: string, timeoutMs = 5000) =>
    sendOutbound({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
      headers: { a: 'b' },
      body: 'ü',
      timeoutMs,
      allowedHosts: ['127.0.0.1'],
    })
  assert.equal((await at('/large')).body.length, 64 * 1024)
  assert.equal((await at('/moved')).status, 302)
  await assert.rejects(at('/silent', 50), /did not answer/)
  assert.deepEqual(asked, ['/large', '/moved', '/silent'])
})
