import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadlines, forgetDeadline } from './deadlines.ts'
import { handClock } from './serving.test-support.ts'

test('what was added comes due after the limit, in order, unless it was removed', () => {
  const clock = handClock()
  const due: string[] = []
  const deadlines = new Deadlines<string>(clock, { limitMs: 100, onDue: (item) => due.push(item) })
  deadlines.add('first')
  clock.turn(40)
  const removed = deadlines.add('removed')
  deadlines.add('second')
  forgetDeadline(removed)
  forgetDeadline(removed)
  clock.turn(59)
  assert.deepEqual(due, [])
  clock.turn(1)
  assert.deepEqual(due, ['first'])
  clock.turn(40)
  assert.deepEqual(due, ['first', 'second'])
  deadlines.add('after a pause')
  clock.turn(100)
  assert.deepEqual(due, ['first', 'second', 'after a pause'])
})

test('nothing comes due once it is closed', () => {
  const clock = handClock()
  const due: string[] = []
  const deadlines = new Deadlines<string>(clock, { limitMs: 100, onDue: (item) => due.push(item) })
  deadlines.add('first')
  deadlines.close()
  clock.turn(200)
  assert.deepEqual(due, [])
})
