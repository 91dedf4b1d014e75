import { readFile } from 'node:fs/promises'
import type { Digest } from '../../base/ids.ts'
import type { TreeEntry } from '../content-store.ts'
import { digestOf, parseTree } from '../tree.ts'
import { damaged, notStored, type ContentObjects } from './content-objects.ts'
import { pacer } from './pacer.ts'

/** What names content: its kind and digest. */
export interface StoredContent {
  readonly kind: 'file' | 'folder'
  readonly digest: Digest
}

/** The lists of stored folders; those read lately are kept. */
export interface StoredTrees {
  /** Throws `not-found`. */
  entries(digest: Digest): Promise<readonly TreeEntry[]>
  /** Digests that are not stored or damaged are absent. */
  entriesOf(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, readonly TreeEntry[]>>
}

const maxKeptEntries = 50_000

/** Reads lists through the objects, which check them. */
export function storedTrees({ rows, folder, ensureUnharmed }: ContentObjects): StoredTrees {
  const kept = new Map<Digest, readonly TreeEntry[]>()
  let keptEntries = 0

  function keep(digest: Digest, entries: readonly TreeEntry[]): void {
    if (kept.has(digest) || entries.length > maxKeptEntries / 10) return
    kept.set(digest, entries)
    keptEntries += entries.length + 1
    for (const [oldest, list] of kept) {
      if (keptEntries <= maxKeptEntries) break
      kept.delete(oldest)
      keptEntries -= list.length + 1
    }
  }

  async function entriesOf(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, readonly TreeEntry[]>> {
    const found = new Map<Digest, readonly TreeEntry[]>()
    const stored = await rows.find('folder', digests)
    const unread: Digest[] = []
    for (const [digest, row] of stored) {
      const entries = kept.get(digest)
      if (entries !== undefined) found.set(digest, entries)
      else if (row.signature === undefined) unread.push(digest)
      // Sequential: lists of this size are rare.
      else if ((await ensureUnharmed(row)) !== undefined) {
        found.set(digest, parseTree(await readFile(folder.objectPath('folder', digest), 'utf8')))
      }
    }
    for (const [digest, bytes] of await rows.bytes('folder', unread)) {
      if (digestOf(bytes) !== digest) throw damaged('folder', digest)
      found.set(digest, parseTree(Buffer.from(bytes).toString()))
    }
    for (const [digest, entries] of found) keep(digest, entries)
    return found
  }

  return {
    entriesOf,
    async entries(digest) {
      const entries = (await entriesOf([digest])).get(digest)
      if (entries === undefined) throw notStored('folder', digest)
      return entries
    },
  }
}

/** Whether each content is stored with its bytes unharmed: few statements and a stat for each larger file. */
export async function verifyContents(
  objects: ContentObjects,
  trees: StoredTrees,
  contents: readonly StoredContent[],
): Promise<readonly boolean[]> {
  const pace = pacer()
  const ofKind = (kind: StoredContent['kind']): readonly Digest[] =>
    contents.filter((content) => content.kind === kind).map((content) => content.digest)
  const lists = await trees.entriesOf([...new Set(ofKind('folder'))])
  const files = new Set(ofKind('file'))
  for (const entries of lists.values()) {
    for (const entry of entries) if (entry.kind === 'file') files.add(entry.digest)
  }
  const unharmed = new Set<Digest>()
  for (const row of (await objects.rows.find('file', [...files])).values()) {
    // Sequential: mostly one synchronous stat; a damaged file is read alone.
    if (objects.looksUnharmed(row) || (await objects.ensureUnharmed(row)) !== undefined) unharmed.add(row.digest)
    await pace()
  }
  return contents.map(({ kind, digest }) =>
    kind === 'file'
      ? unharmed.has(digest)
      : (lists.get(digest)?.every((entry) => entry.kind === 'folder' || unharmed.has(entry.digest)) ?? false),
  )
}
