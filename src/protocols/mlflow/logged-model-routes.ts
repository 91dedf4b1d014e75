import type { Route } from '../../server/route.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { requests } from './messages.ts'
import { mlflowRoutesOf } from './mlflow-route.ts'
import {
  isGiven,
  loggedModelMessage,
  pageMessage,
  toLoggedModelOrder,
  toLoggedModelStatus,
  toPairs,
} from './translate.ts'

const root = '/2.0/mlflow/logged-models'
const one = `${root}/:model_id`

/** Logged models, which MLflow 3's clients make for every `log_model`. */
export function loggedModelRoutes({ tracking }: { readonly tracking: TrackingStore }): readonly Route[] {
  const { loggedModels } = tracking
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: root,
      permission: 'write',
      message: requests.createLoggedModel,
      handle: async ({ experiment_id, name, model_type, source_run_id, params, tags }) => {
        const model = await loggedModels.create({
          experimentId: experiment_id,
          ...(isGiven(name) && { name }),
          ...(model_type !== undefined && { modelType: model_type }),
          ...(source_run_id !== undefined && { sourceRunId: source_run_id }),
          params: toPairs(params),
          tags: toPairs(tags),
        })
        return { model: loggedModelMessage(model) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: one,
      permission: 'read',
      message: requests.loggedModel,
      handle: async ({ model_id, allow_deleted = false }) => ({
        model: loggedModelMessage(await loggedModels.get(model_id, { deletedToo: allow_deleted })),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: one,
      permission: 'write',
      message: requests.finalizeLoggedModel,
      handle: async ({ model_id, status }) => ({
        model: loggedModelMessage(await loggedModels.finalize(model_id, toLoggedModelStatus(status))),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: one,
      permission: 'write',
      message: requests.loggedModel,
      handle: async ({ model_id }) => void (await loggedModels.delete(model_id)),
    }),
    ...tagRoutes(tracking),
    ...searchRoutes(tracking),
  ]
}

function tagRoutes({ loggedModels }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${one}/tags`,
      permission: 'write',
      message: requests.setLoggedModelTags,
      handle: async ({ model_id, tags }) => void (await loggedModels.setTags(model_id, toPairs(tags))),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${one}/tags/:tag_key`,
      permission: 'write',
      message: requests.deleteLoggedModelTag,
      handle: async ({ model_id, tag_key }) => void (await loggedModels.deleteTag(model_id, tag_key)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${one}/params`,
      permission: 'write',
      message: requests.logLoggedModelParams,
      handle: async ({ model_id, params }) => void (await loggedModels.logParams(model_id, toPairs(params))),
    }),
  ]
}

function searchRoutes(tracking: TrackingStore): readonly Route[] {
  return mlflowRoutesOf({
    method: 'POST',
    path: `${root}/search`,
    permission: 'read',
    message: requests.searchLoggedModels,
    handle: async (query) => {
      const page = await tracking.searchLoggedModels({
        experimentIds: query.experiment_ids,
        // Protobuf's 0 is "not set" here, unlike in the other searches.
        ...(query.max_results !== undefined && query.max_results !== 0 && { maxResults: query.max_results }),
        ...(query.filter !== undefined && { filter: query.filter }),
        ...(query.page_token !== undefined && { pageToken: query.page_token }),
        datasets: (query.datasets ?? []).map(({ dataset_name, dataset_digest }) => ({
          name: dataset_name,
          ...(isGiven(dataset_digest) && { digest: dataset_digest }),
        })),
        orderBy: (query.order_by ?? []).map(toLoggedModelOrder),
      })
      return pageMessage('models', page, loggedModelMessage)
    },
  })
}
