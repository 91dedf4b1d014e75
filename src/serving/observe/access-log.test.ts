import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { handClock, temporaryFolder } from '../serving.test-support.ts'
import { accessLog } from './access-log.ts'
import { answeredRequest } from './observe.test-support.ts'

const fail = (message: string): never => assert.fail(message)
const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true }

test('every request is a line of JSON, written together with others a moment later', async (t) => {
  const file = join(await temporaryFolder(t), 'access.jsonl')
  const clock = handClock()
  const log = accessLog(file, { clock, warn: fail })
  log.observer(answeredRequest({ trace }))
  const error = new SluiceError('model-failed', 'The model raised ValueError')
  log.observer(answeredRequest({ requestId: 'r2', durationMs: 1.23456, answer: { kind: 'refused', error } }))
  assert.equal(readFileSync(file, 'utf8'), '')
  clock.turn(500)
  const about = { time: '2026-01-01T00:00:00.000Z', endpoint: 'diabetes', deployment: 'blue', revision: 3 }
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      {
        ...{ ...about, request_id: 'r1', trace_id: trace.traceId, span_id: trace.spanId, status: 200 },
        ...{ duration_ms: 3, execution_ms: 1.5, request_bytes: 3, response_bytes: 4 },
      },
      { ...about, request_id: 'r2', status: 424, error: 'model-failed', duration_ms: 1.235, request_bytes: 3 },
    ],
  )
  log.close()
})

test('a file that has grown to its bound is put aside, and what is held is written on closing', async (t) => {
  const file = join(await temporaryFolder(t), 'access.jsonl')
  const clock = handClock()
  const log = accessLog(file, { clock, maxBytes: 300, warn: fail })
  for (const requestId of ['r1', 'r2', 'r3']) {
    log.observer(answeredRequest({ requestId }))
    if (requestId !== 'r3') clock.turn(500)
  }
  log.close()
  assert.match(readFileSync(`${file}.1`, 'utf8'), /"r1".*\n.*"r2"/)
  assert.match(readFileSync(file, 'utf8'), /"r3"/)
})
