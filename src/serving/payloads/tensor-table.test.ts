import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { elementsToBytes } from '../tensor-data.ts'
import { toTensorMessage, type Datatype } from '../tensor-message.ts'
import type { PayloadSide } from './payload-table.ts'
import { jsonOfTensors, tableOfTensors } from './tensor-table.ts'

type Given = readonly [name: string, datatype: Datatype, shape: readonly number[], elements: readonly unknown[]]

/** Tensors as a worker gets or gives them, for a model with these fields in its signature. */
function payload(
  tensors: readonly Given[],
  { side = 'input', fields }: { side?: PayloadSide; fields?: object[] } = {},
) {
  const { infer, body } = toTensorMessage({
    inputs: tensors.map(([name, datatype, shape, elements]) => {
      return { name, datatype, shape, data: elementsToBytes(elements, datatype, name) }
    }),
  })
  const [key, about] = side === 'input' ? ['inputs', infer] : ['outputs', { outputs: infer['inputs']! }]
  const metadata = fields && { signature: { [key]: JSON.stringify(fields) } }
  return { about: about as JsonObject, body, metadata }
}

const table = (tensors: readonly Given[], { side = 'input', ...more }: Parameters<typeof payload>[1] = {}) =>
  tableOfTensors(payload(tensors, { side, ...more }), side)

const columnsOf = (names: readonly string[]) => names.map((name) => ({ type: 'double', name }))

test('columns are named by their tensors, a matrix by the columns of the signature', () => {
  assert.deepEqual(
    table([
      ['age', 'INT64', [2], [3, 2n ** 60n]],
      ['name', 'BYTES', [2, 1], ['Ann', 'Łukasz']],
    ]),
    {
      columns: ['age', 'name'],
      rows: [
        [3, 'Ann'],
        ['1152921504606846976', 'Łukasz'],
      ],
    },
  )
  const matrix: Given = ['x', 'FP64', [2, 2], [1, 2, null, 4]]
  const rows = [
    [1, 2],
    [null, 4],
  ]
  assert.deepEqual(table([matrix]), { columns: ['x_0', 'x_1'], rows })
  assert.deepEqual(table([matrix], { fields: columnsOf(['bmi', 'age']) }), { columns: ['bmi', 'age'], rows })
  assert.deepEqual(table([matrix], { fields: [{ type: 'double' }, { type: 'double' }] })?.columns, [
    'input_0',
    'input_1',
  ])
  assert.deepEqual(table([matrix], { fields: columnsOf(['bmi', 'age', 'sex']) })?.columns, ['x_0', 'x_1'])
  const single: Given = ['anything', 'FP32', [2, 1], [1, 2]]
  assert.deepEqual(table([single], { fields: columnsOf(['bmi']) }), { columns: ['bmi'], rows: [[1], [2]] })
})

test('what the signature does not name has the names of the same payload in JSON', () => {
  const array = [{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 2] } }]
  assert.deepEqual(table([['any', 'FP32', [1, 2], [1, 2]]], { fields: array })?.columns, ['input_0', 'input_1'])
  const unnamed = [{ type: 'double' }, { type: 'double' }]
  const two: readonly Given[] = [
    ['input-1', 'FP32', [1], [1]],
    ['0', 'FP32', [1], [2]],
  ]
  assert.deepEqual(table(two, { fields: unnamed })?.columns, ['input_1', 'input_0'])
  const side = 'prediction'
  const output: Given = ['output-0', 'FP64', [2], [1, 2]]
  assert.deepEqual(table([output], { side }), { columns: ['prediction'], rows: [[1], [2]] })
  assert.deepEqual(table([output], { side, fields: columnsOf(['a', 'b']) })?.columns, ['prediction'])
  assert.deepEqual(table([['output-0', 'FP64', [1, 2], [1, 2]]], { side })?.columns, ['prediction_0', 'prediction_1'])
  assert.deepEqual(table([['label', 'BYTES', [1], ['yes']]], { side, fields: columnsOf(['label']) })?.columns, [
    'label',
  ])
  const named: readonly Given[] = [
    ['output-0', 'FP64', [1], [1]],
    ['sure', 'BOOL', [1], [true]],
  ]
  assert.deepEqual(table(named, { side }), { columns: ['output-0', 'sure'], rows: [[1, true]] })
})

test('deeper tensors are JSON in one column, a tensor without a shape is one row', () => {
  assert.deepEqual(table([['image', 'UINT8', [2, 1, 2], [1, 2, 3, 4]]]), {
    columns: ['image'],
    rows: [['[[1,2]]'], ['[[3,4]]']],
  })
  assert.deepEqual(table([['alpha', 'FP64', [], [0.5]]]), { columns: ['alpha'], rows: [[0.5]] })
  const bytes = Buffer.from([0xff, 0xfe])
  assert.deepEqual(table([['raw', 'BYTES', [1], [bytes]]])?.rows, [[bytes.toString('base64')]])
})

test('tensors of different lengths, empty ones and broken messages are no table', () => {
  const uneven: readonly Given[] = [
    ['a', 'FP32', [2], [1, 2]],
    ['b', 'FP32', [1], [1]],
  ]
  assert.equal(table(uneven), undefined)
  assert.equal(table([['a', 'FP32', [0, 3], []]]), undefined)
  assert.equal(table([['a', 'FP32', [3, 0], []]]), undefined)
  assert.equal(table([['a', 'FP32', [0, 2, 2], []]]), undefined)
  const broken = { about: undefined, body: Buffer.alloc(0), metadata: undefined }
  assert.equal(tableOfTensors(broken, 'input'), undefined)
  assert.equal(jsonOfTensors(broken, 'input'), null)
})

test('tensors are told as the JSON that they could have come as', () => {
  const given = payload([
    ['x', 'FP32', [1, 2], [1, null]],
    ['name', 'BYTES', [1], ['Ann']],
  ])
  assert.deepEqual(JSON.parse(jsonOfTensors(given, 'input')!), {
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, null] },
      { name: 'name', datatype: 'BYTES', shape: [1], data: ['Ann'] },
    ],
  })
})
