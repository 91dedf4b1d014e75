import { isAscii } from 'node:buffer'
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { HttpReply, HttpRequest, Route } from './route.ts'

/** The direct route of a request, with what its path names. */
interface FoundRoute<Setting> {
  readonly setting: Setting
  readonly params: Readonly<Record<string, string>>
}

/** Longer paths are nobody's name, and go the long way. */
const longestPath = 512
/** Up to this size a body is written with its headers as one text, which takes one call instead of a list of buffers. */
const joinedBytes = 16 << 10

/**
 * Finds the direct route of a request. Undefined for everything else and for paths that are not plainly written
 * (`%41`, `//`): Fastify's router knows what those mean.
 */
export function directRoutes<Setting extends { readonly route: Route }>(
  settings: readonly Setting[],
): (request: IncomingMessage) => FoundRoute<Setting> | undefined {
  const direct = settings
    .filter(({ route }) => route.direct !== undefined && route.method === 'POST')
    .map((setting) => ({ setting, pattern: patternOf(setting.route.url) }))
  return ({ method, url = '' }) => {
    if (method !== 'POST' || url.length > longestPath) return undefined
    for (const { setting, pattern } of direct) {
      const groups = pattern.exec(url)?.groups
      if (groups !== undefined) return { setting, params: groups }
    }
    return undefined
  }
}

/** `/endpoints/:endpoint/score` as an expression with a group for each name. */
function patternOf(url: string): RegExp {
  const segments = url.split('/').map((segment) => {
    return segment.startsWith(':') ? `(?<${segment.slice(1)}>[A-Za-z0-9_.~-]+)` : segment.replace(/[^\w-]/g, '\\$&')
  })
  // The empty group: without any there would be no groups to tell a match by.
  return new RegExp(`^(?<_>)${segments.join('/')}(?:\\?|$)`)
}

/** What a handler reads of a request that came by the direct way. */
export function directRequest(raw: IncomingMessage, { setting, params }: FoundRoute<{ route: Route }>): HttpRequest {
  const { method = '', url = '', headers } = raw
  return { method, url, headers, params, raw, routeOptions: { url: setting.route.url } }
}

/** An answer whose headers are `policy` and what the handler adds; they are written together with the body. */
export function directReply(raw: ServerResponse, policy: Readonly<Record<string, string>>): HttpReply {
  let headers: Record<string, OutgoingHttpHeader> = { ...policy }
  let status = 200
  const reply: HttpReply = {
    raw,
    code(given) {
      status = given
      return reply
    },
    header(name, value) {
      if (value !== undefined) headers[name.toLowerCase()] = typeof value === 'object' ? [...value] : value
      return reply
    },
    type(contentType) {
      headers['content-type'] = contentType
      return reply
    },
    send(payload) {
      const isBody = typeof payload === 'string' || Buffer.isBuffer(payload)
      if (!isBody && payload !== undefined) headers['content-type'] ??= 'application/json; charset=utf-8'
      const body = isBody ? payload : payload === undefined ? '' : JSON.stringify(payload)
      if (status === 204) delete headers['content-type']
      else headers['content-length'] = Buffer.byteLength(body)
      try {
        raw.writeHead(status, headers)
      } catch (error) {
        // A status or a header of the handler's that HTTP does not have must not stand in the way of saying so.
        headers = { ...policy }
        throw error
      }
      if (typeof body === 'string' || body.length > joinedBytes || !isAscii(body)) raw.end(body)
      else raw.end(body.toString('latin1'), 'latin1')
      return reply
    },
  }
  return reply
}
