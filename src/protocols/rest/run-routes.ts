import { Type, type Static } from '@sinclair/typebox'
import type { Route } from '../../server/route.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { texts } from './messages.ts'
import { Adopted } from './notes/adopt-routes.ts'

/** What these routes ask of tracking. */
export type RunCatalogue = Pick<TrackingStore, 'metricSeries'> & {
  readonly runs: Pick<TrackingStore['runs'], 'adopt'>
  readonly loggedModels: Pick<TrackingStore['loggedModels'], 'adopt'>
  readonly evaluationDatasets: Pick<TrackingStore['evaluationDatasets'], 'adopt'>
}

const SeriesQueryFields = Type.Object(
  {
    points: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    axis: Type.Optional(Type.Union([Type.Literal('step'), Type.Literal('time')])),
    from: Type.Optional(Type.Integer()),
    to: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false },
)

/** NaN and infinities are no JSON numbers, and a place of the curve without a number has none. */
const SeriesPointMessage = Type.Object({
  from: Type.Integer({ description: 'First place of the axis that this point stands for.' }),
  to: Type.Integer({ description: 'The last one.' }),
  count: Type.Integer({ description: 'How many values were logged there.' }),
  nan_count: Type.Integer(),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  last: Type.Optional(Type.Number()),
})

const SeriesMessage = Type.Object({
  run_id: Type.String(),
  key: Type.String(),
  axis: Type.String(),
  count: Type.Integer({ description: 'How many values there are in all.' }),
  points: Type.Array(SeriesPointMessage),
})

const AdoptedRunFields = Type.Object(
  {
    run_id: Type.String(),
    experiment_id: Type.String(),
    run_name: Type.String(),
    user_id: Type.Optional(Type.String()),
    status: Type.Union(
      (['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const).map((status) => Type.Literal(status)),
    ),
    start_ms: Type.Integer({ minimum: 0 }),
    end_ms: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)

const AdoptedModelFields = Type.Object(
  {
    model_id: Type.String(),
    experiment_id: Type.String(),
    name: Type.String(),
    model_type: Type.Optional(Type.String()),
    source_run_id: Type.Optional(Type.String()),
    status: Type.Union(
      (['UNSPECIFIED', 'PENDING', 'READY', 'UPLOAD_FAILED'] as const).map((status) => Type.Literal(status)),
    ),
    created_ms: Type.Integer({ minimum: 0 }),
    updated_ms: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
)

const AdoptedDatasetFields = Type.Object(
  {
    name: Type.String(),
    experiment_ids: Type.Optional(Type.Array(Type.String())),
    tags: Type.Optional(texts),
    created_ms: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
)

/** What MLflow's protocol has no call for: curves made for a chart, and runs that keep the id they had elsewhere. */
export function runRoutes({ metricSeries, runs, loggedModels, evaluationDatasets }: RunCatalogue): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/runs/:run_id/metrics/series',
      permission: 'read',
      summary: 'The curve of a metric for a chart: least, greatest and last value at each of so many places.',
      query: Type.Composite([SeriesQueryFields, Type.Object({ key: Type.String() })]),
      response: SeriesMessage,
      handler: async (request) => {
        const { run_id } = request.params as { readonly run_id: string }
        const {
          key,
          points = 1000,
          axis = 'step',
          from,
          to,
        } = request.query as Static<typeof SeriesQueryFields> & {
          readonly key: string
        }
        const series = await metricSeries({
          runId: run_id,
          key,
          points,
          axis,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
        })
        const shown = series.points.map(({ nanCount, ...point }) => ({ ...point, nan_count: nanCount }))
        return { run_id, key, axis, count: series.count, points: shown }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/runs',
      permission: 'write',
      summary:
        'Take over a run of another MLflow store under its own id; what it logged follows by the MLflow protocol.',
      body: AdoptedRunFields,
      response: Adopted,
      handler: async (request) => {
        const given = request.body as Static<typeof AdoptedRunFields>
        const created = await runs.adopt({
          runId: given.run_id,
          experimentId: given.experiment_id,
          runName: given.run_name,
          userId: given.user_id ?? '',
          status: given.status,
          startMs: given.start_ms,
          ...(given.end_ms !== undefined && { endMs: given.end_ms }),
        })
        return { created }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/logged-models',
      permission: 'write',
      summary: 'Take over a logged model of another MLflow store under its own id.',
      body: AdoptedModelFields,
      response: Adopted,
      handler: async (request) => {
        const given = request.body as Static<typeof AdoptedModelFields>
        const created = await loggedModels.adopt({
          modelId: given.model_id,
          experimentId: given.experiment_id,
          name: given.name,
          modelType: given.model_type ?? '',
          sourceRunId: given.source_run_id ?? '',
          status: given.status,
          createdMs: given.created_ms,
          updatedMs: given.updated_ms,
        })
        return { created }
      },
    },
    {
      method: 'PUT',
      url: '/api/v1/evaluation-datasets/:dataset_id',
      permission: 'write',
      summary:
        'Take over an evaluation data set of another store under its own id; its records follow by the MLflow protocol.',
      body: AdoptedDatasetFields,
      response: Adopted,
      handler: async (request) => {
        const { dataset_id } = request.params as { readonly dataset_id: string }
        const { name, experiment_ids, tags, created_ms } = request.body as Static<typeof AdoptedDatasetFields>
        const created = await evaluationDatasets.adopt({
          datasetId: dataset_id,
          name,
          createdMs: created_ms,
          ...(experiment_ids !== undefined && { experimentIds: experiment_ids }),
          ...(tags !== undefined && { tags }),
        })
        return { created }
      },
    },
  ]
}
