import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError } from '../../base/errors.ts'
import { invocationsErrors, scoreErrors } from './errors.ts'
import { bearerKey, scriptHeaders } from '../../server/request-client.ts'
import { describeEndpoint } from './swagger.ts'
import { mediaType, queryBody, requestIds } from './translate.ts'

test('ids are echoed, made where there is none, and refused when too long', () => {
  const ids = (headers: Record<string, string>) => requestIds(headers, () => 'new')
  assert.deepEqual(ids({}), { requestId: 'new', msRequestId: 'new' })
  assert.deepEqual(ids({ 'x-request-id': 'r' }), { requestId: 'r', msRequestId: 'r' })
  const client = { requestId: 'new', msRequestId: 'c', clientRequestId: 'c' }
  assert.deepEqual(ids({ 'x-ms-client-request-id': 'c' }), client)
  assert.deepEqual(ids({ 'x-ms-request-id': 'c' }), client, 'the older name means the same')
  assert.deepEqual(ids({ 'x-ms-request-id': 'old', 'x-ms-client-request-id': 'c' }), { ...client, msRequestId: 'old' })
  assert.deepEqual(ids({ 'x-ms-client-request-id': 'x'.repeat(100) }), {
    requestId: 'new',
    msRequestId: 'x'.repeat(100),
    clientRequestId: 'x'.repeat(100),
  })
  const own = 'x-request-id must not exceed 100 characters'
  assert.deepEqual(ids({ 'x-request-id': 'x'.repeat(101) }), { tooLong: own })
  const tooLong = 'x-ms-request-id and x-ms-client-request-id must not exceed 100 characters'
  for (const name of ['x-ms-request-id', 'x-ms-client-request-id']) {
    assert.deepEqual(ids({ [name]: 'x'.repeat(101) }), { tooLong, requestId: 'new' })
    assert.deepEqual(ids({ [name]: 'x'.repeat(101), 'x-request-id': 'r' }), { tooLong, requestId: 'r' })
  }
})

test('a key is what follows Bearer', () => {
  assert.equal(bearerKey({ authorization: 'Bearer abc-1' }), 'abc-1')
  assert.equal(bearerKey({ authorization: 'bearer  abc' }), 'abc')
  for (const authorization of ['abc', 'Basic abc', 'Bearer', 'Bearer a b'])
    assert.equal(bearerKey({ authorization }), undefined)
  assert.equal(bearerKey({}), undefined)
})

test('a media type loses its parameters, and another charset than UTF-8 is told', () => {
  assert.equal(mediaType('Application/JSON; charset="UTF-8"'), 'application/json')
  assert.equal(mediaType('text/csv;header=present'), 'text/csv')
  assert.equal(mediaType(undefined), '')
  assert.equal(mediaType('text/csv; charset=latin-1'), undefined)
})

test('a GET is the JSON object that its parameters stand for', () => {
  const of = (query: string) => JSON.parse(queryBody(`/endpoints/e/score${query}`)) as unknown
  assert.deepEqual(of('?a=1&b=[1,2]&c=a&d=null'), { a: 1, b: [1, 2], c: 'a', d: null })
  assert.deepEqual(of('?foo=bar1&foo=2&x=%22y%22'), { foo: ['bar1', 2], x: 'y' })
  assert.deepEqual(of(''), {})
  assert.equal(queryBody('/s?__proto__=1'), '{"__proto__":1}')
  assert.equal(queryBody('/s?a=1.0&b=90071992547409931&c=NaN&d=01'), '{"a":1.0,"b":90071992547409931,"c":NaN,"d":"01"}')
})

test('scripts see headers in the spelling Azure ML gives them, and no credentials', () => {
  assert.deepEqual(
    scriptHeaders({
      'x-ms-request-id': 'r',
      'content-type': 'application/json',
      'x-many': ['1', '2'],
      authorization: 'Bearer k',
      cookie: 'c',
      via: undefined,
    }),
    { 'X-Ms-Request-Id': 'r', 'Content-Type': 'application/json', 'X-Many': '1,2' },
  )
})

test('errors are written in the words of the protocol that asked', () => {
  const failed = new SluiceError('model-failed', 'The model raised ValueError: x', { hint: 'look' })
  assert.deepEqual(scoreErrors(failed), {
    status: 424,
    body: {
      message: 'The model raised ValueError: x',
      error: { code: 'model-failed', message: 'The model raised ValueError: x', hint: 'look' },
    },
  })
  const mlflow = (error: unknown) => invocationsErrors(error)
  assert.deepEqual(mlflow(failed), { status: 424, body: { error_code: 'BAD_REQUEST', message: failed.message } })
  const full = new SluiceError('too-many-requests', 'full')
  assert.deepEqual(mlflow(full), { status: 429, body: { error_code: 'REQUEST_LIMIT_EXCEEDED', message: 'full' } })
  assert.deepEqual(mlflow(new TypeError('bug')), {
    status: 500,
    body: { error_code: 'INTERNAL_ERROR', message: 'bug' },
  })
})

const metadata = {
  signature: {
    inputs:
      '[{"type": "double", "name": "bmi", "required": true}, {"type": "string", "name": "site", "required": true}]',
    outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]',
  },
}

test("an endpoint is described by its model's signature, in both versions of Swagger", () => {
  const two = describeEndpoint({ name: 'diabetes', metadata }, '2')
  const three = describeEndpoint({ name: 'diabetes', metadata }, '3')
  const table = {
    type: 'object',
    required: ['columns', 'data'],
    properties: {
      columns: { type: 'array', items: { type: 'string', enum: ['bmi', 'site'] } },
      index: { type: 'array', items: { type: 'integer' } },
      data: {
        type: 'array',
        items: { type: 'array', items: {} },
        description: 'One row after another: bmi (double), site (string).',
      },
    },
    example: { columns: ['bmi', 'site'], index: [0], data: [[0, 'text']] },
  }
  const input = { type: 'object', required: ['input_data'], properties: { input_data: table } }
  const output = { type: 'array', items: { type: 'number' } }
  assert.partialDeepStrictEqual(two, {
    swagger: '2.0',
    basePath: '/endpoints/diabetes',
    paths: {
      '/score': {
        post: { parameters: [{ in: 'body', schema: input }], responses: { '200': { schema: output } } },
      },
    },
  })
  assert.partialDeepStrictEqual(three, {
    openapi: '3.0.3',
    servers: [{ url: '/endpoints/diabetes' }],
    paths: {
      '/score': {
        post: {
          requestBody: { content: { 'application/json': { schema: input } } },
          responses: { '200': { content: { 'application/json': { schema: output } } } },
        },
      },
    },
  })
})

test('tensors, scripts and unreadable signatures are described by what is known of them', () => {
  const inputOf = (signature: object | undefined) => {
    const described = describeEndpoint({ name: 'e', ...(signature && { metadata: { signature } as never }) }, '3')
    return JSON.stringify(described['paths'])
  }
  assert.ok(
    inputOf({ inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "uint8", "shape": [-1, 28]}}]' }).includes(
      '"input_data":{"type":"array","items":{"type":"array","items":{"type":"integer"},"minItems":28,"maxItems":28},"example":[[0,',
    ),
  )
  for (const unknown of [undefined, {}, { inputs: '{' }, { inputs: '{}' }])
    assert.ok(inputOf(unknown).includes('"application/json":{"schema":{}}'), JSON.stringify(unknown))
})

/** Request and answer schema of a path in OpenAPI 3. */
function described(signature: object, path: string) {
  const { paths } = describeEndpoint({ name: 'e', metadata: { signature } as never }, '3') as never as {
    paths: Record<string, { post: { requestBody: { content: object }; responses: { 200: { content: object } } } }>
  }
  const schemaOf = (content: object) =>
    (content as { 'application/json': { schema: object } })['application/json'].schema
  const { requestBody, responses } = paths[path]!.post
  return { request: schemaOf(requestBody.content), answer: schemaOf(responses['200'].content) }
}

test('every protocol of a model is described, each with an example that it accepts', () => {
  const columns = {
    inputs:
      '[{"type":"double","name":"a"},{"type":"datetime","name":"at","required":false},{"type":"binary","name":"x"},{"type":"array","name":"list"}]',
    outputs: '[{"type":"string","name":"label"},{"type":"boolean","name":"sure"}]',
    params: '[{"name":"alpha","type":"double","default":0.5,"shape":null}]',
  }
  const { request, answer } = described(columns, '/invocations')
  assert.partialDeepStrictEqual(request, {
    required: ['dataframe_split'],
    properties: {
      dataframe_split: {
        example: { columns: ['a', 'at', 'x', 'list'], data: [[0, '2026-01-01T00:00:00', 'aGVsbG8=', null]] },
      },
      params: { properties: { alpha: { type: 'number' } } },
    },
  })
  const items = { type: 'object', properties: { label: { type: 'string' }, sure: { type: 'boolean' } } }
  assert.deepEqual(answer, { type: 'object', properties: { predictions: { type: 'array', items } } })
  assert.deepEqual((described(columns, '/v2/models/e/infer').request as { example: object }).example, {
    inputs: [
      { name: 'a', datatype: 'FP64', shape: [1], data: [0] },
      { name: 'at', datatype: 'BYTES', shape: [1], data: ['2026-01-01T00:00:00'] },
      { name: 'x', datatype: 'BYTES', shape: [1], data: ['aGVsbG8='] },
      { name: 'list', datatype: 'BYTES', shape: [1], data: ['null'] },
    ],
  })
})

test('tensors are described by name and shape, great ones by one row', () => {
  const tensors = {
    inputs:
      '[{"type":"tensor","name":"x","tensor-spec":{"dtype":"float32","shape":[-1,2]}},{"type":"tensor","name":"image","tensor-spec":{"dtype":"uint8","shape":[-1,224]}}]',
  }
  const { request } = described(tensors, '/invocations')
  assert.partialDeepStrictEqual(request, { properties: { inputs: { example: { x: [[0, 0]], image: [[0]] } } } })
  const single = { inputs: '[{"type":"tensor","tensor-spec":{"dtype":"bool","shape":[-1]}}]' }
  assert.partialDeepStrictEqual(described(single, '/score').request, {
    properties: { input_data: { type: 'array', items: { type: 'boolean' }, example: [false] } },
  })
  assert.deepEqual((described(single, '/v2/models/e/infer').request as { example: object }).example, {
    inputs: [{ name: 'input-0', datatype: 'BOOL', shape: [1], data: [false] }],
  })
})
