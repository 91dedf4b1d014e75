import type { FastifyRequest } from 'fastify'
import { SluiceError } from '../../base/errors.ts'
import type { Route } from '../../server/route.ts'
import type { EndpointService } from './endpoint-service.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'
import {
  CredentialsMessage,
  DeployRequest,
  EndpointList,
  EndpointMessage,
  InvokeMessage,
  InvokeRequest,
  PageQuery,
} from './messages.ts'
import { toEndpointMessage } from './translate.ts'

/** What the routes of endpoints ask of the server. */
export interface EndpointRouteParts {
  readonly endpoints: EndpointService
  readonly localToken: string
  readonly url: () => string
}

/** Deploying, trying and removing endpoints; scoring itself has its own routes and keys. */
export function endpointRoutes(parts: EndpointRouteParts): readonly Route[] {
  return [...readingRoutes(parts), ...changingRoutes(parts)]
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
    {
      method: 'GET',
      url: '/api/v1/endpoints/:name/credentials',
      permission: 'manage',
      summary: 'Show the keys of an endpoint.',
      response: CredentialsMessage,
      handler: async (request, reply) => {
        const { primary, secondary } = await endpoints.credentials(nameOf(request))
        reply.header('cache-control', 'no-store')
        return { primary_key: primary, secondary_key: secondary }
      },
    },
  ]
}

function changingRoutes({ endpoints, localToken, url }: EndpointRouteParts): readonly Route[] {
  return [
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
    {
      method: 'POST',
      url: '/api/v1/endpoints/:name/invoke',
      permission: 'score',
      summary: 'Score one body and answer with what the deployment said.',
      body: InvokeRequest,
      response: InvokeMessage,
      handler: async (request) => {
        const { deployment, body } = request.body as InvokeRequest
        const answer = await endpoints.invoke({
          endpoint: nameOf(request),
          ...(deployment !== undefined && { deployment }),
          contentType: 'application/json',
          body: Buffer.from(JSON.stringify(body)),
        })
        return { status: answer.status, content_type: answer.contentType, body: bodyOf(answer) }
      },
    },
  ]
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
