import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookAt } from './watch-data.ts'

test('new content counts when it has stayed the same for the debounce', () => {
  let watch = lookAt({ changes: 0, digest: 'a' }, { digest: 'b', nowMs: 1000, debounceMs: 500 })
  assert.deepEqual(watch, { watch: { digest: 'a', changes: 0, seen: 'b', seenSinceMs: 1000 }, hasChanged: false })
  watch = lookAt(watch.watch, { digest: 'c', nowMs: 1600, debounceMs: 500 })
  assert.equal(watch.hasChanged, false, 'it is still being written')
  watch = lookAt(watch.watch, { digest: 'c', nowMs: 2100, debounceMs: 500 })
  assert.deepEqual(watch, { watch: { digest: 'c', changes: 1 }, hasChanged: true })
})

test('the same content, or none, is no change, and ends the wait for one', () => {
  const waiting = { changes: 3, digest: 'a', seen: 'b', seenSinceMs: 0 }
  for (const digest of ['a', undefined])
    assert.deepEqual(lookAt(waiting, { digest, nowMs: 9000, debounceMs: 500 }), {
      watch: { changes: 3, digest: 'a' },
      hasChanged: false,
    })
})

test('without a debounce the first look counts; a first content is a change', () => {
  assert.deepEqual(lookAt({ changes: 0 }, { digest: 'a', nowMs: 5, debounceMs: 0 }), {
    watch: { digest: 'a', changes: 1 },
    hasChanged: true,
  })
})

test('a clock that is set back does not make it wait for ever', () => {
  const { watch } = lookAt({ changes: 0, seen: 'b', seenSinceMs: 9000 }, { digest: 'b', nowMs: 1000, debounceMs: 500 })
  assert.equal(watch.seenSinceMs, 1000)
})
