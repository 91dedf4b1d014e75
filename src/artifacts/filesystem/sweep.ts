import { lstatSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Digest } from '../../base/ids.ts'
import type { Swept, SweepOptions } from '../content-store.ts'
import { parseTree } from '../tree.ts'
import type { CachedFolders } from './cached-folders.ts'
import { type ContentObjects, unlinkIfThere } from './content-objects.ts'
import type { ContentKind, ContentRow } from './content-rows.ts'
import type { ContentUse } from './content-use.ts'
import { pacer } from './pacer.ts'

/** What a sweep works on. */
export interface Sweeping {
  readonly objects: ContentObjects
  readonly cached: CachedFolders
  readonly use: ContentUse
  readonly clock: Clock
}

const batchSize = 200
/** A file without a row may be one that is being stored: its row comes last. */
const strayAfterMs = 3_600_000

/**
 * Removes what nothing refers to (see `ContentStore.sweep`): first lists of folders, then files that no remaining list
 * names, then files of the store that have no row. Rows go before files, so a crash in between leaves files without
 * rows, which are never looked at and go with the next sweep.
 */
export async function sweep(sweeping: Sweeping, { isReferred, isDryRun }: SweepOptions): Promise<Swept> {
  const result = { files: none(), folders: none(), strays: none() }
  const keptLists: ContentRow[] = []
  const unusedLists: ContentRow[] = []
  for await (const row of sweeping.objects.rows.all('folder')) {
    const isKept = isReferred(row.digest) || sweeping.use.isRecent('folder', row.digest)
    ;(isKept ? keptLists : unusedLists).push(row)
  }
  if (isDryRun) for (const row of unusedLists) count(result.folders, row.sizeBytes)
  else await removeAll(sweeping, unusedLists, { kind: 'folder', counted: result.folders })
  // What was touched meanwhile has stayed, and keeps its files.
  const remaining = isDryRun ? keptLists : await listsNow(sweeping)
  const named = await namedFiles(sweeping, remaining)
  const unusedFiles: ContentRow[] = []
  for await (const row of sweeping.objects.rows.all('file')) {
    if (isReferred(row.digest) || named.has(shortOf(row.digest))) continue
    if (!sweeping.use.isRecent('file', row.digest)) unusedFiles.push(row)
  }
  if (isDryRun) for (const row of unusedFiles) count(result.files, row.sizeBytes)
  else await removeAll(sweeping, unusedFiles, { kind: 'file', counted: result.files })
  for (const kind of ['file', 'folder'] as const)
    await removeStrays(sweeping, kind, { isDryRun, counted: result.strays })
  return result
}

interface Counted {
  count: number
  sizeBytes: number
}

function none(): Counted {
  return { count: 0, sizeBytes: 0 }
}

function count(counted: Counted, sizeBytes: number): void {
  counted.count++
  counted.sizeBytes += sizeBytes
}

async function listsNow({ objects }: Sweeping): Promise<readonly ContentRow[]> {
  const rows: ContentRow[] = []
  for await (const row of objects.rows.all('folder')) rows.push(row)
  return rows
}

async function removeAll(
  { objects, cached, use }: Sweeping,
  rows: readonly ContentRow[],
  { kind, counted }: { readonly kind: ContentKind; readonly counted: Counted },
): Promise<void> {
  for (let start = 0; start < rows.length; start += batchSize) {
    const batch = new Map(rows.slice(start, start + batchSize).map((row) => [row.digest, row]))
    // Sequential: small units, so that other writers come in between.
    await use.remove(kind, [...batch.keys()], async (unused) => {
      await objects.rows.removeMany(kind, unused)
      for (const digest of unused) {
        const row = batch.get(digest)!
        if (kind === 'folder') await cached.discard(digest)
        if (row.signature !== undefined) unlinkIfThere(objects.folder.objectPath(kind, digest))
        count(counted, row.sizeBytes)
      }
    })
  }
}

/** The files that these lists name; small lists are in rows, others in the store's folder. */
async function namedFiles({ objects }: Sweeping, lists: readonly ContentRow[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>()
  const add = (list: string): void => {
    for (const entry of parseTree(list)) if (entry.kind === 'file') named.add(shortOf(entry.digest))
  }
  for (let start = 0; start < lists.length; start += batchSize) {
    const batch = lists.slice(start, start + batchSize)
    const inRows = batch.filter((row) => row.signature === undefined).map((row) => row.digest)
    for (const bytes of (await objects.rows.bytes('folder', inRows)).values()) add(Buffer.from(bytes).toString())
    for (const row of batch) {
      if (row.signature === undefined) continue
      try {
        add(await readFile(objects.folder.objectPath('folder', row.digest), 'utf8'))
      } catch (error) {
        // A list whose file was taken away names nothing any more: whoever asks for it is told that it is damaged.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
  }
  return named
}

function shortOf(digest: Digest): string {
  return digest.slice(0, 20)
}

/** Files of the store without a row: a server was killed between the two. */
async function removeStrays(
  { objects, clock, use }: Sweeping,
  kind: ContentKind,
  { isDryRun, counted }: { readonly isDryRun: boolean; readonly counted: Counted },
): Promise<void> {
  const pace = pacer()
  const root = objects.folder.objectRoot(kind)
  for (const shelf of readdirSync(root)) {
    const digests = readdirSync(join(root, shelf)).map((name) => (shelf + name.replace(/\.json$/, '')) as Digest)
    const stored = await objects.rows.stored(kind, digests)
    for (const digest of digests.filter((one) => !stored.has(one) && !use.isRecent(kind, one))) {
      const path = objects.folder.objectPath(kind, digest)
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (stats === undefined || clock.now() - stats.ctimeMs < strayAfterMs) continue
      if (!isDryRun) unlinkIfThere(path)
      count(counted, stats.size)
    }
    await pace()
  }
}
