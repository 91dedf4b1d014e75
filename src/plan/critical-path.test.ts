import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criticalPath } from './critical-path.ts'

const step = (path: string, parents: readonly string[], [startMs, endMs]: readonly [number, number]) => ({
  path,
  parents,
  startMs,
  endMs,
})

test('the critical path follows from the last end the parent that ended last', () => {
  const steps = [
    step('load', [], [0, 10]),
    step('fast', ['load'], [10, 12]),
    step('slow', ['load'], [10, 40]),
    step('join', ['fast', 'slow'], [40, 50]),
    step('aside', ['load'], [10, 45]),
  ]
  assert.deepEqual(criticalPath(steps), ['load', 'slow', 'join'])
})

test('of two that ended together the one that began last decides; absent parents end the chain', () => {
  const steps = [step('reused', ['gone'], [5, 5]), step('early', [], [0, 9]), step('late', ['reused'], [5, 9])]
  assert.deepEqual(criticalPath(steps), ['reused', 'late'])
  assert.deepEqual(criticalPath([]), [])
})

test('a circle, which no plan has, ends too', () => {
  assert.deepEqual(criticalPath([step('a', ['b'], [0, 2]), step('b', ['a'], [0, 1])]), ['b', 'a'])
})
