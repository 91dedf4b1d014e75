import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import { readMargin, readMetricChoice } from '../../serving/comparison/metric-choice.ts'
import { readAbortCondition } from '../../serving/rollout/abort-condition.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'
import {
  ComparisonMessage,
  ComparisonQuery,
  EndRolloutRequest,
  OutcomesMessage,
  OutcomesRequest,
  RolloutList,
  RolloutMessage,
  RolloutRequestMessage,
} from './variant-messages.ts'
import type { RolloutWish, VariantService } from './variant-service.ts'
import { toComparisonMessage, toRolloutMessage } from './variant-translate.ts'

/** What the routes of rollouts and comparisons ask of the server. */
export interface VariantRouteParts {
  readonly variants: VariantService
  readonly localToken: string
}

const usualSteps = [5, 25, 50, 100]
const usualHoldSeconds = 600
const usualMinRequests = 30

/** Rolling deployments out, comparing them, and what came of their requests. */
export function variantRoutes(parts: VariantRouteParts): readonly Route[] {
  return [...rolloutRoutes(parts), ...comparisonRoutes(parts)]
}

function rolloutRoutes({ variants, localToken }: VariantRouteParts): readonly Route[] {
  const one = { response: RolloutMessage } as const
  const url = '/api/v1/endpoints/:name/rollout'
  return [
    {
      ...one,
      method: 'POST',
      url,
      permission: 'manage',
      summary: 'Give a deployment the traffic step by step; it is promoted or rolled back by itself.',
      body: RolloutRequestMessage,
      successStatus: 201,
      handler: async (request, reply) => {
        const wish = wishOf(request.body as RolloutRequestMessage)
        if (wish.file !== undefined) requireLocalCaller(request, localToken)
        const begun = await variants.beginRollout(nameOf(request), wish)
        return reply.code(201).send(toRolloutMessage(begun))
      },
    },
    {
      ...one,
      method: 'GET',
      url,
      permission: 'read',
      summary: 'Show the newest rollout of an endpoint.',
      handler: async (request) => toRolloutMessage(await variants.rollout(nameOf(request))),
    },
    {
      method: 'GET',
      url: '/api/v1/endpoints/:name/rollouts',
      permission: 'read',
      summary: 'List the rollouts of an endpoint, newest first.',
      response: RolloutList,
      handler: async (request) => ({ items: (await variants.rollouts(nameOf(request))).map(toRolloutMessage) }),
    },
    {
      ...one,
      method: 'POST',
      url: `${url}/abort`,
      permission: 'manage',
      summary: 'End a rollout and go back to the traffic it began from.',
      body: EndRolloutRequest,
      handler: async (request) => toRolloutMessage(await variants.abortRollout(nameOf(request), reasonOf(request))),
    },
    {
      ...one,
      method: 'POST',
      url: `${url}/promote`,
      permission: 'manage',
      summary: 'End a rollout and give the candidate all traffic.',
      body: EndRolloutRequest,
      handler: async (request) => toRolloutMessage(await variants.promoteRollout(nameOf(request), reasonOf(request))),
    },
  ]
}

function comparisonRoutes({ variants }: VariantRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/endpoints/:name/comparison',
      permission: 'read',
      summary: 'Compare two deployments: latency, errors and outcomes, with a verdict for each.',
      query: ComparisonQuery,
      response: ComparisonMessage,
      handler: async (request) => {
        const { baseline, candidate, metrics, margins, covariate, since } = request.query as ComparisonQuery
        const comparison = await variants.compare(nameOf(request), {
          ...(baseline !== undefined && { baseline }),
          ...(candidate !== undefined && { candidate }),
          ...(metrics !== undefined && { metrics: metrics.split(',').map(readMetricChoice) }),
          ...(margins !== undefined && { margins: marginsOf(margins) }),
          ...(covariate !== undefined && { covariate }),
          ...(since !== undefined && { sinceMs: timeOf(since) }),
        })
        return toComparisonMessage(comparison)
      },
    },
    {
      method: 'POST',
      url: '/api/v1/endpoints/:name/outcomes',
      permission: 'score',
      summary: 'Tell what came of requests, by request id; the same again changes nothing.',
      body: OutcomesRequest,
      response: OutcomesMessage,
      handler: async (request) => {
        const outcomes = (request.body as OutcomesRequest).flatMap(({ request_id: requestId, ...values }) =>
          Object.entries(values).map(([metric, value]) => ({ requestId, metric, value: Number(value) })),
        )
        const { storedCount, unknownCount } = await variants.addOutcomes(nameOf(request), outcomes)
        return { stored_count: storedCount, unknown_count: unknownCount }
      },
    },
  ]
}

function wishOf(body: RolloutRequestMessage): RolloutWish {
  const { to, model, file, deployment, version } = body
  const given = Object.entries({ to, model, file }).filter(([, value]) => value !== undefined)
  if (given.length !== 1) {
    const names = given.map(([name]) => `"${name}"`).join(' and ') || 'nothing'
    throw new SluiceError('invalid-request', `A rollout is of one thing, but the request has ${names}.`, {
      hint: 'Say "to" for a deployment that is there, or "model" or "file" for one that is to be made.',
    })
  }
  return {
    ...(to !== undefined && { to }),
    ...(model !== undefined && { model }),
    ...(file !== undefined && { file: requireAbsolute(file) }),
    ...(deployment !== undefined && { deployment }),
    ...(version !== undefined && { version }),
    steps: body.steps ?? usualSteps,
    holdMs: (body.hold ?? usualHoldSeconds) * 1000,
    minRequests: body.min_requests ?? usualMinRequests,
    abortOn: (body.abort_on ?? []).map(readAbortCondition),
  }
}

function marginsOf(text: string): Readonly<Record<string, ReturnType<typeof readMargin>>> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at), readMargin(pair.slice(at + 1))]
      throw new SluiceError('invalid-request', `The margin "${pair}" is not METRIC=MARGIN.`, {
        hint: 'For example: latency=5%,revenue=0.1',
      })
    }),
  )
}

function timeOf(text: string): number {
  const ms = Date.parse(text)
  if (Number.isFinite(ms)) return ms
  throw new SluiceError('invalid-request', `"since" is ${JSON.stringify(text)}, which is no time.`, {
    hint: 'A time is written as in RFC 3339: 2026-03-01T00:00:00Z.',
  })
}

function reasonOf(request: FastifyRequest): string | undefined {
  return (request.body as { reason?: string }).reason
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}
