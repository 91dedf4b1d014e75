import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { decompressed } from './content-encoding.ts'

test('a compressed body is read as it was, and not beyond the limit', async () => {
  const body = Buffer.from('{"inputs": []}')
  const read = (sent: Buffer, encoding: string, maxBytes = 1000) => decompressed(sent, { encoding, maxBytes })
  for (const [sent, encoding] of [
    [body, ''],
    [body, 'identity'],
    [gzipSync(body), 'gzip'],
    [gzipSync(body), ' GZIP'],
    [deflateSync(body), 'deflate'],
  ] as const)
    assert.deepEqual(await read(sent, encoding), body, encoding)
  await assert.rejects(read(gzipSync(Buffer.alloc(1001)), 'gzip'), { code: 'body-too-large', message: /1000 bytes/ })
  await assert.rejects(read(body, 'gzip'), { code: 'invalid-request', message: /^The body is no gzip: / })
  await assert.rejects(read(body, 'br'), { code: 'unsupported-media-type', message: /compressed \("br"\)/ })
})
