import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FakeEngine } from '../../test/fake-engine.test-support.ts'
import { fakeEngine } from '../../test/fake-engine.test-support.ts'
import { fakeServer, fakeToken } from '../../test/fake-server.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import type { OpenServer } from '../main.ts'
import type { Surroundings } from './command-line.ts'
import { runCommandLine } from './command-line.ts'
import type { Terminal } from './terminal/terminal.ts'
import { plain } from './terminal/terminal.ts'

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface CliLab {
  readonly engine: FakeEngine
  readonly data: string
  readonly folder: string
  readonly environment: Record<string, string>
  /** Address of the server that `serve` started. */
  url(): string
  /** Runs one command line in this process, in the lab's folder. */
  sluice(...args: readonly string[]): Promise<Ran>
  /** Like `sluice`, with surroundings of its own. */
  sluiceWith(surroundings: Surroundings, ...args: readonly string[]): Promise<Ran>
  /** Writes a file into the lab's folder. */
  file(name: string, text: string): Promise<string>
  /** Starts a server over the engine and announces it in the data folder. */
  serve(): Promise<void>
  /** A stand-in for opening the store in this process, over the same engine; at most one at a time. */
  openServer(): Promise<OpenServer>
  readonly opened: { count: number }
}

/** A terminal that remembers what was written. */
export function recordingTerminal(settings: Partial<Terminal> = {}): Terminal & { text: { out: string; err: string } } {
  const text = { out: '', err: '' }
  let diverted: ((line: string) => void) | undefined
  return {
    out: (written) => void (text.out += written),
    err: (written) => void (text.err += written),
    note: (line) => (diverted === undefined ? void (text.err += `${line}\n`) : diverted(line)),
    divertNotes: (write) => (diverted = write),
    isLive: false,
    isOutTerminal: false,
    size: () => ({ columns: 100, rows: 24 }),
    paint: plain,
    ...settings,
    text,
  }
}

/** A home of its own, an engine in memory, and the command line on top. */
export async function openCliLab(t: TestContext): Promise<CliLab> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  const folder = join(home, 'work')
  const data = join(home, 'data')
  await mkdir(folder)
  await mkdir(data)
  const engine = fakeEngine()
  const environment = { HOME: home, PATH: process.env['PATH'] ?? '', SLUICE_DATA: data }
  const opened = { count: 0 }
  let url = ''
  let isHeld = false
  const openServer = async (): Promise<OpenServer> => {
    if (isHeld) throw new SluiceError('store-in-use', 'The store is open in another process.')
    isHeld = true
    opened.count++
    const server = await fakeServer({ engine, dataFolder: data })
    return {
      url: server.url,
      port: server.port,
      localToken: fakeToken,
      routes: [],
      liveJobs: () => engine.counts().running,
      close: async () => {
        await server.close()
        isHeld = false
      },
    }
  }
  const sluiceWith = async (surroundings: Surroundings, ...args: readonly string[]): Promise<Ran> => {
    const terminal = recordingTerminal()
    const own = { environment, workingFolder: folder, terminal, openServer, program: ['false'] }
    const code = await runCommandLine(args, { ...own, ...surroundings })
    return { code, ...terminal.text }
  }
  t.after(() => rm(home, { recursive: true, force: true }))
  return {
    engine,
    data,
    folder,
    environment,
    opened,
    openServer,
    sluiceWith,
    url: () => url,
    sluice: (...args) => sluiceWith({}, ...args),
    file: async (name, text) => {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, text)
      return path
    },
    serve: async () => {
      const server = await fakeServer({ engine, dataFolder: data })
      url = server.url
      t.after(() => server.close())
      await writeFile(
        join(data, 'server.json'),
        JSON.stringify({ pid: process.pid, url, started_at: new Date().toISOString(), local_token: fakeToken }),
      )
    },
  }
}
