import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bothBounds, checkLiteral, parseBoolean, parseNumber, type LiteralRule } from './literal.ts'

function valueOf(text: string, rule: LiteralRule): string {
  const checked = checkLiteral(text, rule)
  assert.equal(checked.isValid, true, text)
  return (checked as { value: string }).value
}

function problemOf(text: string, rule: LiteralRule): string {
  const checked = checkLiteral(text, rule)
  assert.equal(checked.isValid, false, text)
  const { problem, hint } = checked as { problem: string; hint?: string }
  return hint === undefined ? problem : `${problem} | ${hint}`
}

const accepted: readonly (readonly [LiteralRule, string, string])[] = [
  [{ type: 'string' }, '', ''],
  [{ type: 'string' }, ' as is ', ' as is '],
  [{ type: 'integer' }, '3', '3'],
  [{ type: 'integer' }, '-12', '-12'],
  [{ type: 'integer' }, '3.0', '3'],
  [{ type: 'integer' }, '1e3', '1000'],
  [{ type: 'integer' }, '1_000', '1000'],
  [{ type: 'integer' }, '9007199254740993', '9007199254740993'],
  [{ type: 'number' }, '0.40', '0.40'],
  [{ type: 'number' }, '.5', '.5'],
  [{ type: 'number' }, '1e-3', '1e-3'],
  [{ type: 'number' }, 'inf', 'inf'],
  [{ type: 'number' }, 'nan', 'nan'],
  [{ type: 'boolean' }, 'True', 'True'],
  [{ type: 'boolean' }, 'false', 'false'],
  [{ type: 'boolean' }, 'TRUE', 'TRUE'],
  [{ type: 'boolean' }, '1', 'True'],
  [{ type: 'boolean' }, ' 0 ', 'False'],
  [{ type: 'number', min: 0, max: 1 }, '0', '0'],
  [{ type: 'number', min: 0, max: 1 }, '1.0', '1.0'],
  [{ type: 'integer', enum: ['1', '2'] }, '2.0', '2'],
  [{ type: 'number', enum: ['0.10', '0.2'] }, '0.1', '0.1'],
  [{ type: 'string', enum: ['adam', 'sgd'] }, 'sgd', 'sgd'],
]
for (const [rule, text, value] of accepted) {
  test(`"${text}" is a valid ${JSON.stringify(rule)}`, () => assert.equal(valueOf(text, rule), value))
}

const refused: readonly (readonly [LiteralRule, string, string])[] = [
  [{ type: 'integer' }, '3.7', 'must be an integer, but is "3.7"'],
  [{ type: 'integer' }, 'three', 'must be an integer, but is "three"'],
  [{ type: 'integer' }, '', 'must be an integer, but is ""'],
  [{ type: 'integer' }, 'inf', 'must be an integer, but is "inf"'],
  [{ type: 'number' }, '0,5', 'must be a number, but is "0,5"'],
  [{ type: 'number' }, '0x10', 'must be a number, but is "0x10"'],
  [{ type: 'number' }, '1__0', 'must be a number, but is "1__0"'],
  [{ type: 'boolean' }, 'yes', 'must be a boolean, but is "yes" | Write true or false.'],
  [{ type: 'boolean' }, '2', 'must be a boolean, but is "2" | Write true or false.'],
  [{ type: 'number', min: 0 }, '-0.1', 'must be at least 0, but is "-0.1"'],
  [{ type: 'number', min: 0 }, 'nan', 'must be at least 0, but is "nan"'],
  [{ type: 'integer', max: 10 }, '11', 'must be at most 10, but is "11"'],
  [{ type: 'integer', enum: ['1', '2'] }, '3', 'must be one of 1, 2, but is "3"'],
  [{ type: 'string', enum: ['adam', 'sgd'] }, 'adma', 'must be one of adam, sgd, but is "adma" | Did you mean adam?'],
]
for (const [rule, text, problem] of refused) {
  test(`"${text}" is no ${JSON.stringify(rule)}`, () => assert.equal(problemOf(text, rule), problem))
}

test('numbers are read as Python reads them', () => {
  const cases = { '+1': 1, '1.': 1, ' 2 ': 2, '-Infinity': -Infinity, '+inf': Infinity, '1_0.5_0e1': 105 }
  for (const [text, number] of Object.entries(cases)) assert.equal(parseNumber(text), number, text)
  assert.equal(Number.isNaN(parseNumber('NaN')), true)
  for (const text of ['', '.', '_1', '1_', '1e', 'e1', '1 2']) assert.equal(parseNumber(text), undefined, text)
})

test('booleans are read in any case, and nothing else is one', () => {
  assert.deepEqual([' true', 'False', 'TRUE'].map(parseBoolean), [true, false, true])
  assert.deepEqual(['', 'yes', '0', 'truee'].map(parseBoolean), [undefined, undefined, undefined, undefined])
})

test('property: every integer and every double is accepted as itself', () => {
  fc.assert(fc.property(fc.bigInt(), (value) => valueOf(String(value), { type: 'integer' }) === String(value)))
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(parseNumber(String(value)), value === 0 ? 0 : value)
      return valueOf(String(value), { type: 'number' }) === String(value)
    }),
  )
})

test('a type that is no primitive is a bug of the caller', () => {
  assert.throws(() => checkLiteral('x', { type: 'uri_file' } as unknown as LiteralRule), /Bug: unexpected "uri_file"/)
})

test('two declarations of one value hold together', () => {
  assert.equal(bothBounds(undefined, {}), undefined)
  assert.deepEqual(bothBounds({ min: 0, max: 5 }, { min: 2 }), { min: 2, max: 5 })
  assert.deepEqual(bothBounds(undefined, { max: 3 }), { max: 3 })
  assert.deepEqual(bothBounds({ enum: ['a', 'b'] }, { enum: ['b', 'c'] }), { enum: ['b'] })
  assert.deepEqual(bothBounds({ enum: ['a'] }, undefined), { enum: ['a'] })
})
