import type { Agent, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { SluiceError, errorStatus } from '../../base/errors.ts'
import type { ErrorBody, ErrorCode } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'

// Not by `import`: that asks for everything the module has, and so loads Node's fetch, for 30 ms of every command.
const http = process.getBuiltinModule('node:http')

/** Our REST interface at one address. Errors of the server arrive as the `SluiceError` it threw. */
export interface RestClient {
  readonly url: string
  get<Answer>(path: string): Promise<Answer>
  post<Answer>(path: string, body?: unknown): Promise<Answer>
  put<Answer>(path: string, body?: unknown): Promise<Answer>
  patch<Answer>(path: string, body?: unknown): Promise<Answer>
  delete(path: string): Promise<void>
  /** The bytes of an answer and its headers. */
  read(path: string): Promise<{ readonly bytes: Buffer; readonly headers: IncomingMessage['headers'] }>
  /** The body of an answer as it comes. */
  stream(path: string): Promise<Readable>
  /** The body of an answer to a POST as it comes, and its headers. */
  postStream(path: string, body: unknown): Promise<IncomingMessage>
  /** Server-sent events, until the server ends them, the line breaks (`server-unreachable`) or `signal` aborts. */
  events(path: string, options?: EventOptions): AsyncGenerator<ServerEvent>
  /** Ends the connections that were kept open. */
  close(): void
}

interface EventOptions {
  readonly lastEventId?: string
  readonly signal?: AbortSignal
}

export interface ServerEvent {
  readonly event: string
  readonly id?: string
  readonly data: unknown
}

interface Call {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** A client of the server at `url`; `localToken` shows that it runs as the server's own user, `token` who calls. */
export function restClient(
  url: string,
  { localToken, token }: { readonly localToken?: string; readonly token?: string } = {},
): RestClient {
  const base = url.replace(/\/+$/, '')
  const agent = new http.Agent({ keepAlive: true })
  const tokenHeader: Record<string, string> = {
    ...(localToken !== undefined && { 'x-sluice-local-token': localToken }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  }
  const call = (details: Call): Promise<IncomingMessage> =>
    send(
      base,
      { ...details, headers: { ...tokenHeader, ...details.headers } },
      base.startsWith('https:') ? undefined : agent,
    )
  const json = async <Answer>(details: Call): Promise<Answer> => {
    const { bytes } = await successOf(await call(details), base)
    // The server's own words, described by its OpenAPI document.
    return (bytes.length === 0 ? undefined : JSON.parse(bytes.toString())) as Answer
  }
  const stream = async (details: Call): Promise<IncomingMessage> => {
    const response = await call(details)
    if ((response.statusCode ?? 0) >= 300) await successOf(response, base)
    return response
  }
  return {
    url: base,
    get: (path) => json({ method: 'GET', path }),
    post: (path, body) => json({ method: 'POST', path, ...(body !== undefined && { body }) }),
    put: (path, body) => json({ method: 'PUT', path, ...(body !== undefined && { body }) }),
    patch: (path, body) => json({ method: 'PATCH', path, ...(body !== undefined && { body }) }),
    delete: (path) => json({ method: 'DELETE', path }),
    read: async (path) => {
      const response = await call({ method: 'GET', path })
      return { ...(await successOf(response, base)), headers: response.headers }
    },
    stream: (path) => stream({ method: 'GET', path }),
    postStream: (path, body) => stream({ method: 'POST', path, body }),
    events: (path, options = {}) => readEvents(call, base, { path, ...options }),
    close: () => agent.destroy(),
  }
}

async function send(
  base: string,
  { method, path, body, headers, signal }: Call,
  agent?: Agent,
): Promise<IncomingMessage> {
  const text = body === undefined ? undefined : JSON.stringify(body)
  const target = targetOf(base, path)
  const options = {
    method,
    headers: {
      ...headers,
      ...(text !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      }),
    },
    ...(agent !== undefined && { agent }),
    ...(signal !== undefined && { signal }),
  }
  const request = base.startsWith('https:') ? (await import('node:https')).request : http.request
  return new Promise((resolve, reject) => {
    const outgoing = request(target, options, resolve)
    outgoing.on('error', (cause) => reject(unreachable(base, cause)))
    outgoing.end(text)
  })
}

function targetOf(base: string, path: string): URL {
  const target = URL.canParse(base + path) ? new URL(base + path) : undefined
  if (target !== undefined && /^https?:$/.test(target.protocol)) return target
  throw new SluiceError('invalid-setting', `The server address ${JSON.stringify(base)} is not an http or https URL.`, {
    hint: 'Give it like --url http://127.0.0.1:7584',
  })
}

function unreachable(base: string, cause: Error): SluiceError {
  return new SluiceError('server-unreachable', `The server at ${base} cannot be reached: ${cause.message}.`, {
    hint: 'Is it running? Look with: sluice status',
    cause,
  })
}

async function successOf(response: IncomingMessage, base: string): Promise<{ readonly bytes: Buffer }> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer)
  } catch (cause) {
    throw unreachable(base, cause as Error)
  }
  const bytes = Buffer.concat(chunks)
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { bytes }
  throw errorFrom(bytes.toString(), status)
}

/** The error the server threw; an answer in other words keeps its text. */
function errorFrom(text: string, status: number): SluiceError {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  if (!isErrorBody(body))
    return new SluiceError('internal', `The server answered ${status}: ${text.slice(0, 500)}`, {
      hint: 'Is it a Sluiceworks server? A proxy between may have answered.',
    })
  const { code, message, hint, at, diagnostics } = body.error
  return new SluiceError(code in errorStatus ? code : 'internal', message, {
    ...(hint !== undefined && { hint }),
    ...(at !== undefined && { at }),
    ...(diagnostics !== undefined && { diagnostics }),
  })
}

function isErrorBody(body: unknown): body is ErrorBody & { readonly error: { readonly code: ErrorCode } } {
  return isJsonObject(body) && isJsonObject(body['error']) && typeof body['error']['message'] === 'string'
}

async function* readEvents(
  call: (details: Call) => Promise<IncomingMessage>,
  base: string,
  { path, lastEventId, signal }: EventOptions & { readonly path: string },
): AsyncGenerator<ServerEvent> {
  const response = await call({
    method: 'GET',
    path,
    headers: { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    ...(signal !== undefined && { signal }),
  })
  if (!(response.headers['content-type'] ?? '').startsWith('text/event-stream')) {
    await successOf(response, base)
    throw new SluiceError('not-supported', `The server at ${base} does not stream ${path}.`)
  }
  response.setEncoding('utf8')
  let text = ''
  try {
    for await (const chunk of response) {
      text += chunk as string
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = parseEvent(text.slice(0, end))
        text = text.slice(end + 2)
        if (event !== undefined) yield event
      }
    }
  } catch (cause) {
    if (signal?.aborted !== true) throw unreachable(base, cause as Error)
  } finally {
    response.destroy()
  }
}

/** One block of a stream (WHATWG HTML 9.2.6); undefined for a comment. */
export function parseEvent(block: string): ServerEvent | undefined {
  let event = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    else if (field === 'id') id = value
    else if (field === 'data') data.push(value)
  }
  if (data.length === 0) return undefined
  return { event, ...(id !== undefined && { id }), data: JSON.parse(data.join('\n')) as unknown }
}
