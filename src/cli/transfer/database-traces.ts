import { isJsonObject, type JsonObject, type JsonValue } from '../../base/json.ts'
import { mapValues } from '../../base/map-values.ts'
import { all, pairsOf, textOf, type Row, type Rows } from './database-rows.ts'
import type { TraceRecord } from './mlflow-records.ts'

/** Traces as an MLflow server keeps them in its database, in the words of `traces/get`. */
export async function* databaseTraces(rows: Rows, experimentId: string): AsyncGenerator<TraceRecord> {
  const text = 'select * from trace_info where experiment_id = ? order by timestamp_ms, request_id'
  for (const row of all(rows, text, Number(experimentId))) {
    const id = textOf(row['request_id'])
    const spans = all(rows, 'select content from spans where trace_id = ? order by start_time_unix_nano, span_id', id)
    const tags = Object.fromEntries(
      pairsOf(rows, 'select key, value from trace_tags where request_id = ?', id).map(({ key, value }) => [key, value]),
    )
    const isInStore = tags['mlflow.trace.spansLocation'] === 'TRACKING_STORE'
    yield {
      info: infoOf(rows, row, tags),
      spans: isInStore ? spans.map(({ content }) => spanOf(JSON.parse(textOf(content)) as JsonObject)) : [],
      spansAreElsewhere: !isInStore,
    }
  }
}

function infoOf(rows: Rows, row: Row, tags: Readonly<Record<string, string>>): TraceRecord['info'] {
  const id = textOf(row['request_id'])
  const metadata = pairsOf(rows, 'select key, value from trace_request_metadata where request_id = ?', id)
  const optional = (name: string, column = name) =>
    row[column] === null || row[column] === undefined ? {} : { [name]: textOf(row[column]) }
  const info = {
    trace_id: id,
    request_time: timeText(row['timestamp_ms']),
    ...(row['execution_time_ms'] !== null && { execution_duration: `${Number(row['execution_time_ms']) / 1000}s` }),
    state: textOf(row['status']),
    ...optional('client_request_id'),
    ...optional('request_preview'),
    ...optional('response_preview'),
    trace_metadata: {
      ...optional('mlflow.trace.session', 'session_id'),
      ...Object.fromEntries(metadata.map(({ key, value }) => [key, value])),
    },
    tags: { ...optional('mlflow.traceName', 'trace_name'), ...tags },
    assessments: all(rows, 'select * from assessments where trace_id = ? and valid = 1', id).map(assessmentOf),
  }
  return info
}

function timeText(ms: string | number | null | undefined): string {
  return new Date(Number(ms)).toISOString()
}

function assessmentOf(row: Row): object {
  const value = JSON.parse(textOf(row['value'])) as JsonValue
  const kind = row['assessment_type'] === 'expectation' ? 'expectation' : 'feedback'
  return {
    assessment_name: textOf(row['name']),
    source: { source_type: textOf(row['source_type']), source_id: textOf(row['source_id']) },
    create_time: timeText(row['created_timestamp']),
    last_update_time: timeText(row['last_updated_timestamp']),
    [kind]: { value },
    ...(row['rationale'] !== null && { rationale: textOf(row['rationale']) }),
    ...(row['span_id'] !== null && { span_id: textOf(row['span_id']) }),
    ...(row['assessment_metadata'] !== null && {
      metadata: JSON.parse(textOf(row['assessment_metadata'])) as JsonObject,
    }),
  }
}

/** Attributes are kept as one object whose values are texts of JSON, and sent as a list of typed values. */
function spanOf({ attributes, events = [], links = [], ...span }: JsonObject): JsonObject {
  const withList = (item: JsonObject) => ({ ...item, attributes: typedPairs(item['attributes']) })
  return {
    ...span,
    attributes: typedPairs(isJsonObject(attributes) ? mapValues(attributes, parsed) : {}),
    events: (events as readonly JsonObject[]).map(withList),
    links: (links as readonly JsonObject[]).map(withList),
  }
}

function parsed(value: JsonValue | undefined): JsonValue {
  if (typeof value !== 'string') return value ?? null
  try {
    return JSON.parse(value) as JsonValue
  } catch {
    return value
  }
}

function typedPairs(value: JsonValue | undefined): readonly JsonObject[] {
  if (!isJsonObject(value)) return []
  return Object.entries(value).map(([key, member]) => ({ key, value: typed(member ?? null) }))
}

function typed(value: JsonValue): JsonObject {
  if (typeof value === 'string') return { string_value: value }
  if (typeof value === 'boolean') return { bool_value: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { int_value: String(value) } : { double_value: value }
  if (Array.isArray(value)) return { array_value: { values: (value as readonly JsonValue[]).map(typed) } }
  return value === null ? {} : { kvlist_value: { values: typedPairs(value) } }
}
