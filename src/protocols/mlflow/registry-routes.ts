import type { FastifyRequest } from 'fastify'
import { localPrincipal, type Principal } from '../../access/principal.ts'
import type { ArtifactStore } from '../../artifacts/artifact-store.ts'
import { SluiceError } from '../../base/errors.ts'
import { parseVersion } from '../../registry/model-names.ts'
import type { ModelRegistry } from '../../registry/model-registry.ts'
import type { Route } from '../../server/route.ts'
import type { Fields, MessageField } from './fields.ts'
import { mlflowRoutesOf, type MlflowCall } from './mlflow-route.ts'
import { registryArtifactRoutes } from './registry-artifact-routes.ts'
import {
  registryRequests as requests,
  type ModelVersionAnswer,
  type RegisteredModelAnswer,
} from './registry-messages.ts'
import {
  latestVersionsMessage,
  modelVersionMessage,
  modelVersionsMessage,
  registeredModelMessage,
  registeredModelsMessage,
  searchOf,
  tagsOf,
} from './registry-translate.ts'
import type { ModelVersion, RegisteredModel } from '../../registry/registered-model.ts'

export interface RegistryRouteParts {
  readonly registry: ModelRegistry
  readonly artifacts: ArtifactStore
  /** Who calls; absent: everybody is the person on this machine. */
  readonly principalOf?: (request: FastifyRequest) => Principal
}

const models = '/2.0/mlflow/registered-models'
const versions = '/2.0/mlflow/model-versions'

/** MLflow's registry: registered models, their aliases, and versions (models and prompts alike). */
export function mlflowRegistryRoutes(parts: RegistryRouteParts): readonly Route[] {
  return [
    ...modelRoutes(parts),
    ...aliasRoutes(parts),
    ...versionRoutes(parts),
    ...versionTagRoutes(parts),
    ...registryArtifactRoutes(parts),
  ]
}

function modelRoutes({ registry, principalOf = () => localPrincipal }: RegistryRouteParts): readonly Route[] {
  return [
    ...post(`${models}/create`, requests.createModel, async ({ name, description, tags }, request) =>
      modelAnswer(
        await registry.models.create({
          name,
          by: principalOf(request),
          ...(description !== undefined && description !== '' && { description }),
          ...(tags !== undefined && { tags: tagsOf(tags) }),
        }),
      ),
    ),
    ...get(`${models}/get`, requests.model, async ({ name }) => modelAnswer(await registry.models.get(name))),
    ...get(`${models}/search`, requests.search, async (search) =>
      registeredModelsMessage(await registry.models.search(searchOf(search))),
    ),
    ...patch(`${models}/update`, requests.updateModel, async ({ name, description }, request) => {
      const action = { name, by: principalOf(request), ...(description !== undefined && { description }) }
      return modelAnswer(await registry.models.update(action))
    }),
    ...post(`${models}/rename`, requests.renameModel, async ({ name, new_name: newName }, request) =>
      modelAnswer(await registry.models.rename({ name, newName, by: principalOf(request) })),
    ),
    ...remove(`${models}/delete`, requests.model, ({ name }, request) =>
      registry.models.delete({ name, by: principalOf(request) }),
    ),
    ...post(`${models}/set-tag`, requests.setModelTag, ({ name, key, value = '' }, request) =>
      registry.models.setTag({ name, key, value, by: principalOf(request) }),
    ),
    ...remove(`${models}/delete-tag`, requests.deleteModelTag, ({ name, key }, request) =>
      registry.models.deleteTag({ name, key, by: principalOf(request) }),
    ),
  ]
}

function aliasRoutes({ registry, principalOf = () => localPrincipal }: RegistryRouteParts): readonly Route[] {
  return [
    ...post(`${models}/alias`, requests.setAlias, ({ name, alias, version }, request) =>
      registry.aliases.set({ name, alias, version: parseVersion(version), by: principalOf(request) }),
    ),
    ...remove(`${models}/alias`, requests.alias, ({ name, alias }, request) =>
      registry.aliases.delete({ name, alias, by: principalOf(request) }),
    ),
    ...get(`${models}/alias`, requests.alias, async ({ name, alias }) => {
      const version = await registry.aliases.get(name, alias)
      // MLflow answers 400 here, where a model or version that does not exist is a 404.
      if (version === undefined) throw new SluiceError('invalid-request', `Registered model alias ${alias} not found.`)
      return versionAnswer(version)
    }),
  ]
}

function versionRoutes({ registry, principalOf = () => localPrincipal }: RegistryRouteParts): readonly Route[] {
  const latest: MlflowCall<typeof requests.latestVersions.fields>['handle'] = async ({ name, stages }) =>
    latestVersionsMessage(await registry.versions.latest(name, stages))
  return [
    ...post(`${versions}/create`, requests.createVersion, async (wanted, request) => {
      const { name, source, run_id: runId, model_id: loggedModelId, run_link: runLink, description = '', tags } = wanted
      const version = await registry.versions.create({
        name,
        source,
        description,
        by: principalOf(request),
        ...(runId !== undefined && { runId }),
        ...(loggedModelId !== undefined && { loggedModelId }),
        ...(runLink !== undefined && { runLink }),
        ...(tags !== undefined && { tags: tagsOf(tags) }),
      })
      return versionAnswer(version)
    }),
    ...get(`${versions}/get`, requests.version, async ({ name, version }) =>
      versionAnswer(await registry.versions.get({ name, version: parseVersion(version) })),
    ),
    ...get(`${versions}/search`, requests.search, async (search) =>
      modelVersionsMessage(await registry.versions.search(searchOf(search))),
    ),
    ...get(`${versions}/get-download-uri`, requests.downloadUri, async ({ name, version = '' }) => {
      const { storageLocation } = await registry.versions.get({ name, version: parseVersion(version) })
      return { artifact_uri: storageLocation }
    }),
    ...patch(`${versions}/update`, requests.updateVersion, async ({ name, version, description }, request) => {
      const reference = { name, version: parseVersion(version) }
      const action = { ...reference, by: principalOf(request), ...(description !== undefined && { description }) }
      return versionAnswer(await registry.versions.update(action))
    }),
    ...post(`${versions}/transition-stage`, requests.changeStage, async (wanted, request) => {
      const { name, version, stage, archive_existing_versions: archiveExisting = false } = wanted
      const reference = { name, version: parseVersion(version) }
      return versionAnswer(
        await registry.versions.changeStage({ ...reference, stage, archiveExisting, by: principalOf(request) }),
      )
    }),
    ...remove(`${versions}/delete`, requests.version, ({ name, version }, request) =>
      registry.versions.delete({ name, version: parseVersion(version), by: principalOf(request) }),
    ),
    ...get(`${models}/get-latest-versions`, requests.latestVersions, latest),
    // Asking with POST changes nothing: it is how clients before 2.0 asked.
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${models}/get-latest-versions`,
      permission: 'read',
      message: requests.latestVersions,
      handle: latest,
    }),
  ]
}

function versionTagRoutes({ registry, principalOf = () => localPrincipal }: RegistryRouteParts): readonly Route[] {
  return [
    ...post(`${versions}/set-tag`, requests.setVersionTag, ({ name, version, key, value = '' }, request) =>
      registry.versions.setTag({ name, version: parseVersion(version), key, value, by: principalOf(request) }),
    ),
    ...remove(`${versions}/delete-tag`, requests.deleteVersionTag, ({ name, version, key }, request) =>
      registry.versions.deleteTag({ name, version: parseVersion(version), key, by: principalOf(request) }),
    ),
  ]
}

function modelAnswer(model: RegisteredModel): RegisteredModelAnswer {
  return { registered_model: registeredModelMessage(model) }
}

function versionAnswer(version: ModelVersion): ModelVersionAnswer {
  return { model_version: modelVersionMessage(version) }
}

type Handle<Of extends Fields> = (...call: Parameters<MlflowCall<Of>['handle']>) => Promise<object | void>

function call(method: MlflowCall<Fields>['method'], permission: 'read' | 'write') {
  return <Of extends Fields>(path: string, message: MessageField<Of>, handle: Handle<Of>): readonly Route[] =>
    mlflowRoutesOf({
      method,
      path,
      permission,
      message,
      handle: async (...given) => (await handle(...given)) ?? undefined,
    })
}

const get = call('GET', 'read')
const post = call('POST', 'write')
const patch = call('PATCH', 'write')
const remove = call('DELETE', 'write')
