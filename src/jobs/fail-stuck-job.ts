import type { Clock } from '../base/clock.ts'
import { type JobName, runIdOf } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { appendEvents } from '../events/event-log.ts'
import type { JobRuns } from '../tracking/job-runs.ts'
import { failRows } from './job-store.ts'
import { endPlan } from './journal-store.ts'

/**
 * Ends a job whose events the store refuses again and again although it answers otherwise: the job and everything of it
 * that has not ended is Failed with that reason, and no server takes it up again. In one unit, which bypasses what could
 * not be stored.
 */
export async function failStuckJob(
  { database, runs, clock }: { readonly database: Database; readonly runs: JobRuns; readonly clock: Clock },
  root: JobName,
  reason: string,
): Promise<void> {
  const atMs = clock.now()
  const error = {
    code: 'internal',
    message: `What happened to the job could not be stored: ${reason}`,
    hint: 'Run it again; please report this, with the log of the server.',
  }
  await database.write(async (tables) => {
    const names = await failRows(tables, root, { error: JSON.stringify(error), ended_ms: atMs })
    await runs.finishRuns(
      tables,
      names.map((name) => ({ runId: runIdOf(name), status: 'FAILED', endMs: atMs })),
    )
    await appendEvents(
      tables,
      names.map((name) => ({ kind: 'job.status', subject: root, atMs, body: { job: name, status: 'Failed' } })),
    )
    await endPlan(tables, root)
  })
}
