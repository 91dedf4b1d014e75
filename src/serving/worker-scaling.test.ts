import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handClock } from './serving.test-support.ts'
import { WorkerScaling, type ScaleSettings } from './worker-scaling.ts'

const settings: ScaleSettings = { min: 1, max: 4, targetUtilization: 0.7, pollMs: 1000, idleMs: 5000 }

/** One poll a second; `busy` of the time of one worker is 1. */
function openScaling(changes: Partial<ScaleSettings> = {}) {
  const clock = handClock()
  const scaling = new WorkerScaling({ ...settings, ...changes }, clock)
  let busyMs = 0
  let workers = changes.min ?? settings.min
  return {
    poll: (busy: number, longestWaitMs = 0, isAnyWaiting = longestWaitMs > 0): number => {
      clock.turn(1000)
      busyMs += busy * 1000
      workers = scaling.wanted({ workers, busyMs, isAnyWaiting, longestWaitMs })
      return workers
    },
  }
}

test('workers that are busy for more than the target get company at once, up to the most', () => {
  const { poll } = openScaling()
  assert.deepEqual([poll(0.7), poll(0.71), poll(2), poll(2.1), poll(9)], [1, 2, 3, 3, 4])
})

test('a request that waited for a whole poll brings one more, whatever the use', () => {
  const { poll } = openScaling()
  assert.deepEqual([poll(0.1, 999), poll(0.1, 1000), poll(0.1, 1000)], [1, 2, 3])
})

test('workers go only when fewer were enough for the whole time, and not more than were needed in it', () => {
  const { poll } = openScaling()
  assert.equal(poll(2.7), 4)
  assert.deepEqual([poll(0), poll(0), poll(2.7), poll(0), poll(0)], [4, 4, 4, 4, 4], 'a crowd begins it anew')
  assert.deepEqual([poll(1.3), poll(0), poll(0), poll(0)], [4, 4, 4, 2])
  assert.deepEqual([poll(0), poll(0), poll(0), poll(0), poll(0), poll(0)], [2, 2, 2, 2, 2, 1])
})

test('with a minimum of none the last goes as well', () => {
  const { poll } = openScaling({ min: 0 })
  assert.deepEqual([poll(0, 1000), poll(0.2), poll(0), poll(0)], [1, 1, 1, 1])
  assert.deepEqual([poll(0), poll(0), poll(0), poll(0)], [1, 1, 1, 0])
})

test('while a request waits for the first worker to start, that worker stays', () => {
  const { poll } = openScaling({ min: 0 })
  const waiting = Array.from({ length: 10 }, () => poll(0, 0, true))
  assert.deepEqual(waiting, Array(10).fill(1))
})
