import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { listOf, time } from './messages.ts'

const closed = { additionalProperties: false }
const verdict = Type.String({ description: 'better, worse, equivalent or undecided' })
const interval = Type.Object({ low: Type.Number(), high: Type.Number() })
const Estimate = Type.Object(
  {
    value: Type.Number(),
    standard_error: Type.Optional(Type.Number({ description: 'Absent with fewer than two observations.' })),
    count: Type.Integer({ description: 'Requests, or units where the endpoint has a unit header.' }),
  },
  { $id: 'Estimate' },
)
export type EstimateMessage = Static<typeof Estimate>
const paired = (description: string) =>
  Type.Optional(
    Type.Object(
      { ...Estimate.properties, interval: Type.Optional(interval) },
      { description: `${description} With the interval that holds at every look.` },
    ),
  )
const Variant = Type.Object({
  deployment: Type.String(),
  revision: Type.Integer(),
  p50: Type.Optional(Type.Number({ description: 'Median latency of answered requests, seconds.' })),
  p95: Type.Optional(Type.Number({ description: 'Seconds.' })),
})
export const ComparisonMessage = Type.Object(
  {
    endpoint: Type.String(),
    baseline: Variant,
    candidate: Variant,
    metrics: Type.Array(
      Type.Object({
        name: Type.String({ description: 'latency is in milliseconds, error is a share.' }),
        better: Type.String({ description: 'higher or lower' }),
        baseline: Estimate,
        candidate: Estimate,
        difference: Type.Number({ description: 'Candidate less baseline.' }),
        interval: Type.Optional(interval),
        margin: Type.Number(),
        verdict,
        p_value: Type.Optional(Type.Number({ description: 'Adjusted for several metrics; valid at every look.' })),
        variance_reduction: Type.Optional(Type.Number()),
      }),
    ),
    mirrored: Type.Optional(
      Type.Object({
        count: Type.Integer(),
        compared_count: Type.Integer({ description: 'Both answers were JSON of a sensible size.' }),
        equal_count: Type.Integer(),
        largest_difference: Type.Number(),
        agreement: paired('Share of compared pairs whose answers are the same.'),
        mean_difference: paired('Mean over pairs of the largest absolute difference of their numbers.'),
        latency_ratio: paired('Time of the copies by the time of the answers they are copies of.'),
        answered_by: Type.Object(
          { both: Type.Integer(), original: Type.Integer(), copy: Type.Integer(), neither: Type.Integer() },
          { description: 'Pairs by who answered; the others were refused.' },
        ),
        metrics: Type.Array(
          Type.Object({
            name: Type.String({ description: 'latency in milliseconds, error, prediction' }),
            difference: Estimate,
            interval: Type.Optional(interval),
            margin: Type.Number(),
            verdict,
          }),
        ),
      }),
    ),
    split: Type.Optional(
      Type.Object({
        counts: Type.Record(Type.String(), Type.Integer()),
        p_value: Type.Number(),
        is_off: Type.Boolean({ description: 'The shares are not what the traffic says: trust no comparison.' }),
      }),
    ),
    dropped_count: Type.Integer({ description: 'Requests that could not be noted since the server started.' }),
  },
  { $id: 'Comparison' },
)
export type ComparisonMessage = Static<typeof ComparisonMessage>
export const ComparisonQuery = Type.Object(
  {
    baseline: Type.Optional(Type.String({ description: 'Default: the deployment with most traffic.' })),
    candidate: Type.Optional(Type.String()),
    metrics: Type.Optional(
      Type.String({ description: 'e.g. latency,error,revenue,mae:lower; default: all there are.' }),
    ),
    margins: Type.Optional(Type.String({ description: 'e.g. latency=5%,revenue=0.1' })),
    covariate: Type.Optional(Type.String({ description: 'An outcome known before the variant could change it.' })),
    since: Type.Optional(Type.String({ description: 'Only requests since this time, RFC 3339.' })),
  },
  closed,
)
export type ComparisonQuery = Static<typeof ComparisonQuery>

export const OutcomesRequest = Type.Array(
  Type.Object({ request_id: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: Type.Number() }),
  { maxItems: 10_000, description: 'A request id with values by metric, e.g. {"request_id": "...", "revenue": 3.5}.' },
)
export type OutcomesRequest = readonly ({ readonly request_id: string } & Readonly<Record<string, number | string>>)[]
export const OutcomesMessage = Type.Object({
  stored_count: Type.Integer(),
  unknown_count: Type.Integer({ description: 'Request ids that no recorded request has.' }),
})

export const RolloutRequestMessage = Type.Object(
  {
    to: Type.Optional(Type.String({ minLength: 1, description: 'A deployment that is ready.' })),
    model: Type.Optional(Type.String({ minLength: 1, description: 'Deployed as the one with most traffic is.' })),
    file: Type.Optional(Type.String({ minLength: 1, description: 'Absolute path of a deployment YAML.' })),
    deployment: Type.Optional(Type.String({ minLength: 1, description: 'Name of the new deployment.' })),
    steps: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 100 }), { minItems: 1, maxItems: 20 })),
    hold: Type.Optional(Type.Number({ minimum: 0, description: 'Seconds a step holds (600).' })),
    min_requests: Type.Optional(Type.Integer({ minimum: 0, description: 'Of the candidate, in a step (30).' })),
    abort_on: Type.Optional(
      Type.Array(Type.String(), { maxItems: 20, description: 'e.g. error-rate>1%, worse:latency.' }),
    ),
    version: Type.Optional(Type.Integer({ minimum: 1, description: 'The version that the endpoint must have.' })),
  },
  closed,
)
export type RolloutRequestMessage = Static<typeof RolloutRequestMessage>
export const RolloutMessage = Type.Object(
  {
    id: Type.String(),
    endpoint: Type.String(),
    status: Type.String({ description: 'deploying, stepping, promoted, rolled-back, aborted or failed' }),
    candidate: Type.String(),
    baseline: Type.Optional(Type.String()),
    steps: Type.Array(Type.Integer()),
    step: Type.Optional(Type.Integer({ description: 'Percent that the candidate has, or had at the end.' })),
    step_since: time,
    hold: Type.Number({ description: 'Seconds.' }),
    min_requests: Type.Integer(),
    abort_on: Type.Array(Type.String()),
    waits_for: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
    counts: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ requests: Type.Integer(), errors: Type.Integer(), p95: Type.Optional(Type.Number()) }),
        { description: 'By deployment, of this step since this server started; p95 in seconds.' },
      ),
    ),
    created_at: time,
    ended_at: Type.Optional(time),
  },
  { $id: 'Rollout' },
)
export type RolloutMessage = Static<typeof RolloutMessage>
export const RolloutList = listOf(RolloutMessage)
export const EndRolloutRequest = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1000 })) }, closed)
