import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { inMlflowWords, inputsOf, modelOf, outputsOf, tokensOf, typeOf } from './span-conventions.ts'
import type { Span } from './trace.ts'

function span(attributes: JsonObject, events: Span['events'] = []): Span {
  const ids = { traceId: 'tr-1', spanId: '1', name: 'x', kind: 0, startNs: '1' }
  return { ...ids, status: 'OK', attributes, events, links: [] }
}

test('each instrumentation has its own word for what kind of span it is', () => {
  for (const [attributes, type] of [
    [{ 'mlflow.spanType': 'MINE', 'openinference.span.kind': 'LLM' }, 'MINE'],
    [{ 'mlflow.spanType': 'UNKNOWN', 'openinference.span.kind': 'RETRIEVER' }, 'RETRIEVER'],
    [{ 'gen_ai.operation.name': 'chat' }, 'CHAT_MODEL'],
    [{ 'traceloop.span.kind': 'tool' }, 'TOOL'],
    [{ 'traceloop.span.kind': 'workflow', 'gen_ai.operation.name': 'text_completion' }, 'LLM'],
    [{ 'ai.operationId': 'ai.generateText.doGenerate' }, 'LLM'],
    [{ 'ai.operationId': 'ai.toolCall' }, 'TOOL'],
    [{ 'span.type': 'claude_code.interaction' }, 'AGENT'],
    [{ 'span.type': 'memory', 'entity.type': 'agent' }, 'MEMORY'],
    [{ 'entity.type': 'agent' }, 'AGENT'],
    [{ 'lmnr.span.type': 'PIPELINE' }, 'CHAIN'],
    [{ 'langfuse.observation.type': 'generation' }, 'LLM'],
    [{ 'gen_ai.operation.name': 'something else' }, undefined],
    [{ 'gen_ai.operation.name': 7 }, undefined],
  ] as const) {
    assert.equal(typeOf(span(attributes)), type, JSON.stringify(attributes))
  }
})

test('what was asked and answered is found under any of the words, as the value that its JSON is', () => {
  const messages = [{ role: 'user', content: 'hi' }]
  for (const [attributes, inputs, outputs] of [
    [{ 'gen_ai.input.messages': JSON.stringify(messages), 'gen_ai.output.messages': '[]' }, messages, undefined],
    [{ 'input.value': '', 'traceloop.entity.input': 'Hello', 'traceloop.entity.output': '{"a":1}' }, 'Hello', { a: 1 }],
    [{ 'gen_ai.prompt.0.content': 'Hello', 'gen_ai.completion.0.content': 'Bye' }, 'Hello', 'Bye'],
    [{ 'gcp.vertex.agent.tool_call_args': '{}', input: '[1', output: 5 }, '[1', 5],
    [{ 'mlflow.spanInputs': false, 'input.value': 'other' }, false, undefined],
  ] as const) {
    assert.deepEqual(inputsOf(span(attributes)), inputs)
    assert.deepEqual(outputsOf(span(attributes)), outputs)
  }
  const told = [
    { name: 'gen_ai.content.prompt', timeNs: '1', attributes: { 'gen_ai.prompt': 'asked' } },
    { name: 'gen_ai.content.completion', timeNs: '2', attributes: { 'gen_ai.completion': '["answered"]' } },
  ]
  assert.deepEqual([inputsOf(span({}, told)), outputsOf(span({}, told))], ['asked', ['answered']])
})

test('tokens are of one convention, with the total where none is said', () => {
  const both = { 'llm.token_count.prompt': 3, 'llm.token_count.total': '9', 'gen_ai.usage.input_tokens': 100 }
  assert.deepEqual(tokensOf(span(both)), { input_tokens: 3, output_tokens: 0, total_tokens: 9 })
  const cached = { 'gen_ai.usage.input_tokens': 5, 'gen_ai.usage.cache_creation.input_tokens': 2 }
  assert.deepEqual(tokensOf(span(cached)), {
    input_tokens: 5,
    output_tokens: 0,
    cache_creation_input_tokens: 2,
    total_tokens: 5,
  })
  const old = { 'gen_ai.usage.prompt_tokens': 1, 'gen_ai.usage.completion_tokens': 2 }
  assert.deepEqual(tokensOf(span(old)), { input_tokens: 1, output_tokens: 2, total_tokens: 3 })
  assert.equal(tokensOf(span({ 'gen_ai.usage.input_tokens': 'many' })), undefined)
})

test("clients read a span with MLflow's words beside its own, and none of theirs is changed", () => {
  const attributes = {
    'openinference.span.kind': 'LLM',
    'input.value': 'Hello',
    'llm.model_name': 'm',
    'llm.provider': 'p',
    'llm.token_count.completion': 4,
    'gen_ai.tool.definitions': '[{"name":"t"}]',
    'mlflow.spanOutputs': '{"a": 1}',
  }
  assert.deepEqual(inMlflowWords(span(attributes)), {
    ...attributes,
    'mlflow.spanType': 'LLM',
    'mlflow.spanInputs': 'Hello',
    'mlflow.chat.tokenUsage': { input_tokens: 0, output_tokens: 4, total_tokens: 4 },
    'mlflow.chat.tools': [{ name: 't' }],
    'mlflow.llm.model': 'm',
    'mlflow.llm.provider': 'p',
  })
  assert.deepEqual(inMlflowWords(span({ a: 1 })), { a: 1 })
  assert.equal(modelOf(span({ 'gen_ai.request.model': 'asked', 'gen_ai.response.model': 'answered' })), 'answered')
})
