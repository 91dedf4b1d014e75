// examples/nested-pipeline, sklearn, distributed, control-flow, edge and rollout as a user runs them: the program from outside.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { openSluiceFolder, type SluiceFolder } from '../sluice-folder.ts'

const root = join(import.meta.dirname, '../..')

type Sluice = SluiceFolder['sluice']

/** The log of a step of the newest job, by path. */
async function logOf(sluice: Sluice, step: string): Promise<string> {
  const { items } = JSON.parse(await sluice('job', 'list', '--json')) as { items: readonly { name: string }[] }
  const shown = JSON.parse(await sluice('job', 'show', items[0]!.name, '--json')) as {
    steps: readonly { step: string; name: string }[]
  }
  const found = shown.steps.find((one) => one.step === step)
  assert.ok(found !== undefined, `no step ${step} among ${shown.steps.map((one) => one.step).join(', ')}`)
  return sluice('job', 'logs', found.name)
}

test('the nested pipeline keeps the curve, and another degree runs only the steps that see it', async (t) => {
  const { sluice } = openSluiceFolder(t, { example: 'nested-pipeline' })
  await sluice('run', 'pipeline.yml')
  assert.match(await logOf(sluice, 'data.clean'), /kept 238 rows, dropped 2/)
  assert.match(await logOf(sluice, 'data.split'), /178 rows to fit, 60 to test/)
  assert.match(await logOf(sluice, 'choose'), /the second is kept/)
  const plan = JSON.parse(await sluice('plan', 'pipeline.yml', '--set', 'jobs.curve.inputs.degree=3', '--json')) as {
    readonly steps: readonly { readonly path: string; readonly verdict: { readonly kind: string } }[]
  }
  assert.deepEqual(Object.fromEntries(plan.steps.map(({ path, verdict }) => [path, verdict.kind])), {
    'data.clean': 'unchanged',
    'data.split': 'unchanged',
    'line.fit': 'unchanged',
    'line.score': 'unchanged',
    'curve.fit': 'run',
    'curve.score': 'depends',
    choose: 'depends',
  })
})

test('a classifier is chosen, tested on rows that were kept, and registered where it is of use', async (t) => {
  const { sluice } = openSluiceFolder(t, { example: 'sklearn' })
  // Six trials take their time; one is enough to go on with.
  const limits = ['max_total_trials', 'max_concurrent_trials'].flatMap((key) => ['--set', `jobs.tune.limits.${key}=1`])
  await sluice('run', 'pipeline.yml', ...limits)
  assert.match(await logOf(sluice, 'split'), /300 rows to train on, 100 to test with, 0 without a label/)
  const [, score] = /balanced accuracy ([\d.]+); always/.exec(await logOf(sluice, 'test'))!
  assert.ok(Number(score) > 0.6 && Number(score) < 0.9, score)
  const { versions } = JSON.parse(await sluice('model', 'show', 'customers', '--json')) as {
    versions: readonly { aliases: readonly string[]; tags: Readonly<Record<string, string>> }[]
  }
  assert.deepEqual(versions[0]!.aliases, ['champion'])
  assert.ok(Math.abs(Number(versions[0]!.tags['balanced_accuracy']) - Number(score)) < 1e-4)
})

test('the distributed training ends with one model that all processes made', async (t) => {
  const { sluice } = openSluiceFolder(t, { example: 'distributed' })
  await sluice('run', 'pipeline.yml', '--set', 'processes=3')
  const lines = (await logOf(sluice, 'train')).trim().split('\n')
  assert.deepEqual([...new Set(lines.map((line) => line.slice(0, 3)))].sort(), ['[0]', '[1]', '[2]'])
  const last = lines.filter((line) => line.includes('step 60')).map((line) => line.slice(4))
  assert.equal(last.length, 3)
  assert.equal(new Set(last).size, 1)
  const model = JSON.parse(await logOf(sluice, 'look')) as { slope: number; intercept: number; processes: number }
  assert.equal(model.processes, 3)
  assert.ok(Math.abs(model.slope - 3) < 0.05 && Math.abs(model.intercept - 2) < 0.05, JSON.stringify(model))
})

test('loops refine every number until it is exact, and the branch that fits is taken', async (t) => {
  const { sluice } = openSluiceFolder(t, { example: 'control-flow' })
  await sluice('run', 'pipeline.yml')
  const [, list] = /the roots are (.*)/.exec(await logOf(sluice, 'report'))!
  const roots = list!.match(/[\d.]+/g)!.map(Number)
  assert.deepEqual(roots, [newton(2, 1), newton(10, 1), newton(100, 50)])
  assert.match(await logOf(sluice, 'each.hundred.until_exact.0'), /50.0 -> 26.0/)
  await assert.rejects(logOf(sluice, 'each.hundred.until_exact.19'))
  await assert.rejects(sluice('run', 'pipeline.yml', '--set', 'tolerance=0.1'), (error: { stdout?: string }) => {
    assert.match(error.stdout ?? '', /complain +failed/)
    assert.match(error.stdout ?? '', /report +skipped/)
    return true
  })
})

/** What the example does, in the same arithmetic. */
function newton(number: number, guess: number): number {
  const better = (guess + number / guess) / 2
  return Math.abs(better - guess) > 1e-6 ? newton(number, better) : better
}

test('the thermometer is corrected by a package that needs nothing but Python', async (t) => {
  const { sluice, folder } = openSluiceFolder(t, { example: 'edge' })
  await sluice('run', 'pipeline.yml')
  const args = ['--score', 'scoring/score.py', '--output', 'package', '--json']
  const summary = JSON.parse(await sluice('model', 'package', 'thermometer@latest', ...args)) as { digest: string }
  await promisify(execFile)(join(folder, 'package/verify'), [summary.digest])
  const server = spawn(join(folder, 'package/start.sh'), ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => server.kill())
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string]
  const reply = await fetch(`${/http:\S+/.exec(line)![0]}/score`, { method: 'POST', body: '{"shown": [20, 21.5]}' })
  const { true: corrected } = (await reply.json()) as { true: readonly number[] }
  assert.ok(corrected.length === 2 && Math.abs(corrected[0]! - 19.3) < 0.2, JSON.stringify(corrected))
})

test('a second deployment is compared by what came of its answers, rolled out, and gone back from', async (t) => {
  const { sluice } = openSluiceFolder(t, { example: 'rollout' })
  await sluice('endpoint', 'create', '--file', 'endpoint.yml')
  await sluice('deployment', 'create', '--file', 'blue.yml', '--all-traffic')
  await sluice('deployment', 'create', '--file', 'green.yml')
  await sluice('endpoint', 'traffic', 'prices', 'blue=50', 'green=50')
  const { scoring_uri: uri } = JSON.parse(await sluice('endpoint', 'show', 'prices', '--json')) as {
    scoring_uri: string
  }
  const { primary_key: key } = JSON.parse(await sluice('endpoint', 'credentials', 'prices', '--json')) as {
    primary_key: string
  }
  const { stdout } = await promisify(execFile)('python3', [join(root, 'examples/rollout/send.py'), uri, key, '400'])
  assert.deepEqual(JSON.parse(stdout), { stored_count: 400, unknown_count: 0 })
  const comparison = await sluice(
    ...['endpoint', 'compare', 'prices', '--baseline', 'blue', '--candidate', 'green'],
    ...['--metric', 'off_by:lower', '--margin', 'off_by=0.02'],
  )
  assert.match(comparison, /^off_by .* better$/m)
  await sluice('endpoint', 'traffic', 'prices', 'blue=100')
  const rollout = await sluice(
    ...['endpoint', 'rollout', 'prices', '--to', 'green', '--steps', '50,100', '--hold', '2s'],
    ...['--abort-on', 'error-rate>1%', '--min-requests', '0', '--watch'],
  )
  assert.match(rollout, /^status: +promoted$/m)
  assert.match(await sluice('endpoint', 'rollback', 'prices'), /^traffic: +blue 100 %$/m)
})
