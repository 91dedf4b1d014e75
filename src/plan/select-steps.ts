import { SluiceError } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import { didYouMean } from './did-you-mean.ts'
import type { PipelineOutput, PlannedControl, PlannedInput, PlannedPipeline, PlannedStep } from './planned-pipeline.ts'

/** What names stand for. */
export interface NamedSteps {
  /** The steps of the plan that are meant, or that have what is meant in their rounds; each with the words for it. */
  readonly steps: ReadonlyMap<StepPath, string>
  /** Exactly what is meant: these paths and all below them; `*` stands for any round of a loop or sweep. */
  readonly named: ReadonlyMap<StepPath, string>
}

/**
 * The steps that somebody named: by path, a nested pipeline for all steps in it, a round (`loop.0`, `sweep.trial_2`), all
 * trials (`sweep.trial`), or a step of a body in every round (`loop.clean`, or as its block calls it). Throws
 * `invalid-request` with every name that is none; `option` is how they were given, for the message.
 */
export function namedSteps(plan: PlannedPipeline, names: readonly string[], option: string): NamedSteps {
  const steps = new Map<StepPath, string>()
  const named = new Map<StepPath, string>()
  const unknown: string[] = []
  const add = (to: Map<StepPath, string>, path: StepPath, name: string): void => {
    if (!to.has(path)) to.set(path, `${option} ${name}`)
  }
  for (const name of names) {
    const found = plan.steps.filter(({ path }) => isBelow(path, name))
    for (const { path } of found) for (const to of [steps, named]) add(to, path, name)
    if (found.length > 0) continue
    const inside = plan.steps.flatMap((step) =>
      'body' in step ? insideOf(step, name).map((path) => ({ control: step.path, path })) : [],
    )
    for (const { control, path } of inside) {
      add(steps, control, name)
      add(named, path, name)
    }
    if (inside.length === 0) unknown.push(name)
  }
  if (unknown.length === 0) return { steps, named }
  const inBodies = plan.steps.flatMap((step) => ('body' in step ? namesInside(step) : []))
  const paths = [...[...plan.groups, ...plan.steps].map(({ path }) => path), ...inBodies].filter((path) => path !== '')
  const words = unknown.map((name) => JSON.stringify(name)).join(', ')
  const hint = paths.length === 0 ? 'It is a single command and has no steps.' : didYouMean(unknown[0]!, paths)
  throw new SluiceError('invalid-request', `The job has no step ${words}, which ${option} names.`, {
    ...(hint !== undefined && { hint }),
  })
}

/** What a name stands for inside a control step: paths with the round, or with `*` for every round. */
function insideOf(control: PlannedControl, name: string): readonly StepPath[] {
  const { path, body } = control
  const ofBody = body.path === path ? undefined : restBelow(name, body.path)
  const given = ofBody ?? restBelow(name, path)
  if (given === undefined) return []
  const isOfBody = ofBody !== undefined
  const [first = '', ...others] = given.split('.')
  const isRound = !isOfBody && isRoundOf(control, first)
  const isTrial = !isOfBody && control.kind === 'sweep' && given === 'trial'
  const rest = isRound ? others.join('.') : isTrial ? '' : given
  const round = joined(path, isRound ? first : '*')
  if (rest === '') return [round]
  const wanted = joined(body.path, rest)
  const isThere = body.steps.some((step) => isBelow(step.path, wanted))
  const found = isThere ? [wanted] : body.steps.flatMap((step) => ('body' in step ? insideOf(step, wanted) : []))
  return found.map((inBody) => `${round}${inBody.slice(body.path.length)}` as StepPath)
}

function isRoundOf(control: PlannedControl, key: string): boolean {
  switch (control.kind) {
    case 'sweep':
      return /^trial_\d+$/.test(key)
    case 'do_while':
      return /^\d+$/.test(key)
    case 'parallel_for':
      // What its items are called is known once they are there.
      return control.items.kind === 'literal' ? control.items.items.some((item) => item.key === key) : /^\d+$/.test(key)
  }
}

function namesInside({ kind, path, body }: PlannedControl): readonly StepPath[] {
  return kind === 'sweep' ? [joined(path, 'trial')] : body.steps.map((step) => step.path)
}

function joined(path: string, rest: string): StepPath {
  return (path === '' ? rest : `${path}.${rest}`) as StepPath
}

/** What follows `path.` in the name; '' for the path itself, undefined where the name is not below it. */
function restBelow(name: string, path: StepPath): string | undefined {
  if (path === '') return name
  if (name === path) return ''
  return name.startsWith(`${path}.`) ? name.slice(path.length + 1) : undefined
}

function isBelow(path: StepPath, name: string): boolean {
  return path === name || path.startsWith(`${name}.`)
}

/** True for a path that `named` has, or that lies below one of its; `*` in those is any one key. */
export function isNamedBy(path: StepPath, named: string): boolean {
  if (named === '') return true
  const keys = path.split('.')
  const wanted = named.split('.')
  return wanted.length <= keys.length && wanted.every((key, at) => key === '*' || key === keys[at])
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
