import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import type { ArtifactListing, ArtifactStore } from './artifact-store.ts'
import { bytesOf, filesOf, folderWith, openContentLab, refusal } from './content-lab.test-support.ts'
import type { ContentStore } from './content-store.ts'
import { databaseArtifactStore } from './database-artifact-store.ts'

interface Lab {
  readonly artifacts: ArtifactStore
  readonly content: ContentStore
}

function openLab(database: Database, t: TestContext): Lab {
  const { store, clock } = openContentLab(database, t)
  return { content: store, artifacts: databaseArtifactStore({ database, content: store, clock }) }
}

const text = (bytes: string): Readable => Readable.from([Buffer.from(bytes)])
const read = async (stream: Readable): Promise<string> => Buffer.concat((await stream.toArray()) as Buffer[]).toString()
/** `name` for a file with its size, `name/` for a folder. */
const brief = (entries: readonly ArtifactListing[]): readonly string[] =>
  entries.map((entry) => (entry.kind === 'folder' ? `${entry.name}/` : `${entry.name} ${entry.sizeBytes}`))

databaseTest('an artifact is found, read whole and in part, and replaced', async (database, t) => {
  const { artifacts } = openLab(database, t)
  const written = await artifacts.write('1/run/artifacts/model/MLmodel', text('flavors: {}'))
  assert.equal(written.sizeBytes, 11)
  assert.equal(written.digest, createHash('sha256').update('flavors: {}').digest('hex'))
  assert.deepEqual(await artifacts.find('1/run/artifacts/model/MLmodel'), written)
  assert.equal(await read(artifacts.read(written)), 'flavors: {}')
  assert.equal(await read(artifacts.read(written, { start: 0, end: 6 })), 'flavors')
  await artifacts.write('1/run/artifacts/model/MLmodel', text('new'))
  assert.equal(await read(artifacts.read(await artifacts.find('1/run/artifacts/model/MLmodel'))), 'new')
})

databaseTest('an unknown artifact is named, a folder is none', async (database, t) => {
  const { artifacts } = openLab(database, t)
  await artifacts.write('a/b', text('x'))
  for (const path of ['a', 'a/c', 'b', 'a/b/c']) {
    await assert.rejects(artifacts.find(path), refusal('not-found', new RegExp(`^No such artifact: '${path}'$`)))
  }
  await assert.rejects(artifacts.materialise('a/c'), refusal('not-found', /'a\/c'/))
})

databaseTest('a folder lists its direct entries, sorted by name', async (database, t) => {
  const { artifacts } = openLab(database, t)
  for (const path of [
    'r/a.txt',
    'r/a/x',
    'r/a/y/z',
    'r/a0',
    'r/B',
    'r/é',
    'r/🎉',
    'r/\uffee',
    'r2/other',
    'r-1/other',
  ]) {
    await artifacts.write(path, text('12'))
  }
  assert.deepEqual(brief(await artifacts.list('r')), ['B 2', 'a/', 'a.txt 2', 'a0 2', 'é 2', '\uffee 2', '🎉 2'])
  assert.deepEqual(brief(await artifacts.list('r/a')), ['x 2', 'y/'])
  assert.deepEqual(brief(await artifacts.list('')), ['r/', 'r-1/', 'r2/'])
  assert.deepEqual(await artifacts.list('r/B'), [])
  assert.deepEqual(await artifacts.list('unknown'), [])
})

databaseTest('a folder of many files and of folders with many files lists each once', async (database, t) => {
  const { artifacts, content } = openLab(database, t)
  const { digest } = await content.write(text('x'))
  const entry = (path: string) => ({ path, kind: 'file' as const, executable: false, sizeBytes: 1, digest })
  const flat = Array.from({ length: 2300 }, (_, at) => entry(`flat/${String(at).padStart(5, '0')}`))
  const deep = ['a', 'b', 'c'].flatMap((name) => Array.from({ length: 1200 }, (_, at) => entry(`deep/${name}/${at}`)))
  await database.write((tables) =>
    artifacts.addTree(tables, 'run', [...flat, ...deep, entry('deep/a.txt'), entry('deep/z')]),
  )
  const names = (await artifacts.list('run/flat')).map((each) => each.name)
  assert.deepEqual(
    names,
    flat.map((each) => each.path.slice(5)),
  )
  assert.deepEqual(brief(await artifacts.list('run/deep')), ['a/', 'a.txt 1', 'b/', 'c/', 'z 1'])
  assert.deepEqual(brief(await artifacts.list('run')), ['deep/', 'flat/'])
})

databaseTest('removing takes a file, or all of a folder and nothing beside it', async (database, t) => {
  const { artifacts } = openLab(database, t)
  for (const path of ['r/m/a', 'r/m/b/c', 'r/m.txt', 'r/m0', 'r/ma/x']) await artifacts.write(path, text('x'))
  assert.equal(await artifacts.remove('r/m'), 2)
  assert.deepEqual(brief(await artifacts.list('r')), ['m.txt 1', 'm0 1', 'ma/'])
  assert.equal(await artifacts.remove('r/m.txt'), 1)
  assert.equal(await artifacts.remove('r/unknown'), 0)
  assert.equal(await artifacts.remove('r'), 2)
})

databaseTest('names are text, whatever SQL would make of them', async (database, t) => {
  const { artifacts } = openLab(database, t)
  for (const path of ["x'; delete from artifact; --", 'a_b/1', 'a%b/1', 'axb/1', '"quoted"', '[0-9]', '*']) {
    await artifacts.write(path, text('x'))
  }
  assert.equal((await artifacts.list('')).length, 7)
  assert.equal(await artifacts.remove('a_b'), 1)
  assert.deepEqual(brief(await artifacts.list('axb')), ['1 1'])
  assert.equal(await artifacts.remove("x'; delete from artifact; --"), 1)
})

databaseTest('no method takes a path that could lead elsewhere, encoded or not', async (database, t) => {
  const { artifacts } = openLab(database, t)
  await artifacts.write('1/run/artifacts/a', text('x'))
  for (const path of [
    '../x',
    '1/run/../other',
    '/etc/passwd',
    '..\\x',
    '%2e%2e/x',
    '%252e%252e',
    '1/%2F',
    'a\0',
    'C:/x',
    '1//run',
  ]) {
    const attempts = {
      write: () => artifacts.write(path, text('x')),
      find: () => artifacts.find(path),
      list: () => artifacts.list(path),
      remove: () => artifacts.remove(path),
      materialise: () => artifacts.materialise(path),
      addTree: () => database.write((tables) => artifacts.addTree(tables, path, [])),
      copyFrom: () => database.write((tables) => artifacts.copyFolders(tables, [{ from: path, to: 'x' }])),
      copyTo: () => database.write((tables) => artifacts.copyFolders(tables, [{ from: 'x', to: path }])),
    }
    for (const [method, attempt] of Object.entries(attempts)) {
      await assert.rejects(attempt(), refusal('invalid-path'), `${method} ${path}`)
    }
  }
  await assert.rejects(artifacts.remove(''), refusal('invalid-path', /empty/))
  assert.deepEqual(brief(await artifacts.list('')), ['1/'])
})

databaseTest('a name is a file or a folder, never both', async (database, t) => {
  const { artifacts, content } = openLab(database, t)
  await artifacts.write('r/a/b', text('x'))
  await assert.rejects(artifacts.write('r/a', text('y')), refusal('invalid-path', /"r\/a" would be both/))
  await assert.rejects(artifacts.write('r/a/b/c/d', text('y')), refusal('invalid-path', /"r\/a\/b" would be both/))
  const tree = await content.ingest(folderWith(t, { 'a/b/c': 'z' }))
  const entries = await content.tree(tree.digest)
  await assert.rejects(
    database.write((tables) => artifacts.addTree(tables, 'r', entries)),
    refusal('invalid-path', /"r\/a\/b" would be both/),
  )
  await artifacts.write('from/b/c', text('w'))
  await assert.rejects(
    database.write((tables) => artifacts.copyFolders(tables, [{ from: 'from', to: 'r/a' }])),
    refusal('invalid-path', /"r\/a\/b" would be both/),
  )
  // Refused means undone.
  assert.deepEqual(brief(await artifacts.list('r')), ['a/'])
  assert.deepEqual(brief(await artifacts.list('r/a')), ['b 1'])
})

databaseTest('of two writers that would clash, one wins and the other is told', async (database, t) => {
  const { artifacts } = openLab(database, t)
  const outcomes = await Promise.allSettled([artifacts.write('r/a', text('1')), artifacts.write('r/a/b', text('2'))])
  assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await artifacts.list('r')).length, 1)
})

databaseTest('a stored folder gets names, in the transaction of its caller', async (database, t) => {
  const { artifacts, content } = openLab(database, t)
  const root = folderWith(t, {
    'model/MLmodel': 'm',
    'model/data/model.pkl': bytesOf(30_000),
    'empty/': '',
    'a.txt': 'a',
  })
  const entries = await content.tree((await content.ingest(root)).digest)
  const undone = database.write(async (tables) => {
    await artifacts.addTree(tables, '1/run/artifacts', entries)
    assert.fail('something else went wrong')
  })
  await assert.rejects(undone, /something else/)
  assert.deepEqual(await artifacts.list('1/run/artifacts'), [])
  await database.write((tables) => artifacts.addTree(tables, '1/run/artifacts', entries))
  await database.write((tables) => artifacts.addTree(tables, '1/run/artifacts', entries))
  assert.deepEqual(brief(await artifacts.list('1/run/artifacts')), ['a.txt 1', 'model/'])
  assert.equal(await read(artifacts.read(await artifacts.find('1/run/artifacts/model/MLmodel'))), 'm')
})

databaseTest('folders are copied by name: all pairs, everything below, nothing beside', async (database, t) => {
  const { artifacts } = openLab(database, t)
  for (const path of [
    '1/r1/artifacts/m/a',
    '1/r1/artifacts/é🎉/b',
    '1/r1/artifacts.txt',
    '1/r10/artifacts/x',
    '1/r2/artifacts/y',
  ]) {
    await artifacts.write(path, text(path))
  }
  await database.write((tables) =>
    artifacts.copyFolders(tables, [
      { from: '1/r1/artifacts', to: '2/n1/artifacts' },
      { from: '1/r2/artifacts', to: '2/n2/deeper/artifacts' },
      { from: '1/unknown', to: '2/n3' },
    ]),
  )
  assert.deepEqual(brief(await artifacts.list('2')), ['n1/', 'n2/'])
  assert.deepEqual(brief(await artifacts.list('2/n1/artifacts')), ['m/', 'é🎉/'])
  const copy = await artifacts.find('2/n1/artifacts/é🎉/b')
  assert.equal(await read(artifacts.read(copy)), '1/r1/artifacts/é🎉/b')
  assert.equal(await read(artifacts.read(await artifacts.find('2/n2/deeper/artifacts/y'))), '1/r2/artifacts/y')
  await artifacts.remove('1')
  assert.equal(await read(artifacts.read(copy)), '1/r1/artifacts/é🎉/b')
  await database.write((tables) => artifacts.copyFolders(tables, []))
})

databaseTest('hundreds of folders are copied at once', async (database, t) => {
  const { artifacts } = openLab(database, t)
  for (let at = 0; at < 3; at++) await artifacts.write(`from/${at}/x`, text(`${at}`))
  const pairs = Array.from({ length: 500 }, (_, at) => ({ from: `from/${at % 3}`, to: `to/${at}` }))
  await database.write((tables) => artifacts.copyFolders(tables, pairs))
  assert.equal((await artifacts.list('to')).length, 500)
  assert.equal(await read(artifacts.read(await artifacts.find('to/499/x'))), '1')
})

databaseTest('a folder of artifacts becomes a local folder, a file a local file of its name', async (database, t) => {
  const { artifacts } = openLab(database, t)
  await artifacts.write('1/run/artifacts/model/MLmodel', text('m'))
  await artifacts.write('1/run/artifacts/model/data/model.pkl', Readable.from([bytesOf(30_000)]))
  await artifacts.write('1/run/artifacts/model2/other', text('o'))
  const folder = await artifacts.materialise('1/run/artifacts/model')
  assert.deepEqual(filesOf(folder), { MLmodel: 'm', 'data/model.pkl': bytesOf(30_000).toString() })
  const file = await artifacts.materialise('1/run/artifacts/model/data/model.pkl')
  assert.equal(basename(file), 'model.pkl')
  assert.ok(readFileSync(file).equals(bytesOf(30_000)))
})

databaseTest('a broken upload leaves the earlier artifact in place', async (database, t) => {
  const { artifacts } = openLab(database, t)
  await artifacts.write('r/a', text('first'))
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('sec')
      throw new Error('connection reset')
    })(),
  )
  await assert.rejects(artifacts.write('r/a', broken), /connection reset/)
  assert.equal(await read(artifacts.read(await artifacts.find('r/a'))), 'first')
})

databaseTest('a large upload takes constant memory', async (database, t) => {
  const { artifacts } = openLab(database, t)
  const chunk = bytesOf(1 << 20)
  const before = process.memoryUsage.rss()
  let peak = before
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < 200; at++) {
      peak = Math.max(peak, process.memoryUsage.rss())
      yield chunk
    }
  }
  const artifact = await artifacts.write('r/large', Readable.from(chunks(), { objectMode: false }))
  assert.equal(artifact.sizeBytes, 200 << 20)
  assert.ok(peak - before < 60 << 20, `${(peak - before) >> 20} MiB more`)
})
