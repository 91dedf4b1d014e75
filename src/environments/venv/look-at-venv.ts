import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../../processes/process-identity.ts'
import type { EnvironmentState } from '../environment-builder.ts'
import { completeVenv } from './build-venv.ts'
import { ownerOf } from './claim.ts'
import { sizeOf } from './unused-venvs.ts'

/**
 * What there is of an environment in its folder. What is complete does not change, so `sizes` remembers how large it is
 * by its folder: walking one is thousands of stats.
 */
export async function lookAtVenv(
  folder: string,
  sizes: Map<string, number>,
): Promise<Pick<EnvironmentState, 'state' | 'sizeBytes' | 'usedMs'>> {
  const used = await stat(join(folder, 'complete.json')).catch(() => undefined)
  const venv = used && (await completeVenv(folder))
  if (venv === undefined) {
    const owner = await ownerOf(join(folder, 'claim'))
    if (owner !== undefined && isAlive(owner)) return { state: 'building' }
    if (used === undefined) return { state: 'unbuilt' }
  }
  const key = venv ?? folder
  const sizeBytes = sizes.get(key) ?? (await sizeOf(folder))
  if (venv !== undefined) sizes.set(key, sizeBytes)
  return { state: venv === undefined ? 'broken' : 'ready', sizeBytes, usedMs: used!.mtimeMs }
}
