import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reference } from '../spec/document-parts.ts'
import type { Component } from '../spec/documents.ts'
import {
  component,
  folder,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  placesOf,
  planned,
  plannedStep,
  step,
} from './document-builders.test-support.ts'
import { planJob } from './plan-pipeline.ts'

const asset = (name: string): Reference => ({ kind: 'asset', name, version: '1' })
const registered = (components: Readonly<Record<string, () => Component>>) => ({
  resolveComponent: (reference: Reference) => (reference.kind === 'asset' ? components[reference.name]?.() : undefined),
})

test('a registered component is asked for by its reference', () => {
  const options = registered({ train: () => component('train', { command: 'python train.py' }) })
  assert.equal(plannedStep(pipeline({ a: step(asset('train')) }), 'a', options).command, 'python train.py')
})

test('components that do not exist are named as they were written', () => {
  const document = pipeline({
    a: step(asset('train')),
    b: step({ kind: 'asset', name: 'prep', label: 'latest' }),
    c: step({ kind: 'registry', registry: 'azureml', assetType: 'components', name: 'rai', version: '2' }),
  })
  const hint = 'List what there is with: sluice component list'
  assert.deepEqual(mistakesOf(document), [
    `Step "a" uses component azureml:train:1, which does not exist. | ${hint}`,
    `Step "b" uses component azureml:prep@latest, which does not exist. | ${hint}`,
    `Step "c" uses component azureml://registries/azureml/components/rai/versions/2, which does not exist. | ${hint}`,
  ])
  assert.deepEqual(placesOf(document)[0], '/p/pipeline.yml#jobs.a.component')
})

test('a step that was not found is left out of the plan, also as a parent', () => {
  const document = pipeline({ lost: step(asset('lost')), a: inline('x', { dependsOn: ['lost'] }) })
  const { plan } = planJob(document, registered({}))
  assert.deepEqual(
    plan.steps.map(({ path, parents }) => [path, parents]),
    [['a', []]],
  )
})

test('nested pipelines are listed outer before inner, their steps in the order of declaration', () => {
  const inner = pipelineComponent('inner', { a: inline('a'), b: inline('b') })
  const outer = pipelineComponent('outer', {
    x: inline('x'),
    one: step(inner, { displayName: 'One' }),
    two: step(inner),
  })
  const { groups, steps } = planned(pipeline({ first: inline('f'), o: step(outer), last: inline('l') }))
  assert.deepEqual(groups, [
    { path: 'o', key: 'o', outputs: {} },
    { path: 'o.one', parent: 'o', key: 'one', displayName: 'One', outputs: {} },
    { path: 'o.two', parent: 'o', key: 'two', outputs: {} },
  ])
  assert.deepEqual(
    steps.map(({ path, key, group }) => [path, key, group]),
    [
      ['first', 'first', undefined],
      ['o.x', 'x', 'o'],
      ['o.one.a', 'a', 'o.one'],
      ['o.one.b', 'b', 'o.one'],
      ['o.two.a', 'a', 'o.two'],
      ['o.two.b', 'b', 'o.two'],
      ['last', 'last', undefined],
    ],
  )
})

test('what is not deterministic outside makes everything inside so', () => {
  const isDeterministicIn = (more: object, own: object): boolean => {
    const nested = pipelineComponent('nested', { a: inline('x') }, more)
    return plannedStep(pipeline({ n: step(nested, own) }), 'n.a').isDeterministic
  }
  assert.equal(isDeterministicIn({}, {}), true)
  assert.equal(isDeterministicIn({ isDeterministic: false }, {}), false)
  assert.equal(isDeterministicIn({}, { isDeterministic: false }), false)
  assert.equal(isDeterministicIn({ isDeterministic: false }, { isDeterministic: true }), true)
})

test('a pipeline step cannot have what belongs to a command', () => {
  const nested = pipelineComponent('nested', { a: inline('x') })
  const own = step(nested, { timeoutSeconds: 5, resources: { instanceCount: 1 }, environmentVariables: { A: '1' } })
  const hint = 'Set it on the steps of that pipeline.'
  assert.deepEqual(mistakesOf(pipeline({ n: own })), [
    `Step "n" is a pipeline: it cannot have "resources". | ${hint}`,
    `Step "n" is a pipeline: it cannot have "limits". | ${hint}`,
    `Step "n" is a pipeline: it cannot have "environment_variables". | ${hint}`,
  ])
})

test('a pipeline step cannot limit memory', () => {
  const own = step(pipelineComponent('nested', { a: inline('x') }), { limits: { memoryBytes: 1e9 } })
  assert.deepEqual(mistakesOf(pipeline({ n: own })), [
    'Step "n" is a pipeline: it cannot have "limits". | Set it on the steps of that pipeline.',
  ])
})

test('a mistake in a component that is used five times is one mistake', () => {
  const nested = pipelineComponent('nested', { a: inline('${{inputs.x}}') })
  const uses = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((key) => [key, step(nested)]))
  assert.deepEqual(mistakesOf(pipeline(uses)), [
    'The command of step "a" uses ${{inputs.x}}, but there is no input "x".',
  ])
})

test('a registered pipeline that contains itself is named, loaded anew or not', () => {
  const a = (): Component => pipelineComponent('a', { b: step(asset('b')) })
  const b = (): Component => pipelineComponent('b', { a: step(asset('a')) })
  const document = pipeline({ start: step(asset('a')) })
  const message = 'A pipeline component contains itself: azureml:a:1 -> azureml:b:1 -> azureml:a:1.'
  assert.deepEqual(mistakesOf(document, registered({ a, b })), [message])
  const [onlyA, onlyB] = [a(), b()]
  assert.deepEqual(mistakesOf(document, registered({ a: () => onlyA, b: () => onlyB })), [message])
})

test('pipelines may be nested 100 deep, not deeper', () => {
  let nested = pipelineComponent('leaf', { a: inline('x') })
  for (let depth = 1; depth < 100; depth++) nested = pipelineComponent(`p${depth}`, { n: step(nested) })
  assert.equal(planned(pipeline({ n: step(nested) })).steps.length, 1)
  const deeper = pipeline({ n: step(pipelineComponent('deeper', { n: step(nested) })) })
  assert.deepEqual(mistakesOf(deeper), ['Pipelines are nested more than 100 deep.'])
})

test('a component that multiplies itself is stopped', () => {
  let nested = pipelineComponent(
    'p',
    Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`s${index}`, inline('x')])),
  )
  for (let depth = 0; depth < 20; depth++)
    nested = pipelineComponent(`p${depth}`, { a: step(nested), b: step(nested), c: step(nested) })
  const { plan, diagnostics } = planJob(pipeline({ n: step(nested, { inputs: { typo: '1' } }) }), {
    resolveComponent: () => undefined,
  })
  assert.deepEqual(
    diagnostics.map(({ message }) => message),
    ['The pipeline has over 100000 steps.'],
  )
  assert.deepEqual(plan.steps, [])
})

test('a job that runs a pipeline component has its steps and is held to its declarations', () => {
  const build = pipelineComponent(
    'build',
    { a: inline('echo ${{inputs.n}}', { inputs: { n: '${{parent.inputs.n}}' }, outputs: { o: 'out' } }) },
    {
      inputs: { n: { type: 'integer', default: '3' }, opt: { type: 'string', optional: true }, data: 'uri_folder' },
      outputs: { out: 'uri_file' },
      isDeterministic: false,
    },
  )
  const run = (inputs: object, overrides = {}) =>
    planJob(pipeline({}, { component: asset('build'), inputs: { data: folder('/d'), ...inputs } }), {
      ...registered({ build: () => build }),
      overrides,
    })
  const { plan, diagnostics } = run({}, { n: '4' })
  assert.deepEqual(diagnostics, [])
  const [a] = plan.steps
  assert.equal(a?.kind, 'command')
  assert.deepEqual(a?.kind === 'command' && [a.inputs, a.isDeterministic], [
    { n: { kind: 'literal', value: '4', type: 'integer' } },
    false,
  ])
  assert.deepEqual(plan.outputs, { out: { step: 'a', output: 'o' } })
  const messages = run({ n: 'x', data2: '1' }, { opt: 'v', nope: '1' }).diagnostics.map(({ message }) => message)
  assert.deepEqual(messages, [
    '--set nope: the job has no input "nope".',
    'Input "n" of the pipeline must be an integer, but is "x".',
    'Input "data2" of the pipeline is not an input of its component.',
  ])
  const unbound = planJob(pipeline({}, { component: asset('build') }), registered({ build: () => build }))
  assert.deepEqual(
    unbound.diagnostics.map(({ message }) => message),
    ['Input "data" of the pipeline (uri_folder) needs a value and gets none.'],
  )
})

test('a job whose component is missing, or a single command, says so once', () => {
  const job = (name: string) => pipeline({}, { component: asset(name), inputs: { n: '1' }, outputs: { o: {} } })
  assert.deepEqual(mistakesOf(job('build')), [
    'The job runs component azureml:build:1, which does not exist. | List what there is with: sluice component list',
  ])
  assert.deepEqual(mistakesOf(job('train'), registered({ train: () => component('train') })), [
    'The job runs component azureml:train:1, which is a single command. | Name a pipeline component.',
  ])
})
