import type { Kysely } from 'kysely'
import type { Tables } from '../../database/database.ts'

type EvaluationTables = {
  evaluation_dataset: {
    dataset_id: string
    name: string
    schema: string
    created_by: string | null
    updated_by: string | null
    created_ms: number
    updated_ms: number
  }
  evaluation_dataset_tag: { dataset_id: string; key: string; value: string }
  evaluation_dataset_experiment: { dataset_id: string; experiment_id: number }
  evaluation_record: {
    record_id: string
    dataset_id: string
    input_digest: string
    content: string
    created_ms: number
  }
  scorer: { scorer_id: string; experiment_id: number; name: string }
  scorer_version: { scorer_id: string; version: number; serialized_scorer: string; created_ms: number }
}

export type DatasetRow = EvaluationTables['evaluation_dataset']

/** Kysely with the tables of evaluation data sets and scorers (migration 0010). */
export function evaluationTables(tables: Tables): Kysely<EvaluationTables> {
  return tables.withTables<EvaluationTables>()
}
