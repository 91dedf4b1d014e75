import type { Diagnostic } from '../base/errors.ts'

/*
 * What the command line reads of our REST interface (the server's own description is /api/v1/openapi.json). Only the
 * fields that some command shows; `--json` passes on everything the server said.
 */

export type JobStatus =
  | 'NotStarted'
  | 'Queued'
  | 'Preparing'
  | 'Running'
  | 'Finalizing'
  | 'Completed'
  | 'Failed'
  | 'CancelRequested'
  | 'Canceled'

export interface Job {
  readonly name: string
  readonly type: 'command' | 'pipeline' | 'if_else' | 'do_while' | 'parallel_for' | 'sweep'
  readonly status: JobStatus
  readonly status_detail?: string
  readonly display_name: string
  readonly experiment_name: string
  readonly root: string
  readonly parent?: string
  readonly step?: string
  readonly created_at: string
  readonly started_at?: string
  readonly ended_at?: string
  readonly command?: string
  readonly inputs: Readonly<Record<string, JobValue>>
  readonly outputs: Readonly<Record<string, JobValue>>
  readonly exit_code?: number
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly attempts: number
  readonly properties?: Readonly<Record<string, string>>
  readonly reused_from?: string
  readonly verdict?: {
    readonly kind: string
    readonly reason?: { readonly since?: string; readonly changes?: readonly FieldChange[] }
  }
  readonly verdict_text?: string
  readonly usage?: {
    readonly wall_seconds: number
    readonly cpu_seconds: number
    readonly peak_memory_bytes?: number
    readonly peak_memory_is_sampled?: boolean
  }
  readonly tags?: Readonly<Record<string, string>>
  readonly mini_batches?: {
    readonly total: number
    readonly done: number
    readonly failed: number
    readonly retried: number
  }
}

interface FieldChange {
  readonly field: string
  readonly old?: string
  readonly now?: string
}

export interface JobDiff {
  readonly old: string
  readonly new: string
  readonly items: readonly {
    readonly step: string
    readonly area: string
    readonly field: string
    readonly old?: string
    readonly new?: string
  }[]
  readonly outputs_compared: number
}

export interface Trials {
  readonly primary_metric: string
  readonly goal: string
  readonly items: readonly {
    readonly job: string
    readonly number: number
    readonly status: JobStatus
    readonly status_detail?: string
    readonly parameters: Readonly<Record<string, unknown>>
    readonly value?: number
    readonly logged: number
    readonly is_best: boolean
  }[]
}

export interface SubmittedJob extends Job {
  readonly warnings?: readonly Diagnostic[]
}

export interface JobValue {
  readonly type: string
  readonly value?: string
  readonly uri?: string
}

/** True when a job of this status will not change any more. */
export function hasEnded(status: JobStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Canceled'
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next_page_token?: string
}

/** Steps of a job; `latest_seq` asks for those that change from now on. */
export interface Steps {
  readonly items: readonly Job[]
  /** Absent of an older server. */
  readonly latest_seq?: number
}

export interface SweepPlan {
  readonly trials: number
  readonly at_once: number
  readonly sampling: string
  readonly search_space: Readonly<Record<string, string>>
  readonly primary_metric: string
  readonly goal: string
  readonly first: readonly {
    readonly parameters: Readonly<Record<string, unknown>>
    readonly verdict?: { readonly kind: string }
    readonly verdict_text?: string
  }[]
}

export interface Plan {
  readonly steps: readonly {
    readonly path: string
    readonly type: Job['type']
    readonly verdict: { readonly kind: string }
    readonly verdict_text: string
    readonly command?: string
    readonly sweep?: SweepPlan
  }[]
  readonly estimated_seconds?: number
  readonly warnings?: readonly Diagnostic[]
}

export interface Model {
  readonly name: string
  readonly latest_version?: string
  readonly aliases: Readonly<Record<string, string>>
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly created_at: string
  readonly updated_at: string
}

/** One move of an alias or a stage. */
export interface ModelTransition {
  readonly kind: 'alias' | 'stage'
  readonly alias?: string
  readonly version?: string
  readonly from?: string
  readonly to?: string
  readonly by: string
  readonly at: string
}

export interface ModelWithVersions extends Model {
  readonly versions: readonly {
    readonly version: string
    readonly stage: string
    readonly source: string
    readonly run_id?: string
    readonly created_at: string
    readonly aliases: readonly string[]
    readonly tags: Readonly<Record<string, string>>
  }[]
}

export interface Asset {
  readonly name: string
  readonly type?: string
  readonly latest_version?: string
  readonly description?: string
  readonly labels: Readonly<Record<string, string>>
  readonly is_archived: boolean
  readonly updated_at: string
}

/** What the program has itself. */
export interface BuiltInAsset {
  readonly registry: string
  readonly name: string
  readonly version?: string
  readonly type: string
  readonly reference: string
}

export interface AssetVersion {
  readonly name: string
  readonly version: string
  readonly type: string
  readonly digest: string
  readonly content?: {
    readonly kind: string
    readonly digest: string
    readonly size_bytes: number
    readonly file_count?: number
    readonly base_name: string
  }
  readonly source?: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly labels: readonly string[]
  readonly is_archived: boolean
  readonly created_by: string
  readonly created_at: string
}

export interface AssetWithVersions extends Asset {
  readonly versions: readonly AssetVersion[]
  readonly next_page_token?: string
}

export interface CreatedAsset {
  readonly name: string
  readonly version: string
  readonly is_new: boolean
}

export interface DataFile {
  readonly path: string
  readonly size_bytes: number
  readonly digest: string
}

export interface EnvironmentLock {
  readonly python: string
  readonly platform: string
  readonly requirements: readonly string[]
  readonly notes: readonly string[]
}

export interface Datastore {
  readonly name: string
  readonly type: string
  readonly path?: string
  readonly description?: string
  readonly created_at?: string
}

export interface GarbageReport {
  readonly is_dry_run: boolean
  readonly removed: readonly { readonly kind: string; readonly count: number; readonly size_bytes: number }[]
  readonly size_bytes: number
}

export interface Endpoint {
  readonly name: string
  readonly version: number
  readonly scoring_uri: string
  readonly auth_mode: string
  readonly description?: string
  readonly traffic: Readonly<Record<string, number>>
  readonly mirror_traffic: Readonly<Record<string, number>>
  readonly routing: { readonly unit_header?: string; readonly deployment_header?: string }
  readonly deployments: readonly Deployment[]
}

export interface Deployment {
  readonly name: string
  readonly endpoint: string
  readonly status: string
  readonly status_detail?: string
  readonly model?: string
  readonly scoring_script?: string
  readonly traffic: number
  readonly revision?: number
  readonly newest_revision: number
  readonly workers: number
}

export interface KeyPair {
  readonly primary_key: string
  readonly secondary_key: string
}

export interface DeploymentLog {
  readonly text: string
  readonly next_offset: number
  readonly is_at_end: boolean
}

export interface JobOutput {
  readonly type: string
  readonly files: readonly { readonly path: string; readonly size_bytes: number }[]
}

export interface PublishedPipeline {
  readonly name: string
  readonly version: string
  readonly status: string
  readonly display_name: string
  readonly description?: string
  readonly submit_url: string
  readonly created_by: string
  readonly created_at: string
  readonly parameters: readonly {
    readonly name: string
    readonly type: string
    readonly default?: string
    readonly is_required: boolean
    readonly description?: string
    readonly min?: number
    readonly max?: number
    readonly enum?: readonly string[]
  }[]
  readonly versions?: readonly PublishedPipeline[]
}

export interface InvokeAnswer {
  readonly status: number
  readonly content_type: string
  readonly body: unknown
}

export interface Status {
  readonly version: string
  readonly url: string
  readonly pid: number
  readonly data_folder: string
  readonly database: string
  readonly started_at: string
  readonly jobs: { readonly running: number; readonly queued: number }
  readonly memory_bytes: number
  readonly checks?: readonly { readonly name: string; readonly is_ok: boolean; readonly detail: string }[]
}

export interface TableRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

export interface ColumnProfile {
  readonly name: string
  readonly type: string
  readonly missing_count: number
  readonly distinct_count?: number
  readonly is_distinct_estimated?: boolean
  readonly numbers?: {
    readonly infinite_count: number
    readonly min: number | null
    readonly max: number | null
    readonly mean: number | null
    readonly percentiles: Readonly<Record<string, number | null>>
    readonly histogram: { readonly counts: readonly number[] }
  }
  readonly categories?: { readonly top_values: readonly { readonly value: string; readonly count: number }[] }
  readonly times?: { readonly earliest: string | null; readonly latest: string | null }
}

export interface TableProfile {
  readonly format: string
  readonly file_count: number
  readonly row_count: number
  readonly columns: readonly ColumnProfile[]
  readonly correlations: readonly { readonly first: string; readonly second: string; readonly r: number | null }[]
}

interface CategoriesOfOneSide {
  readonly category_count: number
  readonly examples: readonly string[]
}

export interface ColumnDiff {
  readonly name: string
  readonly reference_type: string
  readonly current_type: string
  readonly null_rate: { readonly reference: number; readonly current: number }
  readonly data_type_error_rate: number
  readonly out_of_bounds_rate?: number
  readonly verdict?: {
    readonly metric: string
    readonly effect: number | null
    readonly effect_is?: string
    readonly threshold: number
    readonly is_drift: boolean
    readonly p_value?: number | null
    readonly binning?: string
    readonly interval?: { readonly low: number; readonly high: number }
    readonly note?: string
  }
  readonly new_categories?: CategoriesOfOneSide
  readonly missing_categories?: CategoriesOfOneSide
}

export interface TableDiff {
  readonly row_counts: { readonly reference: number; readonly current: number }
  readonly added_columns: readonly { readonly name: string; readonly type: string }[]
  readonly removed_columns: readonly { readonly name: string; readonly type: string }[]
  readonly columns: readonly ColumnDiff[]
  readonly compared_count: number
  readonly drifted_count: number
  readonly is_drift: boolean
}

export interface Rollout {
  readonly status: string
  readonly candidate: string
  readonly baseline?: string
  readonly steps: readonly number[]
  readonly step?: number
  readonly hold: number
  readonly abort_on: readonly string[]
  readonly waits_for?: string
  readonly reason?: string
  readonly counts?: Readonly<
    Record<string, { readonly requests: number; readonly errors: number; readonly p95?: number }>
  >
  readonly ended_at?: string
}

interface Interval {
  readonly low: number
  readonly high: number
}

interface PairedEstimate {
  readonly value: number
  readonly interval?: Interval
}

export interface Comparison {
  readonly baseline: { readonly deployment: string }
  readonly candidate: { readonly deployment: string }
  readonly metrics: readonly {
    readonly name: string
    readonly baseline: { readonly value: number; readonly count: number }
    readonly candidate: { readonly value: number; readonly count: number }
    readonly interval?: Interval
    readonly margin: number
    readonly verdict: string
  }[]
  readonly mirrored?: {
    readonly count: number
    readonly compared_count: number
    readonly equal_count: number
    readonly largest_difference: number
    readonly agreement?: PairedEstimate
    readonly mean_difference?: PairedEstimate
    readonly latency_ratio?: PairedEstimate
    readonly answered_by: Readonly<Record<'both' | 'original' | 'copy' | 'neither', number>>
    readonly metrics: readonly {
      readonly name: string
      readonly difference: { readonly value: number }
      readonly interval?: Interval
      readonly verdict: string
    }[]
  }
  readonly split?: {
    readonly counts: Readonly<Record<string, number>>
    readonly p_value: number
    readonly is_off: boolean
  }
  readonly dropped_count: number
}

interface UsageSums {
  readonly wall_seconds: number
  readonly cpu_seconds: number
  readonly gb_seconds: number
  readonly gpu_seconds: number
  readonly cost?: number
}

export interface Cost {
  readonly currency?: string
  readonly items: readonly (UsageSums & {
    readonly job?: string
    readonly step?: string
    readonly experiment?: string
    readonly endpoint?: string
    readonly deployment?: string
  })[]
  readonly left_out: number
  readonly total: UsageSums
}

export interface JobCost extends UsageSums {
  readonly currency?: string
}

export interface Budgets {
  readonly items: readonly {
    readonly name: string
    readonly subject: string
    readonly window: string
    readonly of: string
    readonly currency?: string
    readonly used: number
    readonly warn_at?: number
    readonly stop_at?: number
    readonly status: 'open' | 'warned' | 'exceeded'
  }[]
}

export interface Chart {
  readonly kind: string
  readonly title?: string
  readonly x: string
  readonly y: readonly string[]
  readonly series?: string
}

export interface SavedQuery<Drawn extends Chart = Chart> {
  readonly name: string
  readonly version: string
  readonly sql: string
  readonly inputs: Readonly<Record<string, string>>
  readonly charts: readonly Drawn[]
  readonly created_by: string
  readonly created_at: string
}

export interface DrawnChart extends Chart {
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [unknown, number])[] }[]
  readonly is_cut: boolean
}
