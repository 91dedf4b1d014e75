import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { portOf } from '../ports.ts'
import { programCache } from '../python-environments.mjs'

const sluice = join(import.meta.dirname, '../../bin/sluice.mjs')

/** A server of its own process, as a user starts it. */
export interface RunningServer {
  readonly process: ChildProcess
  readonly url: string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  readonly get: <Body>(path: string) => Promise<Body>
  readonly post: <Body>(path: string, body: unknown) => Promise<Body>
  readonly text: (path: string) => Promise<string>
  /** Any other request. */
  readonly call: (path: string, method: string, body?: unknown) => Promise<void>
}

export interface StartOptions {
  readonly data: string
  readonly database?: string
  readonly crashAt?: string
  /** Default: the one that the store had last, else a free one. */
  readonly port?: number
}

/** Starts `sluice up` and waits until it answers. */
export async function startServer({ data, database, crashAt, port }: StartOptions): Promise<RunningServer> {
  const args = [
    'up',
    '--data',
    data,
    '--port',
    port === undefined ? await portOf(data) : String(port),
    ...(database === undefined ? [] : ['--database', database]),
  ]
  const child = spawn(process.execPath, [sluice, ...args], {
    env: {
      ...process.env,
      SLUICE_CACHE: programCache,
      ...(crashAt !== undefined && { SLUICE_CRASH_AT: crashAt }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  let isOver = false
  void ended.then(() => (isOver = true))
  const file = join(data, 'server.json')
  for (;;) {
    if (isOver) throw new Error(`the server ended before it answered:\n${errors}`)
    const record = existsSync(file) ? readRecord(file) : undefined
    if (record?.pid === child.pid && (await answers(record!.url))) return connect(child, record!, ended)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

interface ServerRecord {
  readonly pid: number
  readonly url: string
  readonly local_token: string
}

function readRecord(file: string): ServerRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerRecord
  } catch {
    return undefined
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    (response) => response.ok,
    () => false,
  )
}

function connect(
  child: ChildProcess,
  { url, local_token: token }: ServerRecord,
  ended: RunningServer['ended'],
): RunningServer {
  const headers = { 'x-sluice-local-token': token }
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(`${url}${path}`, { ...init, headers: { ...headers, ...init.headers } })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return response
  }
  return {
    process: child,
    url,
    ended,
    get: async <Body>(path: string) => (await (await call(path, {})).json()) as Body,
    post: async <Body>(path: string, body: unknown) =>
      (await (
        await call(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        })
      ).json()) as Body,
    text: async (path) => (await call(path, {})).text(),
    call: async (path, method, body) => {
      const json = body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }
      await (await call(path, { method, ...json })).text()
    },
  }
}

/** Every crash point of jobs, asked of the program itself: it lists them when it is given a name it does not know. */
export async function crashPoints(data: string): Promise<readonly string[]> {
  const problem = await startServer({ data, crashAt: 'none-of-them' }).then(
    () => 'it started',
    (error: unknown) => String(error),
  )
  const list = /Points of jobs: ([a-z, -]+)\./.exec(problem)
  if (list === null) throw new Error(`the program does not list its crash points: ${problem}`)
  return list[1]!.split(', ')
}

/** Ends a server as an administrator does, and waits for it. */
export async function stopServer(server: RunningServer): Promise<void> {
  server.process.kill('SIGTERM')
  await server.ended
}
