import type { Route } from '../../../server/route.ts'
import type { TrackingStore } from '../../../tracking/tracking-store.ts'
import { mlflowRoutesOf } from '../mlflow-route.ts'
import { isGiven, listField, pageMessage } from '../translate.ts'
import { datasetMessage, evaluationRequests as requests, recordMessage } from './evaluation-messages.ts'

const root = '/3.0/mlflow/datasets'
const one = `${root}/:dataset_id`
const defaultRecords = 1000

/** Evaluation data sets: what `mlflow.genai.datasets` asks for. */
export function evaluationDatasetRoutes({ tracking }: { readonly tracking: TrackingStore }): readonly Route[] {
  const { evaluationDatasets: datasets } = tracking
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/create`,
      permission: 'write',
      message: requests.create,
      handle: async ({ name, experiment_ids, tags = {} }) => {
        const given = Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== null)
        const dataset = await datasets.create({
          name,
          tags: Object.fromEntries(given),
          ...(experiment_ids !== undefined && { experimentIds: experiment_ids }),
        })
        return { dataset: datasetMessage(dataset) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: one,
      permission: 'read',
      message: requests.dataset,
      handle: async ({ dataset_id }) => ({ dataset: datasetMessage(await datasets.get(dataset_id)) }),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: one,
      permission: 'write',
      message: requests.dataset,
      handle: async ({ dataset_id }) => void (await datasets.delete(dataset_id)),
    }),
    ...searchRoutes(tracking),
    ...recordRoutes(tracking),
    ...tagRoutes(tracking),
    ...experimentRoutes(tracking),
  ]
}

function searchRoutes(tracking: TrackingStore): readonly Route[] {
  return (['GET', 'POST'] as const).flatMap((method) =>
    mlflowRoutesOf({
      method,
      path: `${root}/search`,
      permission: 'read',
      message: requests.search,
      handle: async ({ experiment_ids = [], filter_string, max_results, order_by, page_token }) => {
        const page = await tracking.searchEvaluationDatasets({
          ...(experiment_ids.length > 0 && { experimentIds: experiment_ids }),
          ...(isGiven(filter_string) && { filter: filter_string }),
          // Protobuf's 0 is "not set" here.
          ...(max_results !== undefined && max_results !== 0 && { maxResults: max_results }),
          ...(order_by !== undefined && { orderBy: order_by }),
          ...(isGiven(page_token) && { pageToken: page_token }),
        })
        return pageMessage('datasets', page, datasetMessage)
      },
    }),
  )
}

function recordRoutes({ evaluationDatasets: datasets }: TrackingStore): readonly Route[] {
  const path = `${one}/records`
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path,
      permission: 'write',
      message: requests.upsert,
      maxBodyBytes: 64 * 1024 * 1024,
      handle: async ({ dataset_id, records }) => {
        const { inserted, updated } = await datasets.upsert(dataset_id, records)
        return { inserted_count: inserted, updated_count: updated }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path,
      permission: 'read',
      message: requests.records,
      handle: async ({ dataset_id, max_results, page_token }) => {
        const { items, nextPageToken } = await datasets.records(dataset_id, {
          maxResults: max_results === undefined || max_results === 0 ? defaultRecords : max_results,
          ...(isGiven(page_token) && { pageToken: page_token }),
        })
        return {
          records: JSON.stringify(items.map(recordMessage)),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path,
      permission: 'write',
      message: requests.deleteRecords,
      handle: async ({ dataset_id, dataset_record_ids = [] }) => ({
        deleted_count: await datasets.deleteRecords(dataset_id, dataset_record_ids),
      }),
    }),
  ]
}

function tagRoutes({ evaluationDatasets: datasets }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${one}/tags`,
      permission: 'write',
      message: requests.setTags,
      handle: async ({ dataset_id, tags }) => ({ dataset: datasetMessage(await datasets.setTags(dataset_id, tags)) }),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${one}/tags/:key`,
      permission: 'write',
      message: requests.deleteTag,
      handle: async ({ dataset_id, key }) => void (await datasets.deleteTag(dataset_id, key)),
    }),
  ]
}

function experimentRoutes({ evaluationDatasets: datasets }: TrackingStore): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${one}/experiment-ids`,
      permission: 'read',
      message: requests.dataset,
      handle: async ({ dataset_id }) => listField('experiment_ids', (await datasets.get(dataset_id)).experimentIds),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${one}/add-experiments`,
      permission: 'write',
      message: requests.experiments,
      handle: async ({ dataset_id, experiment_ids = [] }) => ({
        dataset: datasetMessage(await datasets.addExperiments(dataset_id, experiment_ids)),
      }),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${one}/remove-experiments`,
      permission: 'write',
      message: requests.experiments,
      handle: async ({ dataset_id, experiment_ids = [] }) => ({
        dataset: datasetMessage(await datasets.removeExperiments(dataset_id, experiment_ids)),
      }),
    }),
  ]
}
