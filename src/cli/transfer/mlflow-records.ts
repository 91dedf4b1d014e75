import type { JsonObject } from '../../base/json.ts'

/** What is carried between MLflow stores, in the protocol's own words (those of its JSON). */

export interface Pair {
  readonly key: string
  readonly value: string
}

export interface ExperimentRecord {
  readonly experiment_id: string
  readonly name: string
  readonly artifact_location: string
  readonly lifecycle_stage: string
  readonly tags?: readonly Pair[]
}

export interface MetricRecord {
  readonly key: string
  /** A number, or the words NaN, Infinity and -Infinity. */
  readonly value: number | string
  readonly timestamp: number
  readonly step: number
}

export interface ModelMetricRecord extends MetricRecord {
  readonly run_id?: string
  readonly dataset_name?: string
  readonly dataset_digest?: string
}

export interface RunRecord {
  readonly info: {
    readonly run_id: string
    readonly run_name?: string
    readonly user_id?: string
    readonly status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'
    readonly start_time?: number
    readonly end_time?: number
    readonly artifact_uri?: string
    readonly lifecycle_stage: string
  }
  readonly data: {
    /** The latest value of each metric. */
    readonly metrics?: readonly MetricRecord[]
    readonly params?: readonly Pair[]
    readonly tags?: readonly Pair[]
  }
  readonly inputs?: {
    readonly dataset_inputs?: readonly object[]
    readonly model_inputs?: readonly { model_id: string }[]
  }
  readonly outputs?: { readonly model_outputs?: readonly { readonly model_id: string; readonly step?: number }[] }
}

export interface LoggedModelRecord {
  readonly info: {
    readonly model_id: string
    readonly name: string
    readonly artifact_uri?: string
    readonly creation_timestamp_ms: number
    readonly last_updated_timestamp_ms: number
    readonly status: string
    readonly model_type?: string
    readonly source_run_id?: string
    readonly tags?: readonly Pair[]
  }
  readonly data?: { readonly params?: readonly Pair[]; readonly metrics?: readonly ModelMetricRecord[] }
}

/** A trace as `traces/get` gives it: its spans in protobuf's JSON. */
export interface TraceRecord {
  readonly info: {
    readonly trace_id: string
    readonly tags?: Readonly<Record<string, string>>
    readonly trace_metadata?: Readonly<Record<string, string>>
  }
  readonly spans: readonly JsonObject[]
  /** True where a client before MLflow 3 stored them as a file. */
  readonly spansAreElsewhere: boolean
}

export interface RegisteredModelRecord {
  readonly name: string
  readonly description?: string
  readonly tags?: readonly Pair[]
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[]
}

export interface ModelVersionRecord {
  readonly version: string
  readonly source: string
  readonly run_id?: string
  readonly run_link?: string
  readonly description?: string
  readonly current_stage?: string
  readonly tags?: readonly Pair[]
}

/** A file below the artifacts of a run or a logged model. */
export interface FileRecord {
  readonly path: string
  readonly sizeBytes: number
  /** SHA-256, where the store has one. */
  readonly digest?: string
}

/** Whose artifacts. */
export type Owner =
  | { readonly kind: 'run'; readonly id: string; readonly uri: string }
  | { readonly kind: 'model'; readonly id: string; readonly uri: string }
