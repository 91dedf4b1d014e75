import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { readTensors, toTensorMessage, type Tensor } from '../../serving/tensor-message.ts'
import { inferErrors } from './errors.ts'
import { readInferRequest, writeInferResponse } from './translate.ts'

const input = { name: 'x', datatype: 'INT32', shape: [2] }
const read = (body: unknown, binary: Buffer = Buffer.alloc(0)) => {
  const json = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const length = binary.length === 0 ? undefined : String(json.length)
  return readInferRequest(Buffer.concat([json, binary]), length)
}

test('a request is its tensors, its id, its parameters, and how the answer is wanted', () => {
  const { tensors, id, form } = read({
    id: 'r-1',
    parameters: { alpha: 0.5, binary_data_output: true },
    inputs: [{ ...input, data: [1, 2], parameters: { content_type: 'np' } }],
    outputs: [{ name: 'y', parameters: { binary_data: false } }, { name: 'z' }],
  })
  assert.equal(id, 'r-1')
  assert.deepEqual([form.isBinary, [...form.byName]], [true, [['y', false]]])
  assert.deepEqual(toTensorMessage(tensors), {
    infer: {
      inputs: [{ ...input, parameters: { content_type: 'np' }, bytes: 8 }],
      outputs: ['y', 'z'],
      parameters: { alpha: 0.5, binary_data_output: true },
    },
    body: Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]),
  })
})

test('binary tensors are cut from behind the JSON, in order, between those that are in it', () => {
  const body = {
    inputs: [
      { ...input, parameters: { binary_data_size: 8 } },
      { name: 'in JSON', datatype: 'FP32', shape: [1], data: [1] },
      { name: 'text', datatype: 'BYTES', shape: [1, 1], parameters: { binary_data_size: 6, content_type: 'str' } },
    ],
  }
  const text = Buffer.from([2, 0, 0, 0, 0x68, 0x69])
  const { tensors } = read(body, Buffer.concat([Buffer.from([1, 0, 0, 0, 2, 0, 0, 0]), text]))
  const message = toTensorMessage(tensors)
  const back = readTensors(message.infer, 'inputs', message.body)
  assert.deepEqual(back, tensors.inputs)
  assert.deepEqual(back[2], {
    ...{ name: 'text', datatype: 'BYTES', shape: [1, 1], parameters: { content_type: 'str' } },
    data: text,
  })
})

test('what is null was not said', () => {
  const nothing = { id: null, parameters: null, outputs: null }
  const { tensors, id } = read({ ...nothing, inputs: [{ ...input, parameters: null, data: [1, 2] }] })
  assert.equal(id, undefined)
  assert.deepEqual(Object.keys(tensors), ['inputs'])
  const binary = { ...input, data: null, parameters: { binary_data_size: 8 } }
  assert.equal(read({ inputs: [binary] }, Buffer.alloc(8)).tensors.inputs[0]!.data.length, 8)
  assert.throws(() => read({ inputs: [{ ...input, data: null }] }), /The tensor "x" has no array "data"/)
})

test("NaN and infinities are read as Python's writers put them, outside of texts", () => {
  const data = '[NaN, -Infinity, Infinity, 9007199254740993]'
  const text = '["NaN", "\\\\\\" Infinity"]'
  const { tensors } = read(
    `{"inputs":[{"name":"NaN","datatype":"FP64","shape":[4],"data":${data}},{"name":"t","datatype":"BYTES","shape":[2],"data":${text}},
     {"name":"wide","datatype":"INT64","shape":[1],"data":[9007199254740993]}]}`,
  )
  const [numbers, texts, wide] = tensors.inputs
  assert.equal(numbers!.name, 'NaN')
  const read64 = [0, 8, 16].map((at) => numbers!.data.readDoubleLE(at))
  assert.deepEqual(read64, [NaN, -Infinity, Infinity])
  assert.equal(texts!.data.toString('utf8', 4, 7), 'NaN')
  assert.equal(texts!.data.toString('utf8', 11), '\\" Infinity')
  assert.equal(wide!.data.readBigInt64LE(), 9007199254740993n)
  assert.throws(() => read('{"inputs": [NaN'), /not valid JSON/)
})

test('whole numbers beyond 2^53 are read as they are written', () => {
  const { tensors } = read('{"inputs":[{"name":"x","datatype":"INT64","shape":[2],"data":[9007199254740993,-1]}]}')
  assert.equal(tensors.inputs[0]!.data.readBigInt64LE(), 9007199254740993n)
  assert.throws(
    () => read('{"inputs":[{"name":"x","datatype":"INT64","shape":[1],"data":[1e300]}]}'),
    /is 1e\+300, not INT64/,
  )
})

test('what is wrong with a request is said', () => {
  const cases: readonly (readonly [unknown, RegExp, Buffer?])[] = [
    ['{', /not valid JSON/],
    ['[]', /must be a JSON object/],
    [{}, /"inputs" must be an array/],
    [{ inputs: [] }, /at least one tensor/],
    [{ inputs: [5] }, /input 0 is not an object/],
    [{ inputs: [{}] }, /input 0 has no name/],
    [{ inputs: [{ ...input, shape: 2, data: [1, 2] }] }, /shape of the tensor "x"/],
    [{ inputs: [{ ...input, shape: [2 ** 30, 2 ** 30], data: [] }] }, /shape of the tensor "x"/],
    [{ inputs: [{ ...input, datatype: 'int32', data: [1, 2] }] }, /datatype of the tensor "x" is "int32"/],
    [{ inputs: [{ ...input, parameters: 1, data: [1, 2] }] }, /"parameters" of the tensor "x"/],
    [
      {
        inputs: [
          { ...input, data: [1, 2] },
          { ...input, data: [1, 2] },
        ],
      },
      /two tensors "x"/,
    ],
    [{ inputs: [input] }, /has no array "data"/],
    [{ inputs: [{ ...input, parameters: { shared_memory_region: 'r' } }] }, /shared memory/],
    [{ id: 5, inputs: [{ ...input, data: [1, 2] }] }, /"id" must be text/],
    [{ parameters: 5, inputs: [{ ...input, data: [1, 2] }] }, /"parameters" must be an object/],
    [{ inputs: [{ ...input, data: [1, 2] }], outputs: {} }, /"outputs" must be an array/],
    [{ inputs: [{ ...input, data: [1, 2] }], outputs: [5] }, /output 0 is not an object/],
    [{ inputs: [{ ...input, data: [1, 2] }], outputs: [{}] }, /output 0 has no name/],
    [
      { inputs: [{ ...input, parameters: { binary_data_size: 9 } }] },
      /binary_data_size .* is 9; 8 bytes/,
      Buffer.alloc(8),
    ],
    [{ inputs: [{ ...input, parameters: { binary_data_size: 4 } }] }, /4 bytes, which are 1 of INT32/, Buffer.alloc(4)],
    [{ inputs: [{ ...input, data: [1, 2], parameters: { binary_data_size: 8 } }] }, /both "data" and/, Buffer.alloc(8)],
    [{ inputs: [{ ...input, data: [1, 2] }] }, /8 bytes follow the JSON, and .* sum to 0/, Buffer.alloc(8)],
  ]
  for (const [body, message, binary] of cases) assert.throws(() => read(body, binary), message)
  for (const length of ['x', '-1', '99']) {
    assert.throws(() => readInferRequest(Buffer.from('{}'), length), /Inference-Header-Content-Length is/)
  }
})

test('each output goes as it was asked for', () => {
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
  const form = { isBinary: false, byName: new Map<string, boolean>() }
  const { body, jsonBytes } = writeInferResponse({ id: 'r', form }, { model: 'm', version: '3' }, outputs)
  assert.equal(jsonBytes, undefined)
  assert.equal(
    body.toString(),
    '{"model_name":"m","model_version":"3","id":"r","outputs":[{"name":"y","datatype":"INT64","shape":[1],"data":[9007199254740993]},' +
      '{"name":"z","datatype":"BYTES","shape":[1],"parameters":{"content_type":"json"},"data":["5"]}]}',
  )
  const mixed = writeInferResponse(
    { form: { isBinary: true, byName: new Map([['z', false]]) } },
    { model: 'm' },
    outputs,
  )
  assert.ok(Buffer.isBuffer(mixed.body))
  assert.deepEqual(JSON.parse(mixed.body.toString('utf8', 0, mixed.jsonBytes)), {
    model_name: 'm',
    outputs: [
      { name: 'y', datatype: 'INT64', shape: [1], parameters: { binary_data_size: 8 } },
      { name: 'z', datatype: 'BYTES', shape: [1], parameters: { content_type: 'json' }, data: ['5'] },
    ],
  })
  assert.deepEqual(mixed.body.subarray(mixed.jsonBytes), outputs[0]!.data)
})

test('a message whose bytes do not add up is a bug', () => {
  assert.throws(() => readTensors({}, 'outputs', Buffer.alloc(0)), /has no outputs/)
  assert.throws(
    () => readTensors({ outputs: [{ name: 'x', bytes: 4 }] }, 'outputs', Buffer.alloc(5)),
    /describes 4 bytes/,
  )
})

test('an error is one text', () => {
  const error = new SluiceError('not-found', 'No.', { hint: 'Look.' })
  assert.deepEqual(inferErrors(error), { status: 404, body: { error: 'No. Look.' } })
  assert.deepEqual(inferErrors(new Error('bug')), { status: 500, body: { error: 'bug' } })
})
