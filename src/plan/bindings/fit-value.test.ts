import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DataType, InputValue, OutputValue, PrimitiveType } from '../../spec/document-parts.ts'
import {
  component,
  folder,
  ifElse,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  placesOf,
  planned,
  plannedStep,
  step,
} from '../document-builders.test-support.ts'
import type { TextSite } from './evaluate.ts'
import { fitCondition, fitValue } from './fit-value.ts'
import { collectMistakes } from '../mistakes.ts'
import { planJob } from '../plan-pipeline.ts'
import type { BoundValue } from '../scope.ts'

type Type = DataType | PrimitiveType

const takes = (type: Type) => component('takes', { inputs: { x: type } })
const makes = (type: Type) => component('makes', { outputs: { o: type } })
const edge = '${{parent.jobs.a.outputs.o}}'

function flow(from: Type, to: Type): readonly string[] {
  return mistakesOf(pipeline({ a: step(makes(from)), b: step(takes(to), { inputs: { x: edge } }) }))
}

test('between steps the types must go together', () => {
  assert.deepEqual(flow('uri_file', 'uri_folder'), [
    'Input "x" of step "b" takes uri_folder, but output "o" of step "a" is uri_file. | Give both the same type.',
  ])
  for (const [from, to] of [
    ['uri_folder', 'uri_file'],
    ['uri_folder', 'mltable'],
    ['mltable', 'mlflow_model'],
    ['uri_file', 'number'],
    ['number', 'uri_file'],
    ['number', 'integer'],
    ['string', 'boolean'],
  ] as const) {
    assert.equal(flow(from, to).length, 1, `${from} -> ${to}`)
  }
  for (const [from, to] of [
    ['mlflow_model', 'uri_folder'],
    ['mlflow_model', 'custom_model'],
    ['mltable', 'uri_folder'],
    ['integer', 'number'],
    ['boolean', 'string'],
  ] as const) {
    assert.deepEqual(flow(from, to), [], `${from} -> ${to}`)
  }
})

test('the reader takes the data as what it declares', () => {
  const document = pipeline({ a: step(makes('mlflow_model')), b: step(takes('uri_folder'), { inputs: { x: edge } }) })
  assert.deepEqual(plannedStep(document, 'b').inputs['x'], {
    kind: 'output',
    type: 'uri_folder',
    mode: 'ro_mount',
    step: 'a',
    output: 'o',
  })
})

test('an output without a type is a folder of whatever kind its reader takes, but no file and no number', () => {
  const untyped = (to: Type): readonly string[] =>
    mistakesOf(pipeline({ a: inline('x', { outputs: { o: {} } }), b: step(takes(to), { inputs: { x: edge } }) }))
  assert.deepEqual(
    ['uri_folder', 'mltable', 'mlflow_model'].map((type) => untyped(type as Type)),
    [[], [], []],
  )
  assert.deepEqual(untyped('uri_file'), [
    'Input "x" of step "b" takes uri_file, but output "o" of step "a" is uri_folder. | Declare it there: outputs: {o: {type: uri_file}}',
  ])
  assert.equal(untyped('number').length, 1)
})

test('an untyped input takes what it gets', () => {
  const document = pipeline({ a: step(makes('number')), b: inline('x', { inputs: { x: edge } }) })
  assert.deepEqual(plannedStep(document, 'b').inputs['x'], {
    kind: 'output',
    type: 'number',
    mode: 'ro_mount',
    step: 'a',
    output: 'o',
  })
})

const data = (type: DataType): InputValue => ({
  kind: 'data',
  type,
  source: { kind: 'uri', uri: 'https://example.org/d' },
})

test('data written at the input keeps its own type, as public examples need; a plain folder becomes what is declared', () => {
  const typeOf = (given: DataType, declared: DataType): unknown => {
    const input = plannedStep(pipeline({ b: step(takes(declared), { inputs: { x: data(given) } }) }), 'b').inputs['x']
    return input?.kind === 'data' && input.type
  }
  assert.equal(typeOf('uri_file', 'uri_folder'), 'uri_file')
  assert.equal(typeOf('uri_folder', 'mltable'), 'mltable')
})

test('data that comes through a pipeline input must go together with what is declared', () => {
  const given = (type: DataType, declared: Type) =>
    pipeline({ b: step(takes(declared), { inputs: { x: '${{parent.inputs.d}}' } }) }, { inputs: { d: data(type) } })
  const through = (type: DataType, declared: Type): readonly string[] => mistakesOf(given(type, declared))
  // What Azure runs is a warning, and the data stays what it is; a path without a type becomes what is declared.
  const eased = (type: DataType, declared: Type): unknown => {
    const { plan, diagnostics, warnings } = planJob(given(type, declared), { resolveComponent: () => undefined })
    const [b] = plan.steps
    const input = b?.kind === 'command' ? b.inputs['x'] : undefined
    return [diagnostics, warnings.map(({ message }) => message), input?.kind === 'data' && input.type]
  }
  assert.deepEqual(eased('uri_file', 'uri_folder'), [
    [],
    ['Input "x" of step "b" takes uri_folder, but gets data of type uri_file: it stays that.'],
    'uri_file',
  ])
  assert.deepEqual(eased('uri_folder', 'uri_file'), [
    [],
    ['Input "x" of step "b" takes uri_file, but gets data of type uri_folder: it is taken as uri_file.'],
    'uri_file',
  ])
  assert.deepEqual(through('uri_file', 'mlflow_model'), [
    'Input "x" of step "b" takes mlflow_model, but gets data of type uri_file. | Give both the same type.',
  ])
  assert.deepEqual(through('uri_folder', 'number'), [
    'Input "x" of step "b" takes number, but gets data of type uri_folder. | Give both the same type.',
  ])
  assert.deepEqual([...through('uri_folder', 'mltable'), ...through('mlflow_model', 'uri_folder')], [])
})

test('text that can be no reference is reported where an input takes data', () => {
  const document = pipeline({ b: step(takes('uri_file'), { inputs: { x: 'azureml:data:' } }) })
  const [message] = mistakesOf(document)
  assert.match(
    message!,
    /^Input "x" of step "b" takes uri_file, but the reference "azureml:data:" has no valid version\. \| Write azureml:NAME/,
  )
  assert.deepEqual(placesOf(document), ['/p/pipeline.yml#jobs.b.inputs.x'])
})

const boolean: Readonly<Record<string, OutputValue>> = { ok: { type: 'boolean' }, path: {} }
const evaluate = inline('x', { outputs: boolean })

test('a condition is true, false, or a boolean output, also through pipelines and inputs', () => {
  const nested = pipelineComponent(
    'nested',
    {
      e: inline('x', { outputs: { ok: 'better' } }),
      byInput: ifElse('${{parent.inputs.flag}}', {}),
      byData: ifElse('${{parent.inputs.ok}}', {}),
    },
    { inputs: { flag: 'boolean', ok: 'boolean' }, outputs: { better: 'boolean' } },
  )
  const document = pipeline({
    evaluate,
    yes: ifElse('True', {}),
    no: ifElse('false', {}),
    n: step(nested, { inputs: { flag: 'true', ok: '${{parent.jobs.evaluate.outputs.ok}}' } }),
    up: ifElse('${{parent.jobs.n.outputs.better}}', {}),
  })
  const conditions = planned(document).steps.flatMap((step) =>
    step.kind === 'if_else' ? [[step.path, step.condition]] : [],
  )
  assert.deepEqual(conditions, [
    ['yes', { kind: 'literal', value: true }],
    ['no', { kind: 'literal', value: false }],
    ['n.byInput', { kind: 'literal', value: true }],
    ['n.byData', { kind: 'output', step: 'evaluate', output: 'ok' }],
    ['up', { kind: 'output', step: 'n.e', output: 'ok' }],
  ])
})

test('anything else is no condition', () => {
  const nested = pipelineComponent(
    'nested',
    { g: ifElse('${{parent.inputs.p}}', {}) },
    { inputs: { p: { type: 'boolean', optional: true } } },
  )
  const document = pipeline(
    {
      evaluate,
      word: ifElse('maybe', {}),
      data: ifElse('${{parent.inputs.d}}', {}),
      folder: ifElse('${{parent.jobs.evaluate.outputs.path}}', {}),
      typo: ifElse('${{parent.jobs.evaluate.outputs.okk}}', {}),
      n: step(nested),
    },
    { inputs: { d: folder('/d') } },
  )
  const hint = 'Write true, false, or a boolean output: ${{parent.jobs.STEP.outputs.NAME}}'
  assert.deepEqual(mistakesOf(document), [
    `The condition of step "word" must be true or false, but is "maybe". | ${hint}`,
    `The condition of step "data" must be true or false, but is data (uri_folder). | ${hint}`,
    'The condition of step "folder" needs a boolean, but output "path" of step "evaluate" is uri_folder. | Declare it there: outputs: {path: {type: boolean}}',
    'The condition of step "typo" refers to ${{parent.jobs.evaluate.outputs.okk}}, but step "evaluate" has no output "okk". | Did you mean "ok"?',
    `The condition of step "g" is bound to an optional input without a value. | ${hint}`,
  ])
})

test('a value of a kind that does not exist is a bug', () => {
  const site = { scope: {}, place: {}, label: 'x' } as unknown as TextSite
  const options = { mistakes: collectMistakes() }
  const value = { kind: 'dream' } as unknown as BoundValue
  assert.throws(() => fitValue(value, { isDirect: false }, { site, options }), /Bug: unexpected/)
  assert.throws(() => fitCondition(value, site, options), /Bug: unexpected/)
})

test('a value that differs from trial to trial is no condition', () => {
  const located = { file: '/p', at: () => undefined }
  const site = { scope: {}, place: { located, path: [] }, label: 'The condition' } as unknown as TextSite
  const mistakes = collectMistakes()
  const value = { kind: 'parameter', name: 'x' } as unknown as BoundValue
  assert.deepEqual(fitCondition(value, site, { mistakes }), { kind: 'invalid' })
  assert.match(mistakes.errors()[0]!.message, /must be true or false, but is a parameter of a search space/)
})
