import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { assert, messageOf, SluiceError } from '../../base/errors.ts'
import { parseJson } from '../../server/parse-json.ts'
import type { Permission, Route } from '../../server/route.ts'
import { mlflowErrors } from './errors.ts'
import { asWritten, missing, type Fields, type Message, type MessageField } from './fields.ts'

export interface MlflowCall<Of extends Fields> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api` and `/ajax-api`, e.g. `/2.0/mlflow/runs/get`; `:name` parts are read as fields of that name. */
  readonly path: string
  readonly permission: Permission
  readonly message: MessageField<Of>
  readonly maxBodyBytes?: number
  /** The answer as JSON, or the text of it as a stream; `undefined` is MLflow's empty message, `{}`. */
  readonly handle: (message: Message<Of>, request: FastifyRequest) => Promise<object | undefined>
}

/**
 * One call of the protocol as rows of the route table: under `/api` for clients and under `/ajax-api` for MLflow's own
 * pages. GET is read from the query string, where a list repeats its key; everything else, DELETE included, from a JSON
 * body.
 */
export function mlflowRoutesOf<Of extends Fields>(call: MlflowCall<Of>): readonly MlflowRoute[] {
  const answer: Answer = async (given, request) => (await call.handle(readMessage(call, given, request), request)) ?? {}
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const given = call.method === 'GET' ? queryOf(request, call.message) : bodyOf(request, call.message)
    const found = await answer({ ...given, ...pathFields(request, given) }, request)
    return found instanceof Readable ? reply.type('application/json').send(found) : sendJson(reply, found)
  }
  return ['/api', '/ajax-api'].map((prefix) => ({
    method: call.method,
    url: `${prefix}${call.path}`,
    permission: call.permission,
    bodyKind: 'raw',
    ...(call.maxBodyBytes !== undefined && { maxBodyBytes: call.maxBodyBytes }),
    errors: mlflowErrors,
    handler,
    answer,
  }))
}

/** Answers the fields of a request as they are on the wire. */
type Answer = (given: Readonly<Record<string, unknown>>, request: FastifyRequest) => Promise<object>

interface MlflowRoute extends Route {
  readonly answer: Answer
}

/** What answers a call such as `GET /2.0/mlflow/runs/get`, for another way to ask it. */
export function answerOf(routes: readonly Route[], call: string): Answer {
  const [method, path] = call.split(' ')
  const found = routes.find((route) => route.method === method && route.url === `/api${path!}`)
  assert(found !== undefined && 'answer' in found, `there is a call ${call}`)
  return (found as MlflowRoute).answer
}

/** The message of a request; what is wrong with it is told in the numbers that the client wrote. */
function readMessage<Of extends Fields>(
  { method, message }: MlflowCall<Of>,
  given: Readonly<Record<string, unknown>>,
  request: FastifyRequest,
): Message<Of> {
  try {
    return message.read(given, '')
  } catch (error) {
    const body = method === 'GET' ? undefined : request.body
    if (!Buffer.isBuffer(body) || body.length === 0) throw error
    const written = asWritten(new TextDecoder().decode(body))
    if (typeof written === 'object') message.read({ ...written, ...pathFields(request, given) }, '')
    throw error
  }
}

/** The path's word counts; a body may repeat it, and is refused where what it repeats is no text. */
function pathFields(request: FastifyRequest, given: Readonly<Record<string, unknown>>): object {
  const fields = Object.entries(request.params as Readonly<Record<string, string>>)
  return Object.fromEntries(fields.filter(([name]) => typeof (given[name] ?? '') === 'string'))
}

/** Answers JSON as it stands: the framework's serialiser would look at it again. */
export function sendJson(reply: FastifyReply, answer: object): FastifyReply {
  return reply.type('application/json').send(JSON.stringify(answer))
}

function queryOf(request: FastifyRequest, { fields }: MessageField<Fields>): Readonly<Record<string, unknown>> {
  const query = request.query as Readonly<Record<string, string | readonly string[]>>
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => {
      const isList = Object.hasOwn(fields, name) && fields[name]!.isList === true
      if (isList) return [name, Array.isArray(value) ? value : [value]]
      return [name, Array.isArray(value) ? value[0] : value]
    }),
  )
}

function bodyOf(request: FastifyRequest, call: MessageField<Fields>): Readonly<Record<string, unknown>> {
  const bytes = request.body as Buffer
  const contentType = request.headers['content-type']
  // A page of another site can send text/plain without asking first, but not JSON.
  if ((bytes.length > 0 || contentType !== undefined) && !/^application\/json\s*(;|$)/i.test(contentType ?? '')) {
    const found =
      contentType === undefined
        ? 'Content-Type header is missing.'
        : "Content-Type must be one of ['application/json']."
    throw new SluiceError('unsupported-media-type', `Bad Request. ${found}`)
  }
  if (bytes.length === 0) return {}
  const value = parsedBody(bytes, call, request)
  // The first clients sent JSON within a JSON string.
  return typeof value === 'string'
    ? asObject(parsedBody(Buffer.from(value), call, request), call, request)
    : asObject(value, call, request)
}

function parsedBody(bytes: Buffer, call: MessageField<Fields>, request: FastifyRequest): unknown {
  try {
    return parseJson(bytes)
  } catch (error) {
    throw notAMessage(call, request, messageOf(error))
  }
}

function asObject(
  value: unknown,
  call: MessageField<Fields>,
  request: FastifyRequest,
): Readonly<Record<string, unknown>> {
  if (value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw notAMessage(call, request, 'The request body is not a JSON object.')
}

/** MLflow takes such a body for an empty one, so its clients expect to hear of the first parameter they then miss. */
function notAMessage({ fields }: MessageField<Fields>, request: FastifyRequest, why: string): SluiceError {
  const inPath = request.params as object
  const first = Object.keys(fields).find((name) => fields[name]!.isRequired === true && !Object.hasOwn(inPath, name))
  return new SluiceError('invalid-request', first === undefined ? why : `${missing(first).message} ${why}`)
}
