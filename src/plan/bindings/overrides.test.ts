import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  component,
  ifElse,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  plannedStep,
  step,
} from '../document-builders.test-support.ts'

const leaf = component('leaf', { inputs: { alpha: { type: 'number', default: '0.4' } } })
const nested = pipelineComponent('nested', { train: step(leaf) }, { inputs: { x: { type: 'string', optional: true } } })
const document = pipeline(
  { train: step(leaf), n: step(nested), gate: ifElse('true', {}), a: inline('x') },
  { inputs: { alpha: '1', 'inputs.odd': '2', 'jobs.train.inputs.alpha': '3' } },
)

function alphaAt(path: string, overrides: Readonly<Record<string, string>>): string {
  const alpha = plannedStep(document, path, { overrides }).inputs['alpha']
  assert.equal(alpha?.kind, 'literal')
  return (alpha as { value: string }).value
}

test('a step is named by its path, also inside a pipeline step', () => {
  assert.equal(alphaAt('n.train', { 'jobs.n.train.inputs.alpha': '0.5' }), '0.5')
  assert.equal(alphaAt('train', { 'jobs.n.train.inputs.alpha': '0.5' }), '0.4')
})

test('an input of the job that looks like a path goes before the path', () => {
  assert.equal(alphaAt('train', { 'jobs.train.inputs.alpha': '9' }), '0.4')
  assert.deepEqual(mistakesOf(document, { overrides: { 'inputs.odd': 'x', 'inputs.alpha': 'y' } }), [])
})

test('unknown names get the nearest; steps without inputs are none', () => {
  const overrides = {
    alhpa: '1',
    'inputs.aplha': '1',
    'jobs.tarin.inputs.alpha': '1',
    'jobs.gate.inputs.condition': 'true',
    'jobs.train.alpha': '1',
  }
  assert.deepEqual(mistakesOf(document, { overrides }), [
    '--set alhpa: the job has no input "alhpa". | Did you mean "alpha"?',
    '--set inputs.aplha: the job has no input "aplha". | Did you mean "alpha"?',
    '--set jobs.tarin.inputs.alpha: there is no step "tarin". | Did you mean "train"?',
    '--set jobs.gate.inputs.condition: there is no step "gate". | There is: train, n.train, a, n',
    '--set jobs.train.alpha: the job has no input "jobs.train.alpha". | There is: alpha, inputs.odd, jobs.train.inputs.alpha',
  ])
})
