import { bothBounds, parseBoolean } from './bindings/literal.ts'
import type { StepPath } from '../base/ids.ts'
import { isPrimitive } from './bindings/data-types.ts'
import type {
  PipelineOutput,
  PlannedBody,
  PlannedCommand,
  PlannedControl,
  PlannedGroup,
  PlannedIfElse,
  PlannedInput,
  PlannedStep,
} from './planned-pipeline.ts'
import { keepOptionalSpans } from './render-command.ts'

export interface BodyInstance {
  readonly path: StepPath
  readonly steps: readonly PlannedStep[]
  readonly groups: readonly PlannedGroup[]
  readonly outputs: Readonly<Record<string, PipelineOutput>>
}

/**
 * The steps of one round: the body's, under the round's path, with the round's values in place of its parameters. A
 * parameter without a value is left out, as an optional input is.
 */
export function instantiateBody(
  body: PlannedBody,
  round: {
    readonly control: StepPath
    /** The round's own key: `0`, `1`, or an item's name. */
    readonly key: string
    readonly displayName?: string
    readonly parameters: Readonly<Record<string, PlannedInput>>
  },
): BodyInstance {
  // The empty path is a control step that is the whole job.
  const path = (round.control === '' ? round.key : `${round.control}.${round.key}`) as StepPath
  const moved = (old: StepPath): StepPath => movePath(old, body.path, path)
  const given: Given = { of: round.control, values: round.parameters }
  // What the body is itself stands in the control step, under the round's own key.
  const title = { key: round.key, ...(round.displayName !== undefined && { displayName: round.displayName }) }
  return {
    path,
    steps: body.steps.map((step) => ({
      ...moveStep(step, given, moved),
      ...(step.path === body.path && { ...title, group: round.control }),
    })),
    groups: body.groups.map((group) => ({
      ...moveGroup(group, moved),
      ...(group.path === body.path && { ...title, parent: round.control }),
    })),
    outputs: moveOutputs(body.outputs, moved),
  }
}

type Condition = PlannedIfElse['condition']
type Move = (path: StepPath) => StepPath

/** Values of the parameters of the control step `of`; those of control steps inside the body are filled in later. */
interface Given {
  readonly of: StepPath
  readonly values: Readonly<Record<string, PlannedInput>>
}

function movePath(path: StepPath, from: StepPath, to: StepPath): StepPath {
  if (path === from) return to
  return path.startsWith(`${from}.`) ? (`${to}${path.slice(from.length)}` as StepPath) : path
}

function moveOutputs(outputs: PlannedBody['outputs'] | PlannedGroup['outputs'], moved: Move): BodyInstance['outputs'] {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { step, output }]) => [name, { step: moved(step), output }]),
  )
}

/** A step with everything that names steps moved, and the given values in it. */
function moveStep(step: PlannedStep, given: Given, moved: Move): PlannedStep {
  return {
    ...fill(step, given, moved),
    path: moved(step.path),
    ...(step.group !== undefined && { group: moved(step.group) }),
    parents: step.parents.map(moved),
    ...(step.branch !== undefined && { branch: { ...step.branch, step: moved(step.branch.step) } }),
  }
}

function moveGroup(group: PlannedGroup, moved: Move): PlannedGroup {
  return {
    ...group,
    path: moved(group.path),
    ...(group.parent !== undefined && { parent: moved(group.parent) }),
    outputs: moveOutputs(group.outputs, moved),
  }
}

function fill(step: PlannedStep, given: Given, moved: Move): PlannedStep {
  if (step.kind === 'command') {
    const inputs = fillInputs(step.inputs, given, moved)
    return { ...step, inputs, command: decideSpans(step.command, inputs) }
  }
  if (step.kind === 'if_else') {
    return { ...step, condition: fillCondition(step.condition, given, moved) }
  }
  return fillControl(step, given, moved)
}

/** The optional parts that planning left to the rounds; those that an inner loop's rounds decide stay. */
function decideSpans(command: string, inputs: PlannedCommand['inputs']): string {
  if (!command.includes('$[[')) return command
  return keepOptionalSpans(command, (name) => {
    if (!Object.hasOwn(inputs, name)) return false
    return inputs[name]!.kind === 'parameter' ? 'in some rounds' : true
  })
}

function fillCondition(condition: Condition, given: Given, moved: Move): Condition {
  if (condition.kind === 'literal') return condition
  if (condition.kind === 'output') return { ...condition, step: moved(condition.step) }
  if (condition.of !== given.of) return { ...condition, of: moved(condition.of) }
  const value = given.values[condition.name]
  if (value?.kind === 'output') return { kind: 'output', step: value.step, output: value.output }
  return { kind: 'literal', value: value?.kind === 'literal' && parseBoolean(value.value) === true }
}

/** A control step inside a body: what its own body takes from outside is filled in, its own parameters stay. */
function fillControl<Control extends PlannedControl>(control: Control, given: Given, moved: Move): PlannedControl {
  const { body } = control
  const inner: PlannedBody = {
    path: moved(body.path),
    steps: body.steps.map((step) => moveStep(step, given, moved)),
    groups: body.groups.map((group) => moveGroup(group, moved)),
    outputs: Object.fromEntries(
      Object.entries(body.outputs).map(([name, output]) => [name, { ...output, step: moved(output.step) }]),
    ),
  }
  if (control.kind === 'parallel_for') {
    const { items } = control
    const list =
      items.kind === 'output'
        ? { ...items, step: moved(items.step), defaults: fillInputs(items.defaults, given, moved) }
        : {
            ...items,
            items: items.items.map((item) => ({ ...item, inputs: fillInputs(item.inputs, given, moved) })),
          }
    return { ...control, body: inner, items: list }
  }
  if (control.kind === 'sweep') return { ...control, body: inner }
  const carried = Object.fromEntries(
    Object.entries(control.carried).map(([name, { first, output }]) => {
      const filled = first === undefined ? undefined : fillInputs({ first }, given, moved)['first']
      return [name, { output, ...(filled !== undefined && { first: filled }) }]
    }),
  )
  return { ...control, body: inner, carried }
}

function fillInputs(
  inputs: Readonly<Record<string, PlannedInput>>,
  given: Given,
  moved: Move,
): Readonly<Record<string, PlannedInput>> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, input]): readonly (readonly [string, PlannedInput])[] => {
      if (input.kind === 'output') return [[name, { ...input, step: moved(input.step) }]]
      if (input.kind !== 'parameter') return [[name, input]]
      if (input.of !== given.of) return [[name, { ...input, of: moved(input.of) }]]
      const value = given.values[input.name]
      return value === undefined ? [] : [[name, typed(value, input)]]
    }),
  )
}

/** The value as the place that takes it declares it. */
function typed(value: PlannedInput, place: Extract<PlannedInput, { kind: 'parameter' }>): PlannedInput {
  const bounds = 'bounds' in value ? bothBounds(value.bounds, place.bounds) : place.bounds
  const asked = bounds === undefined ? {} : { bounds }
  if (value.kind === 'literal') return isPrimitive(place.type) ? { ...value, type: place.type, ...asked } : value
  return { ...value, type: place.type, mode: place.mode, ...asked } as PlannedInput
}
