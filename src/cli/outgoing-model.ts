import { createWriteStream, existsSync } from 'node:fs'
import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SluiceError } from '../base/errors.ts'
import { readTar } from '../base/tar.ts'

/** The field of a request that a typed model stands for: a path where it looks like one or is there, else a reference. */
export function modelField(typed: string, workingFolder: string): { model: string } | { path: string } {
  const isPath = /^(\.{0,2}\/|\.{1,2}$)/.test(typed) || existsSync(resolve(workingFolder, typed))
  return isPath ? { path: resolve(workingFolder, typed) } : { model: typed }
}

/** What the server says of what it sends. */
export function summaryOf<Summary>(headers: Readonly<Record<string, unknown>>): Summary {
  // Our own server's words; package-routes.ts writes them.
  return JSON.parse(decodeURIComponent(String(headers['x-sluice-summary']))) as Summary
}

/** Writes a new file whole or not at all. */
export async function writeNewFile(file: string, bytes: Readable): Promise<void> {
  refuseExisting(file)
  await mkdir(dirname(file), { recursive: true })
  const aside = `${file}.${process.pid}.part`
  try {
    await pipeline(bytes, createWriteStream(aside, { flags: 'wx' }))
    await rename(aside, file)
  } finally {
    await rm(aside, { force: true })
  }
}

/** Throws `already-exists` before anything is asked of the server. */
export function refuseExisting(file: string): void {
  if (!existsSync(file)) return
  throw new SluiceError('already-exists', `${file} is there already; nothing was changed.`, {
    hint: 'Name another place with --output.',
  })
}

/** The files and folders of a tar below a folder; nothing leads out of it, and no link is made. */
export async function unpackTar(bytes: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for await (const { path, kind, mode, content } of readTar(bytes)) {
    const place = resolve(folder, path)
    const inside = relative(folder, place)
    const isInside = inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)
    if (!isInside || !['file', 'folder'].includes(kind))
      throw new SluiceError(
        'invalid-path',
        `The server sends ${JSON.stringify(path)}, which has no place in ${folder}.`,
      )
    if (kind === 'folder') await mkdir(place, { recursive: true })
    else {
      await mkdir(join(place, '..'), { recursive: true })
      await pipeline(Readable.from(content, { objectMode: false }), createWriteStream(place, { flags: 'wx' }))
      await chmod(place, mode & 0o755)
    }
  }
}
