import { environmentReference } from '../environments/environment-reference.ts'
import type { ErrorBody } from '../base/errors.ts'
import type { Deployment } from './deployment-store.ts'
import type { Endpoint } from './endpoint-store.ts'
import type { OnlineDeployment } from './online-deployment.ts'
import type { ProcessUsage } from '../processes/process-usage.ts'
import type { PoolStatus } from './pool-settings.ts'

/** An endpoint as everybody sees it, keys left out. */
export interface EndpointView extends Omit<Endpoint, 'version'> {
  /** For compare-and-set: pass it back with a change. */
  readonly version: number
  /** Below the server's URL. */
  readonly scoringPath: string
  readonly openapiPath: string
  readonly deployments: readonly DeploymentView[]
}

/** A deployment as everybody sees it. `updating`: an older revision serves while the newest is brought up. */
export interface DeploymentView {
  readonly endpoint: string
  readonly name: string
  readonly status: 'creating' | 'updating' | 'ready' | 'failed' | 'deleting'
  /** The revision that serves; absent before the first is ready. After a failed update the one before it. */
  readonly revision?: number
  readonly newestRevision: number
  readonly model?: {
    readonly name?: string
    readonly version?: number
    readonly baseName: string
    readonly runId?: string
    readonly loggedModelId?: string
  }
  readonly scoringScript?: string
  /** The registered or curated environment it runs in: `azureml:NAME:VERSION`. */
  readonly environment?: string
  readonly instanceCount: number
  readonly requestTimeoutMs: number
  /** Percent of the endpoint's traffic. */
  readonly traffic: number
  /** Why the newest revision failed. */
  readonly error?: ErrorBody['error']
  readonly workers?: PoolStatus & ProcessUsage
  readonly createdMs: number
  readonly updatedMs: number
}

/** Where an endpoint's routes begin, below the server's URL. */
function endpointPath(name: string): string {
  return `/endpoints/${name}`
}

/** One endpoint with its deployments; `running` finds what serves a deployment now. */
export function endpointView(
  endpoint: Endpoint,
  deployments: readonly Deployment[],
  running: (name: string) => OnlineDeployment | undefined,
): EndpointView {
  return {
    ...endpoint,
    scoringPath: `${endpointPath(endpoint.name)}/score`,
    openapiPath: `${endpointPath(endpoint.name)}/swagger.json`,
    deployments: deployments
      .filter((deployment) => deployment.endpoint === endpoint.name)
      .map((deployment) => deploymentView(deployment, endpoint, running(deployment.name))),
  }
}

function deploymentView(
  deployment: Deployment,
  endpoint: Endpoint,
  running: OnlineDeployment | undefined,
): DeploymentView {
  const { active, newest } = deployment
  const { spec } = active ?? newest
  const environment = spec.environment && environmentReference(spec.environment)
  return {
    endpoint: deployment.endpoint,
    name: deployment.name,
    status: statusOf(deployment, running),
    ...(active !== undefined && { revision: active.revision }),
    newestRevision: newest.revision,
    ...(spec.model !== undefined && { model: modelView(spec.model) }),
    ...(spec.scoring !== undefined && { scoringScript: spec.scoring.script }),
    ...(environment !== undefined && { environment }),
    instanceCount: spec.instanceCount,
    requestTimeoutMs: spec.request.timeoutMs,
    traffic: endpoint.traffic[deployment.name] ?? 0,
    ...(newest.error !== undefined && { error: newest.error }),
    ...(running !== undefined && { workers: { ...running.status(), ...running.usage() } }),
    createdMs: deployment.createdMs,
    updatedMs: deployment.updatedMs,
  }
}

function statusOf(
  { status, active, newest }: Deployment,
  running: OnlineDeployment | undefined,
): DeploymentView['status'] {
  if (status === 'deleting') return 'deleting'
  if (newest.status === 'failed') return 'failed'
  // Stored as ready and not routed to yet: whoever is told "ready" must be answered.
  const isComing = newest.status === 'creating' || running?.revision.revision !== active?.revision
  if (isComing) return active === undefined || running === undefined ? 'creating' : 'updating'
  return 'ready'
}

function modelView(model: DeploymentModel): DeploymentView['model'] & object {
  const { baseName } = model
  if (model.from === 'files') return { baseName }
  const { name, version, runId, loggedModelId } = model
  return {
    baseName,
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(runId !== undefined && { runId }),
    ...(loggedModelId !== undefined && { loggedModelId }),
  }
}

type DeploymentModel = Deployment['newest']['spec']['model'] & object
