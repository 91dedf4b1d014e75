import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { programCache } from '../../../e2e/python-environments.mjs'
import type { BuiltEnvironment, EnvironmentLock, EnvironmentRequest } from '../environment-builder.ts'
import type { EnvironmentBuilderLab } from '../environment-builder.contract.ts'
import { childEnvironment } from './uv/child-environment.ts'
import { choosePython } from './choose-python.ts'
import { venvBuilder } from './index.ts'
import type { VenvBuilder, VenvBuilderOptions } from './index.ts'
import { Interpreters } from './interpreters.ts'
import { findUv } from './uv/uv-tool.ts'
import type { Workshop } from './uv/uv-tool.ts'

/** Kept between test runs: uv, its downloads and the environments that take long to build. */
export const sharedCache = programCache
export const sharedUvCache = join(sharedCache, 'uv')

/** A temporary folder that the caller removes. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sluice-venv-'))
}

/** Where tools run in a test, with this machine's environment unless told otherwise. */
export function workshopIn(folder: string, environment: NodeJS.ProcessEnv = process.env): Workshop {
  return {
    environment: childEnvironment(environment, sharedUvCache),
    folder,
    signal: new AbortController().signal,
    log: () => undefined,
  }
}

let uv: Promise<string> | undefined

/** The uv of this machine, or one installed once into the shared cache. */
export function sharedUv(): Promise<string> {
  uv ??= findSharedUv()
  return uv
}

async function findSharedUv(): Promise<string> {
  await mkdir(sharedCache, { recursive: true })
  const workshop = workshopIn(sharedCache)
  const { interpreter } = await choosePython(new Interpreters(workshop))
  const { path } = await findUv(workshop, () => Promise.resolve(interpreter.path))
  return path
}

/** The options of a builder in a folder, with a `uv` in front of PATH that writes its arguments to `<folder>/calls`. */
export async function recordedOptions(folder: string): Promise<VenvBuilderOptions> {
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  const uv = await sharedUv()
  // Without our folder on PATH, or a `uv` found there would be the recorder itself.
  const script = `#!/bin/sh\necho "$1 $2" >> '${folder}/calls'\nPATH="\${PATH#*:}"\nexec ${uv === 'uv' ? 'uv' : `'${uv}'`} "$@"\n`
  await writeFile(join(bin, 'uv'), script)
  await chmod(join(bin, 'uv'), 0o755)
  const baseEnvironment = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }
  return { cacheFolder: join(folder, 'cache'), uvCache: sharedUvCache, baseEnvironment, log: () => undefined }
}

/** The first lines' words of every uv call so far, e.g. `pip compile`. */
export function uvCalls(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}

/** Runs Python code in an environment and returns what it prints; bytecode is never written. */
export async function runPython(built: BuiltEnvironment, code: string, folder = tmpdir()): Promise<string> {
  const environment = {
    PATH: built.path.join(delimiter),
    ...built.variables,
    PYTHONDONTWRITEBYTECODE: '1',
    HOME: folder,
  }
  const { stdout } = await promisify(execFile)(built.python, ['-c', code], { env: environment, cwd: folder })
  return stdout.trim()
}

interface BlockedBuild {
  /** The lines it logged. */
  readonly lines: readonly string[]
  /** Kills the process that builds, as `kill -9` does. */
  kill(): Promise<void>
}

/** A build in a process of its own that blocks its only thread: what its tools still do goes on, what it would do next does not. */
const blockedBuild = `
import { writeSync } from 'node:fs'
const { module, cacheFolder, uvCache, lock, line } = JSON.parse(process.argv[1])
const { venvBuilder } = await import(module)
const builder = venvBuilder({ cacheFolder, uvCache, baseEnvironment: process.env, log: () => undefined })
await builder.build(lock, (each) => {
  writeSync(1, each + '\\n')
  if (each.startsWith(line)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

/** Builds in another process, which stands still for ever right after it has logged a line that starts with `line`. */
export async function buildUntil(
  options: VenvBuilderOptions,
  lock: EnvironmentLock,
  line: string,
): Promise<BlockedBuild> {
  const { cacheFolder, uvCache, baseEnvironment } = options
  const task = JSON.stringify({ module: import.meta.resolve('./index.ts'), cacheFolder, uvCache, lock, line })
  const child = spawn(process.execPath, ['--input-type=module', '-e', blockedBuild, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: baseEnvironment,
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let text = ''
  child.stdout.setEncoding('utf8')
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (
      text
        .split('\n')
        .slice(0, -1)
        .some((each) => each.startsWith(line))
    ) {
      const kill = async (): Promise<void> => {
        child.kill('SIGKILL')
        await ended
      }
      return { lines: text.trim().split('\n'), kill }
    }
  }
  throw new Error(`The build ended without logging "${line}": ${text}`)
}

/** A lab of the venv builder; the other Python is one of this machine's, if it has several. */
export async function openVenvLab(): Promise<EnvironmentBuilderLab> {
  const folder = temporaryFolder()
  const options = await recordedOptions(folder)
  const builders: VenvBuilder[] = []
  const open = (): VenvBuilder => {
    const builder = venvBuilder(options)
    builders.push(builder)
    return builder
  }
  const builder = open()
  other ??= otherPython(folder)
  const python = await other
  return {
    builder,
    reopened: open,
    six: requirements('six'),
    sixAndMore: requirements('six', 'iniconfig'),
    ...(python !== undefined && { sixOnOtherPython: { ...requirements('six'), python } }),
    run: (built, code) => runPython(built, code, folder),
    realBuilds: () => uvCalls(folder).filter((call) => call.startsWith('venv')).length,
    killBuildAt: async (lock, line) => (await buildUntil(options, lock, line)).kill(),
    close: async () => {
      await Promise.all(builders.map((each) => each.close()))
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A request for packages by requirement lines. */
export function requirements(...lines: readonly string[]): Extract<EnvironmentRequest, { kind: 'requirements' }> {
  return { kind: 'requirements', lines }
}

let other: Promise<string | undefined> | undefined

async function otherPython(folder: string): Promise<string | undefined> {
  const interpreters = new Interpreters(workshopIn(folder))
  const usual = (await choosePython(interpreters)).interpreter
  const others = (await interpreters.all()).filter(({ minor }) => minor >= 10 && minor !== usual.minor)
  return others[0] === undefined ? undefined : `3.${others[0].minor}`
}
