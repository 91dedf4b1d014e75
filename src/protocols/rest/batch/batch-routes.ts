import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { Type, type Static } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { principalText, type Principal } from '../../../access/principal.ts'
import { SluiceError } from '../../../base/errors.ts'
import type { JsonValue } from '../../../base/json.ts'
import type { Route } from '../../../server/route.ts'
import type { BatchEndpoints } from '../../../serving/batch/batch-endpoints.ts'
import type { BatchDeployment, BatchEndpoint } from '../../../serving/batch/batch-store.ts'
import { loadValidDocument } from '../../../spec/load-document.ts'
import type { Document } from '../../../spec/documents.ts'
import { requireAbsolute, requireLocalCaller } from '../local-caller.ts'
import { JobMessage, listOf, texts, time } from '../messages.ts'
import { toJobMessage, wireTime } from '../translate.ts'

/** What the routes of batch endpoints ask of the server. */
export interface BatchRouteParts {
  readonly batch: Pick<BatchEndpoints, keyof BatchEndpoints>
  readonly localToken: string
  readonly principalOf: (request: FastifyRequest) => Principal
}

const DeploymentMessage = Type.Object(
  {
    name: Type.String(),
    endpoint: Type.String(),
    type: Type.Union([Type.Literal('model'), Type.Literal('pipeline')]),
    description: Type.Optional(Type.String()),
    model: Type.Optional(Type.String()),
    scoring_script: Type.Optional(Type.String()),
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    revision: Type.Integer(),
    tags: texts,
    properties: texts,
    created_at: time,
    updated_at: time,
  },
  { $id: 'BatchDeployment' },
)
const EndpointMessage = Type.Object(
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    defaults: Type.Object({ deployment_name: Type.Optional(Type.String()) }),
    tags: texts,
    properties: texts,
    created_at: time,
    updated_at: time,
  },
  { $id: 'BatchEndpoint' },
)
const EndpointChange = Type.Object(
  {
    file: Type.Optional(Type.String({ description: 'Absolute path of a batch endpoint YAML on the server.' })),
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    defaults: Type.Optional(Type.Object({ deployment_name: Type.Optional(Type.String()) })),
    tags: Type.Optional(texts),
  },
  { $id: 'BatchEndpointChange', additionalProperties: false },
)
const NewDeployment = Type.Object(
  { file: Type.String({ description: 'Absolute path of a batch deployment YAML on the server.' }) },
  { $id: 'NewBatchDeployment', additionalProperties: false },
)
const InvokeRequest = Type.Object(
  {
    deployment: Type.Optional(Type.String({ description: 'Default: the default of the endpoint.' })),
    input: Type.Optional(Type.String({ description: 'An absolute path on the server, or a reference.' })),
    input_type: Type.Optional(
      Type.Union([Type.Literal('uri_file'), Type.Literal('uri_folder'), Type.Literal('mltable')]),
    ),
    inputs: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'As YAML has them.' })),
    settings: Type.Optional(texts),
    output_path: Type.Optional(Type.String({ description: 'azureml://datastores/NAME/paths/FOLDER/' })),
  },
  { $id: 'BatchInvocation', additionalProperties: false },
)
const BatchJobMessage = Type.Object(
  { deployment: Type.String(), revision: Type.Integer(), job: JobMessage },
  { $id: 'BatchJob' },
)
const JobQuery = Type.Object({
  deployment: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})

/** Batch endpoints, their deployments and their jobs. */
export function batchRoutes(parts: BatchRouteParts): readonly Route[] {
  return [...endpointRoutes(parts), ...deploymentRoutes(parts), ...jobRoutes(parts)]
}

function endpointRoutes(parts: BatchRouteParts): readonly Route[] {
  const { batch } = parts
  return [
    {
      method: 'GET',
      url: '/api/v1/batch-endpoints',
      permission: 'read',
      summary: 'List batch endpoints by name.',
      response: listOf(EndpointMessage),
      handler: async () => ({ items: (await batch.endpoints()).map(toEndpoint) }),
    },
    {
      method: 'POST',
      url: '/api/v1/batch-endpoints',
      permission: 'manage',
      summary: 'Make a batch endpoint, or change it to what a file says.',
      body: EndpointChange,
      response: EndpointMessage,
      handler: async (request) => toEndpoint(await apply(parts, request, undefined)),
    },
    {
      method: 'GET',
      url: '/api/v1/batch-endpoints/:name',
      permission: 'read',
      summary: 'Show a batch endpoint.',
      response: EndpointMessage,
      handler: async (request) => toEndpoint(await batch.endpoint(paramsOf(request).name)),
    },
    {
      method: 'PATCH',
      url: '/api/v1/batch-endpoints/:name',
      permission: 'manage',
      summary: 'Change a batch endpoint; what is not said stays.',
      body: EndpointChange,
      response: EndpointMessage,
      handler: async (request) => {
        const { name } = await batch.endpoint(paramsOf(request).name)
        return toEndpoint(await apply(parts, request, name))
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/batch-endpoints/:name',
      permission: 'manage',
      summary: 'Delete a batch endpoint with its deployments; its jobs stay.',
      successStatus: 204,
      handler: async (request, reply) => {
        await batch.deleteEndpoint(paramsOf(request).name)
        return reply.send()
      },
    },
  ]
}

function deploymentRoutes({ batch, localToken }: BatchRouteParts): readonly Route[] {
  const url = '/api/v1/batch-endpoints/:name/deployments'
  const one = `${url}/:deployment`
  return [
    {
      method: 'GET',
      url,
      permission: 'read',
      summary: 'List the deployments of a batch endpoint.',
      response: listOf(DeploymentMessage),
      handler: async (request) => ({ items: (await batch.deployments(paramsOf(request).name)).map(toDeployment) }),
    },
    {
      method: 'POST',
      url: '/api/v1/batch-deployments',
      permission: 'manage',
      summary: 'Make a batch deployment, or replace it, behind the endpoint that its file names.',
      body: NewDeployment,
      response: DeploymentMessage,
      handler: async (request) => {
        const document = await documentOf({ localToken }, request, (request.body as { file: string }).file)
        return toDeployment(await batch.deploy(deploymentDocument(document), undefined))
      },
    },
    {
      method: 'POST',
      url,
      permission: 'manage',
      summary: 'Make a batch deployment, or replace it.',
      body: NewDeployment,
      response: DeploymentMessage,
      handler: async (request) => {
        const document = await documentOf({ localToken }, request, (request.body as { file: string }).file)
        return toDeployment(await batch.deploy(deploymentDocument(document), paramsOf(request).name))
      },
    },
    {
      method: 'GET',
      url: one,
      permission: 'read',
      summary: 'Show a batch deployment.',
      response: DeploymentMessage,
      handler: async (request) => {
        const { name, deployment } = paramsOf(request)
        return toDeployment(await batch.deployment(name, deployment))
      },
    },
    {
      method: 'DELETE',
      url: one,
      permission: 'manage',
      summary: 'Delete a batch deployment; its jobs stay.',
      successStatus: 204,
      handler: async (request, reply) => {
        const { name, deployment } = paramsOf(request)
        await batch.deleteDeployment(name, deployment)
        return reply.send()
      },
    },
  ]
}

function jobRoutes({ batch, localToken, principalOf }: BatchRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/api/v1/batch-endpoints/:name/invoke',
      permission: 'write',
      summary: 'Score an input as a job; answers when the job is stored.',
      body: InvokeRequest,
      response: BatchJobMessage,
      handler: async (request) => {
        const said = request.body as Static<typeof InvokeRequest>
        const { deployment, input, input_type: inputType, inputs, settings, output_path: outputPath } = said
        if (input !== undefined && isLocal(input)) requireLocalCaller(request, localToken)
        if (Object.values(inputs ?? {}).some(namesLocalFile) || (outputPath !== undefined && isLocal(outputPath)))
          requireLocalCaller(request, localToken)
        const started = await batch.invoke({
          endpoint: paramsOf(request).name,
          by: principalText(principalOf(request)),
          ...(deployment !== undefined && { deployment }),
          ...(input !== undefined && { input }),
          ...(inputType !== undefined && { inputType }),
          ...(inputs !== undefined && { inputs: inputs as Record<string, JsonValue> }),
          ...(settings !== undefined && { settings }),
          ...(outputPath !== undefined && { outputPath }),
        })
        return { ...started, job: toJobMessage(started.job) }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/batch-endpoints/:name/jobs',
      permission: 'read',
      summary: 'List the jobs of a batch endpoint, newest first.',
      query: JobQuery,
      response: listOf(BatchJobMessage),
      handler: async (request) => {
        const { limit = 50, ...query } = request.query as Static<typeof JobQuery>
        const jobs = await batch.jobs({ endpoint: paramsOf(request).name, limit, ...query })
        return { items: jobs.map((started) => ({ ...started, job: toJobMessage(started.job) })) }
      },
    },
  ]
}

async function apply(
  { batch, localToken }: BatchRouteParts,
  request: FastifyRequest,
  known: string | undefined,
): Promise<BatchEndpoint> {
  const { file, defaults, tags, description, ...said } = request.body as Static<typeof EndpointChange>
  const document = file === undefined ? undefined : await documentOf({ localToken }, request, file)
  if (document !== undefined && document.kind !== 'batch-endpoint') throw wrongKind(document, 'batch endpoint')
  const name = known ?? said.name ?? document?.name
  if (name === undefined) throw new SluiceError('invalid-request', 'Nothing says the name of the batch endpoint.')
  const deployment = defaults?.deployment_name ?? document?.defaultDeployment
  const words = description ?? document?.description
  return batch.applyEndpoint({
    name: checkedName(name),
    ...(words !== undefined && { description: words }),
    ...(deployment !== undefined && { defaultDeployment: deployment }),
    tags: { ...document?.tags, ...tags },
    properties: document?.properties ?? {},
  })
}

function checkedName(name: string): string {
  if (/^(?=.{3,64}$)[a-zA-Z]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name)) return name
  throw new SluiceError('invalid-request', `${JSON.stringify(name)} cannot be the name of a batch endpoint.`, {
    hint: 'A name has 3 to 64 letters, digits, "-" and "_", starts with a letter and ends with a letter or digit.',
  })
}

async function documentOf(
  { localToken }: Pick<BatchRouteParts, 'localToken'>,
  request: FastifyRequest,
  file: string,
): Promise<Document> {
  requireLocalCaller(request, localToken)
  const family = /deployments$/.test(request.routeOptions.url ?? '') ? 'batch-deployment' : 'batch-endpoint'
  const readText = (path: string) => readFile(path, 'utf8')
  return (await loadValidDocument({ file: requireAbsolute(file), readText, family })).document
}

function deploymentDocument(document: Document): Extract<Document, { kind: 'batch-deployment' }> {
  if (document.kind === 'batch-deployment') return document
  throw wrongKind(document, 'batch deployment')
}

function wrongKind({ kind }: Document, wanted: string): SluiceError {
  return new SluiceError('invalid-document', `The file is no ${wanted} (it is of kind ${kind}).`)
}

function isLocal(path: string): boolean {
  if (isAbsolute(path)) return true
  if (/^[a-z][a-z0-9+.-]*:/i.test(path) && !path.toLowerCase().startsWith('file:')) return false
  throw new SluiceError('invalid-request', `The path ${JSON.stringify(path)} is neither absolute nor a reference.`)
}

/** `{path: /data}` among the inputs of a pipeline. */
function namesLocalFile(value: unknown): boolean {
  const path = typeof value === 'object' && value !== null && 'path' in value ? value.path : undefined
  return typeof path === 'string' && isLocal(path)
}

function paramsOf(request: FastifyRequest): { readonly name: string; readonly deployment: string } {
  return request.params as { name: string; deployment: string }
}

function toEndpoint(endpoint: BatchEndpoint): Static<typeof EndpointMessage> {
  const { name, description, defaultDeployment, tags, properties, createdMs, updatedMs } = endpoint
  return {
    name,
    ...(description !== undefined && { description }),
    defaults: defaultDeployment === undefined ? {} : { deployment_name: defaultDeployment },
    tags,
    properties,
    created_at: wireTime(createdMs),
    updated_at: wireTime(updatedMs),
  }
}

function toDeployment(deployment: BatchDeployment): Static<typeof DeploymentMessage> {
  const { name, endpoint, description, spec, revision, tags, properties, createdMs, updatedMs } = deployment
  const model = spec.type === 'model' ? spec : undefined
  return {
    name,
    endpoint,
    type: spec.type,
    ...(description !== undefined && { description }),
    ...(model?.model !== undefined && { model: model.model }),
    ...(model?.scoring !== undefined && { scoring_script: model.scoring.script }),
    ...(model !== undefined && { settings: toSettings(model.settings) }),
    revision,
    tags,
    properties,
    created_at: wireTime(createdMs),
    updated_at: wireTime(updatedMs),
  }
}

function toSettings(settings: (BatchDeployment['spec'] & { type: 'model' })['settings']): Record<string, unknown> {
  return {
    mini_batch_size: settings.miniBatchSize,
    max_concurrency_per_instance: settings.maxConcurrencyPerInstance,
    instance_count: settings.instanceCount,
    error_threshold: settings.errorThreshold,
    retry_settings: { max_retries: settings.maxRetries, timeout: settings.timeoutSeconds },
    output_action: settings.outputAction,
    output_file_name: settings.outputFileName,
    logging_level: settings.loggingLevel.toLowerCase(),
  }
}
