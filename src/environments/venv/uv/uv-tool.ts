import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SluiceError } from '../../../base/errors.ts'
import { identifyProcess } from '../../../processes/process-identity.ts'
import type { Variables } from './child-environment.ts'
import { uvSettingsOfPip } from './child-environment.ts'
import { runChild } from './run-child.ts'
import type { ChildEnd } from './run-child.ts'
import { wordsOf } from './tool-words.ts'

/** What running a tool takes beside its arguments. */
export interface Workshop {
  readonly environment: Variables
  /** Where tools run and keep their things; no project's settings are found from here. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly log: (line: string) => void
}

/** A uv that answers, with the environment it is to run in. */
export interface UvTool {
  readonly path: string
  readonly environment: Variables
}

/** Older ones lack options that are used here. */
const oldestUv = [0, 5, 0] as const

/**
 * Finds uv on PATH or in the cache, else installs it from PyPI into the cache with the given Python: `pip install
 * --target`, or through a virtual environment where that Python has no pip. Throws `environment-failed` when it has
 * neither. Two installations at once do no harm: each is made aside and one of them is renamed into place.
 */
export async function findUv(workshop: Workshop, python: () => Promise<string>): Promise<UvTool> {
  const kept = join(workshop.folder, 'tools', 'uv')
  const installed = join(kept, 'bin', 'uv')
  const path = (await answers('uv', workshop)) ? 'uv' : (await answers(installed, workshop)) ? installed : undefined
  const interpreter = await python()
  const environment = await withPipSettings(workshop, interpreter)
  if (path !== undefined) return { path, environment }
  workshop.log('Installing uv, which builds Python environments, from PyPI (once).')
  await installUv(kept, interpreter, workshop)
  if (!(await answers(installed, workshop))) {
    throw new SluiceError('environment-failed', `The uv that pip installed (${installed}) does not run here.`, {
      hint: 'Install uv so that it is on PATH, e.g. pipx install uv, and try again.',
    })
  }
  return { path: installed, environment }
}

async function answers(uv: string, workshop: Workshop): Promise<boolean> {
  const { exitCode, output } = await runChild({ ...workshop, command: uv, arguments: ['--version'] })
  const version = /^uv (\d+)\.(\d+)\.(\d+)/.exec(output)?.slice(1).map(Number)
  if (exitCode !== 0 || version === undefined) return false
  const differing = oldestUv.findIndex((part, index) => version[index] !== part)
  return differing < 0 || version[differing]! > oldestUv[differing]!
}

async function withPipSettings(workshop: Workshop, python: string): Promise<Variables> {
  const list = await runChild({ ...workshop, command: python, arguments: ['-m', 'pip', 'config', 'list'] })
  if (list.exitCode !== 0) return workshop.environment
  return { ...workshop.environment, ...uvSettingsOfPip(list.output, workshop.environment) }
}

async function installUv(target: string, python: string, workshop: Workshop): Promise<void> {
  await removeAbandoned(dirname(target))
  const aside = `${target}.${process.pid}-${++asideCount}`
  await mkdir(aside, { recursive: true })
  try {
    const end = await pipInstall(aside, python, workshop)
    if (end.exitCode !== 0) {
      throw new SluiceError('environment-failed', `pip could not install uv: ${wordsOf(end)}`, {
        hint: 'Check the network and the index that pip uses, or install uv so that it is on PATH.',
      })
    }
    await putInPlace(aside, target, workshop)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

let asideCount = 0

/** Removes what installations left behind that were killed. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => [])
  for (const name of names) {
    const pid = /^uv\.(\d+)-\d+$/.exec(name)?.[1]
    const isAbandoned = pid !== undefined && identifyProcess(Number(pid)) === undefined
    if (isAbandoned) await rm(join(folder, name), { recursive: true, force: true })
  }
}

async function putInPlace(aside: string, target: string, workshop: Workshop): Promise<void> {
  try {
    await rename(aside, target)
  } catch {
    // Something is there: another process was faster, or an earlier copy does not run here.
    if (await answers(join(target, 'bin', 'uv'), workshop)) return
    await rm(target, { recursive: true, force: true })
    await rename(aside, target)
  }
}

async function pipInstall(aside: string, python: string, workshop: Workshop): Promise<ChildEnd> {
  const run = (command: string, ...args: readonly string[]): Promise<ChildEnd> =>
    runChild({ ...workshop, command, arguments: args })
  const install = ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', '--no-compile', '--target', aside, 'uv<1']
  const hasPip = (await run(python, '-m', 'pip', '--version')).exitCode === 0
  if (hasPip) return run(python, ...install)
  const maker = join(aside, 'maker')
  const made = await run(python, '-m', 'venv', maker)
  if (made.exitCode !== 0) {
    throw new SluiceError(
      'environment-failed',
      `uv is missing, and ${python} has neither pip nor ensurepip to install it.`,
      {
        hint: 'Install one of them, e.g. apt install python3-pip, or install uv so that it is on PATH.',
      },
    )
  }
  const end = await run(join(maker, 'bin', 'python'), ...install)
  await rm(maker, { recursive: true, force: true })
  return end
}
