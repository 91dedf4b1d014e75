import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { JobParameter } from '../jobs/job-template.ts'
import { checkParameters } from './pipeline-parameters.ts'

const parameters: readonly JobParameter[] = [
  { name: 'alpha', type: 'number', default: '0.4', isRequired: false, min: 0 },
  { name: 'epochs', type: 'integer', default: '3', isRequired: false },
  { name: 'is_fast', type: 'boolean', default: 'True', isRequired: false },
  { name: 'kind', type: 'string', enum: ['ridge', 'a|b'], default: 'ridge', isRequired: false },
  { name: 'label', type: 'string', isRequired: true },
  { name: 'data', type: 'uri_file', default: 'azureml:taxi:1', isRequired: false },
]

function problemsOf(given: Record<string, unknown>): readonly string[] {
  try {
    checkParameters(parameters, given)
  } catch (error) {
    assert.ok(error instanceof SluiceError && error.code === 'invalid-request' && error.status === 400)
    const messages = error.diagnostics!.map(({ message }) => message)
    assert.equal(error.message, messages.join('\n'))
    return messages
  }
  return []
}

test('values arrive as the texts that the job takes, whatever JSON type they had', () => {
  assert.deepEqual(
    checkParameters(parameters, {
      alpha: 0.5,
      epochs: '1e3',
      is_fast: false,
      kind: 'a|b',
      label: 'build 17: main/2026-11-21T10:00+01:00',
      data: { path: 'azureml:taxi@latest', type: 'uri_file' },
    }),
    {
      alpha: '0.5',
      epochs: '1000',
      is_fast: 'False',
      kind: 'a|b',
      label: 'build 17: main/2026-11-21T10:00+01:00',
      data: 'azureml:taxi@latest',
    },
  )
})

test('everything that is wrong is named at once, with the nearest name', () => {
  assert.deepEqual(problemsOf({ alhpa: 1, alpha: -1, epochs: 1.5, is_fast: 'maybe', kind: null }), [
    'There is no parameter "alhpa".',
    'Parameter "alpha" must be at least 0, but is "-1".',
    'Parameter "epochs" must be an integer, but is "1.5".',
    'Parameter "is_fast" must be a boolean, but is "maybe".',
    'Parameter "kind" must be a string, but is null.',
    'Parameter "label" (string) has no default and was not given.',
  ])
  assert.throws(
    () => checkParameters(parameters, { lable: 'x', label: 'x' }),
    (error: SluiceError) => error.hint === 'Did you mean label?',
  )
})

test('names of prototypes are no parameters', () => {
  assert.deepEqual(problemsOf({ label: 'x', constructor: 'y' }), ['There is no parameter "constructor".'])
})

for (const text of [
  'a; rm -rf /',
  '$(id)',
  '`id`',
  'a\nb',
  "it's",
  '"',
  'a|b',
  'a&b',
  '~root',
  '*',
  'x>y',
  '\\',
  '!1',
]) {
  test(`text that a shell could read as more is refused: ${JSON.stringify(text)}`, () => {
    const [problem, ...more] = problemsOf({ label: text })
    assert.match(problem!, /^Parameter "label" holds a character that a shell could read as more than text/)
    assert.deepEqual(more, [])
  })
}

test('no word of a text may look like an option, a negative number is none', () => {
  for (const text of ['--model-name production', 'x -o y'])
    assert.match(problemsOf({ label: text })[0]!, /begins with "-"/)
  assert.deepEqual(problemsOf({ label: '-1.5' }), [])
  assert.deepEqual(problemsOf({ label: ' ' }), [])
})

test('data are named by references of the store, never by paths or web addresses', () => {
  for (const path of ['/etc/passwd', '../secret', 'file:///etc/passwd', 'https://169.254.169.254/', 'C:\\x', 7, {}])
    assert.equal(problemsOf({ label: 'x', data: path }).length, 1, JSON.stringify(path))
  assert.match(problemsOf({ label: 'x', data: { path: 'azureml:a:1', type: 'mltable' } })[0]!, /takes uri_file/)
})
