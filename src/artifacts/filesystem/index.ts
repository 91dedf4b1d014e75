import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import type { Content, ContentStore, Materialisation, TreeEntry } from '../content-store.ts'
import type { StatCache } from '../stat-cache.ts'
import { canonicalTree, serialiseTree } from '../tree.ts'
import { cachedFolders, type CachedFolders } from './cached-folders.ts'
import { checkSample } from './check-sample.ts'
import { contentObjects, notStored, type ContentObjects } from './content-objects.ts'
import { contentRows } from './content-rows.ts'
import { contentUse } from './content-use.ts'
import { folderStamps } from './folder-stamps.ts'
import { digestSource, ingest, scanSource, type Ingestion } from './ingest.ts'
import { linkedSources } from './linked-sources.ts'
import { buildTree, copyStoredFile, placeCopy, rowsOf } from './materialise.ts'
import { readObject } from './read-object.ts'
import { storageError, storeFolder } from './store-folder.ts'
import { storedTrees, verifyContents, type StoredContent, type StoredTrees } from './stored-trees.ts'
import { storeStream, storeTree } from './store-object.ts'
import { sweep } from './sweep.ts'
import { writeBatch } from './write-batch.ts'

/** Where the store lives. */
export interface FilesystemContentStoreOptions {
  /** The store's own folder, made if absent; best on the file system where steps write, so that links work. */
  readonly folder: string
  /** Holds the rows of everything stored, small files whole. */
  readonly database: Database
  readonly statCache: StatCache
  readonly clock: Clock
}

/**
 * Content in a folder of the local (or a shared) file system.
 *
 * What is stored: a row in `content_object` for every file and folder list. Bytes up to 16 KiB (lists: 1 MiB) are in
 * the row and durable with the database's group commit; larger ones lie at `blobs/ab/cdef...` (`trees/` for lists),
 * read-only, written under a temporary name, synced, renamed, their folder synced, and only then told of by a row.
 * Crash: a row without a file cannot be; a file without a row is not stored, and is replaced when its content comes
 * again; temporary files of dead processes are removed when a store opens.
 * Trust: a blob is believed while its stats (ctime included) are those of its row; then it is read again, and dropped
 * if its bytes changed. `cached/` holds read-only folders for steps, checked at every use (cached-folders.ts).
 */
export function filesystemContentStore(options: FilesystemContentStoreOptions): ContentStore {
  const { database, statCache, clock } = options
  const root = resolve(options.folder)
  const guard = guardOf(root)
  const use = contentUse(clock)
  const objects = contentObjects(contentRows({ database, clock, use }), storeFolder(root))
  const trees = storedTrees(objects)
  const stamps = folderStamps({ database, clock })
  const cached = cachedFolders(objects, stamps)
  const linked = linkedSources(objects)
  const ingestion: Ingestion = { objects, statCache, clock, linked }

  return {
    ingest: (path, ingestOptions = {}) => guard.later(() => ingest(ingestion, path, ingestOptions)),
    digest: (path, ingestOptions = {}) => guard.later(() => digestSource(ingestion, path, ingestOptions)),
    scan: (path, ingestOptions = {}) => guard.later(() => scanSource(ingestion, path, ingestOptions)),
    write: (stream, maxBytes = Infinity) =>
      guard.later(() => storeStream({ objects, batch: writeBatch(objects) }, stream, maxBytes)),
    writeTree: (entries) => guard.later(() => storeEntries(objects, entries)),
    read: (digest, range) =>
      Readable.from(guard.each(readObject(objects, digest, range)), { objectMode: false, highWaterMark: 256 * 1024 }),
    tree: (digest) => guard.later(() => trees.entries(digest)),
    describe: (content) => guard.later(() => describe({ objects, trees }, content)),
    materialise: (content, how) => guard.later(() => materialise({ objects, trees, cached }, content, how)),
    verify: (content) => guard.later(async () => (await verifyContents(objects, trees, [content]))[0] === true),
    verifyAll: (contents) => guard.later(() => verifyContents(objects, trees, contents)),
    checkSample: (count) => guard.later(() => checkSample(objects, { count, from: randomBytes(32).toString('hex') })),
    sweep: (sweepOptions) => guard.later(() => sweep({ objects, cached, use, clock }, sweepOptions)),
    discard: (path) => guard.later(() => linked.discard(path)),
    async close() {
      await objects.rows.flush()
      await stamps.flush()
      await statCache.flush()
    },
  }
}

async function storeEntries(objects: ContentObjects, entries: readonly TreeEntry[]): Promise<Content> {
  const canonical = canonicalTree(entries)
  await rowsOf(objects, canonical)
  return storeTree({ objects, batch: writeBatch(objects) }, canonical)
}

interface Shelves {
  readonly objects: ContentObjects
  readonly trees: StoredTrees
  readonly cached: CachedFolders
}

async function describe(
  { objects, trees }: Omit<Shelves, 'cached'>,
  { kind, digest }: StoredContent,
): Promise<Content> {
  if (kind === 'folder') return serialiseTree(await trees.entries(digest)).content
  const row = (await objects.rows.find('file', [digest])).get(digest)
  if (row === undefined) throw notStored('file', digest)
  return { kind, digest, sizeBytes: row.sizeBytes, fileCount: 1 }
}

async function materialise(
  { objects, trees, cached }: Shelves,
  { kind, digest }: StoredContent,
  how: Materialisation,
): Promise<string> {
  if (kind === 'folder') {
    const entries = await trees.entries(digest)
    if (how.by === 'link') return cached.path(digest, entries)
    const rows = await rowsOf(objects, entries)
    return placeCopy(resolve(how.target), (root) => buildTree(objects, entries, { root, rows, layout: 'copy' }))
  }
  const row = (await objects.rows.find('file', [digest])).get(digest)
  if (row === undefined) throw notStored('file', digest)
  if (how.by === 'copy')
    return copyStoredFile(objects, row, { target: resolve(how.target), isOurs: how.isOurs === true })
  const { baseName } = how
  if (baseName.includes('/')) throw new SluiceError('invalid-path', `${JSON.stringify(baseName)} is not a file name.`)
  // A file is handed out as the only file of a folder: one way of building and checking serves both.
  const entries = canonicalTree([{ path: baseName, kind: 'file', executable: false, sizeBytes: row.sizeBytes, digest }])
  return join(await cached.path(serialiseTree(entries).content.digest, entries), baseName)
}

/** Puts failures of the file system below the store (full, read-only, ...) into words. */
function guardOf(root: string) {
  const translate = (error: unknown): never => {
    throw storageError(error, root)
  }
  return {
    later: <Result>(work: () => Promise<Result>): Promise<Result> => Promise.resolve().then(work).catch(translate),
    async *each<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
      try {
        yield* items
      } catch (error) {
        translate(error)
      }
    },
  }
}
