import { SluiceError } from '../../../base/errors.ts'
import type { JsonObject, JsonValue } from '../../../base/json.ts'
import type { Datatype, Tensor, TensorRequest } from '../../../serving/tensor-message.ts'
import { bytesToElements, elementsToBytes, elementCount } from '../../../serving/tensor-data.ts'
import { checkBytes, checkDatatype, checkShape, type Answerer } from '../translate.ts'
import type {
  ContentsField,
  ContentsMessage,
  ModelInferRequestMessage,
  ModelInferResponseMessage,
  ParametersMessage,
  TensorMessage,
} from './messages.ts'

/** Where the elements of a datatype are; FP16 is only ever raw. */
const contentsOf: Readonly<Record<Datatype, ContentsField | undefined>> = {
  BOOL: 'bool_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  FP16: undefined,
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
}

/** The tensors of a request, from its raw contents or the typed ones. Throws `invalid-request`. */
export function readInferMessage(message: ModelInferRequestMessage): TensorRequest {
  const { inputs, outputs, raw_input_contents: raw } = message
  if (inputs.length === 0) throw wrong('it has no inputs')
  if (raw.length > 0 && raw.length !== inputs.length)
    throw wrong(`it has ${inputs.length} inputs and ${raw.length} raw_input_contents`)
  const parameters = readParameters(message.parameters)
  return {
    inputs: inputs.map((input, at) => readTensor(input, raw[at])),
    ...(outputs.length > 0 && { outputs: outputs.map(({ name }) => name) }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
  }
}

function readTensor({ name, datatype, shape, parameters, contents }: TensorMessage, raw: Buffer | undefined): Tensor {
  const kind = checkDatatype(name, datatype)
  const given = readParameters(parameters)
  const described = {
    ...{ name, datatype: kind, shape: checkShape(name, shape.map(Number)) },
    ...(Object.keys(given).length > 0 && { parameters: given }),
  }
  const field = contentsOf[kind]
  const elements = field === undefined ? [] : (contents?.[field] ?? [])
  if (raw !== undefined) {
    if (elements.length > 0) throw wrong(`the tensor "${name}" has contents, and raw contents as well`)
    return { ...described, data: checkBytes(described, raw) }
  }
  const count = elementCount(described.shape)
  if (elements.length !== count) {
    const where = field ?? 'raw_input_contents, where FP16 belongs'
    throw wrong(`the tensor "${name}" has ${elements.length} elements in ${where}; its shape has ${count}`)
  }
  const isWide = kind === 'INT64' || kind === 'UINT64'
  return {
    ...described,
    data: elementsToBytes(isWide ? elements.map((one) => BigInt(one as string)) : elements, kind, name),
  }
}

function readParameters(parameters: ParametersMessage): JsonObject {
  const entries = Object.entries(parameters).map(([name, { parameter_choice: choice, ...values }]) => {
    const value = choice === undefined ? null : values[choice]
    return [name, choice === 'int64_param' || choice === 'uint64_param' ? Number(value) : value] as const
  })
  return Object.fromEntries(entries) as JsonObject
}

function wrong(what: string): SluiceError {
  return new SluiceError('invalid-request', `The request cannot be read: ${what}.`)
}

/** The answer, raw where the request was, else with typed contents (and raw where a datatype has none). */
export function writeInferMessage(
  asked: ModelInferRequestMessage,
  { model, version }: Answerer,
  outputs: readonly Tensor[],
): ModelInferResponseMessage {
  const isRaw =
    asked.raw_input_contents.length > 0 || outputs.some(({ datatype }) => contentsOf[datatype] === undefined)
  return {
    model_name: model,
    ...(version !== undefined && { model_version: version }),
    id: asked.id,
    outputs: outputs.map((output) => ({
      ...{ name: output.name, datatype: output.datatype, shape: output.shape },
      parameters: writeParameters(output.parameters ?? {}),
      ...(!isRaw && { contents: writeContents(output) }),
    })),
    raw_output_contents: isRaw ? outputs.map(({ data }) => data) : [],
  }
}

function writeContents({ datatype, data, name }: Tensor): ContentsMessage {
  const elements = bytesToElements(data, datatype, name)
  const isWide = datatype === 'INT64' || datatype === 'UINT64'
  return { [contentsOf[datatype]!]: isWide ? elements.map(String) : elements }
}

function writeParameters(parameters: JsonObject): ParametersMessage {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, writeParameter(value)]))
}

function writeParameter(value: JsonValue | undefined): ParametersMessage[string] {
  if (typeof value === 'boolean') return { bool_param: value }
  return typeof value === 'number' ? { double_param: value } : { string_param: String(value) }
}
