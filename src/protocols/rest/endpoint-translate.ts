import type { EndpointChange } from '../../serving/endpoint-store.ts'
import type { DeploymentView, EndpointView } from '../../serving/endpoint-view.ts'
import type { DeploymentMessage, EndpointMessage, RoutingMessage } from './endpoint-messages.ts'
import { wireTime } from './translate.ts'

/** An endpoint with its deployments; `baseUrl` is the server's own. */
export function toEndpointMessage(endpoint: EndpointView, baseUrl: string): EndpointMessage {
  const { description, previousTraffic, routing } = endpoint
  return {
    name: endpoint.name,
    version: endpoint.version,
    scoring_uri: `${baseUrl}${endpoint.scoringPath}`,
    openapi_uri: `${baseUrl}${endpoint.openapiPath}`,
    auth_mode: endpoint.authMode,
    ...(description !== undefined && { description }),
    traffic: { ...endpoint.traffic },
    mirror_traffic: { ...endpoint.mirrorTraffic },
    ...(previousTraffic !== undefined && { previous_traffic: { ...previousTraffic } }),
    routing: {
      ...(routing.unitHeader !== undefined && { unit_header: routing.unitHeader }),
      ...(routing.deploymentHeader !== undefined && { deployment_header: routing.deploymentHeader }),
      labels: { ...routing.labels },
    },
    deployments: endpoint.deployments.map(toDeploymentMessage),
    tags: { ...endpoint.tags },
    properties: { ...endpoint.properties },
    created_at: wireTime(endpoint.createdMs),
    updated_at: wireTime(endpoint.updatedMs),
  }
}

export function toDeploymentMessage(view: DeploymentView): DeploymentMessage {
  const model = modelText(view.model)
  return {
    name: view.name,
    endpoint: view.endpoint,
    status: view.status,
    ...(view.error !== undefined && { status_detail: view.error.message }),
    ...(model !== undefined && { model }),
    ...(view.scoringScript !== undefined && { scoring_script: view.scoringScript }),
    ...(view.environment !== undefined && { environment: view.environment }),
    traffic: view.traffic,
    ...(view.revision !== undefined && { revision: view.revision }),
    newest_revision: view.newestRevision,
    workers: view.instanceCount,
    ...(view.workers !== undefined && {
      resource_use: {
        workers_ready: view.workers.ready,
        workers_wanted: view.workers.wanted,
        worker_deaths: view.workers.deaths,
        requests_waiting: view.workers.waiting,
        cpu_seconds: view.workers.cpuSeconds,
        memory_bytes: view.workers.memoryBytes,
      },
    }),
    request_timeout: view.requestTimeoutMs / 1000,
    created_at: wireTime(view.createdMs),
    updated_at: wireTime(view.updatedMs),
  }
}

/** Header names as they are compared: lower case. */
export function fromRoutingMessage(message: RoutingMessage): EndpointChange['routing'] & object {
  const { unit_header: unitHeader, deployment_header: deploymentHeader, labels = {} } = message
  return {
    ...(unitHeader !== undefined && { unitHeader: unitHeader.toLowerCase() }),
    ...(deploymentHeader !== undefined && { deploymentHeader: deploymentHeader.toLowerCase() }),
    labels,
  }
}

function modelText(model: DeploymentView['model']): string | undefined {
  if (model?.name === undefined) return model?.baseName
  return `azureml:${model.name}${model.version === undefined ? '' : `:${model.version}`}`
}
