import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openSqlite } from '../../test/database.test-support.ts'
import {
  filesOf,
  folderWith,
  openContentLab,
  refusal,
  temporaryFolder,
  type ContentLab,
  type Files,
} from '../artifacts/content-lab.test-support.ts'
import { snapshotCode } from './code-snapshot.ts'

async function openLab(t: TestContext): Promise<ContentLab> {
  return openContentLab(await openSqlite(t), t)
}

/** The files of a snapshot; also checks that looking without storing gives the same content. */
async function snapshotOf(
  t: TestContext,
  code: { readonly path?: string; readonly additionalIncludes?: readonly string[] },
): Promise<Record<string, string>> {
  const { store } = await openLab(t)
  const wanted = { ...code, additionalIncludes: code.additionalIncludes ?? [] }
  const looked = await snapshotCode(store, { ...wanted, store: false })
  assert.equal(await store.verify(looked), false)
  const stored = await snapshotCode(store, { ...wanted, store: true })
  assert.deepEqual(looked, stored)
  return filesOf(await store.materialise(stored, { by: 'copy', target: join(temporaryFolder(t), 'copy') }))
}

async function namesIn(t: TestContext, files: Files): Promise<readonly string[]> {
  return Object.keys(await snapshotOf(t, { path: folderWith(t, files) })).filter((name) => !/\.\w+ignore$/.test(name))
}

test('a code folder is taken whole, but for repository data and bytecode', async (t) => {
  const files = { 'train.py': 't', '!run.sh': '#!', 'pkg/mod.py': 'm', '.env.example': 'e', 'empty/': '' }
  const noise = {
    '.git/HEAD': 'ref',
    '__pycache__/x.pyc': 'b',
    'pkg/__pycache__/mod.pyc': 'b',
    'pkg/.git': 'gitdir: x',
  }
  assert.deepEqual(await snapshotOf(t, { path: folderWith(t, { ...files, ...noise }) }), files)
})

test('a .gitignore is honoured, those of inner folders too', async (t) => {
  const names = await namesIn(t, {
    '.gitignore': 'data/\n*.log\n!keep.log\n/only-here',
    'train.py': '',
    'a.log': '',
    'keep.log': '',
    'data/x.csv': '',
    'only-here': '',
    'sub/only-here': '',
    'sub/.gitignore': '*.csv\n!a.log',
    'sub/x.csv': '',
    'sub/a.log': '',
    'sub/deep/y.csv': '',
    '.venv/.gitignore': '*',
    '.venv/bin/python': '',
  })
  assert.deepEqual(names, ['keep.log', 'sub/a.log', 'sub/only-here', 'train.py'])
})

test('an .amlignore wins over .gitignore', async (t) => {
  const names = await namesIn(t, {
    '.gitignore': 'model.pkl\n',
    '.amlignore': 'notes/\n',
    'model.pkl': '',
    'notes/n.md': '',
    'sub/.gitignore': '*',
    'sub/kept.py': '',
    'sub/.amlignore': 'x.py',
    'sub/x.py': '',
  })
  assert.deepEqual(names, ['model.pkl', 'sub/kept.py'])
})

test('without one at the root, an inner .amlignore wins in its own folder', async (t) => {
  const names = await namesIn(t, {
    '.gitignore': '*.log',
    'sub/.gitignore': 'a.py',
    'sub/.amlignore': 'b.py',
    'sub/a.py': '',
    'sub/b.py': '',
    'sub/c.log': '',
  })
  assert.deepEqual(names, ['sub/a.py'])
})

test('nothing inside an ignored folder can be kept', async (t) => {
  const names = await namesIn(t, {
    '.gitignore': 'out/\n!out/keep.txt',
    'out/keep.txt': '',
    'out/.gitignore': '!*',
    'a.py': '',
  })
  assert.deepEqual(names, ['a.py'])
})

test('a folder that comes and goes with ignored files does not change the snapshot', async (t) => {
  const { store } = await openLab(t)
  const path = folderWith(t, { '.gitignore': '*.log', 'train.py': '' })
  const before = await snapshotCode(store, { path, additionalIncludes: [], store: true })
  mkdirSync(join(path, 'logs'))
  writeFileSync(join(path, 'logs/1.log'), 'x')
  mkdirSync(join(path, '__pycache__'))
  assert.deepEqual(await snapshotCode(store, { path, additionalIncludes: [], store: true }), before)
})

test('ignored symlinks and special names harm nothing; other symlinks inside are followed', async (t) => {
  const path = folderWith(t, { '.gitignore': 'to-data\n', 'real.py': 'r', 'pkg/a.py': 'a' })
  symlinkSync('/etc', join(path, 'to-data'))
  symlinkSync('real.py', join(path, 'linked.py'))
  symlinkSync('pkg', join(path, 'linked'))
  assert.deepEqual(Object.keys(await snapshotOf(t, { path })), [
    '.gitignore',
    'linked/a.py',
    'linked.py',
    'pkg/a.py',
    'real.py',
  ])
  symlinkSync('/etc/passwd', join(path, 'secret'))
  await assert.rejects(snapshotOf(t, { path }), refusal('invalid-path', /secret is a symbolic link out of its folder/))
})

test('a single file is a snapshot of one file', async (t) => {
  const root = folderWith(t, { '!train.py': 'print(1)', 'other.py': 'x', '.gitignore': '*' })
  assert.deepEqual(await snapshotOf(t, { path: join(root, 'train.py') }), { '!train.py': 'print(1)' })
})

test('additional includes join at the root by their base names, each with its own ignore file', async (t) => {
  const root = folderWith(t, {
    'src/train.py': 't',
    'src/.gitignore': '*.csv',
    'lib/util/a.py': 'a',
    'lib/util/a.log': 'l',
    'lib/util/.gitignore': '*.log',
    'shared/settings.yml': 's',
    'hollow/': '',
  })
  const additionalIncludes = ['lib/util', 'shared/settings.yml', 'hollow/'].map((path) => join(root, path))
  const expected = {
    '.gitignore': '*.csv',
    'hollow/': '',
    'settings.yml': 's',
    'train.py': 't',
    'util/.gitignore': '*.log',
    'util/a.py': 'a',
  }
  assert.deepEqual(await snapshotOf(t, { path: join(root, 'src'), additionalIncludes }), expected)
  const { 'train.py': _, '.gitignore': __, ...withoutCode } = expected
  assert.deepEqual(await snapshotOf(t, { additionalIncludes }), withoutCode)
  const file = join(root, 'src/train.py')
  assert.deepEqual(await snapshotOf(t, { path: file, additionalIncludes }), { ...withoutCode, 'train.py': 't' })
})

test('an include may not take a name of the code, nor two includes one file; their folders are merged', async (t) => {
  const root = folderWith(t, {
    'src/util/x.py': 'x',
    'one/util/a.py': 'a',
    'one/util/same.py': 's',
    'two/util/b.py': 'b',
    'two/util/same.py': 's',
    'three/util/a.py': 'other',
    'four/util': 'a file',
  })
  const include = (...names: readonly string[]): readonly string[] => names.map((name) => join(root, name, 'util'))
  await assert.rejects(
    snapshotOf(t, { path: join(root, 'src'), additionalIncludes: include('one') }),
    refusal('invalid-document', /one\/util meets "util" of the code itself/),
  )
  assert.deepEqual(await snapshotOf(t, { additionalIncludes: include('one', 'two') }), {
    'util/a.py': 'a',
    'util/b.py': 'b',
    'util/same.py': 's',
  })
  await assert.rejects(
    snapshotOf(t, { additionalIncludes: include('one', 'three') }),
    refusal('invalid-document', /different "util\/a\.py"/),
  )
  await assert.rejects(snapshotOf(t, { additionalIncludes: include('four', 'one') }), refusal('invalid-path', /"util"/))
  await assert.rejects(snapshotOf(t, { additionalIncludes: ['/'] }), refusal('invalid-document', /no name/))
})

test('a path that is not there is named', async (t) => {
  const root = folderWith(t, { 'src/a.py': 'a', 'lib/b.py': 'b' })
  const [path, missing] = [join(root, 'src'), join(root, 'gone')]
  await assert.rejects(snapshotOf(t, { path: missing }), refusal('not-found', /gone does not exist/))
  await assert.rejects(
    snapshotOf(t, { path, additionalIncludes: [missing] }),
    refusal('not-found', /gone does not exist/),
  )
  await assert.rejects(
    snapshotOf(t, { path, additionalIncludes: [join(root, 'lib.zip')] }),
    refusal('not-supported', /lib\.zip does not exist; zipping/),
  )
})

test('unchanged code is not read again', async (t) => {
  const lab = await openLab(t)
  const code = { path: folderWith(t, { 'a.py': 'a', 'b/c.py': 'c' }), additionalIncludes: [], store: false }
  lab.letFilesSettle()
  const before = await snapshotCode(lab.store, code)
  const store = await lab.reopen()
  const digest = 'f'.repeat(64)
  // A forged cache shows by its lie that the files were not looked into.
  await lab.database.write((tables) =>
    tables.withTables<{ file_stat: { digest: string } }>().updateTable('file_stat').set({ digest }).execute(),
  )
  assert.notEqual((await snapshotCode(store, code)).digest, before.digest)
})
