import { Type, type Static } from '@sinclair/typebox'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { GroupOrder } from '../../tracking/search/run-groups.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { listOf } from './messages.ts'
import { columnOf, filterFields, views } from './run-table-messages.ts'

const GroupFields = Type.Object(
  {
    ...filterFields,
    by: Type.String({ description: 'A param or tag, e.g. params.model.' }),
    metrics: Type.Optional(Type.Array(Type.String(), { maxItems: 100, description: 'E.g. metrics.acc.' })),
    order_by: Type.Optional(
      Type.String({ description: 'value, runs, or the mean of a metric, e.g. metrics.acc; then DESC or ASC.' }),
    ),
    max_results: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    page_token: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
const Spread = Type.Object({
  count: Type.Integer({ description: 'Runs that have a number; NaN is none.' }),
  min: Type.Number(),
  mean: Type.Number(),
  max: Type.Number(),
})
const GroupsMessage = listOf(
  Type.Object({
    value: Type.Union([Type.String(), Type.Null()], { description: 'Null: the runs that have no such param or tag.' }),
    runs: Type.Integer(),
    metrics: Type.Array(Type.Union([Spread, Type.Null()]), { description: 'In the order of the metrics asked for.' }),
  }),
)

/** What these routes ask of tracking. */
export type RunGroupCatalogue = Pick<TrackingStore, 'groupRuns'>

/** The runs of experiments in groups. */
export function runGroupRoutes({ groupRuns }: RunGroupCatalogue): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/runs/groups',
      permission: 'read',
      summary:
        'The runs that meet a filter in groups by a param or tag: how many, and least, mean and greatest metrics.',
      body: GroupFields,
      response: GroupsMessage,
      handler: async (request) => {
        const fields = request.body as Static<typeof GroupFields>
        const { kind, key } = columnOf(fields.by)
        if (kind === 'metric') {
          throw new SluiceError(
            'invalid-request',
            `Runs are not grouped by ${fields.by}: a metric has too many values.`,
            {
              hint: 'Group them by a param or tag, e.g. params.model.',
            },
          )
        }
        const { items, nextPageToken } = await groupRuns({
          experimentIds: fields.experiment_ids,
          view: views[fields.view ?? 'active'],
          groupBy: { kind, key },
          metrics: (fields.metrics ?? []).map(metricOf),
          order: orderOf(fields.order_by ?? 'value'),
          maxResults: fields.max_results ?? 100,
          ...(fields.filter !== undefined && { filter: fields.filter }),
          ...(fields.page_token !== undefined && { pageToken: fields.page_token }),
        })
        return { items, ...(nextPageToken !== undefined && { next_page_token: nextPageToken }) }
      },
    },
  ]
}

function metricOf(column: string): string {
  const { kind, key } = columnOf(column)
  if (kind === 'metric') return key
  throw new SluiceError('invalid-request', `${JSON.stringify(column.slice(0, 100))} is no metric.`, {
    hint: 'Of groups there are numbers of metrics: name them like metrics.acc.',
  })
}

function orderOf(text: string): GroupOrder & { readonly isDescending: boolean } {
  const direction = text.endsWith(' DESC') ? ' DESC' : text.endsWith(' ASC') ? ' ASC' : ''
  const by = text.slice(0, text.length - direction.length)
  const isDescending = direction === ' DESC'
  if (by === 'value' || by === 'runs') return { by, isDescending }
  return { by: 'metric', key: metricOf(by), isDescending }
}
