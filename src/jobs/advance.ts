/**
 * The engine's decisions. `advance(plan, state, event)` is pure: the caller appends the event to the journal in one
 * transaction with what changed, and only when that is durable performs the effects. After a crash the state is the
 * fold of the journal, and `outstanding` gives the effects that may not have been performed.
 *
 * A step goes waiting -> resolving -> (completed by reuse | following | preparing) -> queued -> running -> ended.
 * Invariants: every step ends exactly once; a step is resolved only when all its parents have ended; an attempt is
 * launched only after its `started` event; when the last step has ended there is exactly one `finish`.
 */
import { assert, assertNever } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import type { PlannedCommand, PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import {
  type AttemptResult,
  type Effect,
  isTerminal,
  type JobEvent,
  type PipelineState,
  type ResolvedStep,
  type StepState,
} from './pipeline-state.ts'
import { branchTaken, fateOf, type Fate } from './step-fate.ts'

export interface Advance {
  readonly state: PipelineState
  /** Steps whose state this event changed. */
  readonly changed: ReadonlySet<StepPath>
  readonly effects: readonly Effect[]
}

/** A plan with what `advance` looks up often; made once per job. */
export interface PlanIndex {
  readonly plan: PlannedPipeline
  readonly byPath: ReadonlyMap<StepPath, PlannedStep>
  readonly children: ReadonlyMap<StepPath, readonly StepPath[]>
}

/** Indexes a plan by path and by parent. */
export function indexPlan(plan: PlannedPipeline): PlanIndex {
  const byPath = new Map(plan.steps.map((step) => [step.path, step]))
  const children = new Map<StepPath, StepPath[]>(plan.steps.map((step) => [step.path, []]))
  for (const step of plan.steps) for (const parent of step.parents) children.get(parent)!.push(step.path)
  return { plan, byPath, children }
}

/** Before the first event. */
export function initialState(plan: PlannedPipeline): PipelineState {
  return {
    steps: new Map(plan.steps.map((step) => [step.path, { status: 'waiting', parentsLeft: step.parents.length }])),
    stepsLeft: plan.steps.length,
  }
}

/** Decides what follows from an event. */
export function advance(index: PlanIndex, state: PipelineState, event: JobEvent): Advance {
  const draft = new Draft(index, state)
  apply(draft, event)
  draft.settle()
  return draft.result()
}

/** The effects that a restarted server performs: everything the last one may not have come to. */
export function outstanding(state: PipelineState): readonly Effect[] {
  if (state.outcome !== undefined) return [{ kind: 'finish' }]
  const effects: Effect[] = []
  for (const [step, at] of state.steps) {
    if (at.status === 'resolving' || at.status === 'following') effects.push({ kind: 'resolve', step })
    else if (at.status === 'preparing') effects.push({ kind: 'prepare', step })
    else if (at.status === 'queued') effects.push(enqueue(step, at.notBeforeMs))
    else if (at.status === 'running') effects.push({ kind: 'launch', step, attempt: at.attempts })
    if (at.status === 'running' && at.isCanceling === true)
      effects.push({ kind: 'cancel-attempt', step, attempt: at.attempts })
  }
  return effects
}

function apply(draft: Draft, event: JobEvent): void {
  switch (event.kind) {
    case 'submitted':
      for (const [step, at] of draft.steps) if (at.status === 'waiting' && at.parentsLeft === 0) draft.decide(step)
      return
    case 'resolved':
      for (const resolved of event.steps) applyResolved(draft, resolved)
      return
    case 'unresolvable':
      if (draft.is(event.step, 'resolving')) draft.fail(event.step, event.error)
      return
    case 'prepared': {
      const at = draft.steps.get(event.step)
      if (at?.status === 'preparing') draft.enqueue(event.step, { key: at.key, attempts: 0, failures: 0 })
      return
    }
    case 'unpreparable':
      if (draft.is(event.step, 'preparing')) draft.fail(event.step, event.error)
      return
    case 'started': {
      const at = draft.steps.get(event.step)
      if (at?.status !== 'queued') return
      draft.set(event.step, { status: 'running', key: at.key, attempts: event.attempt, failures: at.failures })
      draft.effects.push({ kind: 'launch', step: event.step, attempt: event.attempt })
      return
    }
    case 'ended':
      applyEnded(draft, event)
      return
    case 'leader-ended':
      if (!draft.is(event.step, 'following')) return
      draft.set(event.step, { status: 'resolving' })
      draft.effects.push({ kind: 'resolve', step: event.step })
      return
    case 'cancel-requested':
      draft.cancelAll(event.by)
      return
    default:
      assertNever(event)
  }
}

function applyResolved(draft: Draft, { step, key, outcome }: ResolvedStep): void {
  if (!draft.is(step, 'resolving')) return
  if (outcome.kind === 'reuse')
    draft.end(step, { status: 'completed', outputs: outcome.outputs, reusedFrom: outcome.from })
  else if (outcome.kind === 'follow') {
    draft.set(step, { status: 'following', key, leader: outcome.leader })
    draft.effects.push({ kind: 'follow', step, leader: outcome.leader, key })
  } else if (outcome.isPrepared) draft.enqueue(step, { key, attempts: 0, failures: 0 })
  else {
    draft.set(step, { status: 'preparing', key })
    draft.effects.push({ kind: 'prepare', step })
  }
}

function applyEnded(draft: Draft, { step, attempt, end, atMs }: Extract<JobEvent, { kind: 'ended' }>): void {
  const at = draft.steps.get(step)
  // A late word of an attempt that is not the current one changes nothing.
  if (at?.status !== 'running' || at.attempts !== attempt) return
  if (at.isCanceling === true && end.kind !== 'succeeded')
    draft.end(step, { status: 'canceled', why: draft.cancelReason() })
  else if (end.kind === 'succeeded') draft.end(step, { status: 'completed', outputs: end.outputs })
  else if (end.kind === 'canceled') draft.end(step, { status: 'canceled', why: 'canceled' })
  else if (end.kind === 'never-started') draft.enqueue(step, { key: at.key, attempts: attempt, failures: at.failures })
  else retryOrFail(draft, step, { at, end, atMs })
}

function retryOrFail(
  draft: Draft,
  step: StepPath,
  {
    at,
    end,
    atMs,
  }: { at: Extract<StepState, { status: 'running' }>; end: Extract<AttemptResult, { kind: 'failed' }>; atMs: number },
): void {
  const retry = (draft.index.byPath.get(step) as PlannedCommand).retry
  const failures = at.failures + 1
  if (retry === undefined || failures > retry.maxRetries || end.isFinal === true) {
    draft.fail(step, end.error)
    return
  }
  const delaySeconds = Math.min(retry.delaySeconds * retry.backoff ** (failures - 1), retry.maxDelaySeconds ?? Infinity)
  draft.enqueue(step, { key: at.key, attempts: at.attempts, failures, notBeforeMs: atMs + delaySeconds * 1000 })
}

function enqueue(step: StepPath, notBeforeMs?: number): Effect {
  return { kind: 'enqueue', step, ...(notBeforeMs !== undefined && { notBeforeMs }) }
}

/** One call's working copy: the only mutable thing, gone when `advance` returns. */
class Draft {
  readonly index: PlanIndex
  readonly steps: Map<StepPath, StepState>
  readonly effects: Effect[] = []
  readonly #changed = new Set<StepPath>()
  #state: PipelineState
  #stepsLeft: number
  #canceledBy: string | undefined
  #failedStep: StepPath | undefined
  /** Steps that ended in this call and whose children have not heard yet. */
  readonly #ended: StepPath[] = []

  constructor(index: PlanIndex, state: PipelineState) {
    this.index = index
    this.#state = state
    this.steps = new Map(state.steps)
    this.#stepsLeft = state.stepsLeft
    this.#canceledBy = state.canceledBy
    this.#failedStep = state.failedStep
  }

  is(step: StepPath, status: StepState['status']): boolean {
    return this.steps.get(step)?.status === status
  }

  set(step: StepPath, state: StepState): void {
    this.steps.set(step, state)
    this.#changed.add(step)
  }

  end(step: StepPath, state: StepState): void {
    assert(!isTerminal(this.steps.get(step)!), `step ${step} ends twice`)
    this.set(step, state)
    this.#stepsLeft--
    this.#ended.push(step)
  }

  fail(step: StepPath, error: Extract<StepState, { status: 'failed' }>['error']): void {
    this.end(step, { status: 'failed', error })
    if (this.index.plan.continueOnStepFailure || this.#failedStep !== undefined) return
    this.#failedStep = step
    this.#stopOthers()
  }

  enqueue(step: StepPath, next: { key: string; attempts: number; failures: number; notBeforeMs?: number }): void {
    this.set(step, { status: 'queued', ...next })
    this.effects.push(enqueue(step, next.notBeforeMs))
  }

  cancelAll(by: string): void {
    if (this.#canceledBy !== undefined) return
    this.#canceledBy = by
    this.#stopOthers()
  }

  cancelReason(): string {
    if (this.#canceledBy !== undefined) return `canceled by ${this.#canceledBy}`
    return this.#failedStep === undefined ? 'canceled' : `canceled because step "${this.#failedStep}" failed`
  }

  /** Whether the step goes on although the pipeline is stopping: only after a failure, and only if it asked for that. */
  #survivesStop(step: StepPath): boolean {
    return this.#canceledBy === undefined && this.index.byPath.get(step)!.runIf !== 'succeeded'
  }

  #stopOthers(): void {
    for (const [step, at] of this.steps) {
      if (isTerminal(at) || this.#survivesStop(step)) continue
      if (at.status === 'running') {
        if (at.isCanceling === true) continue
        this.set(step, { ...at, isCanceling: true })
        this.effects.push({ kind: 'cancel-attempt', step, attempt: at.attempts })
      } else this.end(step, { status: 'canceled', why: this.cancelReason() })
    }
  }

  /** What becomes of a step all of whose parents have ended. */
  decide(step: StepPath): void {
    const planned = this.index.byPath.get(step)!
    const fate = fateOf(planned, this.steps)
    this.#carryOut(step, planned, fate)
  }

  #carryOut(step: StepPath, planned: PlannedStep, fate: Fate): void {
    if (fate.kind === 'skip') this.end(step, { status: 'skipped', why: fate.why })
    else if (fate.kind === 'cancel') this.end(step, { status: 'canceled', why: fate.why })
    else if (fate.kind === 'fail') this.fail(step, fate.error)
    else if (planned.kind === 'if_else') {
      const taken = branchTaken(planned, this.steps)
      if (typeof taken === 'boolean') this.end(step, { status: 'completed', outputs: {}, branch: taken })
      else this.fail(step, taken)
    } else {
      this.set(step, { status: 'resolving' })
      this.effects.push({ kind: 'resolve', step })
    }
  }

  /** Tells children of what ended, until nothing more follows, and finishes the pipeline when nothing is left. */
  settle(): void {
    for (let step = this.#ended.shift(); step !== undefined; step = this.#ended.shift()) {
      for (const child of this.index.children.get(step)!) {
        const at = this.steps.get(child)!
        if (at.status !== 'waiting') continue
        // Not a change anybody sees: no row is written for it.
        this.steps.set(child, { status: 'waiting', parentsLeft: at.parentsLeft - 1 })
        if (at.parentsLeft === 1) this.decide(child)
      }
    }
    if (this.#stepsLeft === 0 && this.#state.outcome === undefined) this.effects.push({ kind: 'finish' })
  }

  result(): Advance {
    const outcome = this.#stepsLeft === 0 ? (this.#state.outcome ?? this.#outcome()) : undefined
    this.#state = {
      steps: this.steps,
      stepsLeft: this.#stepsLeft,
      ...(this.#canceledBy !== undefined && { canceledBy: this.#canceledBy }),
      ...(this.#failedStep !== undefined && { failedStep: this.#failedStep }),
      ...(outcome !== undefined && { outcome }),
    }
    return { state: this.#state, changed: this.#changed, effects: this.effects }
  }

  #outcome(): 'completed' | 'failed' | 'canceled' {
    if (this.#canceledBy !== undefined) return 'canceled'
    for (const at of this.steps.values()) if (at.status === 'failed') return 'failed'
    return 'completed'
  }
}
