import type { JsonObject, JsonValue } from '../../base/json.ts'
import { signatureFields, type SignatureField } from '../../serving/model-signature.ts'

/** What may be sent to one path of an endpoint. */
export interface DescribedBody {
  readonly path: string
  readonly id: string
  readonly summary: string
  /** With an example that the model accepts. */
  readonly schema: JsonObject
  /** The answer's schema, from that of the predictions. */
  readonly answer: (predictions: JsonObject) => JsonObject
}

/** The bodies of `/score` and, for MLflow models, `/invocations` and the Open Inference Protocol. */
export function bodiesOf(name: string, metadata: JsonObject | undefined): readonly DescribedBody[] {
  const inputs = signatureFields(metadata, 'inputs')
  const score = {
    path: '/score',
    id: 'score',
    summary: 'Asks the model, as an Azure ML online endpoint.',
    schema: inputs.length === 0 ? {} : inputData(inputs),
    answer: (predictions: JsonObject) => predictions,
  }
  if (metadata === undefined) return [score]
  const invocations = {
    path: '/invocations',
    id: 'invocations',
    summary: 'Asks the model, as mlflow models serve.',
    schema: invocationsSchema(inputs, signatureFields(metadata, 'params')),
    answer: (predictions: JsonObject) => ({ type: 'object', properties: { predictions } }),
  }
  const infer = {
    path: `/v2/models/${name}/infer`,
    id: 'infer',
    summary: 'Asks the model with tensors, by the Open Inference Protocol V2.',
    schema: inferSchema(inputs),
    answer: () => ({
      type: 'object',
      properties: { model_name: { type: 'string' }, outputs: { type: 'array', items: { type: 'object' } } },
    }),
  }
  return inputs.length === 0 ? [score, invocations] : [score, invocations, infer]
}

/** The schema of bare predictions; empty where the signature says nothing of them. */
export function predictionsOf(outputs: readonly SignatureField[]): JsonObject {
  const [field] = outputs
  if (field === undefined) return {}
  if (outputs.length > 1) {
    const properties = outputs.map((output, at) => [output.name ?? `${at}`, schemaOf(typeOf(output))] as const)
    return { type: 'array', items: { type: 'object', properties: Object.fromEntries(properties) } }
  }
  return { type: 'array', items: schemaOf(typeOf(field)) }
}

function isTable(fields: readonly SignatureField[]): boolean {
  return fields.every((field) => typeof field.name === 'string' && field['tensor-spec'] === undefined)
}

/** Azure ML's form of the input: `{input_data: {columns, index, data}}` for tables, an array for tensors. */
function inputData(fields: readonly SignatureField[]): JsonObject {
  const schema = isTable(fields) ? tableSchema(fields, ['columns', 'index', 'data']) : arraySchema(fields)
  return { type: 'object', required: ['input_data'], properties: { input_data: schema } }
}

function invocationsSchema(fields: readonly SignatureField[], params: readonly SignatureField[]): JsonObject {
  const given = params.map((param) => [param.name ?? '', schemaOf(typeOf(param))] as const)
  const rest = params.length === 0 ? {} : { params: { type: 'object', properties: Object.fromEntries(given) } }
  if (fields.length === 0) return { type: 'object', properties: { inputs: {}, ...rest } }
  const main = isTable(fields)
    ? ['dataframe_split', tableSchema(fields, ['columns', 'data'])]
    : ['inputs', arraySchema(fields)]
  const [key, schema] = main as [string, JsonObject]
  const others = isTable(fields) ? 'dataframe_records, instances, inputs or CSV' : 'instances or dataframe_split'
  return {
    type: 'object',
    required: [key],
    properties: { [key]: schema, ...rest },
    description: `In the place of ${key} the body may have ${others}.`,
  }
}

function tableSchema(fields: readonly SignatureField[], keys: readonly string[]): JsonObject {
  const names = fields.map((field) => field.name!)
  const example: JsonObject = { columns: names, index: [0], data: [fields.map(exampleOf)] }
  return {
    type: 'object',
    required: ['columns', 'data'],
    properties: {
      columns: { type: 'array', items: { type: 'string', enum: names } },
      index: { type: 'array', items: { type: 'integer' } },
      data: {
        type: 'array',
        items: { type: 'array', items: {} },
        description: `One row after another: ${fields.map(columnText).join(', ')}.`,
      },
    },
    example: Object.fromEntries(keys.map((key) => [key, example[key]!])),
  }
}

function columnText({ name, type, required }: SignatureField): string {
  return `${name} (${String(type)}${required === false ? ', optional' : ''})`
}

function arraySchema(fields: readonly SignatureField[]): JsonObject {
  const [field] = fields
  if (fields.length === 1 && field?.name === undefined) return nested(field!)
  const properties = fields.map((one, at) => [one.name ?? `${at}`, nested(one)] as const)
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    example: Object.fromEntries(properties.map(([name, schema]) => [name, schema['example']!])),
  }
}

/** An array of arrays as the shape says; -1 is shown as one element. */
function nested(field: SignatureField): JsonObject {
  const shape = field['tensor-spec']?.shape ?? [-1]
  const element = typeOf(field)
  let schema = schemaOf(element)
  let example = exampleOfType(element)
  for (const extent of shape.toReversed()) {
    const length = Math.max(1, extent)
    schema = { type: 'array', items: schema, ...(extent >= 0 && { minItems: extent, maxItems: extent }) }
    // An image of 224 x 224 pixels is no example that anybody reads.
    example = length > 32 ? [example] : Array.from({ length }, () => example)
  }
  return { ...schema, example }
}

function inferSchema(fields: readonly SignatureField[]): JsonObject {
  const inputs = fields.map((field, at) => {
    const shape = (field['tensor-spec']?.shape ?? [-1]).map((extent) => Math.max(1, extent))
    const count = shape.reduce((product, extent) => product * extent, 1)
    const [datatype, element] = tensorElement(field)
    const data = Array.from({ length: Math.min(count, 1024) }, () => element)
    return { name: field.name ?? `input-${at}`, datatype, shape, data }
  })
  return {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: 'string' },
      inputs: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'datatype', 'shape', 'data'],
          properties: {
            name: { type: 'string' },
            datatype: { type: 'string' },
            shape: { type: 'array', items: { type: 'integer' } },
            data: { type: 'array', items: {} },
          },
        },
      },
      outputs: { type: 'array', items: { type: 'object' } },
    },
    example: { inputs },
  }
}

const datatypes: Readonly<Record<string, string>> = {
  ...{ double: 'FP64', float64: 'FP64', float: 'FP32', float32: 'FP32', float16: 'FP16' },
  ...{ long: 'INT64', int64: 'INT64', integer: 'INT32', int32: 'INT32', int16: 'INT16', int8: 'INT8' },
  ...{ uint8: 'UINT8', uint16: 'UINT16', uint32: 'UINT32', uint64: 'UINT64', boolean: 'BOOL', bool: 'BOOL' },
}

function tensorElement(field: SignatureField): readonly [datatype: string, element: JsonValue] {
  const type = typeOf(field)
  const element = exampleOfType(type)
  return [datatypes[type] ?? 'BYTES', typeof element === 'object' ? 'null' : element]
}

function typeOf(field: SignatureField): string {
  const type = field['tensor-spec']?.dtype ?? field.type
  return typeof type === 'string' ? type : ''
}

const integers = /^(u?int\d*|long|integer)$/
const numbers = /^(float\d*|double)$/

function schemaOf(type: string): JsonObject {
  if (integers.test(type)) return { type: 'integer' }
  if (numbers.test(type)) return { type: 'number' }
  if (type === 'boolean' || type === 'bool') return { type: 'boolean' }
  return ['string', 'str', 'datetime', 'binary'].includes(type) ? { type: 'string' } : {}
}

function exampleOf(field: SignatureField): JsonValue {
  return exampleOfType(typeOf(field))
}

function exampleOfType(type: string): JsonValue {
  if (integers.test(type) || numbers.test(type)) return 0
  if (type === 'boolean' || type === 'bool') return false
  if (type === 'datetime') return '2026-01-01T00:00:00'
  if (type === 'binary') return 'aGVsbG8='
  return type === 'string' || type === 'str' || type === 'object' ? 'text' : null
}
