import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { openHome } from './sluice-home.test-support.ts'

const budgets = [
  { name: 'tight', scope: 'experiment:spend', window: 'ever', of: 'wall_seconds', warn_at: 1, stop_at: 2 },
]

test('a job is stopped by its budget and says so, what it used is told, and no other starts', async (t) => {
  const home = await openHome(t)
  const config = join(home.home, '.config', 'sluiceworks', 'config.json')
  await mkdir(dirname(config), { recursive: true })
  await writeFile(config, JSON.stringify({ prices: { currency: 'EUR', cpu_second: 10 }, budgets }))
  const job =
    'type: pipeline\njobs: {first: {type: command, command: "true"}, long: {type: command, command: sleep 300}}\n'
  await home.file('job.yml', job)
  const ran = await home.sluice('run', 'job.yml', '--experiment', 'spend')
  assert.equal(ran.code, 1)
  assert.match(ran.out, /canceled by budget:tight.*it stops at 2 wall seconds, and [\d.]+ wall seconds were used/)

  const report = JSON.parse((await home.sluice('cost', '--by', 'step', '--since', '1h', '--json')).out) as {
    readonly currency: string
    readonly items: readonly { readonly job: string; readonly step: string; readonly wall_seconds: number }[]
  }
  assert.equal(report.currency, 'EUR')
  assert.deepEqual(report.items.map(({ step }) => step).sort(), ['first', 'long'])
  assert.ok(report.items.find(({ step }) => step === 'long')!.wall_seconds >= 1)
  const name = report.items[0]!.job
  const table = await home.sluice('cost')
  assert.match(table.out, new RegExp(`^job +experiment +wall s +CPU s +GB s +GPU s +EUR\n${name} +spend .*\nall `))
  assert.match((await home.sluice('job', 'show', name)).out, /^cost: +[\d.]+ EUR \([\d.]+ CPU s, [\d.]+ GB s\)$/m)
  const budget = await home.sluice('budget', 'list')
  assert.match(budget.out, /^tight +experiment:spend +ever +exceeded +[\d.]+ wall seconds +1 +2$/m)

  const refused = await home.sluice('run', 'job.yml', '--experiment', 'spend')
  assert.equal(refused.code, 5)
  assert.match(refused.err, /^error: Budget "tight" lets no job start: it stops at 2 wall seconds/m)
  assert.equal((await home.sluice('run', 'quick.yml', '--experiment', 'free')).code, 0)
  const dearest = await home.sluice('cost', '--by', 'step', '--limit', '1')
  assert.equal(dearest.out.trimEnd().split('\n').length, 3)
  assert.match(dearest.err, /2 more used less; their sum is in the last row/)
  assert.match((await home.sluice('cost', '--limit', '0')).err, /"limit" is 0 in the request's query/)
  assert.match((await home.sluice('cost', '--by', 'nobody')).err, /--by is "nobody"; expected one of job, step/)
  assert.match((await home.sluice('cost', '--since', 'never')).err, /--since is "never"; expected a time or a duration/)
})
