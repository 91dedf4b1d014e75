import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../access/principal.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DatastoreCatalogue } from '../../data/datastore-catalogue.ts'
import type { DatastoreDocument } from '../../spec/asset-documents.ts'
import type { Route } from '../../server/route.ts'
import { documentOf } from './asset-document.ts'
import { CreateRequest, DatastoreList, DatastoreMessage, UpdateRequest } from './asset-messages.ts'
import { toDatastoreMessage } from './asset-translate.ts'

/** What the routes of datastores ask of the server. */
export interface DatastoreRouteParts {
  readonly datastores: DatastoreCatalogue
  readonly localToken: string
  readonly principalOf: (request: FastifyRequest) => Principal
}

function settingsOf(given: DatastoreDocument['store']): JsonObject {
  if (given.type === 'local_folder') return { path: given.path }
  const { accountName, containerName, endpoint } = given
  return { accountName, containerName, endpoint }
}

/** Places where files lie by path. */
export function datastoreRoutes({ datastores, localToken, principalOf }: DatastoreRouteParts): readonly Route[] {
  const nameOf = (request: FastifyRequest): string => (request.params as { name: string }).name
  return [
    {
      method: 'GET',
      url: '/api/v1/datastores',
      permission: 'read',
      summary: 'List the datastores by name.',
      response: DatastoreList,
      handler: async () => ({ items: (await datastores.list()).map(toDatastoreMessage) }),
    },
    {
      method: 'GET',
      url: '/api/v1/datastores/:name',
      permission: 'read',
      summary: 'Show a datastore.',
      response: DatastoreMessage,
      handler: async (request) => toDatastoreMessage(await datastores.get(nameOf(request))),
    },
    {
      method: 'POST',
      url: '/api/v1/datastores',
      permission: 'manage',
      summary: 'Create a datastore, or change where it is.',
      body: CreateRequest,
      response: DatastoreMessage,
      successStatus: 201,
      handler: async (request) => {
        const {
          name,
          store: given,
          description,
          tags,
        } = await documentOf(request, {
          localToken,
          family: 'datastore',
          kinds: ['datastore'],
        })
        const store = await datastores.create({
          name,
          type: given.type,
          settings: settingsOf(given),
          tags,
          ...(description !== undefined && { description }),
          by: principalText(principalOf(request)),
        })
        return toDatastoreMessage(store)
      },
    },
    {
      method: 'PATCH',
      url: '/api/v1/datastores/:name',
      permission: 'manage',
      summary: 'Change what is said of a datastore.',
      body: UpdateRequest,
      response: DatastoreMessage,
      handler: async (request) => {
        const { description, tags } = request.body as UpdateRequest
        const change = { ...(description !== undefined && { description }), ...(tags !== undefined && { tags }) }
        return toDatastoreMessage(await datastores.update(nameOf(request), change))
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/datastores/:name',
      permission: 'manage',
      summary: 'Forget a datastore; its files stay where they are.',
      successStatus: 204,
      handler: (request) => datastores.delete(nameOf(request)),
    },
  ]
}
