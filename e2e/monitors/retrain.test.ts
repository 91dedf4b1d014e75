// The loop of examples/retrain-on-drift as `npm run demo -- retrain` takes it: the demo itself, and what it leaves behind.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { programCache } from '../python-environments.mjs'

const root = join(import.meta.dirname, '../..')
const call = promisify(execFile)

interface Run {
  readonly id: string
  readonly signals: readonly {
    readonly window: { readonly start: string; readonly end: string }
    readonly rows: { readonly production: number }
  }[]
}
interface Verdict {
  readonly feature: string
  readonly is_breach: boolean
  readonly effect: number
  readonly threshold: number
  readonly since?: string
}
interface Breach {
  readonly job: string
  readonly job_status: string
}
interface Model {
  readonly versions: readonly {
    readonly version: string
    readonly aliases: readonly string[]
    readonly tags: Readonly<Record<string, string>>
  }[]
}

test('drift is named, retraining starts by itself and registers only what is better by the margin', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-retrain-'))
  const store = join(folder, 'store')
  const env = { ...process.env, SLUICE_CACHE: programCache, SLUICE_DATA: store }
  const sluice = async (...args: string[]): Promise<string> =>
    (await call(process.execPath, [join(root, 'bin/sluice.mjs'), ...args], { cwd: folder, env })).stdout
  const read = async <Body>(...args: string[]): Promise<Body> => JSON.parse(await sluice(...args, '--json')) as Body
  t.after(async () => {
    await sluice('down').catch(() => undefined)
    rmSync(folder, { recursive: true, force: true })
  })
  const { stdout } = await call(process.execPath, [join(root, 'scripts/demo-retrain.mjs'), folder], {
    ...{ env, maxBuffer: 1 << 26 },
  })

  const { items: runs } = await read<{ items: readonly Run[] }>('monitor', 'history', 'progression-drift')
  const rounds = [...runs].reverse()
  const windows = rounds.map(({ signals }) => signals[0]!.window)
  // Each round by itself: all its rows, and none of another.
  assert.deepEqual(
    rounds.map(({ signals }) => signals[0]!.rows.production),
    [400, 400, 400],
  )
  assert.ok(windows[0]!.end <= windows[1]!.start && windows[1]!.end <= windows[2]!.start)
  const named: string[][] = []
  for (const [round, { id }] of rounds.entries()) {
    const { verdicts } = await read<{ verdicts: readonly Verdict[] }>(
      ...['monitor', 'verdicts', 'progression-drift', '--run', id],
    )
    assert.equal(verdicts.length, 10)
    const moved = verdicts.filter((verdict) => verdict.is_breach)
    assert.ok(verdicts.every(({ effect, threshold, is_breach: isBreach }) => effect >= threshold === isBreach))
    assert.ok(moved.every(({ since }) => since === windows[round]!.start))
    named.push(moved.map(({ feature }) => feature))
  }
  assert.deepEqual(named, [[], ['bmi', 'bp'], ['s2']])

  const { items: breaches } = await read<{ items: readonly Breach[] }>('monitor', 'breaches', 'progression-drift')
  assert.deepEqual(
    breaches.map((breach) => breach.job_status),
    ['Canceled', 'Completed'],
  )
  const [rejected, accepted] = breaches.map((breach) => breach.job)
  const { versions } = await read<Model>('model', 'show', 'progression')
  const [second, first] = versions
  assert.deepEqual(
    versions.map(({ version, aliases }) => [version, aliases]),
    [
      ['2', ['champion']],
      ['1', []],
    ],
  )
  assert.equal(second!.tags['job'], accepted)
  assert.ok(Number(second!.tags['mse']) < 0.98 * Number(second!.tags['mse_in_use']))
  assert.equal(second!.tags['version_in_use'], '1')
  assert.equal(first!.tags['mse_in_use'], undefined)
  const why = (await read<{ status_detail: string }>('job', 'show', rejected!)).status_detail
  const compared = /: not better: test MSE ([\d.]+), version 2 in use ([\d.]+); to be better by 2%/.exec(why)
  assert.ok(compared !== null, why)
  assert.ok(Number(compared[1]) > Number(compared[2]), why)
  const { model } = await read<{ model: string }>('deployment', 'show', 'live', '--endpoint', 'progression')
  assert.equal(model, 'azureml:progression:2')

  // What was asked and has a label is in the next training data, once.
  const counts: unknown[] = []
  for (const version of ['1', '2', '3']) {
    const input = `data=azureml:progression-training:${version}`
    const answer = await read<{ rows: unknown[][] }>('data', 'query', '--input', input, 'select count(*) from data')
    counts.push(answer.rows[0]![0])
  }
  assert.deepEqual(counts, [442, 442 + 800, 442 + 1200])

  const timeline = stdout.slice(stdout.indexOf('# What happened')).split('\n')
  const places = [
    /monitor +quiet, 10 features/,
    /monitor +moved: bmi 1\.\d+ \(threshold 0\.2\), bp 1\.\d+ \(threshold 0\.2\); window /,
    new RegExp(`on_breach +started ${accepted}`),
    /model +progression:2 registered/,
    new RegExp(`job +${accepted} Completed`),
    /deployment +progression\/live answers, revision 2/,
    /monitor +moved: s2 1\.\d+ \(threshold 0\.2\); window /,
    new RegExp(`on_breach +started ${rejected}`),
    new RegExp(`job +${rejected} Canceled, .*not better`),
  ].map((line) => timeline.findIndex((text) => /^\d\d:\d\d:\d\d\.\d{3} /.test(text) && line.test(text)))
  assert.ok(!places.includes(-1), timeline.join('\n'))
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  )
})
