import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { TrackingStore } from '../../tracking/tracking-store.ts'
import { requests } from './messages.ts'
import { mlflowRoutesOf } from './mlflow-route.ts'
import {
  datasetSummaryMessage,
  experimentMessage,
  isGiven,
  listField,
  pageMessage,
  toPair,
  toPairs,
} from './translate.ts'

const at = (call: string) => `/2.0/mlflow/experiments/${call}`
const maxExperimentsOfDatasets = 20

/** Experiments: 10 calls of the protocol. */
export function experimentRoutes({ tracking }: { readonly tracking: TrackingStore }): readonly Route[] {
  const { experiments } = tracking
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('create'),
      permission: 'write',
      message: requests.createExperiment,
      handle: async ({ name, artifact_location, tags }) => {
        const location = isGiven(artifact_location) ? { artifactLocation: artifact_location } : {}
        return { experiment_id: await experiments.create({ name, ...location, tags: toPairs(tags) }) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: at('get'),
      permission: 'read',
      message: requests.experiment,
      handle: async ({ experiment_id }) => ({ experiment: experimentMessage(await experiments.get(experiment_id)) }),
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: at('get-by-name'),
      permission: 'read',
      message: requests.experimentByName,
      handle: async ({ experiment_name }) => ({
        experiment: experimentMessage(await experiments.getByName(experiment_name)),
      }),
    }),
    ...searchRoutes(tracking),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('update'),
      permission: 'write',
      message: requests.updateExperiment,
      handle: async ({ experiment_id, new_name }) => void (await experiments.rename(experiment_id, new_name)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('delete'),
      permission: 'write',
      message: requests.experiment,
      handle: async ({ experiment_id }) => void (await experiments.delete(experiment_id)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('restore'),
      permission: 'write',
      message: requests.experiment,
      handle: async ({ experiment_id }) => void (await experiments.restore(experiment_id)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('set-experiment-tag'),
      permission: 'write',
      message: requests.setExperimentTag,
      handle: async ({ experiment_id, ...tag }) => void (await experiments.setTag(experiment_id, toPair(tag))),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('delete-experiment-tag'),
      permission: 'write',
      message: requests.deleteExperimentTag,
      handle: async ({ experiment_id, key }) => void (await experiments.deleteTag(experiment_id, key)),
    }),
  ]
}

function searchRoutes(tracking: TrackingStore): readonly Route[] {
  const search = (method: 'GET' | 'POST') =>
    mlflowRoutesOf({
      method,
      path: at('search'),
      permission: 'read',
      message: requests.searchExperiments,
      handle: async (query) => {
        const page = await tracking.searchExperiments({
          maxResults: query.max_results ?? 0,
          ...(query.view_type !== undefined && { view: query.view_type }),
          ...(query.filter !== undefined && { filter: query.filter }),
          ...(query.order_by !== undefined && { orderBy: query.order_by }),
          ...(query.page_token !== undefined && { pageToken: query.page_token }),
        })
        return pageMessage('experiments', page, experimentMessage)
      },
    })
  return [
    ...search('GET'),
    ...search('POST'),
    ...mlflowRoutesOf({
      method: 'POST',
      path: at('search-datasets'),
      permission: 'read',
      message: requests.searchDatasets,
      handle: async ({ experiment_ids = [] }) => {
        const count = experiment_ids.length
        if (count === 0 || count > maxExperimentsOfDatasets) {
          const rule =
            count === 0
              ? 'must specify at least one experiment_id.'
              : `cannot specify more than ${maxExperimentsOfDatasets} experiment_ids. Received ${count} experiment_ids.`
          throw new SluiceError('invalid-request', `SearchDatasets request ${rule}`)
        }
        const summaries = await tracking.inputs.searchDatasets(experiment_ids)
        return listField('dataset_summaries', summaries.map(datasetSummaryMessage))
      },
    }),
  ]
}
