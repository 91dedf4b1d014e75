import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
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
  await databaseImport(t, { from, history, original, folder })
  await folderRoundTrip(t, { command, history, original, folder })
  await command('export', 'mlflow', '--to', to.url)
  assert.deepEqual(JSON.parse(await history(to.url, 'look')), original)
})

type Command = (...args: readonly string[]) => Promise<Record<string, unknown>>

/** The database of the same server, as a file. */
async function databaseImport(
  t: TestContext,
  {
    from,
    history,
    original,
    folder,
  }: {
    readonly from: { readonly database: string }
    readonly history: (url: string, action: 'look') => Promise<string>
    readonly original: object
    readonly folder: string
  },
): Promise<void> {
  const another = await startSluice(t, 'sqlite')
  const { stdout } = await run(process.execPath, [
    ...[sluice, 'import', 'mlflow', '--from', `sqlite:///${from.database}`],
    ...['--artifacts', join(dirname(from.database), 'artifacts'), '--url', another],
    ...['--data', join(folder, 'none'), '--json'],
  ])
  const imported = JSON.parse(stdout) as Record<string, unknown>
  assert.deepEqual([imported['runs'], imported['metric_points'], imported['artifacts']], [4, 124, 12])
  assert.deepEqual(JSON.parse(await history(another, 'look')), original)
}

/** Into a folder that MLflow reads itself, and from there into another store of ours. */
async function folderRoundTrip(
  t: TestContext,
  {
    command,
    history,
    original,
    folder,
  }: {
    readonly command: Command
    readonly history: (url: string, action: 'look') => Promise<string>
    readonly original: object
    readonly folder: string
  },
): Promise<void> {
  const target = join(folder, 'exported')
  const exported = await command('export', 'mlflow', '--to', target)
  assert.deepEqual([exported['runs'], exported['metric_points'], exported['artifacts']], [4, 124, 12])
  const again = await command('export', 'mlflow', '--to', target)
  assert.deepEqual([again['artifacts'], again['artifacts_present'], again['metric_points']], [0, 12, 124])
  const byMlflow = JSON.parse(await history(`file://${target}/mlruns`, 'look')) as object
  // MLflow's own folders give versions as numbers and searches no aliases; traces are beside the folder.
  const without = { traces: [], versions: [] }
  assert.deepEqual({ ...byMlflow, ...without }, { ...original, ...without })

  const another = await startSluice(t, 'sqlite')
  const { stdout } = await run(process.execPath, [
    ...[sluice, 'import', 'mlflow', '--from', target, '--url', another],
    ...['--data', join(folder, 'none'), '--json'],
  ])
  assert.equal((JSON.parse(stdout) as { readonly traces: number }).traces, 2)
  assert.deepEqual(JSON.parse(await history(another, 'look')), original)
}
