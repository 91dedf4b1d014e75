import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loosened, withPin } from './pins.ts'

for (const [line, any, withinMajor] of [
  ['numpy==1.21.6', 'numpy>=1.21.6', 'numpy>=1.21.6,<2'],
  ['numpy==1.21.*', 'numpy>=1.21', 'numpy>=1.21,<2'],
  ['numpy~=1.21', 'numpy>=1.21', 'numpy>=1.21,<2'],
  ['pandas>=1.1,<1.2', 'pandas>=1.2', 'pandas>=1.2,<2'],
  ['numpy<=1.20', 'numpy>=1.20', 'numpy>=1.20,<2'],
  ['x[a,b]===0.3', 'x[a,b]>=0.3', 'x[a,b]>=0.3,<1'],
  [
    "numpy==1.26.4 ; python_version < '3.13'",
    "numpy>=1.26.4 ; python_version < '3.13'",
    "numpy>=1.26.4,<2 ; python_version < '3.13'",
  ],
] as const) {
  test(`${line} gives way to ${any}, first to ${withinMajor}`, () => {
    assert.equal(loosened(line), any)
    assert.equal(loosened(line, 'withinMajor'), withinMajor)
  })
}

for (const line of [
  'numpy',
  'numpy>=1.20',
  'numpy!=1.20',
  'x @ https://example.com/x.whl',
  '--extra-index-url https://x/',
]) {
  test(`${line} has no version that could give way`, () => {
    assert.equal(loosened(line), undefined)
  })
}

test('a pin keeps extras and marker', () => {
  assert.equal(withPin("x[a]>=1,<2 ; python_version < '3.13'", '2.1'), "x[a]==2.1 ; python_version < '3.13'")
})
