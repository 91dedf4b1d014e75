import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job, JobStatus } from '../rest-types.ts'
import { durationOf, outcomeOf, reasonOf } from './job-words.ts'
import { statusLine } from './live-display.ts'
import { countText, renderTree, summaryText } from './live-tree.ts'
import { paint, plain } from './terminal.ts'

const second = (seconds: number) => new Date(seconds * 1000).toISOString()

function job(status: JobStatus, more: Partial<Job> = {}): Job {
  return {
    name: `job_${more.step ?? 'root'}`,
    type: more.step === undefined ? 'pipeline' : 'command',
    status,
    display_name: 'my pipeline',
    experiment_name: 'x',
    root: 'job_root',
    created_at: second(0),
    inputs: {},
    outputs: {},
    attempts: 0,
    ...more,
  }
}
const step = (path: string, status: JobStatus, more: Partial<Job> = {}) =>
  job(status, { step: path, parent: 'job_root', ...more })

const options = { nowMs: 20_000, columns: 100, rows: 24, paint: plain }

test('a job is a line, each step is one: sign, name, word, time, reason', () => {
  const lines = renderTree(
    job('Running', { started_at: second(5) }),
    [
      step('prepare', 'Completed', { reused_from: 'old', verdict_text: 'reused from old, unchanged' }),
      step('train', 'Running', { started_at: second(10), verdict_text: 'ran because code: a -> b' }),
      step('check', 'Queued', { status_detail: 'waits for a slot' }),
      step('deploy', 'Completed', { status_detail: 'Skipped: the condition of "gate" was false' }),
      step('test', 'Failed', {
        started_at: second(1),
        ended_at: second(4),
        error: { code: 'step-failed', message: 'no\nway' },
      }),
      step('later', 'NotStarted'),
    ],
    options,
  )
  assert.deepEqual(lines, [
    'job_root  my pipeline  running  15.0 s',
    '  ↻ prepare  reused                   from old, unchanged',
    '  ● train    running          10.0 s',
    '  · check    queued                   waits for a slot',
    '  ○ deploy   skipped                  the condition of "gate" was false',
    '  ✗ test     failed           3.00 s  no way',
    '  · later    waiting',
  ])
})

test('the last log line of a running step stands where its reason would, without its control characters', () => {
  const steps = [step('train', 'Running', { started_at: second(10) })]
  const logLines = new Map([['job_train', 'epoch 3 \u001b[2Jloss 0.1']])
  assert.match(renderTree(job('Running'), steps, { ...options, logLines })[1]!, / {2}epoch 3 loss 0\.1$/)
})

test('steps of nested pipelines stand below them, indented', () => {
  const steps = [
    step('prepare', 'Running', { type: 'pipeline' }),
    step('prepare.clean', 'Running'),
    step('train', 'NotStarted'),
  ]
  const names = renderTree(job('Running'), steps, options)
    .slice(1)
    .map((line) => line.slice(4, 13))
  assert.deepEqual(names, ['prepare  ', '  clean  ', 'train    '])
})

test('no line is wider than the screen, and there are never more than fit', () => {
  const steps = Array.from({ length: 500 }, (_, index) =>
    step(`step_${index}`, 'NotStarted', { status_detail: 'x'.repeat(200) }),
  )
  const lines = renderTree(job('Running'), steps, { ...options, columns: 40, rows: 10 })
  assert.ok(lines.length <= 9, String(lines.length))
  assert.ok(lines.every((line) => [...line].length <= 40))
})

test('what there is no room for is counted; what fails or runs is shown before what waits or was reused', () => {
  const steps = [
    ...Array.from({ length: 143 }, (_, index) => step(`done_${index}`, 'Completed')),
    ...Array.from({ length: 55 }, (_, index) => step(`wait_${index}`, 'NotStarted')),
    step('bad', 'Failed'),
    step('now', 'Running'),
  ]
  const lines = renderTree(job('Running'), steps, { ...options, rows: 7 })
  assert.deepEqual(
    lines.slice(1).map((line) => line.trim().split(/ {2,}/)[0]),
    ['✓ done_0', '✓ done_1', '✗ bad', '● now', '… and 196 more: 141 ran, 55 waiting'],
  )
})

test('a colour marks the sign and the word, and adds nothing else', () => {
  const steps = [step('train', 'Failed', { error: { code: 'x', message: 'why' } })]
  const [, plainLine] = renderTree(job('Running'), steps, options)
  const [, colored] = renderTree(job('Running'), steps, { ...options, paint })
  assert.equal(colored!.replace(/\u001b\[\d+m/g, ''), plainLine)
  assert.match(colored!, /\u001b\[31m✗\u001b\[0m train {2}\u001b\[31mfailed\u001b\[0m/)
})

test('a summary counts steps, not the pipelines around them, and says what the job says', () => {
  const steps = [
    step('sub', 'Completed', { type: 'pipeline' }),
    step('sub.a', 'Completed', { started_at: second(1), ended_at: second(3) }),
    step('b', 'Completed', { reused_from: 'old' }),
  ]
  assert.equal(countText(steps), '1 reused, 1 ran')
  const ended = job('Completed', { started_at: second(0), ended_at: second(90), status_detail: 'skipped step "c"' })
  const text = summaryText(ended, steps, Infinity)
  assert.match(text, /^✓ {3}a +completed {2}2\.00 s$/m)
  assert.match(text, /\njob_root completed in 1 min 30 s: 1 reused, 1 ran\n {2}skipped step "c"\n$/)
  assert.equal(summaryText(job('Completed'), [], 80), 'job_root completed\n')
})

test('a summary says which trial of a sweep is the best, or why none is', () => {
  const properties = { best_child_run_id: 'job_tune.trial_2', score: '3.5' }
  const steps = [
    step('tune', 'Completed', { type: 'sweep', properties }),
    step('tune.trial_1', 'Completed'),
    step('tune.trial_2', 'Completed'),
  ]
  assert.match(summaryText(job('Completed'), steps, 80), /\n {2}tune: the best is trial_2 with 3\.5\n$/)
  const error = { code: 'step-failed', message: 'The sweep has no result.', hint: 'They logged: mae.' }
  const failed = summaryText(job('Failed', { type: 'sweep', error }), [step('trial_1', 'Completed')], 80)
  assert.match(failed, /\n {2}The sweep has no result\.\n {2}They logged: mae\.\n$/)
  const failedStep = summaryText(job('Failed'), [step('tune', 'Failed', { type: 'sweep', error })], 80)
  assert.equal(failedStep.split('The sweep has no result').length, 2)
})

test('every status has its word', () => {
  const words: Readonly<Record<JobStatus, string>> = {
    NotStarted: 'waiting',
    Queued: 'queued',
    Preparing: 'preparing',
    Running: 'running',
    Finalizing: 'running',
    Completed: 'completed',
    Failed: 'failed',
    CancelRequested: 'canceling',
    Canceled: 'canceled',
  }
  for (const [status, word] of Object.entries(words)) assert.equal(outcomeOf(job(status as JobStatus)), word)
  assert.equal(outcomeOf(job('Completed', { verdict: { kind: 'skip' } })), 'skipped')
})

test('times never run backwards when clocks differ, and are absent for what did not run', () => {
  assert.equal(durationOf(job('Running', { started_at: second(30) }), 20_000), '0.00 s')
  assert.equal(
    durationOf(job('Completed', { reused_from: 'x', started_at: second(1), ended_at: second(2) }), 0),
    undefined,
  )
  assert.equal(durationOf(job('Queued'), 0), undefined)
})

test('a line for a change of status is one line, with what it is, how long and why', () => {
  assert.equal(statusLine(step('a.b', 'Running')), 'a.b: running')
  assert.equal(
    statusLine(step('a', 'Failed', { started_at: second(0), ended_at: second(2), exit_code: 3 })),
    'a: failed in 2.00 s (exit code 3)',
  )
  assert.equal(reasonOf(step('a', 'Queued', { status_detail: 'waits\nfor \u001b[31ma slot' })), 'waits for a slot')
})

test('siblings there is no room for are counted below the last of them, a failed one among them is shown', () => {
  const rounds = Array.from({ length: 300 }, (_, index) =>
    step(`each.${index}`, index === 7 ? 'Failed' : index < 200 ? 'Completed' : 'NotStarted'),
  )
  const steps = [
    step('prepare', 'Completed'),
    step('each', 'Running', { type: 'pipeline' }),
    ...rounds,
    step('end', 'NotStarted'),
  ]
  const lines = renderTree(job('Running'), steps, { ...options, rows: 8 }).map((line) => line.trimEnd())
  assert.equal(lines.length, 7)
  assert.ok(lines.some((line) => line.startsWith('  ✗   7')))
  assert.deepEqual(lines.slice(-2), ['    … and 298 more: 198 ran, 100 waiting', '  … and 1 more: 1 waiting'])
})

test('the summary of thousands of steps stays short on a screen and is whole in a file', () => {
  const steps = Array.from({ length: 3000 }, (_, index) => step(`s.${index}`, index === 2500 ? 'Failed' : 'Completed'))
  const lines = summaryText(job('Failed'), steps, 100).split('\n')
  assert.ok(lines.length < 110, String(lines.length))
  assert.ok(lines.some((line) => line.startsWith('✗   2500')))
  assert.ok(
    lines.some((line) => /^ {4}… and 2901 more +2901 ran$/.test(line)),
    lines.slice(-5).join('\n'),
  )
  assert.equal(summaryText(job('Failed'), steps, Infinity).split('\n').length > 3000, true)
})
