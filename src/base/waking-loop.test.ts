import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WakingLoop } from './waking-loop.ts'

/** A loop over a clock that is moved by hand. */
function openLoop(look: (loop: WakingLoop) => Promise<boolean>, next: () => number) {
  const timers: { readonly delayMs: number; readonly call: () => void }[] = []
  const failures: string[] = []
  const loop: WakingLoop = new WakingLoop({
    clock: {
      now: () => 1000,
      after: (delayMs, call) => {
        const timer = { delayMs, call }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), 1)
      },
    },
    look: () => look(loop),
    nextMs: async () => next(),
    failed: (message) => failures.push(message),
  })
  return { loop, timers, failures }
}

test('it looks until there is no more, and sleeps until something is due', async () => {
  let left = 3
  const { loop, timers } = openLoop(
    async () => --left > 0,
    () => 5000,
  )
  await loop.settle()
  assert.equal(left, 0)
  assert.deepEqual(
    timers.map(({ delayMs }) => delayMs),
    [4000],
  )
  left = 1
  timers[0]!.call()
  await loop.settle()
  assert.equal(left < 1, true)
})

test('it never sleeps long, and not at all where only a wake can bring something', async () => {
  const far = openLoop(
    async () => false,
    () => 10 ** 12,
  )
  await far.loop.settle()
  assert.deepEqual(
    far.timers.map(({ delayMs }) => delayMs),
    [20_000],
  )
  const never = openLoop(
    async () => false,
    () => Infinity,
  )
  await never.loop.settle()
  assert.deepEqual(never.timers, [])
})

test('what fails is told and tried again, and a closed loop does nothing more', async () => {
  let looks = 0
  const { loop, timers, failures } = openLoop(
    async () => {
      looks++
      throw new Error('the store is full')
    },
    () => Infinity,
  )
  await loop.settle()
  assert.deepEqual(failures, ['the store is full'])
  assert.equal(timers.length, 1)
  await loop.close()
  assert.equal(loop.isClosed, true)
  loop.wake()
  assert.equal(looks, 1)
  assert.deepEqual(timers, [])
})

test('what fails while it is being closed is told to nobody', async () => {
  const { loop, failures } = openLoop(
    async (own) => {
      void own.close()
      throw new Error('the store is closed')
    },
    () => Infinity,
  )
  await loop.settle()
  assert.deepEqual(failures, [])
})
