import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crossOriginHeaders } from './cross-origin.ts'
import { startHttpServer } from './http-server.ts'
import { send } from './http-request.test-support.ts'

const page = 'https://shop.example'
const originsOf = (endpoint: string): readonly string[] => ({ shop: [page], all: ['*'] })[endpoint] ?? []

function headersOf(url: string, origin: string | undefined): Readonly<Record<string, string>> | undefined {
  return crossOriginHeaders({ url, headers: { ...(origin !== undefined && { origin }) }, rawHeaders: [] }, originsOf)
}

test('only the addresses at which an endpoint is asked are open, and only to the origins it names', () => {
  for (const path of ['score', 'score?a=1', 'invocations', 'swagger.json', 'v2', 'v2/models/m/infer'])
    assert.equal(headersOf(`/endpoints/shop/${path}`, page)?.['access-control-allow-origin'], page, path)
  assert.equal(headersOf('/endpoints/all/score', 'https://any.example')?.['access-control-allow-origin'], '*')
  for (const [url, origin] of [
    ['/endpoints/shop/score', undefined],
    ['/endpoints/shop/score', 'https://evil.example'],
    ['/endpoints/shop/score', 'null'],
    ['/endpoints/other/score', page],
    ['/endpoints/shop', page],
    ['/endpoints/shop/docs', page],
    ['/endpoints/shop/score/x', page],
    ['/endpoints/shop%2f..%2fall/score', page],
    ['/api/v1/endpoints/shop', page],
    ['/api/v1/jobs?x=/endpoints/shop/score', page],
  ] as const)
    assert.equal(headersOf(url, origin), undefined, `${origin} ${url}`)
})

test('a page that an endpoint admits asks it, with a preflight; every other is refused as ever', async (t) => {
  const handler = () => Promise.resolve('answered')
  const route = { method: 'POST', permission: 'score', bodyKind: 'raw', handler } as const
  const urls = ['/endpoints/:endpoint/score', '/api/v1/endpoints/:endpoint/deploy']
  const server = await startHttpServer({ routes: urls.map((url) => ({ ...route, url })), port: 0, originsOf })
  t.after(() => server.close())
  const ask = (path: string, method: string, headers: Record<string, string>) =>
    send(`${server.url}${path}`, { method, headers })
  const asked = await ask('/endpoints/shop/score', 'POST', { origin: page, 'sec-fetch-site': 'cross-site' })
  assert.deepEqual([asked.status, asked.text], [200, 'answered'])
  assert.equal(asked.headers['access-control-allow-origin'], page)
  assert.equal(asked.headers['access-control-allow-credentials'], undefined)
  assert.equal(asked.headers['vary'], 'origin')
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }
  const before = await ask('/endpoints/shop/score', 'OPTIONS', { origin: page, ...preflight })
  assert.deepEqual([before.status, before.text], [200, ''])
  assert.equal(before.headers['access-control-allow-methods'], 'GET, POST')
  assert.equal(before.headers['access-control-allow-headers'], 'content-type')
  for (const [path, origin] of [
    ['/endpoints/shop/score', 'https://evil.example'],
    ['/endpoints/other/score', page],
    ['/api/v1/endpoints/shop/deploy', page],
  ] as const)
    for (const method of ['POST', 'OPTIONS']) {
      const refused = await ask(path, method, { origin, ...preflight })
      assert.equal(refused.status, 403, `${method} ${path}`)
      assert.equal(refused.headers['access-control-allow-origin'], undefined)
    }
  const host = await send(`${server.url}/endpoints/shop/score`, { host: 'evil.example', headers: { origin: page } })
  assert.equal(host.status, 403, 'the Host is looked at all the same')
})
