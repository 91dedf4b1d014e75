import type { FastifyRequest } from 'fastify'
import type { ModelRegistry } from '../../registry/model-registry.ts'
import type { Route } from '../../server/route.ts'
import { ModelList, ModelWithVersions, PageQuery } from './messages.ts'
import { toModelMessage, toVersionMessage } from './translate.ts'

/** What the routes of models ask of the registry. */
export interface ModelCatalogue {
  readonly models: Pick<ModelRegistry['models'], 'get' | 'search'>
  readonly versions: Pick<ModelRegistry['versions'], 'search'>
}

/** Looking at registered models; changing them goes through the MLflow protocol and the gates. */
export function modelRoutes({ models, versions }: ModelCatalogue): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/models',
      permission: 'read',
      summary: 'List registered models by name.',
      query: PageQuery,
      response: ModelList,
      handler: async (request) => {
        const { items, nextPageToken } = await models.search(pageOf(request))
        return {
          items: items.map(toModelMessage),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/models/:name',
      permission: 'read',
      summary: 'Show a registered model with its versions, newest first.',
      query: PageQuery,
      response: ModelWithVersions,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        const model = await models.get(name)
        const page = await versions.search({ filter: `name = ${quoted(name)}`, ...pageOf(request) })
        return {
          ...toModelMessage(model),
          versions: page.items.map(toVersionMessage),
          ...(page.nextPageToken !== undefined && { next_page_token: page.nextPageToken }),
        }
      },
    },
  ]
}

function pageOf(request: FastifyRequest): { readonly maxResults: number; readonly pageToken?: string } {
  const { limit = 100, page_token: pageToken } = request.query as { limit?: number; page_token?: string }
  return { maxResults: limit, ...(pageToken !== undefined && { pageToken }) }
}

/** MLflow's filters quote with either mark and know no escape. */
function quoted(name: string): string {
  return name.includes("'") ? `"${name}"` : `'${name}'`
}
