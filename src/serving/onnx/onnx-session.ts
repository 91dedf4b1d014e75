import { SluiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { bytesToElements, elementCount, elementsToBytes } from '../tensor-data.ts'
import { toTensorMessage, type Datatype, type Tensor } from '../tensor-message.ts'
import type { AnswerBody, ScoringRequest } from '../worker.ts'
import type { GraphTensor } from './graph-tensor.ts'
import { asTaken, declaredInputs } from './mlflow-graph.ts'
import { readGraphInputs } from './onnx-inputs.ts'
import { onnxTypes, type OnnxMetadata, type OnnxRuntime, type OnnxSession, type OnnxTensor } from './onnx-runtime.ts'

/** A graph in memory. */
export interface OnnxModel {
  /** What is told of it when it is ready. */
  readonly description: JsonObject
  /** Throws `invalid-request` for a client's mistake, and whatever the runtime throws. */
  answer(request: ScoringRequest): Promise<AnswerBody>
}

const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const

/**
 * Loads a file; rejects with the runtime's words. With `declared` it is a model of MLflow: that is what it is asked with,
 * and it answers with every output by its name.
 */
export async function openOnnxModel(
  runtime: OnnxRuntime,
  file: string,
  declared?: readonly GraphTensor[],
): Promise<OnnxModel> {
  // One worker is one thread, as Python's workers are.
  const session = await runtime.InferenceSession.create(file, { intraOpNumThreads: 1 })
  const graph = session.inputMetadata.map(describeInput)
  const inputs = declared === undefined ? graph : declaredInputs(declared, graph)
  const outputs = session.outputMetadata.map(describeInput)
  const tensors = { platform: 'onnxruntime_onnx', inputs, outputs } as unknown as JsonObject
  return {
    // What MLflow says of a model is its signature.
    description: { kind: 'onnx', wantsHeaders: false, ...(declared === undefined && { tensors }) },
    answer: (request) => answer({ runtime, session, inputs, graph, isOfMlflow: declared !== undefined }, request),
  }
}

function describeInput({ name, isTensor, type, shape = [] }: OnnxMetadata): GraphTensor {
  const datatype = (Object.keys(onnxTypes) as Datatype[]).find((one) => onnxTypes[one] === type)
  if (!isTensor || datatype === undefined) {
    throw new SluiceError(
      'not-supported',
      `"${name}" of the graph is no tensor, but ${type ?? 'something else'}; name an environment with onnxruntime and numpy in the deployment, and a Python worker runs it.`,
    )
  }
  const extents = shape.map((extent) => (typeof extent === 'number' && extent >= 0 ? extent : -1))
  return { name, datatype, shape: extents }
}

interface Loaded {
  readonly runtime: OnnxRuntime
  readonly session: OnnxSession
  /** As it is asked. */
  readonly inputs: readonly GraphTensor[]
  /** As the graph takes them, in the same order. */
  readonly graph: readonly GraphTensor[]
  readonly isOfMlflow: boolean
}

async function answer(
  { runtime, session, inputs, graph, isOfMlflow }: Loaded,
  request: ScoringRequest,
): Promise<AnswerBody> {
  const { form, tensors, wanted } = readGraphInputs(request, inputs)
  const feeds = Object.fromEntries(
    tensors.map((tensor, at) => [tensor.name, toOnnx(runtime, asTaken(tensor, graph[at]!.datatype))]),
  )
  const results = await session.run(feeds)
  const outputs = Object.entries(results)
  if (form === 'infer') return inferAnswer(outputs, wanted)
  const values = outputs.map(([name, tensor]) => `${JSON.stringify(name)}:${nestedText(tensor)}`)
  const value = outputs.length === 1 && !isOfMlflow ? nestedText(outputs[0]![1]) : `{${values.join(',')}}`
  const body = Buffer.from(form === 'input_data' ? value : `{"predictions":${value}}`)
  return { contentType: 'application/json', body }
}

function toOnnx(runtime: OnnxRuntime, { name, datatype, shape, data }: Tensor): OnnxTensor {
  if (datatype === 'BYTES') {
    const texts = bytesToElements(data, datatype, name).map((bytes) => (bytes as Buffer).toString('utf8'))
    return new runtime.Tensor('string', texts, shape)
  }
  // A copy: the bytes lie anywhere in the request, typed arrays only where their elements fit.
  const bytes = new ArrayBuffer(data.length)
  new Uint8Array(bytes).set(data)
  return new runtime.Tensor(onnxTypes[datatype], new arrays[datatype](bytes), shape)
}

function fromOnnx(name: string, { type, dims, data }: OnnxTensor): Tensor {
  const datatype = (Object.keys(onnxTypes) as Datatype[]).find((one) => onnxTypes[one] === type)!
  if (datatype === 'BYTES')
    return { name, datatype, shape: dims, data: elementsToBytes(data as string[], datatype, name) }
  const { buffer, byteOffset, byteLength } = data as NodeJS.TypedArray
  return { name, datatype, shape: dims, data: Buffer.from(buffer, byteOffset, byteLength) }
}

function inferAnswer(
  outputs: readonly (readonly [name: string, tensor: OnnxTensor])[],
  wanted: readonly string[] | undefined,
): AnswerBody {
  const byName = new Map(outputs)
  const names = wanted ?? [...byName.keys()]
  const unknown = names.filter((name) => !byName.has(name))
  if (unknown.length > 0) {
    const known = [...byName.keys()].join(', ')
    throw new SluiceError('invalid-request', `There is no output ${unknown.join(', ')}; the outputs are ${known}.`)
  }
  const tensors = names.map((name) => fromOnnx(name, byName.get(name)!))
  const { infer, body } = toTensorMessage({ inputs: tensors })
  return { contentType: 'application/octet-stream', body, details: { outputs: infer['inputs']! } }
}

/** Nested arrays as JSON, 64-bit numbers whole, NaN and infinities as null. */
function nestedText(tensor: OnnxTensor): string {
  const { datatype, data, shape } = fromOnnx('', tensor)
  const elements = bytesToElements(data, datatype, '').map((element) =>
    Buffer.isBuffer(element) ? JSON.stringify(element.toString('utf8')) : textOf(element),
  )
  let level = elements
  for (const extent of shape.slice(1).toReversed()) {
    const count = extent === 0 ? elementCount(shape.slice(0, 1)) : level.length / extent
    level = Array.from({ length: count }, (_, at) => `[${level.slice(at * extent, (at + 1) * extent).join(',')}]`)
  }
  return shape.length === 0 ? level[0]! : `[${level.join(',')}]`
}

function textOf(element: unknown): string {
  return typeof element === 'bigint' ? String(element) : JSON.stringify(element)
}
