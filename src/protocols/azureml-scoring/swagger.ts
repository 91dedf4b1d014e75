import type { JsonObject, JsonValue } from '../../base/json.ts'
import { signatureFields, type SignatureField } from '../../serving/model-signature.ts'

/** What a description is made from. */
export interface DescribedEndpoint {
  readonly name: string
  /** The content of the model's file `MLmodel`; absent for scoring scripts. */
  readonly metadata?: JsonObject
  /** What its paths are below; by default the endpoint's on this server. */
  readonly basePath?: string
}

/** The description of an endpoint, as Swagger 2.0 or OpenAPI 3.0: one path, typed by the model's signature. */
export function describeEndpoint(
  { name, metadata, basePath = `/endpoints/${name}` }: DescribedEndpoint,
  version: '2' | '3',
): JsonObject {
  const inputs = signatureFields(metadata, 'inputs')
  const input = inputs.length === 0 ? {} : inputData(inputs)
  const output = signatureFields(metadata, 'outputs').length === 0 ? {} : { type: 'array', items: outputItem(metadata) }
  const info = { title: name, version: '1.0', description: `The online endpoint ${name}.` }
  return version === '2'
    ? {
        swagger: '2.0',
        info,
        basePath,
        schemes: ['http', 'https'],
        consumes: ['application/json'],
        produces: ['application/json'],
        securityDefinitions: { Bearer: { type: 'apiKey', name: 'Authorization', in: 'header' } },
        paths: {
          '/score': {
            post: operation({
              parameters: [{ name: 'body', in: 'body', required: true, schema: input }],
              responses: { '200': { description: 'The predictions.', schema: output }, ...failures },
            }),
          },
        },
      }
    : {
        openapi: '3.0.3',
        info,
        servers: [{ url: basePath }],
        components: { securitySchemes: { Bearer: { type: 'http', scheme: 'bearer' } } },
        paths: {
          '/score': {
            post: operation({
              requestBody: { required: true, content: json(input) },
              responses: { '200': { description: 'The predictions.', content: json(output) }, ...failures },
            }),
          },
        },
      }
}

const failures = {
  '400': { description: 'The request is wrong; the message says what.' },
  '424': { description: 'The model raised.' },
}

function operation(parts: JsonObject): JsonObject {
  return { operationId: 'score', summary: 'Asks the model.', security: [{ Bearer: [] }], ...parts }
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } }
}

/** Azure ML's form of the input: `{input_data: {columns, index, data}}` for tables, an array for tensors. */
function inputData(fields: readonly SignatureField[]): JsonObject {
  const isTable = fields.every((field) => typeof field.name === 'string' && field['tensor-spec'] === undefined)
  const schema = isTable ? tableSchema(fields) : { type: 'array', items: {} }
  return { type: 'object', required: ['input_data'], properties: { input_data: schema } }
}

function tableSchema(fields: readonly SignatureField[]): JsonObject {
  const names = fields.map((field) => field.name!)
  return {
    type: 'object',
    required: ['columns', 'data'],
    properties: {
      columns: { type: 'array', items: { type: 'string', enum: names } },
      index: { type: 'array', items: { type: 'integer' } },
      data: {
        type: 'array',
        items: { type: 'array', items: {} },
        description: `One row after another: ${fields.map((field) => `${field.name} (${String(field.type)})`).join(', ')}.`,
      },
    },
    example: { columns: names, index: [0], data: [fields.map(exampleOf)] },
  }
}

function outputItem(metadata: JsonObject | undefined): JsonObject {
  const [field] = signatureFields(metadata, 'outputs')
  const type = field?.['tensor-spec']?.dtype ?? field?.type
  return typeof type === 'string' ? schemaOf(type) : {}
}

const numbers = /^(u?int\d*|float\d*|double|long|integer)$/

function schemaOf(type: string): JsonObject {
  if (/^(u?int\d*|long|integer)$/.test(type)) return { type: 'integer' }
  if (numbers.test(type)) return { type: 'number' }
  if (type === 'boolean' || type === 'bool') return { type: 'boolean' }
  return type === 'string' || type === 'str' ? { type: 'string' } : {}
}

function exampleOf({ type }: SignatureField): JsonValue {
  if (typeof type !== 'string') return null
  if (numbers.test(type)) return 0
  if (type === 'boolean') return false
  return type === 'datetime' ? '2026-01-01T00:00:00' : 'text'
}
