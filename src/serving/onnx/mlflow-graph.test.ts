import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { elementsToBytes } from '../tensor-data.ts'
import type { GraphTensor } from './graph-tensor.ts'
import { asTaken, declaredInputs, mlflowGraph } from './mlflow-graph.ts'

const tensor = (dtype: string, shape: readonly number[], name?: string) => {
  return { type: 'tensor', ...(name !== undefined && { name }), 'tensor-spec': { dtype, shape } }
}

function metadata(
  inputs: readonly object[],
  changes: { onnx?: object; loader?: string; params?: object[] } = {},
): JsonObject {
  const { onnx = { data: 'model.onnx' }, loader = 'mlflow.onnx', params } = changes
  return {
    flavors: { onnx, python_function: { loader_module: loader } },
    signature: { inputs: JSON.stringify(inputs), ...(params && { params: JSON.stringify(params) }) },
  } as JsonObject
}

test('a model of the onnx flavor with a signature of tensors is its graph and their types', () => {
  assert.deepEqual(mlflowGraph(metadata([tensor('float32', [-1, 3])])), {
    path: 'model.onnx',
    inputs: [{ name: '', datatype: 'FP32', shape: [-1, 3] }],
  })
  const two = [tensor('float64', [-1], 'a'), tensor('int64', [-1, 1], 'b')]
  assert.deepEqual(mlflowGraph(metadata(two))?.inputs, [
    { name: 'a', datatype: 'FP64', shape: [-1] },
    { name: 'b', datatype: 'INT64', shape: [-1, 1] },
  ])
})

test('whatever needs the words of MLflow or pandas is none', () => {
  const inputs = [tensor('float32', [-1, 3])]
  const others: readonly JsonObject[] = [
    metadata([{ type: 'double', name: 'a' }]),
    metadata([tensor('object', [-1])]),
    metadata([]),
    metadata(inputs, { params: [{ name: 'alpha', type: 'double', default: 1 }] }),
    metadata(inputs, { loader: 'mlflow.pyfunc.model' }),
    metadata(inputs, { onnx: { data: '../model.onnx' } }),
    metadata(inputs, { onnx: { data: 'model' } }),
    metadata(inputs, { onnx: { data: 'model.onnx', onnx_session_options: { execution_mode: 'parallel' } } }),
    { flavors: { sklearn: {} } },
    {},
  ]
  for (const other of others) assert.equal(mlflowGraph(other), undefined, JSON.stringify(other))
})

test('the inputs of a graph are asked for as the signature declares them', () => {
  const graph: readonly GraphTensor[] = [{ name: 'X', datatype: 'FP32', shape: [-1, 3] }]
  const declared: GraphTensor = { name: '', datatype: 'FP64', shape: [-1, 3] }
  assert.deepEqual(declaredInputs([declared], graph), [{ name: 'X', datatype: 'FP64', shape: [-1, 3] }])
  const others: readonly (readonly GraphTensor[])[] = [
    [{ ...declared, name: 'Y' }],
    [{ ...declared, shape: [-1] }],
    [{ ...declared, datatype: 'INT64' }],
    [declared, declared],
  ]
  for (const other of others) assert.throws(() => declaredInputs(other, graph), { code: 'not-supported' })
})

test('doubles become the singles that a graph takes, all else stays', () => {
  const data = elementsToBytes([0.1, -2, null], 'FP64', 'x')
  const single = asTaken({ name: 'x', datatype: 'FP64', shape: [3], data }, 'FP32')
  assert.deepEqual(single, {
    name: 'x',
    datatype: 'FP32',
    shape: [3],
    data: elementsToBytes([0.1, -2, null], 'FP32', 'x'),
  })
  assert.equal(asTaken(single, 'FP32'), single)
})
