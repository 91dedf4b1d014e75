import { link, readFile, rename, unlink } from 'node:fs/promises'
import { isJsonObject } from '../../base/json.ts'
import { identifyProcess, isAlive } from '../../processes/process-identity.ts'
import type { ProcessIdentity } from '../../processes/process-identity.ts'
import { writeAside } from './lock-store.ts'

/**
 * A file that says which process works on something, with its pid and start time. It keeps two processes from doing the
 * same work; it does not keep them apart: whoever finds the owner dead takes over, and two that find it so at the same
 * instant may both go on. Nothing may break then (build-venv.ts gives each its own folder).
 */
export type Claim = { readonly isMine: true } | { readonly isMine: false; readonly owner: number }

/** Claims `path` for this process unless a living process holds it; a dead owner's claim is taken over. */
export async function claim(path: string): Promise<Claim> {
  const mine = identifyProcess(process.pid)
  const aside = await writeAside(path, JSON.stringify(mine))
  try {
    for (;;) {
      if (await linked(aside, path)) return { isMine: true }
      const owner = await ownerOf(path)
      if (owner !== undefined && isAlive(owner)) return { isMine: false, owner: owner.pid }
      await removeStale(path, aside)
    }
  } finally {
    await unlink(aside)
  }
}

/** Gives a claim of this process back. */
export async function release(path: string): Promise<void> {
  await unlink(path).catch(() => undefined) // Gone already: somebody thought this process dead.
}

/** Who holds the claim; undefined when nobody does or the file is torn. */
export async function ownerOf(path: string): Promise<ProcessIdentity | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isJsonObject(value)) return undefined
    const { pid, start } = value
    return typeof pid === 'number' && typeof start === 'string' ? { pid, start } : undefined
  } catch {
    return undefined
  }
}

async function linked(aside: string, path: string): Promise<boolean> {
  try {
    await link(aside, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** By rename, which only one of several can do; a plain unlink could hit the claim of whoever came next. */
async function removeStale(path: string, aside: string): Promise<void> {
  const stale = `${aside}.stale`
  try {
    await rename(path, stale)
    await unlink(stale)
  } catch {
    // Another process did it.
  }
}
