import { SluiceError } from '../base/errors.ts'
import { isJsonObject, type JsonObject } from '../base/json.ts'

/** Bytes per element of the datatypes of the Open Inference Protocol; BYTES: each element with its length before it. */
export const elementBytes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: undefined,
} as const

export type Datatype = keyof typeof elementBytes

/** By numpy's names of them, as MLflow's signatures have them. */
export const numpyDatatypes: Readonly<Record<string, Datatype>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
}

/** An array with a name: elements row by row, little endian; BYTES as u32 length and bytes, one after another. */
export interface Tensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly parameters?: JsonObject
  readonly data: Buffer
}

/** What a model is asked with tensors. */
export interface TensorRequest {
  readonly inputs: readonly Tensor[]
  /** Names of the outputs that are wanted; absent: all. */
  readonly outputs?: readonly string[]
  readonly parameters?: JsonObject
}

/** A request as workers get it: what the tensors are, and their bytes in that order. */
export function toTensorMessage({ inputs, outputs, parameters }: TensorRequest): {
  readonly infer: JsonObject
  readonly body: Buffer
} {
  return {
    infer: {
      inputs: inputs.map(describeTensor),
      ...(outputs !== undefined && { outputs }),
      ...(parameters !== undefined && { parameters }),
    },
    body: inputs.length === 1 ? inputs[0]!.data : Buffer.concat(inputs.map(({ data }) => data)),
  }
}

function describeTensor({ data, ...tensor }: Tensor): JsonObject {
  return { ...tensor, bytes: data.length }
}

/** The tensors that a message holds, under `key` of what came with it. Throws `internal`: workers do not make mistakes. */
export function readTensors(about: JsonObject | undefined, key: 'inputs' | 'outputs', body: Buffer): readonly Tensor[] {
  const described = about?.[key]
  if (!Array.isArray(described)) throw new SluiceError('internal', `A tensor message has no ${key}.`)
  let at = 0
  const tensors = described.map((tensor: unknown) => {
    const { name, datatype, shape, bytes, parameters } = tensor as Record<string, unknown>
    const start = at
    at += Number(bytes)
    return {
      name: String(name),
      datatype: datatype as Datatype,
      shape: shape as readonly number[],
      ...(isJsonObject(parameters) && { parameters }),
      data: body.subarray(start, at),
    }
  })
  if (at === body.length) return tensors
  throw new SluiceError('internal', `A tensor message describes ${at} bytes and has ${body.length}.`)
}
