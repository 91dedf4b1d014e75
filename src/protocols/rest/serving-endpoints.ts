import { randomUUID } from 'node:crypto'
import { readDocumentText } from '../../assets/document-text.ts'
import { SluiceError } from '../../base/errors.ts'
import type { EnvironmentRequest } from '../../environments/environment-builder.ts'
import {
  applyEndpointDocument,
  deploymentChangeOf,
  deployRequestOf,
  endpointChangeOf,
} from '../../serving/deploy-document.ts'
import type { DeployRequest } from '../../serving/deploy-request.ts'
import type { DeploymentView, EndpointView } from '../../serving/endpoint-view.ts'
import type { ServingService } from '../../serving/serving-service.ts'
import type { OnlineDeploymentDocument, OnlineEndpointDocument } from '../../spec/asset-documents.ts'
import type { EnvironmentChoice } from '../../spec/document-parts.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import type {
  ChangeTerms,
  DeploymentSettings,
  EndpointDeployment,
  EndpointService,
  EndpointSettings,
} from './endpoint-service.ts'

/** What follows a reference to a registered or curated environment. */
export type ResolveEnvironment = (choice: EnvironmentChoice) => Promise<EnvironmentRequest>

/** What endpoints need beside the serving service. */
export interface ServingEndpointsPlace {
  readonly resolveEnvironment: ResolveEnvironment
  /** How an endpoint is asked: OpenAPI. */
  readonly describe: (name: string) => Promise<unknown>
}

/** The serving service in the words of our REST interface. */
export function servingEndpoints(
  serving: ServingService,
  { resolveEnvironment, describe }: ServingEndpointsPlace,
): EndpointService {
  const deployments = servingDeployments(serving, resolveEnvironment)
  return {
    ...deployments,
    async list({ limit, pageToken }) {
      const views = (await serving.list()).filter(({ name }) => pageToken === undefined || name > pageToken)
      const page = views.slice(0, limit)
      return { endpoints: page, ...(views.length > limit && { nextPageToken: page.at(-1)!.name }) }
    },
    get: (name) => serving.show(name),
    create: (wanted) => createEndpoint(serving, wanted),
    change: (name, wanted) => changeEndpoint(serving, name, wanted),
    rollBack: (name, terms) => serving.rollBack(name, terms),
    async deploy(wanted) {
      await deploy(serving, wanted, resolveEnvironment)
      return serving.show(wanted.endpoint)
    },
    delete: (name) => serving.deleteEndpoint(name),
    credentials: (name) => serving.credentials(name),
    regenerateKey: (name, key, by) => serving.regenerateKey(name, key, by),
    async openapi(name) {
      await serving.show(name)
      return describe(name)
    },
    async invoke({ headers, ...invocation }) {
      const requestId = randomUUID()
      const { answer, deployment } = await serving.score({ ...invocation, requestId, headers: () => headers })
      if (answer.kind === 'refused') throw answer.error
      return { status: 200, deployment, requestId, contentType: answer.contentType, body: answer.body }
    },
  }
}

type DeploymentPart = 'createDeployment' | 'updateDeployment' | 'getDeployment' | 'deleteDeployment' | 'deploymentLog'

function servingDeployments(
  serving: ServingService,
  resolveEnvironment: ResolveEnvironment,
): Pick<EndpointService, DeploymentPart> {
  const begin = (
    request: DeployRequest,
    { isForAllTraffic, isAwaited }: DeploymentSettings,
  ): Promise<DeploymentView> => {
    const wanted = { ...request, ...(isForAllTraffic && { traffic: 'all' as const }) }
    return isAwaited ? serving.deploy(wanted) : serving.beginDeploy(wanted)
  }
  return {
    async createDeployment(wanted) {
      const request = await newDeployment(wanted, resolveEnvironment)
      const { deployments } = await serving.show(wanted.endpoint)
      if (deployments.some(({ name }) => name === (request.deployment ?? 'default'))) {
        throw new SluiceError(
          'already-exists',
          `The endpoint "${wanted.endpoint}" has a deployment "${request.deployment ?? 'default'}" already.`,
          {
            hint: `Replace what it serves: sluice deployment update ${request.deployment} --endpoint ${wanted.endpoint}`,
          },
        )
      }
      return begin(request, wanted)
    },
    async updateDeployment(wanted) {
      const { endpoint, deployment } = wanted
      const base = await serving.specOfDeployment(endpoint, deployment)
      if (wanted.file !== undefined) return begin(await newDeployment(wanted, resolveEnvironment), wanted)
      const { set = {}, model } = wanted
      const named = { ...(model !== undefined && { model: { kind: 'reference' as const, reference: model } }) }
      const document = await settingsDocument<OnlineDeploymentDocument>('online-deployment', set, {
        ...{ name: deployment, endpoint_name: endpoint, model: 'azureml:kept:1', instance_count: base.instanceCount },
        environment_variables: base.environmentVariables,
        request_settings: { request_timeout_ms: base.request.timeoutMs },
      })
      const options = { endpoint, resolveEnvironment, base, traffic: 'none' as const }
      return begin({ ...(await deploymentChangeOf(document, fieldsOf(set), options)), ...named }, wanted)
    },
    getDeployment: (endpoint, deployment) => serving.showDeployment(endpoint, deployment),
    deleteDeployment: (endpoint, deployment) => serving.deleteDeployment(endpoint, deployment),
    async deploymentLog({ endpoint, deployment, offset, lines }) {
      const chunk =
        lines === undefined
          ? await serving.logs(endpoint, deployment, offset)
          : await serving.logTail(endpoint, deployment, lines)
      return { ...chunk, text: new TextDecoder().decode(chunk.bytes) }
    },
  }
}

/** A whole deployment: of a file with values over it, of a model, or of both. */
export async function newDeployment(
  { endpoint, deployment, model, file, set = {} }: DeploymentSettings,
  resolveEnvironment: ResolveEnvironment,
): Promise<DeployRequest> {
  const named = { ...(model !== undefined && { model: { kind: 'reference' as const, reference: model } }) }
  const options = { endpoint, ...(deployment !== undefined && { deployment }), resolveEnvironment }
  if (file !== undefined) {
    const document = await loadKind<OnlineDeploymentDocument>('online-deployment', file, set)
    return { ...(await deployRequestOf(document, options)), ...named }
  }
  if (model === undefined)
    throw new SluiceError('invalid-request', 'Neither "model" nor "file" is given; one says what to deploy.')
  const document = await settingsDocument<OnlineDeploymentDocument>('online-deployment', set, {
    ...{ name: 'default', endpoint_name: endpoint, model: 'azureml:named:1' },
    request_settings: { request_timeout_ms: 60_000 },
  })
  return { ...(await deployRequestOf(document, options)), ...named }
}

async function createEndpoint(
  serving: ServingService,
  { name, file, set = {}, ...fields }: EndpointSettings,
): Promise<EndpointView> {
  if (file !== undefined) {
    const document = await loadKind<OnlineEndpointDocument>('online-endpoint', file, withName(set, name))
    const made = await applyEndpointDocument(serving, document, { mode: 'create' })
    return Object.keys(fields).length === 0 ? made : serving.changeEndpoint(made.name, fields)
  }
  if (name === undefined)
    throw new SluiceError('invalid-request', 'Neither "name" nor "file" is given; one says which endpoint to make.')
  const document = await settingsDocument<OnlineEndpointDocument>('online-endpoint', set, { name })
  const { authMode = 'key', description, tags, properties, routing } = fields
  const changed = endpointChangeOf(document, fieldsOf(set))
  const made = { name, authMode, tags: tags ?? {}, properties: properties ?? {}, ...changed }
  return serving.createEndpoint({
    ...made,
    ...(description !== undefined && { description }),
    ...(routing !== undefined && { routing }),
  })
}

async function changeEndpoint(
  serving: ServingService,
  name: string,
  { file, set = {}, name: _, ...fields }: EndpointSettings & ChangeTerms,
): Promise<EndpointView> {
  if (file !== undefined) {
    const document = await loadKind<OnlineEndpointDocument>('online-endpoint', file, withName(set, name))
    const changed = await applyEndpointDocument(serving, document, {
      mode: 'update',
      ...(fields.version !== undefined && { version: fields.version }),
    })
    const { version: _version, ...rest } = fields
    return Object.keys(rest).length === 0 ? changed : serving.changeEndpoint(name, rest)
  }
  if (Object.keys(set).length === 0) return serving.changeEndpoint(name, fields)
  const { tags, properties, version } = await serving.show(name)
  const document = await settingsDocument<OnlineEndpointDocument>('online-endpoint', set, { name, tags, properties })
  // What was read is what is changed: a value that somebody else set meanwhile is not lost.
  return serving.changeEndpoint(name, { version, ...endpointChangeOf(document, fieldsOf(set)), ...fields })
}

async function deploy(
  serving: ServingService,
  { endpoint, deployment, model, file }: EndpointDeployment,
  resolveEnvironment: ResolveEnvironment,
): Promise<void> {
  const reference = model === undefined ? {} : { model: { kind: 'reference' as const, reference: model } }
  const named = deployment === undefined ? {} : { deployment }
  if (file === undefined) {
    await serving.deploy({ endpoint, ...named, ...reference })
    return
  }
  const { document } = await loadValidDocument({ file, readText: readDocumentText })
  if (document.kind === 'online-endpoint') {
    await applyEndpointDocument(serving, { ...document, name: endpoint })
    return
  }
  if (document.kind !== 'online-deployment') {
    throw new SluiceError(
      'invalid-document',
      `${file} is not an endpoint or a deployment (it is of kind ${document.kind}).`,
      {
        hint: 'A deployment has a model or code_configuration, and $schema or endpoint_name.',
      },
    )
  }
  const request = await deployRequestOf(document, { endpoint, ...named, resolveEnvironment })
  await serving.deploy({ ...request, ...reference })
}

/** A document of the kind that is wanted; another kind is a mistake of the file. */
async function loadKind<Wanted extends OnlineEndpointDocument | OnlineDeploymentDocument>(
  family: Wanted['kind'],
  file: string,
  overrides: Readonly<Record<string, string>>,
): Promise<Wanted> {
  const { document } = await loadValidDocument({ file, readText: readDocumentText, family, overrides })
  return document as Wanted // The loader has the family's kinds only, and this family has one.
}

/** Values that are set without a file, read as if they stood in one: with its checks. */
async function settingsDocument<Wanted extends OnlineEndpointDocument | OnlineDeploymentDocument>(
  family: Wanted['kind'],
  overrides: Readonly<Record<string, string>>,
  known: object,
): Promise<Wanted> {
  const text = JSON.stringify(known)
  const { document } = await loadValidDocument({
    ...{ file: '/--set', folder: '/', family, overrides },
    readText: () => text,
  })
  return document as Wanted // As above.
}

function withName(set: Readonly<Record<string, string>>, name: string | undefined): Readonly<Record<string, string>> {
  return name === undefined ? set : { ...set, name }
}

function fieldsOf(set: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(set).map((path) => path.split('.')[0]!))
}
