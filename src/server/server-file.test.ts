import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newLocalToken, removeServerFile, writeServerFile } from './server-file.ts'

test('a server announces itself to its user only, and takes back only its own announcement', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-server-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'server.json')
  await writeServerFile(folder, { pid: 1, url: 'http://127.0.0.1:1', startedMs: 0, localToken: 'first' })
  await writeServerFile(folder, { pid: 2, url: 'http://127.0.0.1:2', startedMs: 0, localToken: 'second' })
  assert.deepEqual(JSON.parse(await readFile(file, 'utf8')), {
    pid: 2,
    url: 'http://127.0.0.1:2',
    started_at: '1970-01-01T00:00:00.000Z',
    local_token: 'second',
  })
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  await removeServerFile(folder, 'first')
  assert.deepEqual(await readdir(folder), ['server.json'])
  await removeServerFile(folder, 'second')
  assert.deepEqual(await readdir(folder), [])
  await removeServerFile(folder, 'second')
})

test('every token is another one, of at least 256 bits', () => {
  const tokens = new Set(Array.from({ length: 100 }, newLocalToken))
  assert.equal(tokens.size, 100)
  for (const token of tokens) assert.ok(Buffer.from(token, 'base64url').length >= 32)
})
