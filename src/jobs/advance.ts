/**
 * The engine's decisions. `advance(state, event)` knows no clock, no disk and no chance: the caller appends the event to
 * the journal in one transaction with what changed, and only when that is durable performs the effects. After a crash
 * the state is the fold of the journal, and `outstanding` gives the effects that may not have been performed.
 *
 * A step goes waiting -> resolving -> (completed by reuse | following | preparing) -> queued -> running -> ended; a
 * control step goes waiting -> expanded -> ended, and its rounds' steps go as any.
 * Invariants: every step ends exactly once; a step is resolved only when all its parents have ended; an attempt is
 * launched only after its `started` event; when the last step has ended there is exactly one `finish`.
 */
import { assert, assertNever } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import type { PlannedCommand, PlannedControl, PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import { type Cancellation, cancellationText } from './cancellation.ts'
import {
  type AttemptResult,
  type Effect,
  type ExpandedEvent,
  isTerminal,
  type JobEvent,
  type NewRound,
  type PipelineState,
  type ResolvedStep,
  type Round,
  type StepState,
} from './pipeline-state.ts'
import { branchTaken, fateOf, type Fate } from './step-fate.ts'

export interface Advance {
  /** Steps whose state this event changed. */
  readonly changed: ReadonlySet<StepPath>
  readonly effects: readonly Effect[]
}

/** Before the first event. */
export function initialState(plan: PlannedPipeline): PipelineState {
  const state: PipelineState = {
    plan,
    planned: new Map(),
    children: new Map(),
    steps: new Map(),
    rounds: new Map(),
    owners: new Map(),
    stepsLeft: 0,
  }
  addSteps(state, plan.steps)
  return state
}

/** Adds steps that wait for those of their parents that have not ended. Parents come before their children. */
function addSteps(state: PipelineState, steps: readonly PlannedStep[]): void {
  for (const step of steps) {
    assert(!state.steps.has(step.path), `step ${step.path} is there already`)
    let parentsLeft = 0
    for (const parent of step.parents) {
      if (isTerminal(state.steps.get(parent)!)) continue
      parentsLeft++
      state.children.get(parent)!.push(step.path)
    }
    state.planned.set(step.path, step)
    state.children.set(step.path, [])
    state.steps.set(step.path, { status: 'waiting', parentsLeft })
  }
  state.stepsLeft += steps.length
}

/** Decides what follows from an event, and changes the state. */
export function advance(state: PipelineState, event: JobEvent): Advance {
  const transition = new Transition(state)
  apply(transition, event)
  transition.settle()
  return transition
}

/** The effects that a restarted server performs: everything the last one may not have come to. */
export function outstanding(state: PipelineState): readonly Effect[] {
  if (state.outcome !== undefined) return [{ kind: 'finish' }]
  const effects: Effect[] = []
  for (const [step, at] of state.steps) {
    if (at.status === 'resolving') effects.push({ kind: 'resolve', step })
    // It decides anew once its leader has ended, which may have been while no server looked.
    else if (at.status === 'following') effects.push({ kind: 'follow', step, leader: at.leader, key: at.key })
    else if (at.status === 'preparing') effects.push({ kind: 'prepare', step })
    else if (at.status === 'expanded') effects.push({ kind: 'expand', step })
    else if (at.status === 'queued') effects.push(enqueue(step, at.notBeforeMs))
    else if (at.status === 'running') effects.push({ kind: 'launch', step, attempt: at.attempts })
    if (at.status === 'running' && at.isCanceling === true)
      effects.push({ kind: 'cancel-attempt', step, attempt: at.attempts })
  }
  return effects
}

function apply(transition: Transition, event: JobEvent): void {
  switch (event.kind) {
    case 'submitted':
      transition.decideReady(transition.state.steps.keys())
      return
    case 'resolved':
      for (const resolved of event.steps) applyResolved(transition, resolved)
      return
    case 'unresolvable':
      if (transition.is(event.step, 'resolving')) transition.fail(event.step, event.error)
      return
    case 'prepared': {
      const at = transition.state.steps.get(event.step)
      if (at?.status === 'preparing') transition.enqueue(event.step, { key: at.key, attempts: 0, failures: 0 })
      return
    }
    case 'unpreparable':
      if (transition.is(event.step, 'preparing')) transition.fail(event.step, event.error)
      return
    case 'started': {
      const at = transition.state.steps.get(event.step)
      if (at?.status !== 'queued') return
      transition.set(event.step, { status: 'running', key: at.key, attempts: event.attempt, failures: at.failures })
      transition.effects.push({ kind: 'launch', step: event.step, attempt: event.attempt })
      return
    }
    case 'ended':
      applyEnded(transition, event)
      return
    case 'leader-ended':
      if (!transition.is(event.step, 'following')) return
      transition.set(event.step, { status: 'resolving' })
      transition.effects.push({ kind: 'resolve', step: event.step })
      return
    case 'expanded':
      if (transition.is(event.step, 'expanded')) applyExpanded(transition, event)
      return
    case 'cancel-requested':
      transition.cancelAll(event)
      return
    default:
      assertNever(event)
  }
}

function applyExpanded(transition: Transition, { step, rounds, stop, end }: ExpandedEvent): void {
  for (const { round, why } of stop ?? []) transition.stopRound(step, round, why)
  for (const round of rounds) transition.addRound(step, round)
  if (end === undefined) return
  if ('error' in end) transition.fail(step, end.error)
  else {
    const source = end.from === undefined ? {} : { reusedFrom: end.from }
    transition.end(step, { status: 'completed', outputs: end.outputs, ...source })
  }
}

function applyResolved(transition: Transition, { step, key, outcome }: ResolvedStep): void {
  if (!transition.is(step, 'resolving')) return
  if (outcome.kind === 'reuse')
    transition.end(step, { status: 'completed', outputs: outcome.outputs, reusedFrom: outcome.from })
  else if (outcome.kind === 'follow') {
    transition.set(step, { status: 'following', key, leader: outcome.leader })
    transition.effects.push({ kind: 'follow', step, leader: outcome.leader, key })
  } else if (outcome.isPrepared) transition.enqueue(step, { key, attempts: 0, failures: 0 })
  else {
    transition.set(step, { status: 'preparing', key })
    transition.effects.push({ kind: 'prepare', step })
  }
}

function applyEnded(transition: Transition, { step, attempt, end, atMs }: Extract<JobEvent, { kind: 'ended' }>): void {
  const at = transition.state.steps.get(step)
  // A late word of an attempt that is not the current one changes nothing.
  if (at?.status !== 'running' || at.attempts !== attempt) return
  if (at.isCanceling === true && end.kind !== 'succeeded')
    transition.end(step, { status: 'canceled', why: at.stopReason ?? transition.cancelReason() })
  else if (end.kind === 'succeeded') transition.end(step, { status: 'completed', outputs: end.outputs })
  else if (end.kind === 'canceled') transition.end(step, { status: 'canceled', why: 'canceled' })
  else if (end.kind === 'never-started')
    transition.enqueue(step, { key: at.key, attempts: attempt, failures: at.failures })
  else retryOrFail(transition, step, { at, end, atMs })
}

function retryOrFail(
  transition: Transition,
  step: StepPath,
  {
    at,
    end,
    atMs,
  }: { at: Extract<StepState, { status: 'running' }>; end: Extract<AttemptResult, { kind: 'failed' }>; atMs: number },
): void {
  const retry = (transition.state.planned.get(step) as PlannedCommand).retry
  const failures = at.failures + 1
  if (retry === undefined || failures > retry.maxRetries || end.isFinal === true) {
    transition.fail(step, end.error)
    return
  }
  const delaySeconds = Math.min(retry.delaySeconds * retry.backoff ** (failures - 1), retry.maxDelaySeconds ?? Infinity)
  transition.enqueue(step, { key: at.key, attempts: at.attempts, failures, notBeforeMs: atMs + delaySeconds * 1000 })
}

function enqueue(step: StepPath, notBeforeMs?: number): Effect {
  return { kind: 'enqueue', step, ...(notBeforeMs !== undefined && { notBeforeMs }) }
}

/** What one event does to the state. */
class Transition implements Advance {
  readonly state: PipelineState
  readonly effects: Effect[] = []
  readonly changed = new Set<StepPath>()
  /** Steps that ended by this event and whose children have not heard yet. */
  readonly #ended: StepPath[] = []

  constructor(state: PipelineState) {
    this.state = state
  }

  is(step: StepPath, status: StepState['status']): boolean {
    return this.state.steps.get(step)?.status === status
  }

  set(step: StepPath, at: StepState): void {
    this.state.steps.set(step, at)
    this.changed.add(step)
  }

  end(step: StepPath, at: StepState): void {
    assert(!isTerminal(this.state.steps.get(step)!), `step ${step} ends twice`)
    this.set(step, at)
    this.state.stepsLeft--
    this.#ended.push(step)
    this.#leaveRound(step, at)
  }

  /** Tells the control step, if there is one, when the last step of a round has ended. */
  #leaveRound(step: StepPath, at: StepState): void {
    const owner = this.state.owners.get(step)
    if (owner === undefined) return
    const { control, round } = owner
    if (at.status === 'failed') round.status = 'failed'
    else if (at.status === 'canceled' && round.status === 'running') round.status = 'canceled'
    round.left--
    if (round.left === 0) this.#endRound(control, round)
  }

  #endRound(control: StepPath, round: Round): void {
    if (round.status === 'running') round.status = 'completed'
    if (!this.is(control, 'expanded')) return
    this.changed.add(control)
    this.effects.push({ kind: 'expand', step: control })
  }

  fail(step: StepPath, error: Extract<StepState, { status: 'failed' }>['error']): void {
    this.end(step, { status: 'failed', error })
    const { state } = this
    if (state.plan.continueOnStepFailure || state.failedStep !== undefined || isTolerated(state, step)) return
    state.failedStep = step
    for (let owner = state.owners.get(step); owner !== undefined; owner = state.owners.get(owner.control)) {
      const message = `Step "${step}" failed: ${error.message}`
      if (this.is(owner.control, 'expanded'))
        this.end(owner.control, { status: 'failed', error: { ...error, message } })
    }
    this.#stopOthers()
  }

  enqueue(step: StepPath, next: { key: string; attempts: number; failures: number; notBeforeMs?: number }): void {
    this.set(step, { status: 'queued', ...next })
    this.effects.push(enqueue(step, next.notBeforeMs))
  }

  cancelAll({ by, reason }: Cancellation): void {
    if (this.state.cancellation !== undefined) return
    this.state.cancellation = { by, ...(reason !== undefined && { reason }) }
    this.#stopOthers()
  }

  cancelReason(): string {
    const { cancellation, failedStep } = this.state
    if (cancellation !== undefined) return `canceled by ${cancellationText(cancellation)}`
    return failedStep === undefined ? 'canceled' : `canceled because step "${failedStep}" failed`
  }

  /** Whether the step goes on although the pipeline is stopping: only after a failure, and only if it asked for that. */
  #survivesStop(step: StepPath): boolean {
    if (this.state.cancellation !== undefined) return false
    const owner = this.state.owners.get(step)
    if (owner !== undefined && this.#survivesStop(owner.control)) return true
    return this.state.planned.get(step)!.runIf !== 'succeeded'
  }

  #stopOthers(): void {
    for (const step of this.state.steps.keys()) if (!this.#survivesStop(step)) this.#stop(step, {})
  }

  /** Ends one round of a control step; its other rounds go on. */
  stopRound(control: StepPath, path: StepPath, why: string): void {
    const round = this.state.rounds.get(control)!.find((one) => one.path === path)!
    round.stopReason = why
    for (const member of round.members) this.#stop(member, { why })
  }

  #stop(step: StepPath, { why }: { readonly why?: string }): void {
    const at = this.state.steps.get(step)!
    if (isTerminal(at)) return
    if (at.status !== 'running') {
      this.end(step, { status: 'canceled', why: why ?? this.cancelReason() })
      for (const round of this.state.rounds.get(step) ?? [])
        for (const member of round.members) this.#stop(member, { ...(why !== undefined && { why }) })
    } else if (at.isCanceling !== true) {
      this.set(step, { ...at, isCanceling: true, ...(why !== undefined && { stopReason: why }) })
      this.effects.push({ kind: 'cancel-attempt', step, attempt: at.attempts })
    }
  }

  /** Steps of a round of `control` start as soon as their parents have ended, those outside the round included. */
  addRound(control: StepPath, { path, steps, groups, outputs, note }: NewRound): void {
    const members = steps.map((step) => step.path)
    const round: Round = {
      path,
      members,
      groups,
      outputs,
      ...(note !== undefined && { note }),
      left: members.length,
      status: 'running',
    }
    this.state.rounds.get(control)!.push(round)
    for (const member of members) this.state.owners.set(member, { control, round })
    addSteps(this.state, steps)
    this.changed.add(control)
    if (members.length === 0) this.#endRound(control, round)
    else this.decideReady(members)
  }

  /** Decides those of the steps that wait for nobody. */
  decideReady(steps: Iterable<StepPath>): void {
    for (const step of steps) {
      const at = this.state.steps.get(step)!
      if (at.status === 'waiting' && at.parentsLeft === 0) this.#decide(step)
    }
  }

  /** What becomes of a step all of whose parents have ended. */
  #decide(step: StepPath): void {
    const planned = this.state.planned.get(step)!
    const fate = fateOf(planned, this.state.steps)
    this.#carryOut(step, planned, fate)
  }

  #carryOut(step: StepPath, planned: PlannedStep, fate: Fate): void {
    if (fate.kind === 'skip') this.end(step, { status: 'skipped', why: fate.why })
    else if (fate.kind === 'cancel') this.end(step, { status: 'canceled', why: fate.why })
    else if (fate.kind === 'fail') this.fail(step, fate.error)
    else if (planned.kind === 'if_else') {
      const taken = branchTaken(planned, this.state.steps)
      if (typeof taken === 'boolean') this.end(step, { status: 'completed', outputs: {}, branch: taken })
      else this.fail(step, taken)
    } else if (planned.kind === 'command') {
      this.set(step, { status: 'resolving' })
      this.effects.push({ kind: 'resolve', step })
    } else {
      this.set(step, { status: 'expanded' })
      this.state.rounds.set(step, [])
      this.effects.push({ kind: 'expand', step })
    }
  }

  /** Tells children of what ended, until nothing more follows, and finishes the pipeline when nothing is left. */
  settle(): void {
    const { state } = this
    for (let step = this.#ended.shift(); step !== undefined; step = this.#ended.shift()) {
      for (const child of state.children.get(step)!) {
        const at = state.steps.get(child)!
        if (at.status !== 'waiting') continue
        // Not a change anybody sees: no row is written for it.
        state.steps.set(child, { status: 'waiting', parentsLeft: at.parentsLeft - 1 })
        if (at.parentsLeft === 1) this.#decide(child)
      }
    }
    if (state.stepsLeft > 0 || state.outcome !== undefined) return
    state.outcome = outcomeOf(state)
    this.effects.push({ kind: 'finish' })
  }
}

/** Whether the step belongs to a round that may fail (a trial), directly or not: there a failure is a result like any. */
function isTolerated({ owners, planned }: PipelineState, step: StepPath): boolean {
  for (let owner = owners.get(step); owner !== undefined; owner = owners.get(owner.control)) {
    if ((planned.get(owner.control) as PlannedControl).roundsMayFail) return true
  }
  return false
}

function outcomeOf(state: PipelineState): 'completed' | 'failed' | 'canceled' {
  if (state.cancellation !== undefined) return 'canceled'
  for (const [step, at] of state.steps) if (at.status === 'failed' && !isTolerated(state, step)) return 'failed'
  return 'completed'
}
