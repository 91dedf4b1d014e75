import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { PlannedStep } from '../plan/planned-pipeline.ts'
import type { ReuseFields } from '../plan/reuse-key.ts'
import type { JobStatus } from './job-service.ts'
import type { JobTables } from './job-store.ts'
import type { StepOutputs } from './pipeline-state.ts'

/** What a step of an earlier job came to. */
export interface EarlierResult {
  readonly from: JobName
  /** What a command was computed from; a loop or a sweep has no key: its rounds do. */
  readonly key?: string
  readonly fields?: ReuseFields
  readonly outputs: StepOutputs
  /** Of the very snapshot that takes it (`retry --failed`), so running the step anew would be the same job again. */
  readonly isOfSnapshot?: true
}

/** The results that the steps of one root job have; steps that did not complete, or were skipped, are absent. */
export async function findResultsOf(tables: Tables, root: JobName): Promise<ReadonlyMap<StepPath, EarlierResult>> {
  return toResults(
    await completedSteps(tables).where('root', '=', root).where('reuse_fields', 'is not', null).execute(),
  )
}

/**
 * The newest result of each of these steps among all jobs of the pipeline (same experiment and display name), of when
 * the step was of the same kind: a path that was a command may be a loop now.
 */
export async function findLatestResults(
  tables: Tables,
  pipeline: {
    readonly experimentId: ExperimentId
    readonly displayName: string
    readonly steps: readonly Pick<PlannedStep, 'path' | 'kind'>[]
  },
): Promise<ReadonlyMap<StepPath, EarlierResult>> {
  const { experimentId, displayName, steps } = pipeline
  const roots = tables
    .withTables<JobTables>()
    .selectFrom('job as earlier')
    .select('earlier.name')
    .where('earlier.experiment_id', '=', experimentId)
    .where('earlier.display_name', '=', displayName)
    .where('earlier.parent', 'is', null)
  const found = new Map<StepPath, EarlierResult>()
  // Few steps, each with a long history of which the newest row is wanted: one look into the index each.
  for (const { path: step, kind } of steps) {
    const rows = await completedSteps(tables)
      .where('experiment_id', '=', experimentId)
      .where('step', '=', step)
      .where('type', '=', kind)
      .$if(kind === 'command', (query) => query.where('reuse_fields', 'is not', null))
      .where('root', 'in', roots)
      .orderBy('created_ms', 'desc')
      .limit(1)
      .execute()
    for (const [path, result] of toResults(rows)) found.set(path, result)
  }
  return found
}

function completedSteps(tables: Tables) {
  return tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select(['name', 'step', 'reuse_key', 'reuse_fields', 'outputs'])
    .where('status', '=', 'Completed')
    .where('step', 'is not', null)
    .where('outputs', 'is not', null)
}

type CompletedStep = Awaited<ReturnType<ReturnType<typeof completedSteps>['execute']>>[number]

function toResults(rows: readonly CompletedStep[]): ReadonlyMap<StepPath, EarlierResult> {
  return new Map(
    rows.map((row) => [
      row.step!,
      {
        from: row.name,
        ...(row.reuse_fields !== null && {
          key: row.reuse_key!,
          fields: JSON.parse(row.reuse_fields) as ReuseFields,
        }),
        outputs: JSON.parse(row.outputs!) as StepOutputs,
      },
    ]),
  )
}

/** A command step as far as two jobs are compared. */
export interface ComparedStep {
  readonly name: JobName
  readonly path: StepPath
  readonly status: JobStatus | 'Skipped'
  readonly command?: string
  readonly fields?: ReuseFields
  readonly outputs: StepOutputs
}

/** The command steps of a root job, in plan order; a job that is a single command is its own only step. */
export async function findComparedSteps(tables: Tables, root: JobName): Promise<readonly ComparedStep[]> {
  const rows = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select(['name', 'step', 'status', 'status_detail', 'command', 'reuse_fields', 'outputs'])
    .where('root', '=', root)
    .where('type', '=', 'command')
    .orderBy('position')
    .execute()
  return rows.map((row) => ({
    name: row.name,
    path: row.step ?? ('' as StepPath),
    // Azure has no such status; a step that was skipped did not do what a completed one did.
    status: row.status_detail?.startsWith('Skipped') === true ? 'Skipped' : row.status,
    ...(row.command !== null && { command: row.command }),
    ...(row.reuse_fields !== null && { fields: JSON.parse(row.reuse_fields) as ReuseFields }),
    outputs: row.outputs === null ? {} : (JSON.parse(row.outputs) as StepOutputs),
  }))
}

/** What a step was computed from; undefined for a job that has no key, or is not there. */
export async function findReuseFields(tables: Tables, name: JobName): Promise<ReuseFields | undefined> {
  const row = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select('reuse_fields')
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.reuse_fields == null ? undefined : (JSON.parse(row.reuse_fields) as ReuseFields)
}
