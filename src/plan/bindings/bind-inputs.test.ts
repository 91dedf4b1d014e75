import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commandJob,
  component,
  file,
  folder,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  placesOf,
  plannedStep,
  step,
} from '../document-builders.test-support.ts'
import { planJob } from '../plan-pipeline.ts'

const train = component('train', {
  inputs: {
    data: 'uri_folder',
    alpha: { type: 'number', default: '0.4', min: 0, max: 1 },
    note: { type: 'string', optional: true },
  },
  outputs: { model: 'mlflow_model', score: 'number' },
})

test('literals, data and outputs of steps are bound as what they are', () => {
  const document = pipeline(
    {
      prep: step(train, { inputs: { data: folder('/raw') } }),
      train: step(train, {
        inputs: {
          data: '${{parent.inputs.d}}',
          alpha: '${{parent.jobs.prep.outputs.score}}',
          note: 'n-${{parent.inputs.n}}!',
        },
      }),
    },
    { inputs: { d: { ...folder('/d'), mode: 'download' }, n: '3' } },
  )
  assert.deepEqual(plannedStep(document, 'train').inputs, {
    data: { kind: 'data', type: 'uri_folder', mode: 'download', source: { kind: 'local', path: '/d' } },
    alpha: {
      kind: 'output',
      type: 'number',
      mode: 'ro_mount',
      step: 'prep',
      output: 'score',
      bounds: { min: 0, max: 1 },
    },
    note: { kind: 'literal', value: 'n-3!', type: 'string' },
  })
})

test('an unbound input gets its default, an optional one without a default nothing', () => {
  const { inputs } = plannedStep(pipeline({ a: step(train, { inputs: { data: folder('/d') } }) }), 'a')
  assert.deepEqual(Object.keys(inputs), ['data', 'alpha'])
  assert.deepEqual(inputs['alpha'], { kind: 'literal', value: '0.4', type: 'number' })
})

test('a default of data is a reference, from the file of the component', () => {
  const reads = component('reads', {
    inputs: { d: { type: 'uri_file', default: './d.csv' }, e: { type: 'mltable', default: 'azureml:t:1' } },
  })
  assert.deepEqual(plannedStep(pipeline({ a: step(reads) }), 'a').inputs, {
    d: { kind: 'data', type: 'uri_file', mode: 'ro_mount', source: { kind: 'local', path: '/p/d.csv' } },
    e: { kind: 'data', type: 'mltable', mode: 'ro_mount', source: { kind: 'asset', name: 't', version: '1' } },
  })
})

test('text for an input that takes data is a reference, from the file where it was written', () => {
  const reads = component('reads', { inputs: { d: 'uri_file' } })
  const inner = pipelineComponent(
    'inner',
    { a: step(reads, { inputs: { d: '${{parent.inputs.p}}' } }) },
    { inputs: { p: 'uri_file' } },
  )
  const document = pipeline(
    { i: step(inner, { inputs: { p: 'sub/${{parent.inputs.name}}.csv' } }) },
    { inputs: { name: 'x' } },
  )
  assert.deepEqual(plannedStep(document, 'i.a').inputs['d'], {
    kind: 'data',
    type: 'uri_file',
    mode: 'ro_mount',
    source: { kind: 'local', path: '/p/sub/x.csv' },
  })
})

test('the mode is that of the binding, else of the declaration, else of what is bound', () => {
  const modes = component('modes', {
    inputs: { declared: { type: 'uri_folder', mode: 'direct' }, plain: 'uri_folder', own: 'uri_folder' },
  })
  const document = pipeline(
    {
      m: step(modes, {
        inputs: {
          declared: '${{parent.inputs.d}}',
          plain: '${{parent.inputs.d}}',
          own: { kind: 'text', text: '${{parent.inputs.d}}', mode: 'eval_mount' },
        },
      }),
    },
    { inputs: { d: { ...folder('/d'), mode: 'download' } } },
  )
  const { inputs } = plannedStep(document, 'm')
  assert.deepEqual(
    Object.values(inputs).map((input) => 'mode' in input && input.mode),
    ['direct', 'download', 'eval_mount'],
  )
})

test('required inputs, misspelled inputs and inputs out of bounds are all reported, each once', () => {
  const document = pipeline({
    a: step(train),
    b: step(train, { inputs: { dta: folder('/d') } }),
    c: step(train, { inputs: { data: folder('/d'), alpha: '2', batch: '3' } }),
    d: step(train, { inputs: { data: folder('/d'), alpha: 'high' } }),
  })
  assert.deepEqual(mistakesOf(document), [
    'Input "dta" of step "b" is not an input of component "train". | Did you mean "data"?',
    'Input "batch" of step "c" is not an input of component "train". | There is: data, alpha, note',
    'Input "data" of step "a" (uri_folder) needs a value and gets none. | Give it under inputs: data',
    'Input "alpha" of step "c" must be at most 1, but is "2".',
    'Input "alpha" of step "d" must be a number, but is "high".',
  ])
  assert.deepEqual(placesOf(document), [
    '/p/pipeline.yml#jobs.b.inputs.dta',
    '/p/pipeline.yml#jobs.c.inputs.batch',
    '/p/pipeline.yml#jobs.a.inputs.data',
    '/p/pipeline.yml#jobs.c.inputs.alpha',
    '/p/pipeline.yml#jobs.d.inputs.alpha',
  ])
})

test('a component without a name and a wrong default are reported at their place', () => {
  const { name: _, ...nameless } = component('x', { inputs: { n: { type: 'integer', default: 'many' } } })
  const document = pipeline({ a: step(nameless, { inputs: { m: '1' } }) })
  assert.deepEqual(mistakesOf(document), [
    'Input "m" of step "a" is not an input of its component. | There is: n',
    'The default of input "n" must be an integer, but is "many".',
  ])
  assert.deepEqual(placesOf(document), ['/p/pipeline.yml#jobs.a.inputs.m', '/p/x.yml#inputs.n.default'])
})

test('what a pipeline component does not declare is ignored with a warning, unless a name is near', () => {
  const nested = pipelineComponent(
    'nested',
    { a: inline('x') },
    { inputs: { raw_data: { type: 'uri_folder', optional: true } } },
  )
  const given = { test_split_ratio: '0.2' }
  const { diagnostics, warnings } = planJob(pipeline({ n: step(nested, { inputs: given }) }), {
    resolveComponent: () => undefined,
  })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    warnings.map(({ message, hint, frame }) => [message, hint, frame]),
    [
      [
        'Input "test_split_ratio" of step "n" is not an input of component "nested".',
        'It is ignored.',
        'jobs.n.inputs.test_split_ratio',
      ],
    ],
  )
  assert.deepEqual(mistakesOf(pipeline({ n: step(nested, { inputs: { raw_dat: folder('/d') } }) })), [
    'Input "raw_dat" of step "n" is not an input of component "nested". | Did you mean "raw_data"?',
  ])
})

test('an optional input of a pipeline stays absent all the way, falls on defaults, and cannot fill a required one', () => {
  const leaf = component('leaf', {
    inputs: { opt: { type: 'string', optional: true }, def: { type: 'string', default: 'd' }, req: 'string' },
  })
  const nested = pipelineComponent(
    'nested',
    {
      a: step(leaf, {
        inputs: { opt: '${{parent.inputs.p}}', def: '${{parent.inputs.p}}', req: '${{parent.inputs.p}}' },
      }),
    },
    { inputs: { p: { type: 'string', optional: true } } },
  )
  assert.deepEqual(mistakesOf(pipeline({ n: step(nested) })), [
    'Input "req" of step "a" (string) needs a value and is bound to an optional input without one. | Give it under inputs: req',
  ])
  assert.deepEqual(plannedStep(pipeline({ n: step(nested, { inputs: { p: 'v' } }) }), 'n.a').inputs, {
    opt: { kind: 'literal', value: 'v', type: 'string' },
    def: { kind: 'literal', value: 'v', type: 'string' },
    req: { kind: 'literal', value: 'v', type: 'string' },
  })
})

test('a command written in a step takes every input it is given', () => {
  const document = pipeline({ a: inline('echo ${{inputs.x}}', { inputs: { x: '1', d: file('/d') } }) })
  assert.deepEqual(plannedStep(document, 'a').inputs, {
    x: { kind: 'literal', value: '1' },
    d: { kind: 'data', type: 'uri_file', mode: 'ro_mount', source: { kind: 'local', path: '/d' } },
  })
})

test('names that every object has are names like any other', () => {
  const odd = component('odd', { inputs: Object.fromEntries([['constructor', 'string' as const]]) })
  assert.deepEqual(Object.keys(plannedStep(pipeline({ a: step(odd, { inputs: { constructor: '1' } }) }), 'a').inputs), [
    'constructor',
  ])
  assert.deepEqual(mistakesOf(pipeline({ a: step(odd, { inputs: { constructor: '1', valueOf: '2' } }) })), [
    'Input "valueOf" of step "a" is not an input of component "odd". | There is: constructor',
  ])
})

test('an input may take the value of an input of another step, in any order', () => {
  const document = pipeline({
    c: inline('x', { inputs: { z: '<${{parent.jobs.b.inputs.y}}>' } }),
    b: inline('x', { inputs: { y: '${{parent.jobs.a.inputs.x}}' } }),
    a: inline('x', { inputs: { x: '7' } }),
  })
  assert.deepEqual(plannedStep(document, 'c').inputs['z'], { kind: 'literal', value: '<7>' })
  assert.deepEqual(plannedStep(document, 'c').parents, [])
})

test('inputs that take their values from each other are named in a circle', () => {
  const document = pipeline({
    a: inline('x', { inputs: { x: '${{parent.jobs.b.inputs.y}}' } }),
    b: inline('x', { inputs: { y: '${{parent.jobs.a.inputs.x}}' } }),
    c: inline('x', { inputs: { z: '${{parent.jobs.b.inputs.y}}' } }),
  })
  assert.deepEqual(mistakesOf(document), [
    'Inputs take their values from each other: a.inputs.x -> b.inputs.y -> a.inputs.x.',
  ])
  assert.deepEqual(placesOf(document), ['/p/pipeline.yml#jobs.a.inputs.x'])
})

test('--set replaces inputs of the job and of steps, verbatim', () => {
  const document = pipeline(
    { train: step(train, { inputs: { data: folder('/d'), note: '${{parent.inputs.note}}' } }) },
    { inputs: { note: 'old' } },
  )
  const overrides = { note: '${{parent.inputs.secret}} $[[x]]', 'jobs.train.inputs.alpha': '0.5' }
  const { inputs } = plannedStep(document, 'train', { overrides })
  assert.deepEqual(inputs['note'], { kind: 'literal', value: overrides.note, type: 'string' })
  assert.deepEqual(inputs['alpha'], { kind: 'literal', value: '0.5', type: 'number' })
  assert.deepEqual(
    mistakesOf(document, { overrides: { 'jobs.train.inputs.alpha': '5', 'jobs.train.inputs.alhpa': '1' } }),
    [
      'Input "alhpa" of step "train" is not an input of component "train". | Did you mean "alpha"?',
      'Input "alpha" of step "train" must be at most 1, but is "5".',
    ],
  )
})

test('--set reaches data and command jobs, and spells booleans as YAML would', () => {
  const document = pipeline(
    {
      a: inline('x', {
        inputs: { d: '${{parent.inputs.d}}', f: '${{parent.inputs.flag}}', t: '${{parent.inputs.text}}' },
      }),
    },
    { inputs: { d: { ...file('/d.csv'), mode: 'download' }, flag: 'False', text: 'word' } },
  )
  assert.deepEqual(plannedStep(document, 'a', { overrides: { d: 'other.csv', flag: 'true', text: 'true' } }).inputs, {
    d: { kind: 'data', type: 'uri_file', mode: 'download', source: { kind: 'local', path: '/p/other.csv' } },
    f: { kind: 'literal', value: 'True' },
    t: { kind: 'literal', value: 'true' },
  })
  const job = commandJob('echo ${{inputs.alpha}}', { inputs: { alpha: '0.4' } })
  assert.deepEqual(plannedStep(job, '', { overrides: { 'inputs.alpha': '0.5' } }).inputs['alpha'], {
    kind: 'literal',
    value: '0.5',
  })
})

test('inputs of the job are checked against their own type', () => {
  const document = pipeline(
    {},
    { inputs: { n: { kind: 'text', text: 'three', type: 'integer' }, p: '${{parent.inputs.n}}' } },
  )
  assert.deepEqual(mistakesOf(document), [
    'Input "n" of the pipeline must be an integer, but is "three".',
    'Input "p" of the pipeline refers to ${{parent.inputs.n}}, but no pipeline is around the job. | Write the value itself.',
  ])
  const job = commandJob('x', { inputs: { p: '${{parent.inputs.n}}' } })
  assert.match(mistakesOf(job)[0]!, /^Input "p" of the job refers to .*, but no pipeline is around the job\./)
})
