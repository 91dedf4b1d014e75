import { isNamedBy } from '../plan/select-steps.ts'
import { assert, SluiceError } from '../base/errors.ts'
import type { Sha256 } from '../base/hash.ts'
import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { ContentStore } from '../artifacts/content-store.ts'
import type { Tables } from '../database/database.ts'
import type { EnvironmentBuilder, EnvironmentLock, EnvironmentRequest } from '../environments/environment-builder.ts'
import type { RunReason, StepVerdict } from '../plan/plan-words.ts'
import { isPrimitive } from '../plan/bindings/data-types.ts'
import { checkLiteral } from '../plan/bindings/literal.ts'
import { resultFields } from '../plan/hosted-work.ts'
import type { PlannedCommand, PlannedInput } from '../plan/planned-pipeline.ts'
import { renderCommand } from '../plan/render-command.ts'
import { compareReuse, reuseKey, type ReuseFields } from '../plan/reuse-key.ts'
import type { EarlierResult } from './earlier-results-store.ts'
import { findEarlierFields, findReuseSources, type ReuseSource } from './job-store.ts'
import type { StepOutput, StepOutputs } from './pipeline-state.ts'
import { codeKey, environmentKey, settledSource, stepWords } from './step-sources.ts'
import type { StoredSubmission } from './stored-submission.ts'

/** Outputs of steps that have ended, by path. */
export type KnownOutputs = (step: StepPath) => StepOutputs | undefined

export interface ResolveDeps {
  readonly tables: Tables
  readonly content: Pick<ContentStore, 'verifyAll'>
  readonly environments: EnvironmentBuilder
  readonly sha256: Sha256
}

/** What is known of a step before it is decided: its reuse fields and key. */
export interface KeyedStep {
  /** The option that asked for it to run in any case. */
  readonly forcedBy?: string
  /** The result it has without running. */
  readonly taken?: EarlierResult
  readonly step: PlannedCommand
  readonly fields: ReuseFields
  readonly key: string
}

/** Looks up environment locks once per request; a request is resolved once however many steps name it. */
export class LockCache {
  readonly #builder: EnvironmentBuilder
  readonly #locks = new Map<string, Promise<EnvironmentLock>>()

  constructor(builder: EnvironmentBuilder) {
    this.#builder = builder
  }

  /** The lock of a request; a failed resolution is not remembered. */
  lock(request: EnvironmentRequest): Promise<EnvironmentLock> {
    const key = JSON.stringify(request)
    const known = this.#locks.get(key)
    if (known !== undefined) return known
    const lock = this.#builder.lock(request)
    this.#locks.set(key, lock)
    lock.catch(() => this.#locks.delete(key))
    return lock
  }

  /** Asks the builder again next time: its lock was resolved anew. */
  forget(request: EnvironmentRequest): void {
    this.#locks.delete(JSON.stringify(request))
  }
}

/** The environment request of a step as settled at submission. */
export function requestOf(step: PlannedCommand, submission: StoredSubmission): EnvironmentRequest {
  return submission.environments[environmentKey(step)] ?? { kind: 'none' }
}

/**
 * Computes a step's reuse key from what its inputs turned out to be. Throws `input-not-found` when an output it needs
 * was not written, and `environment-failed` when its environment cannot be resolved.
 */
export async function keyStep(
  step: PlannedCommand,
  context: {
    readonly submission: StoredSubmission
    readonly outputs: KnownOutputs
    readonly locks: LockCache
    readonly sha256: Sha256
  },
): Promise<KeyedStep> {
  const { submission, outputs, locks, sha256 } = context
  const taken = submission.taken?.[step.path]
  if (taken?.key !== undefined && taken.fields !== undefined)
    return { step, fields: taken.fields, key: taken.key, taken }
  const forcedBy = forcedOption(step.path, submission.forced)
  const lock = await locks.lock(requestOf(step, submission))
  const literals: Record<string, string> = {}
  const data: Record<string, ReuseFields['data'][string]> = {}
  for (const [name, input] of Object.entries(step.inputs)) {
    const value = inputValue(step, name, { input, submission, outputs })
    if (value.kind === 'literal') literals[name] = value.value
    else data[name] = { type: value.type, mode: inputMode(input), digest: value.digest, baseName: value.baseName }
  }
  const fields: ReuseFields = {
    formatVersion: 1,
    command: renderCommand(step.command, {}),
    ...(step.hosted !== undefined && { hosted: resultFields(step.hosted) }),
    literals,
    data,
    code: submission.code[codeKey(step)]?.digest ?? '',
    environment: lock.digest,
    environmentVariables: step.environmentVariables,
    outputs: Object.fromEntries(Object.entries(step.outputs).map(([name, { type, mode }]) => [name, { type, mode }])),
    distribution: step.distribution ?? {},
    instanceCount: step.resources.instanceCount,
  }
  return { step, fields, key: reuseKey(fields, sha256), ...(forcedBy !== undefined && { forcedBy }) }
}

/** The option that named the step, or the loop, round or nested pipeline that it is in; the nearest has the word. */
export function forcedOption(path: StepPath, forced: StoredSubmission['forced'] = {}): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const found = forced[path.slice(0, end) as StepPath]
    if (found !== undefined) return found
  }
  // A command or a sweep that is the whole job has the empty path, and so stands around all that is below it.
  const around = Object.keys(forced).find((named) => (named === '' || named.includes('*')) && isNamedBy(path, named))
  return around === undefined ? undefined : forced[around as StepPath]
}

/** What an input turned out to be. Throws `input-not-found` for an output that was not written. */
export function inputValue(
  step: PlannedCommand,
  name: string,
  {
    input,
    submission,
    outputs,
  }: { readonly input: PlannedInput; readonly submission: StoredSubmission; readonly outputs: KnownOutputs },
): Exclude<StepOutput, { kind: 'absent' }> {
  if (input.kind === 'literal') {
    const literal = { kind: 'literal', type: input.type ?? 'string', value: input.value } as const
    return input.bounds === undefined
      ? literal
      : checkedLiteral(step, name, { input: { ...literal, ...input, bounds: input.bounds }, output: literal })
  }
  if (input.kind === 'data') {
    const source = settledSource(submission.sources, input)
    if (source === undefined)
      throw new SluiceError('input-not-found', `Input "${name}" of ${stepWords(step)} was not stored with the job.`)
    const { content, baseName } = source
    return {
      kind: 'content',
      type: input.type,
      content: content.kind,
      digest: content.digest,
      sizeBytes: content.sizeBytes,
      baseName,
    }
  }
  assert(input.kind === 'output', `parameter "${name}" of step "${step.path}" was filled in with its round`)
  const output = outputs(input.step)?.[input.output]
  if (output === undefined || output.kind === 'absent') {
    throw new SluiceError(
      'input-not-found',
      `Input "${name}" of ${stepWords(step)} needs output "${input.output}" of step "${input.step}", which was not written.`,
      {
        hint: `Let step "${input.step}" write to the path it is given as \${{outputs.${input.output}}}.`,
      },
    )
  }
  return output.kind === 'literal' ? checkedLiteral(step, name, { input, output }) : output
}

type LateInput = Extract<PlannedInput, { kind: 'output' }> | Required<Extract<PlannedInput, { kind: 'literal' }>>

/** A value that another step or a round gave, as this step declares it; only now is it known. */
function checkedLiteral(
  step: PlannedCommand,
  name: string,
  { input, output }: { readonly input: LateInput; readonly output: Extract<StepOutput, { kind: 'literal' }> },
): Extract<StepOutput, { kind: 'literal' }> {
  if (!isPrimitive(input.type)) return output
  const checked = checkLiteral(output.value, { type: input.type, ...input.bounds })
  if (checked.isValid) return { ...output, value: checked.value }
  const source = input.kind === 'output' ? `, which step "${input.step}" wrote to output "${input.output}"` : ''
  throw new SluiceError(
    'step-failed',
    `Input "${name}" of step "${step.path}" ${checked.problem}${source}.`,
    checked.hint === undefined ? {} : { hint: checked.hint },
  )
}

function inputMode(input: PlannedInput): string {
  return input.kind === 'literal' ? '' : input.mode
}

/** What to do with a keyed step, and why. */
export interface Decision {
  readonly keyed: KeyedStep
  readonly verdict: StepVerdict
  readonly source?: Pick<ReuseSource, 'name' | 'outputs'>
}

/** How the steps of one job stand to reuse. */
export interface ReuseContext {
  readonly experimentId: ExperimentId
  /** The job that is decided, or the display name that it would have. */
  readonly root?: JobName
  readonly displayName?: string
  /** `force_rerun` of the pipeline. */
  readonly isForced: boolean
  /** Keys of this pipeline's last job, by step; undefined where this is its first. */
  readonly previousKeys: ReadonlyMap<StepPath, string> | undefined
}

/**
 * Decides many steps at once: one query for all keys, one check that the outputs are still whole, and for each step
 * that has to run a look at earlier jobs of the same step to say why.
 */
export async function decideSteps(
  deps: ResolveDeps,
  steps: readonly KeyedStep[],
  context: ReuseContext,
): Promise<readonly Decision[]> {
  const found = await lookUp(deps, steps, context)
  return Promise.all(steps.map((keyed) => decide(deps, { keyed, context, found })))
}

/** As `decideSteps`, for those of the steps alone that have a result to reuse. */
export async function reuseSteps(
  deps: ResolveDeps,
  steps: readonly KeyedStep[],
  context: ReuseContext,
): Promise<readonly Decision[]> {
  if (steps.length === 0) return []
  const found = await lookUp(deps, steps, context)
  const reusable = steps.filter(({ key }) => found.whole.has(found.sources.get(key)!))
  return Promise.all(reusable.map((keyed) => decide(deps, { keyed, context, found })))
}

/** What is stored under the steps' keys, and which of it is still whole. */
interface Found {
  readonly sources: ReadonlyMap<string, ReuseSource>
  readonly whole: ReadonlySet<ReuseSource>
}

async function lookUp(deps: ResolveDeps, steps: readonly KeyedStep[], { isForced }: ReuseContext): Promise<Found> {
  const candidates = isForced ? [] : steps.filter(isShareable)
  const sources = await findReuseSources(deps.tables, [...new Set(candidates.map(({ key }) => key))])
  return { sources, whole: await wholeSources(deps, [...sources.values()]) }
}

/** Whether an equal step of another job may stand in for this one. */
export function isShareable({ step, forcedBy, taken }: KeyedStep): boolean {
  return step.isDeterministic && forcedBy === undefined && taken === undefined
}

async function wholeSources(deps: ResolveDeps, sources: readonly ReuseSource[]): Promise<ReadonlySet<ReuseSource>> {
  const contents = sources.map(({ outputs }) =>
    Object.values(outputs)
      .filter((output) => output.kind === 'content')
      .map((output) => ({ kind: output.content, digest: output.digest })),
  )
  const isWhole = await deps.content.verifyAll(contents.flat())
  let next = 0
  return new Set(
    sources.filter((_, index) => contents[index]!.map(() => isWhole[next++]).every((whole) => whole === true)),
  )
}

async function decide(
  deps: ResolveDeps,
  { keyed, context, found }: { keyed: KeyedStep; context: ReuseContext; found: Found },
): Promise<Decision> {
  const { step, key, fields, forcedBy, taken } = keyed
  const source = found.sources.get(key)
  if (taken !== undefined) {
    const { from, outputs } = taken
    return { keyed, source: { name: from, outputs }, verdict: { kind: 'taken', from } }
  }
  const reason = reasonInAnyCase(step, { forcedBy, isForced: context.isForced })
  if (reason !== undefined) return { keyed, verdict: { kind: 'run', reason } }
  if (source !== undefined && found.whole.has(source)) {
    const previousKey = context.previousKeys?.get(step.path)
    const isUnchanged = previousKey === undefined || previousKey === key
    return { keyed, source, verdict: { kind: isUnchanged ? 'unchanged' : 'restored', from: source.name } }
  }
  if (source !== undefined)
    return { keyed, verdict: { kind: 'run', reason: { kind: 'outputs-missing', from: source.name } } }
  return { keyed, verdict: await explain(deps, { path: step.path, fields, context }) }
}

/** Why a step runs whatever its inputs turn out to be; undefined where they decide. */
export function reasonInAnyCase(
  { isDeterministic }: Pick<PlannedCommand, 'isDeterministic'>,
  { forcedBy, isForced }: { readonly forcedBy: string | undefined; readonly isForced: boolean },
): RunReason | undefined {
  if (forcedBy !== undefined) return { kind: 'asked', by: forcedBy }
  if (isForced) return { kind: 'force-rerun' }
  return isDeterministic ? undefined : { kind: 'not-deterministic' }
}

async function explain(
  deps: ResolveDeps,
  { path, fields, context }: { path: StepPath; fields: ReuseFields; context: ReuseContext },
): Promise<StepVerdict> {
  if (context.previousKeys === undefined) return { kind: 'run', reason: { kind: 'no-earlier-job' } }
  const earlier = await findEarlierFields(deps.tables, {
    experimentId: context.experimentId,
    path,
    ...(context.root !== undefined && { notRoot: context.root }),
    ...(context.displayName !== undefined && { displayName: context.displayName }),
  })
  const [nearest] = earlier
    .map((job) => ({ job, changes: compareReuse(job.fields, fields) }))
    .sort((left, right) => left.changes.length - right.changes.length)
  if (nearest === undefined) return { kind: 'run', reason: { kind: 'no-earlier-job' } }
  if (nearest.changes.length === 0)
    return { kind: 'run', reason: { kind: 'never-succeeded', earlier: nearest.job.name } }
  return { kind: 'run', reason: { kind: 'changed', since: nearest.job.name, changes: nearest.changes } }
}
