import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesToJson } from '../tensor-data.ts'
import { toTensorMessage, type TensorRequest } from '../tensor-message.ts'
import type { ScoringRequest } from '../worker.ts'
import type { GraphTensor } from './graph-tensor.ts'
import { readGraphInputs } from './onnx-inputs.ts'

const matrix: readonly GraphTensor[] = [{ name: 'X', datatype: 'FP32', shape: [-1, 2] }]
const pair: readonly GraphTensor[] = [
  { name: 'count', datatype: 'INT64', shape: [-1, 1] },
  { name: 'name', datatype: 'BYTES', shape: [-1] },
]

function request(body: unknown, contentType = 'application/json'): ScoringRequest {
  return { contentType, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

/** Each input as its shape and elements. */
function inputsOf(given: ScoringRequest, inputs: readonly GraphTensor[]) {
  const { tensors } = readGraphInputs(given, inputs)
  return Object.fromEntries(
    tensors.map(({ name, shape, datatype, data }) => [name, [shape, JSON.parse(bytesToJson(data, datatype, name))]]),
  )
}

test('a matrix comes in every form', () => {
  const rows = [
    [1, 2.5],
    [3, 4],
  ]
  const columns = ['a', 'b']
  const bodies: readonly (readonly [unknown, string?])[] = [
    [{ inputs: rows }],
    [{ inputs: { X: rows } }],
    [{ inputs: { any: rows } }],
    [{ instances: rows }],
    [{ instances: [{ X: rows[0] }, { X: rows[1] }] }],
    [{ input_data: rows }],
    [{ input_data: { columns, index: [0, 1], data: rows } }],
    [{ dataframe_split: { columns, data: rows } }],
    [{ dataframe_split: { data: rows } }],
    [{ dataframe_records: rows.map(([a, b]) => ({ a, b })) }],
    ['a,b\n1,2.5\n3,4\n', 'text/csv'],
    ['a,"b"\r\n"1","2.5"\r\n3,4', 'text/csv'],
  ]
  for (const [body, type] of bodies) {
    assert.deepEqual(
      inputsOf(request(body, type), matrix),
      {
        X: [
          [2, 2],
          [1, 2.5, 3, 4],
        ],
      },
      JSON.stringify(body),
    )
  }
})

test('several inputs come by name, columns as [rows, 1] where the graph wants that', () => {
  const wanted = {
    count: [
      [2, 1],
      [3, 4],
    ],
    name: [[2], ['a', 'a "quoted", one']],
  }
  const names = ['a', 'a "quoted", one']
  const bodies: readonly (readonly [unknown, string?])[] = [
    [{ inputs: { count: [[3], [4]], name: names } }],
    [
      {
        dataframe_split: {
          columns: ['name', 'count'],
          data: [
            [names[0], 3],
            [names[1], 4],
          ],
        },
      },
    ],
    [
      {
        instances: [
          { count: 3, name: names[0] },
          { count: 4, name: names[1] },
        ],
      },
    ],
    ['count,name\n3,a\n4,"a ""quoted"", one"\n', 'text/csv'],
    ['\uFEFFcount,name\n3,a\n4,"a ""quoted"", one"\n', 'text/csv'],
    ['\uFEFF{"inputs": {"count": [[3], [4]], "name": ["a", "a \\"quoted\\", one"]}}'],
  ]
  for (const [body, type] of bodies) {
    assert.deepEqual(inputsOf(request(body, type), pair), wanted, JSON.stringify(body))
  }
})

test('tensors are taken as they are, with the outputs that are wanted', () => {
  const tensors: TensorRequest = {
    inputs: [{ name: 'any', datatype: 'FP32', shape: [1, 2], data: Buffer.alloc(8) }],
    outputs: ['y'],
  }
  const message = { contentType: '', ...toTensorMessage(tensors) }
  const read = readGraphInputs(message, matrix)
  assert.deepEqual([read.form, read.wanted, read.tensors], ['infer', ['y'], [{ ...tensors.inputs[0], name: 'X' }]])
  const wide = [{ name: 'X', datatype: 'FP64', shape: [-1, 2] }] as const
  assert.throws(() => readGraphInputs(message, wide), /The tensor "any" is FP32; the model takes FP64/)
})

test('what does not fit is refused by name', () => {
  const cases: readonly (readonly [unknown, readonly GraphTensor[], RegExp, string?])[] = [
    [{ inputs: [[1, 2, 3]] }, matrix, /input "X" has the shape \[1, 3\]; the model takes \[-1, 2\]/],
    [{ inputs: [1, 2] }, matrix, /input "X" has the shape \[2\]/],
    [{ inputs: [[1, 2], [3]] }, matrix, /does not have its shape/],
    [{ inputs: [[1, 'x']] }, matrix, /input "X" cannot be read as FP32: .*"x"/],
    [{ inputs: { count: [[1.5]], name: ['a'] } }, pair, /input "count" cannot be read as INT64: .*1\.5/],
    [{ inputs: { count: [[1]] } }, pair, /is missing name; its inputs are count, name/],
    [{ inputs: { count: [[1]], more: 1 } }, pair, /is missing name and has no input more/],
    [{ inputs: [[1]] }, pair, /"inputs" must name the inputs count, name/],
    [{ instances: [{ count: 1 }, { name: 'a' }] }, pair, /objects of "instances" have different names/],
    [{ dataframe_split: [1] }, matrix, /"columns" and "data"/],
    [{ dataframe_split: { columns: ['a'], data: [[1, 2]] } }, matrix, /Each row must have 1 values/],
    [{ rows: [] }, matrix, /exactly one of the fields/],
    [{ inputs: [], instances: [] }, matrix, /exactly one of the fields/],
    ['[', matrix, /not valid JSON/],
    ['a,b\n1,x"y\n', matrix, /line 2 has a quote inside a field/, 'text/csv'],
    ['{}', matrix, /this model reads application\/json, text\/csv/, 'application/xml'],
  ]
  for (const [body, inputs, message, type] of cases) {
    assert.throws(() => readGraphInputs(request(body, type), inputs), message, JSON.stringify(body))
  }
})

test('what Python writes for no number, and whole numbers beyond 2^53, come as they are', () => {
  const { tensors } = readGraphInputs(request('{"inputs": [[NaN, -Infinity], [1, null]]}'), matrix)
  const read = [0, 4, 8, 12].map((at) => tensors[0]!.data.readFloatLE(at))
  assert.deepEqual(read, [NaN, -Infinity, 1, NaN])
  const wide = readGraphInputs(request('{"inputs": {"count": [[9007199254740993]], "name": ["a"]}}'), pair)
  assert.equal(wide.tensors[0]!.data.readBigInt64LE(), 9007199254740993n)
})
