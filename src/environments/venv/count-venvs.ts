import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { completeVenv } from './build-venv.ts'

/** How many environments are ready, and how many were but have lost their Python since. */
export async function countVenvs(environments: string): Promise<{ readonly ready: number; readonly broken: number }> {
  const names = await readdir(environments).catch(() => [])
  let ready = 0
  let broken = 0
  // Sequential: the disk is one.
  for (const name of names) {
    const folder = join(environments, name)
    if ((await completeVenv(folder)) !== undefined) ready++
    else if ((await stat(join(folder, 'complete.json')).catch(() => undefined)) !== undefined) broken++
  }
  return { ready, broken }
}
