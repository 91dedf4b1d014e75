import { closeSync, linkSync, lstatSync, unlinkSync, type BigIntStats } from 'node:fs'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import { signatureOf } from '../stat-cache.ts'
import type { ContentKind, ContentRow, ContentRows } from './content-rows.ts'
import { hashFile } from './file-hash.ts'
import { openFile } from './open-entry.ts'
import type { StoreFolder } from './store-folder.ts'

/**
 * Stored objects: a row each, and for the larger ones a file. A file is trusted while it looks as it did when last seen
 * unharmed (inode, size, times, ctime included); otherwise it is read again, and dropped if its bytes changed. Our own
 * links change ctime too, so they are made and removed through here.
 */
export interface ContentObjects {
  readonly rows: ContentRows
  readonly folder: StoreFolder
  /** One stat at most: true if the object's bytes need no second look. */
  looksUnharmed(row: ContentRow): boolean
  /** The row as it is now if the bytes are right, read again if need be. Damaged or missing ones are dropped. */
  ensureUnharmed(row: ContentRow): Promise<ContentRow | undefined>
  /** Makes a hard link to the object's file; throws `not-found` when the bytes are no longer right. */
  link(row: ContentRow, path: string): Promise<void>
  /** Removes what is at `path` if it is such a link, and nothing else. */
  unlink(row: ContentRow, path: string): void
}

/** Objects of one store: its rows and its folder. */
export function contentObjects(rows: ContentRows, folder: StoreFolder): ContentObjects {
  const checks = new Map<string, Promise<ContentRow | undefined>>()

  function look(row: ContentRow): BigIntStats | undefined {
    return lstatSync(folder.objectPath(row.kind, row.digest), { bigint: true, throwIfNoEntry: false })
  }

  function looksUnharmed(row: ContentRow): boolean {
    if (row.signature === undefined) return true
    const stats = look(row)
    return stats !== undefined && signatureOf(stats) === rows.latest(row).signature
  }

  async function check(seen: ContentRow): Promise<ContentRow | undefined> {
    const { kind, digest } = seen
    // What the caller saw may be out of date: a link made since then changed the signature.
    const row = (await rows.find(kind, [digest])).get(digest)
    if (row === undefined) return undefined
    if (looksUnharmed(row)) return row
    const stats = await rehash(folder.objectPath(kind, digest), digest)
    if (stats !== undefined) {
      const signature = signatureOf(stats)
      rows.touch(row, signature)
      return { ...row, signature }
    }
    // The row first: a file without a row is never looked at, and replaced when the same content comes again.
    try {
      await rows.remove(kind, digest)
      unlinkIfThere(folder.objectPath(kind, digest))
    } catch {
      // A store that cannot be written now (a full disk, a mere look) still says that the bytes are not to be had.
    }
    return undefined
  }

  async function ensureUnharmed(row: ContentRow): Promise<ContentRow | undefined> {
    if (looksUnharmed(row)) return rows.latest(row)
    const key = row.kind + row.digest
    let checking = checks.get(key)
    if (checking === undefined) {
      checking = check(row).finally(() => checks.delete(key))
      checks.set(key, checking)
    }
    return checking
  }

  /** Does `change` (synchronous, links or unlinks the object's file) without making the file look harmed. */
  function keepingTrust(row: ContentRow, change: () => void): void {
    const before = look(row)
    change()
    const after = look(row)
    if (before === undefined || after === undefined || signatureOf(before) !== rows.latest(row).signature) return
    if (isSameFile(before, after)) rows.touch(row, signatureOf(after))
  }

  return {
    rows,
    folder,
    looksUnharmed,
    ensureUnharmed,
    async link(row, path) {
      const unharmed = await ensureUnharmed(row)
      if (unharmed === undefined) throw damaged(row.kind, row.digest)
      keepingTrust(unharmed, () => linkSync(folder.objectPath(row.kind, row.digest), path))
    },
    unlink(row, path) {
      const [object, link] = [look(row), lstatSync(path, { bigint: true, throwIfNoEntry: false })]
      if (link === undefined || link.ino !== object?.ino || link.dev !== object.dev) return
      keepingTrust(row, () => unlinkSync(path))
    },
  }
}

/** The file's stats if its bytes are those of the digest and held still while they were read. */
async function rehash(path: string, digest: Digest): Promise<BigIntStats | undefined> {
  let file
  try {
    file = openFile(path, path)
  } catch (error) {
    // Gone, or no longer a plain file: either way these are not the bytes.
    if (error instanceof SluiceError) return undefined
    throw error
  }
  try {
    const { digest: found } = await hashFile(file.descriptor)
    const after = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return found === digest && after !== undefined && isSameFile(file.stats, after) ? after : undefined
  } finally {
    closeSync(file.descriptor)
  }
}

/** Links may have come or gone (ctime), but nobody wrote. */
function isSameFile(before: BigIntStats, after: BigIntStats): boolean {
  return before.ino === after.ino && before.size === after.size && before.mtimeNs === after.mtimeNs
}

/** `not-found`: content that is not stored. */
export function notStored(kind: ContentKind, digest: Digest): SluiceError {
  return new SluiceError('not-found', `There is no stored ${kind} with the digest ${digest}.`)
}

/** `not-found`: content whose bytes were changed in the store. */
export function damaged(kind: ContentKind, digest: Digest): SluiceError {
  return new SluiceError('not-found', `The stored ${kind} ${digest} was changed after it was stored; it was dropped.`, {
    hint: 'Run the job again: the step that made it will not be reused.',
  })
}

/** Unlinks a file that may be gone already. */
export function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
