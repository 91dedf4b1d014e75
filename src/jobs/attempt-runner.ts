import { constants } from 'node:os'
import { byteSizeText } from '../base/byte-size.ts'
import { assert, messageOf } from '../base/errors.ts'
import type { Digest, JobName, StepPath } from '../base/ids.ts'
import type { ContentStore, DeferredWrite } from '../artifacts/content-store.ts'
import type { AttemptEnd, AttemptSpec, ComputeBackend } from '../compute/compute-backend.ts'
import type { EnvironmentBuilder } from '../environments/environment-builder.ts'
import type { PlannedCommand } from '../plan/planned-pipeline.ts'
import type { StepLimits } from '../spec/document-parts.ts'
import type { AttemptFiles } from './attempt-files.ts'
import { isShared, prepareAttempt } from './prepare-attempt.ts'
import { collectArtifacts, collectOutputs } from './collect-outputs.ts'
import type { ReachPoint } from './crash-points.ts'
import type { LiveJob } from './live-job.ts'
import type { AttemptResult, FailureRecord, StepOutput, StepOutputs } from './pipeline-state.ts'
import { inputValue, type LockCache, requestOf } from './resolve-steps.ts'
import { codeKey } from './step-sources.ts'

/** Names the files of a stored folder as artifacts `outputs/...` of a job's run, durably. */
type AddArtifacts = (job: JobName, folder: Digest) => Promise<void>

export interface AttemptRunnerDeps {
  readonly files: AttemptFiles
  readonly content: ContentStore
  readonly environments: EnvironmentBuilder
  readonly backend: ComputeBackend
  readonly addArtifacts: AddArtifacts
  /** Writes the outputs of a step to the datastores they are to go to; what it throws fails the attempt. */
  readonly deliver?: (job: JobName, outputs: StepOutputs) => Promise<void>
  readonly reach: ReachPoint
  /** Our Python: `src/` with the hosts of parallel steps, and `fallback/`. */
  readonly pythonFolder: string
  /** Variables of the machine and of this server that a job's process gets (PATH, MLFLOW_TRACKING_URI, its token). */
  readonly stepVariables: (job: JobName) => Readonly<Record<string, string>>
}

/** Runs or adopts one attempt and collects what it left. Never throws: whatever goes wrong is the attempt's end. */
export async function runAttempt(
  deps: AttemptRunnerDeps,
  live: LiveJob,
  launch: {
    readonly step: StepPath
    readonly attempt: number
    readonly isRecovery: boolean
    readonly locks: LockCache
    /** Gets what is left to write of the outputs, for the unit in which the attempt's end is stored. */
    readonly defer: (left: DeferredWrite) => void
  },
): Promise<AttemptResult> {
  const step = live.command(launch.step)
  const job = live.nameOf(launch.step)
  try {
    const prepared = launch.isRecovery
      ? adoptedAttempt(deps, { job, step, attempt: launch.attempt })
      : await attemptOf(deps, live, { ...launch, planned: step, job })
    // Who canceled it while its folders were made found nothing to end: what runs from here on can be found.
    if (!launch.isRecovery && isCanceling(live, launch.step)) return { kind: 'canceled' }
    const end = await (launch.isRecovery ? deps.backend.adopt(prepared) : run(deps, prepared))
    deps.reach('attempt-ended')
    return await resultOf(deps, live, { ...launch, end, planned: step, job })
  } catch (error) {
    return { kind: 'failed', error: { code: 'step-failed', message: messageOf(error), ...hintOf(error) } }
  }
}

function isCanceling(live: LiveJob, step: StepPath): boolean {
  const at = live.state.steps.get(step)
  return at?.status === 'running' && at.isCanceling === true
}

function run(deps: AttemptRunnerDeps, attempt: AttemptSpec): Promise<AttemptEnd> {
  deps.reach('attempt-prepared')
  const end = deps.backend.run(attempt)
  deps.reach('attempt-launched')
  return end
}

function hintOf(error: unknown): { hint?: string } {
  const hint = (error as { hint?: unknown }).hint
  return typeof hint === 'string' ? { hint } : {}
}

/** Enough to find an attempt again: its inputs and command are its own business by now. */
function adoptedAttempt(
  deps: AttemptRunnerDeps,
  { job, step, attempt }: { job: JobName; step: PlannedCommand; attempt: number },
): AttemptSpec {
  const { files } = deps
  return {
    id: files.id(job, attempt),
    folder: files.folder(job, attempt),
    workingFolder: files.working(job, attempt),
    logFile: files.log(job),
    command: '',
    environment: {},
    ...(step.timeoutSeconds !== undefined && { timeoutMs: step.timeoutSeconds * 1000 }),
    ...(step.limits !== undefined && { limits: step.limits }),
  }
}

async function attemptOf(
  deps: AttemptRunnerDeps,
  live: LiveJob,
  { planned, job, attempt, locks }: { planned: PlannedCommand; job: JobName; attempt: number; locks: LockCache },
): Promise<AttemptSpec> {
  const { submission } = live.stored
  const inputs: Record<string, Exclude<StepOutput, { kind: 'absent' }>> = {}
  for (const [name, input] of Object.entries(planned.inputs)) {
    inputs[name] = inputValue(planned, name, { input, submission, outputs: (path) => live.outputsOf(path) })
  }
  const lock = await locks.lock(requestOf(planned, submission))
  const environment = await deps.environments.build(lock, deps.files.appendTo(job))
  const code = submission.code[codeKey(planned)]
  return prepareAttempt({
    files: deps.files,
    content: deps.content,
    job,
    attempt,
    step: planned,
    slots: deps.backend.slots.cpu,
    ...(code !== undefined && { codeDigest: code.digest }),
    inputs,
    environment,
    requirements: lock.requirements,
    pythonFolder: deps.pythonFolder,
    variables: { ...deps.stepVariables(job), ...jobVariables(live, job) },
  })
}

/** What a job's process is told of itself (azureml-yaml.md 4; the MLflow client's own variables). */
function jobVariables(live: LiveJob, job: JobName): Record<string, string> {
  const { experimentId, experimentName } = live.stored.submission
  return {
    MLFLOW_RUN_ID: job,
    MLFLOW_EXPERIMENT_ID: experimentId,
    MLFLOW_EXPERIMENT_NAME: experimentName,
    AZUREML_RUN_ID: job,
    AZUREML_ROOT_RUN_ID: live.root,
    AZUREML_EXPERIMENT_ID: experimentId,
    AZUREML_EXPERIMENT_NAME: experimentName,
    AZUREML_ARM_SUBSCRIPTION: 'local',
    AZUREML_ARM_RESOURCEGROUP: 'local',
    AZUREML_ARM_WORKSPACE_NAME: 'default',
    AZUREML_CR_NODE_RANK: '0',
  }
}

async function resultOf(
  deps: AttemptRunnerDeps,
  live: LiveJob,
  {
    end,
    planned: step,
    job,
    attempt,
    defer,
  }: {
    end: AttemptEnd
    planned: PlannedCommand
    job: JobName
    attempt: number
    defer: (left: DeferredWrite) => void
  },
): Promise<AttemptResult> {
  if (end.kind === 'never-started') return { kind: end.kind }
  const used = end.usage === undefined ? {} : { usage: end.usage }
  if (end.kind === 'canceled') return { kind: end.kind, ...used }
  if (end.kind === 'vanished') return { ...failed(`Attempt ${attempt} vanished: ${end.reason}.`), ...used }
  if (end.kind === 'timed-out') {
    const error = failure(
      `It ran longer than its limit of ${step.timeoutSeconds} s and was ended.`,
      'Raise limits.timeout, or make the step faster.',
    )
    return { kind: 'failed', error, usage: end.usage }
  }
  if (end.kind === 'over-limit') return { kind: 'failed', error: overLimit(end, step.limits ?? {}), usage: end.usage }
  const options = { files: deps.files, content: deps.content, job, attempt, step }
  // Also of a failed attempt: what it left in ./outputs is what one wants to look at.
  const artifacts = await collectArtifacts(options)
  if (artifacts !== undefined) await deps.addArtifacts(job, artifacts.digest)
  deps.reach('artifacts-added')
  if (end.exitCode !== 0) {
    return {
      ...failed(
        `The command ended with exit code ${end.exitCode}${signalText(end.exitCode)}.`,
        `Read its log with: sluice job logs ${job}${memoryWords(step)}`,
      ),
      exitCode: end.exitCode,
      usage: end.usage,
    }
  }
  // What goes further than the next steps is looked up in the store before the end is.
  const isDeferred = !live.delivering.has(job)
  const outputs = await collectOutputs({ ...options, ...(isDeferred && { defer }) }, artifacts)
  assert(Object.keys(outputs).length === Object.keys(step.outputs).length, 'every declared output is collected')
  if (Object.values(step.outputs).some(({ path }) => path !== undefined)) await deps.deliver?.(job, outputs)
  const isReusable = await inputsAreWhole(deps, live, { step, job })
  deps.reach('outputs-collected')
  return { kind: 'succeeded', outputs, ...(!isReusable && { isReusable }), exitCode: 0, usage: end.usage }
}

/** A step as root can write through a read-only link; then what it computed belongs to no content we know. */
async function inputsAreWhole(
  deps: AttemptRunnerDeps,
  live: LiveJob,
  { step, job }: { step: PlannedCommand; job: JobName },
): Promise<boolean> {
  const { submission } = live.stored
  const linked = Object.entries(step.inputs).flatMap(([name, input]) => {
    const value = inputValue(step, name, { input, submission, outputs: (path) => live.outputsOf(path) })
    const isLinked = value.kind === 'content' && isShared(input, value)
    return isLinked ? [{ name, kind: value.content, digest: value.digest }] : []
  })
  if (linked.length === 0) return true
  const whole = await deps.content.verifyAll(linked)
  const damaged = linked.filter((_, index) => whole[index] !== true).map(({ name }) => name)
  if (damaged.length === 0) return true
  deps.files.appendTo(job)(
    `warning: the step changed its input ${damaged.join(', ')}, which others share; its result will not be reused. Ask for mode: download to get a copy.`,
  )
  return false
}

/** A shell says of a killed command 128 and the signal's number. */
function signalText(exitCode: number): string {
  const signal = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)
  return signal === undefined ? '' : ` (${signal[0]})`
}

/** A program that is refused memory says so in its own words, or in none. */
function memoryWords({ limits }: PlannedCommand): string {
  return limits?.memoryBytes === undefined ? '' : ` (limits.memory was ${byteSizeText(limits.memoryBytes)})`
}

function overLimit(
  { limit, peak }: Extract<AttemptEnd, { kind: 'over-limit' }>,
  { memoryBytes = 0, processes = 0 }: StepLimits,
): FailureRecord {
  if (limit === 'memoryBytes')
    return failure(
      `It used more than its limit of ${byteSizeText(memoryBytes)} of memory and was ended${peak === undefined ? '' : ` (peak ${byteSizeText(peak)})`}.`,
      'Raise limits.memory, or make the step use less.',
    )
  return failure(
    `It started more than its limit of ${processes} processes and threads and was ended${peak === undefined ? '' : ` (peak ${peak})`}.`,
    'Raise limits.processes, or make the step start fewer.',
  )
}

function failed(message: string, hint?: string): Extract<AttemptResult, { kind: 'failed' }> {
  return { kind: 'failed', error: failure(message, hint) }
}

function failure(message: string, hint?: string): FailureRecord {
  return { code: 'step-failed', message, ...(hint !== undefined && { hint }) }
}
