import type { Generated, Kysely } from 'kysely'
import type { Tables } from '../database/database.ts'

type KeyValueTable<Owner extends string, Id> = { [Key in Owner]: Id } & { key: string; value: string }

type MetricRow = {
  run_id: string
  key: string
  timestamp_ms: number
  step: number
  value: number
  is_nan: number
}

/** The tables of migration 0003; `workspace` keeps its default until workspaces are offered. */
export type TrackingTables = {
  experiment_number: { id: number; next: number }
  experiment: {
    experiment_id: number
    workspace: Generated<string>
    name: string
    artifact_location: string
    created_ms: number
    updated_ms: number
    deleted_ms: number | null
  }
  experiment_tag: KeyValueTable<'experiment_id', number>
  run: {
    run_id: string
    experiment_id: number
    run_name: string
    user_id: string
    status: string
    start_ms: number
    end_ms: number | null
    artifact_uri: string
    is_job: number
    deleted_ms: number | null
  }
  metric: MetricRow
  latest_metric: MetricRow & { experiment_id: number }
  param: KeyValueTable<'run_id', string>
  run_tag: KeyValueTable<'run_id', string>
  dataset: {
    dataset_id: string
    experiment_id: number
    name: string
    digest: string
    source_type: string
    source: string
    schema: string | null
    profile: string | null
  }
  run_dataset: { run_id: string; dataset_id: string; position: number }
  run_dataset_tag: { run_id: string; dataset_id: string; key: string; value: string }
  run_model_input: { run_id: string; model_id: string }
  run_model_output: { run_id: string; model_id: string; step: number }
  logged_model: {
    model_id: string
    experiment_id: number
    name: string
    artifact_uri: string
    status: string
    status_message: string | null
    model_type: string
    source_run_id: string
    created_ms: number
    updated_ms: number
    deleted_ms: number | null
  }
  logged_model_param: KeyValueTable<'model_id', string>
  logged_model_tag: KeyValueTable<'model_id', string>
  logged_model_metric: MetricRow & { model_id: string; dataset_name: string; dataset_digest: string }
}

/** Kysely with the tables of this folder. */
export function trackingTables(tables: Tables): Kysely<TrackingTables> {
  return tables.withTables<TrackingTables>()
}

/** At most this many rows in one statement: SQLite takes 32,766 parameters and PostgreSQL 65,535. */
export const rowsPerStatement = 500

/** `items` in pieces small enough for one statement each. */
export function* pieces<Item>(items: readonly Item[], size = rowsPerStatement): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
