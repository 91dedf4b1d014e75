import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Digest } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { bytesOf, folderWith, openContentLab } from './content-lab.test-support.ts'
import { databaseStatCache } from './stat-cache.ts'

type StatTables = { file_stat: { path: string; digest: string; recorded_ms: number } }

const made = 'f'.repeat(64)

async function rows(database: Database): Promise<readonly StatTables['file_stat'][]> {
  return database.read.withTables<StatTables>().selectFrom('file_stat').selectAll().orderBy('path').execute()
}

/** Makes the cache lie, so that a digest shows whether the file was read. */
async function forgeDigests(database: Database): Promise<void> {
  await database.write((tables) =>
    tables.withTables<StatTables>().updateTable('file_stat').set({ digest: made }).execute(),
  )
}

databaseTest(
  'an unchanged file is not read again, whatever its size and wherever the store was reopened',
  async (database, t) => {
    const lab = openContentLab(database, t)
    const root = folderWith(t, { 'small.txt': 's', 'sub/large.bin': bytesOf(50_000) })
    lab.letFilesSettle()
    await lab.store.digest(root)
    const store = await lab.reopen()
    await forgeDigests(database)
    assert.deepEqual(
      (await store.scan(root)).map((entry) => entry.kind === 'file' && entry.digest),
      [made, made],
    )
    assert.equal((await store.digest(join(root, 'small.txt'))).digest, made)
    assert.equal((await store.scan(join(root, 'sub')))[0]?.kind, 'file')
  },
)

databaseTest('content that was known but is gone from the store is read and stored again', async (database, t) => {
  const lab = openContentLab(database, t)
  const root = folderWith(t, { 'small.txt': 's', 'large.bin': bytesOf(50_000) })
  lab.letFilesSettle()
  await lab.store.digest(root)
  const content = await lab.store.ingest(root)
  assert.equal(await lab.store.verify(content), true)
})

const changes: Readonly<Record<string, (file: string) => void>> = {
  'other bytes of the same size': (file) => writeFileSync(file, 'B'),
  'other bytes and the old time put back': (file) => {
    // Node sets times to the microsecond only; touch copies all of them.
    execFileSync('touch', ['-r', file, `${file}.times`])
    writeFileSync(file, 'B')
    execFileSync('touch', ['-r', `${file}.times`, file])
  },
  'another file renamed over it': (file) => {
    writeFileSync(`${file}.new`, 'B')
    const { atime, mtime } = lstatSync(file)
    utimesSync(`${file}.new`, atime, mtime)
    renameSync(`${file}.new`, file)
  },
}

for (const [name, change] of Object.entries(changes)) {
  databaseTest(`a file is read again after ${name}`, async (database, t) => {
    const lab = openContentLab(database, t)
    const file = join(folderWith(t, { 'data.txt': 'A' }), 'data.txt')
    lab.letFilesSettle()
    const before = await lab.store.digest(file)
    change(file)
    assert.notEqual((await lab.store.digest(file)).digest, before.digest)
  })
}

databaseTest(
  'a file written just before it was read is read again: a later write could look the same',
  async (database, t) => {
    const lab = openContentLab(database, t)
    const root = folderWith(t, { 'data.txt': 'A' })
    await lab.store.ingest(root)
    await lab.store.close()
    assert.deepEqual(await rows(database), [])
    lab.letFilesSettle()
    await lab.store.ingest(root)
    await lab.store.close()
    assert.equal((await rows(database)).length, 1)
  },
)

databaseTest('where times are whole seconds, files need longer to settle', async (database, t) => {
  const { clock, folder } = openContentLab(database, t)
  const cache = databaseStatCache({ database, clock })
  const stats = lstatSync(folder, { bigint: true })
  const at = (seconds: bigint, ns: bigint) => ({
    ...stats,
    mtimeMs: seconds * 1000n + ns / 1_000_000n,
    ctimeMs: seconds * 1000n + ns / 1_000_000n,
    mtimeNs: seconds * 1_000_000_000n + ns,
    ctimeNs: seconds * 1_000_000_000n + ns,
  })
  const digest = 'a'.repeat(64) as Digest
  const cases = [
    ['/fine-early', at(100n, 5_000_000n), 100_050, false],
    ['/fine-late', at(100n, 5_000_000n), 100_150, true],
    ['/coarse-early', at(100n, 0n), 102_000, false],
    ['/coarse-late', at(100n, 0n), 103_000, true],
    ['/future', at(200n, 5_000_000n), 100_000, false],
  ] as const
  for (const [path, fileStats, startedMs, isKept] of cases) {
    const known = await cache.load(path)
    known.record(path, fileStats, { digest, startedMs })
    assert.equal(known.find(path, fileStats), isKept ? digest : undefined, path)
  }
})

databaseTest('what a step wrote is not remembered: nobody reads it there again', async (database, t) => {
  const lab = openContentLab(database, t)
  const root = folderWith(t, { 'small.txt': 's', 'large.bin': bytesOf(50_000) })
  lab.letFilesSettle()
  await lab.store.ingest(root, { by: 'link' })
  await lab.store.close()
  assert.deepEqual(await rows(database), [])
})

databaseTest('the executable bit is seen although the bytes are not read', async (database, t) => {
  const lab = openContentLab(database, t)
  const root = folderWith(t, { run: '#!' })
  lab.letFilesSettle()
  const before = await lab.store.digest(root)
  chmodSync(join(root, 'run'), 0o755)
  assert.notEqual((await lab.store.digest(root)).digest, before.digest)
})

databaseTest('rows in use are kept young, others are dropped after three months', async (database, t) => {
  const lab = openContentLab(database, t)
  const root = folderWith(t, { 'used.txt': 'u', 'unused.txt': 'n', 'later.txt': 'l' })
  lab.letFilesSettle()
  await lab.store.digest(root)
  await lab.store.close()
  const age = async (file: string, days: number): Promise<void> => {
    const recorded_ms = lab.clock.now() - days * 24 * 3_600_000
    await database.write((tables) =>
      tables
        .withTables<StatTables>()
        .updateTable('file_stat')
        .set({ recorded_ms })
        .where('path', '=', join(root, file))
        .execute(),
    )
  }
  await age('used.txt', 100)
  await age('unused.txt', 100)
  await age('later.txt', 20)
  const store = await lab.reopen()
  await store.digest(join(root, 'used.txt'))
  await store.close()
  const kept = await rows(database)
  assert.deepEqual(
    kept.map((row) => row.path),
    [join(root, 'later.txt'), join(root, 'used.txt')],
  )
  assert.ok(lab.clock.now() - kept[1]!.recorded_ms < 60_000)
})

databaseTest("a folder's files are told from those of its siblings", async (database, t) => {
  const lab = openContentLab(database, t)
  const root = folderWith(t, { 'a/x': '1', 'a-b/x': '2', 'a/deep/er/x': '3', 'a0/x': '4' })
  lab.letFilesSettle()
  await lab.store.digest(root)
  await lab.store.close()
  const cache = databaseStatCache({ database, clock: lab.clock })
  const known = await cache.load(join(root, 'a'))
  const isKnown = (file: string): boolean =>
    known.find(join(root, file), lstatSync(join(root, file), { bigint: true })) !== undefined
  assert.deepEqual(['a/x', 'a/deep/er/x', 'a-b/x', 'a0/x'].map(isKnown), [true, true, false, false])
})

/** Bytes that this process has asked the kernel for. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))![1])
}

databaseTest('an unchanged folder costs a stat per file: the kernel counts no byte of it', async (database, t) => {
  if (process.platform !== 'linux') return t.skip('only Linux counts')
  const lab = openContentLab(database, t)
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.bin`, bytesOf(200_000, index)]))
  const folder = folderWith(t, files)
  lab.letFilesSettle()
  const before = bytesRead()
  const first = await lab.store.ingest(folder)
  const readFirst = bytesRead() - before
  assert.ok(readFirst >= 60 * 200_000, String(readFirst))
  const between = bytesRead()
  assert.deepEqual(await lab.store.ingest(folder), first)
  assert.deepEqual(await lab.store.digest(folder), first)
  const readAgain = bytesRead() - between
  // What the database reads is a small fraction of one of the files.
  assert.ok(readAgain < 60 * 200_000 * 0.1, String(readAgain))
})
