import assert from 'node:assert/strict'
import { test } from 'node:test'
import shipped from './curated.json' with { type: 'json' }
import { curatedEnvironment, isCurated } from './curated.ts'
import { parsePackageLine } from './package-line.ts'
import { parsePythonWish } from './python-wish.ts'

test('sklearn-1.5 holds the versions that the examples are written for', () => {
  const { python, requirements } = curatedEnvironment('sklearn-1.5')
  assert.equal(python, '>=3.10,<3.12')
  for (const line of [
    'scikit-learn==1.5.2',
    "pandas==1.5.3 ; python_version < '3.12'",
    'mlflow-skinny==2.22.*',
    'pip',
  ]) {
    assert.ok(requirements.includes(line), `${line} is not in ${requirements.join(', ')}`)
  }
})

for (const [asked, found, python] of [
  ['AzureML-sklearn-1.0-ubuntu20.04-py38-cpu', 'sklearn-1.0', '3.8'],
  ['AzureML-sklearn-0.24-ubuntu18.04-py37-cpu', 'sklearn-0.24', '3.7'],
  ['AzureML-sklearn-1.5', 'sklearn-1.5', '>=3.10,<3.12'],
  ['AzureML-lightgbm-3.3', 'lightgbm-3.3', '>=3.10,<3.12'],
  ['AzureML-lightgbm-3.2-ubuntu18.04-py37-cpu', 'lightgbm-3.2', '3.7'],
  ['tensorflow-2.16-cuda12', 'tensorflow-2.16', '>=3.10,<3.12'],
  ['AzureML-tensorflow-2.12-cuda11', 'tensorflow-2.12', '>=3.8,<3.12'],
  ['AzureML-tensorflow-2.7-ubuntu20.04-py38-cuda11-gpu', 'tensorflow-2.7', '3.8'],
  ['acpt-pytorch-2.8-cuda12.6', 'acpt-pytorch-2.8', '>=3.10,<3.12'],
  ['AzureML-acpt-pytorch-1.13-py38-cuda11.7-gpu', 'acpt-pytorch-1.13', '3.8'],
  ['acpt-pytorch-2.1-cuda12.1-py3.10', 'acpt-pytorch-2.1', '3.10'],
  ['AzureML-pytorch-1.10-ubuntu18.04-py38-cuda11-gpu', 'pytorch-1.10', '3.8'],
  ['minimal-ubuntu20.04-py38-cpu-inference', 'minimal-inference', '3.8'],
  ['sklearn-1.0-ubuntu20.04-py38-cpu-inference', 'sklearn-1.0-inference', '3.8'],
  ['tensorflow-2.4-ubuntu18.04-py37-cpu-inference', 'tensorflow-2.4', '3.7'],
] as const) {
  test(`${asked} is found as ${found}`, () => {
    const curated = curatedEnvironment(asked)
    assert.equal(curated.name, found)
    assert.equal(curated.python, python)
    assert.equal(isCurated(asked), true)
  })
}

test('every shipped environment is complete: a readable Python, requirements that pass, no package twice', () => {
  for (const name of Object.keys(shipped)) {
    const { python, requirements } = curatedEnvironment(name)
    if (python !== undefined) assert.ok(parsePythonWish(python), `${name}: ${python}`)
    assert.ok(requirements.length > 0, name)
    const unmarked = requirements.filter((line) => !line.includes(';')).map((line) => parsePackageLine(line, []))
    const names = unmarked.map((parsed) => (parsed.kind === 'requirement' ? parsed.name : assert.fail(name)))
    assert.equal(new Set(names).size, names.length, `${name}: ${names.join(' ')}`)
  }
})

test('a based environment takes what it does not say itself from its base', () => {
  const { python, requirements } = curatedEnvironment('mine', {
    mine: { basedOn: 'sklearn-1.5', requirements: ['Pandas==2.0.3', 'lightgbm'] },
  })
  assert.equal(python, '>=3.10,<3.12')
  assert.deepEqual(requirements.slice(0, 3), ['Pandas==2.0.3', 'lightgbm', 'scikit-learn==1.5.2'])
  assert.equal(requirements.filter((line) => /^pandas/i.test(line)).length, 1)
})

test('the table of the configuration wins over the shipped one', () => {
  const own = { 'sklearn-1.5': { python: '3.12', requirements: ['scikit-learn'] } }
  assert.deepEqual(curatedEnvironment('sklearn-1.5', own), {
    name: 'sklearn-1.5',
    python: '3.12',
    requirements: ['scikit-learn'],
  })
})

test('an unknown name fails with the nearest one and how to add an alias', () => {
  assert.throws(() => curatedEnvironment('sklearn-1.55'), {
    code: 'environment-failed',
    message: 'The registry environment "sklearn-1.55" is not in the alias table; the nearest name is "sklearn-1.5".',
    hint: /add "sklearn-1\.55" with its requirements to the environment aliases/,
  })
  assert.equal(isCurated('sklearn-1.55'), false)
})

test('an alias based on itself or on nothing fails', () => {
  const circle = { a: { basedOn: 'b' }, b: { basedOn: 'a' } }
  assert.throws(() => curatedEnvironment('a', circle), { code: 'environment-failed', message: /based on itself/ })
  assert.throws(() => curatedEnvironment('c', { c: { basedOn: 'sklearn-9' } }), { message: /"sklearn-9" is not in/ })
})
