import type { Generated } from 'kysely'

/** The rows of migration 0004; owned by the stores of this folder. */
export type RegistryTables = {
  registered_model: {
    id: Generated<number>
    workspace: string
    name: string
    description: string | null
    last_version: number
    created_ms: number
    updated_ms: number
  }
  registered_model_tag: { workspace: string; registered_model_id: number; key: string; value: string }
  model_version: {
    workspace: string
    registered_model_id: number
    version: number
    stage: string
    source: string
    storage_location: string
    run_id: string
    run_link: string
    logged_model_id: string
    description: string | null
    created_by: string
    created_ms: number
    updated_ms: number
  }
  model_version_tag: { workspace: string; registered_model_id: number; version: number; key: string; value: string }
  model_alias: { workspace: string; registered_model_id: number; alias: string; version: number }
  model_transition: {
    id: Generated<number>
    workspace: string
    registered_model_id: number
    model_name: string
    kind: string
    subject: string
    from_value: string | null
    to_value: string | null
    changed_by: string
    at_ms: number
  }
}

/** The one workspace there is today (design.md 11.12). */
export const workspace = 'default'
