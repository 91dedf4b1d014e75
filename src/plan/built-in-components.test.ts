import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Reference } from '../spec/document-parts.ts'
import {
  component,
  file,
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
import { builtInComponents } from './built-in-components.ts'

const builtIn = (more: Partial<Extract<Reference, { kind: 'registry' }>> = {}): Reference => ({
  ...{ kind: 'registry', registry: 'sluice', assetType: 'components', name: 'data_test' },
  ...more,
})

test('data_test takes whatever tables a step gives it, under their names', () => {
  const inputs = { tests: file('/p/tests.yml'), rides: folder('/p/rides'), zones: file('/p/z.csv'), fail_on: 'warn' }
  const planned = plannedStep(pipeline({ a: step(builtIn(), { inputs }) }), 'a')
  assert.match(planned.command, /^for name in 'rides' 'zones'; do$/m)
  assert.deepEqual(Object.keys(planned.inputs), ['tests', 'rides', 'zones', 'fail_on'])
  assert.deepEqual(
    Object.entries(planned.outputs).map(([name, { type }]) => [name, type]),
    [
      ['report', 'uri_folder'],
      ['passed', 'boolean'],
    ],
  )
  assert.equal(planned.isDeterministic, false)
})

test('its outputs flow to other steps by type', () => {
  const inputs = { tests: file('/p/tests.yml'), rides: folder('/p/rides') }
  const use = inline('echo ${{inputs.x}}', { inputs: { x: '${{parent.jobs.a.outputs.report}}' } })
  const planned = plannedStep(pipeline({ a: step(builtIn({ label: 'latest' }), { inputs }), b: use }), 'b')
  assert.equal(planned.inputs['x']!.kind, 'output')
})

test('what a built-in component does not have is said at the reference', () => {
  const given = { inputs: { tests: file('/p/tests.yml') } }
  const document = pipeline({
    a: step(builtIn({ name: 'data_tests' }), given),
    b: step(builtIn({ version: '2' }), given),
    c: step(builtIn({ label: 'stable' }), given),
    d: step(builtIn({ version: '1' })),
    e: step(builtIn({ assetType: 'environments' }), given),
  })
  assert.deepEqual(mistakesOf(document), [
    'There is no built-in component "data_tests". | Did you mean "data_test"?',
    'The built-in component "data_test" has no version 2. | Its version is 1.',
    'The built-in component "data_test" has no label "stable". | Its version is 1.',
    'The built-in component "data_test" needs the input "tests", a file of data tests. | For example: tests: {type: uri_file, path: ./tests.yml}',
    'A built-in component is at registries/sluice/components, not .../environments.',
  ])
  assert.deepEqual(placesOf(document)[0], '/p/pipeline.yml#jobs.a.component')
})

test('every component of the program is described with what it takes and gives', () => {
  const [described] = builtInComponents
  const inputs = { tests: file('/p/tests.yml'), rides: folder('/p/rides') }
  const made = plannedStep(pipeline({ a: step(builtIn({ name: described!.name }), { inputs }) }), 'a')
  assert.deepEqual(Object.keys(made.outputs), Object.keys(described!.outputs))
  assert.deepEqual(Object.keys(described!.inputs), ['tests', 'fail_on'])
  assert.match(described!.otherInputs!, /tables/)
})

test('a step says which component it runs: the version its reference means, or the address of a built-in one', () => {
  const inputs = { tests: file('/p/tests.yml'), rides: folder('/p/rides') }
  const train = component('train', { version: '4' })
  const inner = pipelineComponent('inner', { a: inline('true') }, { version: '2' })
  const document = pipeline({
    tested: step(builtIn(), { inputs }),
    trained: step({ kind: 'asset', name: 'train', label: 'default' }),
    nested: step({ kind: 'asset', name: 'inner', version: '2' }),
    own: inline('true'),
  })
  const { steps, groups } = planned(document, {
    resolveComponent: (reference) => ('name' in reference && reference.name === 'train' ? train : inner),
  })
  const named = [...steps, ...groups].map((each) => [each.path, 'component' in each ? each.component : undefined])
  assert.deepEqual(Object.fromEntries(named), {
    tested: 'azureml://registries/sluice/components/data_test/versions/1',
    trained: 'azureml:train:4',
    'nested.a': undefined,
    own: undefined,
    nested: 'azureml:inner:2',
  })
})
