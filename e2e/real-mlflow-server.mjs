// A real MLflow server on an empty store of its own, for comparing answers and costs: one worker, jobs off, SQLite.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './ports.ts'
import { mlflowClients, pythonEnvironment } from './python-environments.mjs'

/** Starts it and waits for its first answer; `stop` ends it and removes its store. */
export async function startRealMlflow() {
  const python = await pythonEnvironment(mlflowClients['3.17'])
  const folder = await mkdtemp(join(tmpdir(), 'real-mlflow-'))
  const artifacts = join(folder, 'artifacts')
  await mkdir(artifacts)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`, '--artifacts-destination', artifacts]
  const server = spawn(
    python,
    ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', ...store],
    {
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true' },
    },
  )
  let output = ''
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)))
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const stop = async () => {
    // Its workers are processes of their own, in its group.
    if (server.exitCode === null) process.kill(-server.pid, 'SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  for (const deadline = Date.now() + 120_000; Date.now() < deadline && server.exitCode === null; await pause(100)) {
    const isUp = await fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isUp) return { url, pid: server.pid, python, database: join(folder, 'mlflow.db'), stop, output: () => output }
  }
  await stop()
  throw new Error(`mlflow server did not start:\n${output}`)
}
