import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest, RawServerDefault } from 'fastify'
import { SluiceError, errorBody, errorStatus, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { silentLog } from '../base/log.ts'
import { crossOriginHeaders, type OriginsOf } from './cross-origin.ts'
import { directReply, directRequest, directRoutes } from './direct-routes.ts'
import { closeEventStreams } from './event-stream.ts'
import { parseJson } from './parse-json.ts'
import { decompressed } from './content-encoding.ts'
import { readBody } from './read-body.ts'
import { guardRequest } from './request-guard.ts'
import type { RequestTraces } from './request-traces.ts'
import type { ErrorTranslator, HttpReply, HttpRequest, Permission, Route } from './route.ts'
import { checkPart, coerceQuery } from './validate-request.ts'

/*
 * The story of a request: the guard (Host, Origin) sees it before the router does; the router finds its row of the
 * route table or answers 404; then, in this order, the permission, the body (by its kind, within its limits), the
 * schemas, the handler. Whatever is thrown on the way is written by the route's own translator. Rows with a `direct`
 * handler take the same steps without Fastify, unless the server is closing or logs every request.
 */

export interface HttpServerOptions {
  readonly routes: readonly Route[]
  /** Default 127.0.0.1; beyond loopback only with `isAllowed`. */
  readonly host?: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Names besides this machine's own that the server may be called by, e.g. behind a proxy. */
  readonly allowedHosts?: readonly string[]
  /** Whose pages may ask an endpoint, besides this server's own; absent: nobody's. */
  readonly originsOf?: OriginsOf
  /** Finds out who calls, before anything else is looked at; what it throws refuses the request. */
  readonly identify?: (request: HttpRequest) => Promise<void>
  /** Continues the traces of requests to models. */
  readonly traces?: RequestTraces
  /** Authentication and authorisation; absent: everybody who reaches the server may do everything. */
  readonly isAllowed?: (request: HttpRequest, permission: Permission) => boolean | Promise<boolean>
  readonly log?: Log
  readonly limits?: Partial<HttpLimits>
}

/** What a client may take; milliseconds. */
interface HttpLimits {
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  readonly keepAliveMs: number
  /** How long `close` waits for requests under way. */
  readonly closeDeadlineMs: number
}

export interface HttpServer {
  /** e.g. `http://127.0.0.1:7584`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Stops listening, ends event streams, lets requests under way finish (up to the deadline), drops the rest. */
  close(): Promise<void>
}

const defaultLimits: HttpLimits = {
  headersTimeoutMs: 20_000,
  bodyTimeoutMs: 60_000,
  keepAliveMs: 75_000,
  closeDeadlineMs: 5_000,
}
const defaultMaxBodyBytes = 10 * 1024 * 1024
/** A body that nobody wants is read to its end for this long, so that the client gets to read the answer. */
const drainMs = 5_000

/** Serves the route table over HTTP; rejects with `conflict` when the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', routes, log = silentLog } = options
  if (!isLoopback(host) && options.isAllowed === undefined)
    throw new SluiceError('invalid-setting', `The server would listen on ${host} without authentication.`, {
      hint: 'Listen on 127.0.0.1, or turn authentication on.',
    })
  const limits = { ...defaultLimits, ...options.limits }
  const settings = routes.map((route) => ({ route, options, limits, log }))
  const door = { isDirect: log.level !== 'debug' }
  const answerDirectly = directly(settings)
  const app = fastify({
    serverFactory: (handler) =>
      guardedServer(
        (request, response) => {
          if (door.isDirect && answerDirectly(request, response)) return
          for (const [name, value] of policyEntries) response.setHeader(name, value)
          handler(request, response)
        },
        { options, limits },
      ),
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (error, request, reply) =>
      sendError({ request, reply }, { thrown: error, log, translate: ourErrors }),
    logger: false,
  })
  // `serve` reads bodies itself, by the kind of the route; the framework need not look for a parser.
  for (const method of app.supportedMethods) app.addHttpMethod(method, { hasBody: false, overrideExisting: true })
  app.setNotFoundHandler(notFound)
  for (const setting of settings) addRoute(app, setting)
  if (log.level === 'debug')
    app.addHook('onResponse', (request, reply, done) => (logRequest(log, request, reply), done()))
  await listen(app, { host, port: options.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close: () => {
      // Fastify tells a client whose connection stays open that the server is going.
      door.isDirect = false
      return closeServer(app, limits)
    },
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** What every answer tells a browser, unless its route says otherwise. */
const policy: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'self'",
}
const policyEntries = Object.entries(policy)

/** Every request passes here, whatever its route or method, and also when there is no route. */
function guardedServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  { options, limits }: { readonly options: HttpServerOptions; readonly limits: HttpLimits },
): RawServerDefault {
  const { allowedHosts = [], originsOf = () => [] } = options
  const server = createServer(
    {
      // The guard answers a missing Host with our own error.
      requireHostHeader: false,
      headersTimeout: limits.headersTimeoutMs,
      // No limit on the whole request: an upload of an hour is legitimate; `readBody` has its own for the others.
      requestTimeout: 0,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(limits.headersTimeoutMs, 5_000),
      maxHeaderSize: 64 * 1024,
    },
    (request, response) => {
      const { url, rawHeaders, headers } = request
      const admitted = crossOriginHeaders(request, originsOf)
      for (const [name, value] of Object.entries(admitted ?? {})) response.setHeader(name, value)
      const refusal = guardRequest(
        admitted === undefined ? request : { url, rawHeaders, headers: { host: headers.host } },
        allowedHosts,
      )
      if (refusal === undefined && admitted !== undefined && isPreflight(request))
        return void response.writeHead(200, policy).end()
      // Said, and empty: a client that names no type. The router would take it for one that cannot be.
      if (request.headers['content-type'] === '') delete request.headers['content-type']
      if (refusal === undefined) return handler(request, response)
      request.resume()
      const type = 'application/json; charset=utf-8'
      response.writeHead(refusal.status, { ...policy, 'content-type': type, connection: 'close' })
      response.end(request.method === 'HEAD' ? undefined : JSON.stringify(errorBody(refusal)))
    },
  )
  return server
}

/** A browser asks whether the page may ask. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}

interface RouteSetting {
  readonly route: Route
  readonly options: HttpServerOptions
  readonly limits: HttpLimits
  readonly log: Log
}

function addRoute(app: FastifyInstance, setting: RouteSetting): void {
  const { route, log } = setting
  const translate = route.errors ?? ourErrors
  app.route({
    method: route.method,
    url: route.url,
    exposeHeadRoute: route.method === 'GET',
    handler: (request, reply) => serve(setting, request, reply),
    errorHandler: (thrown, request, reply) => sendError({ request, reply }, { thrown, log, translate }),
  })
}

/** Answers requests to routes with a `direct` handler; false, and nothing done, for all others. */
function directly(settings: readonly RouteSetting[]): (raw: IncomingMessage, response: ServerResponse) => boolean {
  const find = directRoutes(settings)
  return (raw, response) => {
    const found = find(raw)
    if (found === undefined) return false
    const { route, log } = found.setting
    const request = directRequest(raw, found)
    const reply = directReply(response, policy)
    const answered = admit(found.setting, request, reply).then(() => route.direct!(request, reply))
    answered.catch((thrown: unknown) =>
      sendError({ request, reply }, { thrown, log, translate: route.errors ?? ourErrors }),
    )
    return true
  }
}

/** Lets a request pass, its body read, or throws why not. */
async function admit(setting: RouteSetting, request: HttpRequest, reply: HttpReply): Promise<void> {
  const { route, options, limits } = setting
  const { identify, isAllowed } = options
  await identify?.(request)
  if (route.permission === 'score' && options.traces?.begin(request) !== undefined)
    reply.header('traceparent', request.headers['traceparent'])
  if (isAllowed !== undefined && !(await isAllowed(request, route.permission)))
    throw new SluiceError('permission-denied', `This needs the permission "${route.permission}".`)
  if (request.method !== 'GET' && request.method !== 'HEAD') request.body = await bodyOf(route, request, limits)
}

async function serve(setting: RouteSetting, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { route } = setting
  await admit(setting, request, reply)
  if (route.query !== undefined) {
    request.query = coerceQuery(route.query, request.query)
    await checkPart('query', route.query, request.query)
  }
  if (route.body !== undefined) {
    request.body ??= {}
    await checkPart('body', route.body, request.body)
  }
  if (route.successStatus !== undefined) reply.code(route.successStatus)
  return route.handler(request, reply)
}

async function bodyOf(route: Route, request: HttpRequest, limits: HttpLimits): Promise<unknown> {
  const { bodyKind = 'json', maxBodyBytes = defaultMaxBodyBytes, isDecompressed = false } = route
  if (bodyKind === 'stream') return undefined
  const contentType = request.headers['content-type']
  const isJson = /^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i.test(contentType ?? '')
  // A form of another site can send only text/plain, a form's types, or none; asking for JSON keeps them all out.
  if (bodyKind === 'json' && contentType !== undefined && !isJson)
    throw new SluiceError(
      'unsupported-media-type',
      `The content type ${JSON.stringify(contentType)} is not accepted.`,
      {
        hint: 'Send JSON with the header "Content-Type: application/json".',
      },
    )
  const encoding = request.headers['content-encoding'] ?? ''
  if (!isDecompressed && !/^(identity)?$/i.test(encoding))
    throw new SluiceError(
      'unsupported-media-type',
      `The content encoding ${JSON.stringify(encoding)} is not accepted; send the body as it is.`,
    )
  const sent = await readBody(request.raw, { maxBytes: maxBodyBytes, timeoutMs: limits.bodyTimeoutMs })
  const bytes = encoding === '' ? sent : await decompressed(sent, { encoding, maxBytes: maxBodyBytes })
  if (bodyKind === 'raw') return bytes
  if (bytes.length === 0) return undefined
  if (!isJson)
    throw new SluiceError('unsupported-media-type', 'The request has a body but no content type.', {
      hint: 'Send JSON with the header "Content-Type: application/json".',
    })
  return parseJson(bytes)
}

const ourErrors: ErrorTranslator = (thrown) => {
  const { error } = errorBody(thrown)
  return { status: errorStatus[error.code], body: { error } }
}

function sendError(
  { request, reply }: { readonly request: HttpRequest; readonly reply: HttpReply },
  failure: { readonly thrown: unknown; readonly log: Log; readonly translate: ErrorTranslator },
): void {
  const thrown = fromFastify(failure.thrown)
  const { status, body, contentType } = failure.translate(thrown)
  if (status >= 500)
    failure.log.write('error', `${request.method} ${pathOf(request)}: ${messageOf(thrown)}`, {
      status,
      stack: thrown instanceof Error ? thrown.stack : undefined,
    })
  // Half an answer is under way: only a broken line tells the client that it is not whole.
  if (reply.raw.headersSent) return void reply.raw.destroy()
  if (!request.raw.complete) drain(request, reply)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  void reply
    .code(status)
    .type(contentType ?? (typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'))
    .send(text)
}

/** Reads a refused body away without keeping it: closing at once would reset the line before the answer is read. */
function drain(request: HttpRequest, reply: HttpReply): void {
  request.raw.resume()
  reply.raw.once('finish', () => {
    const timer = setTimeout(() => request.raw.complete || request.raw.destroy(), drainMs)
    timer.unref()
    request.raw.once('close', () => clearTimeout(timer))
  })
}

/** Fastify's own refusals (an undecodable path, a malformed content type) in our words. */
function fromFastify(thrown: unknown): unknown {
  if (thrown instanceof SluiceError || !(thrown instanceof Error) || !('statusCode' in thrown)) return thrown
  if (typeof thrown.statusCode !== 'number' || thrown.statusCode >= 500) return thrown
  const code = thrown.statusCode === 415 ? 'unsupported-media-type' : 'invalid-request'
  return new SluiceError(code, thrown.message, { cause: thrown })
}

/** The `mlflow` client takes a 404 that is not JSON for an interface this server lacks, and falls back. */
async function notFound(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  reply.code(404)
  const path = pathOf(request)
  if (!path.startsWith('/api/v1/')) return reply.type('text/plain; charset=utf-8').send('Not found')
  const error = new SluiceError('not-found', `There is no ${request.method} ${path}.`, {
    hint: 'The interface is described at /api/v1/openapi.json.',
  })
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(errorBody(error)))
}

function pathOf(request: HttpRequest): string {
  return request.url.split('?', 1)[0]!
}

function logRequest(log: Log, request: FastifyRequest, reply: FastifyReply): void {
  log.write('debug', `${request.method} ${pathOf(request)}`, {
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
  })
}

async function listen(app: FastifyInstance, address: { readonly host: string; readonly port: number }): Promise<void> {
  try {
    await app.listen(address)
  } catch (cause) {
    await app.close()
    const where = `port ${address.port} of ${address.host}`
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE')
      throw new SluiceError('conflict', `Another program listens on ${where}.`, {
        hint: 'Choose another with --port, or --port 0 for any free one.',
        cause,
      })
    throw new SluiceError('invalid-setting', `The server cannot listen on ${where}: ${messageOf(cause)}.`, { cause })
  }
}

async function closeServer(app: FastifyInstance, limits: HttpLimits): Promise<void> {
  const server: Server = app.server
  // A connection that becomes idle while closing would otherwise be kept alive and hold the server up.
  const sweep = setInterval(() => server.closeIdleConnections(), 20)
  const deadline = setTimeout(() => server.closeAllConnections(), limits.closeDeadlineMs)
  closeEventStreams(app)
  try {
    await app.close()
  } finally {
    clearInterval(sweep)
    clearTimeout(deadline)
  }
}
