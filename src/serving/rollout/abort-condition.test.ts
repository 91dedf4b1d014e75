import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAbortCondition } from './abort-condition.ts'

test('conditions are read as they are written', () => {
  for (const [text, condition] of [
    ['error-rate>1%', { kind: 'error-rate', limit: { value: 0.01, isOfBaseline: false } }],
    ['error-rate > 2.5x', { kind: 'error-rate', limit: { value: 2.5, isOfBaseline: true } }],
    ['p95>200ms', { kind: 'latency', quantile: 0.95, limit: { value: 200, isOfBaseline: false } }],
    ['p50>1.5s', { kind: 'latency', quantile: 0.5, limit: { value: 1500, isOfBaseline: false } }],
    ['p99>1.2x', { kind: 'latency', quantile: 0.99, limit: { value: 1.2, isOfBaseline: true } }],
    ['worse:latency', { kind: 'worse', metric: 'latency' }],
    ['worse:mae:lower>5%', { kind: 'worse', metric: 'mae:lower', margin: '5%' }],
  ] as const)
    assert.deepEqual(readAbortCondition(text), { ...condition, text: text.replaceAll(' ', '') })
})

test('anything else is refused with examples', () => {
  for (const text of ['', 'error-rate', 'error-rate>1', 'p95>200', 'p0>1s', 'p95', 'latency>1', 'error-rate>x', '>1%'])
    assert.throws(() => readAbortCondition(text), { code: 'invalid-request', hint: /error-rate>1%/ }, text)
  assert.throws(() => readAbortCondition('worse:a b!'), { code: 'invalid-request', message: /is no metric/ })
  assert.throws(() => readAbortCondition('worse:latency>often'), { code: 'invalid-request', message: /no margin/ })
})
