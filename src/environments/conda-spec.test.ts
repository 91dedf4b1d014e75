import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCondaSpec } from './conda-spec.ts'

const specs: readonly (readonly [text: string, name: string, specifier: string, note?: RegExp])[] = [
  ['numpy', 'numpy', ''],
  ['numpy=1.21', 'numpy', '==1.21.*'],
  ['numpy = 1.21', 'numpy', '==1.21.*'],
  ['numpy=1.21.*', 'numpy', '==1.21.*'],
  ['numpy=1.21*', 'numpy', '==1.21.*'],
  ['numpy==1.21.6', 'numpy', '==1.21.6'],
  ['numpy==1.21.*', 'numpy', '==1.21.*'],
  ['numpy=*', 'numpy', ''],
  ['numpy *', 'numpy', ''],
  ['numpy 1.21.6', 'numpy', '==1.21.6'],
  ['numpy 1.21.*', 'numpy', '==1.21.*'],
  ['numpy>=1.20', 'numpy', '>=1.20'],
  ['numpy >=1.20,<2', 'numpy', '>=1.20,<2'],
  ['numpy >=1.20.*', 'numpy', '>=1.20'],
  ['numpy!=1.20.*', 'numpy', '!=1.20.*'],
  ['numpy~=1.20', 'numpy', '~=1.20'],
  ['numpy<1.21', 'numpy', '<1.21'],
  ['numpy=1.21=py38_0', 'numpy', '==1.21.*', /build py38_0 of numpy/],
  ['numpy==1.21.6=py38h1_0', 'numpy', '==1.21.6', /build py38h1_0/],
  ['numpy=1.21=*', 'numpy', '==1.21.*'],
  ['numpy 1.21.6 py38_0', 'numpy', '==1.21.6', /build py38_0/],
  ['pytorch=2.0=cuda*', 'pytorch', '==2.0.*', /build cuda\*/],
  ['numpy=1.20|=1.21', 'numpy', '==1.21.*', /1\.20\|=1\.21/],
  ['conda-forge::numpy=1.21', 'numpy', '==1.21.*'],
  ['conda-forge/linux-64::numpy', 'numpy', ''],
  ['https://conda.example/t/x::numpy=1.21', 'numpy', '==1.21.*'],
  ["numpy[version='>=1.20,<2']", 'numpy', '>=1.20,<2'],
  ['numpy[version=1.20, build=py38_0]', 'numpy', '==1.20.*'],
  ['numpy[build="x"]', 'numpy', ''],
  ['_libgcc_mutex=0.1=main', '_libgcc_mutex', '==0.1.*', /build main/],
]
for (const [text, name, specifier, note] of specs) {
  test(`conda's ${text} is ${name}${specifier}`, () => {
    const spec = parseCondaSpec(text)
    assert.deepEqual({ name: spec?.name, specifier: spec?.specifier }, { name, specifier })
    if (note === undefined) assert.equal(spec?.note, undefined)
    else assert.match(spec?.note ?? '', note)
  })
}

for (const text of ['', '@numpy', 'numpy=1.21;rm', 'numpy==', 'numpy>=1.20 --index-url x', 'numpy>=$(id)', '[x]']) {
  test(`${JSON.stringify(text)} is no conda package`, () => {
    assert.equal(parseCondaSpec(text), undefined)
  })
}
