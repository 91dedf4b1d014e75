import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { portOf } from '../ports.ts'
import { programCache } from '../python-environments.mjs'

const program = join(import.meta.dirname, '../../bin/sluice.mjs')

/** A server on a store of its own that can be killed and started again. */
export interface Server {
  readonly data: string
  readonly url: () => string
  /** SIGKILL, as the kernel or a user does it. */
  readonly kill: () => Promise<void>
  readonly start: (environment?: Readonly<Record<string, string>>) => Promise<void>
  /** Resolves when the process has ended, by itself or not. */
  readonly ended: () => Promise<void>
  /** Sends JSON with the proof of being this machine's user. */
  readonly post: (path: string, body: unknown) => Promise<Answer>
  readonly patch: (path: string, body: unknown) => Promise<Answer>
  readonly get: (path: string) => Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Starts `sluice up` with these options on an empty store; stopped and removed after the test. */
export async function startServer(
  t: TestContext,
  options: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  let running: { readonly child: ChildProcess; readonly ended: Promise<void> } | undefined
  let state = { url: '', local_token: '' }

  async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    await rm(join(data, 'server.json'), { force: true })
    const child = spawn(process.execPath, [program, 'up', '--data', data, '--port', await portOf(data), ...options], {
      env: { ...process.env, SLUICE_CACHE: programCache, ...variables, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    running = { child, ended: new Promise((resolve) => child.once('exit', () => resolve())) }
    while (child.exitCode === null && child.signalCode === null) {
      const text = await readFile(join(data, 'server.json'), 'utf8').catch(() => '')
      if (text !== '') return void (state = JSON.parse(text) as typeof state)
      await pause(20)
    }
    throw new Error(`The server did not start:\n${output}`)
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    running?.child.kill(signal)
    await running?.ended
  }

  t.after(async () => {
    await end('SIGTERM')
    await rm(data, { recursive: true, force: true })
  })
  const change = (method: string, path: string, body: unknown): Promise<Answer> =>
    send(`${state.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-sluice-local-token': state.local_token },
      body: JSON.stringify(body),
    })
  await start()
  return {
    data,
    url: () => state.url,
    kill: () => end('SIGKILL'),
    start,
    ended: async () => running?.ended,
    post: (path, body) => change('POST', path, body),
    patch: (path, body) => change('PATCH', path, body),
    get: (path) => send(`${state.url}${path}`, {}),
  }
}

/** One request; the body is parsed where it is JSON. */
export async function send(url: string, options: RequestInit): Promise<Answer> {
  const reply = await fetch(url, options)
  const text = await reply.text()
  try {
    return { status: reply.status, body: JSON.parse(text) as unknown }
  } catch {
    return { status: reply.status, body: text }
  }
}
