import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import type { Digest } from '../../base/ids.ts'
import { mapLimit } from '../../base/map-limit.ts'
import { openDatabase } from '../../database/open-database.ts'
import { sqliteConnection } from '../../database/sqlite/index.ts'
import { bytesOf, filesOf, folderWith, temporaryFolder } from '../content-lab.test-support.ts'
import type { Content, ContentStore } from '../content-store.ts'
import { databaseStatCache } from '../stat-cache.ts'
import { filesystemContentStore } from './index.ts'

const child = join(import.meta.dirname, 'crash-child.test-support.ts')
const files = {
  'data/a.txt': 'a',
  'data/large.bin': bytesOf(40_000, 1),
  'output/metrics.json': '{}',
  'output/model.bin': bytesOf(40_000, 2),
  '!output/tool': bytesOf(20_000, 3),
}

interface Crash {
  readonly signal: NodeJS.Signals | null
  readonly lines: readonly string[]
  readonly folder: string
}

/** Runs the child on a store of its own until it kills itself at the given point (never for 0). */
async function crashAt(t: TestContext, source: string, killAt: number): Promise<Crash> {
  const folder = temporaryFolder(t)
  cpSync(join(source, 'output'), join(folder, 'output'), { recursive: true })
  const running = spawn(process.execPath, [child, folder, source, String(killAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Half of the child's time would go into compiling the same files again.
    env: { ...process.env, NODE_COMPILE_CACHE: join(source, '../compiled') },
  })
  const ended = once(running, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const stdout = Buffer.concat((await running.stdout.toArray()) as Buffer[]).toString()
  const [, signal] = await ended
  return { signal, lines: stdout.split('\n').filter((line) => line !== ''), folder }
}

async function withStore(folder: string, work: (store: ContentStore, digests: readonly StoredRow[]) => Promise<void>) {
  const database = await openDatabase({
    connect: async () => sqliteConnection(join(folder, 'database')),
    migrationsFolder: join(import.meta.dirname, '../../database/migrations'),
  })
  const clock = { now: () => Date.now(), after: () => () => undefined }
  const statCache = databaseStatCache({ database, clock })
  const store = filesystemContentStore({ folder: join(folder, 'content'), database, statCache, clock })
  const rows = await database.read
    .withTables<{ content_object: StoredRow }>()
    .selectFrom('content_object')
    .select(['kind', 'digest'])
    .execute()
  await work(store, rows)
  await store.close()
  await database.close()
}

type StoredRow = { kind: 'file' | 'folder'; digest: Digest }

test('killed at any point between two changes on disk, the store holds what it acknowledged and nothing broken', async (t) => {
  const source = folderWith(t, files)
  const whole = await crashAt(t, source, 0)
  const points = Number(whole.lines.at(-1))
  const expected = whole.lines.slice(0, -1).map((line) => JSON.parse(line) as Content)
  assert.equal(expected.length, 3)
  assert.ok(points > 30, `${points} points`)
  assert.equal(existsSync(join(whole.folder, 'output')), false)

  const killPoints = Array.from({ length: points }, (_, index) => index + 1)
  await mapLimit(killPoints, 2, async (killAt) => {
    const { signal, lines, folder } = await crashAt(t, source, killAt)
    assert.equal(signal, 'SIGKILL', `point ${killAt} was never reached`)
    const acknowledged = lines.map((line) => JSON.parse(line) as Content)
    assert.deepEqual(acknowledged, expected.slice(0, acknowledged.length))
    await withStore(folder, async (store, rows) => {
      const at = `killed at point ${killAt} of ${points}`
      // A folder's row comes last, so there is none whose files are missing.
      assert.ok((await store.verifyAll(rows)).every(Boolean), `a broken row, ${at}`)
      assert.ok((await store.verifyAll(acknowledged)).every(Boolean), `lost what was acknowledged, ${at}`)
      const [own, ...others] = readdirSync(join(folder, 'content/tmp'))
      assert.deepEqual([others, readdirSync(join(folder, 'content/tmp', own!))], [[], []], `leftovers, ${at}`)
      // Going on after the crash gives what an undisturbed run gives.
      if (acknowledged.length > 1) {
        // Stored already, and perhaps half thrown away.
        rmSync(join(folder, 'output'), { recursive: true, force: true })
        cpSync(join(source, 'output'), join(folder, 'output'), { recursive: true })
      }
      const again = [
        await store.ingest(join(source, 'data')),
        await store.ingest(join(folder, 'output'), { by: 'link' }),
        await store.write(Readable.from([Buffer.alloc(30_000, 'streamed')])),
      ]
      assert.deepEqual(again, expected, at)
      const copy = await store.materialise(again[1]!, { by: 'link', baseName: 'x' })
      assert.deepEqual(filesOf(copy), filesOf(join(source, 'output')), at)
      assert.ok((await store.verifyAll(again)).every(Boolean), at)
    })
  })
})

test('a write that fails half-way (a full disk, a quota) says so, leaves nothing behind, and can be repeated', async (t) => {
  const huge = { 'data/a.txt': 'a', 'data/huge.bin': bytesOf(6_000_000), 'output/small.txt': 's' }
  const source = folderWith(t, huge)
  const folder = temporaryFolder(t)
  // Files of this shell's children end at 4 MiB; the write that would pass it fails with EFBIG.
  const script = `ulimit -f 4096; exec "$0" "$@"`
  const limited = spawnSync('bash', ['-c', script, process.execPath, child, folder, source, '0'], { encoding: 'utf8' })
  assert.match(limited.stderr, /SluiceError: Content could not be written or read \(EFBIG/)
  assert.match(limited.stderr, /code: 'store-unavailable'/)
  assert.deepEqual([limited.status, limited.stdout], [1, ''])
  const leftOver = readdirSync(join(folder, 'content'), { recursive: true, withFileTypes: true })
  assert.deepEqual(
    leftOver.filter((entry) => entry.isFile()),
    [],
  )
  await withStore(folder, async (store, rows) => {
    assert.deepEqual(rows, [])
    const content = await store.ingest(join(source, 'data'))
    assert.equal(await store.verify(content), true)
  })
})
