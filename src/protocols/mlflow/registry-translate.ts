import type { ModelVersion, RegisteredModel, Tags } from '../../registry/registered-model.ts'
import type { RegistrySearch } from '../../registry/registry-page.ts'
import type { Page } from '../../tracking/entities.ts'
import type {
  ModelVersionsAnswer,
  RegisteredModelsAnswer,
  WireModelVersion,
  WireRegisteredModel,
  WireTag,
} from './registry-messages.ts'

/** A version as MLflow writes it: empty lists are left out, the ids of no run and no link are empty texts. */
export function modelVersionMessage(version: ModelVersion): WireModelVersion {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdMs,
    last_updated_timestamp: version.updatedMs,
    current_stage: version.stage,
    ...(version.description !== undefined && { description: version.description }),
    source: version.source,
    run_id: version.runId ?? '',
    run_link: version.runLink ?? '',
    status: 'READY',
    ...tagsMessage(version.tags),
    ...(version.aliases.length > 0 && { aliases: version.aliases }),
  }
}

/** A version among others: MLflow reads no aliases for searches and models. */
function listedVersionMessage(version: ModelVersion): WireModelVersion {
  return modelVersionMessage({ ...version, aliases: [] })
}

/** A model as MLflow writes it, with the newest version of every stage. */
export function registeredModelMessage(model: RegisteredModel): WireRegisteredModel {
  const aliases = Object.entries(model.aliases).map(([alias, version]) => ({ alias, version: String(version) }))
  return {
    name: model.name,
    creation_timestamp: model.createdMs,
    last_updated_timestamp: model.updatedMs,
    ...(model.description !== undefined && model.description !== '' && { description: model.description }),
    ...(model.latestVersions.length > 0 && { latest_versions: model.latestVersions.map(listedVersionMessage) }),
    ...tagsMessage(model.tags),
    ...(aliases.length > 0 && { aliases }),
  }
}

/** A page of models; an empty page has no list. */
export function registeredModelsMessage(page: Page<RegisteredModel>): RegisteredModelsAnswer {
  return {
    ...(page.items.length > 0 && { registered_models: page.items.map(registeredModelMessage) }),
    ...(page.nextPageToken !== undefined && { next_page_token: page.nextPageToken }),
  }
}

/** The newest versions of a model's stages; none have no list. */
export function latestVersionsMessage(versions: readonly ModelVersion[]): ModelVersionsAnswer {
  return versions.length === 0 ? {} : { model_versions: versions.map(modelVersionMessage) }
}

/** A page of versions; an empty page has no list. */
export function modelVersionsMessage(page: Page<ModelVersion>): ModelVersionsAnswer {
  return {
    ...(page.items.length > 0 && { model_versions: page.items.map(listedVersionMessage) }),
    ...(page.nextPageToken !== undefined && { next_page_token: page.nextPageToken }),
  }
}

/** Tags from a request: of two with one key the last counts; a tag without a value is empty. */
export function tagsOf(tags: readonly { readonly key?: string; readonly value?: string }[]): Tags {
  return Object.fromEntries(tags.map(({ key = '', value = '' }) => [key, value]))
}

function tagsMessage(tags: Tags): { readonly tags?: readonly WireTag[] } {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }))
  return list.length > 0 ? { tags: list } : {}
}

/** A search from a request; what was not given is left to the registry. */
export function searchOf(search: {
  readonly filter?: string
  readonly max_results?: number
  readonly order_by?: readonly string[]
  readonly page_token?: string
}): RegistrySearch {
  const { filter, max_results: maxResults, order_by: orderBy, page_token: pageToken } = search
  return {
    ...(filter !== undefined && { filter }),
    ...(maxResults !== undefined && { maxResults }),
    ...(orderBy !== undefined && { orderBy }),
    ...(pageToken !== undefined && { pageToken }),
  }
}
