import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Digest } from '../../base/ids.ts'
import type { TreeEntry } from '../content-store.ts'
import { foldersOf } from '../tree.ts'
import type { ContentObjects } from './content-objects.ts'
import type { FolderStamps } from './folder-stamps.ts'
import { buildTree, isLinked, rowsOf, type FileRows } from './materialise.ts'
import { pacer } from './pacer.ts'
import { makeFoldersWritable, removeTree } from './store-folder.ts'

/**
 * Read-only copies of folders that steps share. A step that runs as our user can still change them, so each use looks
 * at every entry again: linked files must look as their objects do, and everything else (folders, small files) as it
 * did when the copy was built, which the stamp tells. A copy that looks different is built anew from the objects.
 */
export interface CachedFolders {
  /** Path of the copy, built if need be; one build at a time for a digest. */
  path(digest: Digest, entries: readonly TreeEntry[]): Promise<string>
  /** Removes the copy of a folder that nothing refers to any more. */
  discard(digest: Digest): Promise<void>
}

/** Copies below the store's `cached/`, their stamps in the database. */
export function cachedFolders(objects: ContentObjects, stamps: FolderStamps): CachedFolders {
  const building = new Map<Digest, Promise<string>>()

  async function provide(digest: Digest, entries: readonly TreeEntry[]): Promise<string> {
    const path = objects.folder.cachedPath(digest)
    const rows = await rowsOf(objects, entries)
    if (await isIntact(digest, { path, entries, rows })) return path
    return build(digest, { path, entries, rows })
  }

  async function isIntact(digest: Digest, copy: Copy): Promise<boolean> {
    if (lstatSync(copy.path, { throwIfNoEntry: false }) === undefined) return false
    const stamp = await stampOf(objects, copy)
    return stamp !== undefined && stamp === (await stamps.find(digest))
  }

  async function build(digest: Digest, copy: Copy): Promise<string> {
    const temporary = objects.folder.temporaryPath()
    try {
      await buildTree(objects, copy.entries, { root: temporary, rows: copy.rows, layout: 'link' })
      remove(copy)
      mkdirSync(dirname(copy.path), { recursive: true })
      renameSync(temporary, copy.path)
      // Only now: moving a read-only folder is not allowed.
      chmodSync(copy.path, 0o555)
    } catch (error) {
      removeTree(temporary)
      throw error
    }
    const stamp = await stampOf(objects, copy)
    if (stamp !== undefined) stamps.set(digest, stamp)
    return copy.path
  }

  /** Takes a changed copy away; steps that have files of it open keep them. */
  function remove({ path, entries, rows }: Copy): void {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return
    if (stats.isDirectory()) chmodSync(path, 0o755)
    const aside = objects.folder.temporaryPath()
    renameSync(path, aside)
    makeFoldersWritable(aside)
    for (const entry of entries) {
      const row = entry.kind === 'file' ? rows.get(entry.digest) : undefined
      if (row?.signature !== undefined) objects.unlink(row, join(aside, entry.path))
    }
    removeTree(aside)
  }

  return {
    async discard(digest) {
      await building.get(digest)
      const path = objects.folder.cachedPath(digest)
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return
      chmodSync(path, 0o755)
      const aside = objects.folder.temporaryPath()
      renameSync(path, aside)
      makeFoldersWritable(aside)
      removeTree(aside)
    },
    path(digest, entries) {
      let path = building.get(digest)
      if (path === undefined) {
        path = provide(digest, entries).finally(() => building.delete(digest))
        building.set(digest, path)
      }
      return path
    },
  }
}

interface Copy {
  readonly path: string
  readonly entries: readonly TreeEntry[]
  readonly rows: FileRows
}

/** After a power cut unsynced files may be empty though all else looks right, so a stamp holds for one boot. */
const boot = bootId()

/** How the copy looks now; undefined if a linked file is not its object. */
async function stampOf(objects: ContentObjects, { path, entries, rows }: Copy): Promise<string | undefined> {
  const pace = pacer()
  const hash = createHash('sha256').update(boot)
  for (const folder of ['', ...foldersOf(entries)]) {
    const stats = lstatSync(join(path, folder), { bigint: true, throwIfNoEntry: false })
    if (stats?.isDirectory() !== true) return undefined
    hash.update(`\n${folder}/:${stats.ino}:${stats.mode}:${stats.mtimeNs}:${stats.ctimeNs}`)
    await pace()
  }
  for (const entry of entries) {
    if (entry.kind === 'folder') continue
    const stats = lstatSync(join(path, entry.path), { bigint: true, throwIfNoEntry: false })
    if (stats?.isFile() !== true) return undefined
    const row = rows.get(entry.digest)!
    if (isLinked(entry, row)) {
      // Its times change with every other link, so the object's own record speaks for it.
      const object = await objects.ensureUnharmed(row)
      if (object?.signature?.startsWith(`${stats.ino}:`) !== true) return undefined
    } else {
      hash.update(`\n${entry.path}:${stats.ino}:${stats.mode}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`)
    }
    await pace()
  }
  return hash.digest('hex')
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  } catch {
    return ''
  }
}
