import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTraceparent, traceparentOf } from './trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

test('a traceparent is read and written as the standard has it', () => {
  const value = `00-${traceId}-${spanId}-01`
  assert.deepEqual(parseTraceparent(value), { traceId, spanId, isSampled: true })
  assert.equal(traceparentOf({ traceId, spanId, isSampled: true }), value)
  assert.equal(traceparentOf({ traceId, spanId, isSampled: false }), `00-${traceId}-${spanId}-00`)
  assert.equal(parseTraceparent(`00-${traceId}-${spanId}-00`)?.isSampled, false)
  assert.equal(parseTraceparent(`cc-${traceId}-${spanId}-03-what-comes`)?.traceId, traceId, 'a version to come')
})

test('anything else is as good as none', () => {
  const wrong = [
    undefined,
    ['00', 'twice'],
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01${'-x'.repeat(200)}`,
  ]
  for (const value of wrong) assert.equal(parseTraceparent(value), undefined, String(value))
})
