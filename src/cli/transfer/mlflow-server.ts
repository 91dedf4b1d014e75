import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { SluiceError } from '../../base/errors.ts'

/** A server that speaks MLflow's protocol: a real one, or ours. */
export interface MlflowServer {
  readonly url: string
  /** GET with a query, anything else with a JSON body. Throws what the server said, `not-found` for its 404. */
  call<Answer>(method: Method, path: string, fields?: Readonly<Record<string, unknown>>): Promise<Answer>
  /** Sends JSON with headers of its own; what is answered is not looked at. Throws like `call`. */
  post(path: string, body: object, headers: Readonly<Record<string, string>>): Promise<void>
  /** The bytes at a path that is already encoded; `undefined` where there are none. */
  download(path: string): Promise<IncomingMessage | undefined>
  upload(path: string, bytes: Readable): Promise<void>
  /** Headers of what is at a path, without its bytes. */
  head(path: string): Promise<IncomingMessage['headers'] | undefined>
  close(): void
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

const triesPerCall = 5

/**
 * A client of the server at `url`, which may name a user and a password; `token` is sent as a bearer token. A call that
 * finds the server away or overloaded is repeated: all that are used here may be sent twice.
 */
export function mlflowServer(url: string, headersOf: Readonly<Record<string, string>> = {}): MlflowServer {
  const { base, headers } = addressOf(url, headersOf)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const open = (details: Exchange) => exchange(base, { ...details, headers: { ...headers, ...details.headers }, agent })
  return {
    url: base,
    call: (method, path, fields = {}) => repeated(() => callJson(open, { method, path, fields })),
    post: (path, body, more) =>
      repeated(async () => {
        const sent = { 'content-type': 'application/json', ...more }
        const response = await open({ method: 'POST', path, text: JSON.stringify(body), headers: sent })
        const text = await textOf(response)
        if (response.statusCode !== 200) throw answered(path, response, text)
      }),
    download: async (path) => {
      const response = await repeated(() => open({ method: 'GET', path }))
      if (response.statusCode === 200) return response
      response.resume()
      if (response.statusCode === 404) return undefined
      throw answered(`${base}${path}`, response, '')
    },
    upload: async (path, bytes) => {
      const response = await open({
        method: 'PUT',
        path,
        headers: { 'content-type': 'application/octet-stream' },
        bytes,
      })
      const text = await textOf(response)
      if (response.statusCode !== 200) throw answered(`${base}${path}`, response, text)
    },
    head: async (path) => {
      const response = await repeated(() => open({ method: 'HEAD', path }))
      response.resume()
      return response.statusCode === 200 ? response.headers : undefined
    },
    close: () => agent.destroy(),
  }
}

interface Exchange {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
  readonly bytes?: Readable
}

type Open = (details: Exchange) => Promise<IncomingMessage>

function addressOf(
  url: string,
  headers: Readonly<Record<string, string>>,
): { readonly base: string; readonly headers: Readonly<Record<string, string>> } {
  const address = URL.canParse(url) ? new URL(url) : undefined
  if (address === undefined || !/^https?:$/.test(address.protocol)) {
    throw new SluiceError(
      'invalid-setting',
      `${JSON.stringify(url)} is not the http or https URL of an MLflow server.`,
      {
        hint: 'Give it like http://127.0.0.1:5000, or name the folder of a file store such as ./mlruns',
      },
    )
  }
  const { username, password } = address
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const basic = { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  address.username = ''
  address.password = ''
  return { base: address.href.replace(/\/+$/, ''), headers: { ...headers, ...(username !== '' && basic) } }
}

async function exchange(
  base: string,
  { method, path, headers, text, bytes, agent }: Exchange & { readonly agent: Agent },
): Promise<IncomingMessage> {
  const isSecure = base.startsWith('https:')
  const request = isSecure ? (await import('node:https')).request : httpRequest
  const sized = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }
  return new Promise((resolve, reject) => {
    const lost = (cause: Error) =>
      reject(
        new SluiceError('server-unreachable', `The server at ${base} cannot be reached: ${cause.message}.`, {
          hint: 'Is it running, and is this its address?',
          cause,
        }),
      )
    const outgoing = request(`${base}${path}`, {
      method,
      headers: { ...headers, ...sized },
      ...(!isSecure && { agent }),
    })
    outgoing.on('response', resolve)
    outgoing.on('error', lost)
    if (bytes === undefined) outgoing.end(text)
    else pipeline(bytes, outgoing).catch(lost)
  })
}

async function callJson<Answer>(
  open: Open,
  { method, path, fields }: { readonly method: Method; readonly path: string; readonly fields: object },
): Promise<Answer> {
  const query = method === 'GET' ? queryOf(fields) : ''
  const headers = { 'content-type': 'application/json' }
  const response = await open({
    method,
    path: `${path}${query}`,
    ...(method !== 'GET' && { text: JSON.stringify(fields), headers }),
  })
  const text = await textOf(response)
  if (response.statusCode === 200) return JSON.parse(text) as Answer
  throw answered(path, response, text)
}

function queryOf(fields: object): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(fields as Record<string, unknown>)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) query.append(key, String(one))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** What a server said instead of doing it, in its words. */
function answered(place: string, { statusCode = 0 }: IncomingMessage, text: string): SluiceError {
  const message = /"message":\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1]
  const words = message === undefined ? text.slice(0, 300) : (JSON.parse(message) as string)
  const sentence = `${place.split('?', 1)[0]} answered ${statusCode}: ${words}`
  if (statusCode === 404) return new SluiceError('not-found', sentence)
  if (statusCode === 429 || statusCode >= 500) return new SluiceError('server-unreachable', sentence)
  return new SluiceError(statusCode === 401 || statusCode === 403 ? 'permission-denied' : 'invalid-request', sentence)
}

async function repeated<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const isAway = error instanceof SluiceError && error.code === 'server-unreachable'
      if (!isAway || tries >= triesPerCall) throw error
      await pause(200 * 2 ** tries)
    }
  }
}
