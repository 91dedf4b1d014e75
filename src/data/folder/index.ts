import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { syncFolder } from '../../artifacts/sync-folder.ts'
import { resolveUnder } from '../../artifacts/artifact-path.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Datastore, DatastoreFile } from '../datastore.ts'

/** Files being written; never part of a list. */
const unfinished = /^\.[^/]+\.[0-9a-f]{12}\.part$/

/**
 * A folder of this machine (or mounted into it) as a datastore; made where it is missing. Symbolic links in it are
 * refused where they are named and left out of lists, so that no path leads out.
 */
export function folderDatastore(settings: { readonly folder: string }): Datastore {
  const root = resolve(settings.folder)
  const placeOf = async (path: string): Promise<string> => {
    await mkdir(root, { recursive: true })
    return path === '' ? root : resolveUnder(root, path)
  }
  return {
    localPath: placeOf,
    async list(path) {
      const place = await placeOf(path)
      const stats = await lstat(place).catch(ignoreMissing)
      if (stats?.isFile() === true) return [{ path, sizeBytes: stats.size }]
      const files = stats?.isDirectory() === true ? await filesBelow(place, path === '' ? '' : `${path}/`) : []
      return files.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
    },
    async read(path) {
      const place = await placeOf(path)
      const stats = await lstat(place).catch(ignoreMissing)
      if (stats?.isFile() === true) return createReadStream(place)
      throw new SluiceError('not-found', `There is no file ${JSON.stringify(path)} in ${root}.`)
    },
    async write(path, bytes) {
      if (path === '') throw new SluiceError('invalid-path', 'The root of a datastore cannot be a file.')
      const place = await placeOf(path)
      await mkdir(dirname(place), { recursive: true })
      const aside = join(
        dirname(place),
        `.${place.slice(dirname(place).length + 1).slice(0, 200)}.${randomBytes(6).toString('hex')}.part`,
      )
      try {
        await pipeline(bytes, createWriteStream(aside, { flags: 'wx', flush: true }))
        await rename(aside, place)
      } catch (error) {
        await rm(aside, { force: true })
        throw error
      }
      await syncFolder(dirname(place))
    },
    async remove(path) {
      if (path === '') throw new SluiceError('invalid-path', 'The root of a datastore cannot be removed.')
      await rm(await placeOf(path), { recursive: true, force: true })
    },
  }
}

async function filesBelow(folder: string, prefix: string): Promise<DatastoreFile[]> {
  const files: DatastoreFile[] = []
  // Sequential: the disk is one.
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const place = join(folder, entry.name)
    if (entry.isDirectory()) files.push(...(await filesBelow(place, `${prefix}${entry.name}/`)))
    else if (entry.isFile() && !unfinished.test(entry.name))
      files.push({ path: prefix + entry.name, sizeBytes: (await lstat(place)).size })
  }
  return files
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
