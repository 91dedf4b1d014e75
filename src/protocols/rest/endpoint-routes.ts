import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../access/principal.ts'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import {
  ChangeEndpointRequest,
  CreateEndpointRequest,
  CredentialsMessage,
  DeployRequest,
  EndpointList,
  EndpointMessage,
  InvokeMessage,
  InvokeRequest,
  RegenerateKeyRequest,
  RollBackRequest,
} from './endpoint-messages.ts'
import type { ChangeTerms, EndpointService, EndpointSettings } from './endpoint-service.ts'
import { fromRoutingMessage, toEndpointMessage } from './endpoint-translate.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'
import { PageQuery } from './messages.ts'

/** What the routes of endpoints ask of the server. */
export interface EndpointRouteParts {
  readonly endpoints: EndpointService
  readonly localToken: string
  readonly url: () => string
  readonly principalOf: (request: FastifyRequest) => Principal
}

/** Making, changing, trying and removing endpoints; scoring itself has its own routes and keys. */
export function endpointRoutes(parts: EndpointRouteParts): readonly Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts), ...usingRoutes(parts), ...keyRoutes(parts)]
}

function readingRoutes({ endpoints, url }: EndpointRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/endpoints',
      permission: 'read',
      summary: 'List endpoints by name.',
      query: PageQuery,
      response: EndpointList,
      handler: async (request) => {
        const { limit = 100, page_token: pageToken } = request.query as { limit?: number; page_token?: string }
        const page = await endpoints.list({ limit, ...(pageToken !== undefined && { pageToken }) })
        return {
          items: page.endpoints.map((endpoint) => toEndpointMessage(endpoint, url())),
          ...(page.nextPageToken !== undefined && { next_page_token: page.nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/endpoints/:name',
      permission: 'read',
      summary: 'Show an endpoint with its deployments.',
      response: EndpointMessage,
      handler: async (request) => toEndpointMessage(await endpoints.get(nameOf(request)), url()),
    },
  ]
}

function changingRoutes({ endpoints, localToken, url }: EndpointRouteParts): readonly Route[] {
  const settingsOf = (
    request: FastifyRequest,
    body: CreateEndpointRequest & ChangeEndpointRequest,
  ): EndpointSettings => {
    const { name, file, set, description, tags, properties, traffic, routing } = body
    if (file !== undefined) requireLocalCaller(request, localToken)
    return {
      ...(name !== undefined && { name }),
      ...(file !== undefined && { file: requireAbsolute(file) }),
      ...(set !== undefined && { set }),
      ...(body.auth_mode !== undefined && { authMode: body.auth_mode }),
      ...(description !== undefined && { description }),
      ...(tags !== undefined && { tags }),
      ...(properties !== undefined && { properties }),
      ...(traffic !== undefined && { traffic }),
      ...(body.mirror_traffic !== undefined && { mirrorTraffic: body.mirror_traffic }),
      ...(routing !== undefined && { routing: fromRoutingMessage(routing) }),
    }
  }
  return [
    {
      method: 'POST',
      url: '/api/v1/endpoints',
      permission: 'manage',
      summary: 'Make an endpoint, with keys, of fields or of a file.',
      body: CreateEndpointRequest,
      response: EndpointMessage,
      successStatus: 201,
      handler: async (request, reply) => {
        const made = await endpoints.create(settingsOf(request, request.body as CreateEndpointRequest))
        return reply.code(201).send(toEndpointMessage(made, url()))
      },
    },
    {
      method: 'PATCH',
      url: '/api/v1/endpoints/:name',
      permission: 'manage',
      summary: 'Change what is given of an endpoint, its traffic included, all at once or nothing.',
      body: ChangeEndpointRequest,
      response: EndpointMessage,
      handler: async (request) => {
        const body = request.body as ChangeEndpointRequest
        const wanted = { ...settingsOf(request, body), ...termsOf(body) }
        return toEndpointMessage(await endpoints.change(nameOf(request), wanted), url())
      },
    },
    {
      method: 'POST',
      url: '/api/v1/endpoints/:name/rollback',
      permission: 'manage',
      summary: 'Go back to the traffic before the last change.',
      body: RollBackRequest,
      response: EndpointMessage,
      handler: async (request) => {
        const terms = termsOf(request.body as RollBackRequest)
        return toEndpointMessage(await endpoints.rollBack(nameOf(request), terms), url())
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/endpoints/:name',
      permission: 'manage',
      summary: 'Remove an endpoint with its deployments and keys.',
      successStatus: 204,
      handler: async (request, reply) => {
        await endpoints.delete(nameOf(request))
        return reply.send()
      },
    },
  ]
}

function usingRoutes({ endpoints, localToken, url }: EndpointRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/endpoints/:name/openapi',
      permission: 'read',
      summary: 'Describe how an endpoint is asked, as OpenAPI 3; its own swagger.json wants its key.',
      handler: async (request) => endpoints.openapi(nameOf(request)),
    },
    {
      method: 'POST',
      url: '/api/v1/endpoints/:name/deploy',
      permission: 'manage',
      summary: 'Put a model behind an endpoint; answers when the deployment does.',
      body: DeployRequest,
      response: EndpointMessage,
      handler: async (request) => {
        const { deployment, model, file } = request.body as DeployRequest
        if (model === undefined && file === undefined)
          throw new SluiceError('invalid-request', 'Neither "model" nor "file" is given; one says what to deploy.')
        if (file !== undefined) requireLocalCaller(request, localToken)
        const endpoint = await endpoints.deploy({
          endpoint: nameOf(request),
          ...(deployment !== undefined && { deployment }),
          ...(model !== undefined && { model }),
          ...(file !== undefined && { file: requireAbsolute(file) }),
        })
        return toEndpointMessage(endpoint, url())
      },
    },
    {
      method: 'POST',
      url: '/api/v1/endpoints/:name/invoke',
      permission: 'score',
      summary: 'Score one body and answer with what the deployment said.',
      body: InvokeRequest,
      response: InvokeMessage,
      handler: async (request) => {
        const { deployment, headers = {}, body } = request.body as InvokeRequest
        const answer = await endpoints.invoke({
          endpoint: nameOf(request),
          ...(deployment !== undefined && { deployment }),
          contentType: 'application/json',
          headers,
          body: Buffer.from(JSON.stringify(body)),
        })
        return {
          status: answer.status,
          deployment: answer.deployment,
          request_id: answer.requestId,
          content_type: answer.contentType,
          body: bodyOf(answer),
        }
      },
    },
  ]
}

function keyRoutes({ endpoints, principalOf }: EndpointRouteParts): readonly Route[] {
  const keys = { permission: 'manage', response: CredentialsMessage } as const
  return [
    {
      ...keys,
      method: 'GET',
      url: '/api/v1/endpoints/:name/credentials',
      summary: 'Show the keys of an endpoint.',
      handler: async (request, reply) => {
        const { primary, secondary } = await endpoints.credentials(nameOf(request))
        reply.header('cache-control', 'no-store')
        return { primary_key: primary, secondary_key: secondary }
      },
    },
    {
      ...keys,
      method: 'POST',
      url: '/api/v1/endpoints/:name/regenerate-keys',
      summary: 'Replace one key of an endpoint; the other stays valid.',
      body: RegenerateKeyRequest,
      handler: async (request, reply) => {
        const { key } = request.body as RegenerateKeyRequest
        const { primary, secondary } = await endpoints.regenerateKey(nameOf(request), key, principalOf(request))
        reply.header('cache-control', 'no-store')
        return { primary_key: primary, secondary_key: secondary }
      },
    },
  ]
}

function termsOf({ version, reason }: ChangeTerms): ChangeTerms {
  return { ...(version !== undefined && { version }), ...(reason !== undefined && { reason }) }
}

function bodyOf({ contentType, body }: { readonly contentType: string; readonly body: Uint8Array }): unknown {
  const text = new TextDecoder().decode(body)
  if (!/json/i.test(contentType)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    // A deployment may call anything JSON; its words are shown as they are.
    return text
  }
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { name: string }).name
}
