import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { startSluiceIn } from '../mlflow/sluice-server.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, '../../bin/sluice.mjs')

export interface WebServer {
  readonly url: string
  /** Kills the server, as a crash would, and gives what starts it again at the same address. */
  readonly kill: () => Promise<() => Promise<void>>
  /** For files of this test, e.g. pipelines. */
  readonly folder: string
  /** Runs the command on this server's store; gives what it printed. A command that fails, such as a job, fails. */
  readonly sluice: (...args: readonly string[]) => Promise<string>
  /** Writes a file and gives its path. */
  readonly write: (name: string, text: string) => Promise<string>
  /** A call of MLflow's protocol, e.g. `mlflow('runs/create', {...})`. */
  readonly mlflow: (call: string, body: object) => Promise<Record<string, unknown>>
}

/** A server on an empty store, and the ways to fill it that a user has; gone after the test. */
export async function startWebServer(t: TestContext, flags: readonly string[] = []): Promise<WebServer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  const store = join(folder, 'store')
  let server = await startSluiceIn(store, flags)
  const { url } = server
  t.after(async () => {
    server.kill('SIGTERM')
    await server.ended
    await rm(folder, { recursive: true, force: true })
  })
  return {
    url,
    folder,
    kill: async () => {
      server.kill('SIGKILL')
      await server.ended
      return async () => {
        server = await startSluiceIn(store, flags)
        if (server.url !== url) throw new Error(`The server came back at ${server.url}.`)
      }
    },
    sluice: async (...args) =>
      (await run(process.execPath, [program, '--data', store, ...args], { cwd: folder })).stdout,
    write: async (name, text) => {
      await writeFile(join(folder, name), text)
      return join(folder, name)
    },
    mlflow: async (call, body) => {
      const answer = await fetch(`${server.url}/api/2.0/mlflow/${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${call}: ${await answer.text()}`)
      return (await answer.json()) as Record<string, unknown>
    },
  }
}
