import type { Diagnostic } from '../base/errors.ts'
import type { StepPath } from '../base/ids.ts'
import type { Located, Reference } from '../spec/document-parts.ts'
import type { CommandJob, Component, Job, PipelineJob, SweepJob } from '../spec/documents.ts'
import { mergeRootComponent } from '../spec/job.ts'
import { referenceText } from '../spec/scope.ts'
import { bindInputs, bindJobInputs } from './bindings/bind-inputs.ts'
import { connectSteps, type Connection } from './connect-steps.ts'
import type { EvaluateOptions } from './bindings/evaluate.ts'
import { expand } from './expand.ts'
import { foldLoops, planLoop } from './fold-loops.ts'
import { findBodies } from './loops.ts'
import { parseBoolean } from './bindings/literal.ts'
import { collectMistakes, type Mistakes } from './mistakes.ts'
import { asCommandJob } from './other-commands.ts'
import { sortOverrides } from './bindings/overrides.ts'
import { namedComponent } from './named-component.ts'
import { planCommand, plannedInput } from './plan-command.ts'
import type {
  PipelineOutput,
  PlannedGroup,
  PlannedIfElse,
  PlannedInput,
  PlannedPipeline,
  PlannedPositions,
  PlannedStep,
  PlannedStepCommon,
} from './planned-pipeline.ts'
import {
  placeOf,
  type Expansion,
  type GroupNode,
  type IfElseNode,
  type LeafOutput,
  type Node,
  type Scope,
} from './scope.ts'
import { settleOutputs } from './bindings/settle-outputs.ts'
import { planSweep } from './sweeps/plan-sweep.ts'

export interface PlanOptions {
  /** A registered component by the reference a step names it with, or undefined when there is none. */
  resolveComponent(reference: Reference): Component | undefined
  /** What to say to somebody who names a component that is not there. */
  componentHint?(reference: Reference): string | undefined
  /**
   * `--set`: inputs of the job by name, or of a step as `jobs.STEP.inputs.NAME`. Used verbatim; for an input that takes
   * data, a reference, where a relative path starts at the job's file.
   */
  readonly overrides?: Readonly<Record<string, string>>
  /** Values of `${{name}}`, `${{default_datastore}}` and `${{creation_context.*}}` in inputs, as far as known. */
  readonly context?: Readonly<Record<string, string>>
}

export interface PlanResult {
  /** Complete and fit to run only if there are no diagnostics. */
  readonly plan: PlannedPipeline
  readonly diagnostics: readonly Diagnostic[]
  /** What was ignored; never a reason not to run. */
  readonly warnings: readonly Diagnostic[]
  readonly positions: PlannedPositions
}

/**
 * Plans a job: nested pipelines flattened, every binding resolved and checked, steps in an order to run them. Throws
 * nothing for what an author wrote: all mistakes come back together, each with its place. O(n log n) in steps and edges.
 */
export function planJob(job: Job, options: PlanOptions): PlanResult {
  const mistakes = collectMistakes()
  const isOther = job.kind === 'spark-job' || job.kind === 'data-transfer-job'
  const plannable = isOther ? asCommandJob(job, mistakes) : job
  if (plannable === undefined) return nothing(mistakes)
  const document = withComponent(plannable, options, mistakes)
  const expansion = expand(document, {
    mistakes,
    resolveComponent: (reference) => options.resolveComponent(reference),
    componentHint: (reference) => hintOf(reference, options),
  })
  const { root } = expansion
  const evaluate: EvaluateOptions = { mistakes, context: options.context ?? {} }
  let steps: readonly PlannedStep[] = []
  if (expansion.isComplete) {
    findBodies(root, mistakes)
    settleOutputs(root, mistakes)
    const jobInputs = inputNames(document)
    const overrides = sortOverrides(options.overrides ?? {}, { expansion, jobInputs, mistakes })
    const bind = { ...evaluate, overrides }
    if (document.kind === 'pipeline-job') bindJobInputs(document, root, bind)
    bindInputs(root, bind)
    const hooks = document.kind === 'pipeline-job' ? document.settings : {}
    steps = planSteps(expansion, connectSteps(expansion, { mistakes, hooks }), evaluate)
  }
  const isPipeline = document.kind === 'pipeline-job'
  const flat = {
    steps,
    groups: expansion.groups.map(planGroup),
    outputs: isPipeline ? plannedOutputs(root.outputs) : ownOutputs(steps),
  }
  const loops = expansion.leaves.filter((leaf) => leaf.kind === 'loop')
  const plan: PlannedPipeline = {
    ...foldLoops(flat, loops),
    ...(isPipeline && root.inputs.size > 0 && { inputs: ownInputs(root) }),
    continueOnStepFailure: isPipeline && document.settings.continueOnStepFailure,
    forceRerun: isPipeline && document.settings.forceRerun,
  }
  const positions = new Map([...expansion.leaves, ...expansion.groups].map((node) => [node.path, locatedOf(node)]))
  return { plan, diagnostics: mistakes.errors(), warnings: mistakes.warnings(), positions }
}

type PlannableJob = CommandJob | PipelineJob | SweepJob

/** A plan of nothing, for what was reported already. */
function nothing(mistakes: Mistakes): PlanResult {
  return {
    plan: { steps: [], groups: [], outputs: {}, continueOnStepFailure: false, forceRerun: false },
    diagnostics: mistakes.errors(),
    warnings: mistakes.warnings(),
    positions: new Map(),
  }
}

/** A job whose `component:` is registered, with the steps of that component; without steps if there is none. */
function withComponent(job: PlannableJob, options: PlanOptions, mistakes: Mistakes): PlannableJob {
  if (job.kind !== 'pipeline-job' || job.component === undefined || 'located' in job.component) return job
  const component = options.resolveComponent(job.component)
  if (component?.kind === 'pipeline-component') return mergeRootComponent(job, component)
  const problem = component === undefined ? 'does not exist' : 'is a single command'
  const message = `The job runs component ${referenceText(job.component)}, which ${problem}.`
  const hint = component === undefined ? hintOf(job.component, options) : 'Name a pipeline component.'
  mistakes.report({ located: job.located, path: ['component'] }, message, hint)
  // Its outputs and the inputs that --set names would only be missed because the component is.
  const { component: _, ...rest } = job
  return { ...rest, outputs: {} }
}

function hintOf(reference: Reference, options: PlanOptions): string {
  return options.componentHint?.(reference) ?? 'List what there is with: sluice component list'
}

function inputNames(document: PlannableJob): readonly string[] {
  const component = document.kind === 'pipeline-job' ? document.component : undefined
  const declared = component !== undefined && 'inputs' in component ? Object.keys(component.inputs) : []
  return [...new Set([...Object.keys(document.inputs), ...declared])]
}

function planSteps(expansion: Expansion, connection: Connection, options: EvaluateOptions): readonly PlannedStep[] {
  const { leaves } = expansion
  return connection.order.flatMap((index): readonly PlannedStep[] => {
    const node = leaves[index]!
    if (node.kind === 'unknown') return []
    const parents = connection.parents[index]!.flatMap((parent) =>
      leaves[parent]!.kind === 'unknown' ? [] : [leaves[parent]!.path],
    )
    const branch = connection.branches[index]
    const common: PlannedStepCommon = {
      path: node.path,
      key: node.key,
      ...(node.scope.outer !== undefined && { group: node.scope.path }),
      ...(node.step.displayName !== undefined && { displayName: node.step.displayName }),
      parents,
      ...(branch !== undefined && { branch: { step: branch.control.path, when: branch.when } }),
      runIf: connection.runIfs[index]!,
    }
    if (node.kind === 'if_else') return [planIfElse(node, common)]
    if (node.kind === 'loop') return [planLoop(node, common)]
    const { sweep } = node
    return [sweep === undefined ? planCommand(node, common, options) : planSweep(node, { sweep, common, options })]
  })
}

function planIfElse(node: IfElseNode, common: PlannedStepCommon): PlannedIfElse {
  const value = node.inputs.get('condition')
  if (value?.kind === 'output') {
    const { from } = value
    return { ...common, kind: 'if_else', condition: { kind: 'output', step: from.node.path, output: from.name } }
  }
  if (value?.kind === 'round')
    return { ...common, kind: 'if_else', condition: { kind: 'parameter', of: value.loop.path, name: value.name } }
  // Anything but a literal was reported, and the plan will not run.
  const decided = value?.kind === 'literal' && parseBoolean(value.value) === true
  return { ...common, kind: 'if_else', condition: { kind: 'literal', value: decided } }
}

function planGroup({ path, key, scope, step, component, inner }: GroupNode): PlannedGroup {
  const named = namedComponent({ step, component })
  return {
    path,
    ...(scope.outer !== undefined && { parent: scope.path }),
    key,
    ...(step.displayName !== undefined && { displayName: step.displayName }),
    ...(named !== undefined && { component: named }),
    outputs: plannedOutputs(inner.outputs),
  }
}

function plannedOutputs(outputs: ReadonlyMap<string, LeafOutput>): Readonly<Record<string, PipelineOutput>> {
  return Object.fromEntries([...outputs].map(([name, leaf]) => [name, { step: leaf.node.path, output: leaf.name }]))
}

function ownInputs({ inputs }: Scope): Readonly<Record<string, PlannedInput>> {
  return Object.fromEntries([...inputs].flatMap(([name, value]) => plannedInput(name, value)))
}

function ownOutputs(steps: readonly PlannedStep[]): Readonly<Record<string, PipelineOutput>> {
  const outputs = steps.flatMap((step) => ('outputs' in step ? Object.keys(step.outputs) : []))
  return Object.fromEntries(outputs.map((output) => [output, { step: '' as StepPath, output }]))
}

function locatedOf(node: Node): Located {
  const { file, frame } = node.scope.located
  return {
    file,
    ...(frame !== undefined && { frame }),
    at: (path) => {
      const place = placeOf(node, ...path)
      const ofStep = place.located.at(place.path)
      // What a step does not say itself its component may.
      if (ofStep !== undefined || path.length === 0 || node.kind !== 'command') return ofStep
      return node.component.located.at(path)
    },
  }
}
