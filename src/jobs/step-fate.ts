import { assert } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import type { PlannedIfElse, PlannedStep } from '../plan/planned-pipeline.ts'
import type { FailureRecord, StepState } from './pipeline-state.ts'

/** What becomes of a step once all its parents have ended. */
export type Fate =
  | { readonly kind: 'go' }
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'cancel'; readonly why: string }
  | { readonly kind: 'fail'; readonly error: FailureRecord }

type Steps = ReadonlyMap<StepPath, StepState>

/**
 * Decides by branch, then by `run_if` over all parents (design.md 11.9). A skipped parent skips a step that needs it
 * to succeed; a failed or canceled one leaves such a step undone (`canceled`, as Azure ML shows it).
 */
export function fateOf(step: PlannedStep, steps: Steps): Fate {
  if (step.branch !== undefined) {
    const control = steps.get(step.branch.step)
    if (control?.status === 'completed' && control.branch !== step.branch.when) {
      return {
        kind: 'skip',
        why: `the condition of "${step.branch.step}" was ${control.branch === true ? 'true' : 'false'}`,
      }
    }
    if (control?.status !== 'completed') return withoutCondition(step.branch.step, control)
  }
  const parents = step.parents.map((path) => [path, steps.get(path)!] as const)
  const broken = parents.find(([, at]) => at.status === 'failed' || at.status === 'canceled')
  const skipped = parents.find(([, at]) => at.status === 'skipped')
  if (step.runIf === 'always') return { kind: 'go' }
  if (step.runIf === 'failed') {
    const failed = parents.some(([, at]) => at.status === 'failed')
    return failed ? { kind: 'go' } : { kind: 'skip', why: 'no step before it failed' }
  }
  if (broken !== undefined) return { kind: 'cancel', why: `not run: step "${broken[0]}" ${broken[1].status}` }
  if (skipped !== undefined) return { kind: 'skip', why: `step "${skipped[0]}" was skipped` }
  return { kind: 'go' }
}

function withoutCondition(path: StepPath, control: StepState | undefined): Fate {
  if (control?.status === 'skipped') return { kind: 'skip', why: `step "${path}" was skipped` }
  return { kind: 'cancel', why: `not run: the condition of "${path}" is not known` }
}

/** The value of a condition, or why there is none. */
export function branchTaken(step: PlannedIfElse, steps: Steps): boolean | FailureRecord {
  const { condition } = step
  if (condition.kind === 'literal') return condition.value
  assert(condition.kind === 'output', `the condition of "${step.path}" was filled in with its round`)
  const at = steps.get(condition.step)
  const output = at?.status === 'completed' ? at.outputs[condition.output] : undefined
  const text = output?.kind === 'literal' ? output.value.trim().toLowerCase() : undefined
  if (text === 'true') return true
  if (text === 'false') return false
  const found =
    output === undefined || output.kind === 'absent'
      ? 'was not written'
      : output.kind === 'content'
        ? 'is a file or folder'
        : `is "${output.value}"`
  return {
    code: 'step-failed',
    message: `The condition of "${step.path}" needs true or false, but output "${condition.output}" of step "${condition.step}" ${found}.`,
    hint: `Let step "${condition.step}" write true or false into the file given as \${{outputs.${condition.output}}}.`,
  }
}
