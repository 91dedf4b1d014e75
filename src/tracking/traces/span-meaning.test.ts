import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import {
  previewsOf,
  resourceTagsOf,
  sessionOf,
  spanType,
  sumOfTree,
  tokenUsageOf,
  traceTagsOf,
  userOf,
  type AmountNode,
} from './span-meaning.ts'
import type { Span } from './trace.ts'

function span(attributes: JsonObject, more: Partial<Span> = {}): Span {
  const ids = { traceId: 'tr-1', spanId: '1', name: 'x', kind: 0, startNs: '1' }
  return { ...ids, status: 'OK', attributes, events: [], links: [], ...more }
}

test('the words of MLflow, OpenInference and OpenTelemetry mean the same', () => {
  assert.equal(spanType(span({ 'mlflow.spanType': 'AGENT', 'gen_ai.operation.name': 'chat' })), 'AGENT')
  assert.equal(spanType(span({ 'openinference.span.kind': 'LLM' })), 'LLM')
  assert.equal(spanType(span({ 'gen_ai.operation.name': 'execute_tool' })), 'TOOL')
  assert.equal(spanType(span({})), 'UNKNOWN')
  assert.equal(sessionOf(span({ 'gen_ai.conversation.id': 'c' })), 'c')
  assert.equal(userOf(span({ 'user.id': '' })), undefined)
  const tokens = { input_tokens: 3, output_tokens: 4, total_tokens: 7 }
  assert.deepEqual(tokenUsageOf(span({ 'llm.token_count.prompt': 3, 'llm.token_count.completion': 4 })), tokens)
  assert.deepEqual(tokenUsageOf(span({ 'mlflow.chat.tokenUsage': JSON.stringify(tokens) })), tokens)
  assert.equal(tokenUsageOf(span({ 'mlflow.chat.tokenUsage': 'none' })), undefined)
})

test('a preview is the text of the last message of the role, else the JSON, cut at 1000 characters', () => {
  const messages = [
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'reply' },
    { role: 'user', content: [{ type: 'text', text: 'second' }, { type: 'image' }] },
  ]
  const choices = [{ message: { role: 'assistant', content: 'done' } }]
  const chat = span({ 'mlflow.spanInputs': { messages }, 'output.value': JSON.stringify({ choices }) })
  assert.deepEqual(previewsOf(chat), { request: 'second', response: 'done' })
  assert.deepEqual(previewsOf(span({ 'mlflow.spanInputs': { a: 1 } })), { request: '{"a":1}' })
  assert.deepEqual(previewsOf(span({ 'mlflow.spanInputs': '{"a": ' })), { request: '"{\\"a\\": "' })
  assert.deepEqual(previewsOf(span({})), {})
  assert.equal(previewsOf(span({ 'mlflow.spanInputs': 'x'.repeat(2000) })).request, `"${'x'.repeat(996)}...`)
})

test('tags come from the root and from the resource, without what is reserved', () => {
  const attributes = { 'mlflow.traceTag.lang': 'de', 'mlflow.traceTag.n': 5, 'mlflow.traceTag.': 'x', other: 1 }
  assert.deepEqual(traceTagsOf(span(attributes)), { lang: 'de', n: '5' })
  const resource = { 'service.name': 'shop', 'telemetry.sdk.name': 'x', 'mlflow.y': 'z', instances: [1] }
  assert.deepEqual(resourceTagsOf([span({}), span({}, { resource })]), { 'service.name': 'shop', instances: '[1]' })
})

test('a span that repeats the sum of those below it is counted instead of them', () => {
  const node = (spanId: string, parentSpanId?: string, tokens?: number): AmountNode => ({
    spanId,
    parentSpanId,
    amounts: tokens === undefined ? undefined : { tokens },
  })
  assert.deepEqual(sumOfTree([node('a', undefined, 10), node('b', 'a'), node('c', 'b', 4), node('d', 'b', 6)]), {
    tokens: 10,
  })
  assert.deepEqual(sumOfTree([node('a'), node('b', 'a', 4), node('c', 'a', 6), node('e', 'gone', 1)]), { tokens: 11 })
  // Ids are a client's: a circle must end.
  assert.deepEqual(sumOfTree([node('a', 'b'), node('b', 'a'), node('c', 'b', 2)]), { tokens: 2 })
  assert.equal(sumOfTree([node('a')]), undefined)
})
