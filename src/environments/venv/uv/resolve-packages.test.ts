import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { choosePython } from '../choose-python.ts'
import { Interpreters } from '../interpreters.ts'
import { sharedUv, temporaryFolder, workshopIn } from '../lab.test-support.ts'
import { pkg, unfitting, writeIndex } from './package-index.test-support.ts'
import type { IndexedPackage } from './package-index.test-support.ts'
import { resolvePackages } from './resolve-packages.ts'
import type { Resolution } from './resolve-packages.ts'

const folder = temporaryFolder()
after(() => rm(folder, { recursive: true, force: true }))
let indexes = 0

interface Resolving {
  readonly index: readonly IndexedPackage[]
  readonly lines: readonly string[]
  readonly mayLoosen?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

/** Resolves against an index of the test's own, with a cache of its own. */
async function resolve({ index, lines, mayLoosen = false, environment = {} }: Resolving): Promise<Resolution> {
  const own = join(folder, String(++indexes))
  mkdirSync(own)
  const UV_DEFAULT_INDEX = writeIndex(own, index)
  const workshop = workshopIn(own, { ...process.env, UV_DEFAULT_INDEX, UV_HTTP_RETRIES: '0', ...environment })
  const inOwnCache = { ...workshop.environment, UV_CACHE_DIR: join(own, 'cache') }
  const { interpreter } = await choosePython(new Interpreters(workshop))
  const wanted = { label: 'the test', requirements: lines, notes: [], isApproximate: false }
  const uv = { path: await sharedUv(), environment: inOwnCache }
  return resolvePackages({ uv, workshop, wanted, interpreter, mayLoosen })
}

test('the newest versions that go together are taken, sorted, dependencies included', async () => {
  const index = [...pkg('b', '1', '2'), { name: 'a', version: '1', requires: ['b<2'] }]
  const { requirements, notes } = await resolve({ index, lines: ['b', 'a'] })
  assert.equal(requirements, 'a==1\nb==1\n')
  assert.deepEqual(notes, [])
})

test('nothing wanted is nothing to resolve', async () => {
  assert.deepEqual(await resolve({ index: pkg('a', '1'), lines: [] }), { requirements: '', notes: [] })
})

test('markers are decided for this Python', async () => {
  const lines = ["a==1 ; python_version < '3.0'", "a==2 ; python_version >= '3.0'"]
  assert.equal((await resolve({ index: pkg('a', '1', '2'), lines })).requirements, 'a==2\n')
})

test('an older wheel is preferred to a newer source distribution', async () => {
  const index = [...pkg('a', '1'), { name: 'a', version: '2', tag: 'sdist' }]
  assert.deepEqual(await resolve({ index, lines: ['a'] }), { requirements: 'a==1\n', notes: [] })
})

test('what a package needs may be built from source where it has no wheel', async () => {
  const index = [
    { name: 'a', version: '1', requires: ['b'] },
    { name: 'b', version: '1', tag: 'sdist' },
  ]
  const { requirements, notes } = await resolve({ index, lines: ['a==1'] })
  assert.equal(requirements, 'a==1\nb==1\n')
  assert.deepEqual(notes, ['some packages have no wheel and are built from source'])
})

test('a wanted version that exists as source only is built from source', async () => {
  const index = [...pkg('a', '2'), { name: 'a', version: '1', tag: 'sdist' }]
  assert.equal((await resolve({ index, lines: ['a==1'] })).requirements, 'a==1\n')
})

test('a version without a fitting wheel gives way to the nearest later one, and only it', async () => {
  const index = [...unfitting('a', '1.0', '1.1'), ...pkg('a', '1.2', '1.3'), ...pkg('b', '1', '2')]
  const { requirements, notes } = await resolve({ index, lines: ['a==1.0', 'b==1'], mayLoosen: true })
  assert.equal(requirements, 'a==1.2\nb==1\n')
  assert.equal(notes.length, 1)
  assert.match(notes[0]!, /^a==1\.0 has no wheel for Python 3\.\d+: a==1\.2 is used$/)
})

test('where exact versions cannot go together, as few as possible give way', async () => {
  const index = [
    ...unfitting('a', '1'),
    { name: 'a', version: '2', requires: ['b>=2'] },
    ...pkg('b', '1', '2', '3'),
    ...pkg('c', '1', '2'),
    ...pkg('d', '1', '2'),
  ]
  const { requirements, notes } = await resolve({ index, lines: ['c==1', 'b==1', 'a==1', 'd==1'], mayLoosen: true })
  assert.equal(requirements, 'a==2\nb==3\nc==1\nd==1\n')
  assert.match(notes.join('\n'), /a==1 has no wheel for Python 3\.\d+: a==2 is used/)
  assert.match(notes.join('\n'), /for the versions to go together on Python 3\.\d+, used are b>=1$/)
})

test('a version that may not give way fails with the words of uv', async () => {
  const index = [...unfitting('a', '1.0'), ...pkg('a', '1.2')]
  await assert.rejects(resolve({ index, lines: ['a==1.0'] }), {
    code: 'environment-failed',
    message: /^Cannot resolve the packages of the test for Python 3\.\d+\.\d+: .*a==1\.0/s,
    hint: /versions/,
  })
})

test('a package that is not there is not looked for among source distributions', async () => {
  await assert.rejects(resolve({ index: pkg('a', '1'), lines: ['zebra'], mayLoosen: true }), {
    message: /zebra was not found/,
    hint: /spelt/,
  })
})

test('without a network an unresolved environment fails clearly', async () => {
  const environment = { UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' }
  await assert.rejects(resolve({ index: [], lines: ['a'], environment }), {
    code: 'environment-failed',
    message: /127\.0\.0\.1:9/,
    hint: /Check the network/,
  })
})
