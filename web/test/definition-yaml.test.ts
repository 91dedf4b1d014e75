import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { definitionYaml, referenceOfStored } from '../src/components/code/definition-yaml.ts'
import { yamlText } from '../src/components/code/yaml-text.ts'
import { packageChanges, packagesOf } from '../src/pages/environments/packages.ts'

test('what is written as YAML is read as the same values', () => {
  const value = {
    words: [
      'plain',
      'with: colon',
      '- dash',
      'yes',
      'No',
      'null',
      '~',
      '1.5',
      '0x1f',
      '1e3',
      '',
      ' space',
      '#hash',
      'a #b',
      'x:',
    ],
    more: [
      '\ttab',
      'é',
      '日本',
      'it\'s "so"',
      '@label',
      '%x',
      '{a: b}',
      '[a]',
      '*x',
      '&x',
      '!x',
      '|',
      '>',
      '?',
      '---',
      '...',
      'a\u2028b',
    ],
    lines: {
      one: 'a\nb',
      two: 'a\nb\n',
      three: 'a\n\nb\n\n',
      four: '  a\nb',
      five: 'a \nb',
      six: 'a\r\nb',
      seven: '\n',
    },
    'odd key: 1': {
      true: false,
      none: null,
      number: -1.5,
      empty: {},
      list: [],
      deep: [[1, [2]], { a: { b: [{ c: 1 }] } }],
    },
  }
  const text = yamlText(value)
  assert.deepEqual(parse(text), value)
  assert.deepEqual(parse(text, { version: '1.1' }), value)
  assert.match(text, /^ {2}- plain$/m)
})

test('a stored component reads as its author could have written it', () => {
  const text = definitionYaml({
    name: 'prepare',
    version: '3',
    type: 'pipeline',
    definition: {
      kind: 'pipeline-component',
      inputs: { rides: { type: 'uri_file', optional: false } },
      steps: {
        clean: {
          kind: 'component',
          component: { kind: 'asset', name: 'clean', version: '2' },
          inputs: { rides: { kind: 'text', text: '${{parent.inputs.rides}}' } },
          dependsOn: [],
          runIf: 'succeeded',
          environmentVariables: {},
        },
      },
      settings: { continueOnStepFailure: false, forceRerun: false },
      isDeterministic: false,
    },
  })
  assert.deepEqual(parse(text), {
    name: 'prepare',
    version: '3',
    type: 'pipeline',
    inputs: { rides: { type: 'uri_file' } },
    jobs: { clean: { component: 'azureml:clean:2', inputs: { rides: '${{parent.inputs.rides}}' } } },
    is_deterministic: false,
  })
})

test('a stored environment reads with its conda file in it', () => {
  const conda = { content: { dependencies: ['python=3.11', { pip: ['packaging'] }] }, file: '/home/me/conda.yml' }
  const text = definitionYaml({
    name: 'small',
    type: 'conda',
    tags: { team: 'risk' },
    definition: { image: 'x/y:1', conda },
  })
  assert.deepEqual(parse(text), { name: 'small', tags: { team: 'risk' }, image: 'x/y:1', conda_file: conda.content })
})

test('a reference of a definition is told as YAML has it, and nothing else is one', () => {
  const registry = {
    kind: 'registry',
    registry: 'azureml',
    assetType: 'environments',
    name: 'sklearn-1.5',
    label: 'latest',
  }
  assert.equal(
    referenceOfStored({ kind: 'reference', reference: registry }),
    'azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
  )
  assert.equal(referenceOfStored({ kind: 'asset', name: 'small', label: 'default' }), 'azureml:small')
  assert.equal(referenceOfStored({ kind: 'inline', environment: { image: 'x' } }), undefined)
  assert.equal(referenceOfStored(undefined), undefined)
})

test('packages of two locks are told apart by name, however it is spelled, and by version', () => {
  const before = packagesOf(['--extra-index-url https://x', 'numpy==1.26.4', 'Scikit_Learn[extra]==1.5.2', 'old==1'])
  const after = packagesOf([
    'numpy==2.1.3 ; python_version >= "3.11"',
    'scikit-learn==1.5.2',
    'own @ https://x/own.whl',
  ])
  assert.deepEqual(after[0], { name: 'numpy', version: '2.1.3', marker: 'python_version >= "3.11"' })
  assert.deepEqual(packageChanges(before, after), {
    changes: [
      { name: 'numpy', before: '1.26.4', after: '2.1.3' },
      { name: 'old', before: '1' },
      { name: 'own', after: 'https://x/own.whl' },
    ],
    same: 1,
  })
})
