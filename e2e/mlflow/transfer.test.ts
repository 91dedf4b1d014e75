import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { startRealMlflow } from '../real-mlflow-server.mjs'
import { startSluice } from './sluice-server.ts'

const run = promisify(execFile)
const sluice = join(import.meta.dirname, '../../bin/sluice.mjs')

test('a history comes from a real mlflow server, and goes to another one, with nothing lost on the way', async (t) => {
  const python = await pythonEnvironment(mlflowClients['3.17'])
  const history = async (url: string, action: 'make' | 'look'): Promise<string> =>
    (await run(python, [join(import.meta.dirname, 'history.py'), url, action])).stdout
  const [from, to, ours] = await Promise.all([startRealMlflow(), startRealMlflow(), startSluice(t, 'sqlite')])
  t.after(() => Promise.all([from.stop(), to.stop()]))
  await history(from.url, 'make')
  const original = JSON.parse(await history(from.url, 'look')) as { runs: readonly unknown[] }
  assert.equal(original.runs.length, 4)
  // Without a store of its own: the command talks to the server it is told.
  const folder = await mkdtemp(join(tmpdir(), 'sluice-transfer-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const command = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const flags = ['--url', ours, '--data', folder, '--json']
    return JSON.parse((await run(process.execPath, [sluice, ...args, ...flags])).stdout) as Record<string, unknown>
  }
  const imported = await command('import', 'mlflow', '--from', from.url)
  assert.deepEqual([imported['runs'], imported['metric_points'], imported['artifacts']], [4, 124, 12])
  assert.deepEqual([imported['traces'], imported['spans']], [2, 3])
  assert.deepEqual(JSON.parse(await history(ours, 'look')), original)
  const again = await command('import', 'mlflow', '--from', from.url)
  assert.deepEqual([again['artifacts'], again['artifacts_present'], again['model_versions']], [0, 12, 0])
  await command('export', 'mlflow', '--to', to.url)
  assert.deepEqual(JSON.parse(await history(to.url, 'look')), original)
})
