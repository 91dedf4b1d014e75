import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { secretBox } from '../../access/secret-box.ts'
import { databaseTest, openSqlite } from '../../../test/database.test-support.ts'
import { openContentLab } from '../../artifacts/content-lab.test-support.ts'
import { databaseArtifactStore } from '../../artifacts/database-artifact-store.ts'
import { artifactUploads, type ArtifactUploads } from '../../artifacts/artifact-uploads.ts'
import { allowAllChanges } from '../../registry/change-policy.ts'
import { modelRegistry } from '../../registry/model-registry.ts'
import { trackedOrigins } from '../../registry/tracked-origins.ts'
import { webhookStore } from '../../registry/webhooks/webhook-store.ts'
import { startHttpServer } from '../../server/http-server.ts'
import type { Route } from '../../server/route.ts'
import { trackingLab } from '../../tracking/tracking.test-support.ts'
import { servedEndpoints, unservedEndpoints, type Endpoint } from './endpoint-list.ts'
import { callEveryEndpoint, type EndpointCaller } from './every-endpoint.test-support.ts'
import { mlflowRegistryRoutes } from './registry-routes.ts'
import { mlflowRoutes } from './routes.ts'
import { graphqlRoutes } from './web-ui/graphql-routes.ts'
import { webhookRoutes } from './webhooks/webhook-routes.ts'

/** The whole protocol over a store of its own; only where a webhook is sent to is not real. */
function protocolOver(
  database: Awaited<ReturnType<typeof openSqlite>>,
  t: TestContext,
): { readonly routes: readonly Route[]; readonly uploads: ArtifactUploads } {
  const tracking = trackingLab(database)
  const { clock } = tracking
  const content = openContentLab(database, t).store
  const artifacts = databaseArtifactStore({ database, content, clock })
  const uploads = artifactUploads({ database, content, artifacts, clock, random: randomBytes })
  const origins = trackedOrigins(tracking)
  const registry = modelRegistry({ database, clock, policy: allowAllChanges, origins, artifacts })
  const webhooks = webhookStore({
    database,
    clock,
    random: randomBytes,
    box: secretBox({ id: 'k', bytes: randomBytes(32) }, randomBytes),
    allowedHosts: ['127.0.0.1'],
  })
  const deliverer = { test: async () => ({ status: 202, body: 'taken' }) }
  const calls = [...mlflowRoutes({ tracking, artifacts, uploads }), ...mlflowRegistryRoutes({ registry, artifacts })]
  return { routes: [...calls, ...graphqlRoutes(calls), ...webhookRoutes({ webhooks, deliverer })], uploads }
}

const nameOf = ({ method, path }: Pick<Endpoint, 'method' | 'path'>): string => `${method} ${path}`

test('the list of endpoints is the route table: below /api and below /ajax-api', async (t) => {
  const { routes } = protocolOver(await openSqlite(t), t)
  // What is the same with a slash too many is no endpoint of its own.
  const inTable = routes
    .filter(({ url }) => !url.startsWith('//'))
    .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}')}`)
  const twins = servedEndpoints
    .filter(({ path }) => path.startsWith('/api/'))
    .map(({ method, path }) => nameOf({ method, path: path.replace('/api/', '/ajax-api/') }))
  assert.deepEqual([...servedEndpoints.map(nameOf), ...twins].sort(), [...inTable].sort())
})

databaseTest('every endpoint of the list answers, below /api and below /ajax-api', async (database, t) => {
  const { routes, uploads } = protocolOver(database, t)
  const server = await startHttpServer({ routes, port: 0 })
  t.after(() => server.close())
  const called = new Set<string>()
  // The route that takes parts is our own interface's.
  const putPart = async (url: string, bytes: string) => {
    const [, uploadId, number] = /\/api\/v1\/uploads\/(\w+)\/parts\/(\d+)$/.exec(url)!
    return `"${(await uploads.put(uploadId!, Number(number), Readable.from([Buffer.from(bytes)]))).digest}"`
  }
  for (const prefix of ['/api', '/ajax-api'] as const) {
    const caller = endpointCaller(server.url, prefix, called)
    await callEveryEndpoint(caller, { suffix: prefix.slice(1), putPart })
  }
  const twinOf = (path: string) => path.replace(/^\/api\//, '/ajax-api/')
  const wanted = servedEndpoints.flatMap((one) => [nameOf(one), nameOf({ ...one, path: twinOf(one.path) })])
  assert.deepEqual([...called].sort(), [...new Set(wanted)].sort())
})

test('what is not served is answered 404 without JSON, so that clients take the server for an older one', async (t) => {
  const { routes } = protocolOver(await openSqlite(t), t)
  const server = await startHttpServer({ routes, port: 0 })
  t.after(() => server.close())
  for (const { path } of unservedEndpoints) {
    const url = `${server.url}${path.replace('*', 'list').replace('{trace_id}', 'tr-1')}`
    for (const method of ['GET', 'POST', 'PUT']) {
      const response = await fetch(url, {
        method,
        ...(method !== 'GET' && { body: '{}', headers: { 'content-type': 'application/json' } }),
      })
      assert.deepEqual([method, path, response.status, await response.text()], [method, path, 404, 'Not found'])
    }
  }
})

/** Calls by the list's own words: `{fields}` of the path are taken out of the message, GET has it in the query. */
function endpointCaller(url: string, prefix: '/api' | '/ajax-api', called: Set<string>): EndpointCaller {
  return async (method, listed, { raw, ...message } = {}) => {
    const { body, headers = {} } = raw ?? {}
    const template = listed.replace(/^\/api\//, `${prefix}/`)
    const fields: Record<string, unknown> = { ...message }
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = fields[name]
      assert.ok(typeof value === 'string', `${listed} needs ${name}`)
      delete fields[name]
      return value.split('/').map(encodeURIComponent).join('/')
    })
    const isQuery = method === 'GET' || body !== undefined
    const pairs = Object.entries(fields).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]),
    )
    const query = isQuery && pairs.length > 0 ? `?${new URLSearchParams(pairs)}` : ''
    const response = await fetch(`${url}${path}${query}`, {
      method,
      headers: { ...(!isQuery && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body }),
      ...(!isQuery && { body: JSON.stringify(fields) }),
    })
    const text = await response.text()
    assert.equal(response.status, 200, `${method} ${template}: ${text}`)
    called.add(`${method} ${template}`)
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
    return (isJson ? JSON.parse(text) : text) as never
  }
}
