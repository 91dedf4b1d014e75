import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Datatype } from '../tensor-message.ts'

/*
 * onnxruntime-node as far as it is used here. It unpacks 290 MB, so it is no dependency: where somebody has installed it
 * (docs/decisions/0012-onnx-in-process.md), ONNX files are run in this process, elsewhere by a Python worker.
 */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(file: string, options: { readonly intraOpNumThreads: number }): Promise<OnnxSession>
  }
  readonly Tensor: new (type: string, data: OnnxData, dims: readonly number[]) => OnnxTensor
}

export interface OnnxSession {
  readonly inputMetadata: readonly OnnxMetadata[]
  readonly outputMetadata: readonly OnnxMetadata[]
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>
}

/** A free extent is a text (its name) or negative. */
export interface OnnxMetadata {
  readonly name: string
  readonly isTensor: boolean
  readonly type?: string
  readonly shape?: readonly (string | number)[]
}

type OnnxData = NodeJS.TypedArray | readonly string[]

export interface OnnxTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: OnnxData
}

/** Element types of the runtime by the protocol's datatypes. */
export const onnxTypes: Readonly<Record<Datatype, string>> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
}

/**
 * The file to require onnxruntime-node by; undefined where it is not installed where Node finds packages of the program:
 * beside it (also both installed globally), or in a folder of NODE_PATH.
 */
export function findOnnxRuntime(programFolder: string): string | undefined {
  try {
    return createRequire(join(programFolder, 'package.json')).resolve('onnxruntime-node')
  } catch {
    return undefined
  }
}
