import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mlflowLab } from '../mlflow.test-support.ts'

test('a request that says too little is a 422 and stores nothing; ids of zeros are ids', async (t) => {
  const { url, tracking } = await mlflowLab(t)
  const span = (traceId: string, spanId: string) => ({ traceId, spanId, name: 's', startTimeUnixNano: '1' })
  const send = async (spans: readonly object[], headers: Readonly<Record<string, string>>) => {
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
    const type = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers: { ...type, ...headers }, body })
    return `${response.status} ${await response.text()}`
  }
  const experiment = { 'x-mlflow-experiment-id': '0' }
  const [traceId, zeros] = ['5'.repeat(32), '0'.repeat(32)]
  assert.match(await send([span(traceId, '1'.repeat(16))], {}), /^422 .*header x-mlflow-experiment-id is missing/)
  const incomplete = [span(traceId, '1'.repeat(16)), span(traceId, '')]
  assert.match(await send(incomplete, experiment), /^422 .*The span 's' has no trace id or span id\./)
  assert.deepEqual(await tracking.traces.infos([`tr-${traceId}`]), [])
  assert.equal(await send([span(zeros, zeros.slice(16))], experiment), '200 {}')
  const { spans } = await tracking.traces.get(`tr-${zeros}`)
  assert.deepEqual(
    spans.map(({ spanId }) => spanId),
    [zeros.slice(16)],
  )
})
