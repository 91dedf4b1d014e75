import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordingTerminal } from '../cli-lab.test-support.ts'
import type { Job } from '../rest-types.ts'
import { jobDisplay } from './live-display.ts'

const job = (more: Partial<Job>): Job => ({
  name: 'calm_otter',
  type: 'pipeline',
  status: 'Running',
  display_name: 'p',
  experiment_name: 'x',
  root: 'calm_otter',
  created_at: '2026-01-01T00:00:00Z',
  inputs: {},
  outputs: {},
  attempts: 0,
  ...more,
})
const train = job({ name: 'train', type: 'command', step: 'train', status: 'Queued' })

/** What a terminal shows after these bytes; knows the two sequences that the display uses. */
function screenAfter(bytes: string): readonly string[] {
  const lines = ['']
  for (const [part] of bytes.matchAll(/\u001b\[\d+A|\u001b\[0J|\n|[^\u001b\n]+/g)) {
    const up = /^\u001b\[(\d+)A$/.exec(part)
    if (up !== null) lines.length -= Number(up[1])
    else if (part === '\n') lines.push('')
    else if (part !== '\u001b[0J') lines[lines.length - 1] += part
    if (up !== null) lines[lines.length - 1] = ''
  }
  return lines
}

test('a note stays above the tree, which is drawn again below it; at the end only notes are left', () => {
  const terminal = recordingTerminal({ isLive: true })
  const display = jobDisplay(terminal)
  terminal.note('before')
  display.update(job({}), [train], [train])
  terminal.note('during')
  assert.deepEqual(screenAfter(terminal.text.err), [
    'before',
    'during',
    'calm_otter  p  running',
    '  · train  queued',
    '',
  ])
  display.clear()
  terminal.note('after')
  assert.deepEqual(screenAfter(terminal.text.err), ['before', 'during', 'after', ''])
})

test('without a terminal every change of a status is one line, said once', () => {
  const terminal = recordingTerminal()
  const display = jobDisplay(terminal)
  display.update(job({}), [{ ...train, status: 'NotStarted' }], [{ ...train, status: 'NotStarted' }])
  display.update(job({}), [train], [train])
  display.update(job({}), [train], [train])
  display.update(job({}), [{ ...train, status: 'Running' }], [{ ...train, status: 'Running' }])
  display.clear()
  assert.equal(terminal.text.err, 'train: queued\ntrain: running\n')
})
