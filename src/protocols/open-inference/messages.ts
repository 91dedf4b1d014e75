import type { JsonObject } from '../../base/json.ts'

/**
 * The words of the Open Inference Protocol V2 over REST (kserve/open-inference-protocol, inference_rest.md) with its
 * binary tensor data extension (triton-inference-server, extension_binary_data.md): JSON of the length that the header
 * says, then the bytes of every tensor that has `binary_data_size`, in order.
 */
export const jsonLengthHeader = 'inference-header-content-length'

/** What a server says of itself. */
export interface ServerMetadataMessage {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}

/** A tensor in a description of a model; -1 is any extent. */
export interface TensorMetadataMessage {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly number[]
  readonly parameters?: JsonObject
}

/** What a model says of itself. */
export interface ModelMetadataMessage {
  readonly name: string
  readonly versions?: readonly string[]
  readonly platform: string
  readonly inputs: readonly TensorMetadataMessage[]
  readonly outputs: readonly TensorMetadataMessage[]
  readonly parameters?: JsonObject
}

export interface InferErrorMessage {
  readonly error: string
}
