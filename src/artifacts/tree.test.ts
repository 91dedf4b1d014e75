import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Digest } from '../base/ids.ts'
import type { TreeEntry } from './content-store.ts'
import { refusal } from './content-lab.test-support.ts'
import { canonicalTree, digestOf, foldersOf, parseTree, serialiseTree } from './tree.ts'

const digest = digestOf('x')
const file = (path: string): TreeEntry => ({ path, kind: 'file', executable: false, sizeBytes: 1, digest })

test('the list and the digest of a folder are these, for ever', () => {
  const entries: readonly TreeEntry[] = [
    { path: 'b/run.sh', kind: 'file', executable: true, sizeBytes: 7, digest },
    file('a "q"\n.txt'),
    { path: 'c/d', kind: 'folder' },
  ]
  const { list, content } = serialiseTree(canonicalTree(entries))
  assert.equal(
    list,
    'sluice-folder 1\n' +
      `["a \\"q\\"\\n.txt","file",1,"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]\n` +
      `["b/run.sh","executable",7,"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]\n` +
      `["c/d","folder"]\n`,
  )
  assert.deepEqual(content, { kind: 'folder', digest: digestOf(list), sizeBytes: 8, fileCount: 2 })
  assert.equal(serialiseTree([]).content.digest, digestOf('sluice-folder 1\n'))
})

test('a list read back is what was written, in one order for all orders', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter((text) => /^[^/\0.]+$/.test(text))
  const paths = fc
    .uniqueArray(fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')))
    .filter((all) => !all.some((one) => all.some((other) => other.startsWith(`${one}/`))))
  fc.assert(
    fc.property(paths, fc.infiniteStream(fc.nat()), (all, numbers) => {
      const entries = all.map((path) => file(path))
      const shuffled = entries
        .map((entry) => ({ entry, rank: numbers.next().value as number }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ entry }) => entry)
      const one = serialiseTree(canonicalTree(entries))
      assert.deepEqual(serialiseTree(canonicalTree(shuffled)), one)
      const read = parseTree(one.list)
      assert.deepEqual(read, canonicalTree(entries))
      const sorted = all.map((path) => Buffer.from(path)).sort(Buffer.compare)
      assert.deepEqual(
        read.map((entry) => Buffer.from(entry.path)),
        sorted,
      )
    }),
  )
})

test('paths that could leave the folder are refused', () => {
  for (const path of ['', '/', '/a', 'a/', 'a//b', '.', '..', './a', 'a/..', 'a/./b', 'a\0', '\udc00']) {
    assert.throws(() => canonicalTree([file(path)]), refusal('invalid-path'), JSON.stringify(path))
  }
  for (const path of ['...', '.a', 'a.', '..b/c..', 'a\\..\\b', ' ', '%2e%2e']) {
    assert.equal(canonicalTree([file(path)]).length, 1)
  }
})

test('a text that is no list is refused', () => {
  assert.throws(() => parseTree('something else'), refusal('store-corrupt', /"something else"/))
})

test('the folders that files need come parents first, once each', () => {
  const entries: readonly TreeEntry[] = [file('a/b/c/d'), file('a/b/e'), file('f'), { path: 'g/h', kind: 'folder' }]
  assert.deepEqual(foldersOf(entries), ['a', 'a/b', 'a/b/c', 'g', 'g/h'])
})

test('digests are SHA-256 in hex', () => {
  const empty: Digest = digestOf(new Uint8Array())
  assert.equal(empty, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  assert.equal(digestOf('é'), digestOf(Buffer.from('é')))
})
