import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EnvironmentSpec } from '../spec/document-parts.ts'
import { pythonOfImage, wantedPackages } from './wanted-packages.ts'
import type { WantedPackages } from './wanted-packages.ts'

function ofSpec(spec: EnvironmentSpec): WantedPackages {
  return wantedPackages({ kind: 'spec', spec })
}

test('a registry environment is taken from the alias table, and its versions may give way', () => {
  const wanted = wantedPackages({ kind: 'curated', registry: 'azureml', name: 'AzureML-sklearn-1.5' })
  assert.ok(wanted.requirements.includes('scikit-learn==1.5.2'))
  assert.equal(wanted.python, '>=3.10,<3.12')
  assert.equal(wanted.isApproximate, true)
  assert.deepEqual(wanted.notes, [
    'the registry environment "AzureML-sklearn-1.5" is taken from the alias table (as "sklearn-1.5")',
  ])
})

test('aliases of the configuration are judged like every other requirement', () => {
  const curated = { mine: { requirements: ['six', '--index-url https://evil.example/simple'] } }
  assert.throws(() => wantedPackages({ kind: 'curated', registry: 'azureml', name: 'mine' }, { curated }), {
    code: 'environment-failed',
    message: /^The environment alias "mine": The line "--index-url/,
  })
})

test('with a conda_file the image is left aside, with a note', () => {
  const wanted = ofSpec({
    name: 'train',
    image: 'images.example/azureml/openmpi4.1.0-ubuntu20.04',
    conda: { content: { dependencies: ['python=3.10', { pip: ['six'] }] } },
  })
  assert.deepEqual(wanted.requirements, ['pip', 'six'])
  assert.equal(wanted.python, '3.10')
  assert.equal(wanted.label, 'environment "train"')
  assert.match(wanted.notes[0] ?? '', /^the image images\.example\S+ is not used/)
})

test('an image alone is a plain Python, with a note', () => {
  const wanted = ofSpec({ image: 'library/python:3.11.6' })
  assert.deepEqual(
    { python: wanted.python, requirements: wanted.requirements },
    { python: '3.11', requirements: ['pip'] },
  )
  assert.match(wanted.notes[0] ?? '', /a plain Python without packages/)
})

test('the image of a curated environment is that environment', () => {
  const wanted = ofSpec({ image: 'images.example/azureml/curated/tensorflow-2.12-cuda11:latest' })
  assert.ok(wanted.requirements.includes('tensorflow==2.12.*'))
  assert.match(wanted.notes[0] ?? '', /is not used/)
})

for (const [image, python] of [
  ['python:3.10-slim', '3.10'],
  ['docker.io/library/python:3.12', '3.12'],
  ['python', undefined],
  ['library/python:latest', undefined],
  ['images.example/azureml/minimal-ubuntu20.04-py38-cpu-inference:latest', '3.8'],
  ['images.example/azureml/minimal-py312-inference:latest', '3.12'],
  ['images.example/azureml/openmpi4.1.0-ubuntu22.04:latest', undefined],
  ['images.example/nvidia/pytorch:22.02-py3', undefined],
] as const) {
  test(`the image ${image} means Python ${python ?? 'of any version'}`, () => {
    assert.equal(pythonOfImage(image), python)
  })
}

test('a Dockerfile alone is not supported yet', () => {
  assert.throws(() => ofSpec({ name: 'x', build: { path: '/project/docker' } }), {
    code: 'not-supported',
    message: 'Environment "x" is built from a Dockerfile in /project/docker; containers come later.',
    hint: /conda_file/,
  })
})

test('a conda_file beside a Dockerfile is used, with a note', () => {
  const wanted = ofSpec({ build: { path: '/project/docker' }, conda: { content: {} } })
  assert.deepEqual(wanted.requirements, ['pip'])
  assert.match(wanted.notes[0] ?? '', /the Dockerfile in \/project\/docker is not used/)
})

test('Windows and an environment that holds nothing are refused', () => {
  assert.throws(() => ofSpec({ osType: 'windows', image: 'x' }), {
    code: 'not-supported',
    message: /^The environment is for/,
  })
  assert.throws(() => ofSpec({ name: 'x' }), {
    code: 'environment-failed',
    message: /has no conda_file, image or build/,
  })
})

test('a conda file is named in its errors, and files beside it can be included', () => {
  const conda = { content: { dependencies: [{ pip: ['-r requirements.txt'] }] }, file: '/project/conda.yml' }
  const request = { kind: 'spec', spec: { conda } } as const
  assert.throws(() => wantedPackages(request), { message: /^\/project\/conda\.yml: / })
  const readBeside = (file: string, path: string): string => `six # beside ${file}: ${path}`
  assert.deepEqual(wantedPackages(request, { readBeside }).requirements, ['pip', 'six'])
})

test('requirement lines are wanted as they are', () => {
  const wanted = wantedPackages(
    {
      kind: 'requirements',
      lines: ['six \\', '  ==1.16.0', '# no', '-f https://wheels.example/x'],
      python: '3.11',
      file: '/m/requirements.txt',
    },
    { allowedSources: ['https://wheels.example/'] },
  )
  assert.deepEqual(wanted, {
    label: 'the requirements of /m/requirements.txt',
    python: '3.11',
    requirements: ['--find-links https://wheels.example/x', 'six==1.16.0'],
    notes: [],
    isApproximate: false,
  })
  assert.throws(() => wantedPackages({ kind: 'requirements', lines: ['-e .'] }), {
    message: /^The requirements: The line "-e \."/,
  })
})

test('an extended environment has the packages that it does not name itself', () => {
  const packages = ['azureml-inference-server-http', 'Scikit_Learn']
  const base = { kind: 'requirements', lines: ['scikit-learn==1.5.2'], python: '3.11' } as const
  assert.partialDeepStrictEqual(wantedPackages({ kind: 'extended', base, packages }), {
    python: '3.11',
    requirements: ['scikit-learn==1.5.2', 'azureml-inference-server-http'],
  })
  const bare = wantedPackages({ kind: 'extended', base: { kind: 'none' }, packages: ['six'] })
  assert.deepEqual(bare.requirements, ['six'])
})
