import { Readable } from 'node:stream'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { Metric } from '../../tracking/entities.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { invalid } from './fields.ts'
import { requests } from './messages.ts'
import { mlflowRoutesOf } from './mlflow-route.ts'
import { listField, metricMessage, pageMessage } from './translate.ts'

const at = (call: string) => `/2.0/mlflow/metrics/${call}`
const maxRuns = 100
const maxBulkPoints = 25_000
const maxSampledPoints = 2500

/** Metric histories: whole or in pages, of several runs, and sampled for charts. */
export function metricRoutes({ tracking }: { readonly tracking: TrackingStore }): readonly Route[] {
  const { metrics } = tracking
  return [
    ...mlflowRoutesOf({
      method: 'GET',
      path: at('get-history'),
      permission: 'read',
      message: requests.metricHistory,
      handle: async ({ run_id, metric_key, max_results, page_token }) => {
        const query = {
          runId: run_id,
          key: metric_key,
          ...(page_token !== undefined && { pageToken: page_token }),
        }
        if (max_results === undefined) return wholeHistoryMessage(metrics.wholeHistory(query))
        return pageMessage('metrics', await metrics.history({ ...query, maxResults: max_results }), metricMessage)
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: at('get-history-bulk'),
      permission: 'read',
      message: requests.metricHistoryBulk,
      handle: async ({ run_id: runIds = [], metric_key: key, max_results = maxBulkPoints }) => {
        checkRuns('GetMetricHistoryBulk', runIds)
        if (key === undefined) {
          throw new SluiceError('invalid-request', 'GetMetricHistoryBulk request must specify a metric_key.')
        }
        const maxResults = Math.min(max_results, maxBulkPoints)
        if (maxResults < 0) throw invalid('max_results', max_results, ' It must not be negative.')
        const points = await metrics.bulkHistory({ runIds, key, maxResults })
        return { metrics: points.map((point) => ({ ...metricMessage(point), run_id: point.runId })) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: at('get-history-bulk-interval'),
      permission: 'read',
      message: requests.metricHistoryInterval,
      handle: async ({ run_ids: runIds, metric_key: key, max_results = maxSampledPoints, start_step, end_step }) => {
        checkRuns('GetMetricHistoryBulkInterval', runIds)
        if (max_results < 1 || max_results > maxSampledPoints) {
          throw invalid('max_results', max_results, ` max_results must be between 1 and ${maxSampledPoints}.`)
        }
        const steps = stepRange(start_step, end_step)
        const points = await metrics.sampledHistory({
          runIds,
          key,
          maxResults: max_results,
          ...(steps !== undefined && { steps }),
        })
        const shown = points.map((point) => ({ ...metricMessage(point), run_id: point.runId }))
        return listField('metrics', shown)
      },
    }),
  ]
}

/** The answer as JSON when it comes in one piece, else as a stream of it. */
async function wholeHistoryMessage(pieces: AsyncGenerator<readonly Metric[]>): Promise<object> {
  const first = await pieces.next()
  const second = await pieces.next()
  if (second.done === true) return listField('metrics', (first.value ?? []).map(metricMessage))
  async function* text(): AsyncGenerator<string> {
    yield `{"metrics":[${listText(first.value ?? [])}`
    for (let piece = second; piece.done !== true; piece = await pieces.next()) {
      if (piece.value.length > 0) yield `,${listText(piece.value)}`
    }
    yield ']}'
  }
  // A piece is made when the one before it was taken.
  return Readable.from(text(), { highWaterMark: 1 })
}

function listText(points: readonly Metric[]): string {
  return JSON.stringify(points.map(metricMessage)).slice(1, -1)
}

/** MLflow's two calls say the same in two ways. */
function checkRuns(call: 'GetMetricHistoryBulk' | 'GetMetricHistoryBulkInterval', runIds: readonly string[]): void {
  if (runIds.length >= 1 && runIds.length <= maxRuns) return
  const bound = call === 'GetMetricHistoryBulk' ? 'cannot specify more than' : 'must specify at most'
  const rule =
    runIds.length === 0
      ? 'must specify at least one run_id.'
      : `${bound} ${maxRuns} run_ids. Received ${runIds.length} run_ids.`
  throw new SluiceError('invalid-request', `${call} request ${rule}`)
}

function stepRange(
  from: number | undefined,
  to: number | undefined,
): { readonly from: number; readonly to: number } | undefined {
  if (from === undefined && to === undefined) return undefined
  if (from === undefined || to === undefined) {
    throw new SluiceError('invalid-request', 'If either start step or end step are specified, both must be specified.')
  }
  if (from <= to) return { from, to }
  throw new SluiceError(
    'invalid-request',
    `end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`,
  )
}
