import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve as absolute } from 'node:path'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import { canonicalJson } from '../../base/json.ts'
import type { JsonValue } from '../../base/json.ts'
import type { CuratedTable } from '../curated.ts'
import type {
  BuiltEnvironment,
  EnvironmentBuilder,
  EnvironmentHasher,
  EnvironmentInspector,
  EnvironmentKeeper,
  EnvironmentLock,
  EnvironmentRequest,
  EnvironmentState,
} from '../environment-builder.ts'
import { parsePythonWish } from '../python-wish.ts'
import type { PythonWish } from '../python-wish.ts'
import { wantedPackages } from '../wanted-packages.ts'
import type { WantedPackages } from '../wanted-packages.ts'
import { buildVenv, completeVenv } from './build-venv.ts'
import { childEnvironment } from './uv/child-environment.ts'
import { choosePython } from './choose-python.ts'
import type { ChosenPython } from './choose-python.ts'
import { includedFile } from '../../assets/included-file.ts'
import { hashedRequirements } from './hashed-requirements.ts'
import { Interpreters } from './interpreters.ts'
import type { Interpreter } from './interpreters.ts'
import { countVenvs } from './count-venvs.ts'
import { lookAtVenv } from './look-at-venv.ts'
import { LockStore } from './lock-store.ts'
import { resolvePackages } from './uv/resolve-packages.ts'
import { SingleFlight } from './single-flight.ts'
import { noteUse, removeUnused } from './unused-venvs.ts'
import { findUv } from './uv/uv-tool.ts'
import type { UvTool, Workshop } from './uv/uv-tool.ts'

export interface VenvBuilderOptions {
  /** Where locks, environments, uv and its cache live; may be deleted whenever nothing runs. */
  readonly cacheFolder: string
  /** uv's cache, when it is to be shared; else UV_CACHE_DIR of the environment, else `uv` in the cache folder. */
  readonly uvCache?: string
  /** Registry environments of the configuration; these win over the shipped table. */
  readonly curated?: CuratedTable
  /** URL prefixes that requirement lines may name; nothing by default. */
  readonly allowedSources?: readonly string[]
  /** The server's environment, of which tools get a short list of names (child-environment.ts). */
  readonly baseEnvironment: Readonly<Record<string, string | undefined>>
  /** The Python to use where a definition does not ask for another version; `python3` of PATH when absent. */
  readonly python?: string
  /** Gets what happens outside `build`, e.g. that uv is installed. */
  readonly log: (line: string) => void
}

/** An environment builder that runs tools; `close` ends them and waits for them. */
export interface VenvBuilder extends EnvironmentBuilder, EnvironmentHasher, EnvironmentKeeper, EnvironmentInspector {
  close(): Promise<void>
}

/** Builds virtual environments with uv, below one folder that several processes may share. */
export function venvBuilder(options: VenvBuilderOptions): VenvBuilder {
  return new UvVenvBuilder(options)
}

class UvVenvBuilder implements VenvBuilder {
  readonly #options: VenvBuilderOptions
  readonly #stop = new AbortController()
  readonly #workshop: Workshop
  readonly #interpreters: Interpreters
  readonly #locks: LockStore
  readonly #resolving = new SingleFlight<EnvironmentLock>()
  readonly #building = new SingleFlight<string>()
  readonly #sizes = new Map<string, number>()
  #uv: Promise<UvTool> | undefined

  constructor(options: VenvBuilderOptions) {
    const { baseEnvironment, python, log } = options
    // Tools run in the cache folder, so a relative one would be looked up from within itself.
    const cacheFolder = absolute(options.cacheFolder)
    const uvCache = options.uvCache ?? baseEnvironment['UV_CACHE_DIR'] ?? join(cacheFolder, 'uv')
    const environment = childEnvironment(baseEnvironment, uvCache)
    this.#options = { ...options, cacheFolder }
    this.#workshop = { environment, folder: cacheFolder, signal: this.#stop.signal, log }
    this.#interpreters = new Interpreters({ ...this.#workshop, ...(python !== undefined && { preferred: python }) })
    this.#locks = new LockStore(join(cacheFolder, 'locks'))
  }

  async lock(request: EnvironmentRequest, { upgrade = false } = {}): Promise<EnvironmentLock> {
    await mkdir(this.#options.cacheFolder, { recursive: true })
    if (request.kind === 'none') return this.#lockOfNone()
    const { wanted, chosen } = await this.#wanted(request)
    const kept = await this.#keptLock(wanted, chosen, upgrade)
    const notes = [...wanted.notes, ...(chosen.note === undefined ? [] : [chosen.note]), ...kept.notes]
    return { ...kept, notes }
  }

  async look(request: EnvironmentRequest): Promise<EnvironmentState> {
    if (request.kind === 'none') return { state: 'ready', lock: await this.#lockOfNone() }
    const { wanted, chosen } = await this.#wanted(request)
    const lock = await this.#locks.read(keyOf(wanted, chosen))
    if (lock === undefined) return { state: 'unresolved' }
    return { lock, ...(await lookAtVenv(this.#folderOf(lock), this.#sizes)) }
  }

  /** What a request asks for, and the Python of this machine that fits it best. */
  async #wanted(
    request: Exclude<EnvironmentRequest, { kind: 'none' }>,
  ): Promise<{ readonly wanted: WantedPackages; readonly chosen: ChosenPython }> {
    const { curated, allowedSources } = this.#options
    const wanted = wantedPackages(request, {
      ...(curated !== undefined && { curated }),
      ...(allowedSources !== undefined && { allowedSources }),
      readBeside: includedFile,
    })
    return { wanted, chosen: await choosePython(this.#interpreters, wishOf(wanted)) }
  }

  async isBuilt(lock: EnvironmentLock): Promise<boolean> {
    return isNone(lock) || (await completeVenv(this.#folderOf(lock))) !== undefined
  }

  async build(lock: EnvironmentLock, log: (line: string) => void): Promise<BuiltEnvironment> {
    if (isNone(lock)) return { digest: lock.digest, path: [], variables: {}, python: 'python3' }
    const folder = this.#folderOf(lock)
    const venv =
      (await completeVenv(folder)) ??
      (await this.#building.run(
        lock.digest,
        (tellAll) =>
          buildVenv({
            lock,
            folder,
            workshop: { ...this.#workshop, log: tellAll },
            interpreter: () => this.#interpreterOf(lock),
            uv: () => this.#uvTool(),
          }),
        log,
      ))
    await noteUse(folder)
    const bin = join(venv, 'bin')
    return { digest: lock.digest, path: [bin], variables: { VIRTUAL_ENV: venv }, python: join(bin, 'python') }
  }

  hashed(lock: EnvironmentLock): Promise<string | undefined> {
    return hashedRequirements(lock, {
      folder: join(this.#options.cacheFolder, 'locks'),
      workshop: this.#workshop,
      uv: () => this.#uvTool(),
      interpreter: () => this.#interpreterOf(lock),
    })
  }

  removeUnused(
    options: Parameters<EnvironmentKeeper['removeUnused']>[0],
  ): ReturnType<EnvironmentKeeper['removeUnused']> {
    return removeUnused(join(this.#options.cacheFolder, 'environments'), options)
  }

  count(): ReturnType<EnvironmentKeeper['count']> {
    return countVenvs(join(this.#options.cacheFolder, 'environments'))
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all([this.#resolving.settled(), this.#building.settled(), this.#uv?.catch(() => undefined)])
  }

  async #lockOfNone(): Promise<EnvironmentLock> {
    const found = await this.#interpreters.ofPath()
    const python = found === undefined ? 'none' : `3.${found.minor}`
    const platform = found?.platform ?? process.platform
    return { digest: digestOfNone(python, platform), python, platform, requirements: '', notes: [] }
  }

  /** The lock of these requirements for this Python: kept, or (where there is none, or by `upgrade`) resolved now and kept from now on. */
  async #keptLock(wanted: WantedPackages, chosen: ChosenPython, upgrade: boolean): Promise<EnvironmentLock> {
    const { interpreter } = chosen
    const python = `3.${interpreter.minor}`
    const { platform } = interpreter
    const mayLoosen = mayLoosenOf(wanted, chosen)
    const key = keyOf(wanted, chosen)
    const kept = upgrade ? undefined : await this.#locks.read(key)
    if (kept !== undefined) return kept
    const resolve = async (): Promise<EnvironmentLock> => {
      const uv = await this.#uvTool()
      const resolution = await resolvePackages({ uv, workshop: this.#workshop, wanted, interpreter, mayLoosen })
      const digest = sha256({ format: 1, python, platform, requirements: resolution.requirements })
      const lock = { digest, python, platform, ...resolution }
      return upgrade ? this.#locks.replace(key, lock) : this.#locks.keep(key, lock)
    }
    return this.#resolving.run(upgrade ? `${key} anew` : key, resolve, this.#options.log)
  }

  async #interpreterOf(lock: EnvironmentLock): Promise<Interpreter> {
    const wish = parsePythonWish(lock.python)!
    const { interpreter } = await choosePython(this.#interpreters, wish)
    if (`3.${interpreter.minor}` === lock.python && interpreter.platform === lock.platform) return interpreter
    throw new SluiceError(
      'environment-failed',
      `The environment was resolved for Python ${lock.python} on ${lock.platform}; this machine has Python ${interpreter.version} on ${interpreter.platform}.`,
      { hint: `Install Python ${lock.python}, or submit the job again so that it is resolved anew.` },
    )
  }

  #uvTool(): Promise<UvTool> {
    this.#uv ??= findUv(this.#workshop, async () => (await choosePython(this.#interpreters)).interpreter.path).catch(
      (error: unknown) => {
        this.#uv = undefined // The next call tries again: the network may be back.
        throw error
      },
    )
    return this.#uv
  }

  #folderOf(lock: EnvironmentLock): string {
    // Half the digest: scripts name their interpreter in their first line, which some kernels cut at 127 characters.
    return join(this.#options.cacheFolder, 'environments', lock.digest.slice(0, 32))
  }
}

function mayLoosenOf({ isApproximate }: WantedPackages, { isWished }: ChosenPython): boolean {
  return isApproximate || !isWished
}

/** What a lock is kept by. */
function keyOf(wanted: WantedPackages, chosen: ChosenPython): Digest {
  const { minor, platform } = chosen.interpreter
  const requirements = [...wanted.requirements].sort()
  const mayLoosen = mayLoosenOf(wanted, chosen)
  return sha256({ format: 1, python: `3.${minor}`, platform, mayLoosen, requirements })
}

function wishOf({ python, label }: WantedPackages): PythonWish | undefined {
  if (python === undefined) return undefined
  const wish = parsePythonWish(python)
  if (wish !== undefined) return wish
  throw new SluiceError('environment-failed', `The Python "${python}" of ${label} is no version of Python 3.`, {
    hint: 'Write e.g. 3.11 or >=3.10,<3.13.',
  })
}

function isNone(lock: EnvironmentLock): boolean {
  return lock.digest === digestOfNone(lock.python, lock.platform)
}

/** One per interpreter; kept, since every step asks. */
const digestsOfNone = new Map<string, Digest>()

function digestOfNone(python: string, platform: string): Digest {
  const name = `${python} ${platform}`
  const digest = digestsOfNone.get(name) ?? sha256({ format: 1, kind: 'none', python, platform })
  digestsOfNone.set(name, digest)
  return digest
}

function sha256(value: JsonValue): Digest {
  return createHash('sha256').update(canonicalJson(value)).digest('hex') as Digest
}
