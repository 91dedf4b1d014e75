import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../artifacts/sync-folder.ts'
import { isJsonObject } from '../../base/json.ts'
import type { EnvironmentLock } from '../environment-builder.ts'

/** Locks on disk, one file per (definition, Python, platform). The first one kept stays: later ones give way to it. */
export class LockStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The kept lock; undefined when there is none, or when the file cannot be understood. */
  async read(key: string): Promise<EnvironmentLock | undefined> {
    try {
      return parseLock(JSON.parse(await readFile(this.#path(key), 'utf8')))
    } catch {
      return undefined
    }
  }

  /** Keeps a lock durably and returns the one that is kept: another process may have been faster. */
  async keep(key: string, lock: EnvironmentLock): Promise<EnvironmentLock> {
    const path = this.#path(key)
    const aside = await writeAside(path, `${JSON.stringify({ format: 1, ...lock }, undefined, 2)}\n`)
    try {
      await link(aside, path)
    } catch {
      const winner = await this.read(key)
      if (winner !== undefined) {
        await unlink(aside)
        return winner
      }
      await rename(aside, path)
      await syncFolder(dirname(path))
      return lock
    }
    await unlink(aside)
    await syncFolder(dirname(path))
    return lock
  }

  /** Keeps a lock durably in the place of whichever was kept. */
  async replace(key: string, lock: EnvironmentLock): Promise<EnvironmentLock> {
    const path = this.#path(key)
    await rename(await writeAside(path, `${JSON.stringify({ format: 1, ...lock }, undefined, 2)}\n`), path)
    await syncFolder(dirname(path))
    return lock
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.json`)
  }
}

let asideCount = 0

/** Writes text durably to a file beside `path` and returns its name; to be linked or renamed to `path`. */
export async function writeAside(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const aside = `${path}.${process.pid}-${++asideCount}.new`
  const file = await open(aside, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  return aside
}

function parseLock(value: unknown): EnvironmentLock | undefined {
  if (!isJsonObject(value) || value['format'] !== 1) return undefined
  const { digest, python, platform, requirements, notes } = value
  const isComplete = [digest, python, platform, requirements].every((field) => typeof field === 'string')
  if (!isComplete || !Array.isArray(notes)) return undefined
  // Written by `keep` above; the fields were checked one line up.
  return { digest, python, platform, requirements, notes } as unknown as EnvironmentLock
}
