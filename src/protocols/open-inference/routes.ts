import { randomUUID } from 'node:crypto'
import { SluiceError } from '../../base/errors.ts'
import { parseJson } from '../../server/parse-json.ts'
import { bearerKey, clientSignal, scriptHeaders } from '../../server/request-client.ts'
import { traced } from '../../server/request-traces.ts'
import type { HttpReply, HttpRequest, Route } from '../../server/route.ts'
import type { ServingService } from '../../serving/serving-service.ts'
import { readTensors, toTensorMessage } from '../../serving/tensor-message.ts'
import { chooseModel, type ChosenModel } from './choose-model.ts'
import { inferErrors } from './errors.ts'
import { jsonLengthHeader, type ServerMetadataMessage } from './messages.ts'
import { checkLoaded, indexModels, unloadRefusal, wantsReadyOnly } from './model-repository.ts'
import { describeModel } from './model-tensors.ts'
import { readInferRequest, writeInferResponse } from './translate.ts'

/** What the routes of the protocol ask of the server. */
export interface OpenInferenceParts {
  readonly serving: Pick<ServingService, 'score' | 'authorise' | 'isReady' | 'models'>
  /** With authentication on every endpoint wants its key. */
  readonly isKeyRequired: boolean
  readonly version: string
}

const base = '/endpoints/:endpoint/v2'
const maxBodyBytes = 256 << 20

/** Open Inference Protocol V2 below every endpoint: `/endpoints/NAME` is the base URL that its clients are given. */
export function openInferenceRoutes(parts: OpenInferenceParts): readonly Route[] {
  const { serving, version } = parts
  const about = { method: 'GET', permission: 'score', errors: inferErrors } as const
  const infer = {
    method: 'POST',
    permission: 'score',
    errors: inferErrors,
    bodyKind: 'raw',
    maxBodyBytes,
    isDecompressed: true,
  } as const
  const metadata: Route['handler'] = async (request) => {
    const { name, versions, model } = await findModel(parts, request)
    return describeModel(model, { name, versions })
  }
  const ready: Route['handler'] = async (request, reply) => {
    const { name, model } = await findModel(parts, request)
    return reply.code(model.isReady ? 200 : 503).send({ name, ready: model.isReady })
  }
  const answer: NonNullable<Route['direct']> = (request, reply) => answerInfer(parts, request, reply)
  const model = `${base}/models/:model`
  const versioned = `${model}/versions/:version`
  return [
    { ...about, url: base, handler: async (request) => serverMetadata(serving, endpointOf(request), version) },
    { ...about, url: `${base}/health/live`, handler: async () => ({ live: true }) },
    {
      ...about,
      url: `${base}/health/ready`,
      handler: async (request, reply) => {
        const isReady = serving.isReady(endpointOf(request))
        // The protocol's text says `live`; KServe and Triton answer `ready`.
        return reply.code(isReady ? 200 : 503).send({ live: true, ready: isReady })
      },
    },
    ...[model, versioned].flatMap((url): readonly Route[] => [
      { ...about, url, handler: metadata },
      { ...about, url: `${url}/ready`, handler: ready },
      { ...infer, url: `${url}/infer`, handler: answer, direct: answer },
    ]),
    ...repositoryRoutes(parts),
    // Clients read an error from JSON, of calls too that this server does not have.
    ...(['GET', 'POST'] as const).map((method): Route => ({ ...infer, method, url: `${base}/*`, handler: noSuchCall })),
  ]
}

const noSuchCall: Route['handler'] = async ({ method, url }) => {
  throw new SluiceError('not-found', `There is no ${method} ${url.replace(/^\/endpoints\/[^/]*|\?.*$/g, '')} here.`)
}

function repositoryRoutes(parts: OpenInferenceParts): readonly Route[] {
  const { serving, isKeyRequired } = parts
  const repository = { method: 'POST', permission: 'score', errors: inferErrors, bodyKind: 'raw' } as const
  const url = `${base}/repository`
  const index: Route['handler'] = async (request) => {
    const endpoint = endpointOf(request)
    await serving.authorise(endpoint, bearerKey(request.headers), isKeyRequired)
    return indexModels(serving.models(endpoint), { endpoint, isReadyOnly: wantsReadyOnly(jsonOf(request)) })
  }
  const load: Route['handler'] = async (request) => {
    const { name, model } = await findModel(parts, request)
    checkLoaded(model, { name, asked: jsonOf(request) })
    return {}
  }
  const unload: Route['handler'] = async (request) => {
    throw unloadRefusal((await findModel(parts, request)).name)
  }
  return [
    { ...repository, url: `${url}/index`, handler: index },
    { ...repository, url: `${url}/models/:model/load`, handler: load },
    { ...repository, url: `${url}/models/:model/unload`, handler: unload },
  ]
}

function jsonOf({ body }: HttpRequest): unknown {
  return Buffer.isBuffer(body) && body.length > 0 ? parseJson(body) : undefined
}

function serverMetadata(
  serving: OpenInferenceParts['serving'],
  endpoint: string,
  version: string,
): ServerMetadataMessage {
  serving.models(endpoint) // Throws `not-found`.
  return { name: 'sluiceworks', version, extensions: ['binary_tensor_data', 'model_repository'] }
}

interface FoundModel extends ChosenModel {
  readonly endpoint: string
  readonly name: string
}

async function findModel({ serving, isKeyRequired }: OpenInferenceParts, request: HttpRequest): Promise<FoundModel> {
  const { endpoint, model: name, version } = request.params as Readonly<Record<string, string>>
  await serving.authorise(endpoint!, bearerKey(request.headers), isKeyRequired)
  const named = { endpoint: endpoint!, name: name!, ...(version !== undefined && { version }) }
  return { ...named, ...chooseModel(serving.models(endpoint!), named) }
}

async function answerInfer(parts: OpenInferenceParts, request: HttpRequest, reply: HttpReply): Promise<unknown> {
  const { endpoint, name, deployment } = await findModel(parts, request)
  const { headers } = request
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const length = headers[jsonLengthHeader]
  const asked = readInferRequest(body, typeof length === 'string' ? length : undefined)
  const requestId = asked.id === undefined || asked.id === '' ? randomUUID() : asked.id
  const header = headers['azureml-model-deployment']
  const pinned = deployment ?? (typeof header === 'string' && header !== '' ? header : undefined)
  const {
    answer,
    modelVersion,
    deployment: answered,
  } = await parts.serving.score({
    ...{
      endpoint,
      requestId,
      contentType: 'application/octet-stream',
      headers: () => scriptHeaders(headers),
      client: clientSignal(reply),
    },
    ...traced(request),
    ...toTensorMessage(asked.tensors),
    ...(pinned !== undefined && { deployment: pinned }),
  })
  reply.header('azureml-model-deployment', answered)
  if (answer.kind === 'refused') throw answer.error
  const version = modelVersion === undefined ? {} : { version: `${modelVersion}` }
  const outputs = readTensors(answer.details, 'outputs', answer.body)
  const { body: written, jsonBytes } = writeInferResponse(asked, { model: name, ...version }, outputs)
  if (jsonBytes === undefined) return reply.type('application/json').send(written)
  return reply.header(jsonLengthHeader, jsonBytes).type('application/octet-stream').send(written)
}

function endpointOf(request: HttpRequest): string {
  return (request.params as { endpoint: string }).endpoint
}
