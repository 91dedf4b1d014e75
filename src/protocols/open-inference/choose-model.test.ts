import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServedModel } from '../../serving/served-model.ts'
import { chooseModel } from './choose-model.ts'
import { describeModel } from './model-tensors.ts'

const blue: ServedModel = { deployment: 'blue', traffic: 90, isReady: true, name: 'taxi', version: 3 }
const green: ServedModel = { deployment: 'green', traffic: 10, isReady: true, name: 'taxi', version: 4 }
const script: ServedModel = { deployment: 'script', traffic: 0, isReady: true }
const served = [blue, green, script]
const choose = (name: string, version?: string) =>
  chooseModel(served, { endpoint: 'rides', name, ...(version !== undefined && { version }) })

test("the registered model's name and the endpoint's are routed by traffic, a deployment's name is asked itself", () => {
  assert.deepEqual(choose('taxi'), { model: blue, versions: ['3', '4'] })
  assert.deepEqual(choose('rides'), { model: blue, versions: ['3', '4'] })
  assert.deepEqual(choose('green'), { model: green, deployment: 'green', versions: ['4'] })
  assert.deepEqual(choose('script'), { model: script, deployment: 'script', versions: [] })
})

test('a version asks the deployment that serves it', () => {
  assert.deepEqual(choose('taxi', '4'), { model: green, deployment: 'green', versions: ['3', '4'] })
  assert.throws(() => choose('taxi', '5'), {
    code: 'not-found',
    message: 'The endpoint "rides" serves no model "taxi" in version 5.',
    hint: 'It answers to: rides, taxi (version 3), blue, taxi (version 4), green, script.',
  })
  assert.throws(() => choose('bus'), /serves no model "bus"/)
})

test('a model is described by its signature, or by what its workers say', () => {
  const described = (signature: object, flavors: object = { python_function: {} }) =>
    describeModel({ metadata: { signature, flavors } as never }, { name: 'm', versions: [] })
  assert.deepEqual(
    described(
      {
        inputs:
          '[{"type": "double", "name": "a"}, {"type": "datetime", "name": "at"}, {"type": "array", "name": "list"}]',
        outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}, {"type": "string"}]',
      },
      { python_function: {}, xgboost: {} },
    ),
    {
      name: 'm',
      platform: 'mlflow_xgboost',
      inputs: [
        { name: 'a', datatype: 'FP64', shape: [-1], parameters: { content_type: 'np' } },
        { name: 'at', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'datetime' } },
        { name: 'list', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'json' } },
      ],
      outputs: [
        { name: 'output-0', datatype: 'INT64', shape: [-1] },
        { name: 'output-1', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'str' } },
      ],
      parameters: { content_type: 'pd' },
    },
  )
  assert.deepEqual(described({ inputs: '[{"type": "tensor", "name": "x", "tensor-spec": {"dtype": "object"}}]' }), {
    ...{ name: 'm', platform: 'mlflow_pyfunc', outputs: [] },
    inputs: [{ name: 'x', datatype: 'BYTES', shape: [-1] }],
  })
  assert.deepEqual(describeModel({}, { name: 'm', versions: ['1'] }), {
    ...{ name: 'm', versions: ['1'], platform: 'python', inputs: [], outputs: [] },
  })
  const tensors = { platform: 'onnxruntime', inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }], outputs: [] }
  assert.deepEqual(describeModel({ description: { tensors } }, { name: 'm', versions: [] }), { name: 'm', ...tensors })
})
