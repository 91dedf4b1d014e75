import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '../base/json.ts'
import { FrameDecoder, frameStart } from './scoring-frames.ts'

function encode(header: JsonObject, payload: Uint8Array): Buffer {
  return Buffer.concat([frameStart(header, payload.length), payload])
}

test('whatever is framed comes out again, however the stream is cut', () => {
  const frame = fc.record({
    header: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.integer())),
    payload: fc.uint8Array({ maxLength: 300 }),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(40), { minLength: 1 }), (frames, cuts) => {
      // Through JSON once: a lone surrogate has no UTF-8 and is not what this is about.
      const sent = frames.map(({ header, payload }) => ({
        header: JSON.parse(Buffer.from(JSON.stringify(header)).toString()) as JsonObject,
        payload,
      }))
      const bytes = Buffer.concat(sent.map(({ header, payload }) => encode(header, payload)))
      const received: { header: JsonObject; payload: number[] }[] = []
      const decoder = new FrameDecoder(({ header, payload }) => received.push({ header, payload: [...payload] }))
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const next = at + 1 + cuts[turn % cuts.length]!
        decoder.push(bytes.subarray(at, next))
        at = next
      }
      assert.deepEqual(
        received,
        sent.map(({ header, payload }) => ({ header, payload: [...payload] })),
      )
    }),
  )
})

test('the bytes are those that the Python side reads', () => {
  assert.deepEqual(encode({ type: 'close' }, Buffer.from('ab')), Buffer.from('\x10\0\0\0\x02\0\0\0{"type":"close"}ab'))
})

test('bytes that are no frames are refused instead of waited for', () => {
  const ignore = () => undefined
  assert.throws(() => new FrameDecoder(ignore).push(Buffer.from('Traceback (most recent call last):')), {
    code: 'internal',
    message: /^A worker sent a frame of 1667330644 \+ 1667326565 bytes/,
  })
  const oneByte = (text: string) => Buffer.concat([Buffer.from([text.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(text)])
  assert.throws(() => new FrameDecoder(ignore).push(oneByte('{')), /not JSON/)
  assert.throws(() => new FrameDecoder(ignore).push(oneByte('[]')), /not an object/)
})
