import type { UsedKind } from './asset-properties.ts'
import type { Diagnostic } from '../base/errors.ts'
import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { StepVerdict } from '../plan/plan-words.ts'
import type { Cancellation } from './cancellation.ts'

/** Azure ML's statuses (design.md 3). `Skipped` is a detail of Completed: a step of a branch that was not taken. */
export const jobStatuses = [
  'NotStarted',
  'Queued',
  'Preparing',
  'Running',
  'Finalizing',
  'Completed',
  'Failed',
  'CancelRequested',
  'Canceled',
] as const
export type JobStatus = (typeof jobStatuses)[number]

export const terminalStatuses: ReadonlySet<JobStatus> = new Set(['Completed', 'Failed', 'Canceled'])

export const jobTypes = ['command', 'pipeline', 'if_else', 'do_while', 'parallel_for', 'sweep'] as const

/** A job as everybody sees it: a root job, or a child job (a step or a nested pipeline) of one. */
export interface Job {
  readonly name: JobName
  readonly type: (typeof jobTypes)[number]
  readonly status: JobStatus
  /** In words: why it waits, `Skipped: ...`, which reuse. */
  readonly statusDetail?: string
  readonly displayName: string
  readonly experimentId: ExperimentId
  readonly experimentName: string
  readonly root: JobName
  readonly parent?: JobName
  /** Path of the step in its root pipeline. */
  readonly step?: StepPath
  readonly createdMs: number
  readonly startedMs?: number
  readonly endedMs?: number
  readonly command?: string
  readonly inputs: Readonly<Record<string, JobValue>>
  readonly outputs: Readonly<Record<string, JobValue>>
  readonly exitCode?: number
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string }
  readonly attempts: number
  readonly reuseKey?: string
  readonly reusedFrom?: JobName
  /** Why it ran or did not. */
  readonly verdict?: StepVerdict
  readonly usage?: {
    readonly wallMs: number
    readonly cpuMs: number
    readonly peakMemoryBytes?: number
    readonly peakMemoryIsSampled?: boolean
  }
  /** Of a parallel step that has begun. */
  readonly miniBatches?: MiniBatchCounts
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  /** Set while it is left out of lists. */
  readonly archivedMs?: number
}

/** Mini-batches of a parallel step; `done` by earlier attempts too, the others of its last attempt. */
export interface MiniBatchCounts {
  readonly total: number
  readonly done: number
  /** For good. */
  readonly failed: number
  /** Tries that failed and were followed by another. */
  readonly retried: number
}

/** What went in or came out: a literal, or data by its content. */
export interface JobValue {
  readonly type: string
  /** A literal's text. */
  readonly value?: string
  /** A reference in YAML's words, e.g. `azureml://jobs/<job>/outputs/<name>` or a local path. */
  readonly uri?: string
  readonly digest?: string
  readonly sizeBytes?: number
}

export interface Submission {
  /** Absolute path of the YAML file; what it refers to is read relative to it. */
  readonly file: string
  /** What stands in it, where there is no such file. */
  readonly text?: string
  /** `--set`: job inputs (`alpha`) or anything by dotted path (`jobs.train.inputs.alpha`). */
  readonly overrides?: Readonly<Record<string, string>>
  readonly experimentName?: string
  /** Runs every step, or those named by path, though they could be reused. */
  readonly noReuse?: boolean | readonly string[]
  /** Runs these steps and everything after them, though they could be reused. */
  readonly from?: readonly string[]
  /** Runs these steps and no other; what they take from others comes from the pipeline's earlier jobs. */
  readonly only?: readonly string[]
  readonly submittedBy: string
}

/** The answer to a submission. */
export interface SubmittedJob extends Job {
  /** What the author wrote and nothing uses; absent without any. */
  readonly warnings?: readonly Diagnostic[]
}

/** A file without mistakes. */
export interface ValidDocument {
  readonly kind: string
  readonly name?: string
  readonly warnings?: readonly Diagnostic[]
}

export interface PlanView {
  readonly steps: readonly {
    readonly path: StepPath
    readonly type: Job['type']
    readonly verdict: StepVerdict
    readonly command?: string
    readonly sweep?: PlannedSweepView
    /** How long it ran before, where it will or may run; absent where it never did. */
    readonly estimatedMs?: number
  }[]
  /** Until its end, on all slots, from earlier runs of the same steps; absent without any. */
  readonly estimatedMs?: number
  readonly warnings?: readonly Diagnostic[]
}

/** What a sweep would try. */
export interface PlannedSweepView {
  /** At most so many. */
  readonly trials: number
  readonly atOnce: number
  /** In words: `random (seed 0)`. */
  readonly sampling: string
  /** Distributions in words by parameter. */
  readonly searchSpace: Readonly<Record<string, string>>
  readonly primaryMetric: string
  readonly goal: 'minimize' | 'maximize'
  /** The first trials, at most 100; none where they depend on the results of others. Verdicts as far as known. */
  readonly first: readonly { readonly parameters: JsonObject; readonly verdict?: StepVerdict }[]
}

/** One thing that differs, in words (`input alpha`, `metric mse`); absent on the side that has none. */
export interface JobDifference {
  /** Path of the step; empty for a job without steps and for what concerns the whole job. */
  readonly step: StepPath
  readonly area:
    'status' | 'command' | 'input' | 'code' | 'environment' | 'setting' | 'output' | 'file' | 'param' | 'metric'
  readonly field: string
  readonly old?: string
  readonly new?: string
}

export interface JobDiff {
  readonly old: JobName
  readonly new: JobName
  readonly differences: readonly JobDifference[]
  /** Outputs of steps that both jobs have, whether they differ or not. */
  readonly outputsCompared: number
}

/** What a sweep tried. */
export interface SweepTrials {
  readonly primaryMetric: string
  readonly goal: 'minimize' | 'maximize'
  readonly trials: readonly {
    readonly job: Job
    /** From 1, in the order in which they began. */
    readonly number: number
    readonly parameters: JsonObject
    /** Its best value of the primary metric; absent where it logged no number. */
    readonly value?: number
    /** How many values it logged. */
    readonly logged: number
    readonly isBest: boolean
  }[]
}

/** What a reference of a step begins with: every version of a name, or one. */
export interface UsedAsset {
  readonly kind: UsedKind
  /** `azureml:NAME`, `azureml:NAME:VERSION`, or the address of one of the program's own without its version. */
  readonly reference: string
}

export interface JobFilter {
  readonly parent?: JobName
  /** Default: root jobs only. */
  readonly withChildren?: boolean
  /** Any of these. */
  readonly statuses?: readonly JobStatus[]
  readonly experimentName?: string
  /** A part of its name or display name, whatever the case of letters. */
  readonly text?: string
  /** `key` or `key=value`. */
  readonly tag?: string
  /** Those that use a registered asset. */
  readonly uses?: UsedAsset
  /** Default: without what was archived. */
  readonly archived?: 'without' | 'with' | 'only'
  readonly limit: number
  readonly pageToken?: string
}

/** How many jobs there are, by status and by experiment. */
export interface JobCounts {
  readonly statuses: Readonly<Partial<Record<JobStatus, number>>>
  /** Those with the newest jobs first. */
  readonly experiments: readonly { readonly name: string; readonly count: number }[]
}

export interface LogChunk {
  /** Bytes of the whole log so far. */
  readonly sizeBytes: number
  readonly bytes: Uint8Array
  readonly nextOffset: number
  /** The job has ended and `nextOffset` is the end of its log. */
  readonly isComplete: boolean
}

/** How a job runs again. */
export interface RetryWish {
  readonly submittedBy: string
  readonly onlyFailed?: boolean
  readonly from?: readonly string[]
}

/** Jobs as they are at least after the event `latestSeq`. */
export interface ChangedJobs {
  readonly jobs: readonly Job[]
  readonly latestSeq: number
}

/** What protocols and the command line may ask of the engine. Unknown names throw `not-found`. */
export interface JobService {
  /** Validates, stores and starts; resolves when the job is durable. Throws `invalid-document` with all mistakes. */
  submit(submission: Submission): Promise<SubmittedJob>
  /** Says for every step what would happen and why, changing nothing. */
  plan(submission: Submission): Promise<PlanView>
  /** Reports all mistakes of a file of any kind as `invalid-document`. */
  validate(file: string): Promise<ValidDocument>
  get(name: string): Promise<Job>
  /** Every step of a root job, in plan order, nested pipelines included. */
  children(name: string): Promise<readonly Job[]>
  /**
   * As `children`, for who watches and need not read all of them again: with `afterSeq` those alone whose status an event
   * after it speaks of, rounds of a loop in their order. `latestSeq` is what to ask with next. What has no event (what a waiting step waits
   * for, progress within a step) is not looked at.
   */
  childrenSince(name: string, afterSeq?: number): Promise<ChangedJobs>
  /** The trials of a sweep so far, the best first. Throws `invalid-request` for a job that is none. */
  trials(name: string): Promise<SweepTrials>
  list(filter: JobFilter): Promise<{ readonly jobs: readonly Job[]; readonly nextPageToken?: string }>
  counts(filter: Omit<JobFilter, 'limit' | 'pageToken'>): Promise<JobCounts>
  /** Leaves a job that has ended out of lists, or takes it back in. Throws `conflict` while it is under way. */
  archive(name: string, isArchived: boolean): Promise<Job>
  /** Asks a job, its steps included, to stop; a no-op when it has ended. */
  cancel(name: string, cancellation: Cancellation): Promise<Job>
  /**
   * Submits the stored snapshot of a job that has ended again; completed deterministic steps are reused. `onlyFailed`:
   * whatever completed is taken over, deterministic or not; throws `conflict` when nothing failed or was canceled. `from`:
   * these steps and everything after them run in any case; throws `invalid-request` for names that are no steps.
   */
  retry(name: string, how: RetryWish): Promise<Job>
  /** Says for every step what a retry would do and why, changing nothing. */
  planRetry(name: string, wish: Omit<RetryWish, 'submittedBy'>): Promise<PlanView>
  /** Runs every step of a completed job's stored snapshot again; its property `sluice.reproduces` names that job. */
  reproduce(name: string, submittedBy: string): Promise<Job>
  /**
   * What differs between two jobs, or between two steps. Without another one: the last job of the same pipeline that
   * completed before; throws `not-found` where there is none.
   */
  diff(name: string, other?: string): Promise<JobDiff>
  /**
   * Bytes of a job's log (stdout and stderr in order) from `offset`; at most 1 MiB. A negative offset counts from the
   * end. A place that was cut away meanwhile (processes/log-cap.ts) goes on where the log says so.
   */
  log(name: string, offset: number): Promise<LogChunk>
  /** The document as it was submitted, for `job show --yaml` and diffs. */
  document(name: string): Promise<JsonObject>
}
