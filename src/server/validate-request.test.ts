import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { SluiceError } from '../base/errors.ts'
import { checkPart, coerceQuery, fieldMistakesOf } from './validate-request.ts'

const body = Type.Object(
  {
    file: Type.String({ minLength: 1 }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    mode: Type.Optional(Type.Union([Type.Literal('fast'), Type.Literal('slow')])),
    names: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z]+$' }), { maxItems: 2 })),
    tags: Type.Optional(Type.Record(Type.String(), Type.String())),
    since: Type.Optional(Type.String({ format: 'date-time' })),
  },
  { additionalProperties: false },
)

async function refusalOf(value: unknown): Promise<SluiceError> {
  try {
    await checkPart('body', body, value)
  } catch (error) {
    assert.ok(error instanceof SluiceError)
    return error
  }
  return assert.fail('accepted')
}

const single: readonly (readonly [what: string, value: unknown, message: string])[] = [
  ['a missing field', {}, '"file" is missing in the request\'s body; expected a string with at least 1 characters.'],
  ['a wrong type', { file: 7 }, '"file" is 7 in the request\'s body; expected a string with at least 1 characters.'],
  [
    'a number out of range',
    { file: 'a', limit: 101 },
    '"limit" is 101 in the request\'s body; expected an integer at least 1, at most 100.',
  ],
  [
    'a day of no month',
    { file: 'a', since: '2026-02-40T00:00:00Z' },
    '"since" is "2026-02-40T00:00:00Z" in the request\'s body; expected a time, e.g. 2026-03-01T09:00:00Z.',
  ],
  [
    'a word not on the list',
    { file: 'a', mode: 'x' },
    '"mode" is "x" in the request\'s body; expected "fast" or "slow".',
  ],
  [
    'an item of a list',
    { file: 'a', names: ['ok', 'NO'] },
    '"names.1" is "NO" in the request\'s body; expected a string that matches ^[a-z]+$.',
  ],
  ['a value of a map', { file: 'a', tags: { 'a/b': 1 } }, '"tags.a/b" is 1 in the request\'s body; expected a string.'],
  ['an unknown field', { file: 'a', flie: 'b' }, '"flie" is not a field of the request\'s body.'],
  ['not an object', [1], "The request's body is [1]; expected an object."],
]
for (const [what, value, message] of single) {
  test(`${what} is named with its value and what was expected`, async () => {
    const error = await refusalOf(value)
    assert.equal(error.code, 'invalid-request')
    assert.equal(error.message, message)
  })
}

test('every wrong field is reported at once', async () => {
  const error = await refusalOf({ limit: 'many', mode: 'x' })
  assert.equal(error.message, "3 fields of the request's body are wrong.")
  assert.equal(error.diagnostics?.length, 3)
})

test('foreign protocols read the mistakes to write them in their own words', async () => {
  const [mistake] = fieldMistakesOf(await refusalOf({}))
  assert.deepEqual({ field: mistake!.field, isMissing: mistake!.isMissing }, { field: 'file', isMissing: true })
  assert.deepEqual(fieldMistakesOf(new Error('other')), [])
})

test('a long value is cut in the message', async () => {
  const error = await refusalOf({ file: 'a', limit: 'x'.repeat(5000) })
  assert.ok(error.message.length < 300)
})

test('query text becomes what its schema says', () => {
  const query = Type.Object({
    limit: Type.Integer(),
    ratio: Type.Number(),
    all: Type.Boolean(),
    ids: Type.Array(Type.Integer()),
    name: Type.String(),
  })
  const coerced = coerceQuery(query, { limit: '5', ratio: '0.5', all: 'true', ids: '7', name: '12', other: 'x' })
  assert.deepEqual(coerced, { limit: 5, ratio: 0.5, all: true, ids: [7], name: '12', other: 'x' })
  assert.deepEqual(coerceQuery(query, { limit: '5.5', ratio: '1e999', all: 'yes', ids: ['1', 'x'] }), {
    limit: '5.5',
    ratio: '1e999',
    all: 'yes',
    ids: [1, 'x'],
  })
})
