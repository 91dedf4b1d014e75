import type { Kysely } from 'kysely'
import type { Tables } from '../../database/database.ts'

export type TraceRow = {
  trace_id: string
  experiment_id: number
  timestamp_ms: number
  execution_ms: number | null
  state: string
  client_request_id: string | null
  request_preview: string | null
  response_preview: string | null
  is_finalized: number
}

export type SpanRow = {
  trace_id: string
  span_id: string
  parent_span_id: string | null
  name: string
  type: string
  status: string
  start_ms: number
  duration_ms: number | null
  token_usage: string | null
  cost: string | null
  content: string
}

export type AssessmentRow = {
  assessment_id: string
  trace_id: string
  span_id: string | null
  name: string
  kind: string
  value: string
  number: number | null
  error: string | null
  source_type: string
  source_id: string
  rationale: string | null
  metadata: string
  session_id: string | null
  overrides: string | null
  is_valid: number
  created_ms: number
  updated_ms: number
}

type TraceTables = {
  trace: TraceRow
  trace_tag: { trace_id: string; key: string; value: string }
  trace_metadata: { trace_id: string; key: string; value: string }
  trace_run: { trace_id: string; run_id: string }
  trace_prompt: { trace_id: string; prompt: string }
  span: SpanRow
  assessment: AssessmentRow
}

/** Kysely with the tables of traces (migration 0010). */
export function traceTables(tables: Tables): Kysely<TraceTables> {
  return tables.withTables<TraceTables>()
}
