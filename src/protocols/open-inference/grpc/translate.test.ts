import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Tensor } from '../../../serving/tensor-message.ts'
import type { ModelInferRequestMessage, TensorMessage } from './messages.ts'
import { readInferMessage, writeInferMessage } from './translate.ts'

const input: TensorMessage = { name: 'x', datatype: 'INT32', shape: ['2'], parameters: {}, contents: null }
const asked = (changes: Partial<ModelInferRequestMessage>): ModelInferRequestMessage => ({
  ...{
    model_name: 'm',
    model_version: '',
    id: 'r',
    parameters: {},
    inputs: [input],
    outputs: [],
    raw_input_contents: [],
  },
  ...changes,
})

test('tensors come raw or in the field of their datatype, with parameters', () => {
  const bytes = Buffer.from([1, 0, 0, 0, 2, 0, 0, 0])
  const raw = readInferMessage(
    asked({
      raw_input_contents: [bytes],
      outputs: [{ name: 'y' }],
      parameters: {
        alpha: { parameter_choice: 'double_param', double_param: 0.5 },
        count: { parameter_choice: 'int64_param', int64_param: '3' },
        unset: {},
      },
    }),
  )
  assert.deepEqual(raw, {
    inputs: [{ name: 'x', datatype: 'INT32', shape: [2], data: bytes }],
    outputs: ['y'],
    parameters: { alpha: 0.5, count: 3, unset: null },
  })
  const typed = readInferMessage(asked({ inputs: [{ ...input, contents: { int_contents: [1, 2] } }] }))
  assert.deepEqual(typed, { inputs: raw.inputs })
  const wide = { ...input, datatype: 'UINT64', contents: { uint64_contents: ['18446744073709551615', '0'] } }
  assert.equal(readInferMessage(asked({ inputs: [wide] })).inputs[0]!.data.readBigUInt64LE(), 2n ** 64n - 1n)
})

test('what does not add up is refused', () => {
  const cases: readonly (readonly [Partial<ModelInferRequestMessage>, RegExp])[] = [
    [{ inputs: [] }, /has no inputs/],
    [{ raw_input_contents: [Buffer.alloc(8), Buffer.alloc(8)] }, /1 inputs and 2 raw_input_contents/],
    [{ raw_input_contents: [Buffer.alloc(4)] }, /4 bytes, which are 1 of INT32/],
    [{ inputs: [{ ...input, contents: { int_contents: [1] } }] }, /1 elements in int_contents; its shape has 2/],
    [{ inputs: [{ ...input, datatype: 'FP16' }] }, /0 elements in raw_input_contents, where FP16 belongs/],
    [{ inputs: [{ ...input, shape: ['-1'] }] }, /shape of the tensor "x"/],
    [
      { inputs: [{ ...input, contents: { int_contents: [1, 2] } }], raw_input_contents: [Buffer.alloc(8)] },
      /contents, and raw contents as well/,
    ],
  ]
  for (const [changes, message] of cases) assert.throws(() => readInferMessage(asked(changes)), message)
})

test('the answer is raw where the request was, and where a datatype has no other form', () => {
  const answerer = { model: 'm', version: '3' }
  const outputs: readonly Tensor[] = [
    { name: 'y', datatype: 'INT64', shape: [1], data: Buffer.from([1, 0, 0, 0, 0, 0, 0x20, 0]) },
    {
      name: 'z',
      datatype: 'BYTES',
      shape: [1],
      parameters: { content_type: 'json' },
      data: Buffer.from([1, 0, 0, 0, 53]),
    },
  ]
  assert.deepEqual(writeInferMessage(asked({}), answerer, outputs), {
    ...{ model_name: 'm', model_version: '3', id: 'r', raw_output_contents: [] },
    outputs: [
      { name: 'y', datatype: 'INT64', shape: [1], parameters: {}, contents: { int64_contents: ['9007199254740993'] } },
      {
        ...{ name: 'z', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from('5')] } },
        parameters: { content_type: { string_param: 'json' } },
      },
    ],
  })
  const raw = writeInferMessage(asked({ raw_input_contents: [Buffer.alloc(8)] }), answerer, outputs)
  assert.deepEqual(raw.raw_output_contents, [outputs[0]!.data, outputs[1]!.data])
  assert.deepEqual(raw.outputs[0], { name: 'y', datatype: 'INT64', shape: [1], parameters: {} })
  const half: Tensor = { name: 'h', datatype: 'FP16', shape: [1], parameters: { a: true, b: 2 }, data: Buffer.alloc(2) }
  const { outputs: halves, raw_output_contents: bytes } = writeInferMessage(asked({}), { model: 'm' }, [half])
  assert.deepEqual(bytes, [half.data])
  assert.deepEqual(halves[0]!.parameters, { a: { bool_param: true }, b: { double_param: 2 } })
})
