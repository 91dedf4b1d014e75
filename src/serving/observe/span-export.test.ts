import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { handClock } from '../serving.test-support.ts'
import { answeredRequest } from './observe.test-support.ts'
import { spanExport } from './span-export.ts'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status?: { readonly code: number; readonly message: string }
  readonly attributes?: readonly { readonly key: string; readonly value: Readonly<Record<string, string>> }[]
}

/** A collector that keeps what it gets. */
async function openCollector(t: TestContext, status = 200) {
  const got: { url: string; spans: readonly Span[] }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
      }
      got.push({ url: request.url!, spans: body.resourceSpans[0]!.scopeSpans[0]!.spans })
      response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { got, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentId: 'c'.repeat(16), isSampled: true }
const fail = (message: string): never => assert.fail(message)

test('a traced request is a span below its caller, and its time in the model a span below that', async (t) => {
  const { got, endpoint } = await openCollector(t)
  const spans = spanExport({ endpoint, clock: handClock(), random: randomBytes, warn: fail })
  spans.observer(answeredRequest({ trace, durationMs: 3.25 }))
  const error = new SluiceError('deployment-unavailable', 'No worker stays alive')
  spans.observer(answeredRequest({ trace: { ...trace, spanId: 'd'.repeat(16) }, answer: { kind: 'refused', error } }))
  spans.observer(answeredRequest({ trace: { ...trace, isSampled: false } }))
  spans.observer(answeredRequest())
  await spans.close()
  assert.equal(got.length, 1)
  assert.equal(got[0]!.url, '/v1/traces')
  const [request, model, refused, ...more] = got[0]!.spans
  assert.equal(more.length, 0)
  assert.deepEqual(
    [request!.traceId, request!.spanId, request!.parentSpanId, request!.name],
    [trace.traceId, trace.spanId, trace.parentId, 'score diabetes'],
  )
  assert.equal(request!.startTimeUnixNano, '1767225600000000000')
  assert.equal(request!.endTimeUnixNano, '1767225600003250000')
  assert.deepEqual(
    [model!.parentSpanId, model!.name, model!.startTimeUnixNano],
    [...[trace.spanId, 'predict', '1767225600001750000']],
  )
  const attributes = Object.fromEntries(refused!.attributes!.map(({ key, value }) => [key, Object.values(value)[0]]))
  assert.deepEqual(attributes, {
    'sluice.endpoint': 'diabetes',
    'sluice.deployment': 'blue',
    'sluice.revision': '3',
    'sluice.request_id': 'r1',
    'http.response.status_code': '503',
    'error.type': 'deployment-unavailable',
  })
  assert.deepEqual(refused!.status, { code: 2, message: 'No worker stays alive' })
})

test('a collector that refuses or is away costs nobody anything, is told of once, and what it missed is counted', async (t) => {
  const { endpoint } = await openCollector(t, 503)
  for (const [url, pattern] of [
    [endpoint, /it answers 503/],
    ['http://127.0.0.1:1', /spans cannot be sent/],
  ] as const) {
    const warnings: string[] = []
    const clock = handClock()
    const spans = spanExport({ endpoint: url, clock, random: randomBytes, warn: (text) => void warnings.push(text) })
    spans.observer(answeredRequest({ trace }))
    clock.turn(1000)
    spans.observer(answeredRequest({ trace }))
    await spans.close()
    assert.equal(spans.dropped(), 4)
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, pattern)
  }
})
