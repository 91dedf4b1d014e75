import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fdatasync,
  linkSync,
  lstatSync,
  openSync,
  writeFileSync,
  type BigIntStats,
} from 'node:fs'
import type { Readable } from 'node:stream'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import type { Content, TreeEntry } from '../content-store.ts'
import { serialiseTree } from '../tree.ts'
import { unlinkIfThere, type ContentObjects } from './content-objects.ts'
import { hashFile, isExecutable, isUnchanged, writeAll, type HashedFile } from './file-hash.ts'
import type { WalkedFile } from './folder-walk.ts'
import { hasProc, replaced, type OpenFile } from './open-entry.ts'
import { maxFileBytesInRow, type WriteBatch } from './write-batch.ts'

/** Where an object goes: the store, and the batch it is part of. */
export interface StoreTarget {
  readonly objects: ContentObjects
  readonly batch: WriteBatch
}

const syncData = promisify(fdatasync)
const writable = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
/** Stored files are read-only from the start; the descriptor that made one can write all the same. */
const storedMode = 0o444
/** Devices whose files cannot be cloned into the store. */
const notCloneable = new Set<bigint>()

/** Stores a copy of an open file, hashing what is stored; undefined if the file changed meanwhile. */
export async function storeCopy({ objects, batch }: StoreTarget, open: OpenFile): Promise<HashedFile | undefined> {
  const temporary = objects.folder.temporaryPath()
  const isClone = clone(open, temporary)
  const copy = openSync(temporary, isClone ? constants.O_RDONLY : writable, storedMode)
  try {
    if (isClone) fchmodSync(copy, storedMode)
    const hashed = isClone ? await hashFile(copy) : await hashFile(open.descriptor, copy)
    if (!isUnchanged(open.descriptor, open.stats)) return undefined
    await syncData(copy)
    await batch.addFile({ kind: 'file', ...hashed, temporary })
    return hashed
  } finally {
    closeSync(copy)
    unlinkIfThere(temporary)
  }
}

/** Shares the blocks where the file system can (btrfs, XFS, ...). */
function clone({ descriptor, stats }: OpenFile, temporary: string): boolean {
  if (!hasProc || notCloneable.has(stats.dev)) return false
  try {
    copyFileSync(`/proc/self/fd/${descriptor}`, temporary, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    // Whatever is wrong, an ordinary copy will say so better.
    unlinkIfThere(temporary)
    notCloneable.add(stats.dev)
    return false
  }
}

/**
 * Takes over an open file by hard link; undefined where that cannot be: another file system, another owner, other
 * links to it (their owner could go on writing), an executable, or a file that changed meanwhile.
 */
export async function storeLink(
  { objects, batch }: StoreTarget,
  file: WalkedFile,
  open: OpenFile,
): Promise<(HashedFile & { readonly sharesBytes: boolean }) | undefined> {
  const hashed = await hashFile(open.descriptor)
  if (!isUnchanged(open.descriptor, open.stats)) return undefined
  const stored = (await objects.rows.find('file', [hashed.digest])).get(hashed.digest)
  if (stored !== undefined && (await objects.ensureUnharmed(stored)) !== undefined) {
    return { ...hashed, sharesBytes: false }
  }
  // A blob is not executable, and taking the bit from the source would change what a second ingest sees.
  if (open.stats.nlink > 1n || isExecutable(open.stats)) return undefined
  const temporary = objects.folder.temporaryPath()
  if (!tryLink(file, open, temporary)) return undefined
  try {
    if (!isSameInode(lstatSync(temporary, { bigint: true }), open.stats)) throw replaced(file.localPath)
    await syncData(open.descriptor)
    await batch.addFile({ kind: 'file', ...hashed, temporary })
    return { ...hashed, sharesBytes: true }
  } finally {
    unlinkIfThere(temporary)
  }
}

function tryLink(file: WalkedFile, open: OpenFile, temporary: string): boolean {
  try {
    fchmodSync(open.descriptor, storedMode)
    linkSync(file.openPath, temporary)
    return true
  } catch {
    return false
  }
}

function isSameInode(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev
}

/** Stores the list of canonical entries; with it everything of the batch is durable. */
export async function storeTree({ objects, batch }: StoreTarget, entries: readonly TreeEntry[]): Promise<Content> {
  const { content, list } = serialiseTree(entries)
  const bytes = Buffer.from(list)
  const object = { kind: 'folder', digest: content.digest, sizeBytes: bytes.length } as const
  if (batch.fitsRow('folder', bytes.length)) {
    await batch.addBytes({ ...object, bytes })
  } else {
    const temporary = objects.folder.temporaryPath()
    const descriptor = openSync(temporary, writable, storedMode)
    try {
      writeFileSync(descriptor, bytes)
      await syncData(descriptor)
      await batch.addFile({ ...object, temporary })
    } finally {
      closeSync(descriptor)
      unlinkIfThere(temporary)
    }
  }
  await batch.commit()
  return content
}

/** Stores a stream as a file (see `ContentStore.write`). The stream is left open when it is too long. */
export async function storeStream(
  { objects, batch }: StoreTarget,
  stream: Readable,
  maxBytes: number,
): Promise<Content> {
  const hash = createHash('sha256')
  const temporary = objects.folder.temporaryPath()
  let head: Buffer[] = []
  let sizeBytes = 0
  let descriptor: number | undefined
  try {
    for await (const part of stream.iterator({ destroyOnReturn: false })) {
      const chunk = typeof part === 'string' ? Buffer.from(part) : (part as Buffer)
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) throw tooLong(maxBytes)
      hash.update(chunk)
      if (descriptor === undefined) {
        head.push(chunk)
        if (sizeBytes <= maxFileBytesInRow) continue
        descriptor = openSync(temporary, writable, storedMode)
        await writeAll(descriptor, Buffer.concat(head))
        head = []
      } else {
        await writeAll(descriptor, chunk)
      }
    }
    const object = { kind: 'file', digest: hash.digest('hex') as Digest, sizeBytes } as const
    if (descriptor === undefined) {
      await batch.addBytes({ ...object, bytes: Buffer.concat(head) })
    } else {
      await syncData(descriptor)
      await batch.addFile({ ...object, temporary })
    }
    await batch.commit()
    return { ...object, fileCount: 1 }
  } finally {
    if (descriptor !== undefined) {
      closeSync(descriptor)
      unlinkIfThere(temporary)
    }
  }
}

function tooLong(maxBytes: number): SluiceError {
  return new SluiceError('body-too-large', `The file is larger than the ${maxBytes} bytes that are allowed here.`)
}
