import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { chmod, copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import type { TreeEntry } from '../content-store.ts'
import { foldersOf } from '../tree.ts'
import { damaged, notStored, type ContentObjects } from './content-objects.ts'
import type { ContentRow } from './content-rows.ts'
import { pacer } from './pacer.ts'
import { removeTree } from './store-folder.ts'

/** How a file of the tree is made. */
export type Layout = 'link' | 'copy'

type FileEntry = TreeEntry & { readonly kind: 'file' }
/** Rows of a tree's files by digest. */
export type FileRows = ReadonlyMap<Digest, ContentRow>

const bytesAtOnce = 100
/** Of this process; it never changes. */
const umask = process.umask()

/** Rows of all files of a tree. Throws `not-found` if one is missing. */
export async function rowsOf(objects: ContentObjects, entries: readonly TreeEntry[]): Promise<FileRows> {
  const digests = new Set(entries.flatMap((entry) => (entry.kind === 'file' ? [entry.digest] : [])))
  const rows = await objects.rows.find('file', [...digests])
  for (const digest of digests) if (!rows.has(digest)) throw notStored('file', digest)
  return rows
}

/**
 * True for files of a read-only tree that share their bytes with the store: executables cannot, for the mode belongs to
 * the bytes, and small ones have no file of their own.
 */
export function isLinked(entry: FileEntry, row: ContentRow): boolean {
  return row.signature !== undefined && !entry.executable
}

/**
 * Builds a folder in a new place. `link`: read-only, large files linked; its root stays writable for the rename.
 * `copy`: independent and writable.
 */
export async function buildTree(
  objects: ContentObjects,
  entries: readonly TreeEntry[],
  { root, rows, layout }: { readonly root: string; readonly rows: FileRows; readonly layout: Layout },
): Promise<void> {
  const pace = pacer()
  const folders = foldersOf(entries)
  mkdirSync(root)
  for (const folder of folders) mkdirSync(join(root, folder))
  const files = entries.filter((entry) => entry.kind === 'file')
  const small = files.filter((entry) => rows.get(entry.digest)!.signature === undefined)
  for (let start = 0; start < small.length; start += bytesAtOnce) {
    const part = small.slice(start, start + bytesAtOnce)
    const bytes = await objects.rows.bytes('file', [...new Set(part.map((entry) => entry.digest))])
    for (const entry of part) {
      const content = bytes.get(entry.digest)
      if (content === undefined) throw notStored('file', entry.digest)
      writeFileSync(join(root, entry.path), content, { flag: 'wx', mode: modeOf(entry, layout) })
      await pace()
    }
  }
  for (const entry of files) {
    const row = rows.get(entry.digest)!
    // Sequential: the disk is the limit, and links are short.
    if (row.signature !== undefined) await placeLarge(objects, { entry, row, path: join(root, entry.path), layout })
    await pace()
  }
  // Deepest first: a read-only folder takes no more entries.
  if (layout === 'link') for (const folder of folders.toReversed()) chmodSync(join(root, folder), 0o555)
}

interface Placement {
  readonly entry: FileEntry
  readonly row: ContentRow
  readonly path: string
  readonly layout: Layout
}

async function placeLarge(objects: ContentObjects, { entry, row, path, layout }: Placement): Promise<void> {
  if (layout === 'link' && isLinked(entry, row)) return objects.link(row, path)
  if ((await objects.ensureUnharmed(row)) === undefined) throw damaged('file', row.digest)
  await copyFile(objects.folder.objectPath('file', row.digest), path, constants.COPYFILE_FICLONE)
  await chmod(path, modeOf(entry, layout))
}

function modeOf({ executable }: FileEntry, layout: Layout): number {
  if (layout === 'link') return executable ? 0o555 : 0o444
  return executable ? 0o755 : 0o644
}

/** Makes an independent, writable copy of a stored file (see `placeCopy`), or writes it over the file that is there. */
export async function copyStoredFile(
  objects: ContentObjects,
  row: ContentRow,
  { target, isOurs }: { readonly target: string; readonly isOurs: boolean },
): Promise<string> {
  const entry: FileEntry = { path: '', kind: 'file', executable: false, sizeBytes: row.sizeBytes, digest: row.digest }
  const mode = modeOf(entry, 'copy')
  const isSmall = row.signature === undefined
  const bytes = isSmall ? (await objects.rows.bytes('file', [row.digest])).get(row.digest) : undefined
  if (isSmall && bytes === undefined) throw notStored('file', row.digest)
  if (isOurs) {
    if (bytes !== undefined && writeOver(target, bytes, mode)) return target
    rmSync(target, { force: true })
  }
  return placeCopy(target, async (path) => {
    if (bytes === undefined) await placeLarge(objects, { entry, row, path, layout: 'copy' })
    else writeFileSync(path, bytes, { flag: 'wx', mode })
  })
}

/**
 * Writes over a file that has one name and the mode of a new one; false where there is none such. Cut to its length last:
 * ext4 writes a file to the disk at once when it was cut to nothing first.
 */
function writeOver(path: string, bytes: Uint8Array, mode: number): boolean {
  let descriptor: number
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return false // A link, without the right to write, or gone: a new one takes its place.
  }
  try {
    const stats = fstatSync(descriptor)
    if (!stats.isFile() || stats.nlink !== 1 || (stats.mode & 0o777) !== (mode & ~umask)) return false
    writeSync(descriptor, bytes, 0, bytes.length, 0)
    ftruncateSync(descriptor, bytes.length)
    return true
  } finally {
    closeSync(descriptor)
  }
}

/** Puts a built copy in its place, which must be free (an empty folder counts as free). */
export async function placeCopy(target: string, build: (root: string) => Promise<void>): Promise<string> {
  mkdirSync(dirname(target), { recursive: true })
  const temporary = `${target}.partial-${randomBytes(4).toString('hex')}`
  try {
    await build(temporary)
    clearPlace(target)
    renameSync(temporary, target)
    return target
  } catch (error) {
    removeTree(temporary)
    throw error
  }
}

function clearPlace(target: string): void {
  const stats = lstatSync(target, { throwIfNoEntry: false })
  if (stats === undefined) return
  try {
    rmdirSync(target)
  } catch (error) {
    throw new SluiceError('already-exists', `${target} exists already and is not an empty folder.`, {
      hint: 'Remove it or name another place.',
      cause: error,
    })
  }
}
