import type { JobName } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Tables } from '../database/database.ts'
import type { PlannedPipeline } from '../plan/planned-pipeline.ts'
import type { JobEvent } from './pipeline-state.ts'
import type { StoredSubmission } from './stored-submission.ts'

type JournalTables = {
  job_plan: { root: JobName; plan: string; document: string; submission: string; is_live: number }
  job_journal: { seq: number; root: JobName; at_ms: number; event: string }
}

/** Everything a restarted server needs to go on with a job. */
export interface StoredPlan {
  readonly root: JobName
  readonly plan: PlannedPipeline
  readonly document: JsonObject
  readonly submission: StoredSubmission
}

/** Keeps the plan of a new root job; it is live until `endPlan`. */
export async function insertPlan(tables: Tables, stored: StoredPlan): Promise<void> {
  await tables
    .withTables<JournalTables>()
    .insertInto('job_plan')
    .values({
      root: stored.root,
      plan: JSON.stringify(stored.plan),
      document: JSON.stringify(stored.document),
      submission: JSON.stringify(stored.submission),
      is_live: 1,
    })
    .execute()
}

/** The job has ended: recovery leaves it alone from now on. */
export async function endPlan(tables: Tables, root: JobName): Promise<void> {
  await tables
    .withTables<JournalTables>()
    .updateTable('job_plan')
    .set({ is_live: 0 })
    .where('root', '=', root)
    .execute()
}

/** Writes something of a job that changes nothing, to see whether the store takes anything at all. */
export async function touchPlan(tables: Tables, root: JobName): Promise<void> {
  await tables
    .withTables<JournalTables>()
    .updateTable('job_plan')
    .set({ is_live: 1 })
    .where('root', '=', root)
    .where('is_live', '=', 1)
    .execute()
}

/** Root jobs that had not ended when the store was last written. */
export async function findLiveRoots(tables: Tables): Promise<readonly JobName[]> {
  const rows = await tables
    .withTables<JournalTables>()
    .selectFrom('job_plan')
    .select('root')
    .where('is_live', '=', 1)
    .orderBy('root')
    .execute()
  return rows.map((row) => row.root)
}

/** The stored plan of a root job; undefined when there is none. */
export async function findPlan(tables: Tables, root: JobName): Promise<StoredPlan | undefined> {
  const row = await tables
    .withTables<JournalTables>()
    .selectFrom('job_plan')
    .selectAll()
    .where('root', '=', root)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    root,
    plan: JSON.parse(row.plan) as PlannedPipeline,
    document: JSON.parse(row.document) as JsonObject,
    submission: JSON.parse(row.submission) as StoredSubmission,
  }
}

/** Appends events in order. */
export async function appendJournal(tables: Tables, root: JobName, events: readonly TimedEvent[]): Promise<void> {
  await tables
    .withTables<JournalTables>()
    .insertInto('job_journal')
    .values(events.map(({ event, atMs }) => ({ root, at_ms: atMs, event: JSON.stringify(event) }) as never))
    .execute()
}

/** All events of a root job, oldest first. */
export async function readJournal(tables: Tables, root: JobName): Promise<readonly JobEvent[]> {
  return (await readTimedJournal(tables, root)).map(({ event }) => event)
}

/** An event with the moment it was decided. */
export interface TimedEvent {
  readonly event: JobEvent
  readonly atMs: number
}

/** All events of a root job with their times, oldest first. */
export async function readTimedJournal(tables: Tables, root: JobName): Promise<readonly TimedEvent[]> {
  const rows = await tables
    .withTables<JournalTables>()
    .selectFrom('job_journal')
    .select(['event', 'at_ms'])
    .where('root', '=', root)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({ event: JSON.parse(row.event) as JobEvent, atMs: row.at_ms }))
}
