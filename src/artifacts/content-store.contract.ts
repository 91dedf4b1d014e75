import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import fc from 'fast-check'
import type { Digest } from '../base/ids.ts'
import { bytesOf, filesOf, folderWith, refusal, temporaryFolder, type Files } from './content-lab.test-support.ts'
import type { Content, ContentStore, TreeEntry } from './content-store.ts'

type StoreTest = (name: string, body: (store: ContentStore, t: TestContext) => Promise<void>) => void

const unknown = '0123456789abcdef'.repeat(4) as Digest
/** Around the sizes at which a store may change its ways. */
const sizes = [0, 1, 4096, 16_384, 16_385, 1_048_576, 3_000_001]

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

async function bytesFrom(stream: Readable): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[])
}

async function copyOf(store: ContentStore, content: Content, t: TestContext): Promise<string> {
  return store.materialise(content, { by: 'copy', target: join(temporaryFolder(t), 'copy') })
}

/** The tests every content store must pass, each with an empty store of its own. */
export function contentStoreContract(storeTest: StoreTest): void {
  storeTest('a file has the SHA-256 of its bytes as its digest, and gives them back', async (store, t) => {
    for (const size of sizes) {
      const bytes = bytesOf(size)
      const content = await store.ingest(join(folderWith(t, { 'data.bin': bytes }), 'data.bin'))
      assert.deepEqual(content, { kind: 'file', digest: sha256(bytes), sizeBytes: size, fileCount: 1 })
      assert.ok((await bytesFrom(store.read(content.digest))).equals(bytes), `read ${size}`)
      const linked = await store.materialise(content, { by: 'link', baseName: 'train.csv' })
      assert.ok(linked.endsWith('/train.csv'))
      assert.ok(readFileSync(linked).equals(bytes), `link ${size}`)
      assert.ok(readFileSync(await copyOf(store, content, t)).equals(bytes), `copy ${size}`)
    }
  })

  storeTest('a stream gives the same content as a file, however it is cut', async (store) => {
    for (const size of sizes) {
      const bytes = bytesOf(size)
      const chunks = [bytes.subarray(0, 10), bytes.subarray(10, 20_000), bytes.subarray(20_000)]
      const content = await store.write(Readable.from(chunks.filter((chunk) => chunk.length > 0)))
      assert.deepEqual(content, { kind: 'file', digest: sha256(bytes), sizeBytes: size, fileCount: 1 })
      assert.ok((await bytesFrom(store.read(content.digest))).equals(bytes))
    }
  })

  storeTest('a stream beyond the limit is refused, one that breaks is not stored', async (store) => {
    for (const size of [100, 50_000]) {
      const bytes = bytesOf(size, 2)
      await assert.rejects(
        store.write(Readable.from([bytes]), size - 1),
        refusal('body-too-large', new RegExp(`${size - 1}`)),
      )
      const broken = Readable.from(
        (async function* () {
          yield bytes
          throw new Error('connection reset')
        })(),
      )
      await assert.rejects(store.write(broken), /connection reset/)
      assert.equal(await store.verify({ kind: 'file', digest: sha256(bytes) as Digest }), false)
      assert.equal((await store.write(Readable.from([bytes]), size)).sizeBytes, size)
    }
  })

  storeTest('a range of bytes is inclusive and ends with the file', async (store) => {
    for (const size of [1000, 100_000]) {
      const bytes = bytesOf(size)
      const { digest } = await store.write(Readable.from([bytes]))
      for (const [start, end] of [
        [0, 0],
        [10, 19],
        [size - 5, size - 1],
        [size - 5, size + 100],
        [size, size],
      ] as const) {
        const part = await bytesFrom(store.read(digest, { start, end }))
        assert.ok(part.equals(bytes.subarray(start, end + 1)), `${start}-${end}`)
      }
      await assert.rejects(bytesFrom(store.read(digest, { start: 5, end: 4 })), refusal('invalid-request', /5-4/))
    }
  })

  storeTest('a folder comes back as it was: bytes, names, executable bits, empty folders', async (store, t) => {
    const files: Files = {
      'a.txt': 'a',
      'a/b.txt': 'b',
      '!bin/run.sh': '#!/bin/sh\n',
      '!bin/large': bytesOf(50_000).toString('latin1'),
      'deep/er/and/deeper/x': 'x',
      'empty/in/here/': '',
      'naïve name — 表 🎉 "quoted" \\back\nline': 'odd',
      constructor: 'c',
      large: bytesOf(40_000).toString('latin1'),
    }
    const root = folderWith(t, files)
    const content = await store.ingest(root)
    assert.deepEqual([content.kind, content.fileCount], ['folder', 8])
    assert.equal(
      content.sizeBytes,
      Object.values(filesOf(root)).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    )
    assert.deepEqual(filesOf(await store.materialise(content, { by: 'link', baseName: 'x' })), filesOf(root))
    assert.deepEqual(filesOf(await copyOf(store, content, t)), filesOf(root))
    const empty = await store.ingest(folderWith(t, {}))
    assert.deepEqual([empty.fileCount, empty.sizeBytes], [0, 0])
    assert.deepEqual(readdirSync(await store.materialise(empty, { by: 'link', baseName: 'x' })), [])
  })

  storeTest('any folder comes back as it was', async (store, t) => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => /^[^/\0.!]+$/.test(text))
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
    const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('y'.repeat(17_000), 'z'.repeat(16_384)))
    const folders = fc
      .dictionary(path, text, { maxKeys: 8, noNullPrototype: true })
      .filter((files) =>
        Object.keys(files).every((one) => !Object.keys(files).some((two) => two.startsWith(`${one}/`))),
      )
    await fc.assert(
      fc.asyncProperty(folders, async (files) => {
        const root = folderWith(t, files)
        const content = await store.ingest(root)
        assert.deepEqual(await store.digest(root), content)
        assert.deepEqual(filesOf(await store.materialise(content, { by: 'link', baseName: 'x' })), filesOf(root))
      }),
      { numRuns: 25 },
    )
  })

  storeTest('equal folders have equal digests, whatever their place, age and order of writing', async (store, t) => {
    const one = folderWith(t, { 'a.txt': '1', 'b/c.txt': '2', 'd/': '' })
    const other = folderWith(t, { 'd/': '', 'b/c.txt': '2', 'a.txt': '1' })
    utimesSync(join(other, 'a.txt'), 1, 1)
    assert.deepEqual(await store.ingest(other), await store.ingest(one))
  })

  storeTest('each difference between folders gives another digest', async (store, t) => {
    const variants: readonly Files[] = [
      { 'a.txt': '1', 'b/c.txt': '2' },
      { 'a.txt': '2', 'b/c.txt': '1' },
      { 'a.txt': '1', 'b/d.txt': '2' },
      { '!a.txt': '1', 'b/c.txt': '2' },
      { 'a.txt': '1', 'b/c.txt': '2', 'b/d/': '' },
      { 'a.txt': '1', 'b/c.txt': '2', 'd/': '' },
      { 'a.txt': '1', c: '2' },
      { 'a.txt': '12', 'b/c.txt': '' },
      { 'a.txt1': '', 'b/c.txt': '2' },
      {},
      { 'b/': '' },
      { b: '' },
    ]
    const digests = new Set<string>()
    for (const files of variants) digests.add((await store.ingest(folderWith(t, files))).digest)
    assert.equal(digests.size, variants.length)
  })

  storeTest('the entries of a folder are sorted by the bytes of their paths', async (store, t) => {
    const names = ['z', 'a', 'B', 'a.txt', 'a!', 'ab/c', 'ab.d', 'é', '\u{1f389}', '\uffee', 'e/']
    const content = await store.ingest(folderWith(t, Object.fromEntries(names.map((name) => [name, 'x']))))
    const paths = (await store.tree(content.digest)).map((entry) => entry.path)
    assert.deepEqual(paths, ['B', 'a', 'a!', 'a.txt', 'ab.d', 'ab/c', 'e', 'z', 'é', '\uffee', '\u{1f389}'])
  })

  storeTest('digest and scan say what ingest would store, and store nothing', async (store, t) => {
    const root = folderWith(t, { 'a.txt': 'a', '!b/c': bytesOf(20_000), 'd/': '' })
    const content = await store.digest(root)
    const scanned = await store.scan(root)
    assert.equal(await store.verify(content), false)
    await assert.rejects(store.tree(content.digest), refusal('not-found', new RegExp(content.digest)))
    assert.equal(await store.verify({ kind: 'file', digest: sha256('a') as Digest }), false)
    assert.deepEqual(await store.ingest(root), content)
    assert.deepEqual(await store.tree(content.digest), scanned)
    assert.deepEqual(await store.scan(join(root, 'a.txt')), [
      { path: 'a.txt', kind: 'file', executable: false, sizeBytes: 1, digest: sha256('a') },
    ])
    assert.equal((await store.digest(join(root, 'a.txt'))).digest, sha256('a'))
  })

  storeTest('a list of stored files becomes the folder it describes, in whatever order', async (store, t) => {
    const root = folderWith(t, { 'b/c.txt': 'c', 'a.txt': 'a', 'e/f/': '' })
    const content = await store.ingest(root)
    const entries = await store.tree(content.digest)
    // A folder that is not empty may be listed, and says nothing new.
    assert.deepEqual(await store.writeTree([...entries.toReversed(), { path: 'b', kind: 'folder' }]), content)
    const missing: TreeEntry = { path: 'x', kind: 'file', executable: false, sizeBytes: 3, digest: unknown }
    await assert.rejects(store.writeTree([...entries, missing]), refusal('not-found', /0123456789abcdef/))
  })

  storeTest('a list with unsafe or clashing paths is refused', async (store) => {
    const { digest } = await store.write(Readable.from([Buffer.from('x')]))
    const file = (path: string): TreeEntry => ({ path, kind: 'file', executable: false, sizeBytes: 1, digest })
    for (const path of ['', '/a', 'a/', 'a//b', '.', '..', '../a', 'a/../b', 'a/.', 'a\0b', '\ud800']) {
      await assert.rejects(store.writeTree([file(path)]), refusal('invalid-path'), JSON.stringify(path))
    }
    await assert.rejects(store.writeTree([file('a'), file('a')]), refusal('invalid-path', /"a" is listed twice/))
    await assert.rejects(store.writeTree([file('a/b'), file('a')]), refusal('invalid-path', /"a" is both/))
    await assert.rejects(store.writeTree([file('a'), { path: 'a', kind: 'folder' }]), refusal('invalid-path', /both/))
    assert.equal((await store.writeTree([file('...'), file('..a'), file('a..')])).fileCount, 3)
  })

  storeTest('a file is never taken for the folder whose list it spells', async (store, t) => {
    const folder = await store.ingest(folderWith(t, { 'a.txt': 'a' }))
    const list = `sluice-folder 1\n["a.txt","file",1,"${sha256('a')}"]\n`
    const file = await store.write(Readable.from([Buffer.from(list)]))
    assert.equal(file.digest, folder.digest)
    assert.equal((await bytesFrom(store.read(file.digest))).toString(), list)
    const other = `sluice-folder 1\n["b.txt","file",1,"${sha256('a')}"]\n`
    const onlyFile = await store.write(Readable.from([Buffer.from(other)]))
    assert.deepEqual(await store.verifyAll([onlyFile, { kind: 'folder', digest: onlyFile.digest }, folder]), [
      true,
      false,
      true,
    ])
    await assert.rejects(store.tree(onlyFile.digest), refusal('not-found'))
  })

  storeTest('a linked copy is read-only, a copied one is writable and independent', async (store, t) => {
    const large = bytesOf(30_000)
    const content = await store.ingest(folderWith(t, { 'a/small.txt': 's', 'a/large.bin': large, '!run': '#!' }))
    const linked = await store.materialise(content, { by: 'link', baseName: 'x' })
    assert.equal(await store.materialise(content, { by: 'link', baseName: 'y' }), linked)
    for (const path of ['', 'a', 'a/small.txt', 'a/large.bin', 'run']) {
      assert.equal(statSync(join(linked, path)).mode & 0o222, 0, path)
    }
    const copy = await copyOf(store, content, t)
    for (const path of ['', 'a', 'a/small.txt', 'a/large.bin', 'run']) {
      assert.notEqual(statSync(join(copy, path)).mode & 0o200, 0, path)
    }
    writeFileSync(join(copy, 'a/large.bin'), 'changed')
    writeFileSync(join(copy, 'a/small.txt'), 'changed')
    assert.equal(await store.verify(content), true)
    assert.ok(readFileSync(join(linked, 'a/large.bin')).equals(large))
  })

  storeTest('a copy never replaces what is there', async (store, t) => {
    const content = await store.ingest(folderWith(t, { a: '1' }))
    const file = await store.write(Readable.from([Buffer.from('f')]))
    const target = folderWith(t, { precious: 'p' })
    await assert.rejects(store.materialise(content, { by: 'copy', target }), refusal('already-exists', /source/))
    await assert.rejects(
      store.materialise(file, { by: 'copy', target: join(target, 'precious') }),
      refusal('already-exists'),
    )
    assert.deepEqual(filesOf(target), { precious: 'p' })
    assert.deepEqual(readdirSync(join(target, '..')), ['source'])
    const free = folderWith(t, {})
    assert.equal(await store.materialise(content, { by: 'copy', target: free }), free)
    const deep = join(free, 'new/place')
    assert.deepEqual(filesOf(await store.materialise(content, { by: 'copy', target: deep })), { a: '1' })
  })

  storeTest('content that is not stored cannot be read, listed, handed out or verified', async (store, t) => {
    const target = join(temporaryFolder(t), 'x')
    await assert.rejects(bytesFrom(store.read(unknown)), refusal('not-found', /0123456789abcdef/))
    await assert.rejects(store.tree(unknown), refusal('not-found'))
    for (const kind of ['file', 'folder'] as const) {
      await assert.rejects(
        store.materialise({ kind, digest: unknown }, { by: 'link', baseName: 'x' }),
        refusal('not-found'),
      )
      await assert.rejects(store.materialise({ kind, digest: unknown }, { by: 'copy', target }), refusal('not-found'))
      assert.equal(await store.verify({ kind, digest: unknown }), false)
    }
    assert.equal(existsSync(target), false)
    const file = await store.write(Readable.from([Buffer.from('f')]))
    for (const baseName of ['a/b', '..', '.', '', '/etc/x']) {
      await assert.rejects(store.materialise(file, { by: 'link', baseName }), refusal('invalid-path'), baseName)
    }
  })

  storeTest('many contents are verified in their order', async (store, t) => {
    const contents: Content[] = []
    for (let at = 0; at < 30; at++)
      contents.push(await store.ingest(folderWith(t, { a: `${at}`, b: bytesOf(17_000, at) })))
    const file = await store.write(Readable.from([Buffer.from('f')]))
    const verdicts = await store.verifyAll([...contents, { kind: 'file', digest: unknown }, file, contents[0]!])
    assert.deepEqual(verdicts, [...contents.map(() => true), false, true, true])
    assert.deepEqual(await store.verifyAll([]), [])
  })

  storeTest('what is neither file nor folder is refused by name', async (store, t) => {
    const secret = folderWith(t, { 'secret.txt': 'secret' })
    const link = folderWith(t, { 'a.txt': 'a' })
    symlinkSync(join(secret, 'secret.txt'), join(link, 'link.txt'))
    await assert.rejects(
      store.ingest(link),
      refusal('invalid-path', /link\.txt is a symbolic link \(to ".*secret\.txt"\)/),
    )
    const folderLink = folderWith(t, { 'sub/a.txt': 'a' })
    symlinkSync(secret, join(folderLink, 'sub/more'))
    await assert.rejects(store.digest(folderLink), refusal('invalid-path', /sub\/more is a symbolic link/))
    const dangling = folderWith(t, {})
    symlinkSync('nowhere', join(dangling, 'gone'))
    await assert.rejects(store.ingest(dangling), refusal('invalid-path', /gone/))
    const pipe = folderWith(t, {})
    execFileSync('mkfifo', [join(pipe, 'pipe')])
    await assert.rejects(store.ingest(pipe), refusal('invalid-path', /pipe is a special file/))
    await assert.rejects(store.ingest(join(pipe, 'pipe')), refusal('invalid-path', /pipe is a special file/))
    const socket = folderWith(t, {})
    const server = createServer().listen(join(socket, 'socket'))
    t.after(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    await assert.rejects(store.ingest(socket), refusal('invalid-path', /socket is a special file/))
    await assert.rejects(store.ingest('/dev/null'), refusal('invalid-path', /\/dev\/null is a special file/))
    assert.equal(await store.verify({ kind: 'file', digest: sha256('secret') as Digest }), false)
  })

  storeTest("a named path may be a symlink, a step's output may not", async (store, t) => {
    const root = folderWith(t, { 'a.txt': 'a' })
    const link = join(temporaryFolder(t), 'link')
    symlinkSync(root, link)
    assert.deepEqual(await store.ingest(link), await store.ingest(root))
    await assert.rejects(store.ingest(link, { by: 'link' }), refusal('invalid-path', /link is a symbolic link/))
    symlinkSync(join(root, 'a.txt'), `${link}.txt`)
    await assert.rejects(store.ingest(`${link}.txt`, { by: 'link' }), refusal('invalid-path', /link\.txt/))
  })

  storeTest('a missing path is named', async (store, t) => {
    const missing = join(folderWith(t, { file: 'x' }), 'file/missing')
    for (const attempt of [store.ingest(missing), store.digest(missing), store.ingest(missing, { by: 'link' })]) {
      await assert.rejects(attempt, refusal('not-found', /file\/missing does not exist/))
    }
  })

  storeTest('names that are not UTF-8 are refused in readable form', async (store, t) => {
    const root = folderWith(t, { 'fine \ufffd': 'the replacement character itself is a fine name' })
    assert.equal((await store.ingest(root)).fileCount, 1)
    const name = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])])
    try {
      writeFileSync(name, 'latin-1')
    } catch {
      t.skip('this file system takes UTF-8 names only')
      return
    }
    await assert.rejects(store.ingest(root), refusal('invalid-path', /not UTF-8: "caf\\xe9"/))
    renameSync(name, join(root, 'café'))
    assert.equal((await store.ingest(root)).fileCount, 2)
  })

  storeTest('symlinks inside a code folder are followed, others refused', async (store, t) => {
    const root = folderWith(t, { 'real/a.py': 'a', 'real/sub/b.py': 'b' })
    symlinkSync('real/a.py', join(root, 'file.py'))
    symlinkSync(join(root, 'real/sub'), join(root, 'package'))
    symlinkSync('file.py', join(root, 'twice.py'))
    const content = await store.ingest(root, { followSymlinks: true })
    assert.deepEqual(filesOf(await copyOf(store, content, t)), {
      'file.py': 'a',
      'package/b.py': 'b',
      'real/a.py': 'a',
      'real/sub/b.py': 'b',
      'twice.py': 'a',
    })
    for (const [target, message] of [
      ['/etc/passwd', /bad is a symbolic link out of its folder \(to "\/etc\/passwd"\)/],
      [`../source-of-others`, /bad is a symbolic link that leads nowhere/],
      ['..', /bad is a symbolic link out of its folder/],
      ['.', /bad is a symbolic link to a folder that holds it/],
      ['bad', /bad is a symbolic link that leads nowhere/],
    ] as const) {
      const place = folderWith(t, { 'a.py': 'a' })
      mkdirSync(`${place}-sibling`)
      symlinkSync(target, join(place, 'bad'))
      await assert.rejects(store.ingest(place, { followSymlinks: true }), refusal('invalid-path', message), target)
    }
    const sibling = folderWith(t, {})
    mkdirSync(`${sibling}-sibling`)
    symlinkSync(`${sibling}-sibling`, join(sibling, 'bad'))
    await assert.rejects(store.ingest(sibling, { followSymlinks: true }), refusal('invalid-path', /out of its folder/))
    const circle = folderWith(t, { 'a/': '', 'b/': '' })
    symlinkSync('../b', join(circle, 'a/to-b'))
    symlinkSync('../a', join(circle, 'b/to-a'))
    await assert.rejects(store.ingest(circle, { followSymlinks: true }), refusal('invalid-path', /holds it/))
  })

  storeTest('ignored entries leave no trace, not even a folder', async (store, t) => {
    const root = folderWith(t, {
      'a.py': 'a',
      'logs/1.log': '1',
      'cache/x/y': 'y',
      'keep/': '',
      'mixed/a.py': 'a',
      'mixed/b.log': 'b',
    })
    symlinkSync('/etc/passwd', join(root, 'cache/link'))
    const asked: string[] = []
    const ignore = (path: string, isFolder: boolean): boolean => {
      asked.push(isFolder ? `${path}/` : path)
      return path === 'cache' || path.endsWith('.log')
    }
    const content = await store.ingest(root, { ignore })
    const paths = (await store.tree(content.digest)).map((entry) => entry.path)
    assert.deepEqual(paths, ['a.py', 'keep', 'mixed/a.py'])
    assert.deepEqual(asked.sort(), [
      'a.py',
      'cache/',
      'keep/',
      'logs/',
      'logs/1.log',
      'mixed/',
      'mixed/a.py',
      'mixed/b.log',
    ])
  })

  storeTest('the same content stored many times at once is stored once and whole', async (store, t) => {
    const files = { small: 's', large: bytesOf(200_000) }
    const roots = Array.from({ length: 12 }, () => folderWith(t, files))
    const contents = await Promise.all(
      roots.map((root, at) => store.ingest(root, { by: at % 2 === 0 ? 'copy' : 'link' })),
    )
    assert.equal(new Set(contents.map((content) => content.digest)).size, 1)
    const paths = await Promise.all(
      contents.map((content) => store.materialise(content, { by: 'link', baseName: 'x' })),
    )
    assert.equal(new Set(paths).size, 1)
    assert.ok(readFileSync(join(paths[0]!, 'large')).equals(files.large))
    assert.equal(await store.verify(contents[0]!), true)
  })

  storeTest('what a step wrote can be thrown away once it is stored', async (store, t) => {
    const bytes = bytesOf(100_000)
    const output = folderWith(t, { 'model.bin': bytes, 'sub/metrics.json': '{}' })
    const content = await store.ingest(output, { by: 'link' })
    assert.deepEqual(await store.ingest(output, { by: 'link' }), content)
    chmodSync(join(output, 'sub'), 0o555)
    await store.discard(output)
    await store.discard(output)
    assert.equal(existsSync(output), false)
    assert.equal(await store.verify(content), true)
    assert.ok((await bytesFrom(store.read(sha256(bytes) as Digest))).equals(bytes))
  })

  storeTest('a folder of thousands of files is no trouble', async (store, t) => {
    const files = Object.fromEntries(
      Array.from({ length: 2500 }, (_, at) => [`part-${at % 7}/file-${at}.txt`, `${at % 900}`]),
    )
    const content = await store.ingest(folderWith(t, files))
    assert.equal(content.fileCount, 2500)
    assert.equal(await store.verify(content), true)
    assert.deepEqual(filesOf(await store.materialise(content, { by: 'link', baseName: 'x' })), files)
  })
}
