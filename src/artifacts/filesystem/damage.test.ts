import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { databaseTest } from '../../../test/database.test-support.ts'
import { bytesOf, filesOf, folderWith, openContentLab, refusal, type ContentLab } from '../content-lab.test-support.ts'
import type { Content } from '../content-store.ts'

const large = bytesOf(60_000)

function blobOf({ folder }: ContentLab, content: Pick<Content, 'digest'>): string {
  return join(folder, 'blobs', content.digest.slice(0, 2), content.digest.slice(2))
}

/** Changes bytes as somebody would who wants it unseen: same size, and the old times put back. */
function changeUnseen(path: string): void {
  const { mode } = statSync(path)
  const times = `${tmpdir()}/sluice-test-times-${process.pid}`
  // Node sets times to the microsecond only; touch copies all of them.
  execFileSync('touch', ['-r', path, times])
  const bytes = readFileSync(path)
  bytes[0] = bytes[0]! ^ 1
  chmodSync(path, 0o644)
  writeFileSync(path, bytes)
  chmodSync(path, mode)
  execFileSync('touch', ['-r', times, path])
  rmSync(times)
}

const harms: Readonly<Record<string, (path: string) => void>> = {
  'changed in place, with its time put back': changeUnseen,
  'cut short': (path) => {
    chmodSync(path, 0o644)
    truncateSync(path, 1000)
  },
  removed: (path) => unlinkSync(path),
  'replaced by a symlink to the same bytes': (path) => {
    renameSync(path, `${path}.aside`)
    symlinkSync(`${path}.aside`, path)
  },
  'replaced by another file': (path) => {
    writeFileSync(`${path}.new`, 'other bytes')
    renameSync(`${path}.new`, path)
  },
}

for (const [name, harm] of Object.entries(harms)) {
  databaseTest(
    `a stored file that was ${name} is dropped, and stored again when it comes again`,
    async (database, t) => {
      const lab = openContentLab(database, t)
      const { store } = lab
      const source = folderWith(t, { 'model.bin': large, 'small.txt': 's' })
      const content = await store.ingest(source)
      const file = await store.ingest(join(source, 'model.bin'))
      harm(blobOf(lab, file))
      assert.deepEqual(await store.verifyAll([content, file]), [false, false])
      await assert.rejects(store.materialise(content, { by: 'link', baseName: 'x' }), refusal('not-found'))
      await assert.rejects(store.read(file.digest).toArray(), refusal('not-found'))
      assert.deepEqual(await store.ingest(source), content)
      assert.deepEqual(await store.verifyAll([content, file]), [true, true])
      assert.deepEqual(filesOf(await store.materialise(content, { by: 'link', baseName: 'x' })), filesOf(source))
    },
  )
}

databaseTest('hardening 34: damage is found on the way out too, before anybody asked', async (database, t) => {
  const lab = openContentLab(database, t)
  const { store } = lab
  const target = join(lab.folder, '../copy')
  const source = folderWith(t, { 'model.bin': large })
  const uses: readonly ((content: Content) => Promise<unknown>)[] = [
    (content) => store.read(content.digest).toArray(),
    (content) => store.materialise(content, { by: 'link', baseName: 'x' }),
    (content) => store.materialise(content, { by: 'copy', target }),
  ]
  for (const use of uses) {
    const content = await store.ingest(join(source, 'model.bin'))
    await store.materialise(content, { by: 'link', baseName: 'x' })
    changeUnseen(blobOf(lab, content))
    await assert.rejects(use(content), refusal('not-found', /was changed after it was stored/))
    assert.equal(lstatSync(target, { throwIfNoEntry: false }), undefined)
  }
})

databaseTest(
  'hardening 34: a step that writes into its large input harms the store, and is found out',
  async (database, t) => {
    const { store } = openContentLab(database, t)
    const source = folderWith(t, { 'data.csv': large })
    const content = await store.ingest(source)
    const input = await store.materialise(content, { by: 'link', baseName: 'x' })
    changeUnseen(join(input, 'data.csv'))
    assert.equal(await store.verify(content), false)
  },
)

databaseTest('a touched file is read again and kept', async (database, t) => {
  const lab = openContentLab(database, t)
  const content = await lab.store.ingest(join(folderWith(t, { 'a.bin': large }), 'a.bin'))
  const blob = blobOf(lab, content)
  utimesSync(blob, 1, 1)
  assert.equal(await lab.store.verify(content), true)
  chmodSync(blob, 0o600)
  assert.equal(await lab.store.verify(content), true)
  linkSync(blob, join(lab.folder, 'another-link'))
  assert.equal(await (await lab.reopen()).verify(content), true)
})

databaseTest('a file that looks unharmed is believed without being read', async (database, t) => {
  const lab = openContentLab(database, t)
  const content = await lab.store.ingest(join(folderWith(t, { 'a.bin': large }), 'a.bin'))
  const blob = blobOf(lab, content)
  await lab.store.materialise(content, { by: 'link', baseName: 'a.bin' })
  changeUnseen(blob)
  const { ino, size, mtimeNs, ctimeNs } = lstatSync(blob, { bigint: true })
  const store = await lab.reopen()
  await database.write((tables) =>
    tables
      .withTables<{ content_object: { digest: string; signature: string } }>()
      .updateTable('content_object')
      .set({ signature: `${ino}:${size}:${mtimeNs}:${ctimeNs}` })
      .where('digest', '=', content.digest)
      .execute(),
  )
  assert.equal(await store.verify(content), true)
})

const copyHarms: Readonly<Record<string, (copy: string) => void>> = {
  'changed a small file': (copy) => changeUnseen(join(copy, 'small.txt')),
  'changed an executable': (copy) => changeUnseen(join(copy, 'run')),
  'removed a file': (copy) => unlinkSync(join(copy, 'sub/b.txt')),
  'removed a linked file': (copy) => unlinkSync(join(copy, 'large.bin')),
  'added a file': (copy) => writeFileSync(join(copy, 'sub/new.txt'), 'new'),
  'added a file at the top': (copy) => writeFileSync(join(copy, 'new.txt'), 'new'),
  'added a folder in an empty one': (copy) => mkdirSync(join(copy, 'empty/new')),
  'renamed a file': (copy) => renameSync(join(copy, 'small.txt'), join(copy, 'other.txt')),
  'swapped a folder for a symlink': (copy) => {
    renameSync(join(copy, 'sub'), `${copy}-sub`)
    symlinkSync(`${copy}-sub`, join(copy, 'sub'))
  },
  'swapped the linked file for another': (copy) => {
    writeFileSync(join(copy, 'sub/x'), bytesOf(60_000, 9))
    renameSync(join(copy, 'sub/x'), join(copy, 'large.bin'))
  },
  'made a file writable': (copy) => chmodSync(join(copy, 'small.txt'), 0o666),
  'removed everything': (copy) => rmSync(copy, { recursive: true }),
}

for (const [name, harm] of Object.entries(copyHarms)) {
  databaseTest(`after a step ${name} in its input folder, the next one gets it whole`, async (database, t) => {
    const lab = openContentLab(database, t)
    const source = folderWith(t, {
      'small.txt': 'small',
      'sub/b.txt': 'b',
      'empty/': '',
      '!run': bytesOf(20_000),
      'large.bin': large,
    })
    const content = await lab.store.ingest(source)
    const copy = await lab.store.materialise(content, { by: 'link', baseName: 'x' })
    // A step that runs as our user can give itself the right to write.
    for (const folder of ['', 'sub', 'empty']) chmodSync(join(copy, folder), 0o755)
    harm(copy)
    for (const folder of ['', 'sub', 'empty']) {
      if (lstatSync(join(copy, folder), { throwIfNoEntry: false })?.isDirectory()) chmodSync(join(copy, folder), 0o555)
    }
    const store = await lab.reopen()
    const again = await store.materialise(content, { by: 'link', baseName: 'x' })
    assert.equal(again, copy)
    assert.deepEqual(filesOf(again), filesOf(source))
    assert.equal(statSync(join(again, 'small.txt')).mode & 0o777, 0o444)
    assert.equal(await store.verify(content), true)
  })
}

databaseTest('an unharmed copy is used again, also after a restart', async (database, t) => {
  const lab = openContentLab(database, t)
  const content = await lab.store.ingest(folderWith(t, { 'a.txt': 'a', 'large.bin': large }))
  const first = await lab.store.materialise(content, { by: 'link', baseName: 'x' })
  const { ino } = statSync(first)
  // Another link to the same bytes changes their ctime, which must not read as damage.
  await lab.store.materialise(await lab.store.ingest(folderWith(t, { b: large })), { by: 'link', baseName: 'x' })
  const store = await lab.reopen()
  assert.equal(await store.materialise(content, { by: 'link', baseName: 'x' }), first)
  assert.equal(statSync(first).ino, ino)
})

databaseTest('clearing a harmed copy away removes nothing of anybody else', async (database, t) => {
  const { store } = openContentLab(database, t)
  const content = await store.ingest(folderWith(t, { 'sub/large.bin': large, 'a.txt': 'a' }))
  const copy = await store.materialise(content, { by: 'link', baseName: 'x' })
  const users = folderWith(t, { 'large.bin': large, 'other.txt': 'o' })
  for (const folder of ['', 'sub']) chmodSync(join(copy, folder), 0o755)
  rmSync(join(copy, 'sub'), { recursive: true })
  symlinkSync(users, join(copy, 'sub'))
  await store.materialise(content, { by: 'link', baseName: 'x' })
  assert.deepEqual(Object.keys(filesOf(users)), ['large.bin', 'other.txt'])
  renameSync(copy, `${copy}-aside`)
  chmodSync(users, 0o500)
  symlinkSync(users, copy)
  await store.materialise(content, { by: 'link', baseName: 'x' })
  assert.deepEqual(Object.keys(filesOf(users)), ['large.bin', 'other.txt'])
  assert.equal(statSync(users).mode & 0o777, 0o500)
  assert.ok(lstatSync(copy).isDirectory())
})

databaseTest('a sample reads the bytes themselves and names what is damaged', async (database, t) => {
  const lab = openContentLab(database, t)
  const folder = await lab.store.ingest(folderWith(t, { small: 's', large }))
  assert.deepEqual(await lab.store.checkSample(10), { checkedCount: 3, damaged: [] })
  assert.equal((await lab.store.checkSample(2)).checkedCount, 2)
  const [entry] = (await lab.store.tree(folder.digest)).filter((each) => each.path === 'large')
  assert.ok(entry?.kind === 'file')
  changeUnseen(blobOf(lab, entry))
  assert.deepEqual(await lab.store.checkSample(10), { checkedCount: 3, damaged: [entry.digest] })
  unlinkSync(blobOf(lab, entry))
  assert.deepEqual(await lab.store.checkSample(10), { checkedCount: 3, damaged: [entry.digest] })
})
