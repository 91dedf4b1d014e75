import type { Route } from '../../server/route.ts'

/** What Prometheus asks a server for: its metrics as text. */
export function prometheusRoutes(metrics: () => string): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/metrics',
      permission: 'read',
      handler: async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics()),
    },
  ]
}
