import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import type { FastifyReply } from 'fastify'
import { SluiceError } from '../../../base/errors.ts'
import type { Route } from '../../../server/route.ts'
import type { PageBundle } from './page-bundle.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.mjs': 'text/javascript; charset=utf-8',
}

/** MLflow's pages style themselves in place and make workers of blobs; nothing comes from another site. */
const policy =
  "default-src 'self'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob: data:; worker-src 'self' blob:; " +
  "connect-src 'self' blob: data:; frame-src 'self' blob:; frame-ancestors 'self'; object-src 'none'; base-uri 'self'"

const prefix = '/mlflow'

/** What the pages ask for by addresses relative to their own. */
const asked = /^\/(ajax-api\/|graphql$|get-artifact$|model-versions\/get-artifact$|version$|health$)/

/**
 * MLflow's own web pages at `/mlflow/`, which find their calls below the same prefix: `routes` are served there once
 * more.
 */
export function pageRoutes(bundle: PageBundle, routes: readonly Route[]): readonly Route[] {
  const send = (reply: FastifyReply, path: string): FastifyReply => {
    const file = bundle.get(path)
    if (file === undefined) throw new SluiceError('not-found', `MLflow's pages have no file ${JSON.stringify(path)}.`)
    const isHashed = path.startsWith('static/')
    return reply
      .headers({
        'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
      .send(createReadStream(file))
  }
  return [
    {
      method: 'GET',
      url: prefix,
      permission: 'public',
      handler: async (_request, reply) => reply.redirect(`${prefix}/`, 302),
    },
    { method: 'GET', url: `${prefix}/`, permission: 'public', handler: async (_, reply) => send(reply, 'index.html') },
    {
      method: 'GET',
      url: `${prefix}/static-files/*`,
      permission: 'public',
      handler: async (request, reply) => send(reply, (request.params as Readonly<Record<'*', string>>)['*']),
    },
    ...routes.filter(({ url }) => asked.test(url)).map((route) => ({ ...route, url: `${prefix}${route.url}` })),
  ]
}
