import type { StepPath } from '../base/ids.ts'
import type { Reference } from '../spec/document-parts.ts'
import type {
  CommandComponent,
  CommandJob,
  Component,
  ComponentStep,
  ParallelComponent,
  PipelineComponent,
  PipelineJob,
  SparkComponent,
  Step,
  SweepJob,
  SweepStep,
} from '../spec/documents.ts'
import { referenceText } from '../spec/scope.ts'
import { builtInComponent, isBuiltIn } from './built-in-components.ts'
import type { Mistakes } from './mistakes.ts'
import { copyComponent, refuseTransfer, sparkComponent } from './other-commands.ts'
import type {
  BoundValue,
  CommandNode,
  Expansion,
  GroupNode,
  IfElseNode,
  LoopNode,
  NodeCommon,
  Scope,
  UnknownNode,
} from './scope.ts'
import { sweepStepOf, trialComponent, trialStep } from './sweeps/trial-step.ts'

export interface ExpandOptions {
  readonly mistakes: Mistakes
  resolveComponent(reference: Reference): Component | undefined
  componentHint(reference: Reference): string
}

/** More steps than this are a component that multiplies itself, not a pipeline. */
const mostSteps = 100_000
const deepestNesting = 100

/** Builds the tree: every component found, every nested pipeline opened; what is wrong is reported and left out. */
export function expand(document: CommandJob | PipelineJob | SweepJob, options: ExpandOptions): Expansion {
  const work: Work = { ...options, leaves: [], groups: [], isFull: false }
  const isPipeline = document.kind === 'pipeline-job'
  const compute = isPipeline ? (document.settings.defaultCompute ?? document.compute) : document.compute
  const root: Scope = {
    path: '' as StepPath,
    located: document.located,
    isPipeline,
    ...(compute !== undefined && { defaultCompute: compute }),
    declaredOutputs: isPipeline ? document.outputs : {},
    nodes: new Map(),
    loops: new Map(),
    inputs: new Map(),
    outputs: new Map(),
    unwritten: new Set(),
  }
  if (isPipeline) expandSteps(work, openingOf(document, root))
  else if (document.kind === 'command-job') addCommandJob(work, root, document)
  else {
    const common = { key: '', path: root.path, scope: root, first: 0, end: 1, inputs: new Map<string, BoundValue>() }
    const opening: Opening = { scope: root, steps: {}, isDeterministic: true, within: [] }
    addSweep(work, opening, { common, sweep: sweepStepOf(document) })
  }
  const { leaves, groups, isFull } = work
  return { root, leaves, groups, isComplete: !isFull }
}

interface Work extends ExpandOptions {
  readonly leaves: (CommandNode | IfElseNode | LoopNode | UnknownNode)[]
  readonly groups: GroupNode[]
  isFull: boolean
}

interface Opening {
  readonly scope: Scope
  readonly steps: Readonly<Record<string, Step>>
  readonly isDeterministic: boolean
  /** The components being opened, outermost first: one that comes up again contains itself. */
  readonly within: readonly { readonly component: Component; readonly text: string }[]
}

function openingOf(document: PipelineJob, scope: Scope): Opening {
  const { steps, component } = document
  if (component?.kind !== 'pipeline-component') return { scope, steps, isDeterministic: true, within: [] }
  const within = [{ component, text: titleOf(component, component) }]
  return { scope, steps, isDeterministic: component.isDeterministic, within }
}

function expandSteps(work: Work, opening: Opening): void {
  for (const [key, step] of Object.entries(opening.steps)) {
    if (work.isFull) return
    const { scope } = opening
    const path = (scope.path === '' ? key : `${scope.path}.${key}`) as StepPath
    const first = work.leaves.length
    const common = { key, path, scope, first, end: first + 1, inputs: new Map<string, BoundValue>() }
    if (step.kind === 'if_else') addLeaf(work, { ...common, kind: 'if_else', step })
    else if (step.kind === 'do_while' || step.kind === 'parallel_for')
      addLeaf(work, { ...common, kind: 'loop', step, firsts: new Map(), open: new Map() })
    else if (step.kind === 'component') addComponentStep(work, opening, { ...common, step })
    else addSweep(work, opening, { common, sweep: step })
    if (work.isFull || work.leaves.length + work.groups.length <= mostSteps) continue
    work.isFull = true
    work.mistakes.report({ located: scope.located, path: ['jobs', key] }, `The pipeline has over ${mostSteps} steps.`)
  }
}

function addLeaf(work: Work, node: CommandNode | IfElseNode | LoopNode | UnknownNode): void {
  node.scope.nodes.set(node.key, node)
  work.leaves.push(node)
}

function addComponentStep(work: Work, opening: Opening, common: NodeCommon<ComponentStep>): void {
  const { step, scope } = common
  const found = findComponent(work, opening, common)
  const component = found && runnable(found, step)
  if (component?.kind === 'parallel-component') {
    addParallelStep(work, opening, { ...common, component })
    return
  }
  if (component?.kind === 'data-transfer-component') {
    refuseTransfer(work.mistakes, { located: scope.located, path: ['jobs', common.key] }, component.transfer)
    addLeaf(work, { ...common, kind: 'unknown' })
    return
  }
  const isDeterministic = opening.isDeterministic && (step.isDeterministic ?? component?.isDeterministic ?? true)
  if (component === undefined) {
    addLeaf(work, { ...common, kind: 'unknown' })
    return
  }
  if (component.kind === 'command-component') {
    const isInline = component.name === undefined
    addLeaf(work, { ...common, kind: 'command', component, isInline, isDeterministic, outputs: new Map() })
    return
  }
  const node: GroupNode = { ...common, kind: 'group', component, inner: innerScope(common, component) }
  scope.nodes.set(node.key, node)
  work.groups.push(node)
  refuseStepSettings(work.mistakes, node)
  const within = [...opening.within, { component, text: titleOf(step.component, component) }]
  expandSteps(work, { scope: node.inner, steps: component.steps, isDeterministic, within })
  node.end = work.leaves.length
}

/** Spark steps and copies are commands by another name. */
function runnable(component: Component, step: ComponentStep): Exclude<Component, SparkComponent> {
  if (component.kind === 'spark-component') return sparkComponent(component, step.spark)
  if (component.kind !== 'data-transfer-component' || component.transfer.task !== 'copy_data') return component
  return copyComponent(component, component.transfer, step)
}

/** A parallel step is a leaf like a command; what the step says of its task goes before what its component says. */
function addParallelStep(
  work: Work,
  opening: Opening,
  { component: parallel, ...common }: NodeCommon<ComponentStep> & { readonly component: ParallelComponent },
): void {
  const { task: stepTask, ...stepSettings } = common.step.parallel ?? {}
  const task = { ...parallel.task, ...stepTask }
  const settings = { ...parallel.settings, ...stepSettings }
  const { task: _, settings: __, ...rest } = parallel
  const component: CommandComponent = {
    ...rest,
    kind: 'command-component',
    command: '',
    additionalIncludes: [],
    ...(task.code !== undefined && { code: task.code }),
    ...(task.environment !== undefined && { environment: task.environment }),
  }
  addLeaf(work, {
    ...common,
    kind: 'command',
    component,
    isInline: parallel.name === undefined,
    isDeterministic: opening.isDeterministic && (common.step.isDeterministic ?? parallel.isDeterministic),
    outputs: new Map(),
    parallel: { task, settings },
  })
}

/** A sweep stands in the graph as the command that its trials are. */
function addSweep(
  work: Work,
  opening: Opening,
  { common, sweep }: { readonly common: Omit<NodeCommon<ComponentStep>, 'step'>; readonly sweep: SweepStep },
): void {
  const step = trialStep(sweep)
  const trial = findComponent(work, opening, { ...common, step })
  if (trial?.kind !== 'command-component') {
    if (trial !== undefined) {
      const place = { located: common.scope.located, path: ['jobs', common.key, 'trial'] }
      work.mistakes.report(place, `The trial of step "${common.key}" must be a command.`, 'Name a command component.')
    }
    addLeaf(work, { ...common, kind: 'unknown', step })
    return
  }
  const isDeterministic = opening.isDeterministic && (step.isDeterministic ?? trial.isDeterministic)
  addLeaf(work, {
    ...common,
    kind: 'command',
    step,
    component: trialComponent(trial, sweep.searchSpace),
    isInline: trial.name === undefined,
    isDeterministic,
    outputs: new Map(),
    sweep,
  })
}

function innerScope(
  { key, path, scope, step, inputs }: NodeCommon<ComponentStep>,
  component: PipelineComponent,
): Scope {
  const compute = component.settings.defaultCompute
  return {
    path,
    located: component.located,
    outer: { key, scope, step },
    isPipeline: true,
    ...(compute !== undefined && { defaultCompute: compute }),
    declaredOutputs: component.outputs,
    nodes: new Map(),
    loops: new Map(),
    inputs,
    outputs: new Map(),
    unwritten: new Set(),
  }
}

function findComponent(
  work: Work,
  { within }: Opening,
  node: { readonly key: string; readonly scope: Scope; readonly step: ComponentStep },
): Component | undefined {
  const place = { located: node.scope.located, path: ['jobs', node.key, 'component'] }
  const { component } = node.step
  if (!isComponent(component) && isBuiltIn(component)) {
    const { located } = node.scope
    return builtInComponent(component, { inputs: node.step.inputs, located, place, mistakes: work.mistakes })
  }
  const found = isComponent(component) ? component : work.resolveComponent(component)
  if (found === undefined) {
    work.mistakes.report(
      place,
      `Step "${node.key}" uses component ${referenceText(component as Reference)}, which does not exist.`,
      work.componentHint(component as Reference),
    )
    return undefined
  }
  // A caller may load a registered component anew each time; then the reference tells.
  const text = titleOf(component, found)
  const repeats = within.findIndex((one) => one.component === found || (!isComponent(component) && one.text === text))
  if (repeats !== -1) {
    const circle = [...within.slice(repeats).map((one) => one.text), text].join(' -> ')
    work.mistakes.report(place, `A pipeline component contains itself: ${circle}.`)
    return undefined
  }
  if (found.kind !== 'pipeline-component' || within.length < deepestNesting) return found
  work.mistakes.report(place, `Pipelines are nested more than ${deepestNesting} deep.`)
  return undefined
}

function isComponent(component: Component | Reference): component is Component {
  return 'located' in component
}

function titleOf(written: Component | Reference, component: Component): string {
  return isComponent(written) ? (component.name ?? component.located.file) : referenceText(written)
}

function refuseStepSettings(mistakes: Mistakes, { key, scope, step }: GroupNode): void {
  const given = {
    resources: step.resources,
    distribution: step.distribution,
    limits: step.timeoutSeconds ?? step.limits,
    retry: step.retry,
    environment_variables: Object.keys(step.environmentVariables).length > 0 ? step.environmentVariables : undefined,
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    mistakes.report(
      { located: scope.located, path: ['jobs', key, name] },
      `Step "${key}" is a pipeline: it cannot have "${name}".`,
      'Set it on the steps of that pipeline.',
    )
  }
}

function addCommandJob(work: Work, scope: Scope, job: CommandJob): void {
  const { name: _, ...body } = job
  const component: CommandComponent = { ...body, kind: 'command-component', inputs: {}, outputs: {} }
  const step: ComponentStep = {
    kind: 'component',
    component,
    inputs: job.inputs,
    outputs: job.outputs,
    dependsOn: [],
    runIf: 'succeeded',
    environmentVariables: {},
    ...(job.displayName !== undefined && { displayName: job.displayName }),
  }
  const common = { key: '', path: scope.path, scope, first: 0, end: 1, inputs: new Map<string, BoundValue>() }
  const { isDeterministic } = job
  addLeaf(work, { ...common, kind: 'command', step, component, isInline: true, isDeterministic, outputs: new Map() })
}
