import type { JsonObject, JsonValue } from '../../base/json.ts'

/** What tracing records: a trace is one request through an application, its spans are the steps of it. */

export type TraceState = 'STATE_UNSPECIFIED' | 'OK' | 'ERROR' | 'IN_PROGRESS'
export type TextMap = Readonly<Record<string, string>>

/** All of a trace but its spans. */
export interface TraceInfo {
  /** `tr-` and the 32 hex digits of the OpenTelemetry trace id, or what another client made up. */
  readonly traceId: string
  readonly experimentId: string
  readonly timestampMs: number
  /** Absent while the trace is under way. */
  readonly executionMs?: number
  readonly state: TraceState
  readonly clientRequestId?: string
  readonly requestPreview?: string
  readonly responsePreview?: string
  readonly metadata: TextMap
  readonly tags: TextMap
  readonly assessments: readonly Assessment[]
}

export interface Trace {
  readonly info: TraceInfo
  /** The root first, then by start. */
  readonly spans: readonly Span[]
}

/** Nanoseconds since 1970 as decimal digits: a double cannot hold them. */
type Nanoseconds = string

/** One step; ids are lower-case hex. Attribute values are what they were, not text about it. */
export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startNs: Nanoseconds
  readonly endNs?: Nanoseconds
  readonly status: 'UNSET' | 'OK' | 'ERROR'
  readonly statusMessage?: string
  readonly attributes: JsonObject
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
  /** What the program that made it says about itself, e.g. `service.name`. */
  readonly resource?: JsonObject
}

interface SpanEvent {
  readonly name: string
  readonly timeNs: Nanoseconds
  readonly attributes: JsonObject
}

/** Another span that this one has to do with; `traceId` as a trace's. */
interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: JsonObject
}

export interface AssessmentError {
  readonly code: string
  readonly message?: string
  readonly stackTrace?: string
}

/** What a person or a program said about a trace, or about one of its spans. */
export interface Assessment {
  readonly assessmentId: string
  readonly traceId: string
  readonly spanId?: string
  readonly name: string
  /** `feedback` judges what happened, `expectation` says what should have; `issue` refers to one. */
  readonly kind: 'feedback' | 'expectation' | 'issue'
  readonly value: JsonValue
  readonly error?: AssessmentError
  readonly sourceType: string
  readonly sourceId: string
  readonly rationale?: string
  readonly metadata: TextMap
  /** The assessment that this one replaces. */
  readonly overrides?: string
  /** False once another overrides it. */
  readonly isValid: boolean
  readonly createdMs: number
  readonly updatedMs: number
}

/** Keys that MLflow's clients write or read. */
export const traceKeys = {
  nameTag: 'mlflow.traceName',
  artifactLocationTag: 'mlflow.artifactLocation',
  spansLocationTag: 'mlflow.trace.spansLocation',
  archiveLocationTag: 'mlflow.trace.archiveLocation',
  archivalFailureTag: 'mlflow.trace.archivalFailure',
  sourceRun: 'mlflow.sourceRun',
  session: 'mlflow.trace.session',
  user: 'mlflow.trace.user',
  tokenUsage: 'mlflow.trace.tokenUsage',
  cost: 'mlflow.trace.cost',
  sizeStats: 'mlflow.trace.sizeStats',
} as const

/** The value of the tag `mlflow.trace.spansLocation` where the spans are ours; else they are an artifact. */
export const spansInStore = 'TRACKING_STORE'
