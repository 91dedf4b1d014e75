import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import { type JobName, newJobName, type RandomBytes, runIdOf, type StepPath } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvents } from '../events/event-log.ts'
import type { PlannedGroup, PlannedStep } from '../plan/planned-pipeline.ts'
import type { JobRuns, NewJobRun } from '../tracking/job-runs.ts'
import type { JobRow } from './job-row.ts'
import { insertJobs, type JobTables } from './job-store.ts'
import { appendJournal, insertPlan, type StoredPlan } from './journal-store.ts'
import type { LoadedJob } from './load-job.ts'
import type { JobValue } from './job-service.ts'
import { referenceText } from '../spec/scope.ts'
import { sourceKey } from './step-sources.ts'
import type { StoredSubmission } from './stored-submission.ts'

interface StoreDeps {
  readonly database: Database
  readonly runs: JobRuns
  readonly clock: Clock
  readonly random: RandomBytes
  /** What its submitter stores in the same unit, so that it exists exactly when the job does; may throw. */
  readonly also?: (tables: Tables, job: JobName) => Promise<void>
}

/** Stores a new job whole, in one unit: rows, runs, plan and the first event of its journal. */
export async function storeNewJob(
  deps: StoreDeps,
  loaded: NewJob,
  submission: Omit<StoredSubmission, 'experimentId'>,
): Promise<{ readonly stored: StoredPlan; readonly names: ReadonlyMap<StepPath, JobName> }> {
  const { database, runs, clock, random } = deps
  const root = (loaded.name ?? newJobName(random)) as JobName
  const atMs = clock.now()
  return database.write(async (tables) => {
    if (loaded.name !== undefined) await refuseTaken(tables, root)
    const experimentId = await runs.ensureExperiment(tables, submission.experimentName)
    const stored: StoredPlan = {
      root,
      plan: loaded.plan,
      document: loaded.document,
      submission: { ...submission, experimentId },
    }
    const names = nameSteps(stored, random)
    const rows = newRows({ stored, names, loaded, atMs })
    await insertJobs(tables, rows)
    await runs.createRuns(
      tables,
      rows.map((row) => newRun(row, submission.submittedBy)),
    )
    await runs.startRuns(tables, [{ runId: runIdOf(root), startMs: atMs }])
    await insertPlan(tables, stored)
    await appendJournal(tables, root, [{ event: { kind: 'submitted' }, atMs }])
    await deps.also?.(tables, root)
    await appendEvents(tables, [
      { kind: 'job.status', subject: root, atMs, body: { job: root, status: rows[0]!.status } },
    ])
    return { stored, names }
  })
}

async function refuseTaken(tables: Tables, name: JobName): Promise<void> {
  const taken = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select('name')
    .where('name', '=', name)
    .executeTakeFirst()
  if (taken === undefined) return
  throw new SluiceError('already-exists', `There is a job named "${name}" already.`, {
    hint: 'Choose another name in the YAML file, or leave name out to get a new one.',
  })
}

/** Every step and nested pipeline gets a job name; the only step of a command job is the root itself. */
function nameSteps({ root, plan }: StoredPlan, random: RandomBytes): ReadonlyMap<StepPath, JobName> {
  const names = new Map<StepPath, JobName>()
  for (const { path } of plan.groups) names.set(path, newJobName(random))
  for (const { path } of plan.steps) names.set(path, path === '' ? root : newJobName(random))
  return names
}

/** A job as it was loaded, or as it was stored by an earlier one. */
export type NewJob = Omit<LoadedJob, 'document' | 'warnings'> & { readonly document: StoredPlan['document'] }

interface NewRows {
  readonly stored: StoredPlan
  readonly names: ReadonlyMap<StepPath, JobName>
  readonly loaded: NewJob
  readonly atMs: number
}

function newRows(options: NewRows): readonly JobRow[] {
  const { stored, names, loaded, atMs } = options
  const single = stored.plan.steps.find((step) => step.path === '')
  const base = emptyRow(options)
  const root: JobRow = {
    ...base,
    name: stored.root,
    type: loaded.type,
    status: single === undefined ? 'Running' : 'NotStarted',
    display_name: loaded.displayName,
    parent: null,
    step: single === undefined ? null : single.path,
    started_ms: single === undefined ? atMs : null,
    tags: JSON.stringify(loaded.tags),
    properties: JSON.stringify(loaded.properties),
    ...(single !== undefined && stepColumns(single, stored)),
  }
  if (single !== undefined) return [root]
  const parent = (group: StepPath | undefined): JobName => (group === undefined ? stored.root : names.get(group)!)
  const groups = stored.plan.groups.map((group) => ({
    ...base,
    ...groupColumns(group),
    name: names.get(group.path)!,
    parent: parent(group.parent),
  }))
  const steps = stored.plan.steps.map((step) => ({
    ...base,
    ...stepColumns(step, stored),
    name: names.get(step.path)!,
    display_name: step.displayName ?? step.key,
    step: step.path,
    parent: parent(step.group),
  }))
  return [root, ...groups, ...steps].map((row, position) => ({ ...row, position }))
}

function groupColumns(group: PlannedGroup): Pick<JobRow, 'type' | 'display_name' | 'step'> {
  return { type: 'pipeline', display_name: group.displayName ?? group.key, step: group.path }
}

function stepColumns(step: PlannedStep, stored: StoredPlan): Pick<JobRow, 'type' | 'command' | 'inputs'> {
  if (step.kind === 'if_else') return { type: 'if_else', command: null, inputs: '{}' }
  const inputs: Record<string, JobValue> = {}
  for (const [name, input] of Object.entries(step.inputs)) {
    if (input.kind === 'literal') inputs[name] = { type: input.type ?? 'string', value: input.value }
    else if (input.kind === 'output')
      inputs[name] = { type: input.type, uri: `\${{parent.jobs.${input.step}.outputs.${input.output}}}` }
    else {
      const source = stored.submission.sources[sourceKey(input.source)]
      inputs[name] = {
        type: input.type,
        uri: referenceText(input.source),
        ...(source !== undefined && { digest: source.content.digest, sizeBytes: source.content.sizeBytes }),
      }
    }
  }
  return { type: 'command', command: step.command, inputs: JSON.stringify(inputs) }
}

function emptyRow({ stored, atMs }: NewRows): JobRow {
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
  }
}

function newRun(row: JobRow, submittedBy: string): NewJobRun {
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
