import type { Digest, JobName, StepPath } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { AttemptUsage } from '../compute/compute-backend.ts'
import type { PipelineOutput, PlannedGroup, PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import type { Cancellation } from './cancellation.ts'

/** An output as later steps and reuse see it: a literal, stored content, or nothing (the step did not write it). */
export type StepOutput =
  | { readonly kind: 'literal'; readonly type: string; readonly value: string }
  | {
      readonly kind: 'content'
      readonly type: string
      readonly content: 'file' | 'folder'
      readonly digest: Digest
      readonly sizeBytes: number
      readonly baseName: string
    }
  | { readonly kind: 'absent'; readonly type: string }

export type StepOutputs = Readonly<Record<string, StepOutput>>

/** Why something failed, for people: the same three parts as every error of ours. */
export interface FailureRecord {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/**
 * Where a step stands. `waiting` counts the parents that have not ended. `resolving`: its inputs are known, the reuse
 * key is being computed. `following`: another job with the same key runs already. `preparing`: its environment is being
 * built. `queued`: waits for slots (or, after a failed attempt, for `notBeforeMs`). `running`: attempt number `attempt`
 * has been decided and may have started. `expanded`: a control step (a loop, a sweep) whose rounds run.
 */
export type StepState =
  | { readonly status: 'waiting'; readonly parentsLeft: number }
  | { readonly status: 'resolving' }
  | { readonly status: 'following'; readonly key: string; readonly leader: JobName }
  | { readonly status: 'preparing'; readonly key: string }
  | {
      readonly status: 'queued'
      readonly key: string
      readonly attempts: number
      readonly failures: number
      readonly notBeforeMs?: number
    }
  | {
      readonly status: 'running'
      readonly key: string
      readonly attempts: number
      readonly failures: number
      readonly isCanceling?: true
      /** Why this step alone is being ended; absent when the whole job is. */
      readonly stopReason?: string
    }
  | { readonly status: 'expanded' }
  | {
      readonly status: 'completed'
      readonly outputs: StepOutputs
      readonly reusedFrom?: JobName
      readonly branch?: boolean
    }
  | { readonly status: 'failed'; readonly error: FailureRecord }
  | { readonly status: 'canceled'; readonly why: string }
  | { readonly status: 'skipped'; readonly why: string }

/** One round of a control step: an iteration, an item or a trial. */
export interface Round {
  /** Its steps have this path or one below it. */
  readonly path: StepPath
  readonly members: readonly StepPath[]
  readonly groups: readonly PlannedGroup[]
  readonly outputs: Readonly<Record<string, PipelineOutput>>
  /** What the control step wants to know of it later, e.g. a trial's parameters. */
  readonly note?: JsonObject
  /** Why the control step asked it to end. */
  stopReason?: string
  /** Members that have not ended. */
  left: number
  status: 'running' | 'completed' | 'failed' | 'canceled'
}

/**
 * The state of a job: what `advance` makes of its events. It grows with the rounds of control steps and is changed in
 * place, since copying 10,000 steps for every event would cost more than the steps themselves; only `advance` changes
 * it.
 */
export interface PipelineState {
  readonly plan: PlannedPipeline
  /** Steps of the plan and of all rounds so far. */
  readonly planned: Map<StepPath, PlannedStep>
  readonly children: Map<StepPath, StepPath[]>
  readonly steps: Map<StepPath, StepState>
  /** Rounds of each control step, in order. */
  readonly rounds: Map<StepPath, Round[]>
  /** The control step and round that a step of a round belongs to. */
  readonly owners: Map<StepPath, { readonly control: StepPath; readonly round: Round }>
  /** Steps that have not ended. */
  stepsLeft: number
  /** Set once somebody asked to stop everything. */
  cancellation?: Cancellation
  /** Set once a step failed and the pipeline does not go on: which step. */
  failedStep?: StepPath
  outcome?: 'completed' | 'failed' | 'canceled'
}

/** A round to be run: steps and nested pipelines whose paths start with the round's. */
export interface NewRound {
  readonly path: StepPath
  readonly steps: readonly PlannedStep[]
  readonly groups: readonly PlannedGroup[]
  readonly outputs: Readonly<Record<string, PipelineOutput>>
  readonly note?: JsonObject
  /** Tags of the job that has the round's path, and of its run. */
  readonly tags?: Readonly<Record<string, string>>
}

/** What happened; appended to the journal before anything is done about it. */
export type JobEvent =
  | { readonly kind: 'submitted' }
  | { readonly kind: 'resolved'; readonly steps: readonly ResolvedStep[] }
  | { readonly kind: 'unresolvable'; readonly step: StepPath; readonly error: FailureRecord }
  | { readonly kind: 'prepared'; readonly step: StepPath }
  | { readonly kind: 'unpreparable'; readonly step: StepPath; readonly error: FailureRecord }
  | { readonly kind: 'started'; readonly step: StepPath; readonly attempt: number }
  | {
      readonly kind: 'ended'
      readonly step: StepPath
      readonly attempt: number
      readonly end: AttemptResult
      readonly atMs: number
    }
  | { readonly kind: 'leader-ended'; readonly step: StepPath }
  | ({ readonly kind: 'cancel-requested' } & Cancellation)
  | ExpandedEvent

/** A control step goes on: new rounds, rounds that are no longer worth their time (by path), or its end. */
export interface ExpandedEvent {
  readonly kind: 'expanded'
  readonly step: StepPath
  readonly rounds: readonly NewRound[]
  readonly stop?: readonly { readonly round: StepPath; readonly why: string }[]
  readonly end?:
    | {
        readonly outputs: StepOutputs
        /** The earlier job whose result it takes as it is. */
        readonly from?: JobName
        /** Added to the job's properties and to its run's tags. */
        readonly properties?: Readonly<Record<string, string>>
      }
    | { readonly error: FailureRecord }
}

/** What became of a step's reuse key. */
export interface ResolvedStep {
  readonly step: StepPath
  readonly key: string
  readonly outcome:
    | { readonly kind: 'reuse'; readonly from: JobName; readonly outputs: StepOutputs }
    | { readonly kind: 'follow'; readonly leader: JobName }
    /** `isPrepared`: its environment is built, nothing to wait for. */
    | { readonly kind: 'run'; readonly isPrepared: boolean }
}

/** An attempt's end with what was collected from it. */
export type AttemptResult =
  | {
      readonly kind: 'succeeded'
      readonly outputs: StepOutputs
      /** False: the step changed an input it shares with others, so its result is not used again. */
      readonly isReusable?: false
      readonly exitCode: number
      readonly usage: AttemptUsage
    }
  | {
      readonly kind: 'failed'
      readonly error: FailureRecord
      readonly exitCode?: number
      readonly usage?: AttemptUsage
      readonly isFinal?: true
    }
  | { readonly kind: 'canceled'; readonly usage?: AttemptUsage }
  /** It never ran (the server died first): it does not count as a try. */
  | { readonly kind: 'never-started' }

/** What is to be done once the event is durable. Each may be done twice after a crash, with the same result. */
export type Effect =
  | { readonly kind: 'resolve'; readonly step: StepPath }
  | { readonly kind: 'follow'; readonly step: StepPath; readonly leader: JobName; readonly key: string }
  | { readonly kind: 'prepare'; readonly step: StepPath }
  | { readonly kind: 'enqueue'; readonly step: StepPath; readonly notBeforeMs?: number }
  | { readonly kind: 'launch'; readonly step: StepPath; readonly attempt: number }
  | { readonly kind: 'cancel-attempt'; readonly step: StepPath; readonly attempt: number }
  /** Ask a control step what it runs next: it became ready, or one of its rounds ended. */
  | { readonly kind: 'expand'; readonly step: StepPath }
  | { readonly kind: 'finish' }

/** True for an end that no event can change. */
export function isTerminal(state: StepState): boolean {
  return (
    state.status === 'completed' ||
    state.status === 'failed' ||
    state.status === 'canceled' ||
    state.status === 'skipped'
  )
}
