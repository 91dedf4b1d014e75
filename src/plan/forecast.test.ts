import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastStarts, forecastTotal, middleOf } from './forecast.ts'

const step = (path: string, durationMs: number | undefined, parents: readonly string[] = []) => ({
  path,
  parents,
  durationMs,
})

test('a forecast waits for parents and for slots', () => {
  const steps = [step('a', 10), step('b', 10), step('c', 10), step('end', 5, ['a', 'c'])]
  assert.equal(forecastTotal(steps, 1), 35)
  assert.equal(forecastTotal(steps, 2), 25)
  assert.equal(forecastTotal(steps, 9), 15)
})

test('what is reused takes no slot, what nobody knows no time', () => {
  assert.equal(forecastTotal([step('reused', 0), step('unknown', undefined), step('train', 7, ['reused'])], 1), 7)
  assert.equal(forecastTotal([], 0), 0)
})

const one = (ms: number | undefined) => ({ ms, slots: 1 })

test('a queue starts as slots become free', () => {
  assert.deepEqual(forecastStarts({ running: [one(30), one(10)], slots: 2 }, [one(15), one(5), one(1)]), [10, 25, 30])
  assert.deepEqual(forecastStarts({ running: [one(30)], slots: 2 }, [one(15), one(5)]), [0, 15])
  assert.deepEqual(forecastStarts({ running: [one(-5)], slots: 1 }, [one(1)]), [0])
})

test('who wants several slots waits for all of them, and nobody overtakes', () => {
  const running = [one(10), one(30)]
  assert.deepEqual(forecastStarts({ running, slots: 2 }, [{ ms: 5, slots: 2 }, one(1)]), [30, 35])
  assert.deepEqual(forecastStarts({ running: [{ ms: 10, slots: 2 }], slots: 3 }, [{ ms: 1, slots: 9 }]), [10])
})

test('an unknown duration makes unknown what waits for it, and nothing else', () => {
  const running = [one(undefined), one(10)]
  assert.deepEqual(forecastStarts({ running, slots: 2 }, [one(undefined), one(5)]), [10, undefined])
  assert.deepEqual(forecastStarts({ running: [one(undefined)], slots: 0 }, [one(5)]), [undefined])
  assert.deepEqual(forecastStarts({ running: [], slots: 0 }, [one(5)]), [undefined])
})

test('the middle of durations', () => {
  assert.equal(middleOf([]), undefined)
  assert.equal(middleOf([9, 1, 3]), 3)
  assert.equal(middleOf([4, 1, 2, 9]), 3)
})
