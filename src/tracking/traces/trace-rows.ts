import type { JsonValue } from '../../base/json.ts'
import type { Tables } from '../../database/database.ts'
import { checkLength, invalidValue, limits } from '../limits.ts'
import { pieces } from '../tables.ts'
import { traceTables, type AssessmentRow, type TraceRow } from './trace-tables.ts'
import type { Assessment, AssessmentError, TextMap, TraceInfo, TraceState } from './trace.ts'

/** Rows as traces in the same order, with tags, metadata and assessments. */
export async function hydrateTraces(tables: Tables, rows: readonly TraceRow[]): Promise<readonly TraceInfo[]> {
  const found: TraceInfo[] = []
  for (const piece of pieces(rows)) {
    const ids = piece.map((row) => row.trace_id)
    const tags = await readPairs(tables, 'trace_tag', ids)
    const metadata = await readPairs(tables, 'trace_metadata', ids)
    const assessments = await readAssessments(tables, ids)
    for (const row of piece) {
      const id = row.trace_id
      found.push({
        ...traceColumns(row),
        tags: Object.fromEntries(tags.get(id) ?? []),
        metadata: Object.fromEntries(metadata.get(id) ?? []),
        assessments: assessments.get(id) ?? [],
      })
    }
  }
  return found
}

function traceColumns(row: TraceRow): Omit<TraceInfo, 'tags' | 'metadata' | 'assessments'> {
  return {
    traceId: row.trace_id,
    experimentId: String(row.experiment_id),
    timestampMs: row.timestamp_ms,
    state: row.state as TraceState,
    ...(row.execution_ms !== null && { executionMs: row.execution_ms }),
    ...(row.client_request_id !== null && { clientRequestId: row.client_request_id }),
    ...(row.request_preview !== null && { requestPreview: row.request_preview }),
    ...(row.response_preview !== null && { responsePreview: row.response_preview }),
  }
}

async function readPairs(
  tables: Tables,
  table: 'trace_tag' | 'trace_metadata',
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly [string, string][]>> {
  const rows = await traceTables(tables)
    .selectFrom(table)
    .select(['trace_id', 'key', 'value'])
    .where('trace_id', 'in', ids)
    .orderBy('trace_id')
    .orderBy('key')
    .execute()
  const groups = new Map<string, [string, string][]>(ids.map((id) => [id, []]))
  for (const { trace_id, key, value } of rows) groups.get(trace_id)?.push([key, value])
  return groups
}

async function readAssessments(
  tables: Tables,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Assessment[]>> {
  const rows = await traceTables(tables)
    .selectFrom('assessment')
    .selectAll()
    .where('trace_id', 'in', ids)
    .orderBy('created_ms')
    .orderBy('assessment_id')
    .execute()
  const groups = new Map<string, Assessment[]>(ids.map((id) => [id, []]))
  for (const row of rows) groups.get(row.trace_id)?.push(assessmentOf(row))
  return groups
}

/** A row as an assessment. */
export function assessmentOf(row: AssessmentRow): Assessment {
  return {
    assessmentId: row.assessment_id,
    traceId: row.trace_id,
    name: row.name,
    kind: row.kind as Assessment['kind'],
    value: JSON.parse(row.value) as JsonValue,
    sourceType: row.source_type,
    sourceId: row.source_id,
    metadata: JSON.parse(row.metadata) as TextMap,
    isValid: row.is_valid === 1,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.span_id !== null && { spanId: row.span_id }),
    ...(row.error !== null && { error: JSON.parse(row.error) as AssessmentError }),
    ...(row.rationale !== null && { rationale: row.rationale }),
    ...(row.overrides !== null && { overrides: row.overrides }),
  }
}

/** Sets tags or metadata of a trace; a value that is too long is cut, a key that is too long is refused. */
export async function putTracePairs(
  tables: Tables,
  table: 'trace_tag' | 'trace_metadata',
  { traceId, pairs }: { readonly traceId: string; readonly pairs: TextMap },
): Promise<void> {
  const rows = Object.entries(pairs).map(([key, value]) => ({ trace_id: traceId, ...checkedTracePair(key, value) }))
  for (const piece of pieces(rows)) {
    await traceTables(tables)
      .insertInto(table)
      .values(piece)
      .onConflict((conflict) =>
        conflict.columns(['trace_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })),
      )
      .execute()
  }
}

function checkedTracePair(key: string, value: string): { readonly key: string; readonly value: string } {
  if (key === '') throw invalidValue('key', key, 'A key cannot be empty.')
  checkLength(key, 'key', limits.key)
  return { key, value: storableText(value, limits.runTagValue) }
}

/** A text as both databases can hold it, cut to `limit` characters. */
export function storableText(text: string, limit: number): string {
  const storable = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
  return storable.length <= limit ? storable : [...storable].slice(0, limit).join('')
}
