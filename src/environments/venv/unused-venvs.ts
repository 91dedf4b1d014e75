import { lstat, readdir, rm, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pathsInUse } from '../../processes/paths-in-use.ts'
import { claim, release } from './claim.ts'

/** Notes that an environment was asked for now: the time of its `complete.json`, which nothing else reads. */
export async function noteUse(folder: string): Promise<void> {
  const now = new Date()
  await utimes(join(folder, 'complete.json'), now, now).catch(() => undefined) // Losing it costs a build at worst.
}

/**
 * Removes environments that were last asked for before `beforeMs` and that no process mentions. `complete.json` goes
 * first, under the claim that a build needs: whoever asks meanwhile waits and then builds anew. Killed half-way it
 * leaves an incomplete environment, which the next build replaces.
 */
export async function removeUnused(
  environments: string,
  { beforeMs, isDryRun }: { readonly beforeMs: number; readonly isDryRun: boolean },
): Promise<{ readonly count: number; readonly sizeBytes: number }> {
  const names = await readdir(environments).catch(() => [])
  const used = pathsInUse(environments)
  let count = 0
  let sizeBytes = 0
  // Sequential: the disk is one.
  for (const name of names.filter((one) => !used.has(one))) {
    const folder = join(environments, name)
    if (!(await wasUnused(folder, beforeMs))) continue
    const size = await sizeOf(folder)
    if (!isDryRun && !(await remove(folder, beforeMs))) continue
    count++
    sizeBytes += size
  }
  return { count, sizeBytes }
}

async function wasUnused(folder: string, beforeMs: number): Promise<boolean> {
  const stats = await stat(join(folder, 'complete.json')).catch(() => undefined)
  return stats !== undefined && stats.mtimeMs < beforeMs
}

async function remove(folder: string, beforeMs: number): Promise<boolean> {
  const claimPath = join(folder, 'claim')
  if (!(await claim(claimPath)).isMine) return false
  try {
    if (!(await wasUnused(folder, beforeMs))) return false
    await unlink(join(folder, 'complete.json'))
    for (const name of await readdir(folder))
      if (/^\d+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true })
    return true
  } finally {
    await release(claimPath)
  }
}

/** Bytes that only this folder holds; files that uv shares with its cache go on being there. */
export async function sizeOf(folder: string): Promise<number> {
  let total = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) total += await sizeOf(path)
    else if (entry.isFile()) {
      const { size, nlink } = await lstat(path)
      if (nlink === 1) total += size
    }
  }
  return total
}
