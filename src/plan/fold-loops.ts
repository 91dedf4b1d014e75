import type { StepPath } from '../base/ids.ts'
import { mapValues } from '../base/map-values.ts'
import { outputNames, findOutput, draftOf } from './bindings/settle-outputs.ts'
import { isInBody } from './loops.ts'
import { plannedInput } from './plan-command.ts'
import type {
  PipelineOutput,
  PlannedBody,
  PlannedControl,
  PlannedInput,
  PlannedItems,
  PlannedPipeline,
  PlannedStep,
  PlannedStepCommon,
} from './planned-pipeline.ts'
import type { BoundValue, LoopNode } from './scope.ts'

/** A loop as a step; its body is put into it by `foldLoops`. */
export function planLoop(loop: LoopNode, common: PlannedStepCommon): PlannedControl {
  const { step } = loop
  const body: PlannedBody = { path: loop.body?.path ?? ('' as StepPath), steps: [], groups: [], outputs: {} }
  if (step.kind === 'parallel_for') {
    const { maxConcurrency } = step
    const items = plannedItems(loop)
    const limit = maxConcurrency === undefined ? {} : { maxConcurrency }
    return { ...common, kind: 'parallel_for', body, roundsMayFail: false, items, ...limit }
  }
  const carried = Object.entries(step.mapping).flatMap(([output, names]) =>
    names.map((name) => {
      const first = plannedValue(loop.firsts.get(name))
      return [name, { output, ...(first !== undefined && { first }) }] as const
    }),
  )
  return {
    ...common,
    kind: 'do_while',
    body,
    roundsMayFail: false,
    ...(step.condition !== undefined && { condition: step.condition }),
    carried: Object.fromEntries(carried),
    maxIterations: step.maxIterationCount,
  }
}

function plannedItems(loop: LoopNode): PlannedItems {
  const { items } = loop
  if (items?.kind === 'output') {
    const { from } = items
    const optional = [...loop.firsts].flatMap(([name, { kind }]) => (kind === 'absent' ? [name] : []))
    return {
      kind: 'output',
      step: from.node.path,
      output: from.name,
      types: Object.fromEntries(loop.open),
      ...(optional.length > 0 && { optional }),
      defaults: plannedValues(loop.firsts),
    }
  }
  const list = items?.items ?? []
  return { kind: 'literal', items: list.map(({ name, inputs }) => ({ key: name, inputs: plannedValues(inputs) })) }
}

function plannedValues(values: ReadonlyMap<string, BoundValue>): Readonly<Record<string, PlannedInput>> {
  return Object.fromEntries([...values].flatMap(([name, value]) => plannedInput(name, value)))
}

function plannedValue(value: BoundValue | undefined): PlannedInput | undefined {
  return value === undefined ? undefined : plannedInput('', value)[0]?.[1]
}

type Foldable = Pick<PlannedPipeline, 'steps' | 'groups' | 'outputs'>

/** Puts the steps that loops run into the loops; who reads an output of such a step reads the loop's from now on. */
export function foldLoops(plan: Foldable, loops: readonly LoopNode[]): Foldable {
  // Inner loops first: what an outer one reads of them is theirs by then.
  const inward = loops
    .filter((loop) => loop.body !== undefined)
    .sort((one, other) => other.path.split('.').length - one.path.split('.').length)
  if (inward.length === 0) return plan
  let { steps, groups, outputs } = plan
  const bodies = new Map<LoopNode, PlannedBody['outputs']>()
  for (const loop of inward) {
    const own = bodyOutputs(loop, bodies)
    bodies.set(loop, own)
    const redirect = redirectionTo(loop, own)
    steps = steps.map((step) => (isInBody(loop, step.path) ? step : redirected(step, redirect)))
    groups = groups.map((group) =>
      isInBody(loop, group.path) ? group : { ...group, outputs: mapValues(group.outputs, redirect) },
    )
    outputs = mapValues(outputs, redirect)
  }
  for (const loop of inward) {
    const isInside = ({ path }: { readonly path: StepPath }): boolean => isInBody(loop, path)
    const body: PlannedBody = {
      path: loop.body!.path,
      steps: steps.filter(isInside),
      groups: groups.filter(isInside),
      outputs: bodies.get(loop)!,
    }
    groups = groups.filter((group) => !isInside(group))
    steps = steps
      .filter((step) => !isInside(step))
      .map((step) => (step.path === loop.path ? { ...(step as PlannedControl), body } : step))
  }
  return { steps, groups, outputs }
}

type Redirect = (output: PipelineOutput) => PipelineOutput

function bodyOutputs(loop: LoopNode, inner: ReadonlyMap<LoopNode, PlannedBody['outputs']>): PlannedBody['outputs'] {
  const outputs = outputNames(loop.body!).flatMap((name) => {
    const leaf = findOutput(loop.body!, name)
    if (typeof leaf === 'string') return []
    let at: PipelineOutput = { step: leaf.node.path, output: leaf.name }
    for (const [other, own] of inner) if (isInBody(loop, other.path)) at = redirectionTo(other, own)(at)
    return [[name, { ...at, type: draftOf(leaf).type }] as const]
  })
  return Object.fromEntries(outputs)
}

function redirectionTo(loop: LoopNode, outputs: PlannedBody['outputs']): Redirect {
  const names = new Map(Object.entries(outputs).map(([name, { step, output }]) => [`${step}\n${output}`, name]))
  return (from) => {
    if (!isInBody(loop, from.step)) return from
    return { ...from, step: loop.path, output: names.get(`${from.step}\n${from.output}`) ?? from.output }
  }
}

function redirected(step: PlannedStep, redirect: Redirect): PlannedStep {
  const input = (one: PlannedInput): PlannedInput => (one.kind === 'output' ? { ...one, ...redirect(one) } : one)
  if (step.kind === 'command') return { ...step, inputs: mapValues(step.inputs, input) }
  if (step.kind === 'if_else') {
    const { condition } = step
    return condition.kind === 'output' ? { ...step, condition: { ...condition, ...redirect(condition) } } : step
  }
  if (step.kind === 'do_while') {
    const carried = mapValues(step.carried, (one) =>
      one.first === undefined ? one : { ...one, first: input(one.first) },
    )
    return { ...step, carried }
  }
  if (step.kind === 'sweep') {
    const steps = step.body.steps.map((trial) => redirected(trial, redirect))
    return { ...step, body: { ...step.body, steps } }
  }
  const { items } = step
  if (items.kind === 'output') {
    return { ...step, items: { ...items, ...redirect(items), defaults: mapValues(items.defaults, input) } }
  }
  const list = items.items.map((item) => ({ ...item, inputs: mapValues(item.inputs, input) }))
  return { ...step, items: { ...items, items: list } }
}
