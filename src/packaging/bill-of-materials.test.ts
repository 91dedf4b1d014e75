import assert from 'node:assert/strict'
import { test } from 'node:test'
import { billOfMaterials, type Materials } from './bill-of-materials.ts'
import type { InstalledPackage } from './installed-packages.ts'
import { textFile } from './package-file.ts'

function installed(name: string, said: Partial<InstalledPackage> = {}): InstalledPackage {
  return {
    name,
    version: '1.0',
    summary: null,
    license: null,
    expression: null,
    classifiers: [],
    requires: [],
    ...said,
  }
}

function billOf(changes: Partial<Materials>) {
  const bill = billOfMaterials({
    name: 'diabetes',
    version: '3',
    toolVersion: '0.1.0',
    packages: [],
    modelFiles: [textFile('azureml-models/diabetes/3/model.pkl', 'weights')],
    codeFiles: [],
    ...changes,
  })
  return bill as unknown as {
    serialNumber: string
    specVersion: string
    components: { name: string; purl?: string; licenses?: unknown[]; components?: unknown[] }[]
    dependencies: { ref: string; dependsOn: string[] }[]
  }
}

for (const [said, licenses] of [
  [{ expression: 'MIT OR Apache-2.0', license: 'MIT' }, [{ expression: 'MIT OR Apache-2.0' }]],
  [{ license: 'Apache License, Version 2.0' }, [{ license: { id: 'Apache-2.0' } }]],
  [{ license: 'new BSD', classifiers: ['License :: OSI Approved'] }, [{ license: { id: 'BSD-3-Clause' } }]],
  [
    { classifiers: ['License :: OSI Approved :: MIT License', 'License :: OSI Approved :: BSD License'] },
    [{ license: { id: 'MIT' } }, { license: { name: 'BSD License' } }],
  ],
  [{ license: 'Ask our lawyers' }, [{ license: { name: 'Ask our lawyers' } }]],
  // The whole text of a licence is no name of one.
  [{ license: `Copyright\n${'text '.repeat(50)}` }, undefined],
  [{}, undefined],
] as const) {
  test(`a package that says ${JSON.stringify(said).slice(0, 70)} has the licence ${JSON.stringify(licenses)}`, () => {
    const { components } = billOf({ packages: [installed('thing', said)] })
    assert.deepEqual(components.at(-1)!.licenses, licenses)
  })
}

test('packages are named by purl and depend on those of their requirements that are there', () => {
  const { components, dependencies } = billOf({
    packages: [
      installed('Scikit_Learn', { requires: ['numpy>=1.19', 'joblib ; extra == "tests"', 'absent', 'numpy<3'] }),
      installed('numpy'),
      installed('joblib', { version: '1.0+local' }),
    ],
  })
  assert.deepEqual(
    components.map(({ purl }) => purl),
    [undefined, 'pkg:pypi/scikit-learn@1.0', 'pkg:pypi/numpy@1.0', 'pkg:pypi/joblib@1.0%2Blocal'],
  )
  assert.deepEqual(dependencies[0]!.dependsOn.length, 4)
  assert.deepEqual(dependencies[1], { ref: 'pkg:pypi/scikit-learn@1.0', dependsOn: ['pkg:pypi/numpy@1.0'] })
})

test('the serial number is a UUID of the content', () => {
  const one = billOf({})
  assert.match(one.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual(billOf({}), one)
  assert.notEqual(billOf({ codeFiles: [textFile('code/score.py', '')] }).serialNumber, one.serialNumber)
})
