import { boolean, integer, list, message, required, text } from './fields.ts'

/** MLflow's registry messages (model_registry.proto), in the wire's own names; unset fields are absent. */

export interface WireTag {
  readonly key: string
  readonly value: string
}

export interface WireModelVersion {
  readonly name: string
  /** Text on the wire, a number with us. */
  readonly version: string
  readonly creation_timestamp: number
  readonly last_updated_timestamp: number
  readonly current_stage: string
  readonly description?: string
  readonly source: string
  readonly run_id: string
  readonly run_link: string
  readonly status: 'READY'
  readonly tags?: readonly WireTag[]
  readonly aliases?: readonly string[]
}

export interface WireRegisteredModel {
  readonly name: string
  readonly creation_timestamp: number
  readonly last_updated_timestamp: number
  readonly description?: string
  readonly latest_versions?: readonly WireModelVersion[]
  readonly tags?: readonly WireTag[]
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[]
}

export interface RegisteredModelAnswer {
  readonly registered_model: WireRegisteredModel
}

export interface ModelVersionAnswer {
  readonly model_version: WireModelVersion
}

export interface RegisteredModelsAnswer {
  readonly registered_models?: readonly WireRegisteredModel[]
  readonly next_page_token?: string
}

export interface ModelVersionsAnswer {
  readonly model_versions?: readonly WireModelVersion[]
  readonly next_page_token?: string
}

const name = { name: required(text) }
const version = { ...name, version: required(text) }
const tags = { tags: list(message({ key: text, value: text })) }
const search = { filter: text, max_results: integer, order_by: list(text), page_token: text }

/** What clients ask of the registry. */
export const registryRequests = {
  createModel: message({ ...name, ...tags, description: text }),
  model: message(name),
  updateModel: message({ ...name, description: text }),
  renameModel: message({ ...name, new_name: required(text) }),
  search: message(search),
  latestVersions: message({ ...name, stages: list(text) }),
  setModelTag: message({ ...name, key: required(text), value: text }),
  deleteModelTag: message({ ...name, key: required(text) }),
  setAlias: message({ ...name, alias: required(text), version: required(text) }),
  alias: message({ ...name, alias: required(text) }),

  createVersion: message({
    ...name,
    source: required(text),
    run_id: text,
    ...tags,
    run_link: text,
    description: text,
    model_id: text,
  }),
  version: message(version),
  /** MLflow does not say that the version is missing here, but that it is no number. */
  downloadUri: message({ ...name, version: text }),
  updateVersion: message({ ...version, description: text }),
  changeStage: message({ ...version, stage: required(text), archive_existing_versions: boolean }),
  setVersionTag: message({ ...version, key: required(text), value: text }),
  deleteVersionTag: message({ ...version, key: required(text) }),
}
