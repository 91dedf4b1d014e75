import type { JobName, StepPath } from '../base/ids.ts'
import { newJobName, type RandomBytes, runIdOf } from '../base/ids.ts'
import type { PlannedCommand, PlannedGroup, PlannedPipeline, PlannedStep } from '../plan/planned-pipeline.ts'
import { referenceText } from '../spec/scope.ts'
import type { NewJobRun } from '../tracking/job-runs.ts'
import { assetProperties } from './asset-properties.ts'
import type { JobRow } from './job-row.ts'
import type { JobValue } from './job-service.ts'
import type { StoredPlan } from './journal-store.ts'
import type { LoadedJob } from './load-job.ts'
import { environmentKey, settledSource } from './step-sources.ts'
import { sweepProperties } from './sweep-trials.ts'

/** Steps that get rows together: a whole plan, or a round of a control step. */
type Part = Pick<PlannedPipeline, 'steps' | 'groups'>

/** Every step and nested pipeline gets a job name; the only step of a command job is the root itself. */
export function nameSteps(root: JobName, { steps, groups }: Part, random: RandomBytes): ReadonlyMap<StepPath, JobName> {
  const names = new Map<StepPath, JobName>()
  for (const { path } of groups) names.set(path, newJobName(random))
  for (const { path } of steps) names.set(path, path === '' ? root : newJobName(random))
  return names
}

/** A job as it was loaded, or as it was stored by an earlier one. */
export type NewJob = Omit<LoadedJob, 'document' | 'warnings' | 'locate'> & { readonly document: StoredPlan['document'] }

interface RowOptions {
  readonly stored: StoredPlan
  readonly names: ReadonlyMap<StepPath, JobName>
  readonly atMs: number
}

/** The rows of a new job, the root's first. */
export function newJobRows(options: RowOptions, loaded: NewJob): readonly JobRow[] {
  const { stored, atMs } = options
  const single = stored.plan.steps.find((step) => step.path === '')
  const root: JobRow = {
    ...emptyRow(options),
    name: stored.root,
    type: loaded.type,
    status: single === undefined ? 'Running' : 'NotStarted',
    display_name: loaded.displayName,
    parent: null,
    step: single === undefined ? null : single.path,
    started_ms: single === undefined ? atMs : null,
    tags: JSON.stringify(loaded.tags),
    inputs: JSON.stringify(valuesOf(stored.plan.inputs ?? {}, stored)),
    ...(single !== undefined && stepColumns(single, stored)),
    properties: JSON.stringify({
      ...(single !== undefined && stepProperties(single, stored)),
      ...loaded.properties,
    }),
  }
  return single === undefined ? [root, ...partRows(options, stored.plan, 1)] : [root]
}

/** Rows of steps and nested pipelines, in the order in which they are shown; their positions start at `first`. */
export function partRows(options: RowOptions, { steps, groups }: Part, first: number): readonly JobRow[] {
  const { stored, names } = options
  const base = emptyRow(options)
  const parent = (group: StepPath | undefined): JobName => (group === undefined ? stored.root : names.get(group)!)
  const ofGroups = groups.map((group) => ({
    ...base,
    ...groupColumns(group),
    properties: JSON.stringify(assetProperties({ component: group.component })),
    name: names.get(group.path)!,
    parent: parent(group.parent),
  }))
  const ofSteps = steps.map((step) => ({
    ...base,
    ...stepColumns(step, stored),
    properties: JSON.stringify(stepProperties(step, stored)),
    name: names.get(step.path)!,
    display_name: step.displayName ?? step.key,
    step: step.path,
    parent: parent(step.group),
  }))
  return [...ofGroups, ...ofSteps].map((row, index) => ({ ...row, position: first + index }))
}

function groupColumns(group: PlannedGroup): Pick<JobRow, 'type' | 'display_name' | 'step'> {
  return { type: 'pipeline', display_name: group.displayName ?? group.key, step: group.path }
}

function stepColumns(step: PlannedStep, stored: StoredPlan): Pick<JobRow, 'type' | 'command' | 'inputs'> {
  if (step.kind !== 'command') return { type: step.kind, command: null, inputs: '{}' }
  return { type: 'command', command: step.command, inputs: JSON.stringify(valuesOf(step.inputs, stored)) }
}

function valuesOf(planned: PlannedCommand['inputs'], { submission }: StoredPlan): Record<string, JobValue> {
  const inputs: Record<string, JobValue> = {}
  for (const [name, input] of Object.entries(planned)) {
    if (input.kind === 'literal') inputs[name] = { type: input.type ?? 'string', value: input.value }
    else if (input.kind === 'output')
      inputs[name] = { type: input.type, uri: `\${{parent.jobs.${input.step}.outputs.${input.output}}}` }
    else if (input.kind === 'data') {
      const source = settledSource(submission.sources, input)
      inputs[name] = {
        type: input.type,
        uri: referenceText(input.source),
        ...(source !== undefined && { digest: source.content.digest, sizeBytes: source.content.sizeBytes }),
      }
    }
  }
  return inputs
}

/** What others ask of a step by its properties: what a sweep looks for, and the registered assets that it runs. */
function stepProperties(step: PlannedStep, { submission }: StoredPlan): Readonly<Record<string, string>> {
  if (step.kind === 'sweep') return sweepProperties(step)
  if (step.kind !== 'command') return {}
  return assetProperties({ component: step.component, environment: submission.environments[environmentKey(step)] })
}

function emptyRow({ stored, atMs }: RowOptions): JobRow {
  const { submission, root } = stored
  return {
    name: root,
    type: 'command',
    status: 'NotStarted',
    status_detail: null,
    display_name: '',
    experiment_id: submission.experimentId,
    experiment_name: submission.experimentName,
    root,
    parent: null,
    step: null,
    position: 0,
    created_ms: atMs,
    started_ms: null,
    ended_ms: null,
    command: null,
    inputs: '{}',
    outputs: null,
    exit_code: null,
    error: null,
    attempts: 0,
    reuse_key: null,
    reuse_fields: null,
    reused_from: null,
    is_reuse_source: 0,
    verdict: null,
    usage: null,
    tags: '{}',
    properties: '{}',
    archived_ms: null,
  }
}

/** The run of a new row. */
export function newRun(row: JobRow, submittedBy: string): NewJobRun {
  const tags = Object.entries(JSON.parse(row.tags) as Record<string, string>)
  return {
    runId: runIdOf(row.name),
    experimentId: row.experiment_id,
    runName: row.display_name,
    ...(row.parent !== null && { parentRunId: runIdOf(row.parent) }),
    startMs: row.created_ms,
    userId: submittedBy,
    tags: tags.map(([key, value]) => ({ key, value })),
  }
}
