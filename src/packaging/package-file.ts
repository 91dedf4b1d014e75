import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { SluiceError } from '../base/errors.ts'
import type { Digest } from '../base/ids.ts'

/** A file on its way into a package: its bytes, or where they lie. */
export interface PackageFile {
  /** With slashes, below the package's folder. */
  readonly path: string
  readonly isExecutable: boolean
  readonly sizeBytes: number
  readonly digest: Digest
  readonly content: Buffer | { readonly file: string }
}

/** A file that is made here. */
export function textFile(path: string, content: string | Buffer, { isExecutable = false } = {}): PackageFile {
  const bytes = Buffer.from(content)
  const digest = createHash('sha256').update(bytes).digest('hex') as Digest
  return { path, isExecutable, sizeBytes: bytes.length, digest, content: bytes }
}

/** One file of the disk, read once for its digest. */
async function diskFile(path: string, file: string): Promise<PackageFile> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  const isExecutable = ((await stat(file)).mode & 0o100) !== 0
  return { path, isExecutable, sizeBytes, digest: hash.digest('hex') as Digest, content: { file } }
}

export interface FolderReading {
  /** In front of every path. */
  readonly below: string
  /** Leaves out an entry, and everything in it. Gets paths relative to the folder. */
  readonly ignore?: (path: string) => boolean
}

/**
 * Every file below a folder, sorted by path; symlinks that lead to files or folders of it are followed. Throws
 * `invalid-path` for a symlink that leads nowhere or out of the folder, and for what is neither a file nor a folder.
 */
export async function folderFiles(
  folder: string,
  { below, ignore = () => false }: FolderReading,
): Promise<readonly PackageFile[]> {
  const files: PackageFile[] = []
  const whole = await realpath(folder)
  async function walk(relative: string, depth: number): Promise<void> {
    // Sequential: the disk is one, and a package has one order.
    for (const name of (await readdir(join(folder, relative))).sort()) {
      const path = relative === '' ? name : `${relative}/${name}`
      if (ignore(path)) continue
      const place = await realpath(join(folder, path)).catch(() => '')
      const found = place.startsWith(whole + sep) ? await stat(place) : undefined
      if (found?.isDirectory() === true && depth < 100) await walk(path, depth + 1)
      else if (found?.isFile() === true) files.push(await diskFile(`${below}${path}`, join(folder, path)))
      else throw new SluiceError('invalid-path', `${join(folder, path)} is no file that could be packaged.`)
    }
  }
  await walk('', 0)
  return files
}

/** The bytes of a file, in pieces. */
export async function* contentOf({ content, sizeBytes, path }: PackageFile): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(content)) {
    yield content
    return
  }
  let left = sizeBytes
  for await (const chunk of createReadStream(content.file) as AsyncIterable<Buffer>) {
    left -= chunk.length
    yield chunk
  }
  // Its size stands in front of it already: an archive with other bytes would be damaged, and nobody would see why.
  if (left !== 0) throw new SluiceError('conflict', `${path} changed while it was packaged.`, { hint: 'Try again.' })
}
