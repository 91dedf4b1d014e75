import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

/** One request over a connection of its own; `host: null` sends no Host header. */
export function send(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
    host,
  }: {
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
    readonly host?: string | null
  } = {},
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        agent: false,
        setHost: host === undefined,
        headers: {
          // Node leaves the length out for DELETE, and a server then sees no body.
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          ...headers,
          ...(typeof host === 'string' && { host }),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
