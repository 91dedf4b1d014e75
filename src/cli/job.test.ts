import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { openCliLab, recordingTerminal } from './cli-lab.test-support.ts'

/** A served lab in which a pipeline of these steps has ended. */
async function labWithJob(t: TestContext, steps: string) {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', `steps: ${steps}`)
  await lab.sluice('run', 'p.yml')
  return { ...lab, name: 'calm_otter_0000000001' }
}

test('jobs are listed newest first, filtered and paged, for people and for programs', async (t) => {
  const lab = await labWithJob(t, '{ train: { fails: no } }')
  await lab.file('p.yml', 'steps: { train: {} }')
  await lab.sluice('run', 'p.yml', '--experiment', 'other')
  const { out } = await lab.sluice('job', 'list')
  const [head, newest, oldest] = out.split('\n')
  assert.match(head!, /^name +status +time +experiment +display name +created$/)
  assert.match(newest!, /^calm_otter_0000000002 +completed +\S+ s +other/)
  assert.match(oldest!, /^calm_otter_0000000001 +failed/)
  const failed = JSON.parse((await lab.sluice('job', 'list', '--status', 'Failed', '--json')).out) as {
    items: unknown[]
  }
  assert.equal(failed.items.length, 1)
  assert.match((await lab.sluice('job', 'list', '--experiment', 'other')).out, /0000000002/)
  assert.match((await lab.sluice('job', 'list', '--all')).out, /calm_otter_0000000001\.train/)
  const page = await lab.sluice('job', 'list', '--limit', '1')
  assert.match(page.err, /^There are more: --page-token 1$/m)
  assert.match((await lab.sluice('job', 'list', '--limit', '1', '--page-token', '1')).out, /0000000001/)
  assert.equal((await lab.sluice('job', 'list', '--status', 'Done')).code, 2)
})

test('a job is shown with its inputs, steps and what became of them', async (t) => {
  const lab = await labWithJob(t, '{ prepare: { reused: true }, train: { fails: wrong shape } }')
  const { out } = await lab.sluice('job', 'show', lab.name)
  assert.match(out, /^name: +calm_otter_0000000001$/m)
  assert.match(out, /^inputs:\n {2}alpha: +0\.4$/m)
  assert.match(out, /^prepare +reused +from old_oak_0000000001, unchanged$/m)
  assert.match(out, /^train +failed +\S+ s +wrong shape$/m)
  assert.match(out, /^1 reused, 1 failed$/m)
  const shown = JSON.parse((await lab.sluice('job', 'show', lab.name, '--json')).out) as { steps: { step: string }[] }
  assert.deepEqual(
    shown.steps.map(({ step }) => step),
    ['prepare', 'train'],
  )
  assert.match((await lab.sluice('job', 'show', lab.name, '--yaml')).out, /^steps:\n {2}prepare:\n {4}reused: true/)
})

test('a running job is watched until it ends, and canceled', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { hold: { waits: true } }')
  const running = lab.sluice('run', 'p.yml')
  while (lab.engine.submissions.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const watching = lab.sluice('job', 'show', 'calm_otter_0000000001', '--watch')
  const canceled = await lab.sluice('job', 'cancel', 'calm_otter_0000000001')
  assert.equal(canceled.out, 'calm_otter_0000000001: canceling\n')
  for (const { code, out } of [await running, await watching]) {
    assert.equal(code, 1)
    assert.match(out, /calm_otter_0000000001 canceled/)
  }
})

test('the log of a step is its bytes; that of a pipeline has the step before each line', async (t) => {
  const lab = await labWithJob(t, '{ prepare: { reused: true }, a: { log: "one\\ntwo" }, b: { log: "three\\n" } }')
  assert.equal((await lab.sluice('job', 'logs', lab.name, '--step', 'a')).out, 'one\ntwo\n')
  assert.equal((await lab.sluice('job', 'logs', `${lab.name}.b`)).out, 'three\n')
  assert.equal((await lab.sluice('job', 'logs', lab.name)).out, '[a] one\n[a] two\n[b] three\n')
  assert.equal(
    (await lab.sluice('job', 'logs', lab.name, '--json')).out,
    '{"step":"a","line":"one"}\n{"step":"a","line":"two"}\n{"step":"b","line":"three"}\n',
  )
  const unknown = await lab.sluice('job', 'logs', lab.name, '--step', 'c')
  assert.equal(unknown.code, 3)
  assert.match(unknown.err, /has no step "c"\.\nhint: It has: prepare, a, b/)
})

test('a log cannot move the cursor or set the title of a terminal, but keeps its colours; a pipe gets it whole', async (t) => {
  const lab = await labWithJob(
    t,
    '{ a: { log: "\\u001b[31mred\\u001b[0m \\u001b]0;title\\u0007\\u001b[2J\\u001b[5Aend\\n" } }',
  )
  const terminal = recordingTerminal({ isOutTerminal: true })
  await lab.sluiceWith({ terminal }, 'job', 'logs', lab.name, '--step', 'a')
  assert.equal(terminal.text.out, '\u001b[31mred\u001b[0m end\n')
  assert.match((await lab.sluice('job', 'logs', lab.name, '--step', 'a')).out, /\u001b\]0;title\u0007\u001b\[2J/)
})

test('a followed log goes on until the job ends, for a step and for all steps', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { a: { log: "first\\n", waits: true }, b: { log: "second\\n", waits: true } }')
  const running = lab.sluice('run', 'p.yml')
  while (lab.engine.submissions.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const all = lab.sluice('job', 'logs', '-f', 'calm_otter_0000000001')
  const one = lab.sluice('job', 'logs', '-f', 'calm_otter_0000000001', '--step', 'a')
  const releasing = setInterval(() => lab.engine.release(), 20)
  await running
  clearInterval(releasing)
  assert.equal((await all).out, '[a] first\n[b] second\n')
  assert.equal((await one).out, 'first\n')
})
