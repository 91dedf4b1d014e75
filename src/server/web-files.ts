import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Route } from './route.ts'

/*
 * The pages of the web application: `index.html` and, beside it, the folder `web` with files whose names hold their
 * digest (`npm run build` writes both, and a `.gz` of each file that gains by it). A digest name never changes its
 * content, so it is kept for ever; the index names the others and is asked for anew. Every address of a page is the
 * index, for who navigates there: a program that asks for a path that is not there still learns so.
 */

const headers: Readonly<Record<string, string>> = {
  // Scripts, styles and questions only to and from here; nobody frames a page, and no form leaves.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  json: 'application/json; charset=utf-8',
}

/** First words of addresses that programs ask: never answered with a page. */
const interfaces = /^\/(api|ajax-api|graphql|mlflow|health|version|metrics|v2|static-files|get-artifact)(\/|$)/

/** Routes of the web application that `npm run build` left in `folder`; without one, `/` says how to make it. */
export function webRoutes(folder: string): readonly Route[] {
  const index = readIndex(folder)
  const files = new Set(namesIn(join(folder, 'web')))
  const sendFile = (name: string, request: FastifyRequest, reply: FastifyReply): unknown => {
    // What is sent is a name of this very list, so no path can leave the folder.
    if (!files.has(name) || name.endsWith('.gz')) return reply.callNotFound()
    const isPacked = files.has(`${name}.gz`) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
    if (isPacked) void reply.header('content-encoding', 'gzip')
    return reply
      .headers({ ...headers, 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' })
      .type(types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream')
      .send(createReadStream(join(folder, 'web', isPacked ? `${name}.gz` : name)))
  }
  return [
    {
      method: 'GET',
      url: '/web/*',
      permission: 'public',
      handler: async (request, reply) => sendFile(restOf(request), request, reply),
    },
    {
      method: 'GET',
      url: '/*',
      permission: 'public',
      handler: async (request, reply) => {
        const path = `/${restOf(request)}`
        if (!isNavigation(request) || interfaces.test(path)) return reply.callNotFound()
        return reply
          .headers({ ...headers, 'cache-control': 'no-cache', vary: 'accept' })
          .type('text/html; charset=utf-8')
          .send(index)
      },
    },
  ]
}

function restOf(request: FastifyRequest): string {
  return (request.params as Readonly<Record<'*', string>>)['*']
}

/** Whether a person goes there: a browser says that it wants a page, programs do not. */
function isNavigation({ headers: { accept } }: FastifyRequest): boolean {
  return accept !== undefined && accept.includes('text/html')
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // Not built.
  }
}

function readIndex(folder: string): string {
  try {
    return readFileSync(join(folder, 'index.html'), 'utf8')
  } catch {
    return '<!doctype html><html lang="en"><title>Sluiceworks</title><p>The web pages are not built here: run <code>npm run build</code>.</p></html>'
  }
}
