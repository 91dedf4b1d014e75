import { Agent, request } from 'node:http'
import type { Call } from './call.ts'

/** Connections are kept: opening one costs as much as a call. */
const agent = new Agent({ keepAlive: true })

export interface Answer {
  readonly status: number
  readonly contentType: string
  /** Read as JSON where it is JSON. */
  readonly body: unknown
}

/** One of the two servers, with what it called things. */
export class Peer {
  readonly #url: string
  readonly #ids = new Map<string, string>()

  constructor(url: string) {
    this.#url = url
  }

  /** Sends the call with this server's ids; gives the answer as it came. */
  async send(call: Call): Promise<Answer> {
    const { method, contentType = 'application/json' } = call
    const text = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
    const body = text === undefined ? undefined : this.#withIds(text)
    const path = call.path
      .split('/')
      .map((part) => encodePart(this.#withIds(part)))
      .join('/')
    const {
      status,
      type,
      text: given,
    } = await exchange(this.#url, {
      method,
      path: `${path}${this.#queryOf(call)}`,
      ...(body !== undefined && { body, contentType }),
    })
    return { status, contentType: type, body: type === 'application/json' ? readJson(given) : given }
  }

  /** Remembers what this server called the things that the call made. */
  learn(call: Call, answer: Answer): void {
    if (answer.status !== 200) return
    for (const [name, place] of Object.entries(call.names ?? {})) {
      const id = place
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer.body)
      if (typeof id === 'string') this.#ids.set(name, id)
    }
    const token = (answer.body as { next_page_token?: unknown }).next_page_token
    if (call.tokenName !== undefined && typeof token === 'string') this.#ids.set(call.tokenName, token)
  }

  /** Names in place of this server's ids. */
  withNames(text: string): string {
    let named = text
    for (const [name, id] of this.#ids) {
      if (!name.startsWith('experiment:') && !name.startsWith('token:')) named = named.replaceAll(id, `{{${name}}}`)
    }
    return named
  }

  /** The name of an experiment's number. */
  experimentNamed(id: string): string {
    for (const [name, known] of this.#ids) if (known === id && name.startsWith('experiment:')) return `{{${name}}}`
    return id
  }

  #withIds(text: string): string {
    return text.replace(/\{\{([^{}]+)\}\}/g, (whole, name: string) => this.#ids.get(name) ?? whole)
  }

  #queryOf({ query }: Call): string {
    if (query === undefined) return ''
    const parameters = new URLSearchParams()
    for (const [key, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
        parameters.append(key, this.#withIds(String(one)))
    }
    return `?${parameters.toString()}`
  }
}

/** One call of MLflow's pages writes a bare NaN, which no browser reads: it counts as the word. */
function readJson(text: string): unknown {
  return JSON.parse(text.replace(/"value":NaN\b/g, '"value":"NaN"'))
}

/** Percent signs are kept: paths of the sequences hold some on purpose. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll('%25', '%')
}

/** Not `fetch`, which changes paths such as `a/../b` before they are sent. */
function exchange(
  url: string,
  {
    method,
    path,
    body,
    contentType,
  }: { readonly method: string; readonly path: string; readonly body?: string; readonly contentType?: string },
): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const bytes = Buffer.from(body ?? '')
  const headers = {
    ...(contentType !== undefined && { 'content-type': contentType }),
    ...(body !== undefined && { 'content-length': bytes.length }),
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const type = (response.headers['content-type'] ?? '').split(';')[0]!
        resolve({ status: response.statusCode!, type, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(bytes)
  })
}
