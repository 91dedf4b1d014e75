import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../../python-environments.mjs'
import { send, startServer, type Answer, type Server } from '../server.ts'
import bodies from './bodies.json' with { type: 'json' }

const run = promisify(execFile)
const models = [...new Set(bodies.map(({ model }) => model))]

/** Its version 2 uses what newer versions of FastAPI lack, and does not refuse those. */
const servers = { 2.22: [...mlflowClients['2.22'], 'fastapi<0.115'], 3.17: mlflowClients['3.17'] }

/** MLflow's own server, with every model below `folder`. */
async function startMlflow(t: TestContext, python: string, folder: string): Promise<string> {
  const child = spawn(python, [join(import.meta.dirname, 'serve_models.py'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_LOGGING_LEVEL: 'ERROR', PYTHONWARNINGS: 'ignore' },
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  t.after(async () => {
    child.kill()
    await ended
  })
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()))
    child.once('exit', (code) => reject(new Error(`mlflow's scoring server ended with ${code}`)))
  })
  return `http://127.0.0.1:${port}`
}

async function deploy(server: Server, folder: string): Promise<void> {
  for (const model of models) {
    const file = join(folder, `${model}.yml`)
    const settings = 'request_settings: {request_timeout_ms: 90000}'
    const text = `name: blue\nendpoint_name: ${model}\n${settings}\nmodel:\n  path: ./${model}\n  type: mlflow_model\n`
    await writeFile(file, text)
    const { status, body } = await server.post(`/api/v1/endpoints/${model}/deploy`, { file })
    assert.equal(status, 200, JSON.stringify(body))
  }
}

function ask(url: string, { type, body }: (typeof bodies)[number]): Promise<Answer> {
  return send(url, { method: 'POST', headers: { 'content-type': type }, body })
}

for (const version of ['2.22', '3.17'] as const) {
  test(`${bodies.length} bodies are answered as mlflow models serve ${version} answers them`, async (t) => {
    const server = await startServer(t)
    const python = await pythonEnvironment(servers[version])
    const folder = join(server.data, 'models')
    await mkdir(folder)
    await run(python, [join(import.meta.dirname, 'save_models.py'), folder], { timeout: 300_000 })
    const mlflow = await startMlflow(t, python, folder)
    await deploy(server, folder)
    for (const body of bodies) {
      const what = `${body.model}: ${body.name}`
      const theirs = await ask(`${mlflow}/${body.model}/invocations`, body)
      const ours = await ask(`${server.url()}/endpoints/${body.model}/invocations`, body)
      assert.equal(ours.status, theirs.status, `${what}: ${JSON.stringify(ours)} and not ${JSON.stringify(theirs)}`)
      if (theirs.status === 200) assert.deepEqual(ours.body, theirs.body, what)
      else assert.equal(typeof (ours.body as { message: unknown }).message, 'string', what)
    }
  })
}
