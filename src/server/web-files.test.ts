import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { send } from './http-request.test-support.ts'
import { startHttpServer } from './http-server.ts'
import { webRoutes } from './web-files.ts'

const page = { accept: 'text/html,application/xhtml+xml' }

/** A server of a built application with one script; `outside` is a file beside it that nobody may read. */
async function webServer(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'built', 'web'), { recursive: true })
  await writeFile(join(folder, 'outside'), 'secret')
  await writeFile(join(folder, 'built', 'index.html'), '<!doctype html><title>built</title>')
  await writeFile(join(folder, 'built', 'web', 'main-1a2b.js'), 'start()')
  await writeFile(join(folder, 'built', 'web', 'main-1a2b.js.gz'), gzipSync('start()'))
  await symlink(join(folder, 'outside'), join(folder, 'built', 'link.js'))
  return serverOf(t, join(folder, 'built'))
}

async function serverOf(t: TestContext, folder: string): Promise<string> {
  const known = { method: 'GET', url: '/api/v1/status', permission: 'read', handler: async () => ({}) } as const
  const server = await startHttpServer({ routes: [known, ...webRoutes(folder)], port: 0 })
  t.after(() => server.close())
  return server.url
}

test('whoever navigates to an address of a page gets the index, which nobody keeps', async (t) => {
  const url = await webServer(t)
  for (const path of ['/', '/jobs/brave_otter?tab=log', '/endpoints/iris']) {
    const answer = await send(url + path, { headers: page })
    assert.equal(answer.text, '<!doctype html><title>built</title>', path)
    assert.equal(answer.headers['cache-control'], 'no-cache')
    assert.match(String(answer.headers['content-security-policy']), /script-src 'self'; style-src 'self'/)
    assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  }
})

test('a program that asks for what is not there still learns so, and so does a person at an interface', async (t) => {
  const url = await webServer(t)
  const asked: readonly (readonly [path: string, headers: Record<string, string>])[] = [
    ['/jobs', { accept: 'application/json' }],
    ['/', {}],
    ['/api/v1/none', page],
    ['/ajax-api/2.0/mlflow/none', page],
    ['/web/none.js', page],
  ]
  for (const [path, headers] of asked) assert.equal((await send(url + path, { headers })).status, 404, path)
  assert.equal((await send(`${url}/jobs`, { method: 'POST', headers: page })).status, 404)
})

test('a file named by its digest is kept for ever, and packed for who takes that', async (t) => {
  const url = await webServer(t)
  const plain = await send(`${url}/web/main-1a2b.js`)
  assert.equal(plain.text, 'start()')
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.equal(plain.headers['content-type'], 'text/javascript; charset=utf-8')
  const packed = await send(`${url}/web/main-1a2b.js`, { headers: { 'accept-encoding': 'gzip, br' } })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.equal((await send(`${url}/web/main-1a2b.js.gz`)).status, 404)
})

test('no path leads out of the folder', async (t) => {
  const url = await webServer(t)
  for (const path of ['/web/../../outside', '/web/..%2f..%2foutside', '/web/%2e%2e/index.html', '/web/../link.js'])
    assert.notEqual((await send(url + path)).text, 'secret', path)
})

test('where nothing was built, the page says what to do', async (t) => {
  const url = await serverOf(t, join(tmpdir(), 'sluice-web-of-nobody'))
  assert.match((await send(`${url}/`, { headers: page })).text, /npm run build/)
})
