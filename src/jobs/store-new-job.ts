import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import { type JobName, newJobName, type RandomBytes, runIdOf, type StepPath } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvents } from '../events/event-log.ts'
import type { JobRuns } from '../tracking/job-runs.ts'
import { insertJobs, type JobTables } from './job-store.ts'
import { appendJournal, insertPlan, type StoredPlan } from './journal-store.ts'
import { nameSteps, type NewJob, newJobRows, newRun } from './new-rows.ts'
import { insertDestinations } from './output-destination-store.ts'
import { destinationsOf } from './output-destinations.ts'
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
    const names = nameSteps(root, stored.plan, random)
    const rows = newJobRows({ stored, names, atMs }, loaded)
    await insertJobs(tables, rows)
    await runs.createRuns(
      tables,
      rows.map((row) => newRun(row, submission.submittedBy)),
    )
    await runs.startRuns(tables, [{ runId: runIdOf(root), startMs: atMs }])
    await insertPlan(tables, stored)
    const destinations = destinationsOf(stored.plan, names, { datastore: submission.defaultDatastore })
    if (destinations.length > 0) await insertDestinations(tables, destinations)
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
