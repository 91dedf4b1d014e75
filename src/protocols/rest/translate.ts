import { mapValues } from '../../base/map-values.ts'
import type { RecordedEvent } from '../../events/event-log.ts'
import type {
  Job,
  JobDiff,
  JobValue,
  PlannedSweepView,
  PlanView,
  SubmittedJob,
  SweepTrials,
} from '../../jobs/job-service.ts'
import { verdictText } from '../../plan/plan-words.ts'
import type { ModelVersion, RegisteredModel } from '../../registry/registered-model.ts'
import type {
  DiffMessage,
  EventMessage,
  JobMessage,
  ModelMessage,
  ModelVersionMessage,
  PlanMessage,
  SubmittedJobMessage,
  TrialsMessage,
} from './messages.ts'

/** Epoch milliseconds as RFC 3339 in UTC, e.g. `2026-01-31T12:00:00.000Z`. */
export function wireTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** A job in the wire's words; maps keyed by users' names keep their keys. */
export function toJobMessage(job: Job): JobMessage {
  return {
    name: job.name,
    type: job.type,
    status: job.status,
    ...(job.statusDetail !== undefined && { status_detail: job.statusDetail }),
    display_name: job.displayName,
    experiment_id: job.experimentId,
    experiment_name: job.experimentName,
    root: job.root,
    ...(job.parent !== undefined && { parent: job.parent }),
    ...(job.step !== undefined && { step: job.step }),
    created_at: wireTime(job.createdMs),
    ...(job.startedMs !== undefined && { started_at: wireTime(job.startedMs) }),
    ...(job.endedMs !== undefined && { ended_at: wireTime(job.endedMs) }),
    ...(job.command !== undefined && { command: job.command }),
    inputs: mapValues(job.inputs, toValueMessage),
    outputs: mapValues(job.outputs, toValueMessage),
    ...(job.exitCode !== undefined && { exit_code: job.exitCode }),
    ...(job.error !== undefined && { error: job.error }),
    attempts: job.attempts,
    ...(job.reuseKey !== undefined && { reuse_key: job.reuseKey }),
    ...(job.reusedFrom !== undefined && { reused_from: job.reusedFrom }),
    ...(job.verdict !== undefined && {
      verdict: snakeKeys(job.verdict),
      verdict_text: verdictText(job.verdict, 'job'),
    }),
    ...(job.usage !== undefined && { usage: toUsageMessage(job.usage) }),
    ...(job.miniBatches !== undefined && { mini_batches: job.miniBatches }),
    tags: { ...job.tags },
    properties: { ...job.properties },
    ...(job.archivedMs !== undefined && { archived_at: wireTime(job.archivedMs) }),
  }
}

/** The answer to a submission. */
export function toSubmittedMessage(job: SubmittedJob): SubmittedJobMessage {
  return { ...toJobMessage(job), ...toWarnings(job) }
}

/** Warnings of whatever has some; a diagnostic is on the wire as it is. */
export function toWarnings({ warnings }: Pick<SubmittedJob, 'warnings'>): Pick<SubmittedJobMessage, 'warnings'> {
  return warnings === undefined ? {} : { warnings: [...warnings] }
}

function toValueMessage(value: JobValue): JobMessage['inputs'][string] {
  const { sizeBytes, ...rest } = value
  return { ...rest, ...(sizeBytes !== undefined && { size_bytes: sizeBytes }) }
}

function toUsageMessage(usage: NonNullable<Job['usage']>): NonNullable<JobMessage['usage']> {
  return {
    wall_seconds: usage.wallMs / 1000,
    cpu_seconds: usage.cpuMs / 1000,
    ...(usage.peakMemoryBytes !== undefined && { peak_memory_bytes: usage.peakMemoryBytes }),
    ...(usage.peakMemoryIsSampled !== undefined && { peak_memory_is_sampled: usage.peakMemoryIsSampled }),
  }
}

/** What a plan says of every step, in words as well. */
/** A sweep's trials, the best first. */
export function toTrialsMessage({ primaryMetric, goal, trials }: SweepTrials): TrialsMessage {
  return {
    primary_metric: primaryMetric,
    goal,
    items: trials.map(({ job, number, parameters, value, logged, isBest }) => ({
      job: job.name,
      number,
      status: job.status,
      ...(job.statusDetail !== undefined && { status_detail: job.statusDetail }),
      parameters,
      ...(value !== undefined && { value }),
      logged,
      is_best: isBest,
    })),
  }
}

export function toPlanMessage(plan: PlanView): PlanMessage {
  return {
    steps: plan.steps.map((step) => ({
      path: step.path,
      type: step.type,
      verdict: snakeKeys(step.verdict),
      verdict_text: verdictText(step.verdict, 'plan'),
      ...(step.command !== undefined && { command: step.command }),
      ...(step.sweep !== undefined && { sweep: toSweepMessage(step.sweep) }),
      ...(step.estimatedMs !== undefined && { estimated_seconds: step.estimatedMs / 1000 }),
    })),
    ...(plan.estimatedMs !== undefined && { estimated_seconds: plan.estimatedMs / 1000 }),
    ...toWarnings(plan),
  }
}

function toSweepMessage(sweep: PlannedSweepView): NonNullable<PlanMessage['steps'][number]['sweep']> {
  return {
    trials: sweep.trials,
    at_once: sweep.atOnce,
    sampling: sweep.sampling,
    search_space: { ...sweep.searchSpace },
    primary_metric: sweep.primaryMetric,
    goal: sweep.goal,
    first: sweep.first.map(({ parameters, verdict }) => ({
      parameters,
      ...(verdict !== undefined && { verdict: snakeKeys(verdict), verdict_text: verdictText(verdict, 'plan') }),
    })),
  }
}

/** A comparison of two jobs. */
export function toDiffMessage({ old, new: other, differences, outputsCompared }: JobDiff): DiffMessage {
  return { old, new: other, items: differences.map((each) => ({ ...each })), outputs_compared: outputsCompared }
}

/** An event; its body is on the wire as it was recorded. */
export function toEventMessage({ seq, kind, subject, atMs, body }: RecordedEvent): EventMessage {
  return { seq, kind, subject, at: wireTime(atMs), body: { ...body } }
}

/** A registered model; versions are text on the wire, as MLflow has them. */
export function toModelMessage(model: RegisteredModel): ModelMessage {
  const latest = Math.max(0, ...model.latestVersions.map(({ version }) => version))
  return {
    name: model.name,
    ...(latest > 0 && { latest_version: String(latest) }),
    aliases: mapValues(model.aliases, String),
    ...(model.description !== undefined && { description: model.description }),
    tags: { ...model.tags },
    created_at: wireTime(model.createdMs),
    updated_at: wireTime(model.updatedMs),
  }
}

/** A version of a registered model. */
export function toVersionMessage(version: ModelVersion): ModelVersionMessage {
  return {
    version: String(version.version),
    stage: version.stage,
    source: version.source,
    ...(version.runId !== undefined && { run_id: version.runId }),
    ...(version.description !== undefined && { description: version.description }),
    created_by: version.createdBy,
    created_at: wireTime(version.createdMs),
    updated_at: wireTime(version.updatedMs),
    aliases: [...version.aliases],
    tags: { ...version.tags },
  }
}

/** Field names of our own records in snake_case, at every depth. Not for maps keyed by users' names. */
function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeKeys(member),
    ]),
  )
}
