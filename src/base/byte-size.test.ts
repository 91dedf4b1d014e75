import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteSizeText, parseByteSize } from './byte-size.ts'

test('a size is a number and a unit that is a power of 1024', () => {
  const sizes = {
    '512MB': 512 * 1024 ** 2,
    '2g': 2 * 1024 ** 3,
    '2Gi': 2 * 1024 ** 3,
    ' 1.5 GiB ': 1.5 * 1024 ** 3,
    '3kb': 3072,
    '1T': 1024 ** 4,
  }
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseByteSize(text), bytes, text)
  for (const text of ['', '2', '2 G B', '-1GB', '1e3MB', 'GB', '2 bytes', '1,5GB', '9999999999GB'])
    assert.equal(parseByteSize(text), undefined, text)
})

test('a size is shown in its largest unit', () => {
  assert.deepEqual([2 * 1024 ** 3, 1.5 * 1024 ** 3, 64 * 1024 ** 2, 500, 1024 ** 4, 2_199_999_999].map(byteSizeText), [
    '2 GB',
    '1.5 GB',
    '64 MB',
    '0.49 KB',
    '1 TB',
    '2.05 GB',
  ])
})
