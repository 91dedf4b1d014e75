import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { invalid } from './fields.ts'
import { requests } from './messages.ts'
import { mlflowRoutesOf } from './mlflow-route.ts'
import {
  isGiven,
  pageMessage,
  runInfoMessage,
  runMessage,
  toDatasetInput,
  toMetric,
  toPair,
  toPairs,
} from './translate.ts'

const at = (call: string) => `/2.0/mlflow/runs/${call}`
const defaultPage = 1000
const maxBatchBytes = 1_000_000
/** A dataset's profile alone may take 16 MiB. */
const maxInputsBytes = 64 * 1024 * 1024

/** MLflow's calls for many things at once look at the id before they look for the run. */
function wellFormed(runId: string): string {
  if (/^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}$/u.test(runId)) return runId
  throw invalid('run_id', runId, '')
}

/** Runs and what is logged to them: 14 calls of the protocol. */
export function runRoutes({ tracking }: { readonly tracking: TrackingStore }): readonly Route[] {
  return [...lifecycleRoutes(tracking), ...loggingRoutes(tracking), ...batchRoutes(tracking)]
}

function lifecycleRoutes({ runs, searchRuns }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('create'),
      permission: 'write',
      message: requests.createRun,
      handle: async ({ experiment_id, user_id, run_name, start_time, tags }) => {
        const run = await runs.create({
          ...(isGiven(experiment_id) && { experimentId: experiment_id }),
          ...(user_id !== undefined && { userId: user_id }),
          ...(run_name !== undefined && { runName: run_name }),
          ...(start_time !== undefined && { startMs: start_time }),
          tags: toPairs(tags),
        })
        const { outputs: _notYet, ...created } = runMessage(run)
        return { run: created }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: at('get'),
      permission: 'read',
      message: requests.run,
      handle: async ({ run_id }) => ({ run: runMessage(await runs.get(run_id)) }),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('update'),
      permission: 'write',
      message: requests.updateRun,
      handle: async ({ run_id, status, end_time, run_name }) => {
        const info = await runs.update(run_id, {
          ...(status !== undefined && { status }),
          ...(end_time !== undefined && { endMs: end_time }),
          ...(run_name !== undefined && { runName: run_name }),
        })
        return { run_info: runInfoMessage(info) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('delete'),
      permission: 'write',
      message: requests.run,
      handle: async ({ run_id }) => void (await runs.delete(run_id)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('restore'),
      permission: 'write',
      message: requests.run,
      handle: async ({ run_id }) => void (await runs.restore(run_id)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('search'),
      permission: 'read',
      message: requests.searchRuns,
      handle: async (query) => {
        const page = await searchRuns({
          experimentIds: query.experiment_ids ?? [],
          maxResults: query.max_results ?? defaultPage,
          ...(query.run_view_type !== undefined && { view: query.run_view_type }),
          ...(query.filter !== undefined && { filter: query.filter }),
          ...(query.order_by !== undefined && { orderBy: query.order_by }),
          ...(query.page_token !== undefined && { pageToken: query.page_token }),
        })
        return pageMessage('runs', page, runMessage)
      },
    }),
  ]
}

function loggingRoutes({ runs, metrics }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('log-metric'),
      permission: 'write',
      message: requests.logMetric,
      handle: async ({ run_id, ...metric }) => void (await metrics.log(run_id, toMetric(metric))),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('log-parameter'),
      permission: 'write',
      message: requests.logParameter,
      handle: async ({ run_id, ...param }) => void (await runs.logParam(run_id, toPair(param))),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('set-tag'),
      permission: 'write',
      message: requests.setTag,
      handle: async ({ run_id, ...tag }) => void (await runs.setTag(run_id, toPair(tag))),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('delete-tag'),
      permission: 'write',
      message: requests.deleteTag,
      handle: async ({ run_id, key }) => void (await runs.deleteTag(run_id, key)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('log-model'),
      permission: 'write',
      message: requests.logModel,
      handle: async ({ run_id, model_json }) => void (await runs.recordModel(run_id, model_json)),
    }),
  ]
}

function batchRoutes({ runs, inputs }: TrackingStore): readonly Route[] {
  return [
    ...batchRoute(runs),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('log-inputs'),
      permission: 'write',
      maxBodyBytes: maxInputsBytes,
      message: requests.logInputs,
      handle: async ({ run_id, datasets = [], models = [] }) =>
        void (await inputs.logInputs(wellFormed(run_id), {
          datasets: datasets.map(toDatasetInput),
          models: models.map(({ model_id }) => ({ modelId: model_id })),
        })),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('outputs'),
      permission: 'write',
      message: requests.logOutputs,
      handle: async ({ run_id, models }) =>
        void (await inputs.logOutputs(
          run_id,
          models.map(({ model_id, step = 0 }) => ({ modelId: model_id, step })),
        )),
    }),
  ]
}

function batchRoute(runs: TrackingStore['runs']): readonly Route[] {
  const routes = mlflowRoutesOf({
    method: 'POST',
    path: at('log-batch'),
    permission: 'write',
    message: requests.logBatch,
    handle: async ({ run_id, metrics = [], params, tags }) =>
      void (await runs.logBatch(wellFormed(run_id), {
        metrics: metrics.map(toMetric),
        params: toPairs(params),
        tags: toPairs(tags),
      })),
  })
  return routes.map((route) => ({
    ...route,
    handler: async (request, reply) => {
      const size = (request.body as Buffer).length
      if (size > maxBatchBytes) {
        throw new SluiceError(
          'limit-exceeded',
          `Batched logging API requests must be at most ${maxBatchBytes} bytes, got a request of size ${size}.`,
        )
      }
      return route.handler(request, reply)
    },
  }))
}
