import type { JobName } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { JobTables } from './job-store.ts'

/** The tables of this folder that hold something of a job by its name or its root's. */
type ChangedTables = JobTables & {
  job_plan: { root: JobName; is_live: number }
  job_journal: { root: JobName }
  output_destination: { job: JobName }
}

const rowsAtOnce = 500

/** Writes the tags of a job, whether it has ended or not. */
export async function writeTags(tables: Tables, name: JobName, tags: string): Promise<void> {
  await tables.withTables<JobTables>().updateTable('job').set({ tags }).where('name', '=', name).execute()
}

/** Names of a root job and everything in it. */
export async function namesOf(tables: Tables, root: JobName): Promise<readonly JobName[]> {
  const rows = await tables.withTables<JobTables>().selectFrom('job').select('name').where('root', '=', root).execute()
  return rows.map(({ name }) => name)
}

/** Root jobs beside `root` with steps that took the result of one of its jobs. */
export async function findReusers(tables: Tables, root: JobName): Promise<readonly JobName[]> {
  const jobs = tables.withTables<JobTables>()
  const rows = await jobs
    .selectFrom('job')
    .select('root')
    .distinct()
    .where('reused_from', 'in', jobs.selectFrom('job as own').select('own.name').where('own.root', '=', root))
    .where('root', '!=', root)
    .orderBy('root')
    .execute()
  return rows.map((row) => row.root)
}

/** Whether the engine may still have to go on with it. */
export async function isLive(tables: Tables, root: JobName): Promise<boolean> {
  const row = await tables
    .withTables<ChangedTables>()
    .selectFrom('job_plan')
    .select('root')
    .where('root', '=', root)
    .where('is_live', '=', 1)
    .executeTakeFirst()
  return row !== undefined
}

/** Removes a root job with its steps, its plan and its journal. */
export async function deleteJobRows(tables: Tables, root: JobName, names: readonly JobName[]): Promise<void> {
  const jobs = tables.withTables<ChangedTables>()
  for (let start = 0; start < names.length; start += rowsAtOnce) {
    const piece = names.slice(start, start + rowsAtOnce)
    await jobs.deleteFrom('output_destination').where('job', 'in', piece).execute()
  }
  await jobs.deleteFrom('job_journal').where('root', '=', root).execute()
  await jobs.deleteFrom('job_plan').where('root', '=', root).execute()
  await jobs.deleteFrom('job').where('root', '=', root).execute()
}
