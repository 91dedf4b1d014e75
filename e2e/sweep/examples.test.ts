import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { programCache } from '../python-environments.mjs'

const root = join(import.meta.dirname, '../..')
const sluice = join(root, 'bin', 'sluice.mjs')

interface Trial {
  readonly job: string
  readonly status: string
  readonly value: number
  readonly is_best: boolean
  readonly parameters: Readonly<Record<string, unknown>>
}
interface Job {
  readonly name: string
  readonly status: string
  readonly step?: string
  readonly reused_from?: string
  readonly trials?: { readonly items: readonly Trial[] }
  readonly steps?: readonly Job[]
}

test('the examples of sweeps run as they are shipped: the best wins, bad ones end early, the model flows on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sweep-examples-'))
  cpSync(join(root, 'examples', 'sweep'), join(folder, 'sweep'), { recursive: true })
  const env = { ...process.env, SLUICE_CACHE: programCache, SLUICE_DATA: join(folder, 'store'), SLUICE_PORT: '0' }
  const run = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [sluice, ...args], { cwd: folder, env, maxBuffer: 1 << 26 })).stdout
  t.after(async () => {
    await run('down').catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  })
  const show = async (name: string): Promise<Job> => JSON.parse(await run('job', 'show', name, '--json')) as Job
  const newest = async (): Promise<Job> =>
    show((JSON.parse(await run('job', 'list', '--json')) as { items: { name: string }[] }).items[0]!.name)

  await t.test('sweep.yml', async () => {
    assert.match(await run('plan', 'sweep/sweep.yml'), /12 trials, 2 at once, random \(sobol, seed 1\); minimize mse/)
    await run('run', 'sweep/sweep.yml')
    const { items } = (await newest()).trials!
    assert.equal(items.length, 12)
    const values = items.map(({ value }) => value)
    assert.deepEqual(
      values,
      [...values].sort((left, right) => left - right),
    )
    assert.deepEqual(
      items.map((trial) => trial.is_best),
      items.map((_, index) => index === 0),
    )
    // Ridge(alpha=0.29) on these rows, as scikit-learn has it.
    assert.ok(Math.abs(values[0]! - 3304.0744) < 0.001, String(values[0]))
    await run('run', 'sweep/sweep.yml')
    assert.ok((await newest()).steps!.every(({ reused_from: from }) => from !== undefined))
  })

  await t.test('stop-early.yml', async () => {
    await run('run', 'sweep/stop-early.yml')
    const { items } = (await newest()).trials!
    const rate = (trial: Trial): number => Number(trial.parameters['learning_rate'])
    assert.deepEqual(
      items.filter((trial) => rate(trial) < 0.001).map(({ status }) => status),
      ['Canceled', 'Canceled'],
    )
    assert.equal(rate(items[0]!), 0.01)
  })

  await t.test('pipeline.yml', async () => {
    await run('run', 'sweep/pipeline.yml')
    const { steps } = await newest()
    const report = steps!.find(({ step }) => step === 'report')!
    assert.equal(report.status, 'Completed')
    assert.match(await run('job', 'logs', report.name), /the best alpha is \d+/)
  })
})
