import type { JobName, StepPath } from '../base/ids.ts'
import type { PlannedCommand, PlannedIfElse, PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import { advance, initialState } from './advance.ts'
import type { AttemptResult, Effect, JobEvent, PipelineState, StepOutputs, StepState } from './pipeline-state.ts'

export function commandStep(path: string, more: Partial<PlannedCommand> = {}): PlannedCommand {
  return {
    kind: 'command',
    path: path as StepPath,
    key: path,
    parents: [],
    runIf: 'succeeded',
    command: 'true',
    additionalIncludes: [],
    environmentVariables: {},
    inputs: {},
    outputs: {},
    resources: { instanceCount: 1 },
    isDeterministic: true,
    ...more,
  }
}

export function ifElseStep(path: string, more: Partial<PlannedIfElse> = {}): PlannedIfElse {
  return {
    kind: 'if_else',
    path: path as StepPath,
    key: path,
    parents: [],
    runIf: 'succeeded',
    condition: { kind: 'literal', value: true },
    ...more,
  }
}

export function plannedPipeline(steps: readonly PlannedStep[], more: Partial<PlannedPipeline> = {}): PlannedPipeline {
  return { steps, groups: [], outputs: {}, continueOnStepFailure: false, forceRerun: false, ...more }
}

/** A pipeline in memory whose events are given by hand. */
export class StateLab {
  readonly state: PipelineState
  readonly effects: Effect[] = []
  readonly journal: JobEvent[] = []

  constructor(plan: PlannedPipeline) {
    this.state = initialState(plan)
    this.event({ kind: 'submitted' })
  }

  event(event: JobEvent): this {
    const result = advance(this.state, event)
    this.effects.push(...result.effects)
    this.journal.push(event)
    return this
  }

  /** Every effect since the last call, as short words: `launch a 1`. */
  takeEffects(): readonly string[] {
    return this.effects.splice(0).map((effect) => {
      if (effect.kind === 'finish') return 'finish'
      return 'attempt' in effect ? `${effect.kind} ${effect.step} ${effect.attempt}` : `${effect.kind} ${effect.step}`
    })
  }

  at(step: string): StepState {
    return this.state.steps.get(step as StepPath)!
  }

  /** Decides a ready step to run and starts its attempt. */
  start(step: string, attempt = 1): this {
    if (this.at(step).status === 'resolving') this.resolve(step, { kind: 'run', isPrepared: true })
    return this.event({ kind: 'started', step: step as StepPath, attempt })
  }

  resolve(step: string, outcome: Extract<JobEvent, { kind: 'resolved' }>['steps'][number]['outcome']): this {
    return this.event({
      kind: 'resolved',
      steps: [{ step: step as StepPath, key: `key-${step}`, outcome }],
    })
  }

  end(step: string, end: AttemptResult, attempt = 1): this {
    return this.event({ kind: 'ended', step: step as StepPath, attempt, end, atMs: 1000 })
  }

  succeed(step: string, outputs: StepOutputs = {}): this {
    return this.start(step).end(step, succeeded(outputs))
  }

  fail(step: string): this {
    return this.start(step).end(step, failed())
  }
}

export function succeeded(outputs: StepOutputs = {}): AttemptResult {
  return { kind: 'succeeded', outputs, exitCode: 0, usage: { wallMs: 1, cpuMs: 1 } }
}

export function failed(): AttemptResult {
  return { kind: 'failed', error: { code: 'step-failed', message: 'exit code 1' }, exitCode: 1 }
}

export const somebody = 'other_job' as JobName
