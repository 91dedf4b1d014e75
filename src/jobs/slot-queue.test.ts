import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../test/system-clock.ts'
import type { JobName, StepPath } from '../base/ids.ts'
import type { Priority } from '../spec/document-parts.ts'
import { type QueuedStep, SlotQueue } from './slot-queue.ts'

function queued(step: string, priority?: Priority): QueuedStep {
  return { root: 'job' as JobName, step: step as StepPath, ...(priority !== undefined && { priority }) }
}

test('of those that wait, the higher priority starts first, and of equals who came first', () => {
  const started: string[] = []
  const queue = new SlotQueue({ slots: 1, clock: systemClock, start: ({ step }) => started.push(step) })
  const steps = [
    queued('first'),
    queued('low', 'low'),
    queued('one'),
    queued('high', 'high'),
    queued('two', 'medium'),
    queued('gone', 'high'),
  ]
  for (const step of steps) queue.add(step)
  assert.deepEqual(
    queue.waiting.map(({ step }) => step),
    ['high', 'gone', 'one', 'two', 'low'],
  )
  queue.release(queued('gone'))
  for (const step of ['first', 'high', 'one', 'two']) queue.release(queued(step))
  assert.deepEqual(started, ['first', 'high', 'one', 'two', 'low'])
  queue.close()
  assert.deepEqual(queue.waiting, [])
})

test('who wants several slots gets them together and is not overtaken, but by a higher priority', () => {
  const started: string[] = []
  const queue = new SlotQueue({ slots: 4, clock: systemClock, start: ({ step }) => started.push(step) })
  queue.add(queued('one'))
  queue.add({ ...queued('wide'), slots: 4 })
  queue.add(queued('small'))
  queue.add({ ...queued('urgent', 'high'), slots: 2 })
  assert.deepEqual(started, ['one', 'urgent'])
  queue.release(queued('one'))
  queue.release(queued('urgent'))
  assert.deepEqual(started, ['one', 'urgent', 'wide'])
  queue.release(queued('wide'))
  assert.deepEqual(started, ['one', 'urgent', 'wide', 'small'])
})

test('a step that runs already holds what it wants, though more is held than there is', () => {
  const started: string[] = []
  const queue = new SlotQueue({ slots: 2, clock: systemClock, start: ({ step }) => started.push(step) })
  queue.hold({ ...queued('adopted'), slots: 2 })
  queue.hold({ ...queued('adopted'), slots: 2 })
  queue.hold(queued('another'))
  queue.add(queued('next'))
  queue.release(queued('another'))
  assert.deepEqual(started, [])
  queue.release(queued('adopted'))
  assert.deepEqual(started, ['next'])
})
