import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../../spec/documents.ts'
import {
  component,
  folder,
  ifElse,
  inline,
  mistakesOf,
  pipeline,
  pipelineComponent,
  plannedStep,
  step,
} from '../document-builders.test-support.ts'

const writer = component('writer', { outputs: { model: 'uri_folder', score: 'number' } })
const around: Readonly<Record<string, Step>> = { writer: step(writer), gate: ifElse('true', {}) }

/** The mistakes of one input with this text, without their common start. */
function mistakesIn(text: string): readonly string[] {
  const document = pipeline(
    { ...around, a: inline('x', { inputs: { x: text } }) },
    { inputs: { n: '1', data: folder('/d') } },
  )
  return mistakesOf(document).map((message) => message.replace('Input "x" of step "a"', 'x'))
}

const mistaken: readonly (readonly [string, string])[] = [
  ['${{inputs.n}}', 'x refers to ${{inputs.n}}, which belongs into a command. | Write ${{parent.inputs.n}}'],
  [
    '${{jobs.writer.outputs.model}}',
    'x refers to ${{jobs.writer.outputs.model}}, an old form. | Write ${{parent.jobs.writer.outputs.model}}',
  ],
  [
    '${{outputs.model}}',
    'x refers to ${{outputs.model}}, which belongs into a command. | Write ${{parent.jobs.STEP.outputs.model}} with the step that writes it.',
  ],
  ['${{search_space.lr}}', 'x refers to ${{search_space.lr}}, which exists only in the trials of a sweep.'],
  ['${{parent.outputs.model}}', 'x refers to ${{parent.outputs.model}}, which belongs under outputs: of a step.'],
  ['${{name}}', 'x refers to ${{name}}, which has no value here. | It can be used in the path of an output.'],
  [
    '${{parent.inputs.dat}}',
    'x refers to ${{parent.inputs.dat}}, but the pipeline has no input "dat". | Did you mean "data"?',
  ],
  [
    '${{parent.jobs.wirter.outputs.model}}',
    'x refers to ${{parent.jobs.wirter.outputs.model}}, but there is no step "wirter". | Did you mean "writer"?',
  ],
  [
    '${{parent.jobs.writer.outputs.modle}}',
    'x refers to ${{parent.jobs.writer.outputs.modle}}, but step "writer" has no output "modle". | Did you mean "model"?',
  ],
  [
    '${{parent.jobs.writer.inputs.y}}',
    'x refers to ${{parent.jobs.writer.inputs.y}}, but step "writer" has no input "y".',
  ],
  [
    '${{parent.jobs.gate.outputs.y}}',
    'x refers to ${{parent.jobs.gate.outputs.y}}, but step "gate" has no output "y".',
  ],
  [
    '${{parent.jobs.writer}}',
    'x refers to ${{parent.jobs.writer}}, which is a step, not a value. | Write ${{parent.jobs.writer.outputs.NAME}}',
  ],
  ['${{parent.input.n}}', 'x: "${{parent.input.n}}" is not an expression. | Did you mean ${{parent.inputs.n}}?'],
  [
    '${{parent.name}}',
    'x refers to ${{parent.name}}, which has no value before the job runs. | Its command finds it as $AZUREML_ROOT_RUN_ID.',
  ],
  ['run ${{parent.inputs.n', 'x: "${{parent.inputs.n" is not closed. | End it with }}'],
  [
    'd=${{parent.inputs.data}}',
    'x mixes text with ${{parent.inputs.data}}, which is data (uri_folder). | Only literals can stand inside text: give the input on its own and join in the command.',
  ],
  [
    '${{parent.inputs.n}}${{parent.jobs.writer.outputs.score}}',
    'x mixes text with ${{parent.jobs.writer.outputs.score}}, which is an output of step "writer", not known before it ran. | Only literals can stand inside text: give the input on its own and join in the command.',
  ],
  [
    'n=${{parent.inputs.m}}',
    'x refers to ${{parent.inputs.m}}, but the pipeline has no input "m". | There is: n, data',
  ],
]
for (const [text, message] of mistaken) {
  test(`${text} in an input is one mistake`, () => assert.deepEqual(mistakesIn(text), [message]))
}

const fine: readonly (readonly [string, string])[] = [
  ['plain', 'plain'],
  ['', ''],
  ['$HOME ${X}', '$HOME ${X}'],
  ['${{parent.inputs.n}}', '1'],
  ['  ${{ parent.inputs.n }}\n', '1'],
  ['${{parent.inputs.n}}-${{name}}', '1-keen_owl'],
  ['${{creation_context.trigger_time}}', '2026-01-01'],
]
for (const [text, value] of fine) {
  test(`${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
    const document = pipeline({ a: inline('x', { inputs: { x: text } }) }, { inputs: { n: '1' } })
    const context = { name: 'keen_owl', 'creation_context.trigger_time': '2026-01-01' }
    assert.deepEqual(plannedStep(document, 'a', { context }).inputs['x'], { kind: 'literal', value })
  })
}

test('text with an optional input that has no value is a mistake', () => {
  const nested = pipelineComponent(
    'nested',
    { a: inline('x', { inputs: { x: 'n-${{parent.inputs.p}}' } }) },
    { inputs: { p: { type: 'string', optional: true } } },
  )
  assert.match(
    mistakesOf(pipeline({ n: step(nested) }))[0]!,
    /^Input "x" of step "a" mixes text with .*, which is optional and has no value\./,
  )
})

test('nothing about a component that was not found is reported again', () => {
  const document = pipeline({
    lost: step({ kind: 'asset', name: 'lost', version: '1' }),
    a: inline('x', {
      inputs: {
        x: '${{parent.jobs.lost.outputs.o}}',
        y: '${{parent.jobs.lost.inputs.i}}',
        z: 't-${{parent.jobs.lost.outputs.o}}',
      },
    }),
  })
  assert.deepEqual(mistakesOf(document), [
    'Step "lost" uses component azureml:lost:1, which does not exist. | List what there is with: sluice component list',
  ])
})
