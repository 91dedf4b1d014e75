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
