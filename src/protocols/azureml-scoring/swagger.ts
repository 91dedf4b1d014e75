import type { JsonObject } from '../../base/json.ts'
import { signatureFields } from '../../serving/model-signature.ts'
import { bodiesOf, predictionsOf, type DescribedBody } from './signature-schema.ts'

/** What a description is made from. */
export interface DescribedEndpoint {
  readonly name: string
  /** The content of the model's file `MLmodel`; absent for scoring scripts. */
  readonly metadata?: JsonObject
  /** What its paths are below; by default the endpoint's on this server. */
  readonly basePath?: string
}

/**
 * The description of an endpoint, as Swagger 2.0 or OpenAPI 3.0: one path for each protocol that its model speaks, typed
 * by the model's signature, with an example that the model accepts.
 */
export function describeEndpoint(
  { name, metadata, basePath = `/endpoints/${name}` }: DescribedEndpoint,
  version: '2' | '3',
): JsonObject {
  const info = { title: name, version: '1.0', description: `The online endpoint ${name}.` }
  // The server of a package takes no tensors.
  const isPackage = basePath === '/'
  const bodies = bodiesOf(name, metadata).filter(({ id }) => !isPackage || id !== 'infer')
  const output = predictionsOf(signatureFields(metadata, 'outputs'))
  const paths = Object.fromEntries(
    bodies.map((body) => [body.path, { post: operation(body, { output: body.answer(output), version }) }]),
  )
  return version === '2'
    ? {
        swagger: '2.0',
        info,
        basePath,
        schemes: ['http', 'https'],
        consumes: ['application/json'],
        produces: ['application/json'],
        securityDefinitions: { Bearer: { type: 'apiKey', name: 'Authorization', in: 'header' } },
        paths,
      }
    : {
        openapi: '3.0.3',
        info,
        servers: [{ url: basePath }],
        components: { securitySchemes: { Bearer: { type: 'http', scheme: 'bearer' } } },
        paths,
      }
}

const failures = {
  '400': { description: 'The request is wrong; the message says what.' },
  '424': { description: 'The model raised.' },
}

function operation(
  { id, summary, schema }: DescribedBody,
  { output, version }: { readonly output: JsonObject; readonly version: '2' | '3' },
): JsonObject {
  const start = { operationId: id, summary, security: [{ Bearer: [] }] }
  const answered = { description: 'The predictions.' }
  return version === '2'
    ? {
        ...start,
        parameters: [{ name: 'body', in: 'body', required: true, schema }],
        responses: { '200': { ...answered, schema: output }, ...failures },
      }
    : {
        ...start,
        requestBody: { required: true, content: json(schema) },
        responses: { '200': { ...answered, content: json(output) }, ...failures },
      }
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } }
}
