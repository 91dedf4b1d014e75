import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../base/errors.ts'
import type { JsonValue } from '../base/json.ts'
import { parseCondaFile } from './conda-file.ts'

function conda(...dependencies: readonly JsonValue[]): ReturnType<typeof parseCondaFile> {
  return parseCondaFile({ dependencies })
}

function errorOf(...dependencies: readonly JsonValue[]): SluiceError {
  try {
    parseCondaFile({ dependencies }, { file: 'conda.yml' })
  } catch (error) {
    assert.ok(error instanceof SluiceError)
    assert.equal(error.code, 'environment-failed')
    return error
  }
  return assert.fail('the conda file was accepted')
}

test('a conda file of the public examples becomes requirements', () => {
  const packages = parseCondaFile({
    name: 'model-env',
    channels: ['conda-forge', 'pytorch'],
    dependencies: [
      'python=3.8.5',
      'numpy=1.21.2',
      'pip=21.2.4',
      'scikit-learn=0.24.2',
      'cudatoolkit=11.3',
      { pip: ['azureml-defaults==1.38.0', 'inference-schema[numpy-support]==1.3.0', 'joblib'] },
    ],
  })
  assert.equal(packages.python, '3.8')
  assert.deepEqual(packages.requirements, [
    'numpy==1.21.2.*',
    'pip',
    'scikit-learn==0.24.2.*',
    'azureml-defaults==1.38.0',
    'inference-schema[numpy-support]==1.3.0',
    'joblib',
  ])
  assert.deepEqual(packages.notes, [
    'conda channels (conda-forge, pytorch) are not used: packages come from PyPI',
    'left out: the version of pip (pip=21.2.4), as uv installs the packages',
    'left out: cudatoolkit=11.3 (the GPU libraries come with the PyPI packages)',
  ])
})

for (const [written, python] of [
  ['python', undefined],
  ['python=3.10', '3.10'],
  ['python==3.10.4', '3.10'],
  ['python 3.10.*', '3.10'],
  ['python=3', '3'],
  ['python>=3.8,<3.11', '>=3.8,<3.11'],
  ['python=3.8=h12_0', '3.8'],
] as const) {
  test(`${written} asks for Python ${python ?? 'of any version'}`, () => {
    assert.equal(conda(written).python, python)
  })
}

for (const [written, requirement] of [
  ['pytorch=1.13', 'torch==1.13.*'],
  ['py-opencv', 'opencv-python-headless'],
  ['tensorflow-gpu==2.4.1', 'tensorflow==2.4.1'],
  ['py-xgboost>=1.3', 'xgboost>=1.3'],
  ['matplotlib-base', 'matplotlib'],
  ['pytables', 'tables'],
  ['conda-forge::lightgbm=3.3.*', 'lightgbm==3.3.*'],
] as const) {
  test(`conda's ${written} is ${requirement} on PyPI`, () => {
    assert.ok(conda(written).requirements.includes(requirement))
  })
}

for (const name of [
  'gcc_linux-64',
  'cudnn=8',
  'pytorch-cuda=11.8',
  'cpuonly',
  'r-base=4.1',
  'mkl',
  'libgcc-ng',
  'openmpi',
  'openjdk',
  'nodejs',
  'ca-certificates',
  'c-compiler',
  'graphviz',
]) {
  test(`${name} has no twin on PyPI and is left out with a reason`, () => {
    const { requirements, notes } = conda(name)
    assert.deepEqual(requirements, ['pip'])
    assert.match(notes[0] ?? '', new RegExp(`^left out: ${name} \\(.+\\)$`))
  })
}

test('pip is always there, so that a step cannot change the Python of the machine with it', () => {
  assert.deepEqual(conda().requirements, ['pip'])
  assert.deepEqual(conda('pip', { pip: ['pip==24.0'] }).requirements, ['pip==24.0'])
})

test('the pip list wins over the conda list, as it does in conda', () => {
  const { requirements, notes } = conda('ruamel_yaml=0.15', { pip: ['Ruamel.YAML==0.17'] })
  assert.deepEqual(requirements, ['pip', 'Ruamel.YAML==0.17'])
  assert.match(notes.join('\n'), /left out: ruamel\.yaml==0\.15\.\* \(the pip list/)
})

test('an allowed index comes before the requirements', () => {
  const { requirements } = parseCondaFile(
    { dependencies: [{ pip: ['torch', '--extra-index-url https://wheels.example/whl/cpu'] }] },
    { allowedSources: ['https://wheels.example/whl'] },
  )
  assert.deepEqual(requirements, ['--extra-index-url https://wheels.example/whl/cpu', 'pip', 'torch'])
})

test('a file that a pip list includes is read with the same rules', () => {
  const files: Record<string, string> = {
    'requirements.txt': 'six==1.16.0\n-r more/extra.txt\n',
    'more/extra.txt': 'iniconfig \\\n  ==2.0\r\n',
  }
  const { requirements } = parseCondaFile(
    { dependencies: ['-r requirements.txt'] },
    { readIncluded: (path) => files[path] },
  )
  assert.deepEqual(requirements, ['pip', 'six==1.16.0', 'iniconfig==2.0'])
})

test('variables and empty pip lists are no mistakes', () => {
  const { notes } = parseCondaFile({ variables: { A: '1' }, dependencies: [{ pip: null }, { pip: [null] }] })
  assert.match(notes.join('\n'), /variables \(A\)/)
})

test('every refused line is named, and what to do', () => {
  const error = errorOf('numpy', {
    pip: ['six', '--index-url https://evil.example/simple', '-e git+https://evil.example/x'],
  })
  assert.match(error.message, /^conda\.yml: The line "--index-url https:\/\/evil\.example\/simple" takes packages/)
  assert.match(error.message, /1 more line is refused\.$/)
  assert.match(error.hint ?? '', /allowed package sources/)
  assert.equal(error.diagnostics?.length, 2)
})

for (const [what, dependencies, words] of [
  ['a line break in a pip line', [{ pip: ['six\n--index-url https://evil.example'] }], /"six\\n--index-url/],
  ['a line break in a conda entry', ['numpy\n--index-url https://evil.example'], /is not a conda package/],
  ['an include that leaves the folder', [{ pip: ['-r ../../secret.txt'] }], /outside its own folder/],
  ['an absolute include', [{ pip: ['-r /etc/passwd'] }], /outside its own folder/],
  ['an include that cannot be read', [{ pip: ['-r requirements.txt'] }], /cannot be read/],
  ['Python 2', ['python=2.7'], /no version of Python 3/],
  ['a number', [3.8], /neither text nor a pip list/],
  ['an unknown list', [{ npm: ['react'] }], /only "pip:"/],
  ['a pip list that is none', [{ pip: 'six' }], /is not a list/],
  ['a pip line that is no text', [{ pip: [1] }], /is not text/],
] as const) {
  test(`${what} is refused`, () => {
    assert.match(errorOf(...(dependencies as readonly JsonValue[])).message, words)
  })
}

test('dependencies that are no list are refused', () => {
  assert.throws(() => parseCondaFile({ dependencies: 'numpy' }), {
    code: 'environment-failed',
    message: /is not a list/,
  })
})

test('files that include each other are refused', () => {
  const read = { readIncluded: () => '-r other.txt' }
  assert.throws(() => parseCondaFile({ dependencies: [{ pip: ['-r one.txt'] }] }, read), { message: /circle/ })
})

test('a password in a refused line is not repeated', () => {
  const error = errorOf({ pip: ['--index-url https://me:hunter2@evil.example/simple'] })
  assert.doesNotMatch(JSON.stringify(error) + error.message, /hunter2/)
})
