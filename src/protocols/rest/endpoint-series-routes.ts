import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { RequestSeries, SeriesPoint } from '../../serving/observe/request-series.ts'
import type { EndpointService } from './endpoint-service.ts'
import { time } from './messages.ts'
import { wireTime } from './translate.ts'

const seconds = Type.Optional(Type.Number({ description: 'Seconds; absent where nothing was answered.' }))
const SeriesMessage = Type.Object(
  {
    endpoint: Type.String(),
    step: Type.Number({ description: 'Seconds from one point to the next; a step without requests has no point.' }),
    since: Type.String({ format: 'date-time', description: 'When this server began to count.' }),
    deployments: Type.Array(
      Type.Object({
        deployment: Type.String(),
        points: Type.Array(
          Type.Object({
            at: time,
            requests: Type.Integer(),
            errors: Type.Integer({ description: 'Refused, whoever was at fault.' }),
            p50: seconds,
            p95: seconds,
            p99: seconds,
          }),
        ),
      }),
    ),
  },
  { $id: 'EndpointSeries' },
)
const SeriesQuery = Type.Object({
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Default: an hour before `to`.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Default: now.' })),
  step: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 172_800,
      description: 'Seconds from one point to the next, rounded up to whole steps of what is kept.',
    }),
  ),
})

/** What the charts of an endpoint ask of the server. */
export interface SeriesRouteParts {
  readonly endpoints: Pick<EndpointService, 'get'>
  readonly series: Pick<RequestSeries, 'of'>
  /** Epoch milliseconds. */
  readonly now: () => number
}

const hourMs = 3_600_000

/** Latency and errors of an endpoint's deployments over time. */
export function endpointSeriesRoutes({ endpoints, series, now }: SeriesRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/endpoints/:name/series',
      permission: 'read',
      summary:
        'Requests, errors and latency of each deployment over time, since this server started: the last hour by ten seconds, two days by five minutes.',
      query: SeriesQuery,
      response: SeriesMessage,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        await endpoints.get(name)
        const { fromMs, toMs } = rangeOf(request, now())
        const { step } = request.query as Static<typeof SeriesQuery>
        const range = { fromMs, toMs, ...(step !== undefined && { stepMs: step * 1000 }) }
        const { stepMs, sinceMs, deployments } = series.of(name, range)
        return {
          endpoint: name,
          step: stepMs / 1000,
          since: wireTime(sinceMs),
          deployments: deployments.map(({ deployment, points }) => ({ deployment, points: points.map(toPoint) })),
        }
      },
    },
  ]
}

function rangeOf(request: FastifyRequest, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const { from, to } = request.query as Static<typeof SeriesQuery>
  const toMs = to === undefined ? nowMs + 1 : Date.parse(to)
  const fromMs = from === undefined ? toMs - hourMs + 1 : Date.parse(from)
  if (fromMs < toMs) return { fromMs, toMs }
  throw new SluiceError('invalid-request', `"from" is ${from}, which is not before "to".`)
}

function toPoint({ atMs, requests, errors, p50, p95, p99 }: SeriesPoint) {
  return {
    ...{ at: wireTime(atMs), requests, errors },
    ...(p50 !== undefined && { p50: p50 / 1000 }),
    ...(p95 !== undefined && { p95: p95 / 1000 }),
    ...(p99 !== undefined && { p99: p99 / 1000 }),
  }
}
