import { SluiceError } from '../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { parsePythonJson } from '../../base/python-json.ts'
import { elementBytes, type Datatype, type Tensor, type TensorRequest } from '../../serving/tensor-message.ts'
import { bytesToJson, elementCount, elementsToBytes, flatElements, splitBytes } from '../../serving/tensor-data.ts'

/** A request as it came: what the model is asked, and how the answer is to be written. */
export interface InferRequest {
  readonly tensors: TensorRequest
  readonly id?: string
  readonly form: AnswerForm
}

/** Which outputs go as bytes after the JSON. */
interface AnswerForm {
  readonly isBinary: boolean
  /** Overrides it for outputs by name. */
  readonly byName: ReadonlyMap<string, boolean>
}

/** An answer's body, as text where all of it is; `jsonBytes` where binary tensors follow the JSON. */
export type InferResponse =
  { readonly body: string; readonly jsonBytes?: undefined } | { readonly body: Buffer; readonly jsonBytes: number }

/** Reads an infer request; `jsonLength` is the header that says where binary data begins. Throws `invalid-request`. */
export function readInferRequest(body: Buffer, jsonLength: string | undefined): InferRequest {
  const jsonBytes = jsonLength === undefined ? body.length : readLength(jsonLength, body.length)
  const text = body.toString('utf8', 0, jsonBytes)
  const given = parseObject(text)
  // Clients that write down all they know (MLServer's InferenceRequest) have null for what is not said.
  const id = given['id'] ?? undefined
  const parameters = given['parameters'] ?? {}
  if (id !== undefined && typeof id !== 'string') throw wrong('"id" must be text')
  if (!isJsonObject(parameters)) throw wrong('"parameters" must be an object')
  const reader = new TensorReader(
    body.subarray(jsonBytes),
    () => parsePythonJson(text, { isExact: true }) as JsonObject,
  )
  const inputs = reader.read(given)
  const outputs = readOutputs(given['outputs'] ?? undefined)
  const names = outputs.map(({ name }) => name)
  return {
    tensors: {
      inputs,
      ...(names.length > 0 && { outputs: names }),
      ...(Object.keys(parameters).length > 0 && { parameters }),
    },
    ...(id !== undefined && { id }),
    form: {
      isBinary: parameters['binary_data_output'] === true,
      byName: new Map(outputs.flatMap(({ name, isBinary }) => (isBinary === undefined ? [] : [[name, isBinary]]))),
    },
  }
}

function readLength(text: string, most: number): number {
  const length = Number(text)
  if (/^\d+$/.test(text) && length <= most) return length
  throw wrong(`the header Inference-Header-Content-Length is "${text}" and the body has ${most} bytes`)
}

function parseObject(text: string): JsonObject {
  let value: unknown
  try {
    value = parsePythonJson(text)
  } catch (error) {
    throw new SluiceError('invalid-request', `The body is not valid JSON: ${(error as Error).message}.`, {
      cause: error,
    })
  }
  if (isJsonObject(value)) return value
  throw wrong('it must be a JSON object with "inputs"')
}

function wrong(what: string): SluiceError {
  return new SluiceError('invalid-request', `The request cannot be read: ${what}.`)
}

/** Tensors of a request: elements of their JSON, or the next of the bytes behind it. */
class TensorReader {
  readonly #bytes: Buffer
  readonly #parseWide: () => JsonObject
  #wide: JsonObject | undefined
  #at = 0

  constructor(bytes: Buffer, parseExactly: () => JsonObject) {
    this.#bytes = bytes
    this.#parseWide = parseExactly
  }

  read({ inputs }: JsonObject): readonly Tensor[] {
    if (!Array.isArray(inputs) || inputs.length === 0) throw wrong('"inputs" must be an array of at least one tensor')
    const tensors = inputs.map((input: JsonValue, at) => this.#tensor(input, at))
    const twice = tensors.find(({ name }, at) => tensors.findIndex((other) => other.name === name) !== at)
    if (twice !== undefined) throw wrong(`there are two tensors "${twice.name}"`)
    if (this.#at === this.#bytes.length) return tensors
    throw wrong(`${this.#bytes.length} bytes follow the JSON, and the tensors' binary_data_size sum to ${this.#at}`)
  }

  #tensor(input: JsonValue, at: number): Tensor {
    if (!isJsonObject(input)) throw wrong(`input ${at} is not an object`)
    const { name, datatype, shape } = input
    const parameters = input['parameters'] ?? {}
    const data = input['data'] ?? undefined
    if (typeof name !== 'string' || name === '') throw wrong(`input ${at} has no name`)
    const extents = checkShape(name, shape)
    const kind = checkDatatype(name, datatype)
    if (!isJsonObject(parameters)) throw wrong(`"parameters" of the tensor "${name}" must be an object`)
    const { binary_data_size: given, ...rest } = parameters
    const size = given ?? undefined
    if (rest['shared_memory_region'] !== undefined)
      throw new SluiceError('not-supported', `The tensor "${name}" is in shared memory, which this server cannot see.`)
    const described = {
      ...{ name, datatype: kind, shape: extents },
      ...(Object.keys(rest).length > 0 && { parameters: rest }),
    }
    if (size !== undefined) return { ...described, data: this.#take(described, { size, hasData: data !== undefined }) }
    let elements = flatElements(data, extents, name)
    if ((kind === 'INT64' || kind === 'UINT64') && elements.some((element) => !Number.isSafeInteger(element))) {
      this.#wide ??= this.#parseWide()
      elements = flatElements((this.#wide['inputs'] as readonly JsonObject[])[at]!['data'], extents, name)
    }
    return { ...described, data: elementsToBytes(elements, kind, name) }
  }

  #take(
    tensor: Omit<Tensor, 'data'>,
    { size, hasData }: { readonly size: JsonValue; readonly hasData: boolean },
  ): Buffer {
    const { name } = tensor
    if (hasData) throw wrong(`the tensor "${name}" has both "data" and binary_data_size`)
    if (!Number.isSafeInteger(size) || (size as number) < 0 || this.#at + (size as number) > this.#bytes.length)
      throw wrong(
        `binary_data_size of the tensor "${name}" is ${JSON.stringify(size)}; ${this.#bytes.length} bytes follow the JSON`,
      )
    const bytes = this.#bytes.subarray(this.#at, this.#at + (size as number))
    this.#at += bytes.length
    return checkBytes(tensor, bytes)
  }
}

/** Throws `invalid-request` unless the bytes are as many as datatype and shape make. */
export function checkBytes({ name, datatype, shape }: Omit<Tensor, 'data'>, bytes: Buffer): Buffer {
  const count = elementCount(shape)
  const size = elementBytes[datatype]
  const found = size === undefined ? splitBytes(bytes, name).length : bytes.length / size
  if (found === count) return bytes
  throw wrong(
    `the tensor "${name}" has ${bytes.length} bytes, which are ${found} of ${datatype}, and its shape [${shape.join(', ')}] has ${count}`,
  )
}

/** Throws `invalid-request` unless it is an array of extents. */
export function checkShape(name: string, shape: unknown): readonly number[] {
  const isShape = Array.isArray(shape) && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)
  if (isShape && Number.isSafeInteger(elementCount(shape as number[]))) return shape as readonly number[]
  throw wrong(`the shape of the tensor "${name}" must be an array of whole numbers; it is ${JSON.stringify(shape)}`)
}

/** Throws `invalid-request` unless the protocol has it. */
export function checkDatatype(name: string, datatype: unknown): Datatype {
  if (typeof datatype === 'string' && Object.hasOwn(elementBytes, datatype)) return datatype as Datatype
  const known = Object.keys(elementBytes).join(', ')
  throw wrong(`the datatype of the tensor "${name}" is ${JSON.stringify(datatype)}; the datatypes are ${known}`)
}

function readOutputs(
  outputs: JsonValue | undefined,
): readonly { readonly name: string; readonly isBinary?: boolean }[] {
  if (outputs === undefined) return []
  if (!Array.isArray(outputs)) throw wrong('"outputs" must be an array')
  return outputs.map((output: JsonValue, at) => {
    if (!isJsonObject(output)) throw wrong(`output ${at} is not an object`)
    const { name, parameters } = output
    if (typeof name !== 'string') throw wrong(`output ${at} has no name`)
    const isBinary = isJsonObject(parameters) ? parameters['binary_data'] : undefined
    return { name, ...(typeof isBinary === 'boolean' && { isBinary }) }
  })
}

/** Who answered. */
export interface Answerer {
  readonly model: string
  readonly version?: string
}

/** The answer to a request, each output in JSON or in bytes as it was asked for. */
export function writeInferResponse(
  { id, form }: Pick<InferRequest, 'id' | 'form'>,
  { model, version }: Answerer,
  outputs: readonly Tensor[],
): InferResponse {
  const isBinary = ({ name }: Tensor): boolean => form.byName.get(name) ?? form.isBinary
  const start = {
    model_name: model,
    ...(version !== undefined && { model_version: version }),
    ...(id !== undefined && { id }),
  }
  const written = outputs.map((output) => (isBinary(output) ? describeBinary(output) : describeWithData(output)))
  const text = `${JSON.stringify(start).slice(0, -1)},"outputs":[${written.join(',')}]}`
  const binary = outputs.filter(isBinary).map(({ data }) => data)
  if (binary.length === 0) return { body: text }
  const json = Buffer.from(text)
  return { body: Buffer.concat([json, ...binary]), jsonBytes: json.length }
}

function describeBinary({ data, parameters, ...tensor }: Tensor): string {
  return JSON.stringify({ ...tensor, parameters: { ...parameters, binary_data_size: data.length } })
}

function describeWithData({ data, ...tensor }: Tensor): string {
  return `${JSON.stringify(tensor).slice(0, -1)},"data":${bytesToJson(data, tensor.datatype, tensor.name)}}`
}
