import type { FastifyRequest } from 'fastify'
import type { Principal } from '../../access/principal.ts'
import { SluiceError } from '../../base/errors.ts'
import { parseVersion } from '../../registry/model-names.ts'
import type { ModelRegistry } from '../../registry/model-registry.ts'
import type { RegisteredVersion } from '../../registry/stored-models.ts'
import type { ModelDocument } from '../../spec/asset-documents.ts'
import type { Route } from '../../server/route.ts'
import { documentOf } from './asset-document.ts'
import { CreateRequest, LabelRequest, UpdateRequest } from './asset-messages.ts'
import { CreatedModelVersion, ModelVersionMessage } from './messages.ts'
import { toVersionMessage } from './translate.ts'

/** What changing models asks of the server. */
export interface ModelChangeParts {
  readonly registry: Pick<ModelRegistry, 'models' | 'versions' | 'aliases'>
  readonly createModel: (document: ModelDocument, by: Principal) => Promise<RegisteredVersion>
  readonly localToken: string
  readonly principalOf: (request: FastifyRequest) => Principal
}

/** Creating and changing models with the words of assets; a label of a model is its alias. */
export function modelChangeRoutes(parts: ModelChangeParts): readonly Route[] {
  return [creatingRoute(parts), ...versionRoutes(parts), ...labelRoutes(parts), ...archivingRoutes(parts)]
}

function creatingRoute({ createModel, localToken, principalOf }: ModelChangeParts): Route {
  return {
    method: 'POST',
    url: '/api/v1/models',
    permission: 'write',
    summary: 'Register a version of a model from a YAML file of the server, or from its fields.',
    body: CreateRequest,
    response: CreatedModelVersion,
    successStatus: 201,
    handler: async (request) => {
      const document = await documentOf(request, { localToken, family: 'model', kinds: ['model'] })
      const { version, isNew } = await createModel(document, principalOf(request))
      return { name: version.name, ...toVersionMessage(version), is_new: isNew }
    },
  }
}

function versionRoutes({ registry, principalOf }: ModelChangeParts): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/models/:name/versions/:version',
      permission: 'read',
      summary: 'Show one version of a model; @ALIAS for the version an alias stands for.',
      response: ModelVersionMessage,
      handler: async (request) => toVersionMessage(await registry.versions.get(await versionOf(registry, request))),
    },
    {
      method: 'PATCH',
      url: '/api/v1/models/:name/versions/:version',
      permission: 'write',
      summary: 'Change what is said of a version of a model.',
      body: UpdateRequest,
      response: ModelVersionMessage,
      handler: async (request) => {
        const version = await versionOf(registry, request)
        const by = principalOf(request)
        const { description, tags = {}, properties = {} } = request.body as UpdateRequest
        if (description !== undefined) await registry.versions.update({ ...version, description, by })
        for (const [key, value] of Object.entries({ ...properties, ...tags })) {
          // Sequential: each is a change of its own, with its event.
          if (value === null) await registry.versions.deleteTag({ ...version, key, by })
          else await registry.versions.setTag({ ...version, key, value, by })
        }
        return toVersionMessage(await registry.versions.get(version))
      },
    },
  ]
}

function labelRoutes({ registry, principalOf }: ModelChangeParts): readonly Route[] {
  return [
    {
      method: 'PUT',
      url: '/api/v1/models/:name/labels/:label',
      permission: 'write',
      summary: 'Let an alias of a model stand for a version.',
      body: LabelRequest,
      response: ModelVersionMessage,
      handler: async (request) => {
        const { name, label } = request.params as { name: string; label: string }
        const version = parseVersion((request.body as { version: string }).version)
        await registry.aliases.set({ name, alias: label, version, by: principalOf(request) })
        return toVersionMessage(await registry.versions.get({ name, version }))
      },
    },
    {
      method: 'DELETE',
      url: '/api/v1/models/:name/labels/:label',
      permission: 'write',
      summary: 'Take an alias of a model away.',
      successStatus: 204,
      handler: async (request) => {
        const { name, label } = request.params as { name: string; label: string }
        await registry.aliases.delete({ name, alias: label, by: principalOf(request) })
      },
    },
  ]
}

function archivingRoutes({ registry, principalOf }: ModelChangeParts): readonly Route[] {
  return [
    ...(['archive', 'restore'] as const).map((word): Route => ({
      method: 'POST',
      url: `/api/v1/models/:name/versions/:version/${word}`,
      permission: 'write',
      summary:
        word === 'archive'
          ? 'Move a version of a model to the stage Archived.'
          : 'Move a version of a model to no stage.',
      successStatus: 204,
      handler: async (request) => {
        const version = await versionOf(registry, request)
        const stage = word === 'archive' ? 'Archived' : 'None'
        await registry.versions.changeStage({ ...version, stage, by: principalOf(request) })
      },
    })),
    {
      method: 'DELETE',
      url: '/api/v1/models/:name/versions/:version',
      permission: 'manage',
      summary: 'Delete a version of a model.',
      successStatus: 204,
      handler: async (request) =>
        registry.versions.delete({ ...(await versionOf(registry, request)), by: principalOf(request) }),
    },
    {
      method: 'DELETE',
      url: '/api/v1/models/:name',
      permission: 'manage',
      summary: 'Delete a model with all its versions.',
      successStatus: 204,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        await registry.models.delete({ name, by: principalOf(request) })
      },
    },
  ]
}

async function versionOf(
  registry: ModelChangeParts['registry'],
  request: FastifyRequest,
): Promise<{ readonly name: string; readonly version: number }> {
  const { name, version } = request.params as { name: string; version: string }
  if (!version.startsWith('@')) return { name, version: parseVersion(version) }
  const found = await registry.aliases.get(name, version.slice(1))
  if (found !== undefined) return { name, version: found.version }
  throw new SluiceError('not-found', `The model "${name}" has no alias "${version.slice(1)}".`, {
    hint: `See its aliases with: sluice model show ${name}`,
  })
}
