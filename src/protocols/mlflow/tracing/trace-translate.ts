import { SluiceError } from '../../../base/errors.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../base/json.ts'
import type { NewAssessment } from '../../../tracking/traces/assessment-store.ts'
import { inMlflowWords } from '../../../tracking/traces/span-conventions.ts'
import type {
  Assessment,
  AssessmentError,
  Span,
  TextMap,
  Trace,
  TraceInfo,
  TraceState,
} from '../../../tracking/traces/trace.ts'
import type { Message } from '../fields.ts'
import { listField } from '../translate.ts'
import { durationText, timestampText } from './trace-fields.ts'
import type { assessment as assessmentField, traceRequests } from './trace-messages.ts'

/** Between the wire's messages about traces and our entities; pure. */

type GivenTrace = Message<typeof traceRequests.start.fields>['trace']['trace_info']
type GivenAssessment = Message<typeof assessmentField.fields>

export function toTrace(given: GivenTrace): Omit<TraceInfo, 'assessments'> & { assessments: readonly NewAssessment[] } {
  const experimentId = given.trace_location?.mlflow_experiment.experiment_id ?? ''
  const requestPreview = given.request_preview ?? given.request
  const responsePreview = given.response_preview ?? given.response
  return {
    traceId: given.trace_id,
    experimentId: experimentId === '' ? '0' : experimentId,
    timestampMs: given.request_time,
    state: given.state ?? 'STATE_UNSPECIFIED',
    metadata: given.trace_metadata ?? {},
    tags: given.tags ?? {},
    assessments: (given.assessments ?? []).map(toAssessment),
    ...(given.execution_duration !== undefined && { executionMs: given.execution_duration }),
    ...(given.client_request_id !== undefined && { clientRequestId: given.client_request_id }),
    ...(requestPreview !== undefined && { requestPreview }),
    ...(responsePreview !== undefined && { responsePreview }),
  }
}

export function traceInfoMessage(info: TraceInfo): object {
  return {
    trace_id: info.traceId,
    ...(info.clientRequestId !== undefined && { client_request_id: info.clientRequestId }),
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: info.experimentId } },
    ...(info.requestPreview !== undefined && { request_preview: info.requestPreview }),
    ...(info.responsePreview !== undefined && { response_preview: info.responsePreview }),
    request_time: timestampText(info.timestampMs),
    ...(info.executionMs !== undefined && { execution_duration: durationText(info.executionMs) }),
    state: info.state,
    ...mapField('trace_metadata', info.metadata),
    ...mapField('tags', info.tags),
    ...listField('assessments', info.assessments.map(assessmentMessage)),
  }
}

/** As clients before MLflow 3 know it. */
export function traceInfoV2Message(info: TraceInfo): object {
  const pairs = (map: TextMap) => Object.entries(map).map(([key, value]) => ({ key, value }))
  return {
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: info.timestampMs,
    execution_time_ms: info.executionMs ?? 0,
    status: info.state === 'STATE_UNSPECIFIED' ? 'TRACE_STATUS_UNSPECIFIED' : info.state,
    ...listField('request_metadata', pairs(info.metadata)),
    ...listField('tags', pairs(info.tags)),
  }
}

export function toState(status: `${TraceState}` | 'TRACE_STATUS_UNSPECIFIED' | undefined): TraceState {
  return status === undefined || status === 'TRACE_STATUS_UNSPECIFIED' ? 'STATE_UNSPECIFIED' : status
}

export function traceMessage({ info, spans }: Trace): object {
  return { trace_info: traceInfoMessage(info), ...listField('spans', spans.map(spanMessage)) }
}

function mapField<Name extends string>(name: Name, map: TextMap): object {
  return Object.keys(map).length === 0 ? {} : { [name]: map }
}

/** A span in protobuf's JSON form: bytes are base64, 64-bit numbers are texts. */
function spanMessage(span: Span): object {
  return {
    trace_id: base64(span.traceId.replace(/^tr-/, '')),
    span_id: base64(span.spanId),
    ...(span.parentSpanId !== undefined && { parent_span_id: base64(span.parentSpanId) }),
    name: span.name,
    ...(span.kind !== 0 && { kind: span.kind }),
    start_time_unix_nano: span.startNs,
    ...(span.endNs !== undefined && { end_time_unix_nano: span.endNs }),
    ...listField('attributes', attributeMessages(inMlflowWords(span))),
    ...listField(
      'events',
      span.events.map(({ name, timeNs, attributes }) => ({
        time_unix_nano: timeNs,
        name,
        ...listField('attributes', attributeMessages(attributes)),
      })),
    ),
    ...listField(
      'links',
      span.links.map(({ traceId, spanId, attributes }) => ({
        trace_id: base64(traceId.replace(/^tr-/, '')),
        span_id: base64(spanId),
        ...listField('attributes', attributeMessages(attributes)),
      })),
    ),
    status: statusMessage(span),
  }
}

function statusMessage({ status, statusMessage: text }: Span): object {
  return { code: `STATUS_CODE_${status}`, ...(text !== undefined && { message: text }) }
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

function attributeMessages(attributes: JsonObject): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueMessage(value) }))
}

function anyValueMessage(value: JsonValue | undefined): object {
  if (value === undefined || value === null) return {}
  if (typeof value === 'string') return { string_value: value }
  if (typeof value === 'boolean') return { bool_value: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { int_value: String(value) } : { double_value: value }
  if (isJsonObject(value)) return { kvlist_value: listField('values', attributeMessages(value)) }
  return { array_value: listField('values', value.map(anyValueMessage)) }
}

/** Spans as MLflow's clients keep them in `traces.json`: attribute values as JSON texts, times as numbers. */
export function traceDataText(spans: readonly Span[]): string {
  // Nanoseconds are beyond what a double can hold, so they are written as they stand.
  const texts = spans.map((span) => {
    const { start, end, ...rest } = spanData(span)
    const times = `"start_time_unix_nano":${start},"end_time_unix_nano":${end}`
    return `${JSON.stringify(rest).slice(0, -1)},${times}}`
  })
  return `{"spans":[${texts.join(',')}]}`
}

function spanData(span: Span): object & { readonly start: string; readonly end: string } {
  const attributes = { ...inMlflowWords(span), 'mlflow.traceRequestId': span.traceId }
  return {
    start: span.startNs,
    end: span.endNs ?? 'null',
    ...{
      trace_id: base64(span.traceId.replace(/^tr-/, '')),
      span_id: base64(span.spanId),
      parent_span_id: span.parentSpanId === undefined ? null : base64(span.parentSpanId),
      name: span.name,
      events: span.events.map((event) => ({
        name: event.name,
        time_unix_nano: Number(event.timeNs),
        attributes: event.attributes,
      })),
      status: { code: `STATUS_CODE_${span.status}`, message: span.statusMessage ?? '' },
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, JSON.stringify(value)])),
      links: span.links.map((link) => ({
        trace_id: link.traceId,
        span_id: link.spanId,
        attributes: link.attributes,
      })),
    },
  }
}

/** Throws `invalid-request` for an assessment that is neither feedback nor expectation nor issue. */
export function toAssessment(given: GivenAssessment): NewAssessment {
  const error = toError(given.feedback?.error ?? given.error)
  return {
    ...judgement(given),
    name: given.assessment_name ?? '',
    sourceType: given.source?.source_type ?? 'SOURCE_TYPE_UNSPECIFIED',
    sourceId: given.source?.source_id ?? '',
    metadata: given.metadata ?? {},
    ...(error !== undefined && { error }),
    ...(isGiven(given.assessment_id) && { assessmentId: given.assessment_id }),
    ...(isGiven(given.span_id) && { spanId: given.span_id }),
    ...(isGiven(given.rationale) && { rationale: given.rationale }),
    ...(isGiven(given.overrides) && { overrides: given.overrides }),
    ...(given.valid !== undefined && { isValid: given.valid }),
    ...(given.create_time !== undefined && { createdMs: given.create_time }),
    ...(given.last_update_time !== undefined && { updatedMs: given.last_update_time }),
  }
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}

function judgement(given: GivenAssessment): Pick<NewAssessment, 'kind' | 'value'> {
  if (given.feedback !== undefined) return { kind: 'feedback', value: given.feedback.value ?? null }
  if (given.expectation !== undefined) return { kind: 'expectation', value: toExpected(given.expectation) }
  if (given.issue !== undefined) return { kind: 'issue', value: given.issue.issue_name ?? '' }
  throw new SluiceError(
    'invalid-request',
    `The assessment '${given.assessment_name ?? ''}' has no value: one of feedback, expectation, issue is needed.`,
  )
}

/** An expectation that is not a plain value comes as JSON text. */
export function toExpected(given: NonNullable<GivenAssessment['expectation']>): JsonValue {
  const { serialized_value: serialized, value = null } = given
  if (serialized === undefined) return value
  if (serialized.serialization_format !== 'JSON_FORMAT') {
    throw new SluiceError(
      'invalid-request',
      `Unknown serialization format: ${serialized.serialization_format ?? ''}. Only JSON_FORMAT is supported.`,
    )
  }
  try {
    return JSON.parse(serialized.value ?? 'null') as JsonValue
  } catch (cause) {
    throw new SluiceError('invalid-request', 'The serialized value of the expectation is not JSON.', { cause })
  }
}

export function toError(given: GivenAssessment['error']): AssessmentError | undefined {
  if (given === undefined) return undefined
  return {
    code: given.error_code ?? '',
    ...(given.error_message !== undefined && { message: given.error_message }),
    ...(given.stack_trace !== undefined && { stackTrace: given.stack_trace }),
  }
}

export function assessmentMessage(assessment: Assessment): object {
  return {
    assessment_id: assessment.assessmentId,
    assessment_name: assessment.name,
    trace_id: assessment.traceId,
    ...(assessment.spanId !== undefined && { span_id: assessment.spanId }),
    source: { source_type: assessment.sourceType, source_id: assessment.sourceId },
    create_time: timestampText(assessment.createdMs),
    last_update_time: timestampText(assessment.updatedMs),
    ...valueMessage(assessment),
    ...(assessment.rationale !== undefined && { rationale: assessment.rationale }),
    ...mapField('metadata', assessment.metadata),
    ...(assessment.overrides !== undefined && { overrides: assessment.overrides }),
    valid: assessment.isValid,
  }
}

function valueMessage({ kind, value, error }: Assessment): object {
  if (kind === 'issue') return { issue: { issue_name: value } }
  if (kind === 'feedback') return { feedback: { value, ...(error !== undefined && { error: errorMessage(error) }) } }
  return typeof value === 'object' && value !== null
    ? {
        expectation: { serialized_value: { serialization_format: 'JSON_FORMAT', value: JSON.stringify(value) } },
      }
    : { expectation: { value } }
}

function errorMessage({ code, message, stackTrace }: AssessmentError): object {
  return {
    error_code: code,
    ...(message !== undefined && { error_message: message }),
    ...(stackTrace !== undefined && { stack_trace: stackTrace }),
  }
}
