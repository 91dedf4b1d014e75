import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseModelReference } from './model-reference.ts'

const id = `m-${'a'.repeat(32)}`

test('every form in which Azure ML and MLflow name a model is read', () => {
  const version = { kind: 'version', name: 'diabetes', version: 3 }
  const champion = { kind: 'alias', name: 'diabetes', alias: 'champion' }
  const latest = { kind: 'latest', name: 'diabetes' }
  const path =
    '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/diabetes'
  const table: [string, object][] = [
    ['azureml:diabetes:3', version],
    ['azureml:diabetes@champion', champion],
    ['azureml:diabetes@latest', latest],
    ['azureml:diabetes', latest],
    ['azureml://models/diabetes/versions/3', version],
    ['azureml://models/diabetes/labels/latest', latest],
    ['azureml://models/diabetes', latest],
    [`azureml:/${path}/versions/3`, version],
    [`azureml:${path}/versions/3`, version],
    ['azureml://locations/l/workspaces/w/models/diabetes/labels/champion', champion],
    ['models:/diabetes/3', version],
    ['models:/diabetes/latest', latest],
    ['models:/diabetes/Latest', latest],
    ['models:/diabetes', latest],
    ['models:/diabetes@champion', champion],
    ['models:/diabetes/Production', { kind: 'stage', name: 'diabetes', stage: 'Production' }],
    [`models:/${id}`, { kind: 'logged-model', modelId: id }],
    ['runs:/r1/model', { kind: 'run', runId: 'r1', path: 'model' }],
    ['runs:/r1/a/b c/', { kind: 'run', runId: 'r1', path: 'a/b c' }],
    ['diabetes', latest],
    ['diabetes:3', version],
    ['diabetes@champion', champion],
    ['diabetes@Latest', latest],
    ['my model@home@champion', { kind: 'alias', name: 'my model@home', alias: 'champion' }],
    ['azureml:a@b:3', { kind: 'version', name: 'a@b', version: 3 }],
  ]
  for (const [text, expected] of table) assert.deepEqual(parseModelReference(text), expected, text)
})

test('a text that names no model is refused with the forms that do', () => {
  const refused = [
    '',
    'azureml:',
    ':3',
    'azureml::3',
    'a:b:3',
    'a/b',
    '@champion',
    'diabetes@',
    'azureml:diabetes@',
    'models:/',
    'models:/a/b/c',
    'models:diabetes/3',
    'runs:/r1',
    'runs:/r1/',
    'runs:/r1/../r2/model',
    'runs:/r1/./model',
    'azureml://jobs/j/outputs/o',
    'azureml://datastores/d/paths/p',
    's3://bucket/model',
    './model',
  ]
  for (const text of refused) {
    assert.throws(() => parseModelReference(text), {
      code: 'invalid-reference',
      message: `"${text}" does not name a model.`,
      hint: /azureml:NAME:VERSION/,
    })
  }
})

test('a version that is no number is named, with what to write instead', () => {
  for (const text of ['azureml:diabetes:1.2', 'diabetes:latest', 'azureml://models/diabetes/versions/one'])
    assert.throws(() => parseModelReference(text), {
      code: 'invalid-reference',
      message: /^"\S+" asks for version "(1\.2|latest|one)"; versions of a model are 1, 2, 3, \.\.\.$/,
      hint: /azureml:diabetes@latest/,
    })
})

test('a shared Azure registry is out of reach, and the error says so', () => {
  assert.throws(() => parseModelReference('azureml://registries/azureml/models/gpt2/versions/1'), {
    code: 'not-supported',
    message: /names a model in a shared Azure registry/,
  })
})
