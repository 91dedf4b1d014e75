import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutputValue } from '../../spec/document-parts.ts'
import {
  commandJob,
  component,
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
import { planJob } from '../plan-pipeline.ts'

const train = component('train', {
  outputs: { model: 'uri_folder', report: { type: 'uri_file', mode: 'upload', name: 'report' } },
})

test('an output is what its component says, then what the step says', () => {
  const document = pipeline({
    a: step(train, { outputs: { report: { mode: 'direct', version: '2', path: '${{name}}/r.html' } } }),
  })
  assert.deepEqual(plannedStep(document, 'a').outputs, {
    model: { type: 'uri_folder', mode: 'rw_mount' },
    report: { type: 'uri_file', mode: 'direct', name: 'report', version: '2', path: '${{name}}/r.html' },
  })
})

test('a promoted output takes type, mode, name and path of the pipeline output', () => {
  const document = pipeline(
    { a: step(train, { outputs: { model: 'best' } }) },
    { outputs: { best: { type: 'mlflow_model', mode: 'upload', name: 'diabetes', path: 'models/${{name}}' } } },
  )
  assert.deepEqual(plannedStep(document, 'a').outputs['model'], {
    type: 'mlflow_model',
    mode: 'upload',
    name: 'diabetes',
    path: 'models/${{name}}',
  })
  assert.deepEqual(planned(document).outputs, { best: { step: 'a', output: 'model' } })
})

test('a promotion goes up through every pipeline, and the outermost says what it is', () => {
  const inner = pipelineComponent(
    'inner',
    { t: step(train, { outputs: { model: 'm' } }) },
    { outputs: { m: { type: 'uri_folder', name: 'inner' } } },
  )
  const outer = pipelineComponent(
    'outer',
    { i: step(inner, { outputs: { m: { promotedTo: 'up', version: '7' } } }) },
    { outputs: { up: 'custom_model' } },
  )
  const document = pipeline(
    { o: step(outer, { outputs: { up: 'final' } }) },
    { outputs: { final: { name: 'outermost' } } },
  )
  assert.deepEqual(plannedStep(document, 'o.i.t').outputs['model'], {
    type: 'custom_model',
    mode: 'rw_mount',
    name: 'outermost',
    version: '7',
  })
  const { outputs, groups } = planned(document)
  const leaf = { step: 'o.i.t', output: 'model' }
  assert.deepEqual([outputs, ...groups.map((group) => group.outputs)], [{ final: leaf }, { up: leaf }, { m: leaf }])
})

test('an output that a written-out command mentions is declared by that, as a folder unless something says more', () => {
  const outputs: Readonly<Record<string, OutputValue | string>> = { plain: {}, typed: { type: 'boolean' }, up: 'file' }
  const document = pipeline({ a: inline('x', { outputs }) }, { outputs: { file: { type: 'uri_file' } } })
  assert.deepEqual(plannedStep(document, 'a').outputs, {
    plain: { type: 'uri_folder', mode: 'rw_mount' },
    typed: { type: 'boolean', mode: 'rw_mount' },
    up: { type: 'uri_file', mode: 'rw_mount' },
  })
})

test('the whole expression is understood as a promotion too', () => {
  const document = pipeline(
    { a: step(train, { outputs: { model: '${{ parent.outputs.best }}' } }) },
    { outputs: { best: {} } },
  )
  assert.deepEqual(planned(document).outputs, { best: { step: 'a', output: 'model' } })
})

test('unknown outputs get the nearest name, and what they were to write is not missed again', () => {
  const document = pipeline(
    {
      a: step(train, { outputs: { modle: 'best', other: {} } }),
      n: step(pipelineComponent('nested', { t: inline('x') }), { outputs: { out: {} } }),
      lost: step({ kind: 'asset', name: 'lost' }, { outputs: { x: 'second', y: {} } }),
    },
    { outputs: { best: {}, second: {} } },
  )
  assert.deepEqual(mistakesOf(document), [
    'Step "lost" uses component azureml:lost, which does not exist. | List what there is with: sluice component list',
    'Output "modle" of step "a" is not an output of its component. | Did you mean "model"?',
    'Output "other" of step "a" is not an output of its component. | There is: model, report',
    'Output "out" of step "n" is not an output of its component.',
  ])
})

test('pipeline outputs that nobody writes, that do not exist, or that two write are mistakes', () => {
  const nested = pipelineComponent('nested', { t: inline('x') }, { outputs: { never: 'uri_folder' } })
  const document = pipeline(
    {
      a: step(train, { outputs: { model: 'best', report: 'bset' } }),
      b: step(train, { outputs: { model: 'best' } }),
      n: step(nested, { outputs: { never: 'from_nested' } }),
      r: inline('x', { inputs: { x: '${{parent.jobs.n.outputs.never}}' } }),
    },
    { outputs: { best: {}, unused: {}, from_nested: {} } },
  )
  assert.deepEqual(mistakesOf(document), [
    'Output "report" of step "a" is promoted to ${{parent.outputs.bset}}, but the pipeline has no output "bset". | Did you mean "best"?',
    'Output "model" of step "b" is promoted to ${{parent.outputs.best}}, which step "a" (model) writes already.',
    'Input "x" of step "r" refers to ${{parent.jobs.n.outputs.never}}, but no step inside step "n" writes its output "never".',
  ])
  assert.deepEqual(placesOf(document), [
    '/p/pipeline.yml#jobs.a.outputs.report',
    '/p/pipeline.yml#jobs.b.outputs.model',
    '/p/pipeline.yml#jobs.r.inputs.x',
  ])
})

test('a pipeline output that nobody writes is a warning, also where it is promoted further, and is not planned', () => {
  const nested = pipelineComponent('nested', { t: inline('x') }, { outputs: { never: 'uri_folder' } })
  const document = pipeline(
    { n: step(nested, { outputs: { never: 'from_nested' } }), a: step(train, { outputs: { model: 'best' } }) },
    { outputs: { best: {}, unused: {}, from_nested: {} } },
  )
  const { plan, diagnostics, warnings } = planJob(document, { resolveComponent: () => undefined })
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    warnings.map(({ message }) => message),
    [
      'Output "never" of the pipeline is written by no step: there will be none.',
      'Output "unused" of the pipeline is written by no step: there will be none.',
    ],
  )
  assert.deepEqual(Object.keys(plan.outputs), ['best'])
})

test('an output cannot be said to be what it is not', () => {
  const document = pipeline(
    {
      a: step(train, { outputs: { report: 'folder' } }),
      b: step(train, { outputs: { report: { type: 'mltable' } } }),
      g: ifElse('true', {}),
    },
    { outputs: { folder: { type: 'uri_folder' } } },
  )
  assert.deepEqual(mistakesOf(document), [
    'Output "folder" of the pipeline is uri_folder, but output "report" of the component of step "a" is uri_file. | Give both the same type.',
    'Output "report" of step "b" is mltable, but output "report" of the component of step "b" is uri_file. | Give both the same type.',
  ])
})

test('a command job has no pipeline to promote to', () => {
  assert.deepEqual(mistakesOf(commandJob('x', { outputs: { o: { promotedTo: 'best' } } })), [
    'Output "o" of the job is promoted to ${{parent.outputs.best}}, but no pipeline is around the job.',
  ])
})
