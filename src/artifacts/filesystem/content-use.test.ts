import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '../../base/ids.ts'
import { refusal } from '../content-lab.test-support.ts'
import { contentUse } from './content-use.ts'

const hour = 3_600_000
const digest = (number: number): Digest => number.toString(16).padStart(16, '0').padEnd(64, '0') as Digest

function openUse() {
  let now = 0
  return { use: contentUse({ now: () => now, after: () => () => undefined }), wait: (ms: number) => void (now += ms) }
}

test('what was touched is recent for an hour at least and two at most', async () => {
  const { use, wait } = openUse()
  wait(0.9 * hour)
  await use.touch('file', [digest(1)])
  wait(0.2 * hour)
  await use.touch('folder', [digest(2)])
  const recent = () => [
    use.isRecent('file', digest(1)),
    use.isRecent('folder', digest(2)),
    use.isRecent('file', digest(2)),
  ]
  assert.deepEqual(recent(), [true, true, false])
  wait(1.01 * hour)
  assert.deepEqual(recent(), [false, true, false])
  wait(5 * hour)
  assert.deepEqual(recent(), [false, false, false])
})

test('a touch comes before a removal, which then spares it, or waits for its end', async () => {
  const { use } = openUse()
  await use.touch('file', [digest(1)])
  let end = (): void => undefined
  const removed: Digest[] = []
  const removal = use.remove('file', [digest(1), digest(2)], async (unused) => {
    removed.push(...unused)
    await new Promise<void>((resolve) => (end = resolve))
  })
  let isTouched = false
  const touch = use.touch('file', [digest(3), digest(2)]).then(() => (isTouched = true))
  await new Promise(setImmediate)
  assert.deepEqual([removed, isTouched], [[digest(2)], false])
  end()
  await Promise.all([removal, touch])
  await use.remove('file', [digest(1), digest(2)], () => assert.fail('both were touched'))
})

test('a removal that fails lets those go on who wait for it', async () => {
  const { use } = openUse()
  const removal = use.remove('file', [digest(1)], async () => {
    await new Promise(setImmediate)
    throw new Error('disk full')
  })
  await Promise.all([assert.rejects(removal, /disk full/), use.touch('file', [digest(1)])])
})

test('more than can be remembered is no time for a sweep', async () => {
  const { use, wait } = openUse()
  await use.touch(
    'file',
    Array.from({ length: 250_001 }, (_, index) => digest(index)),
  )
  assert.throws(() => use.isRecent('file', digest(1)), refusal('conflict', /So much was stored/))
  wait(3 * hour)
  assert.equal(use.isRecent('file', digest(1)), false)
})
