import { sql } from 'kysely'
import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import { assert } from '../base/errors.ts'
import type { Job, JobStatus } from './job-service.ts'
import { type JobRow, rowToJob } from './job-row.ts'
import { inTreeOrder } from '../base/tree-order.ts'
import { SluiceError } from '../base/errors.ts'
import type { StepOutputs } from './pipeline-state.ts'
import type { ReuseFields } from '../plan/reuse-key.ts'

export type JobTables = { job: JobRow }

/** Columns that change while a job lives; absent ones stay as they are. */
export type JobPatch = Partial<
  Pick<
    JobRow,
    | 'status'
    | 'status_detail'
    | 'started_ms'
    | 'ended_ms'
    | 'inputs'
    | 'outputs'
    | 'exit_code'
    | 'error'
    | 'attempts'
    | 'reuse_key'
    | 'reuse_fields'
    | 'reused_from'
    | 'is_reuse_source'
    | 'verdict'
    | 'usage'
  >
>

const rowsPerInsert = 500

/** Inserts a root job with its children, many rows a statement. */
export async function insertJobs(tables: Tables, rows: readonly JobRow[]): Promise<void> {
  const jobs = tables.withTables<JobTables>()
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    await jobs
      .insertInto('job')
      .values(rows.slice(start, start + rowsPerInsert))
      .execute()
  }
}

/** Applies a patch to one job that has not ended; a job ends once, so a missing row is a bug. */
export async function updateJob(tables: Tables, name: JobName, patch: JobPatch): Promise<void> {
  const result = await tables
    .withTables<JobTables>()
    .updateTable('job')
    .set(patch)
    .where('name', '=', name)
    .where('status', 'not in', ['Completed', 'Failed', 'Canceled'])
    .executeTakeFirst()
  assert(result.numUpdatedRows === 1n, `job ${name} has ended already or is not there`)
}

/** Says something more of a job, whether it has ended or not. */
export async function noteOnJob(tables: Tables, name: JobName, detail: string): Promise<void> {
  await tables
    .withTables<JobTables>()
    .updateTable('job')
    .set({ status_detail: detail })
    .where('name', '=', name)
    .execute()
}

/** Adds properties to a job, in the place of those of the same name. Throws `not-found`. */
export async function addProperties(
  tables: Tables,
  name: JobName,
  added: Readonly<Record<string, string>>,
): Promise<void> {
  const row = await findRow(tables, name)
  const properties = { ...(JSON.parse(row.properties) as Record<string, string>), ...added }
  await tables
    .withTables<JobTables>()
    .updateTable('job')
    .set({ properties: JSON.stringify(properties) })
    .where('name', '=', name)
    .execute()
}

/** Ends everything of a root job that has not ended as Failed; the names of what was. */
export async function failRows(
  tables: Tables,
  root: JobName,
  columns: Pick<JobPatch, 'error' | 'ended_ms'>,
): Promise<readonly JobName[]> {
  const rows = await tables
    .withTables<JobTables>()
    .updateTable('job')
    .set({ ...columns, status: 'Failed', status_detail: null })
    .where('root', '=', root)
    .where('status', 'not in', ['Completed', 'Failed', 'Canceled'])
    .returning('name')
    .execute()
  return rows.map(({ name }) => name)
}

/** One job by name. Throws `not-found`. */
export async function findJob(tables: Tables, name: string): Promise<Job> {
  return rowToJob(await findRow(tables, name))
}

/** The stored row, for those who need more than a `Job` shows. Throws `not-found`. */
export async function findRow(tables: Tables, name: string): Promise<JobRow> {
  const row = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .selectAll()
    .where('name', '=', name as JobName)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new SluiceError('not-found', `There is no job "${name}".`, { hint: 'List the jobs with: sluice job list' })
}

/** Jobs by name, those of one root in the order in which they came to it; those that are not there are absent. */
export async function findJobsNamed(tables: Tables, names: readonly JobName[]): Promise<ReadonlyMap<JobName, Job>> {
  const found: JobRow[] = []
  for (let start = 0; start < names.length; start += rowsPerInsert) {
    const rows = await tables
      .withTables<JobTables>()
      .selectFrom('job')
      .selectAll()
      .where('name', 'in', names.slice(start, start + rowsPerInsert))
      .execute()
    found.push(...rows)
  }
  found.sort((one, other) => one.position - other.position)
  return new Map(found.map((row) => [row.name, rowToJob(row)]))
}

/** A job's status alone; undefined where there is no such job. */
export async function findStatus(tables: Tables, name: JobName): Promise<JobStatus | undefined> {
  const jobs = tables.withTables<JobTables>()
  const row = await jobs.selectFrom('job').select('status').where('name', '=', name).executeTakeFirst()
  return row?.status
}

/** Every job of a root but the root itself, in the order of their tree. */
export async function findChildren(tables: Tables, root: string): Promise<readonly Job[]> {
  const rows = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .selectAll()
    .where('root', '=', root as JobName)
    .where('name', '!=', root as JobName)
    .orderBy('position')
    .execute()
  return inTreeOrder(root, rows.map(rowToJob))
}

/** Root jobs by status, for `sluice status`. */
export async function countJobs(tables: Tables, statuses: readonly JobStatus[]): Promise<number> {
  const row = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('parent', 'is', null)
    .where('status', 'in', statuses)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** A completed job whose result may be used again. */
export interface ReuseSource {
  readonly name: JobName
  readonly outputs: StepOutputs
  readonly createdMs: number
  readonly root: JobName
}

/** The newest reusable job for each key; keys without one are absent. */
export async function findReuseSources(
  tables: Tables,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ReuseSource>> {
  const found = new Map<string, ReuseSource>()
  for (let start = 0; start < keys.length; start += rowsPerInsert) {
    const rows = await tables
      .withTables<JobTables>()
      .selectFrom('job')
      .select(['name', 'reuse_key', 'outputs', 'created_ms', 'root'])
      .where('reuse_key', 'in', keys.slice(start, start + rowsPerInsert))
      // Written out: with a parameter here SQLite compiles the statement anew each time (four times the CPU, measured).
      .where('is_reuse_source', '=', sql.lit(1))
      .orderBy('ended_ms')
      .execute()
    // Oldest first, so the newest wins.
    for (const row of rows) {
      found.set(row.reuse_key!, {
        name: row.name,
        outputs: JSON.parse(row.outputs!) as StepOutputs,
        createdMs: row.created_ms,
        root: row.root,
      })
    }
  }
  return found
}

const displayNameOfRoot = sql<string>`(select pipeline.display_name from job as pipeline where pipeline.name = job.root)`

/**
 * What a step was computed from, of earlier jobs of the same step, newest first. Only jobs of the same pipeline (by
 * display name): two files in one folder are no versions of each other.
 */
export async function findEarlierFields(
  tables: Tables,
  step: {
    readonly experimentId: ExperimentId
    readonly path: StepPath
    readonly displayName?: string
    readonly notRoot?: JobName
  },
): Promise<
  readonly { readonly name: JobName; readonly key: string; readonly status: JobStatus; readonly fields: ReuseFields }[]
> {
  const { notRoot, displayName } = step
  let query = tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select(['name', 'reuse_key', 'reuse_fields', 'status'])
    .where('experiment_id', '=', step.experimentId)
    .where('step', '=', step.path)
    .where('reuse_fields', 'is not', null)
    .orderBy('created_ms', 'desc')
    .orderBy('name')
    .limit(20)
  // Asked of each job of the step by its root's name: listing the pipelines first would read every job of the experiment.
  if (displayName !== undefined) query = query.where(displayNameOfRoot, '=', displayName)
  if (notRoot !== undefined)
    query = query
      .where('root', '!=', notRoot)
      .where(displayNameOfRoot, '=', sql<string>`(select own.display_name from job as own where own.name = ${notRoot})`)
  const rows = await query.execute()
  return rows.map((row) => ({
    name: row.name,
    key: row.reuse_key!,
    status: row.status,
    fields: JSON.parse(row.reuse_fields!) as ReuseFields,
  }))
}

/**
 * Reuse keys by step of the newest earlier job of the same pipeline (same experiment and display name); undefined where
 * there is no such job.
 */
export async function findPreviousKeys(
  tables: Tables,
  pipeline: { readonly experimentId: ExperimentId; readonly displayName: string; readonly notRoot?: JobName },
): Promise<ReadonlyMap<StepPath, string> | undefined> {
  const jobs = tables.withTables<JobTables>()
  let query = jobs
    .selectFrom('job')
    .select('name')
    .where('experiment_id', '=', pipeline.experimentId)
    .where('display_name', '=', pipeline.displayName)
    .where('parent', 'is', null)
    .orderBy('created_ms', 'desc')
    .limit(1)
  if (pipeline.notRoot !== undefined) query = query.where('name', '!=', pipeline.notRoot)
  const previous = await query.executeTakeFirst()
  if (previous === undefined) return undefined
  const rows = await jobs
    .selectFrom('job')
    .select(['step', 'reuse_key'])
    .where('root', '=', previous.name)
    .where('reuse_key', 'is not', null)
    .execute()
  return new Map(rows.map((row) => [row.step!, row.reuse_key!]))
}

/** Names of a root's steps and nested pipelines by path, and the root's display name. */
export async function findNames(
  tables: Tables,
  root: JobName,
): Promise<{
  readonly names: ReadonlyMap<StepPath, JobName>
  readonly statuses: ReadonlyMap<JobName, JobStatus>
  readonly displayName: string
}> {
  const rows = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select(['name', 'step', 'status', 'display_name'])
    .where('root', '=', root)
    .execute()
  const names = new Map(rows.flatMap((row) => (row.step === null ? [] : [[row.step, row.name] as const])))
  const statuses = new Map(rows.map((row) => [row.name, row.status] as const))
  return { names, statuses, displayName: rows.find((row) => row.name === root)?.display_name ?? root }
}
