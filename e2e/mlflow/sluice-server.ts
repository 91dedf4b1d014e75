import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { portOf } from '../ports.ts'
import { programCache } from '../python-environments.mjs'

const program = join(import.meta.dirname, '../../bin/sluice.mjs')

/** A server of its own on an empty store; stopped and removed after the test. Gives its address. */
export async function startSluice(
  t: TestContext,
  database: 'sqlite' | 'postgres',
  flags: readonly string[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-e2e-'))
  const store = database === 'sqlite' ? [] : ['--database', await emptySchema(t)]
  const server = await startSluiceIn(folder, ['--webhook-hosts', '127.0.0.1', ...store, ...flags])
  t.after(async () => {
    server.kill('SIGTERM')
    await server.ended
    await rm(folder, { recursive: true, force: true })
  })
  return server.url
}

/** A server on the store in a folder; whoever starts it ends it. */
export async function startSluiceIn(
  folder: string,
  flags: readonly string[] = [],
): Promise<{
  readonly url: string
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<void>
}> {
  // What an earlier server wrote would be taken for this one's.
  await rm(join(folder, 'server.json'), { force: true })
  const server = spawn(process.execPath, [program, 'up', '--data', folder, '--port', await portOf(folder), ...flags], {
    env: { ...process.env, SLUICE_CACHE: programCache },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const kill = (signal: NodeJS.Signals) => void server.kill(signal)
  while (server.exitCode === null && server.signalCode === null) {
    const text = await readFile(join(folder, 'server.json'), 'utf8').catch(() => '')
    if (text !== '') return { url: (JSON.parse(text) as { readonly url: string }).url, kill, ended }
    await pause(50)
  }
  await ended
  await rm(folder, { recursive: true, force: true })
  throw new Error(`The server did not start:\n${output}`)
}

let schemas = 0

async function emptySchema(t: TestContext): Promise<string> {
  const url = process.env['SLUICE_TEST_POSTGRES']!
  const schema = `e2e_${process.pid}_${schemas++}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  t.after(async () => {
    await admin.query(`drop schema ${schema} cascade`)
    await admin.end()
  })
  const own = new URL(url)
  own.searchParams.set('options', `-c search_path=${schema}`)
  return own.href
}
