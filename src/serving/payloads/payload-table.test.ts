import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableOfBody, type PayloadSide } from './payload-table.ts'

const table = (body: unknown, side: PayloadSide = 'input', contentType = 'application/json') =>
  tableOfBody(contentType, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), side)

const xy = {
  columns: ['x', 'y'],
  rows: [
    [1, 'a'],
    [2, null],
  ],
}

test('every form of the same table becomes the same rows', () => {
  const forms: readonly unknown[] = [
    {
      dataframe_split: {
        columns: ['x', 'y'],
        index: [0, 1],
        data: [
          [1, 'a'],
          [2, null],
        ],
      },
    },
    { input_data: { columns: ['x', 'y'], data: [[1, 'a'], [2]] } },
    { dataframe_records: [{ x: 1, y: 'a' }, { x: 2 }] },
    {
      input_data: [
        { x: 1, y: 'a' },
        { x: 2, y: null },
      ],
    },
    { instances: [{ x: 1, y: 'a' }, { x: 2 }] },
    { inputs: { x: [1, 2], y: ['a', null] } },
    [{ x: 1, y: 'a' }, { x: 2 }],
    {
      inputs: [
        { name: 'x', datatype: 'INT64', shape: [2], data: [1, 2] },
        { name: 'y', datatype: 'BYTES', shape: [2, 1], data: [['a'], [null]] },
      ],
    },
  ]
  for (const form of forms) assert.deepEqual(table(form), xy, JSON.stringify(form))
  assert.deepEqual(table('x,y\r\n1,a\r\n2,\r\n', 'input', 'text/csv'), xy)
})

test('columns without names are named by their side and place', () => {
  assert.deepEqual(table({ data: [[1, 2], [3]] }), {
    columns: ['input_0', 'input_1'],
    rows: [
      [1, 2],
      [3, null],
    ],
  })
  assert.deepEqual(table({ predictions: [0.5, 1] }, 'prediction'), { columns: ['prediction'], rows: [[0.5], [1]] })
  assert.deepEqual(table([[0.5], [1]], 'prediction'), { columns: ['prediction'], rows: [[0.5], [1]] })
  assert.deepEqual(table(7, 'prediction'), { columns: ['prediction'], rows: [[7]] })
  assert.deepEqual(table('"yes"', 'prediction'), { columns: ['prediction'], rows: [['yes']] })
  assert.deepEqual(table({ inputs: [{ name: 't', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] }] }), {
    columns: ['t_0', 't_1'],
    rows: [
      [1, 2],
      [3, 4],
    ],
  })
})

test('plain objects are one row, JSON in a text is read, nested values become JSON texts', () => {
  assert.deepEqual(table({ age: 3, name: 'n' }), { columns: ['age', 'name'], rows: [[3, 'n']] })
  assert.deepEqual(table(JSON.stringify('{"result": [1, 2]}'), 'prediction'), {
    columns: ['prediction'],
    rows: [[1], [2]],
  })
  assert.deepEqual(table([{ x: { deep: [1] } }]), { columns: ['x'], rows: [['{"deep":[1]}']] })
  assert.deepEqual(table({ dataframe_split: { columns: ['__proto__'], data: [[[1]]] } }), {
    columns: ['__proto__'],
    rows: [['[1]']],
  })
})

test('what is no table is none', () => {
  const none: readonly unknown[] = [
    '',
    'not json',
    'null',
    {},
    [],
    [1, { a: 1 }],
    [{}],
    { inputs: { x: [1], y: [1, 2] } },
    { inputs: [] },
    { anything: { nested: true } },
    // Binary tensors have no data here; shapes that do not fit their data are nothing to guess about.
    { inputs: [{ name: 'x', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } }] },
    { inputs: [{ name: 'x', shape: [3], datatype: 'FP32', data: [1, 2] }] },
    { inputs: [{ name: 'x', shape: [1], data: [1] }, 'y'] },
    { inputs: 3, x: [1] },
    '"{\\"broken\\": "',
  ]
  for (const body of none) assert.equal(table(body), undefined, JSON.stringify(body))
  assert.equal(table('x,y\n', 'input', 'text/csv'), undefined, 'a heading alone')
  assert.equal(table('a"b\n1', 'input', 'text/csv'), undefined, 'a quote where none can be')
})

test('csv has quotes, commas and lines in them, and empty last cells', () => {
  assert.deepEqual(table('a,b\n"x,""y""\nz",\n\n 1 ,2', 'input', 'text/csv'), {
    columns: ['a', 'b'],
    rows: [
      ['x,"y"\nz', null],
      [1, 2],
    ],
  })
  assert.deepEqual(table('a,b\n1,', 'input', 'text/csv'), { columns: ['a', 'b'], rows: [[1, null]] })
})
