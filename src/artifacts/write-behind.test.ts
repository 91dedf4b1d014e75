import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../base/clock.ts'
import { writeBehind } from './write-behind.ts'

type Entries = readonly (readonly [string, number])[]

/** A clock whose only timer is rung by hand. */
function handClock(): Clock & { ring(): void; readonly isSet: boolean } {
  let timer: (() => void) | undefined
  return {
    now: () => 0,
    after(_delayMs, callback) {
      timer = callback
      return () => {
        timer = undefined
      }
    },
    ring() {
      const callback = timer
      timer = undefined
      callback?.()
    },
    get isSet() {
      return timer !== undefined
    },
  }
}

test('values set shortly after one another are saved together, the last of a key winning', async () => {
  const saved: Entries[] = []
  const clock = handClock()
  const behind = writeBehind<number>({ clock, save: async (entries) => saved.push(entries) })
  behind.set('a', 1)
  behind.set('b', 2)
  behind.set('a', 3)
  assert.deepEqual([saved, behind.get('a'), behind.get('c')], [[], 3, undefined])
  clock.ring()
  await behind.flush()
  assert.deepEqual(saved, [
    [
      ['a', 3],
      ['b', 2],
    ],
  ])
  assert.equal(behind.get('a'), undefined)
  assert.equal(clock.isSet, false)
})

test('a thousand values are saved without waiting for the clock', async () => {
  const sizes: number[] = []
  const behind = writeBehind<number>({ clock: handClock(), save: async (entries) => sizes.push(entries.length) })
  for (let at = 0; at < 1000; at++) behind.set(`${at}`, at)
  assert.deepEqual(sizes, [1000])
  await behind.flush()
})

test('a value stays readable while it is being saved, and one set meanwhile is saved next', async () => {
  const saved: Entries[] = []
  let finish = (): void => undefined
  const behind = writeBehind<number>({
    clock: handClock(),
    save: (entries) => {
      saved.push(entries)
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    },
  })
  behind.set('a', 1)
  const flushed = behind.flush()
  assert.equal(behind.get('a'), 1)
  behind.set('a', 2)
  assert.equal(behind.get('a'), 2)
  finish()
  await new Promise((resolve) => setImmediate(resolve))
  finish()
  await flushed
  assert.deepEqual(saved, [[['a', 1]], [['a', 2]]])
})

test('saving works again after there was nothing to save', async () => {
  const saved: Entries[] = []
  const behind = writeBehind<number>({ clock: handClock(), save: async (entries) => saved.push(entries) })
  await behind.flush()
  behind.set('a', 1)
  await behind.flush()
  assert.deepEqual(saved, [[['a', 1]]])
})

test('a deleted value is not saved', async () => {
  const saved: Entries[] = []
  const behind = writeBehind<number>({ clock: handClock(), save: async (entries) => saved.push(entries) })
  behind.set('a', 1)
  behind.delete('a')
  await behind.flush()
  assert.deepEqual(saved, [])
})

test('a store that fails to save fails nobody', async () => {
  let calls = 0
  const save = async (): Promise<void> => {
    calls++
    throw new Error('disk full')
  }
  const behind = writeBehind<number>({ clock: handClock(), save })
  behind.set('a', 1)
  await behind.flush()
  behind.set('b', 1)
  await behind.flush()
  assert.equal(calls, 2)
})
