import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Scalar } from 'yaml'
import { azureLiteral, pythonFloat } from './literal.ts'

// Expected values come from CPython's repr().
const floats: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [0.1, '0.1'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [123456789.12345679, '123456789.12345679'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1.5e300, '1.5e+300'],
  [5e-324, '5e-324'],
  [Infinity, 'inf'],
  [-Infinity, '-inf'],
  [NaN, 'nan'],
]

for (const [value, expected] of floats) {
  test(`${value} is written ${expected}, as Python does`, () => assert.equal(pythonFloat(value), expected))
}

test('a float as Python writes it is the same float', () => {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(fc.property(finite, (value) => Object.is(Number(pythonFloat(value)), value)))
})

test('a number that was not written in YAML is an integer if it is whole', () => {
  assert.equal(azureLiteral(new Scalar(3)), '3')
  assert.equal(azureLiteral(new Scalar(0.5)), '0.5')
})

test('null and what is no scalar have no text', () => {
  assert.equal(azureLiteral(new Scalar(null)), undefined)
  assert.equal(azureLiteral(new Scalar(new Uint8Array())), undefined)
})
