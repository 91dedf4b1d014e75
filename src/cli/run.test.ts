import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCliLab, recordingTerminal } from './cli-lab.test-support.ts'

test('a run shows every change of a step on standard error and the table on standard output', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { prepare: { reused: true }, train: { ms: 250 }, extra: { skipped: gate } }')
  const { code, out, err } = await lab.sluice('run', 'p.yml')
  assert.equal(code, 0)
  const told = err.split('\n')
  assert.ok(told.includes('prepare: reused (from old_oak_0000000001, unchanged)'), err)
  assert.ok(told.includes('train: running (no earlier job ran this step)') || told.includes('train: running'), err)
  assert.match(err, /^train: completed in 0\.\d\d s \(because no earlier job ran this step\)$/m)
  assert.match(err, /^extra: skipped \(gate takes the other block\)$/m)
  assert.match(err, new RegExp(`^job:  ${lab.url()}/api/v1/jobs/calm_otter_0000000001$`, 'm'))
  assert.match(err, /^next: sluice job show calm_otter_0000000001$/m)
  assert.match(out, /^ {2}step +outcome +time +why$/m)
  assert.match(out, /^↻ prepare +reused +from old_oak_0000000001, unchanged$/m)
  assert.match(out, /^○ extra +skipped +gate takes the other block$/m)
  assert.match(out, /^calm_otter_0000000001 completed in \d.*: 1 reused, 1 ran, 1 skipped$/m)
})

test('a failed job ends with 1, shows why, the last lines of the log, and where to look', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { train: { fails: wrong shape, log: "one\\ntwo\\u001b]0;title\\u0007\\n" } }')
  const { code, out, err } = await lab.sluice('run', 'p.yml')
  assert.equal(code, 1)
  assert.match(out, /^✗ train +failed +\S+ s +wrong shape$/m)
  assert.match(err, /The last lines of train:\n {2}one\n {2}two\n/)
  assert.match(err, /^next: sluice job logs calm_otter_0000000001 --step train$/m)
})

test('where to look after the failure of a job that is no pipeline is a command that works', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { "": { fails: no network, log: "lost\\n" } }')
  const { code, err } = await lab.sluice('run', 'p.yml')
  assert.equal(code, 1)
  assert.match(err, /^next: sluice job logs calm_otter_0000000001$/m)
})

test('what was typed reaches the server: overrides, experiment, no reuse', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const file = await lab.file('sub/p.yml', 'steps: {}')
  const { code } = await lab.sluice(
    ...['run', '--set', 'alpha=0.5', 'text=a=b', 'sub/p.yml', '--set', 'alpha=0.7', 'jobs.a.b[0]=c', '--set', 'empty='],
    ...['--experiment', 'trial', '--no-reuse'],
  )
  assert.equal(code, 0)
  assert.deepEqual(lab.engine.submissions, [
    {
      file,
      overrides: { alpha: '0.7', text: 'a=b', 'jobs.a.b[0]': 'c', empty: '' },
      experimentName: 'trial',
      noReuse: true,
      submittedBy: 'local',
    },
  ])
})

test('--json writes a line for every change, the first with the schema version, the last with the outcome', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { train: { ms: 200 } }')
  const { code, out, err } = await lab.sluice('run', 'p.yml', '--json')
  const lines = out
    .trim()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { event: string; outcome?: string; schema_version?: number; job: { name: string } },
    )
  assert.equal(code, 0)
  assert.deepEqual([lines[0]!.event, lines[0]!.schema_version], ['submitted', 1])
  assert.deepEqual([lines.at(-1)!.event, lines.at(-1)!.outcome], ['ended', 'completed'])
  assert.deepEqual(
    lines
      .filter(({ event }) => event === 'step')
      .map(({ outcome }) => outcome)
      .slice(-2),
    ['running', 'completed'],
  )
  assert.doesNotMatch(err, /next:/)
})

test('on a terminal the steps are one tree that is drawn in place and leaves nothing but the table', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { prepare: { reused: true }, train: { ms: 1300, log: "epoch 7\\n" } }')
  const terminal = recordingTerminal({ isLive: true })
  const { code } = await lab.sluiceWith({ terminal }, 'run', 'p.yml')
  assert.equal(code, 0)
  const frames = terminal.text.err.split('\u001b[3A\u001b[0J')
  assert.ok(frames.length > 2, `${frames.length} frames`)
  assert.match(frames.at(-2)!, /^calm_otter_0000000001 {2}fake pipeline {2}running {2}\S+ s\n {2}↻ prepare {2}reused/)
  assert.match(frames.join(''), /● train {4}running +\d\.\d\d s {2}epoch 7\n/)
  // The last frame is erased: what stays is the table on standard output.
  assert.doesNotMatch(frames.at(-1)!, /●/)
  assert.match(terminal.text.out, /1 reused, 1 ran/)
})

test('without a server the store is opened for the run and freed afterwards', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('p.yml', 'steps: { train: {} }')
  const { code, err } = await lab.sluice('run', 'p.yml')
  assert.equal(code, 0)
  assert.doesNotMatch(err, /^job: /m)
  assert.equal(lab.opened.count, 1)
  assert.equal((await lab.sluice('job', 'list')).code, 0)
  assert.equal(lab.opened.count, 2)
})

test('a file that is not there ends with 3 before any server is asked', async (t) => {
  const lab = await openCliLab(t)
  const { code, err } = await lab.sluice('run', 'none.yml')
  assert.deepEqual([code, lab.opened.count], [3, 0])
  assert.match(err, /There is no file none\.yml\.\nhint: It was looked for in .*work/)
})

test('--set without a name or an equals sign ends with 2', async (t) => {
  const lab = await openCliLab(t)
  await lab.file('p.yml', 'steps: {}')
  for (const text of ['alpha', '=1', '']) {
    const { code, err } = await lab.sluice('run', 'p.yml', '--set', text)
    assert.equal(code, 2)
    assert.ok(err.includes(`--set is ${JSON.stringify(text)}; expected name=value.`))
  }
})

test('mistakes of a document are shown all, each with its place, source line and caret', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps:\n  typo: {}\n')
  const { code, err } = await lab.sluice('run', 'p.yml')
  assert.equal(code, 2)
  assert.match(err, /^error: .*p\.yml has 2 mistakes\.\n\np\.yml:2:3: Unknown field "typo"\.\n2 \|   typo: \{\}\n +\^ /)
  assert.match(err, /p\.yml:2:3: Step "train" has no command\.\n$/)
})

test('job retry runs the document again and watches it', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file('p.yml', 'steps: { train: { fails: no } }')
  assert.equal((await lab.sluice('run', 'p.yml')).code, 1)
  await lab.file('p.yml', 'steps: { train: {} }')
  const { code, out } = await lab.sluice('job', 'retry', 'calm_otter_0000000001')
  assert.equal(code, 0)
  assert.match(out, /calm_otter_0000000002 completed/)
})
