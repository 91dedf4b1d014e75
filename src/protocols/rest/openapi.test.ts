import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { fakeParts } from '../../../test/fake-server.test-support.ts'
import { openapiDocument } from './openapi.ts'
import { restRoutes } from './rest-routes.ts'

const handler = () => Promise.resolve({})

test('a route becomes an operation: parameters, body, success status and error', () => {
  const Thing = Type.Object({ name: Type.String() }, { $id: 'Thing' })
  const document = openapiDocument(
    [
      {
        method: 'POST',
        url: '/api/v1/things/:name/copy',
        permission: 'write',
        summary: 'Copy a thing.',
        query: Type.Object({ deep: Type.Optional(Type.Boolean()), to: Type.String() }),
        body: Thing,
        response: Type.Array(Thing),
        successStatus: 201,
        handler,
      },
      { method: 'GET', url: '/foreign', permission: 'read', handler },
    ],
    '1.2.3',
  )
  const paths = document['paths'] as Record<string, Record<string, unknown>>
  assert.deepEqual(Object.keys(paths), ['/api/v1/things/{name}/copy'])
  assert.deepEqual(paths['/api/v1/things/{name}/copy']!['post'], {
    operationId: 'postThingsNameCopy',
    summary: 'Copy a thing.',
    tags: ['things'],
    parameters: [
      { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'deep', in: 'query', required: false, schema: { type: 'boolean' } },
      { name: 'to', in: 'query', required: true, schema: { type: 'string' } },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
    },
    responses: {
      '201': {
        description: 'Success',
        content: { 'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Thing' } } } },
      },
      default: {
        description: 'Error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  })
  const { schemas } = document['components'] as { schemas: Record<string, unknown> }
  assert.deepEqual(Object.keys(schemas), ['Error', 'Thing'])
  assert.deepEqual(schemas['Thing'], {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' } },
  })
})

test('a schema that holds itself refers to itself as a component', () => {
  const Tree = Type.Recursive((tree) => Type.Object({ of: Type.Array(tree) }), { $id: 'Tree' })
  const url = '/api/v1/trees'
  const document = openapiDocument(
    [{ method: 'GET', url, permission: 'read', summary: 'Show.', response: Tree, handler }],
    '1',
  )
  const { schemas } = document['components'] as { schemas: Record<string, unknown> }
  assert.deepEqual(schemas['Tree'], {
    type: 'object',
    required: ['of'],
    properties: { of: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
  })
})

test('our own document has every route of ours, no operation twice, and resolves every reference', () => {
  const routes = restRoutes(fakeParts())
  const document = openapiDocument(routes, '0')
  const text = JSON.stringify(document)
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(ids.length, routes.filter(({ summary }) => summary !== undefined).length)
  const { schemas } = document['components'] as { schemas: Record<string, unknown> }
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) assert.ok(name! in schemas, name)
  assert.equal(text.includes('$id'), false)
})
