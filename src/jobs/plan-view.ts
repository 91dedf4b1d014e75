import type { Sha256 } from '../base/hash.ts'
import type { StepPath } from '../base/ids.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { Tables } from '../database/database.ts'
import type { EnvironmentBuilder } from '../environments/environment-builder.ts'
import type { StepVerdict } from '../plan/plan-words.ts'
import type {
  PlannedCommand,
  PlannedControl,
  PlannedIfElse,
  PlannedPipeline,
  PlannedStep,
} from '../plan/planned-pipeline.ts'
import { trialCount } from '../plan/sweeps/sweep-words.ts'
import { forecastTotal, middleOf } from '../plan/forecast.ts'
import { findDurations } from './job-list-store.ts'
import type { PlanView } from './job-service.ts'
import { findPreviousKeys } from './job-store.ts'
import type { StepOutputs } from './pipeline-state.ts'
import { type SweepLook, viewSweep } from './plan-sweep-view.ts'
import { decideSteps, forcedOption, type KeyedStep, keyStep, type LockCache, reasonInAnyCase } from './resolve-steps.ts'
import { branchTaken } from './step-fate.ts'
import type { StoredSubmission } from './stored-submission.ts'

interface PlanDeps {
  readonly tables: Tables
  readonly content: ContentStore
  readonly environments: EnvironmentBuilder
  readonly locks: LockCache
  readonly sha256: Sha256
  /** How many steps run at once. */
  readonly slots: number
}

interface PlanInput {
  readonly plan: PlannedPipeline
  readonly displayName: string
  readonly submission: StoredSubmission
}

/**
 * Says for every step what would happen now and why, as far as that can be known: a step behind one that will run
 * depends on that one's output, because the same output stops the ripple there (early cut-off).
 */
export async function viewPlan(deps: PlanDeps, { plan, displayName, submission }: PlanInput): Promise<PlanView> {
  const { experimentId } = submission
  const context = {
    experimentId,
    displayName,
    isForced: plan.forceRerun,
    previousKeys: await findPreviousKeys(deps.tables, { experimentId, displayName }),
  }
  const outputs = new Map<StepPath, StepOutputs>()
  const verdicts = new Map<StepPath, StepVerdict>()
  const taken = new Map<StepPath, boolean>()
  const key = (step: PlannedCommand): Promise<KeyedStep> =>
    keyStep(step, { submission, outputs: (path) => outputs.get(path), locks: deps.locks, sha256: deps.sha256 })
  const look: SweepLook = {
    keyOf: async (step) => (unknownInputs(step, outputs).length === 0 ? key(step) : undefined),
    decide: (steps) => decideSteps(deps, steps, context),
  }
  for (const level of levelsOf(plan.steps)) {
    const ready: PlannedCommand[] = []
    for (const step of level) {
      const result = submission.taken?.[step.path]
      if (result !== undefined && step.kind !== 'command') {
        verdicts.set(step.path, { kind: 'taken', from: result.from })
        outputs.set(step.path, result.outputs)
        continue
      }
      const { forced } = submission
      const known = { verdicts, outputs, taken, forced, isForced: plan.forceRerun }
      const early = result === undefined ? verdictWithoutKey(step, known) : undefined
      if (early !== undefined) verdicts.set(step.path, early)
      else ready.push(step as PlannedCommand)
    }
    const keyed = await Promise.all(ready.map(key))
    for (const decision of await decideSteps(deps, keyed, context)) {
      verdicts.set(decision.keyed.step.path, decision.verdict)
      if (decision.source !== undefined) outputs.set(decision.keyed.step.path, decision.source.outputs)
    }
  }
  const durations = await stepDurations(deps.tables, plan.steps, { experimentId, verdicts })
  const steps: PlanView['steps'][number][] = []
  // Sequential: a job has few sweeps, and each looks at many trials.
  for (const step of plan.steps) {
    const verdict = verdicts.get(step.path)!
    steps.push({
      path: step.path,
      type: step.kind,
      verdict,
      ...(step.kind === 'command' && { command: step.command }),
      ...(step.kind === 'sweep' && verdict.kind === 'rounds' && { sweep: await viewSweep(step, look) }),
      ...(durations.has(step.path) && { estimatedMs: durations.get(step.path)! }),
    })
  }
  if (durations.size === 0) return { steps }
  const isRun = (path: StepPath): boolean => willOrMayRun(verdicts.get(path)!)
  const ahead = plan.steps.map(({ path, parents }) => ({
    ...{ path, parents },
    durationMs: isRun(path) ? durations.get(path) : 0,
  }))
  return { steps, estimatedMs: forecastTotal(ahead, deps.slots) }
}

/** How long the steps that will or may run took before, where they ever ran; milliseconds. */
async function stepDurations(
  tables: Tables,
  steps: readonly PlannedStep[],
  { experimentId, verdicts }: Pick<StoredSubmission, 'experimentId'> & Pick<Known, 'verdicts'>,
): Promise<ReadonlyMap<StepPath, number>> {
  const paths = steps.map(({ path }) => path).filter((path) => willOrMayRun(verdicts.get(path)!))
  const earlier = await findDurations(tables, { experimentId, steps: paths })
  return new Map([...earlier].map(([path, durations]) => [path, middleOf(durations)!]))
}

function willOrMayRun({ kind }: StepVerdict): boolean {
  return kind === 'run' || kind === 'depends' || kind === 'rounds'
}

interface Known {
  readonly verdicts: ReadonlyMap<StepPath, StepVerdict>
  readonly outputs: ReadonlyMap<StepPath, StepOutputs>
  readonly taken: Map<StepPath, boolean>
  readonly forced: StoredSubmission['forced']
  readonly isForced: boolean
}

/** A verdict that needs no reuse key: conditions, untaken branches, inputs that are not known yet. */
function verdictWithoutKey(step: PlannedStep, known: Known): StepVerdict | undefined {
  const skippedBy = skippingCondition(step, known)
  if (skippedBy !== undefined) return { kind: 'skip', condition: skippedBy }
  if (step.kind === 'if_else') return conditionVerdict(step, known)
  if (step.kind !== 'command') return roundsVerdict(step)
  const undecided = step.branch !== undefined && !known.taken.has(step.branch.step) ? [step.branch.step] : []
  const needed = [...new Set([...undecided, ...unknownInputs(step, known.outputs)])]
  if (needed.length === 0) return undefined
  const reason = reasonInAnyCase(step, { forcedBy: forcedOption(step.path, known.forced), isForced: known.isForced })
  return reason !== undefined && undecided.length === 0 ? { kind: 'run', reason } : { kind: 'depends', steps: needed }
}

/** Steps whose outputs it takes and that are not known yet. */
function unknownInputs({ inputs }: PlannedCommand, outputs: Known['outputs']): readonly StepPath[] {
  return Object.values(inputs).flatMap((input) =>
    input.kind === 'output' && !outputs.has(input.step) ? [input.step] : [],
  )
}

function roundsVerdict(step: PlannedControl): StepVerdict {
  if (step.kind === 'sweep') return { kind: 'rounds', trials: trialCount(step) }
  if (step.kind === 'do_while') return { kind: 'rounds', most: step.maxIterations }
  return step.items.kind === 'literal' ? { kind: 'rounds', count: step.items.items.length } : { kind: 'rounds' }
}

function skippingCondition(step: PlannedStep, { verdicts, taken }: Known): StepPath | undefined {
  if (step.branch !== undefined && taken.has(step.branch.step) && taken.get(step.branch.step) !== step.branch.when)
    return step.branch.step
  if (step.runIf !== 'succeeded') return undefined
  for (const parent of step.parents) {
    const verdict = verdicts.get(parent)
    if (verdict?.kind === 'skip') return verdict.condition
  }
  return undefined
}

function conditionVerdict(step: PlannedIfElse, { outputs, taken }: Known): StepVerdict {
  const { condition } = step
  if (condition.kind === 'output' && !outputs.has(condition.step))
    return { kind: 'condition', step: condition.step, output: condition.output }
  const states = new Map([...outputs].map(([path, known]) => [path, { status: 'completed', outputs: known } as const]))
  const decided = branchTaken(step, states)
  if (typeof decided !== 'boolean') return { kind: 'depends', steps: step.parents }
  taken.set(step.path, decided)
  return { kind: 'condition', decided }
}

/** Steps by their distance from the start: all of a level can be looked up together. */
function levelsOf(steps: readonly PlannedStep[]): readonly (readonly PlannedStep[])[] {
  const depth = new Map<StepPath, number>()
  const levels: PlannedStep[][] = []
  for (const step of steps) {
    const level = step.parents.reduce((deepest, parent) => Math.max(deepest, depth.get(parent)! + 1), 0)
    depth.set(step.path, level)
    ;(levels[level] ??= []).push(step)
  }
  return levels
}
