import { readdirSync, readlinkSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { join, sep } from 'node:path'
import { SluiceError } from '../../base/errors.ts'
import type { IngestOptions } from '../content-store.ts'
import { notRegular, openFolder, type OpenFolder } from './open-entry.ts'
import { pacer } from './pacer.ts'

/** A file of a walked folder. */
export interface WalkedFile {
  /** POSIX, relative to the walked folder. */
  readonly path: string
  /** Absolute, for messages and the stat cache. */
  readonly localPath: string
  /** To open it by (see open-entry.ts); good only during the visit. */
  readonly openPath: string
}

/** What to leave out, whether to follow symlinks, and who gets the files. */
export type WalkOptions = Pick<IngestOptions, 'ignore' | 'followSymlinks'> & {
  /** Gets the files of one folder at a time, at most 1,000 a call. */
  readonly visit: (files: readonly WalkedFile[]) => Promise<void>
}

const maxDepth = 256
const maxLinks = 10_000
const filesPerVisit = 1000

interface Place {
  readonly folder: OpenFolder
  /** '' for the root. */
  readonly path: string
  readonly localPath: string
  readonly depth: number
  /** Real paths of the folders above, this one included; only kept when symlinks are followed. */
  readonly above: readonly string[]
}

/**
 * Visits every file below `root` (absolute, symlinks resolved) and returns the empty folders. Throws `invalid-path` for
 * symlinks (or those that lead outside, in a circle or nowhere), special files, names that are not UTF-8, and depth
 * beyond 256 folders.
 */
export async function walkFolder(root: string, options: WalkOptions): Promise<readonly string[]> {
  const emptyFolders: string[] = []
  const pace = pacer()
  let links = 0

  async function walk(place: Place): Promise<void> {
    const entries = readEntries(place)
    if (entries.length === 0 && place.path !== '') emptyFolders.push(place.path)
    const files: WalkedFile[] = []
    const folders: WalkedFile[] = []
    for (const dirent of entries) {
      const entry = entryOf(place, dirent.name)
      const kind = kindOf(entry, dirent)
      if (options.ignore?.(entry.path, kind.isFolder) === true) continue
      if (kind.refusal !== undefined) throw kind.refusal
      ;(kind.isFolder ? folders : files).push(kind.target === undefined ? entry : followed(entry, kind.target))
      await pace()
    }
    for (let start = 0; start < files.length; start += filesPerVisit) {
      await options.visit(files.slice(start, start + filesPerVisit))
    }
    place.folder.confirm()
    // Sequential: each open folder holds a descriptor, and hashing fills one core anyway.
    for (const folder of folders) await enter(place, folder)
  }

  async function enter(parent: Place, entry: WalkedFile): Promise<void> {
    if (parent.depth >= maxDepth) {
      throw new SluiceError('invalid-path', `${entry.localPath} is nested deeper than ${maxDepth} folders.`)
    }
    if (options.followSymlinks === true && parent.above.includes(entry.localPath)) {
      throw notRegular(join(root, entry.path), `a symbolic link to a folder that holds it (${entry.localPath})`)
    }
    const folder = openFolder(entry.openPath, entry.localPath)
    try {
      const above = options.followSymlinks === true ? [...parent.above, entry.localPath] : []
      await walk({ folder, path: entry.path, localPath: entry.localPath, depth: parent.depth + 1, above })
    } finally {
      folder.close()
    }
  }

  function kindOf(entry: WalkedFile, dirent: Dirent): EntryKind {
    if (dirent.isFile()) return { isFolder: false }
    if (dirent.isDirectory()) return { isFolder: true }
    if (!dirent.isSymbolicLink()) return { isFolder: false, refusal: notRegular(entry.localPath, 'a special file') }
    const target = readlinkSync(entry.openPath)
    const refuse = (what: string): EntryKind => ({
      isFolder: false,
      refusal: notRegular(entry.localPath, `a symbolic link ${what}(to ${JSON.stringify(target)})`),
    })
    if (options.followSymlinks !== true) return refuse('')
    if (++links > maxLinks) return refuse(`beyond the ${maxLinks} that are followed `)
    const real = realPathOf(entry.localPath)
    if (real === undefined) return refuse('that leads nowhere ')
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) return refuse('out of its folder ')
    return { isFolder: statSync(real).isDirectory(), target: real }
  }

  const folder = openFolder(root, root)
  try {
    await walk({ folder, path: '', localPath: root, depth: 0, above: [root] })
  } finally {
    folder.close()
  }
  return emptyFolders
}

interface EntryKind {
  readonly isFolder: boolean
  /** Thrown unless the entry is ignored. */
  readonly refusal?: SluiceError
  /** Where a followed symlink leads. */
  readonly target?: string
}

function entryOf(place: Place, name: string): WalkedFile {
  return {
    path: place.path === '' ? name : `${place.path}/${name}`,
    localPath: join(place.localPath, name),
    openPath: place.folder.entry(name),
  }
}

function followed(entry: WalkedFile, target: string): WalkedFile {
  return { path: entry.path, localPath: target, openPath: target }
}

function readEntries(place: Place): readonly Dirent[] {
  const entries = readdirSync(place.folder.entry('.'), { withFileTypes: true })
  // A name that is not UTF-8 is decoded with U+FFFD in it, and could not be opened by what we see.
  if (entries.some((entry) => entry.name.includes('\ufffd'))) refuseUndecodable(place)
  return entries
}

function refuseUndecodable(place: Place): void {
  for (const name of readdirSync(place.folder.entry('.'), { encoding: 'buffer' })) {
    if (Buffer.from(name.toString()).equals(name)) continue
    const shown = name
      .toString('latin1')
      .replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    throw new SluiceError('invalid-path', `${place.localPath} holds a name that is not UTF-8: "${shown}".`, {
      hint: 'Rename it: stored paths are UTF-8 text.',
    })
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
