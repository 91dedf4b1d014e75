import type { AssetIdentity, Located } from '../document-parts.ts'
import type { JobAction } from '../schedules/schedule-documents.ts'
import type { FiringPolicy } from '../schedules/schedule-documents.ts'
import type { ScheduleTiming } from '../schedules/schedule-timing.ts'

/** A schedule of Azure ML with `create_monitor`: signals that are computed at certain times, and what to do about them. */
export interface MonitorDocument extends AssetIdentity {
  readonly kind: 'monitor'
  readonly located: Located
  readonly name: string
  readonly timing: ScheduleTiming
  /** What is done about times that passed while no server was there. */
  readonly policy: Pick<FiringPolicy, 'missedRuns' | 'missedLimit'>
  readonly isEnabled: boolean
  readonly monitor: MonitorSpec
}

/** What `create_monitor` says. */
export interface MonitorSpec {
  readonly target: MonitoringTarget
  /** Never empty: without `monitoring_signals` those that Azure computes out of the box. */
  readonly signals: readonly SignalSpec[]
  readonly notify: AlertTargets
  readonly onBreach?: OnBreach
}

/** Who is told of alerts. */
export interface AlertTargets {
  readonly emails: readonly string[]
  /** Ours: addresses that are called. */
  readonly webhooks: readonly string[]
}

export interface MonitoringTarget {
  readonly task?: (typeof monitoringTasks)[number]
  readonly endpoint?: { readonly name: string; readonly deployment: string }
  /** A reference. */
  readonly model?: string
}

/** Ours: what runs when a signal is in breach. */
export interface OnBreach {
  readonly action: JobAction
  readonly cooldownMs: number
  readonly maxPerDay?: number
}

export const monitoringTasks = ['classification', 'regression', 'question_answering'] as const

export const signalTypes = [
  'data_drift',
  'prediction_drift',
  'data_quality',
  'feature_attribution_drift',
  'model_performance',
  'generation_token_statistics',
  'endpoint_performance',
  'custom',
] as const
export type SignalType = (typeof signalTypes)[number]

export const dataContexts = [
  'model_inputs',
  'model_outputs',
  'model_inputs_outputs',
  'training',
  'test',
  'validation',
  'ground_truth',
] as const

/** One signal; which fields it has depends on its type. */
export interface SignalSpec {
  readonly name: string
  readonly type: SignalType
  /** Without it the collected payloads of the monitored deployment. */
  readonly production: readonly SignalData[]
  /** Without it the window before that of the production data. */
  readonly reference?: SignalData
  readonly features: FeatureChoice
  /** Columns that are to be looked at as numbers or categories whatever their type is. */
  readonly featureTypes: Readonly<Record<string, 'numerical' | 'categorical'>>
  readonly segment?: DataSegment
  /** Empty: the defaults of the type. */
  readonly thresholds: readonly MetricThreshold[]
  readonly isAlertEnabled: boolean
  /** Ours: how drift is computed; `evidently` chooses metrics and thresholds as Evidently does. */
  readonly mode: (typeof signalModes)[number]
  /** Of a custom signal. */
  readonly custom?: CustomSignal
}

export const signalModes = ['exact', 'bounded', 'evidently'] as const

export type FeatureChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'named'; readonly names: readonly string[] }
  | { readonly kind: 'top'; readonly count: number }
  /** The ten most important where the reference is training data with a target column, else all. */
  | { readonly kind: 'default' }

/** Rows whose value of a column is one of these. */
export interface DataSegment {
  readonly feature: string
  readonly values: readonly string[]
}

export interface MetricThreshold {
  readonly metric: string
  /** Of features of which kind; absent where the metric is not of features. */
  readonly of?: 'numerical' | 'categorical'
  readonly threshold: number
}

/** Data of a signal. */
export interface SignalData {
  /** A reference or an absolute path; absent for the deployment's collected payloads. */
  readonly source?: string
  readonly context?: (typeof dataContexts)[number]
  /** A component that makes a table of it. */
  readonly preprocess?: string
  /** What columns stand for: `target_column`, `prediction`, `correlation_id`, `timestamp`. */
  readonly columns: Readonly<Record<string, string>>
  readonly window?: DataWindow
}

/** Which part of the data, by time. */
export type DataWindow =
  /** As long as `sizeMs` (absent: the time between two runs) and ends `offsetMs` before a run (absent: at the run). */
  | { readonly kind: 'trailing'; readonly sizeMs?: number; readonly offsetMs?: number }
  | { readonly kind: 'fixed'; readonly startMs: number; readonly endMs: number }

export interface CustomSignal {
  /** A reference to a component whose output `signal_metrics` is a table of `metric_name`, `metric_value` and `group`. */
  readonly component: string
  readonly inputs: Readonly<Record<string, string>>
  readonly data: Readonly<Record<string, SignalData>>
}

/** Metrics that a signal may have thresholds for. */
export const signalMetrics = {
  drift: {
    numerical: [
      'normalized_wasserstein_distance',
      'wasserstein_distance',
      'two_sample_kolmogorov_smirnov_test',
      'population_stability_index',
      'jensen_shannon_distance',
    ],
    categorical: ['jensen_shannon_distance', 'population_stability_index', 'pearsons_chi_squared_test'],
  },
  quality: ['null_value_rate', 'data_type_error_rate', 'out_of_bounds_rate'],
  attribution: ['normalized_discounted_cumulative_gain'],
  classification: ['accuracy', 'precision', 'recall', 'f1_score'],
  regression: ['mae', 'mse', 'rmse'],
  tokens: [
    'total_token_count',
    'total_token_count_per_request',
    'prompt_token_count',
    'prompt_token_count_per_request',
    'completion_token_count',
    'completion_token_count_per_request',
  ],
  endpoint: ['latency_p50', 'latency_p95', 'latency_p99', 'failure_rate'],
} as const
