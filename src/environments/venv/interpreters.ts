import { access, constants, readdir, realpath } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { mapLimit } from '../../base/map-limit.ts'
import type { PythonWish } from '../python-wish.ts'
import type { Variables } from './uv/child-environment.ts'
import { runChild } from './uv/run-child.ts'

/** A CPython of this machine that answered when it was asked. */
export interface Interpreter {
  /** Absolute path, of the base installation where it was found through a virtual environment. */
  readonly path: string
  /** e.g. `3.11.7` */
  readonly version: string
  /** 11 for Python 3.11. */
  readonly minor: number
  /** e.g. `linux-x86_64`, `darwin-arm64`, `linux-aarch64-musl`. */
  readonly platform: string
}

export interface InterpreterSearch {
  readonly environment: Variables
  readonly folder: string
  /** Asked first: an absolute path or a name on PATH. */
  readonly preferred?: string
  readonly signal: AbortSignal
}

const question =
  'import sys,os;i=sys.implementation;m=getattr(i,"_multiarch","");' +
  'print(i.name,"%d.%d.%d"%sys.version_info[:3],sys.platform+"-"+os.uname().machine+("-musl" if "musl" in m else ""),' +
  'getattr(sys,"abiflags","") or "-",getattr(sys,"_base_executable",None) or sys.executable)'

/**
 * Finds interpreters by asking them: a name on PATH proves nothing (a pyenv shim exists for every version and fails for
 * most). Answers are kept for the life of the search; nothing is downloaded.
 */
export class Interpreters {
  readonly #search: InterpreterSearch
  readonly #answers = new Map<string, Promise<Interpreter | undefined>>()

  constructor(search: InterpreterSearch) {
    this.#search = search
  }

  /** The first that fits of the preferred interpreter and the `python3` and `python` of PATH, which are asked in turn. */
  async usual(fits: (one: Interpreter) => boolean): Promise<Interpreter | undefined> {
    for (const name of this.#usualNames()) {
      // Sequential: the first one nearly always fits, and asking costs a process.
      const found = (await this.#ask(await this.#onPath(name)))[0]
      if (found !== undefined && fits(found)) return found
    }
    return undefined
  }

  /** The `python3` of PATH, which steps without an environment get. */
  async ofPath(): Promise<Interpreter | undefined> {
    return (await this.#ask(await this.#onPath('python3')))[0]
  }

  /** Interpreters whose name says that they fulfil the wish, wherever versions are kept side by side. */
  async named(wish: PythonWish): Promise<readonly Interpreter[]> {
    const candidates = await this.#candidates()
    const hinted = candidates.filter(({ minor }) => minor >= wish.lowest && minor <= wish.highest)
    return this.#ask(hinted.map(({ path }) => path))
  }

  /** Every interpreter that can be found. */
  async all(): Promise<readonly Interpreter[]> {
    const usual = await Promise.all(this.#usualNames().map((name) => this.#onPath(name)))
    const candidates = await this.#candidates()
    return this.#ask([...usual.flat(), ...candidates.map(({ path }) => path)])
  }

  #usualNames(): readonly string[] {
    const { preferred } = this.#search
    return [...(preferred === undefined ? [] : [preferred]), 'python3', 'python']
  }

  async #ask(paths: readonly string[]): Promise<readonly Interpreter[]> {
    const found = await mapLimit([...new Set(paths)], 4, (path) => this.#answer(path))
    const byPath = new Map(found.flatMap((one) => (one === undefined ? [] : [[one.path, one] as const])))
    return [...byPath.values()]
  }

  #answer(path: string): Promise<Interpreter | undefined> {
    const known = this.#answers.get(path)
    if (known !== undefined) return known
    const answer = this.#question(path)
    this.#answers.set(path, answer)
    return answer
  }

  async #question(path: string): Promise<Interpreter | undefined> {
    const { environment, folder, signal } = this.#search
    const end = await runChild({ command: path, arguments: ['-I', '-S', '-c', question], environment, folder, signal })
    return end.exitCode === 0 ? parseAnswer(end.output) : undefined
  }

  async #onPath(name: string): Promise<readonly string[]> {
    if (isAbsolute(name)) return [name]
    for (const folder of searchPath(this.#search.environment)) {
      const path = join(folder, name)
      // Sequential: the first on PATH is the one that counts.
      if (await isExecutable(path)) return [path]
    }
    return []
  }

  /** `python3.N` on PATH, and what pyenv and uv have installed; the minor version is what the name says. */
  async #candidates(): Promise<readonly { readonly path: string; readonly minor: number }[]> {
    const { environment } = this.#search
    const candidates: { path: string; minor: number }[] = []
    for (const folder of searchPath(environment)) {
      for (const name of await names(folder)) {
        const minor = /^python3\.(\d+)$/.exec(name)?.[1]
        if (minor !== undefined) candidates.push({ path: join(folder, name), minor: Number(minor) })
      }
    }
    for (const folder of versionFolders(environment)) {
      for (const name of (await names(folder)).sort().reverse()) {
        const minor = /^(?:cpython-)?3\.(\d+)(?:\.\d+)?(?:-|$)/.exec(name)?.[1]
        if (minor !== undefined) candidates.push({ path: join(folder, name, 'bin', 'python3'), minor: Number(minor) })
      }
    }
    return candidates
  }
}

/** Reads an interpreter's answer; undefined for PyPy, free-threaded builds (their wheels are others) and Python 2. */
export function parseAnswer(text: string): Interpreter | undefined {
  const [, version, minor, platform, flags, path] =
    /^cpython (3\.(\d+)\.\d+) (\S+) (\S+) (.+)$/m.exec(text.trim()) ?? []
  if (version === undefined || flags!.includes('t')) return undefined
  return { path: path!, version, minor: Number(minor), platform: platform! }
}

function searchPath(environment: Variables): readonly string[] {
  // A relative folder on PATH would be looked up from wherever the server runs.
  return (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
}

function versionFolders(environment: Variables): readonly string[] {
  const home = environment['HOME']
  const dataHome = environment['XDG_DATA_HOME'] ?? (home && join(home, '.local', 'share'))
  const pyenv = environment['PYENV_ROOT'] ?? (home && join(home, '.pyenv'))
  const uv = environment['UV_PYTHON_INSTALL_DIR'] ?? (dataHome && join(dataHome, 'uv', 'python'))
  return [...(pyenv ? [join(pyenv, 'versions')] : []), ...(uv ? [uv] : [])]
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch {
    return [] // PATH may name folders that do not exist.
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await realpath(path)) !== ''
  } catch {
    return false
  }
}
