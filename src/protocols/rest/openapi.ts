import type { TSchema } from '@sinclair/typebox'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Route } from '../../server/route.ts'
import { ErrorMessage } from './messages.ts'

/** The OpenAPI 3.1 document of every route that has a summary, from the very schemas that requests are checked with. */
export function openapiDocument(routes: readonly Route[], version: string): JsonObject {
  const components: Record<string, JsonValue> = {}
  const schemaOf = (schema: TSchema): JsonValue =>
    withReferences(JSON.parse(JSON.stringify(schema)) as JsonValue, components)
  const paths: Record<string, Record<string, JsonValue>> = {}
  for (const route of routes) {
    if (route.summary === undefined) continue
    const path = route.url.replaceAll(/:([a-z_]+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemaOf) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sluiceworks', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: sorted(components) },
  }
}

function operationOf(route: Route, schemaOf: (schema: TSchema) => JsonValue): JsonObject {
  const parameters = [...pathParameters(route.url), ...queryParameters(route.query, schemaOf)]
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.url.split('/')[3] ?? 'server'],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } },
    }),
    responses: {
      [String(route.successStatus ?? 200)]: {
        description: 'Success',
        ...(route.response !== undefined && { content: { 'application/json': { schema: schemaOf(route.response) } } }),
      },
      default: {
        description: 'Error',
        content: { 'application/json': { schema: schemaOf(ErrorMessage) } },
      },
    },
  }
}

/** `GET /api/v1/jobs/:name/log` is `getJobsNameLog`: stable as long as the path is. */
function operationId({ method, url }: Route): string {
  const words = url.replace('/api/v1', '').split(/[^A-Za-z0-9]+/)
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function pathParameters(url: string): JsonObject[] {
  return [...url.matchAll(/:([a-z_]+)/g)].map(([, name]) => ({
    name: name!,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: TSchema | undefined, schemaOf: (schema: TSchema) => JsonValue): JsonObject[] {
  if (query === undefined) return []
  const required = (query['required'] ?? []) as readonly string[]
  return Object.entries(query['properties'] as Readonly<Record<string, TSchema>>).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: schemaOf(schema),
  }))
}

/** Schemas with an `$id` are written once, as components. */
function withReferences(schema: JsonValue, components: Record<string, JsonValue>): JsonValue {
  if (Array.isArray(schema)) return schema.map((item: JsonValue) => withReferences(item, components))
  if (!isJsonObject(schema)) return schema
  const { $id: id, $ref: reference, ...rest } = schema
  // A schema that holds itself names its own `$id`.
  if (typeof reference === 'string') return { $ref: `#/components/schemas/${reference}` }
  const members = Object.entries(rest).map(([key, member]) => [key, withReferences(member!, components)])
  const plain = Object.fromEntries(members) as JsonObject
  if (typeof id !== 'string') return plain
  components[id] = plain
  return { $ref: `#/components/schemas/${id}` }
}

function sorted(record: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)))
}
