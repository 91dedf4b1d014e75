import { hash } from 'node:crypto'
import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'
import type { Content, TreeEntry } from './content-store.ts'

/**
 * The list of a folder, as bytes: this first line, then one JSON array a line,
 * `[path, "file" | "executable", size, digest]` or `[path, "folder"]` for an empty folder, in UTF-8 byte order of the
 * paths. The folder's digest is the SHA-256 of these bytes. The first line keeps other formats' digests apart.
 */
const firstLine = 'sluice-folder 1\n'

/** A folder's content together with the bytes its digest is made of. */
export interface SerialisedTree {
  readonly content: Content & { readonly kind: 'folder' }
  readonly list: string
}

/** SHA-256 of bytes or UTF-8 text. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return hash('sha256', bytes, 'hex') as Digest
}

/** Entries in canonical form: sorted, folders that are not empty left out. Throws `invalid-path` on unsafe or clashing paths. */
export function canonicalTree(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const folders = new Set<string>()
  const files = new Set<string>()
  for (const entry of entries) {
    checkPath(entry.path)
    if (entry.kind === 'file') {
      if (files.has(entry.path)) throw clash(entry.path, 'is listed twice')
      files.add(entry.path)
    }
    for (let end = entry.path.lastIndexOf('/'); end > 0; end = entry.path.lastIndexOf('/', end - 1)) {
      const folder = entry.path.slice(0, end)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  const kept = new Map<string, TreeEntry>()
  for (const entry of entries) {
    if (entry.kind === 'file' ? folders.has(entry.path) : files.has(entry.path)) {
      throw clash(entry.path, 'is both a file and a folder')
    }
    if (entry.kind === 'file' || !folders.has(entry.path)) kept.set(entry.path, entry)
  }
  return sortByPath([...kept.values()])
}

/** Content and list of canonical entries (see `canonicalTree`). */
export function serialiseTree(entries: readonly TreeEntry[]): SerialisedTree {
  let list = firstLine
  let sizeBytes = 0
  let fileCount = 0
  for (const entry of entries) {
    if (entry.kind === 'folder') {
      list += `${JSON.stringify([entry.path, 'folder'])}\n`
      continue
    }
    list += `${JSON.stringify([entry.path, entry.executable ? 'executable' : 'file', entry.sizeBytes, entry.digest])}\n`
    sizeBytes += entry.sizeBytes
    fileCount += 1
  }
  return { content: { kind: 'folder', digest: digestOf(list), sizeBytes, fileCount }, list }
}

/** Reads a stored list back. Throws `store-corrupt` for anything `serialiseTree` did not write. */
export function parseTree(list: string): readonly TreeEntry[] {
  if (!list.startsWith(firstLine)) {
    throw new SluiceError('store-corrupt', `A stored folder list begins with ${JSON.stringify(list.slice(0, 40))}.`)
  }
  const lines = list.slice(firstLine.length, -1).replaceAll('\n', ',')
  type Line = [string, 'file' | 'executable', number, Digest] | [string, 'folder']
  return (JSON.parse(`[${list.length > firstLine.length ? lines : ''}]`) as Line[]).map((line) =>
    line[1] === 'folder'
      ? { path: line[0], kind: 'folder' }
      : { path: line[0], kind: 'file', executable: line[1] === 'executable', sizeBytes: line[2], digest: line[3] },
  )
}

/** Every folder the entries need, parents first, without the root. */
export function foldersOf(entries: readonly TreeEntry[]): readonly string[] {
  const folders = new Set<string>()
  const add = (folder: string): void => {
    if (folder === '' || folders.has(folder)) return
    add(folder.slice(0, Math.max(0, folder.lastIndexOf('/'))))
    folders.add(folder)
  }
  for (const entry of entries) {
    add(entry.kind === 'folder' ? entry.path : entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/'))))
  }
  return [...folders]
}

/** Sorts in place by the UTF-8 bytes of the paths. */
function sortByPath(entries: TreeEntry[]): TreeEntry[] {
  // Code units order as UTF-8 bytes do unless surrogates (U+10000 and up) meet U+E000-U+FFFF.
  const plain = entries.every((entry) => !/[\ud800-\uffff]/.test(entry.path))
  if (plain) return entries.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

function checkPath(path: string): void {
  if (path !== '' && !path.includes('\0') && path.isWellFormed() && !/(^|\/)(\.{0,2})(\/|$)/.test(path)) return
  throw new SluiceError('invalid-path', `${JSON.stringify(path)} cannot be a path inside a stored folder.`, {
    hint: 'Use relative paths with / between names, without empty, "." or ".." parts.',
  })
}

function clash(path: string, what: string): SluiceError {
  return new SluiceError('invalid-path', `In a folder to be stored, ${JSON.stringify(path)} ${what}.`)
}
