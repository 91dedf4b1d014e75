import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '../../base/ids.ts'
import { RecentRows } from './recent-rows.ts'

const digest = (number: number): Digest => number.toString(16).padStart(64, '0') as Digest

test('recent rows are found until newer ones need their place', () => {
  const rows = new RecentRows()
  const bytes = new Uint8Array(16 * 1024)
  for (let number = 0; number < 1000; number++)
    rows.add([{ kind: 'file', digest: digest(number), sizeBytes: bytes.length, bytes }])
  assert.equal(rows.find('file', digest(0)), undefined)
  assert.deepEqual(rows.find('file', digest(999)), { kind: 'file', digest: digest(999), sizeBytes: bytes.length })
  assert.equal(rows.bytes('file', digest(999)), bytes)
  assert.equal(rows.find('folder', digest(999)), undefined)
  const kept = Array.from({ length: 1000 }, (_, number) => rows.find('file', digest(number))).filter(Boolean)
  assert.ok(kept.length > 400 && kept.length < 520, `${kept.length} are kept`)
})

test('rows without bytes and large ones are not kept, and removed ones are gone', () => {
  const rows = new RecentRows()
  rows.add([
    { kind: 'file', digest: digest(1), sizeBytes: 10 },
    { kind: 'folder', digest: digest(2), sizeBytes: 1_000_000, bytes: new Uint8Array(1_000_000) },
    { kind: 'file', digest: digest(3), sizeBytes: 1, bytes: new Uint8Array(1) },
  ])
  assert.deepEqual(
    [rows.find('file', digest(1)), rows.find('folder', digest(2)), rows.find('file', digest(3))?.sizeBytes],
    [undefined, undefined, 1],
  )
  rows.remove('file', digest(3))
  rows.remove('file', digest(3))
  assert.equal(rows.find('file', digest(3)), undefined)
})
