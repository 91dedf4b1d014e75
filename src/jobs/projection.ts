/** What the engine's state looks like to others: rows of `job`, run statuses and events, all of one transaction. */
import type { StepPath } from '../base/ids.ts'
import type { PlannedPipeline } from '../plan/planned-pipeline.ts'
import { cancellationText } from './cancellation.ts'
import type { JobStatus } from './job-service.ts'
import type { JobPatch } from './job-store.ts'
import {
  type AttemptResult,
  type FailureRecord,
  isTerminal,
  type PipelineState,
  type StepOutputs,
  type StepState,
} from './pipeline-state.ts'

/** Columns that come with an attempt's end and not with the state. */
export function patchOfEnded(end: AttemptResult): JobPatch {
  if (end.kind === 'never-started') return {}
  const used: JobPatch = end.usage === undefined ? {} : { usage: JSON.stringify(end.usage) }
  if (end.kind === 'canceled') return used
  return {
    ...used,
    ...(end.exitCode !== undefined && { exit_code: end.exitCode }),
    ...(end.kind === 'succeeded' && end.isReusable === false && { is_reuse_source: 0 }),
  }
}

/** Columns that follow from a step's state. */
export function patchOfState(at: StepState, atMs: number): JobPatch {
  switch (at.status) {
    case 'waiting':
    case 'resolving':
      return {}
    case 'following':
      return { status: 'Queued', status_detail: `waits for job ${at.leader}, which computes the same` }
    case 'preparing':
      return { status: 'Preparing', status_detail: 'its environment is being built', started_ms: atMs }
    case 'queued':
      return {
        status: 'Queued',
        attempts: at.attempts,
        status_detail:
          at.notBeforeMs === undefined
            ? 'waits for a slot'
            : `attempt ${at.attempts} failed; the next starts ${new Date(at.notBeforeMs).toISOString()}`,
      }
    case 'running':
      return {
        status: at.isCanceling === true ? 'CancelRequested' : 'Running',
        status_detail: null,
        attempts: at.attempts,
        ...(at.isCanceling !== true && { started_ms: atMs }),
      }
    case 'expanded':
      return { status: 'Running', status_detail: null, started_ms: atMs }
    case 'completed':
      return completed(at, atMs)
    case 'failed':
      return { status: 'Failed', status_detail: null, ended_ms: atMs, error: JSON.stringify(at.error) }
    case 'canceled':
      return { status: 'Canceled', status_detail: at.why, ended_ms: atMs }
    case 'skipped':
      return { status: 'Completed', status_detail: `Skipped: ${at.why}`, ended_ms: atMs }
  }
}

function completed(at: Extract<StepState, { status: 'completed' }>, atMs: number): JobPatch {
  const common: JobPatch = { status: 'Completed', ended_ms: atMs, outputs: JSON.stringify(at.outputs) }
  if (at.reusedFrom !== undefined)
    return { ...common, status_detail: `reused from ${at.reusedFrom}`, started_ms: atMs, reused_from: at.reusedFrom }
  if (at.branch !== undefined)
    return { ...common, status_detail: `the condition was ${at.branch ? 'true' : 'false'}`, started_ms: atMs }
  return { ...common, status_detail: null }
}

/** The root's columns once its pipeline has ended. */
export function patchOfEnd(plan: PlannedPipeline, state: PipelineState, atMs: number): JobPatch {
  const outputs = JSON.stringify(collectPipelineOutputs(plan.outputs, state))
  const skipped = [...state.steps].flatMap(([path, at]) => (at.status === 'skipped' ? [`"${path}" (${at.why})`] : []))
  const detail =
    skipped.length === 0 ? null : `skipped ${skipped.length === 1 ? 'step' : 'steps'} ${skipped.slice(0, 5).join(', ')}`
  if (state.outcome === 'completed') return { status: 'Completed', status_detail: detail, ended_ms: atMs, outputs }
  if (state.outcome === 'canceled')
    return {
      status: 'Canceled',
      status_detail: `canceled by ${cancellationText(state.cancellation ?? { by: 'unknown' })}`,
      ended_ms: atMs,
      outputs,
    }
  return {
    status: 'Failed',
    status_detail: detail,
    ended_ms: atMs,
    outputs,
    error: JSON.stringify(firstFailure(state)),
  }
}

function firstFailure(state: PipelineState): FailureRecord {
  const failed = [...state.steps].flatMap(([path, at]) => (at.status === 'failed' ? [[path, at.error] as const] : []))
  const [path, error] = failed.find(([step]) => step === state.failedStep) ?? failed[0]!
  const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : ''
  return { ...error, message: `Step "${path}" failed${others}: ${error.message}` }
}

function collectPipelineOutputs(outputs: PlannedPipeline['outputs'], state: PipelineState): StepOutputs {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, source]) => {
      const at = state.steps.get(source.step)
      const output = at?.status === 'completed' ? at.outputs[source.output] : undefined
      return output === undefined ? [] : [[name, output]]
    }),
  )
}

/** A nested pipeline's columns out of its steps; undefined while nothing of it has begun. */
export function patchOfGroup(
  outputs: PlannedPipeline['outputs'],
  members: readonly StepPath[],
  { state, atMs }: { readonly state: PipelineState; readonly atMs: number },
): JobPatch | undefined {
  const states = members.map((path) => state.steps.get(path)!)
  if (!states.every(isTerminal)) {
    return states.every((at) => at.status === 'waiting') ? undefined : { status: 'Running' }
  }
  const ended: JobPatch = { ended_ms: atMs, outputs: JSON.stringify(collectPipelineOutputs(outputs, state)) }
  const failed = members.find((path) => state.steps.get(path)!.status === 'failed')
  if (failed !== undefined) {
    const at = state.steps.get(failed) as Extract<StepState, { status: 'failed' }>
    return {
      ...ended,
      status: 'Failed',
      error: JSON.stringify({ ...at.error, message: `Step "${failed}" failed: ${at.error.message}` }),
    }
  }
  if (states.some((at) => at.status === 'canceled')) return { ...ended, status: 'Canceled' }
  if (states.every((at) => at.status === 'skipped'))
    return { ...ended, status: 'Completed', status_detail: 'Skipped: none of its steps ran' }
  return { ...ended, status: 'Completed' }
}

/** MLflow's word for how a job ended; undefined while it has not. */
export function runStatus(status: JobStatus): 'FINISHED' | 'FAILED' | 'KILLED' | undefined {
  if (status === 'Completed') return 'FINISHED'
  if (status === 'Failed') return 'FAILED'
  return status === 'Canceled' ? 'KILLED' : undefined
}
