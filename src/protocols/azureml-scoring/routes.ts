import { randomUUID } from 'node:crypto'
import { SluiceError } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'
import { bearerKey, clientSignal, scriptHeaders } from '../../server/request-client.ts'
import { traced } from '../../server/request-traces.ts'
import type { HttpReply, HttpRequest, Route } from '../../server/route.ts'
import type { ServedModel } from '../../serving/served-model.ts'
import type { EndpointAnswer, ServingService } from '../../serving/serving-service.ts'
import { invocationsErrors, scoreErrors } from './errors.ts'
import { deploymentHeader } from './messages.ts'
import { docsPage, docsPagePolicy } from './docs-page.ts'
import { describeEndpoint } from './swagger.ts'
import { mediaType, queryBody, requestIds } from './translate.ts'

/** What the scoring routes ask of the server. */
export interface ScoringRouteParts {
  readonly serving: Pick<ServingService, 'score' | 'authorise' | 'isReady' | 'models'>
  /**
   * With authentication on every endpoint wants its key. Without it (loopback) an endpoint that was made by deploying
   * to it is open, and one whose YAML says `auth_mode: key` wants it all the same.
   */
  readonly isKeyRequired: boolean
  /** Sent as `x-ms-server-version`. */
  readonly version: string
}

const maxBodyBytes = 64 << 20
const failedHeader = 'x-ms-run-function-failed'

type SwaggerVersion = '2' | '3' | '3.1'
const swaggerVersions: ReadonlyMap<unknown, SwaggerVersion> = new Map([
  ...([undefined, '2', '2.0'] as const).map((given) => [given, '2'] as const),
  ...(['3', '3.0'] as const).map((given) => [given, '3'] as const),
  ['3.1', '3.1'] as const,
])

/** Scoring as Azure ML's online endpoints and `mlflow models serve` have it, below `/endpoints/:endpoint`. */
export function azureMlScoringRoutes(parts: ScoringRouteParts): readonly Route[] {
  const scoring = { permission: 'score', bodyKind: 'raw', maxBodyBytes } as const
  const score: NonNullable<Route['direct']> = (request, reply) => answerScore(parts, request, reply)
  const asked = { ...scoring, method: 'POST', handler: score, direct: score } as const
  // A script that is given the whole request answers it itself.
  const options: Route['handler'] = async (request, reply) => {
    if (isAzureServer(parts.serving.models(endpointOf(request))[0])) return score(request, reply)
    return reply.header('allow', 'GET, POST, OPTIONS').send()
  }
  return [
    { ...asked, url: '/endpoints/:endpoint/score', errors: scoreErrors },
    { ...scoring, method: 'GET', url: '/endpoints/:endpoint/score', errors: scoreErrors, handler: score },
    { ...asked, url: '/endpoints/:endpoint/invocations', errors: invocationsErrors },
    { ...scoring, method: 'OPTIONS', url: '/endpoints/:endpoint/score', errors: scoreErrors, handler: options },
    ...(['PUT', 'PATCH', 'DELETE'] as const).flatMap((method): readonly Route[] => [
      { ...scoring, method, url: '/endpoints/:endpoint/score', handler: otherMethod },
      { ...scoring, method, url: '/endpoints/:endpoint/invocations', handler: otherMethod },
    ]),
    ...aboutRoutes(parts),
  ]
}

/** What Azure ML's server says to a method that a path does not have. */
const otherMethod: Route['handler'] = async (_request, reply) =>
  reply.code(405).header('allow', 'GET, POST').send({ message: 'The method is not allowed for the requested URL.' })

function aboutRoutes({ serving, isKeyRequired, version }: ScoringRouteParts): readonly Route[] {
  const about = { method: 'GET', permission: 'score', errors: scoreErrors } as const
  const health: Route['handler'] = async (request, reply) =>
    reply
      .code(serving.isReady(endpointOf(request)) ? 200 : 503)
      .type('application/json')
      .send('\n')
  return [
    { ...about, url: '/endpoints/:endpoint/ping', handler: health },
    { ...about, url: '/endpoints/:endpoint/health', handler: health },
    {
      ...about,
      url: '/endpoints/:endpoint/version',
      handler: async (request, reply) => {
        const mlflow = serving.models(endpointOf(request))[0]?.metadata?.['mlflow_version']
        return reply.type('text/plain; charset=utf-8').send(typeof mlflow === 'string' ? mlflow : version)
      },
    },
    {
      ...about,
      url: '/endpoints/:endpoint/swagger.json',
      handler: async (request, reply) => {
        const name = endpointOf(request)
        await serving.authorise(name, bearerKey(request.headers), isKeyRequired)
        const [served] = serving.models(name)
        if (isAzureServer(served)) return askScript(serving, { request, reply, served })
        return describeServed(name, served, swaggerVersion((request.query as { version?: unknown }).version))
      },
    },
    {
      ...about,
      url: '/endpoints/:endpoint/docs',
      handler: async (request, reply) => {
        serving.models(endpointOf(request)) // Throws `not-found`.
        return reply.header('content-security-policy', docsPagePolicy).type('text/html; charset=utf-8').send(docsPage)
      },
    },
  ]
}

/** How an endpoint is asked, as OpenAPI 3, in the words of the script's own server where it has one. */
export async function endpointDescription(serving: ScoringRouteParts['serving'], name: string): Promise<unknown> {
  const [served] = serving.models(name)
  if (!isAzureServer(served)) return describeServed(name, served, '3')
  const { answer } = await serving.score({
    ...{ endpoint: name, deployment: served.deployment, requestId: randomUUID(), contentType: '' },
    ...{ body: Buffer.alloc(0), http: { method: 'GET', target: '/swagger.json?version=3' }, headers: () => ({}) },
  })
  if (answer.kind === 'refused') throw answer.error
  return JSON.parse(answer.body.toString()) as unknown
}

/** What lies beside a script as its description (python score_script.py), else what is known of the model. */
function describeServed(name: string, served: ServedModel | undefined, version: SwaggerVersion): unknown {
  const beside = served?.description?.['swagger']
  const own = isJsonObject(beside) ? beside[version] : undefined
  if (isJsonObject(own)) return own
  const metadata = served?.metadata
  const described = describeEndpoint({ name, ...(metadata !== undefined && { metadata }) }, version === '2' ? '2' : '3')
  return version === '3.1' ? { ...described, openapi: '3.1.0' } : described
}

function isAzureServer(served: ServedModel | undefined): served is ServedModel {
  return served?.description?.['kind'] === 'azureml-server'
}

/** The script's own server describes it. */
async function askScript(
  serving: ScoringRouteParts['serving'],
  {
    request,
    reply,
    served,
  }: { readonly request: HttpRequest; readonly reply: HttpReply; readonly served: ServedModel },
): Promise<HttpReply> {
  const answer = await serving.score({
    ...{ endpoint: endpointOf(request), deployment: served.deployment, requestId: randomUUID() },
    ...{ contentType: '', body: Buffer.alloc(0), http: { method: 'GET', target: targetOf(request) } },
    headers: () => scriptHeaders(request.headers),
  })
  return send(reply, { ...answer, isOfMlflow: false })
}

async function answerScore(
  { serving, isKeyRequired, version }: ScoringRouteParts,
  request: HttpRequest,
  reply: HttpReply,
): Promise<unknown> {
  const { headers } = request
  const ids = requestIds(headers, randomUUID)
  reply.header('x-ms-server-version', version)
  // Whose trace it is, as Azure ML's server gives it back.
  if (typeof headers['traceid'] === 'string') reply.header('traceid', headers['traceid'])
  if ('tooLong' in ids) {
    if (ids.requestId !== undefined) reply.header('x-request-id', ids.requestId)
    return reply.code(431).send({ message: ids.tooLong })
  }
  reply.header('x-request-id', ids.requestId).header('x-ms-request-id', ids.msRequestId)
  if (ids.clientRequestId !== undefined) reply.header('x-ms-client-request-id', ids.clientRequestId)
  const endpoint = endpointOf(request)
  await serving.authorise(endpoint, bearerKey(headers), isKeyRequired)
  const isGet = request.method === 'GET' || request.method === 'HEAD'
  const contentType = isGet ? 'application/json' : mediaType(headers['content-type'])
  // A script that is given the whole request decodes it itself.
  if (contentType === undefined && !isAzureServer(serving.models(endpoint)[0]))
    throw otherCharset(headers['content-type'])
  const isOfMlflow = isInvocations(request)
  if (isOfMlflow) checkParameters(headers['content-type'])
  const pinned = headers[deploymentHeader]
  const answer = await serving.score({
    endpoint,
    requestId: ids.msRequestId,
    ...(typeof pinned === 'string' && pinned !== '' && { deployment: pinned }),
    contentType: contentType ?? '',
    body: isGet ? Buffer.from(queryBody(request.url)) : bodyOf(request),
    http: { method: request.method, target: targetOf(request) },
    headers: () => scriptHeaders(headers),
    client: clientSignal(reply),
    ...traced(request),
  })
  return send(reply, { ...answer, isOfMlflow })
}

/** Path and query below the endpoint. */
function targetOf({ url }: HttpRequest): string {
  return url.replace(/^\/endpoints\/[^/?]*/, '')
}

function isInvocations(request: HttpRequest): boolean {
  return request.routeOptions.url?.endsWith('/invocations') === true
}

/** What a script that writes its own answers put around the body (python azure_script.py). */
interface ScriptReply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

/** These the endpoint writes; of the rest that a script sets every one reaches the client. */
const ofEndpoint: ReadonlySet<string> = new Set([
  ...['x-request-id', 'x-ms-request-id', 'x-ms-client-request-id', 'x-ms-server-version', 'traceid'],
  ...['x-ms-run-fn-exec-ms', failedHeader, deploymentHeader],
])

/** Puts what is known of the execution into the headers; throws what the deployment refused with. */
function send(
  reply: HttpReply,
  { deployment, answer, isOfMlflow }: EndpointAnswer & { readonly isOfMlflow: boolean },
): HttpReply {
  reply.header(deploymentHeader, deployment)
  // Written out, as Azure ML does: 0.012 and never 1.2e-2.
  if (answer.executionMs !== undefined) reply.header('x-ms-run-fn-exec-ms', answer.executionMs.toFixed(3))
  const isModelAtFault = answer.kind === 'refused' && answer.error.code === 'model-failed'
  reply.header(failedHeader, isModelAtFault ? 'True' : 'False')
  if (answer.kind === 'answered') {
    const { status = 200, headers = {} } = (answer.details ?? {}) as ScriptReply
    // A script may say so of itself (AMLResponse has an argument for it), and its 5xx says so too.
    if (status >= 500 || /^true/i.test(String(headers[failedHeader]))) reply.header(failedHeader, 'True')
    for (const [name, value] of Object.entries(headers)) if (!ofEndpoint.has(name)) reply.header(name, value)
    return reply.code(status).type(answer.contentType).send(answer.body)
  }
  const { error } = answer
  if (isModelAtFault) {
    reply.header('ms-azureml-model-error-statuscode', '500').header('ms-azureml-model-error-reason', 'model_error')
  }
  if (error.status === 429 || error.status === 503) reply.header('retry-after', '1')
  // To `mlflow models serve` a model that raises is a bad request. A worker that died is none.
  const isBadRequest = isOfMlflow && isModelAtFault && answer.executionMs !== undefined
  throw isBadRequest ? new SluiceError('invalid-request', error.message, { cause: error }) : error
}

function bodyOf(request: HttpRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
}

function endpointOf(request: HttpRequest): string {
  return (request.params as { endpoint: string }).endpoint
}

function swaggerVersion(version: unknown): SwaggerVersion {
  const known = swaggerVersions.get(version)
  if (known !== undefined) return known
  const given = typeof version === 'string' ? version : JSON.stringify(version)
  throw new SluiceError('not-found', `Swagger version [${given}] is not valid. Supported versions: [2, 3, 3.1].`)
}

/** `mlflow models serve` refuses `format=pandas-split` and the like, which meant something before its version 2. */
function checkParameters(contentType: string | undefined): void {
  if (contentType?.includes(';') !== true) return
  const others = contentType
    .split(';')
    .slice(1)
    .map((parameter) => parameter.trim().split('=', 1)[0]!)
    .filter((name) => name.toLowerCase() !== 'charset')
  if (others.length === 0) return
  throw new SluiceError(
    'unsupported-media-type',
    `The content type has unrecognized parameters: ${others.join(', ')}.`,
    {
      hint: 'Name the form of a JSON body by its key: dataframe_split, dataframe_records, instances or inputs.',
    },
  )
}

function otherCharset(contentType: string | undefined): SluiceError {
  return new SluiceError('unsupported-media-type', `The body is "${contentType}"; only UTF-8 is read.`)
}
