import { sql, type RawBuilder } from 'kysely'

/**
 * The rows of jobs whose contents are kept: all but those of jobs that ended before a time. Such jobs stay, with their
 * logs and metrics; their steps are run anew when they are needed, for reuse looks whether outputs are still there.
 */
export function countedJobs(endedBeforeMs: number): Readonly<Record<string, RawBuilder<boolean>>> {
  return Object.fromEntries(
    ['job', 'job_plan', 'job_journal'].map((table) => [
      table,
      sql<boolean>`not exists (
        select 1 from job as whole
        where whole.name = ${sql.ref(`${table}.root`)} and whole.ended_ms < ${endedBeforeMs})`,
    ]),
  )
}
