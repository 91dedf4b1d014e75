import { SluiceError } from '../base/errors.ts'
import type { EnvironmentRequest } from '../environments/environment-builder.ts'
import type { OnlineDeploymentDocument, OnlineEndpointDocument } from '../spec/asset-documents.ts'
import type { EnvironmentChoice, Reference } from '../spec/document-parts.ts'
import { referenceText } from '../spec/scope.ts'
import type { DeployedModel, DeployRequest } from './deploy-request.ts'
import type { DeploymentSpec, RequestSettings } from './deployment-spec.ts'
import type { EndpointChange, NewEndpoint } from './endpoint-store.ts'
import type { EndpointView } from './endpoint-view.ts'
import type { ServingService } from './serving-service.ts'

/** What a deployment document needs beside itself. */
export interface DeployDocumentOptions {
  /** Who is to serve it, whatever `endpoint_name` says, as with `--endpoint-name` of `az ml online-deployment`. */
  readonly endpoint: string
  /** What it is to be called, whatever its `name` says; needed where it has none. */
  readonly deployment?: string
  /** Follows a reference to a registered or curated environment. */
  readonly resolveEnvironment: (choice: EnvironmentChoice) => Promise<EnvironmentRequest>
  /** Default `first`; `az ml online-deployment create --all-traffic` is `all`. */
  readonly traffic?: DeploymentSpec['traffic']
}

/**
 * What a deployment document asks for. Request settings that are written are taken as Azure ML takes them; those that
 * are not are ours: 5 s as Azure has it, but a queue of a thousand requests instead of two, and no limit of its own on
 * waiting (Azure's default of 500 ms is a dead letter there as well: `request_timeout_ms` covers the wait).
 */
export async function deployRequestOf(
  document: OnlineDeploymentDocument,
  { endpoint, deployment: named, resolveEnvironment, traffic }: DeployDocumentOptions,
): Promise<DeployRequest> {
  const deployment = named ?? document.name
  if (deployment === undefined)
    throw new SluiceError('invalid-document', 'The deployment has no name.', {
      hint: 'Write name into the file, or give one: sluice deployment create NAME --file deployment.yml',
    })
  const { environment, dataCollector, scoring, batching, workers } = document
  return {
    endpoint,
    deployment,
    ...(document.model !== undefined && { model: modelOf(document.model) }),
    ...(scoring !== undefined && { scoring }),
    ...(environment !== undefined && { environment: await resolveEnvironment(environment) }),
    environmentVariables: document.environmentVariables,
    instanceCount: document.instanceCount,
    request: requestSettingsOf(document),
    ...(dataCollector !== undefined && { dataCollector }),
    ...(batching !== undefined && { batching }),
    ...(workers !== undefined && { workers }),
    ...(traffic !== undefined && { traffic }),
  }
}

/** How a document is applied: `create` refuses a name that is taken, `update` one that is not, `either` does both. */
export interface ApplyOptions {
  readonly mode?: 'create' | 'update' | 'either'
  /** The version that a changed endpoint must have. */
  readonly version?: number
}

/**
 * Makes the endpoint of a document, or changes the one of that name to it. As in Azure ML traffic is set on an existing
 * endpoint only (its deployments must exist); a document that does not speak of traffic leaves it as it is.
 */
export async function applyEndpointDocument(
  serving: Pick<ServingService, 'list' | 'createEndpoint' | 'changeEndpoint'>,
  document: OnlineEndpointDocument,
  { mode = 'either', version }: ApplyOptions = {},
): Promise<EndpointView> {
  const { name, traffic, routing } = document
  const isThere = mode === 'update' || (await serving.list()).some((endpoint) => endpoint.name === name)
  if (!isThere || mode === 'create') {
    const wanted = Object.keys(traffic).filter((deployment) => (traffic[deployment] ?? 0) > 0)
    if (wanted.length > 0 && !isThere) {
      throw new SluiceError('invalid-document', `The new endpoint "${name}" has no deployment "${wanted[0]}" yet.`, {
        hint: 'Leave out traffic, create the deployment, then set its traffic.',
        ...positionOf(document, ['traffic', wanted[0]!]),
      })
    }
    return serving.createEndpoint({ name, ...identityOf(document), ...(routing !== undefined && { routing }) })
  }
  return serving.changeEndpoint(name, {
    ...identityOf(document),
    ...writtenOf(document),
    ...(version !== undefined && { version }),
  })
}

/** What `--set` of an update without a file changes: the fields that are set, and no other. */
export function endpointChangeOf(document: OnlineEndpointDocument, fields: ReadonlySet<string>): EndpointChange {
  const { description, tags, properties } = document
  return {
    ...(fields.has('description') && description !== undefined && { description }),
    ...(fields.has('tags') && { tags }),
    ...(fields.has('properties') && { properties }),
    ...writtenOf(document),
  }
}

// Tokens of Azure's identity service mean nothing here: an endpoint's key is accepted in their place.
function identityOf({ description, tags, properties }: OnlineEndpointDocument): Omit<NewEndpoint, 'name' | 'routing'> {
  return { authMode: 'key', tags, properties, ...(description !== undefined && { description }) }
}

function writtenOf(document: OnlineEndpointDocument): EndpointChange {
  const { traffic, mirrorTraffic, routing } = document
  return {
    ...(isWritten(document, ['traffic']) && { traffic }),
    ...(isWritten(document, ['mirror_traffic']) && { mirrorTraffic }),
    ...(routing !== undefined && { routing }),
  }
}

/** What `--set` of an update without a file changes of a deployment; the rest is its `base`. */
export async function deploymentChangeOf(
  document: OnlineDeploymentDocument,
  fields: ReadonlySet<string>,
  options: DeployDocumentOptions & { readonly base: DeploymentSpec },
): Promise<DeployRequest> {
  const { model, scoring, environment, ...asked } = await deployRequestOf(document, options)
  return {
    ...asked,
    base: options.base,
    ...(fields.has('model') && model !== undefined && { model }),
    ...(fields.has('code_configuration') && scoring !== undefined && { scoring }),
    ...(fields.has('environment') && environment !== undefined && { environment }),
  }
}

function modelOf(model: OnlineDeploymentDocument['model'] & object): DeployedModel {
  const reference: Reference = model.kind === 'inline' ? model.source : model.reference
  if (reference.kind === 'local') return { kind: 'local', path: reference.path }
  return { kind: 'reference', reference: referenceText(reference) }
}

function requestSettingsOf(document: OnlineDeploymentDocument): Partial<RequestSettings> {
  const { timeoutMs, maxConcurrentPerInstance, maxQueueWaitMs } = document.request
  const says = (key: string): boolean => isWritten(document, ['request_settings', key])
  return {
    timeoutMs,
    ...(says('max_concurrent_requests_per_instance') && {
      maxWaiting: 2 * maxConcurrentPerInstance * document.instanceCount,
    }),
    ...(says('max_queue_wait_ms') && { maxQueueWaitMs }),
  }
}

type LocatedDocument = Pick<OnlineDeploymentDocument | OnlineEndpointDocument, 'located'>

/** Whether the file itself says it, as opposed to a default. */
function isWritten({ located }: LocatedDocument, path: readonly string[]): boolean {
  return located.at(path) !== undefined
}

function positionOf(
  { located }: LocatedDocument,
  path: readonly string[],
): { readonly at?: ReturnType<typeof located.at> & object } {
  const at = located.at(path)
  return at === undefined ? {} : { at }
}
