import type { FastifyReply, FastifyRequest } from 'fastify'

/** Aborted when the connection closes before the answer is written. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const client = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) client.abort()
  })
  return client.signal
}

/** The key in `Authorization: Bearer KEY`; undefined without one. */
export function bearerKey({ authorization }: Pick<FastifyRequest['headers'], 'authorization'>): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}

/** What only this server is to know. */
const kept = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-sluice-local-token'])

/** Headers as a script's `request_headers` has them in Azure ML: `X-Ms-Request-Id`, without credentials. */
export function scriptHeaders(headers: FastifyRequest['headers']): Readonly<Record<string, string>> {
  const entries = Object.entries(headers)
    .filter(([name, value]) => value !== undefined && !kept.has(name))
    .map(([name, value]) => [titleCase(name), typeof value === 'string' ? value : value!.join(',')] as const)
  return Object.fromEntries(entries)
}

function titleCase(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, start: string, letter: string) => start + letter.toUpperCase())
}
