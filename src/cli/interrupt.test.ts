import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchInterrupts } from './interrupt.ts'

test('two signals within a moment are one press, later ones count on, and afterwards nobody listens', () => {
  let nowMs = 1000
  const before = process.listenerCount('SIGINT')
  const seen: (number | string)[] = []
  const interrupts = watchInterrupts({
    press: (count) => seen.push(count),
    end: (signal) => seen.push(signal),
    now: () => nowMs,
  })
  for (const atMs of [1000, 1040, 1099, 1500, 1501, 2600]) {
    nowMs = atMs
    process.emit('SIGINT', 'SIGINT')
  }
  process.emit('SIGTERM', 'SIGTERM')
  process.emit('SIGHUP', 'SIGHUP')
  interrupts.stop()
  assert.deepEqual(seen, [1, 2, 3, 'SIGTERM', 'SIGHUP'])
  assert.equal(process.listenerCount('SIGINT'), before)
})
