import { sql } from 'kysely'
import { SluiceError } from '../base/errors.ts'
import type { ExperimentId, JobName, StepPath } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import { usesAsset } from './asset-use-store.ts'
import { rowToJob } from './job-row.ts'
import type { Job, JobCounts, JobFilter, JobStatus } from './job-service.ts'
import type { JobTables } from './job-store.ts'

/** Newest first, by key: the token is the last job's creation time and name. */
export async function listJobs(
  tables: Tables,
  filter: JobFilter,
): Promise<{ readonly jobs: readonly Job[]; readonly nextPageToken?: string }> {
  let query = filtered(tables, filter)
    .selectAll()
    .orderBy('created_ms', 'desc')
    .orderBy('name', 'desc')
    .limit(filter.limit + 1)
  if (filter.pageToken !== undefined) {
    const [createdMs, name] = readPageToken(filter.pageToken)
    query = query.where((eb) =>
      eb.or([
        eb('created_ms', '<', createdMs),
        eb.and([eb('created_ms', '=', createdMs), eb('name', '<', name as JobName)]),
      ]),
    )
  }
  const rows = await query.execute()
  const page = rows.slice(0, filter.limit)
  const last = page.at(-1)
  return {
    jobs: page.map(rowToJob),
    ...(rows.length > filter.limit && last !== undefined && { nextPageToken: `${last.created_ms}:${last.name}` }),
  }
}

const experimentsShown = 200

/** How many jobs a filter leaves, by status, and in which experiments: those with the newest jobs first. */
export async function countJobsBy(tables: Tables, filter: Omit<JobFilter, 'limit' | 'pageToken'>): Promise<JobCounts> {
  const { statuses: _, ...rest } = filter
  const { experimentName: _e, ...everywhere } = filter
  const byStatus = await filtered(tables, rest)
    .select((eb) => ['status', eb.fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute()
  const byExperiment = await filtered(tables, everywhere)
    .select((eb) => ['experiment_name', eb.fn.countAll<number>().as('count')])
    .groupBy('experiment_name')
    .orderBy((eb) => eb.fn.max('created_ms'), 'desc')
    .limit(experimentsShown)
    .execute()
  return {
    statuses: Object.fromEntries(byStatus.map(({ status, count }) => [status, Number(count)])),
    experiments: byExperiment.map(({ experiment_name: name, count }) => ({ name, count: Number(count) })),
  }
}

function filtered(tables: Tables, filter: Omit<JobFilter, 'limit' | 'pageToken'>) {
  let query = tables.withTables<JobTables>().selectFrom('job')
  if (filter.parent !== undefined) query = query.where('parent', '=', filter.parent)
  else if (filter.withChildren !== true) query = query.where('parent', 'is', null)
  if (filter.statuses !== undefined) query = query.where('status', 'in', filter.statuses)
  if (filter.experimentName !== undefined) query = query.where('experiment_name', '=', filter.experimentName)
  const { archived = 'without', text, tag, uses } = filter
  if (archived !== 'with') query = query.where('archived_ms', archived === 'only' ? 'is not' : 'is', null)
  if (text !== undefined) {
    const pattern = containing(text)
    query = query.where((eb) =>
      eb.or([
        sql<boolean>`lower(display_name) like ${pattern} escape '!'`,
        sql<boolean>`lower(name) like ${pattern} escape '!'`,
      ]),
    )
  }
  if (uses !== undefined) query = query.where(usesAsset(uses))
  if (tag !== undefined) query = query.where(sql<boolean>`lower(tags) like ${containing(tagText(tag))} escape '!'`)
  return query
}

/** What both databases match whatever the case of letters. */
function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, '!$&')}%`
}

/** A tag as the column has it: `key` alone, or `key=value`. */
function tagText(tag: string): string {
  const at = tag.indexOf('=')
  if (at < 0) return `${JSON.stringify(tag)}:`
  return `${JSON.stringify(tag.slice(0, at))}:${JSON.stringify(tag.slice(at + 1))}`
}

function readPageToken(token: string): readonly [number, string] {
  const match = /^(\d+):(.+)$/.exec(token)
  if (match === null) {
    throw new SluiceError('invalid-request', `"${token}" is not a page token of this list.`, {
      hint: 'Leave page_token out to start again.',
    })
  }
  return [Number(match[1]), match[2]!]
}

/** Takes a root job that has ended out of the list, or back into it; false where it was so already or has not ended. */
export async function setArchived(tables: Tables, name: JobName, archivedMs: number | null): Promise<boolean> {
  const result = await tables
    .withTables<JobTables>()
    .updateTable('job')
    .set({ archived_ms: archivedMs })
    .where('name', '=', name)
    .where('archived_ms', archivedMs === null ? 'is not' : 'is', null)
    .where('status', 'in', ['Completed', 'Failed', 'Canceled'])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** The newest completed root job of the same pipeline (same experiment and display name) that is older than this one. */
export async function findLastCompleted(tables: Tables, job: Job): Promise<JobName | undefined> {
  const row = await tables
    .withTables<JobTables>()
    .selectFrom('job')
    .select('name')
    .where('experiment_id', '=', job.experimentId)
    .where('display_name', '=', job.displayName)
    .where('parent', 'is', null)
    .where('status', '=', 'Completed' satisfies JobStatus)
    .where('created_ms', '<', job.createdMs)
    .orderBy('created_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.name
}

const durationsPerStep = 9
const stepsAtOnce = 100

/** How long steps of an experiment ran when they completed and were not reused, newest first; milliseconds by step. */
export async function findDurations(
  tables: Tables,
  { experimentId, steps }: { readonly experimentId: ExperimentId; readonly steps: readonly StepPath[] },
): Promise<ReadonlyMap<StepPath, readonly number[]>> {
  const durations = new Map<StepPath, number[]>()
  for (let start = 0; start < steps.length; start += stepsAtOnce) {
    // A few rows of each, however often the pipeline has run: not all, of which a few are kept. The status is written out for
    // the index that holds only these.
    const ofEach = steps.slice(start, start + stepsAtOnce).map(
      (step) => sql`select * from (
        select step, started_ms, ended_ms from job
        where experiment_id = ${experimentId} and step = ${step} and status = 'Completed' and reused_from is null
          and started_ms is not null
        order by created_ms desc limit ${sql.lit(durationsPerStep)}
      ) as ran`,
    )
    const { rows } = await sql<Ran>`${sql.join(ofEach, sql` union all `)}`.execute(tables)
    for (const { step, started_ms: startedMs, ended_ms: endedMs } of rows) {
      durations.set(step, [...(durations.get(step) ?? []), Number(endedMs) - Number(startedMs)])
    }
  }
  return durations
}

interface Ran {
  readonly step: StepPath
  readonly started_ms: number
  readonly ended_ms: number
}
