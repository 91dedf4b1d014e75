import { boolean, double, integer, list, message, oneOf, required, text } from '../fields.ts'
import { anyJson, duration, fieldMask, textMap, timestamp } from './trace-fields.ts'

/** The protocol's requests about traces under their own names (MLflow 3.17; `v2` are those of clients before 3). */

const pair = message({ key: required(text), value: text })
const state = oneOf({ STATE_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 })
const status = oneOf({ TRACE_STATUS_UNSPECIFIED: 0, OK: 1, ERROR: 2, IN_PROGRESS: 3 })
const sourceType = oneOf({ SOURCE_TYPE_UNSPECIFIED: 0, HUMAN: 1, LLM_JUDGE: 2, CODE: 3 })
const viewType = oneOf({ TRACES: 1, SPANS: 2, ASSESSMENTS: 3 })
const aggregation = oneOf({ COUNT: 1, SUM: 2, AVG: 3, PERCENTILE: 4, MIN: 5, MAX: 6 })

const assessmentError = message({ error_code: text, error_message: text, stack_trace: text })
export const assessment = message({
  assessment_id: text,
  assessment_name: text,
  span_id: text,
  source: message({ source_type: sourceType, source_id: text }),
  create_time: timestamp,
  last_update_time: timestamp,
  feedback: message({ value: anyJson, error: assessmentError }),
  expectation: message({
    value: anyJson,
    serialized_value: message({ serialization_format: text, value: text }),
  }),
  issue: message({ issue_name: text }),
  rationale: text,
  error: assessmentError,
  metadata: textMap,
  overrides: text,
  valid: boolean,
})

const experimentLocation = message({ experiment_id: text })
const location = message({ type: text, mlflow_experiment: experimentLocation })
const traceInfo = message({
  trace_id: required(text),
  client_request_id: text,
  trace_location: message({ type: text, mlflow_experiment: required(experimentLocation) }),
  request_preview: text,
  response_preview: text,
  request: text,
  response: text,
  request_time: required(timestamp),
  execution_duration: duration,
  state,
  trace_metadata: textMap,
  assessments: list(assessment),
  tags: textMap,
})

const traceId = { trace_id: required(text) }
const requestId = { request_id: required(text) }
const oneAssessment = { ...traceId, assessment_id: required(text) }
const paging = { filter: text, max_results: integer, order_by: list(text), page_token: text }

export const traceRequests = {
  start: message({ trace: required(message({ trace_info: required(traceInfo) })) }),
  trace: message(traceId),
  getTrace: message({ ...traceId, allow_partial: boolean }),
  batch: message({ trace_ids: required(list(text)), experiment_ids: list(text) }),
  search: message({ locations: required(list(location)), ...paging }),
  setTag: message({ ...traceId, key: required(text), value: text }),
  deleteTag: message({ ...traceId, key: required(text) }),
  delete: message({
    experiment_id: required(text),
    max_timestamp_millis: integer,
    max_traces: integer,
    request_ids: list(text),
  }),
  linkToRun: message({ trace_ids: required(list(text)), run_id: required(text) }),
  linkPrompts: message({
    ...traceId,
    prompt_versions: required(list(message({ name: required(text), version: required(text) }))),
  }),
  correlation: message({
    experiment_ids: required(list(text)),
    filter_string1: required(text),
    filter_string2: required(text),
    base_filter: text,
  }),
  metrics: message({
    experiment_ids: required(list(text)),
    view_type: required(viewType),
    metric_name: required(text),
    aggregations: required(list(message({ aggregation_type: required(aggregation), percentile_value: double }))),
    dimensions: list(text),
    filters: list(text),
    time_interval_seconds: integer,
    start_time_ms: integer,
    end_time_ms: integer,
    max_results: integer,
    page_token: text,
  }),

  createAssessment: message({ ...traceId, assessment: required(assessment) }),
  assessment: message(oneAssessment),
  updateAssessment: message({ ...oneAssessment, assessment: required(assessment), update_mask: required(fieldMask) }),

  startV2: message({
    experiment_id: required(text),
    timestamp_ms: required(integer),
    request_metadata: list(pair),
    tags: list(pair),
  }),
  endV2: message({
    ...requestId,
    timestamp_ms: required(integer),
    status,
    request_metadata: list(pair),
    tags: list(pair),
  }),
  traceV2: message(requestId),
  searchV2: message({ experiment_ids: required(list(text)), ...paging }),
  setTagV2: message({ ...requestId, key: required(text), value: text }),
  deleteTagV2: message({ ...requestId, key: required(text) }),
  artifact: message({ ...requestId, path: text }),
} as const
