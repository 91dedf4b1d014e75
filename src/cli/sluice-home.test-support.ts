import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { programCache } from '../../e2e/python-environments.mjs'
import { packageRoot } from '../config.ts'

const waits = 'echo started >> $HOME/trace; while [ ! -e $HOME/go ]; do sleep 0.05; done; echo ended >> $HOME/trace'

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
  /** Resolves when standard error has said this. */
  said(pattern: RegExp): Promise<void>
}

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A home of its own, in which the command itself runs against the real engine. */
export async function openHome(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  const folder = join(home, 'work')
  const environment = {
    HOME: home,
    PATH: process.env['PATH'] ?? '',
    SLUICE_CACHE: programCache,
    SLUICE_DATA: join(home, 'data'),
  }
  await mkdir(folder)
  await writeFile(join(folder, 'wait.yml'), `type: command\ncommand: ${JSON.stringify(waits)}\n`)
  await writeFile(join(folder, 'quick.yml'), 'type: command\ncommand: echo quick\n')
  const start = (...args: readonly string[]): Running => {
    const child = spawn(process.execPath, [join(packageRoot(), 'bin/sluice.mjs'), ...args], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    let look: () => void = () => undefined
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk
      look()
    })
    const ended = new Promise<Ran>((resolve) => child.on('close', (code) => resolve({ code, out, err })))
    return {
      child,
      ended,
      said: (pattern) =>
        new Promise((resolve, reject) => {
          look = () => pattern.test(err) && resolve()
          child.on('close', () => reject(new Error(`ended without saying ${pattern}: ${err}`)))
          look()
        }),
    }
  }
  const sluice = (...args: readonly string[]): Promise<Ran> => start(...args).ended
  const go = () => writeFile(join(home, 'go'), '')
  t.after(async () => {
    await go()
    await sluice('down')
    await rm(home, { recursive: true, force: true })
  })
  return {
    home,
    folder,
    data: join(home, 'data'),

    start,
    /** Writes a file into the folder that commands run in. */
    file: async (name: string, text: string) => {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      return path
    },
    sluice,
    go,
    trace: () => readFile(join(home, 'trace'), 'utf8').catch(() => ''),
    serverPid: async () => (JSON.parse((await sluice('status', '--json')).out) as { pid?: number }).pid,
    jobs: async () =>
      (JSON.parse((await sluice('job', 'list', '--json')).out) as { items: { name: string; status: string }[] }).items,
  }
}

export const nameIn = (text: string) => /[a-z]+_[a-z]+_[a-z0-9]{10}/.exec(text)![0]
