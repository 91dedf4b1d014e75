/**
 * The messages of schemas/open-inference/inference.proto as proto-loader gives and takes them: names as they are
 * written, 64-bit numbers as text, bytes as Buffers, every repeated field an array.
 */
export interface ModelRequestMessage {
  readonly name: string
  readonly version: string
}

export interface RepositoryIndexRequestMessage {
  /** Of one endpoint; empty: of all. */
  readonly repository_name: string
  readonly ready: boolean
}

export interface RepositoryModelRequestMessage {
  readonly model_name: string
  readonly parameters: Readonly<Record<string, unknown>>
}

export type ParametersMessage = Readonly<
  Record<string, { readonly parameter_choice?: string; readonly [choice: string]: unknown }>
>

/** Elements of one tensor, under the field that its datatype has. */
export type ContentsMessage = Readonly<Partial<Record<ContentsField, readonly unknown[]>>>

export type ContentsField =
  | 'bool_contents'
  | 'int_contents'
  | 'int64_contents'
  | 'uint_contents'
  | 'uint64_contents'
  | 'fp32_contents'
  | 'fp64_contents'
  | 'bytes_contents'

export interface TensorMessage {
  readonly name: string
  readonly datatype: string
  readonly shape: readonly string[]
  readonly parameters: ParametersMessage
  readonly contents: ContentsMessage | null
}

export interface ModelInferRequestMessage {
  readonly model_name: string
  readonly model_version: string
  readonly id: string
  readonly parameters: ParametersMessage
  readonly inputs: readonly TensorMessage[]
  readonly outputs: readonly { readonly name: string }[]
  readonly raw_input_contents: readonly Buffer[]
}

export interface ModelInferResponseMessage {
  readonly model_name: string
  readonly model_version?: string
  readonly id: string
  readonly outputs: readonly (Omit<TensorMessage, 'contents' | 'shape'> & {
    readonly shape: readonly number[]
    readonly contents?: ContentsMessage
  })[]
  readonly raw_output_contents: readonly Buffer[]
}

/** Triton's: one answer of a stream, or why there is none. */
export interface ModelStreamInferResponseMessage {
  readonly error_message?: string
  readonly infer_response: ModelInferResponseMessage
}
