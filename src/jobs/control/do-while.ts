import { SluiceError } from '../../base/errors.ts'
import { instantiateBody } from '../../plan/instantiate-body.ts'
import type { PlannedDoWhile, PlannedInput } from '../../plan/planned-pipeline.ts'
import type { Round } from '../pipeline-state.ts'
import { type ControlView, type Expansion, roundOutputs } from './expander.ts'

/**
 * One iteration after the other while the body's condition is true, at most `maxIterations` (then it ends as if the
 * condition were false, as Azure ML does). Its outputs are those of the last iteration.
 */
export async function expandDoWhile(step: PlannedDoWhile, view: ControlView): Promise<Expansion> {
  const last = view.rounds.at(-1)
  if (last === undefined) return { rounds: [iteration(step, 0, undefined)] }
  if (last.status === 'running') return { rounds: [] }
  const count = view.rounds.length
  if (last.status !== 'completed') {
    const message = `Iteration ${count} of "${step.path}" ${last.status}.`
    return { rounds: [], end: { error: { code: 'step-failed', message } } }
  }
  if (count >= step.maxIterations || !goesOn(step, last, view))
    return { rounds: [], end: { outputs: roundOutputs(last, view) } }
  return { rounds: [iteration(step, count, last)] }
}

function iteration(
  step: PlannedDoWhile,
  index: number,
  last: Readonly<Round> | undefined,
): Expansion['rounds'][number] {
  const parameters: Record<string, PlannedInput> = {}
  for (const [name, { first, output }] of Object.entries(step.carried)) {
    const source = last?.outputs[output]
    // The place that takes it says as what (`instantiateBody`).
    if (source !== undefined) parameters[name] = { kind: 'output', type: 'string', mode: 'ro_mount', ...source }
    else if (first !== undefined) parameters[name] = first
  }
  return instantiateBody(step.body, {
    control: step.path,
    key: String(index),
    displayName: `iteration ${index + 1}`,
    parameters,
  })
}

function goesOn(step: PlannedDoWhile, last: Readonly<Round>, view: ControlView): boolean {
  if (step.condition === undefined) return true
  const output = roundOutputs(last, view)[step.condition]
  const text = output?.kind === 'literal' ? output.value.trim().toLowerCase() : undefined
  if (text === 'true' || text === 'false') return text === 'true'
  const found = output?.kind === 'literal' ? `is "${output.value}"` : 'was not written'
  throw new SluiceError(
    'step-failed',
    `The condition of "${step.path}" needs true or false, but output "${step.condition}" of its body ${found}.`,
    { hint: `Let the body write true or false into the file given as \${{outputs.${step.condition}}}.` },
  )
}
