import { Type, type Static } from '@sinclair/typebox'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { RunInfo } from '../../tracking/entities.ts'
import type { ComparedKey } from '../../tracking/search/compare-runs.ts'
import type { RunTableRow, RunValue } from '../../tracking/search/run-table.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { listOf, words } from './messages.ts'
import { columnOf, filterFields, views } from './run-table-messages.ts'
import { wireTime } from './translate.ts'

/** What these routes ask of tracking. */
export type RunTableCatalogue = Pick<
  TrackingStore,
  'searchRunTable' | 'countRuns' | 'countChildren' | 'compareRuns' | 'runKeys' | 'metricSeries'
>

/** NaN is no JSON number. */
const Value = Type.Union([Type.Number(), Type.String(), Type.Null()], {
  description: 'Null where the run has none; a metric that is NaN is the text "NaN".',
})
const CountFields = Type.Object(filterFields, { additionalProperties: false })
const ChildrenFields = Type.Object(
  {
    experiment_ids: filterFields.experiment_ids,
    view: filterFields.view,
    run_ids: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }),
  },
  { additionalProperties: false },
)
const TableFields = Type.Object(
  {
    ...filterFields,
    order_by: Type.Optional(
      Type.Array(Type.String(), { description: 'E.g. metrics.acc DESC; newest first at the end.' }),
    ),
    columns: Type.Optional(
      Type.Array(Type.String(), { maxItems: 500, description: 'E.g. metrics.acc, params.lr, tags.team.' }),
    ),
    max_results: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    page_token: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)

const runFields = {
  run_id: Type.String(),
  experiment_id: Type.String(),
  name: Type.String(),
  user: Type.String(),
  status: words(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']),
  started_at: Type.String({ format: 'date-time' }),
  ended_at: Type.Optional(Type.String({ format: 'date-time' })),
  lifecycle_stage: words(['active', 'deleted']),
}
const TableMessage = listOf(
  Type.Object({ ...runFields, values: Type.Array(Value, { description: 'In the order of the columns asked for.' }) }),
)

const CompareFields = Type.Object(
  {
    run_ids: Type.Array(Type.String(), { minItems: 1, maxItems: 100 }),
    only_different: Type.Optional(Type.Boolean({ description: 'Leave out what is the same in all.' })),
  },
  { additionalProperties: false },
)
const Compared = Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Value) }))
const CompareMessage = Type.Object({
  runs: Type.Array(Type.Object(runFields)),
  metrics: Compared,
  params: Compared,
  tags: Compared,
})

const KeysMessage = Type.Object({
  metrics: Type.Array(Type.String()),
  params: Type.Array(Type.String()),
  tags: Type.Array(Type.String()),
  is_complete: Type.Boolean({
    description: 'False: params or tags that only few of very many runs have may be missing.',
  }),
})

const SeriesFields = Type.Object(
  {
    run_ids: Type.Array(Type.String(), { minItems: 1, maxItems: 200 }),
    keys: Type.Array(Type.String(), { minItems: 1, maxItems: 200 }),
    points: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Usually the width in pixels.' })),
    axis: Type.Optional(words(['step', 'time'])),
    from: Type.Optional(Type.Integer()),
    to: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false },
)
const numbers = Type.Array(Type.Union([Type.Number(), Type.Null()]))
const integers = Type.Array(Type.Integer())
/** One place of the curve at each index. */
const SeriesMessage = Type.Object({
  run_id: Type.String(),
  key: Type.String(),
  count: Type.Integer({ description: 'How many values there are in all.' }),
  from: integers,
  to: integers,
  counts: integers,
  nan_counts: integers,
  min: numbers,
  max: numbers,
  last: numbers,
})
const mostSeries = 1000
const mostPoints = 500_000

/** What a table of runs, a comparison and a chart ask, each in one call and no larger than what they show. */
export function runTableRoutes(tracking: RunTableCatalogue): readonly Route[] {
  return [...tableRoutes(tracking), ...comparisonRoutes(tracking)]
}

function tableRoutes({ searchRunTable, countRuns, countChildren, runKeys }: RunTableCatalogue): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/runs/search',
      permission: 'read',
      summary: 'A page of runs with the values that are asked for by name; a filter that cannot be read says where.',
      body: TableFields,
      response: TableMessage,
      handler: async (request) => {
        const {
          experiment_ids,
          filter,
          view,
          order_by,
          columns = [],
          max_results,
          page_token,
        } = request.body as Static<typeof TableFields>
        const page = await searchRunTable({
          experimentIds: experiment_ids,
          columns: columns.map(columnOf),
          maxResults: max_results ?? 100,
          view: views[view ?? 'active'],
          ...(filter !== undefined && { filter }),
          ...(order_by !== undefined && { orderBy: order_by }),
          ...(page_token !== undefined && { pageToken: page_token }),
        })
        const next = page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }
        return { items: page.items.map(rowMessage), ...next }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/runs/count',
      permission: 'read',
      summary: 'How many runs meet a filter.',
      body: CountFields,
      response: Type.Object({ total: Type.Integer() }),
      handler: async (request) => {
        const { experiment_ids, filter, view } = request.body as Static<typeof CountFields>
        const query = { experimentIds: experiment_ids, view: views[view ?? 'active'] }
        return { total: await countRuns({ ...query, ...(filter !== undefined && { filter }) }) }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/runs/count-children',
      permission: 'read',
      summary: 'How many runs are directly under each of up to 1000 runs, by their tag mlflow.parentRunId.',
      body: ChildrenFields,
      response: Type.Object({
        children: Type.Array(Type.Integer(), { description: 'In the order of the runs; 0 for one that is unknown.' }),
      }),
      handler: async (request) => {
        const { experiment_ids, run_ids, view } = request.body as Static<typeof ChildrenFields>
        const query = { experimentIds: experiment_ids, runIds: run_ids, view: views[view ?? 'active'] }
        return { children: await countChildren(query) }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/experiments/:experiment_id/run-keys',
      permission: 'read',
      summary: 'The names of the metrics, params and tags that the runs of an experiment have.',
      response: KeysMessage,
      handler: async (request) => {
        const { experiment_id } = request.params as { readonly experiment_id: string }
        const { isComplete, ...keys } = await runKeys([experiment_id])
        return { ...keys, is_complete: isComplete }
      },
    },
  ]
}

function comparisonRoutes({ compareRuns, metricSeries }: RunTableCatalogue): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/runs/compare',
      permission: 'read',
      summary: 'Up to 100 runs side by side: the latest value of every metric, and every param and tag.',
      body: CompareFields,
      response: CompareMessage,
      handler: async (request) => {
        const { run_ids, only_different = false } = request.body as Static<typeof CompareFields>
        const { runs, metrics, params, tags } = await compareRuns({ runIds: run_ids, onlyDifferent: only_different })
        const shown = (keys: readonly ComparedKey[]) =>
          keys.map(({ key, values }) => ({ key, values: values.map(wireValue) }))
        return { runs: runs.map(infoMessage), metrics: shown(metrics), params: shown(params), tags: shown(tags) }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/metrics/series',
      permission: 'read',
      summary: 'The curves of some metrics in some runs for a chart, each as least, greatest and last value by place.',
      body: SeriesFields,
      response: Type.Object({ axis: words(['step', 'time']), items: Type.Array(SeriesMessage) }),
      handler: async (request) => {
        const { run_ids, keys, points = 500, axis = 'step', ...range } = request.body as Static<typeof SeriesFields>
        const count = run_ids.length * keys.length
        if (count > mostSeries || count * points > mostPoints) {
          throw new SluiceError('limit-exceeded', `${count} curves of ${points} places are more than one call gives.`, {
            hint: `Ask for at most ${mostSeries} curves and ${mostPoints} places in all.`,
          })
        }
        const items: Static<typeof SeriesMessage>[] = []
        for (const runId of run_ids)
          for (const key of keys) {
            // Sequential: a curve's points are let go before the next one's are read.
            const series = await metricSeries({ runId, key, points, axis, ...range })
            if (series.count > 0) items.push(seriesMessage(runId, key, series))
          }
        return { axis, items }
      },
    },
  ]
}

function infoMessage(info: RunInfo): Static<typeof CompareMessage>['runs'][number] {
  return {
    run_id: info.runId,
    experiment_id: info.experimentId,
    name: info.runName,
    user: info.userId,
    status: info.status,
    started_at: wireTime(info.startMs),
    ...(info.endMs !== undefined && { ended_at: wireTime(info.endMs) }),
    lifecycle_stage: info.lifecycleStage,
  }
}

function rowMessage({ info, values }: RunTableRow): Static<typeof TableMessage>['items'][number] {
  return { ...infoMessage(info), values: values.map(wireValue) }
}

function wireValue(value: RunValue): RunValue {
  return Number.isNaN(value) ? 'NaN' : value
}

function seriesMessage(
  runId: string,
  key: string,
  { count, points }: Awaited<ReturnType<RunTableCatalogue['metricSeries']>>,
): Static<typeof SeriesMessage> {
  return {
    run_id: runId,
    key,
    count,
    from: points.map((point) => point.from),
    to: points.map((point) => point.to),
    counts: points.map((point) => point.count),
    nan_counts: points.map((point) => point.nanCount),
    min: points.map((point) => point.min ?? null),
    max: points.map((point) => point.max ?? null),
    last: points.map((point) => point.last ?? null),
  }
}
