import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { databaseTest } from '../../../test/database.test-support.ts'
import type { Clock } from '../../base/clock.ts'
import type { Digest } from '../../base/ids.ts'
import type { Database } from '../../database/database.ts'
import { bytesOf, filesOf, folderWith, refusal, temporaryFolder } from '../content-lab.test-support.ts'
import type { ContentStore, Swept } from '../content-store.ts'
import { databaseStatCache } from '../stat-cache.ts'
import { filesystemContentStore } from './index.ts'

interface Lab {
  readonly store: ContentStore
  readonly folder: string
  /** Puts the clock forward. */
  wait(ms: number): void
}

function openLab(database: Database, folder: string): Lab {
  let offsetMs = 0
  const clock: Clock = { now: () => Date.now() + offsetMs, after: () => () => undefined }
  const statCache = databaseStatCache({ database, clock })
  const store = filesystemContentStore({ folder, database, clock, statCache })
  return { store, folder, wait: (ms) => (offsetMs += ms) }
}

const hours = 3_600_000
const text = (bytes: string | Buffer): Readable => Readable.from([Buffer.from(bytes)])
const brief = ({ files, folders, strays }: Swept): readonly number[] => [files.count, folders.count, strays.count]
const sweepBut = (store: ContentStore, kept: readonly Digest[], isDryRun = false): Promise<Swept> =>
  store.sweep({ isReferred: (digest) => kept.includes(digest), isDryRun })

databaseTest('what nothing refers to goes, files in kept folders stay', async (database, t) => {
  const lab = openLab(database, join(temporaryFolder(t), 'content'))
  const { store } = lab
  const shared = bytesOf(50_000)
  const kept = await store.ingest(folderWith(t, { 'shared.bin': shared, 'small.txt': 'kept' }))
  const gone = await store.ingest(
    folderWith(t, { 'shared.bin': shared, 'own.bin': bytesOf(60_000, 2), 'own.txt': 'own' }),
  )
  const alone = await store.write(text('alone'))
  const copy = await store.materialise(gone, { by: 'link', baseName: 'x' })
  lab.wait(3 * hours)
  const dry = await sweepBut(store, [kept.digest], true)
  assert.deepEqual(brief(dry), [3, 1, 0])
  assert.equal(dry.files.sizeBytes, 60_000 + 3 + 5)
  assert.ok(existsSync(join(copy, 'own.bin')))
  assert.deepEqual(await sweepBut(store, [kept.digest]), dry)
  assert.equal(existsSync(copy), false)
  await assert.rejects(store.tree(gone.digest), refusal('not-found'))
  await assert.rejects(store.describe(alone), refusal('not-found'))
  assert.equal(await store.verify(kept), true)
  assert.deepEqual(filesOf(await store.materialise(kept, { by: 'link', baseName: 'x' }))['small.txt'], 'kept')
  assert.deepEqual(brief(await sweepBut(store, [kept.digest])), [0, 0, 0])
})

databaseTest('what was stored or looked at within the hour stays, whoever refers to it', async (database, t) => {
  const lab = openLab(database, join(temporaryFolder(t), 'content'))
  const { store } = lab
  const folder = await store.ingest(folderWith(t, { a: 'a', 'b.bin': bytesOf(20_000) }))
  const file = await store.write(text('file'))
  assert.deepEqual(brief(await sweepBut(store, [])), [0, 0, 0])
  lab.wait(2.5 * hours)
  // Reuse looks whether the outputs are still there; that must protect them until the job is stored.
  assert.equal(await store.verify(folder), true)
  assert.deepEqual(brief(await sweepBut(store, [])), [1, 0, 0])
  assert.equal(await store.verify(folder), true)
  assert.equal(await store.verify(file), false)
})

databaseTest('content that comes again while it is removed is there afterwards', async (database, t) => {
  const lab = openLab(database, join(temporaryFolder(t), 'content'))
  const { store } = lab
  const sources = Array.from({ length: 30 }, (_, index) =>
    index % 2 === 0 ? `small ${index}` : bytesOf(20_000, index),
  )
  const first = await Promise.all(sources.map((bytes) => store.write(text(bytes))))
  lab.wait(3 * hours)
  const swept = sweepBut(store, [])
  const again = await Promise.all(sources.map((bytes) => store.write(text(bytes))))
  await swept
  assert.deepEqual(
    again.map(({ digest }) => digest),
    first.map(({ digest }) => digest),
  )
  assert.deepEqual(
    await store.verifyAll(again),
    again.map(() => true),
  )
  for (const [index, { digest }] of again.entries()) {
    const read = Buffer.concat((await store.read(digest).toArray()) as Buffer[])
    assert.deepEqual(read, Buffer.from(sources[index]!))
  }
})

databaseTest('files of the store without a row go once nobody can be storing them', async (database, t) => {
  const folder = join(temporaryFolder(t), 'content')
  const { store, wait } = openLab(database, folder)
  const kept = await store.write(text(bytesOf(30_000)))
  const stray = join(folder, 'blobs', 'ab', 'c'.repeat(62))
  mkdirSync(join(folder, 'blobs', 'ab'), { recursive: true })
  writeFileSync(stray, 'half')
  utimesSync(stray, 0, 0)
  assert.deepEqual(brief(await sweepBut(store, [kept.digest])), [0, 0, 0])
  wait(3 * hours)
  assert.deepEqual((await sweepBut(store, [kept.digest])).strays, { count: 1, sizeBytes: 4 })
  assert.equal(existsSync(stray), false)
  assert.equal(readdirSync(join(folder, 'blobs')).length, 2)
  assert.equal(await store.verify(kept), true)
})
