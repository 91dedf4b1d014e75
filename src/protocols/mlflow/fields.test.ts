import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boolean, double, integer, list, message, oneOf, required, text } from './fields.ts'

const sample = message({
  run_id: required(text),
  count: integer,
  value: double,
  flag: boolean,
  status: oneOf({ RUNNING: 1, FAILED: 4 }),
  tags: list(message({ key: required(text), value: text })),
})

const read = (value: unknown) => sample.read(value, '')

function refusal(value: unknown): string {
  try {
    read(value)
  } catch (error) {
    return (error as Error).message
  }
  return assert.fail(`accepted ${JSON.stringify(value)}`)
}

test('a message is read as protobuf reads its JSON', () => {
  assert.deepEqual(read({ run_id: 'r', unknown: 1, count: null }), { run_id: 'r' })
  assert.deepEqual(read({ run_uuid: 'old', run_id: '' }), { run_id: 'old' })
  assert.deepEqual(read({ run_id: 'r', count: '-7', value: 'NaN', flag: 'true', status: 4 }), {
    run_id: 'r',
    count: -7,
    value: Number.NaN,
    flag: true,
    status: 'FAILED',
  })
  assert.deepEqual(read({ run_id: 'r', count: 5, value: '-Infinity', flag: false, status: 'RUNNING', tags: [] }), {
    run_id: 'r',
    count: 5,
    value: -Infinity,
    flag: false,
    status: 'RUNNING',
    tags: [],
  })
  assert.deepEqual(read({ run_id: 'r', value: '1e-3', status: '1', tags: [{ key: 'k', value: '' }] }).tags, [
    { key: 'k', value: '' },
  ])
})

test('what is missing or of another type is said in the words of MLflow', () => {
  const docs = ' See the API docs for more information about request parameters.'
  const table: [unknown, string][] = [
    [{}, `Missing value for required parameter 'run_id'.${docs}`],
    [{ run_id: '' }, `Missing value for required parameter 'run_id'.${docs}`],
    [{ run_id: 31 }, `Invalid value 31 for parameter 'run_id' supplied:  Hint: Value was of type 'int'.${docs}`],
    [
      { run_id: 'r', count: 'foo' },
      `Invalid value "foo" for parameter 'count' supplied:  Hint: Value was of type 'str'.`,
    ],
    [
      { run_id: 'r', count: 1.5 },
      `Invalid value 1.5 for parameter 'count' supplied:  Hint: Value was of type 'float'.`,
    ],
    [{ run_id: 'r', count: '9223372036854775807' }, `Invalid value "9223372036854775807" for parameter 'count'`],
    [
      { run_id: 'r', value: true },
      `Invalid value true for parameter 'value' supplied:  Hint: Value was of type 'bool'.`,
    ],
    [{ run_id: 'r', value: '0x1' }, `Invalid value "0x1" for parameter 'value'`],
    [{ run_id: 'r', flag: 1 }, `Invalid value 1 for parameter 'flag'`],
    [
      { run_id: 'r', status: 'DONE' },
      `Invalid value "DONE" for parameter 'status' supplied:  Valid values are RUNNING, FAILED.`,
    ],
    [{ run_id: 'r', tags: 'foo' }, `Invalid value "foo" for parameter 'tags'`],
    [{ run_id: 'r', tags: [{ value: 'x' }] }, `Missing value for required parameter 'tags[0].key'.`],
    [{ run_id: 'r', tags: [null] }, `Missing value for required parameter 'tags[0]'.`],
    [
      { run_id: 'r', tags: [{ key: {} }] },
      `Invalid value {} for parameter 'tags[0].key' supplied:  Hint: Value was of type 'dict'.`,
    ],
    [{ run_id: ['x'.repeat(999)] }, `..." is no match`],
  ]
  for (const [value, expected] of table.slice(0, -1)) {
    assert.ok(refusal(value).startsWith(expected), `${refusal(value)}\n${expected}`)
  }
  assert.ok(refusal(table.at(-1)![0]).length < 500)
})

test('keys of the prototype are not fields', () => {
  const odd = message({ constructor: text, toString: text })
  assert.deepEqual(odd.read({}, ''), {})
})
