import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { messageOf, SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import { mapLimit } from '../../base/map-limit.ts'
import type { ContentKind } from './content-rows.ts'

/** Where things lie in the store's folder. Everything is on one file system, so renames and links work between them. */
export interface StoreFolder {
  /** `blobs/ab/cdef...` for a file, `trees/ab/cdef....json` for a folder's list. */
  objectPath(kind: ContentKind, digest: Digest): string
  /** What the objects of a kind lie below, in folders of two digits. */
  objectRoot(kind: ContentKind): string
  /** `cached/ab/cdef...`: the read-only copy of a folder. */
  cachedPath(digest: Digest): string
  /** A new name in this process's own temporary folder; leftovers of dead processes are removed when a store opens. */
  temporaryPath(): string
  /** Makes names durable: syncs the folders. */
  sync(folders: Iterable<string>): Promise<void>
}

const syncFile = promisify(fsync)
const host = hostname()
/** One per process: who finds another name with our pid knows that its owner is dead. */
const session = `${host}.${process.pid}.${randomBytes(4).toString('hex')}`
const abandonedAfterMs = 7 * 24 * 3_600_000
let temporaryFiles = 0

/** Opens or makes the store's folder. Throws `store-unavailable`. */
export function storeFolder(root: string): StoreFolder {
  const temporary = join(root, 'tmp', session)
  try {
    for (const folder of ['blobs', 'trees', 'cached']) mkdirSync(join(root, folder), { recursive: true })
    mkdirSync(temporary, { recursive: true })
    removeLeftovers(join(root, 'tmp'))
  } catch (error) {
    throw new SluiceError('store-unavailable', `The content folder ${root} cannot be opened (${messageOf(error)}).`, {
      hint: 'Check that its parent exists, is writable and has free space, or name another store with --data DIR.',
      cause: error,
    })
  }
  return {
    objectPath: (kind, digest) =>
      kind === 'file'
        ? join(root, 'blobs', digest.slice(0, 2), digest.slice(2))
        : join(root, 'trees', digest.slice(0, 2), `${digest.slice(2)}.json`),
    objectRoot: (kind) => join(root, kind === 'file' ? 'blobs' : 'trees'),
    cachedPath: (digest) => join(root, 'cached', digest.slice(0, 2), digest.slice(2)),
    temporaryPath: () => join(temporary, String(temporaryFiles++)),
    async sync(folders) {
      await mapLimit([...folders], 4, async (folder) => {
        const descriptor = openSync(folder, 'r')
        try {
          await syncFile(descriptor)
        } finally {
          closeSync(descriptor)
        }
      })
    },
  }
}

/** Renames to a place whose parent may not exist yet; returns the folders whose names changed. */
export function renameInto(from: string, to: string): readonly string[] {
  const parent = dirname(to)
  try {
    renameSync(from, to)
    return [parent]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    mkdirSync(parent, { recursive: true })
    renameSync(from, to)
    return [parent, dirname(parent)]
  }
}

/** Removes a file or folder, read-only folders included; a missing one is fine. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    makeFoldersWritable(path)
    rmSync(path, { recursive: true, force: true })
  }
}

/** Lets the owner change what is in a folder and its subfolders. */
export function makeFoldersWritable(folder: string): void {
  if (!lstatSync(folder).isDirectory()) return
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeFoldersWritable(join(folder, entry.name))
  }
}

/** What a killed process left half-written was never acknowledged. */
function removeLeftovers(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    if (name !== session && isAbandoned(join(temporary, name), name)) removeTree(join(temporary, name))
  }
}

function isAbandoned(path: string, name: string): boolean {
  const pid = Number(name.split('.').at(-2))
  if (!name.startsWith(`${host}.`) || !Number.isInteger(pid)) {
    // Another machine's (a shared folder): it may be alive.
    return Date.now() - statSync(path).mtimeMs > abandonedAfterMs
  }
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

const storageFailures = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG', 'EIO', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE'])

/** Puts a failure of the file system under the store into words; anything else is passed on. */
export function storageError(error: unknown, root: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (error instanceof SluiceError || code === undefined || !storageFailures.has(code)) return error
  return new SluiceError(
    'store-unavailable',
    `Content could not be written or read (${messageOf(error)}); the store is ${root}.`,
    {
      hint: 'Check its free space, quota and permissions; nothing was stored half-way, so the same can be tried again.',
      cause: error,
    },
  )
}
