import { lstatSync } from 'node:fs'
import type { Digest } from '../../base/ids.ts'
import { signatureOf } from '../stat-cache.ts'
import { unlinkIfThere, type ContentObjects } from './content-objects.ts'
import type { IngestOptions } from '../content-store.ts'
import type { ContentKind, NewContentRow } from './content-rows.ts'
import { renameInto } from './store-folder.ts'

/**
 * Small objects are kept in rows: durable with the group commit, where two small files with two folder syncs cost
 * three times the CPU and five times the wait (measured: 430 against 130 us CPU, 0.77 against 0.16 ms). SQLite reads
 * and writes such sizes faster than a file system does.
 */
export const maxFileBytesInRow = 16 * 1024
const maxListBytesInRow = 1024 * 1024
/** Beyond this, one folder's small files go to the file system after all: a database of images helps nobody. */
const maxBytesInRowsPerBatch = 64 * 1024 * 1024
const flushAfterBytes = 4 * 1024 * 1024
const flushAfterRows = 500

/** Objects of one ingest on their way into the store. Nothing counts as stored until `commit` resolves. */
export interface WriteBatch {
  /** True if bytes of this size belong into a row. */
  fitsRow(kind: ContentKind, sizeBytes: number): boolean
  addBytes(object: BatchObject & { readonly bytes: Uint8Array }): Promise<void>
  /** Takes over a temporary file whose bytes are on disk already. */
  addFile(object: BatchObject & { readonly temporary: string }): Promise<void>
  commit(): Promise<void>
}

interface BatchObject {
  readonly kind: ContentKind
  readonly digest: Digest
  readonly sizeBytes: number
}

/** An empty batch; with `defer` its last part is left to somebody's unit of work. */
export function writeBatch(
  { rows, folder, ensureUnharmed }: ContentObjects,
  defer?: IngestOptions['defer'],
): WriteBatch {
  let pending = new Map<string, NewContentRow>()
  let changedFolders = new Set<string>()
  let pendingBytes = 0
  let totalBytes = 0

  async function flush(): Promise<readonly NewContentRow[]> {
    const [added, folders] = [[...pending.values()], changedFolders]
    pending = new Map()
    changedFolders = new Set()
    pendingBytes = 0
    // Names before rows: a row must never tell of a file that a power cut could take away.
    await folder.sync(folders)
    return added
  }

  async function commit(): Promise<void> {
    const added = await flush()
    if (defer === undefined) return rows.add(added)
    defer(await rows.addLater(added))
  }

  async function add(row: NewContentRow): Promise<void> {
    pending.set(row.kind + row.digest, row)
    if (pending.size >= flushAfterRows || pendingBytes >= flushAfterBytes) await rows.add(await flush())
  }

  return {
    fitsRow: (kind, sizeBytes) =>
      kind === 'folder'
        ? sizeBytes <= maxListBytesInRow
        : sizeBytes <= maxFileBytesInRow && totalBytes + sizeBytes <= maxBytesInRowsPerBatch,
    async addBytes({ kind, digest, sizeBytes, bytes }) {
      if (pending.has(kind + digest)) return
      totalBytes += sizeBytes
      pendingBytes += sizeBytes
      await add({ kind, digest, sizeBytes, bytes })
    },
    async addFile({ kind, digest, sizeBytes, temporary }) {
      const stored = (await rows.find(kind, [digest])).get(digest)
      if (stored !== undefined && (await ensureUnharmed(stored)) !== undefined) {
        unlinkIfThere(temporary)
        return
      }
      const path = folder.objectPath(kind, digest)
      for (const changed of renameInto(temporary, path)) changedFolders.add(changed)
      // Renaming one link of a file over another link of it does nothing at all.
      unlinkIfThere(temporary)
      await add({ kind, digest, sizeBytes, signature: signatureOf(lstatSync(path, { bigint: true })) })
    },
    commit,
  }
}
