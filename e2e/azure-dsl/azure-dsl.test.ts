import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, after, test } from 'node:test'
import { promisify } from 'node:util'
import { programCache, pythonEnvironment } from '../python-environments.mjs'

/*
 * Pipelines are written with azure-ai-ml's own `@dsl.pipeline` (build.py) and dumped by it; what it dumps runs as it is.
 */

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'sluice-dsl-'))
const env = {
  ...process.env,
  SLUICE_DATA: join(folder, 'store'),
  SLUICE_CACHE: programCache,
  SLUICE_PORT: '0',
}
const built = join(folder, 'built')

before(async () => {
  const python = await pythonEnvironment(['azure-ai-ml==1.35.*'])
  await run(python, [join(import.meta.dirname, 'build.py'), built], { env, maxBuffer: 1 << 26 })
})
after(() => rmSync(folder, { recursive: true, force: true }))

async function sluice(...args: readonly string[]): Promise<string> {
  const options = { cwd: built, env, maxBuffer: 1 << 26 }
  return (await run(process.execPath, [join(root, 'bin/sluice.mjs'), ...args], options)).stdout
}

/** Runs a dumped pipeline and gives what its output `name` holds. */
async function outputOf(file: string, name: string): Promise<string> {
  await sluice('run', file)
  const { items } = JSON.parse(await sluice('job', 'list', '--limit', '1', '--json')) as { items: { name: string }[] }
  const target = join(folder, 'outputs', file)
  await sluice('job', 'download', items[0]!.name, '--output', name, '--to', target)
  return readFileSync(join(target, name, name), 'utf8')
}

test('every dump is valid', async () => {
  const files = readdirSync(built).filter((name) => name.endsWith('.yml'))
  const names = ['commands', 'condition', 'double', 'loop', 'nested', 'parallel', 'sweep']
  assert.deepEqual(
    files,
    names.map((name) => `${name}.yml`),
  )
  await sluice('validate', ...files)
})

test('commands and data between them: 2 * 2, then 3 * 2 + 4', async () => {
  assert.equal(await outputOf('commands.yml', 'result'), '10.0')
})

test('pipelines in pipelines: 2 * 2, 2 * 2 + 4, 1 * 2 + 8', async () => {
  assert.equal(await outputOf('nested.yml', 'result'), '10.0')
})

test('a condition runs one branch and skips the other', async () => {
  await sluice('run', 'condition.yml')
  const { items } = JSON.parse(await sluice('job', 'list', '--limit', '1', '--json')) as { items: { name: string }[] }
  const { steps } = JSON.parse(await sluice('job', 'show', items[0]!.name, '--json')) as {
    steps: { step: string; status_detail?: string; command?: string }[]
  }
  const outcome = Object.fromEntries(steps.map(({ step, status_detail: detail }) => [step, detail ?? 'ran']))
  assert.equal(outcome['large'], 'ran')
  assert.match(outcome['small']!, /^Skipped/)
})

test('a loop that has no data at first: 6 * 2, twice more with what was before, then 1 * 2; between set_up and clean_up', async () => {
  assert.equal(await outputOf('loop.yml', 'result'), '38.0')
  const { items } = JSON.parse(await sluice('job', 'list', '--limit', '1', '--json')) as { items: { name: string }[] }
  const { steps } = JSON.parse(await sluice('job', 'show', items[0]!.name, '--json')) as {
    steps: { step: string; started_at: string; ended_at: string }[]
  }
  const at = (step: string, what: 'started_at' | 'ended_at'): number =>
    Date.parse(steps.find((one) => one.step === step)![what])
  const others = steps.filter(({ step }) => step !== 'set_up' && step !== 'clean_up')
  for (const { step } of others) {
    assert.ok(at('set_up', 'ended_at') <= at(step, 'started_at'), step)
    assert.ok(at(step, 'ended_at') <= at('clean_up', 'started_at'), step)
  }
})

test('a sweep, whose best trial flows on: 2 * 2, then 1 * 2 + 4', async () => {
  assert.equal(await outputOf('sweep.yml', 'result'), '6.0')
})

test('a parallel step over files: every square once', async () => {
  const rows = (await outputOf('parallel.yml', 'rows')).trim().split('\n').sort()
  assert.deepEqual(rows, ['0.0', '1.0', '16.0', '4.0', '9.0'])
})
