import { SluiceError } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import { didYouMean } from './did-you-mean.ts'
import type { PipelineOutput, PlannedInput, PlannedPipeline, PlannedStep } from './planned-pipeline.ts'

/**
 * The steps that somebody named: by path, or a nested pipeline for all steps in it. Throws `invalid-request` with every
 * name that is none; `option` is how they were given, for the message.
 */
export function namedSteps(
  plan: PlannedPipeline,
  names: readonly string[],
  option: string,
): ReadonlyMap<StepPath, string> {
  const found = new Map<StepPath, string>()
  const unknown: string[] = []
  for (const name of names) {
    const steps = plan.steps.filter(({ path }) => path === name || path.startsWith(`${name}.`))
    if (steps.length === 0) unknown.push(name)
    for (const { path } of steps) if (!found.has(path)) found.set(path, `${option} ${name}`)
  }
  if (unknown.length === 0) return found
  const paths = [...plan.groups, ...plan.steps].map(({ path }) => path).filter((path) => path !== '')
  const words = unknown.map((name) => JSON.stringify(name)).join(', ')
  const hint = paths.length === 0 ? 'It is a single command and has no steps.' : didYouMean(unknown[0]!, paths)
  throw new SluiceError('invalid-request', `The job has no step ${words}, which ${option} names.`, {
    ...(hint !== undefined && { hint }),
  })
}

/** The given steps and everything that waits for them, directly or not; each with the words it was given with. */
export function withFollowing(
  plan: PlannedPipeline,
  named: ReadonlyMap<StepPath, string>,
): ReadonlyMap<StepPath, string> {
  const found = new Map(named)
  // Steps are in an order in which everyone follows what it waits for.
  for (const { path, parents } of plan.steps) {
    const parent = parents.find((each) => found.has(each))
    if (parent !== undefined && !found.has(path)) found.set(path, found.get(parent)!)
  }
  return found
}

/** The steps outside of the selection whose outputs it takes. */
export function neededSteps(plan: PlannedPipeline, selected: ReadonlyMap<StepPath, unknown>): ReadonlySet<StepPath> {
  const needed = plan.steps.filter(({ path }) => selected.has(path)).flatMap(sourcesOf)
  return new Set(needed.map(({ step }) => step).filter((path) => !selected.has(path)))
}

/** What a step takes from other steps: inputs, conditions, and what the body of a loop takes from outside of it. */
export function sourcesOf(step: PlannedStep): readonly PipelineOutput[] {
  const given = directSources(step)
  if (!('body' in step)) return given
  const { steps } = step.body
  const inside = new Set(steps.map(({ path }) => path))
  return [...given, ...steps.flatMap(sourcesOf)].filter((source) => !inside.has(source.step))
}

function directSources(step: PlannedStep): readonly PipelineOutput[] {
  switch (step.kind) {
    case 'command':
      return outputsAmong(Object.values(step.inputs))
    case 'if_else':
      return step.condition.kind === 'output' ? [step.condition] : []
    case 'do_while':
      return outputsAmong(Object.values(step.carried).flatMap(({ first }) => first ?? []))
    case 'parallel_for':
      if (step.items.kind === 'output') return [step.items, ...outputsAmong(Object.values(step.items.defaults))]
      return outputsAmong(step.items.items.flatMap(({ inputs }) => Object.values(inputs)))
    // What its trials take stands in its body.
    case 'sweep':
      return []
  }
}

function outputsAmong(inputs: readonly PlannedInput[]): readonly PipelineOutput[] {
  return inputs.filter((input) => input.kind === 'output')
}

/**
 * The plan of the selected steps alone. Those they take outputs of stay in it, with nothing before them: their results
 * have to be given. A condition or a failure that a selected step would have waited for is not asked any more.
 */
export function onlySteps(plan: PlannedPipeline, selected: ReadonlyMap<StepPath, unknown>): PlannedPipeline {
  const needed = neededSteps(plan, selected)
  const isKept = (path: StepPath): boolean => selected.has(path) || needed.has(path)
  const steps = plan.steps.filter(({ path }) => isKept(path)).map((step) => prune(step, { selected, isKept }))
  const outputsOf = (outputs: PlannedPipeline['outputs']) =>
    Object.fromEntries(Object.entries(outputs).filter(([, { step }]) => isKept(step)))
  const groups = plan.groups
    .filter(({ path }) => steps.some((step) => step.path.startsWith(`${path}.`)))
    .map((group) => ({ ...group, outputs: outputsOf(group.outputs) }))
  return { ...plan, steps, groups, outputs: outputsOf(plan.outputs) }
}

function prune(
  step: PlannedStep,
  {
    selected,
    isKept,
  }: { readonly selected: ReadonlyMap<StepPath, unknown>; readonly isKept: (path: StepPath) => boolean },
): PlannedStep {
  const { branch, ...rest } = step
  if (!selected.has(step.path)) return { ...rest, parents: [], runIf: 'always' }
  const parents = step.parents.filter(isKept)
  const isWhole = parents.length === step.parents.length
  return {
    ...rest,
    parents,
    runIf: isWhole ? step.runIf : 'always',
    ...(branch !== undefined && selected.has(branch.step) && { branch }),
  }
}
