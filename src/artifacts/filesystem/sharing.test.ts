import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { databaseTest, openSqlite } from '../../../test/database.test-support.ts'
import { test } from 'node:test'
import {
  bytesOf,
  filesOf,
  folderWith,
  openContentLab,
  refusal,
  temporaryFolder,
  type ContentLab,
} from '../content-lab.test-support.ts'
import type { Content } from '../content-store.ts'
import { databaseStatCache, signatureOf } from '../stat-cache.ts'
import { filesystemContentStore } from './index.ts'

const large = bytesOf(60_000)

function blobOf({ folder }: ContentLab, content: Pick<Content, 'digest'>): string {
  return join(folder, 'blobs', content.digest.slice(0, 2), content.digest.slice(2))
}

async function recordedSignature({ database }: ContentLab, { digest }: Content): Promise<string | null> {
  const row = await database.read
    .withTables<{ content_object: { digest: string; kind: string; signature: string | null } }>()
    .selectFrom('content_object')
    .select('signature')
    .where('digest', '=', digest)
    .where('kind', '=', 'file')
    .executeTakeFirstOrThrow()
  return row.signature
}

test('bytes of a step are taken over by link and handed out by link: one inode from end to end', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const output = folderWith(t, { 'model.bin': large })
  const { ino } = statSync(join(output, 'model.bin'))
  const content = await lab.store.ingest(output, { by: 'link' })
  const file = await lab.store.ingest(join(output, 'model.bin'), { by: 'link' })
  assert.equal(statSync(blobOf(lab, file)).ino, ino)
  assert.equal(statSync(blobOf(lab, file)).mode & 0o777, 0o444)
  const copy = await lab.store.materialise(content, { by: 'link', baseName: 'x' })
  assert.equal(statSync(join(copy, 'model.bin')).ino, ino)
})

test('a file of the user is copied: writing to it later changes nothing that is stored', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const source = folderWith(t, { 'data.csv': large })
  const content = await lab.store.ingest(source)
  writeFileSync(join(source, 'data.csv'), 'new data')
  assert.equal(statSync(join(source, 'data.csv')).mode & 0o777, 0o644)
  assert.equal(await lab.store.verify(content), true)
})

test('a step cannot hand over a file that has other links: their owner could go on writing', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const users = folderWith(t, { 'data.csv': large })
  const output = folderWith(t, {})
  linkSync(join(users, 'data.csv'), join(output, 'data.csv'))
  const content = await lab.store.ingest(output, { by: 'link' })
  assert.equal(statSync(join(users, 'data.csv')).mode & 0o777, 0o644)
  writeFileSync(join(users, 'data.csv'), 'new data')
  assert.equal(await lab.store.verify(content), true)
})

databaseTest('throwing away linked output leaves the blob trusted without another reading', async (database, t) => {
  const lab = openContentLab(database, t)
  const output = folderWith(t, { 'model.bin': large, 'copy-of-it.bin': large })
  const file = await lab.store.ingest(join(output, 'model.bin'), { by: 'link' })
  await lab.store.ingest(output, { by: 'link' })
  await lab.store.discard(output)
  await lab.store.close()
  assert.equal(await recordedSignature(lab, file), signatureOf(lstatSync(blobOf(lab, file), { bigint: true })))
})

databaseTest('rebuilding a damaged copy leaves its blobs trusted without another reading', async (database, t) => {
  const lab = openContentLab(database, t)
  const source = folderWith(t, { 'model.bin': large, 'again.bin': large, 'a.txt': 'a' })
  const content = await lab.store.ingest(source)
  const file = await lab.store.ingest(join(source, 'model.bin'))
  const copy = await lab.store.materialise(content, { by: 'link', baseName: 'x' })
  chmodSync(copy, 0o755)
  rmSync(join(copy, 'a.txt'))
  await lab.store.materialise(content, { by: 'link', baseName: 'x' })
  await lab.store.close()
  assert.equal(await recordedSignature(lab, file), signatureOf(lstatSync(blobOf(lab, file), { bigint: true })))
})

test('small files cost no file at all, large ones one, however often they come', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  for (let round = 0; round < 3; round++) {
    await lab.store.ingest(folderWith(t, { 'a.txt': 'a', 'b.bin': large, 'c.bin': large }))
    await lab.store.ingest(folderWith(t, { 'd.bin': large }), { by: 'link' })
  }
  const blobs = readdirSync(join(lab.folder, 'blobs'), { recursive: true }).filter((name) => name.length > 2)
  assert.deepEqual(blobs.length, 1)
  const temporary = readdirSync(join(lab.folder, 'tmp'))
  assert.deepEqual(readdirSync(join(lab.folder, 'tmp', temporary[0]!)), [])
})

test('a list too long for a row is kept as a file, and looked after like one', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const { digest } = await lab.store.ingest(join(folderWith(t, { a: 'a' }), 'a'))
  const entries = Array.from({ length: 12_000 }, (_, at) => ({
    path: `some-rather-long-folder-name/${at}`,
    kind: 'file' as const,
    executable: false,
    sizeBytes: 1,
    digest,
  }))
  const folder = await lab.store.writeTree(entries)
  const list = join(lab.folder, 'trees', folder.digest.slice(0, 2), `${folder.digest.slice(2)}.json`)
  assert.ok(statSync(list).size > 1024 * 1024)
  assert.equal((await lab.store.tree(folder.digest)).length, 12_000)
  assert.equal(await lab.store.verify(folder), true)
  chmodSync(list, 0o644)
  writeFileSync(list, readFileSync(list, 'utf8').replace('some-rather', 'some-others'))
  assert.equal(await lab.store.verify(folder), false)
  await assert.rejects(lab.store.tree(folder.digest), refusal('not-found'))
  assert.deepEqual(await lab.store.writeTree(entries), folder)
  assert.equal(await lab.store.verify(folder), true)
})

/** `ignore` is asked between our look at a folder and the opening of what is in it: a fixed point to swap things at. */
test('a file swapped for a symlink between look and open is not followed', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  for (const [size, by] of [
    [10, 'copy'],
    [10, 'link'],
    [60_000, 'copy'],
    [60_000, 'link'],
  ] as const) {
    const secret = join(folderWith(t, { secret: bytesOf(size, 5) }), 'secret')
    const output = folderWith(t, { 'result.bin': bytesOf(size, 6) })
    const swap = (path: string): boolean => {
      rmSync(join(output, path))
      symlinkSync(secret, join(output, path))
      return false
    }
    await assert.rejects(
      lab.store.ingest(output, { by, ignore: swap }),
      refusal('invalid-path', /result\.bin is a symbolic link/),
    )
    assert.equal(await lab.store.verify(await lab.store.digest(secret)), false)
  }
})

test('a folder swapped for a symlink between look and open is not followed', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const outside = folderWith(t, { 'result.bin': 'secret' })
  const output = folderWith(t, { 'sub/result.bin': 'mine' })
  const swap = (path: string): boolean => {
    if (path === 'sub') {
      renameSync(join(output, 'sub'), join(output, '../aside'))
      symlinkSync(outside, join(output, 'sub'))
    }
    return false
  }
  await assert.rejects(lab.store.ingest(output, { by: 'link', ignore: swap }), refusal('invalid-path', /sub is a symb/))
})

test(
  'a folder swapped while we are in it gives what was in it, not what is there now',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    const lab = openContentLab(await openSqlite(t), t)
    for (const size of [10, 60_000]) {
      const outside = folderWith(t, { 'result.bin': bytesOf(size, 7) })
      const output = folderWith(t, { 'sub/result.bin': bytesOf(size, 8) })
      const swap = (path: string): boolean => {
        if (path === 'sub/result.bin') {
          renameSync(join(output, 'sub'), join(output, '../aside'))
          symlinkSync(outside, join(output, 'sub'))
        }
        return false
      }
      const content = await lab.store.ingest(output, { by: 'link', ignore: swap })
      const copy = await lab.store.materialise(content, { by: 'link', baseName: 'x' })
      assert.ok(readFileSync(join(copy, 'sub/result.bin')).equals(bytesOf(size, 8)))
    }
  },
)

test('a file swapped for a pipe between look and open does not make us wait', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const output = folderWith(t, { 'result.bin': 'mine' })
  const swap = (path: string): boolean => {
    rmSync(join(output, path))
    execFileSync('mkfifo', [join(output, path)])
    return false
  }
  await assert.rejects(lab.store.ingest(output, { ignore: swap }), refusal('invalid-path', /result\.bin is a special/))
})

test('temporary files of dead processes go when a store opens, those of living ones stay', async (t) => {
  const database = await openSqlite(t)
  const lab = openContentLab(database, t)
  const dead = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString())
  for (const pid of [dead, process.ppid, process.pid]) {
    const leftOver = join(lab.folder, 'tmp', `${hostname()}.${pid}.00000000`)
    mkdirSync(join(leftOver, 'half/built'), { recursive: true })
    chmodSync(join(leftOver, 'half'), 0o555)
  }
  mkdirSync(join(lab.folder, 'tmp', 'elsewhere.1.00000000'))
  const own = readdirSync(join(lab.folder, 'tmp')).filter((name) => !/\.0{8}$/.test(name))
  await lab.reopen()
  assert.deepEqual(
    readdirSync(join(lab.folder, 'tmp')).sort(),
    [...own, `${hostname()}.${process.ppid}.00000000`, 'elsewhere.1.00000000'].sort(),
  )
})

test('depth has a limit, and reaching it harms nothing', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const source = temporaryFolder(t)
  let folder = source
  for (let depth = 0; depth < 300; depth++) folder = join(folder, 'd')
  mkdirSync(folder, { recursive: true })
  await assert.rejects(lab.store.ingest(source), refusal('invalid-path', /nested deeper than 256 folders/))
  const shallow = folderWith(t, { [`${'d/'.repeat(250)}x`]: 'x' })
  const content = await lab.store.ingest(shallow)
  const copy = await lab.store.materialise(content, { by: 'link', baseName: 'x' })
  assert.deepEqual(filesOf(copy), filesOf(shallow))
})

test('a folder that cannot be used as a store says why', async (t) => {
  const database = await openSqlite(t)
  const file = join(folderWith(t, { file: 'x' }), 'file')
  const clock = { now: () => 0, after: () => () => undefined }
  const statCache = databaseStatCache({ database, clock })
  assert.throws(
    () => filesystemContentStore({ folder: file, database, statCache, clock }),
    refusal('store-unavailable', /The content folder .*file cannot be opened \(ENOTDIR|EEXIST/),
  )
})
