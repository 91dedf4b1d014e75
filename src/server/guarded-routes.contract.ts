import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHttpServer } from './http-server.ts'
import { send } from './http-request.test-support.ts'
import type { Route } from './route.ts'

const foreign: readonly (readonly [what: string, host: string | null | undefined, headers: Record<string, string>])[] =
  [
    ['a foreign Host', 'evil.com', {}],
    ['a foreign Host with a port', 'evil.com:7584', {}],
    ['no Host', null, {}],
    ['the Origin null', undefined, { origin: 'null' }],
    ['a foreign Origin', undefined, { origin: 'http://evil.com' }],
    ['the Origin of another port of this machine', undefined, { origin: 'http://localhost:1' }],
  ]

/** Every row of a route table, with every method, refuses foreign Hosts and Origins (hardening 12); names what it tried. */
export function guardedRoutesContract(name: string, routesOf: () => readonly Route[]): void {
  for (const [what, host, headers] of foreign) {
    test(`${name}: every route and method refuses ${what}`, async () => {
      let handled = 0
      const routes = routesOf().map((route) => ({ ...route, handler: () => Promise.resolve(String(++handled)) }))
      const server = await startHttpServer({ routes, port: 0 })
      try {
        const paths = new Set([...routes.map(({ url }) => url), '/', '/no/such/route', '/api/v1/no/such', '/%zz'])
        for (const pattern of paths) {
          const path = pattern.replaceAll(/:[a-zA-Z_]+/g, 'x').replace('*', 'x/y')
          for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
            const answer = await send(`${server.url}${path}`, {
              method,
              headers: { ...headers, accept: 'text/event-stream' },
              ...(host !== undefined && { host }),
            })
            assert.equal(answer.status, 403, `${method} ${path}`)
            assert.equal(answer.headers['access-control-allow-origin'], undefined)
          }
        }
        assert.equal(handled, 0)
      } finally {
        await server.close()
      }
    })
  }
}
