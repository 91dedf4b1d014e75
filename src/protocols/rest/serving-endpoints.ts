import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SluiceError } from '../../base/errors.ts'
import type { EnvironmentRequest } from '../../environments/environment-builder.ts'
import { applyEndpointDocument, deployRequestOf } from '../../serving/deploy-document.ts'
import type { DeploymentView, EndpointView } from '../../serving/endpoint-view.ts'
import type { ServingService } from '../../serving/serving-service.ts'
import type { EnvironmentChoice } from '../../spec/document-parts.ts'
import { loadValidDocument } from '../../spec/load-document.ts'
import type { Deployment, Endpoint, EndpointDeployment, EndpointService } from './endpoint-service.ts'

/** The serving service in the words of our REST interface. */
export function servingEndpoints(
  serving: ServingService,
  resolveEnvironment: (choice: EnvironmentChoice) => Promise<EnvironmentRequest>,
): EndpointService {
  return {
    async list({ limit, pageToken }) {
      const views = (await serving.list()).filter(({ name }) => pageToken === undefined || name > pageToken)
      const page = views.slice(0, limit)
      return {
        endpoints: page.map(toEndpoint),
        ...(views.length > limit && { nextPageToken: page.at(-1)!.name }),
      }
    },
    get: async (name) => toEndpoint(await serving.show(name)),
    async deploy(wanted) {
      await deploy(serving, wanted, resolveEnvironment)
      return toEndpoint(await serving.show(wanted.endpoint))
    },
    delete: (name) => serving.deleteEndpoint(name),
    credentials: (name) => serving.credentials(name),
    async invoke({ endpoint, deployment, contentType, body }) {
      const { answer } = await serving.score({
        endpoint,
        requestId: randomUUID(),
        ...(deployment !== undefined && { deployment }),
        contentType,
        body,
        headers: () => ({}),
      })
      if (answer.kind === 'refused') throw answer.error
      return { status: 200, contentType: answer.contentType, body: answer.body }
    },
  }
}

async function deploy(
  serving: ServingService,
  { endpoint, deployment, model, file }: EndpointDeployment,
  resolveEnvironment: (choice: EnvironmentChoice) => Promise<EnvironmentRequest>,
): Promise<void> {
  if (file === undefined) {
    await serving.deploy({
      endpoint,
      ...(deployment !== undefined && { deployment }),
      ...(model !== undefined && { model: { kind: 'reference', reference: model } }),
    })
    return
  }
  const { document } = await loadValidDocument({ file, readText: (path) => readFile(path, 'utf8') })
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
  const request = await deployRequestOf(document, { endpoint, resolveEnvironment })
  await serving.deploy({
    ...request,
    ...(deployment !== undefined && { deployment }),
    ...(model !== undefined && { model: { kind: 'reference' as const, reference: model } }),
  })
}

function toEndpoint(view: EndpointView): Endpoint {
  return {
    name: view.name,
    ...(view.description !== undefined && { description: view.description }),
    traffic: view.traffic,
    deployments: view.deployments.map(toDeployment),
    tags: view.tags,
    createdMs: view.createdMs,
  }
}

function toDeployment(view: DeploymentView): Deployment {
  const { model } = view
  const version = model?.version === undefined ? '' : `:${model.version}`
  return {
    name: view.name,
    status: view.status,
    ...(view.error !== undefined && { statusDetail: view.error.message }),
    ...(model !== undefined && {
      model: model.name === undefined ? model.baseName : `azureml:${model.name}${version}`,
    }),
    workers: view.instanceCount,
    createdMs: view.createdMs,
  }
}
