/**
 * How a lock becomes a virtual environment, so that a half-built one is never used.
 *
 *     environments/<digest>/claim           the process that builds (claim.ts); others wait for it
 *                           1.owner         the process that fills folder 1
 *                           1/              the virtual environment; it cannot be moved afterwards, so it is built in place
 *                           complete.json   names the folder that is complete; linked into place last
 *
 * Each build gets a folder of its own number, because the uv of a killed server goes on writing for a while: its folder
 * is never the one that a later build fills. kill -9 before `complete.json` leaves a folder whose owner is dead, which
 * the next build removes; after it, a complete environment with a stray owner file. Two builds at once (a claim taken
 * over too early) cost time only: the first to link `complete.json` wins and the other one is thrown away.
 */
import { link, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { syncFolder } from '../../artifacts/sync-folder.ts'
import { formatDuration } from '../../base/duration.ts'
import { SluiceError } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'
import { isAlive } from '../../processes/process-identity.ts'
import type { EnvironmentLock } from '../environment-builder.ts'
import { claim, ownerOf, release } from './claim.ts'
import { fillVenv } from './fill-venv.ts'
import type { Interpreter } from './interpreters.ts'
import { writeAside } from './lock-store.ts'
import type { UvTool, Workshop } from './uv/uv-tool.ts'

export interface VenvRequest {
  readonly lock: EnvironmentLock
  /** `environments/<digest>` of the cache. */
  readonly folder: string
  readonly workshop: Workshop
  /** Asked only when something is to be built. */
  readonly interpreter: () => Promise<Interpreter>
  readonly uv: () => Promise<UvTool>
}

/** Polling for another process: quick at first, since most builds are of a few packages. */
const shortestWaitMs = 50
const longestWaitMs = 1000

/** The complete environment's folder; undefined when there is none, or when the Python it was built from is gone. */
export async function completeVenv(folder: string): Promise<string | undefined> {
  try {
    const complete: unknown = JSON.parse(await readFile(join(folder, 'complete.json'), 'utf8'))
    if (!isJsonObject(complete) || typeof complete['folder'] !== 'string') return undefined
    const venv = join(folder, complete['folder'])
    await stat(join(venv, 'bin', 'python')) // Follows the link to the base installation.
    return venv
  } catch {
    return undefined
  }
}

/** Builds the environment, or waits for the process that does, and returns its folder. Throws `environment-failed`. */
export async function buildVenv(request: VenvRequest): Promise<string> {
  const { folder, workshop } = request
  const claimPath = join(folder, 'claim')
  let waitMs = shortestWaitMs
  for (;;) {
    const built = await completeVenv(folder)
    if (built !== undefined) return built
    const held = await claim(claimPath)
    if (held.isMine) break
    if (waitMs === shortestWaitMs) workshop.log(`Waiting for process ${held.owner}, which builds this environment.`)
    await delay(waitMs)
    waitMs = Math.min(waitMs * 2, longestWaitMs)
    if (workshop.signal.aborted) throw stopped()
  }
  try {
    return (await completeVenv(folder)) ?? (await buildClaimed(request))
  } finally {
    await release(claimPath)
  }
}

async function buildClaimed(request: VenvRequest): Promise<string> {
  const { folder, lock, workshop } = request
  const startedAt = performance.now()
  await removeAbandoned(folder)
  const interpreter = await request.interpreter()
  const uv = await request.uv()
  const number = await ownNumber(folder)
  const venv = join(folder, number)
  try {
    await fillVenv({ lock, venv, interpreter, uv, workshop })
    const complete = await publish(folder, number)
    const took = formatDuration(performance.now() - startedAt)
    workshop.log(`The environment is ready after ${took}: Python ${interpreter.version}, ${countOf(lock)}.`)
    return complete
  } catch (error) {
    await rm(venv, { recursive: true, force: true })
    throw workshop.signal.aborted ? stopped() : error
  } finally {
    await release(join(folder, `${number}.owner`))
  }
}

function countOf(lock: EnvironmentLock): string {
  const count = lock.requirements.split('\n').filter((line) => line !== '' && !line.startsWith('-')).length
  return count === 1 ? '1 package' : `${count} packages`
}

/** The first free number, held by an owner file that is there before the folder is. */
async function ownNumber(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const taken = await stat(join(folder, String(number))).then(
      () => true,
      () => false,
    )
    if (!taken && (await claim(join(folder, `${number}.owner`))).isMine) return String(number)
  }
}

/** Makes the folder the complete one, unless another build was faster; then ours goes. */
async function publish(folder: string, number: string): Promise<string> {
  const path = join(folder, 'complete.json')
  const aside = await writeAside(path, JSON.stringify({ format: 1, folder: number }))
  try {
    await link(aside, path)
    await unlink(aside)
  } catch {
    const faster = await completeVenv(folder)
    if (faster !== undefined) {
      await unlink(aside)
      await rm(join(folder, number), { recursive: true, force: true })
      return faster
    }
    await rename(aside, path) // It names an environment whose Python is gone.
  }
  await syncFolder(folder)
  return join(folder, number)
}

/** Removes what builds left behind that were killed; what their tools still write is removed by a later build. */
async function removeAbandoned(folder: string): Promise<void> {
  const complete = await completeVenv(folder)
  for (const name of await readdir(folder)) {
    const number = /^(\d+)\.owner$/.exec(name)?.[1]
    if (number === undefined) continue
    const owner = await ownerOf(join(folder, name))
    if (owner !== undefined && isAlive(owner)) continue
    const venv = join(folder, number)
    try {
      if (venv !== complete) await rm(venv, { recursive: true, force: true })
      await unlink(join(folder, name))
    } catch {
      // A tool of the dead build is still writing there.
    }
  }
}

function stopped(): SluiceError {
  return new SluiceError('environment-failed', 'Building the environment was stopped, because the server stops.', {
    hint: 'It is built when a step needs it again.',
  })
}
