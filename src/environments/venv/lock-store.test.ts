import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Digest } from '../../base/ids.ts'
import type { EnvironmentLock } from '../environment-builder.ts'
import { temporaryFolder } from './lab.test-support.ts'
import { LockStore } from './lock-store.ts'

const folder = temporaryFolder()
after(() => rm(folder, { recursive: true, force: true }))

function lock(requirements: string): EnvironmentLock {
  return { digest: 'ab'.repeat(32) as Digest, python: '3.11', platform: 'linux-x86_64', requirements, notes: ['n'] }
}

test('a kept lock is read back as it was, by another store too, and no other file is left', async () => {
  const path = join(folder, 'kept')
  assert.deepEqual(await new LockStore(path).keep('key', lock('six==1\n')), lock('six==1\n'))
  assert.deepEqual(await new LockStore(path).read('key'), lock('six==1\n'))
  assert.deepEqual(readdirSync(path), ['key.json'])
})

test('the first lock stays: whoever keeps another one gets the first', async () => {
  const store = new LockStore(join(folder, 'first'))
  const kept = await Promise.all(['six==1\n', 'six==2\n', 'six==3\n'].map((text) => store.keep('key', lock(text))))
  assert.equal(new Set(kept.map(({ requirements }) => requirements)).size, 1)
  assert.deepEqual(await store.read('key'), kept[0])
  assert.deepEqual(readdirSync(join(folder, 'first')), ['key.json'])
})

for (const [what, text] of [
  ['torn', '{"format":1,"digest":'],
  ['of another format', JSON.stringify({ ...lock(''), format: 2 })],
  ['incomplete', JSON.stringify({ format: 1, notes: [] })],
] as const) {
  test(`a file that is ${what} counts as none and is replaced`, async () => {
    const path = join(folder, what)
    mkdirSync(path)
    writeFileSync(join(path, 'key.json'), text)
    const store = new LockStore(path)
    assert.equal(await store.read('key'), undefined)
    assert.deepEqual(await store.keep('key', lock('six==1\n')), lock('six==1\n'))
    assert.deepEqual(await store.read('key'), lock('six==1\n'))
  })
}
