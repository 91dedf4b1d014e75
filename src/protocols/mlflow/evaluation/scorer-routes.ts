import { SluiceError } from '../../../base/errors.ts'
import type { Route } from '../../../server/route.ts'
import type { ScorerStore } from '../../../tracking/evaluation/scorer-store.ts'
import { mlflowRoutesOf } from '../mlflow-route.ts'
import { isGiven, listField } from '../translate.ts'
import { evaluationRequests as requests, scorerMessage } from './evaluation-messages.ts'

const root = '/3.0/mlflow/scorers'

/** Scorers are kept for clients; none is ever run on the server. */
export function scorerRoutes({ scorers }: { readonly scorers: ScorerStore }): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/register`,
      permission: 'write',
      message: requests.registerScorer,
      handle: async ({ experiment_id, name, serialized_scorer }) => {
        const scorer = await scorers.register({ experimentId: experiment_id, name, serialized: serialized_scorer })
        return {
          version: scorer.version,
          scorer_id: scorer.scorerId,
          experiment_id: scorer.experimentId,
          name: scorer.name,
          serialized_scorer: scorer.serialized,
          creation_time: scorer.createdMs,
        }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/list`,
      permission: 'read',
      message: requests.listScorers,
      handle: async ({ experiment_id, experiment_ids }) => {
        if (isGiven(experiment_id) && experiment_ids !== undefined) {
          throw new SluiceError('invalid-request', "Cannot specify both 'experiment_id' and 'experiment_ids'.")
        }
        const ids = isGiven(experiment_id) ? [experiment_id] : experiment_ids
        return listField('scorers', (await scorers.list(ids)).map(scorerMessage))
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/versions`,
      permission: 'read',
      message: requests.scorer,
      handle: async ({ experiment_id, name }) =>
        listField('scorers', (await scorers.versions({ experimentId: experiment_id, name })).map(scorerMessage)),
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/get`,
      permission: 'read',
      message: requests.scorer,
      handle: async ({ experiment_id, name, version }) => {
        const reference = { experimentId: experiment_id, name, ...(version !== undefined && { version }) }
        return { scorer: scorerMessage(await scorers.get(reference)) }
      },
    }),
    // Judging traces as they come is not offered; clients ask about it whenever they list scorers.
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/online-configs`,
      permission: 'read',
      message: requests.onlineConfigs,
      handle: async () => ({ configs: [] }),
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${root}/delete`,
      permission: 'write',
      message: requests.scorer,
      handle: async ({ experiment_id, name, version }) => {
        await scorers.delete({ experimentId: experiment_id, name, ...(version !== undefined && { version }) })
        return undefined
      },
    }),
  ]
}
