import type { DeployRequest } from '../../serving/deploy-request.ts'
import type { ServingService } from '../../serving/serving-service.ts'
import { newDeployment, type ResolveEnvironment } from './serving-endpoints.ts'
import type { RolloutWish, VariantService } from './variant-service.ts'

/** Rollouts and comparisons of the serving service in the words of our REST interface. */
export function servingVariants(serving: ServingService, resolveEnvironment: ResolveEnvironment): VariantService {
  const { rollouts, comparisons } = serving
  return {
    async beginRollout(endpoint, { to, model, file, deployment, ...terms }) {
      if (to !== undefined) return rollouts.begin(endpoint, { ...terms, candidate: to })
      const wanted = await deploymentOf(serving, { endpoint, wish: { model, file, deployment }, resolveEnvironment })
      return serving.rollOut(wanted, terms)
    },
    rollout: (endpoint) => rollouts.show(endpoint),
    rollouts: (endpoint) => rollouts.list(endpoint),
    abortRollout: (endpoint, reason) => rollouts.abort(endpoint, reason),
    promoteRollout: (endpoint, reason) => rollouts.promote(endpoint, reason),
    compare: (endpoint, request) => comparisons.compare(endpoint, request),
    addOutcomes: (endpoint, outcomes) => comparisons.addOutcomes(endpoint, outcomes),
  }
}

interface WantedDeployment {
  readonly endpoint: string
  readonly wish: { readonly [Key in 'model' | 'file' | 'deployment']: RolloutWish[Key] | undefined }
  readonly resolveEnvironment: ResolveEnvironment
}

/** A file says everything; a model is served as the deployment with most traffic is. */
async function deploymentOf(
  serving: ServingService,
  { endpoint, wish: { model, file, deployment }, resolveEnvironment }: WantedDeployment,
): Promise<DeployRequest> {
  const named = deployment === undefined ? {} : { deployment }
  if (file !== undefined) {
    return newDeployment({ endpoint, file, ...named, isForAllTraffic: false, isAwaited: true }, resolveEnvironment)
  }
  const { deployments } = await serving.show(endpoint)
  const [first] = deployments.toSorted((one, other) => other.traffic - one.traffic)
  const base = first === undefined ? undefined : await serving.specOfDeployment(endpoint, first.name)
  return {
    ...{ endpoint, ...named },
    ...(model !== undefined && { model: { kind: 'reference', reference: model } }),
    ...(base !== undefined && { base }),
  }
}
