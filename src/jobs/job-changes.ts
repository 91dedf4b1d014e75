/**
 * What people change of jobs that are there: their tags, and whether they exist at all. A job goes only
 * when nothing leads back to it: a model version, a data asset and a job that took its result would lose where they are
 * from. Everything of it in the database goes in one transaction, its logs afterwards; a crash in between leaves a log
 * that nobody finds. Its contents go with the next `sluice gc`.
 */
import { rm } from 'node:fs/promises'
import type { ArtifactStore } from '../artifacts/artifact-store.ts'
import { findVersionsFrom } from '../assets/asset-store.ts'
import type { Clock } from '../base/clock.ts'
import { SluiceError } from '../base/errors.ts'
import { type JobName, runIdOf } from '../base/ids.ts'
import type { Database, Tables } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import { findVersionsOfRuns } from '../registry/model-version-store.ts'
import type { JobRuns } from '../tracking/job-runs.ts'
import { purgeRuns } from '../tracking/purge.ts'
import type { AttemptFiles } from './attempt-files.ts'
import { deleteJobRows, findReusers, isLive, namesOf, writeTags } from './job-change-store.ts'
import type { JobRow } from './job-row.ts'
import { type Job, terminalStatuses } from './job-service.ts'
import { findJob, findRow } from './job-store.ts'

/** New tags by name; null removes one. */
type TagChange = Readonly<Record<string, string | null>>

/** Changes to jobs; unknown names throw `not-found`. */
export interface JobChanges {
  /** Changes tags of a job or step, and of its run. */
  tag(name: string, tags: TagChange, by: string): Promise<Job>
  /** Removes a root job that has ended. Throws `conflict` while it is under way or something leads back to it. */
  delete(name: string, by: string): Promise<void>
}

export interface JobChangeDeps {
  readonly database: Database
  readonly clock: Clock
  readonly runs: Pick<JobRuns, 'tagRun' | 'untagRun' | 'artifactFolders'>
  readonly artifacts: Pick<ArtifactStore, 'removeFolder'>
  readonly files: Pick<AttemptFiles, 'log' | 'miniBatches'>
}

export function jobChanges(deps: JobChangeDeps): JobChanges {
  const { database, clock, files } = deps
  return {
    async tag(name, tags, by) {
      await database.write(async (tables) => {
        const row = await findRow(tables, name)
        await changeTags(deps, tables, { row, tags })
        const body = { job: row.name, by, tags }
        await appendEvent(tables, { kind: 'job.tagged', subject: row.root, body, atMs: clock.now() })
      })
      return findJob(database.read, name)
    },
    async delete(name, by) {
      const removed = await database.write((tables) => deleteJob(deps, tables, { name, by }))
      for (const job of removed)
        for (const file of [files.log(job), files.miniBatches(job)]) await rm(file, { force: true })
    },
  }
}

async function changeTags(
  { runs }: JobChangeDeps,
  tables: Tables,
  { row, tags }: { readonly row: JobRow; readonly tags: TagChange },
): Promise<void> {
  const kept = JSON.parse(row.tags) as Record<string, string>
  const set = Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== null)
  const removed = Object.keys(tags).filter((key) => tags[key] === null)
  const rest = Object.entries(kept).filter(([key]) => !removed.includes(key))
  if (set.length > 0) await runs.tagRun(tables, runIdOf(row.name), Object.fromEntries(set))
  if (removed.length > 0) await runs.untagRun(tables, runIdOf(row.name), removed)
  await writeTags(tables, row.name, JSON.stringify(Object.fromEntries([...rest, ...set])))
}

async function deleteJob(
  { runs, artifacts, clock }: JobChangeDeps,
  tables: Tables,
  { name, by }: { readonly name: string; readonly by: string },
): Promise<readonly JobName[]> {
  const row = await findRow(tables, name)
  if (row.parent !== null)
    throw new SluiceError('not-supported', `Job ${name} is a step of ${row.root}; a step cannot be deleted alone.`, {
      hint: `Name the whole job: ${row.root}`,
    })
  if (!terminalStatuses.has(row.status) || (await isLive(tables, row.name)))
    throw new SluiceError('conflict', `Job ${name} is still ${row.status}.`, {
      hint: `Cancel it first, with: sluice job cancel ${name}`,
    })
  const names = await namesOf(tables, row.name)
  const users = await whatLeadsTo(tables, row.name, names)
  if (users.length > 0) {
    const more = users.length > 5 ? ` and ${users.length - 5} more` : ''
    throw new SluiceError(
      'conflict',
      `Job ${name} cannot be deleted: ${users.slice(0, 5).join(', ')}${more} lead back to it.`,
      {
        hint: `Delete those first, or take it out of lists with: sluice job archive ${name}`,
      },
    )
  }
  const runIds = names.map((job) => runIdOf(job))
  // Sequential: statements of one unit of work share a connection.
  for (const [index, folder] of (await runs.artifactFolders(tables, runIds)).entries()) {
    // A folder without the id may be somebody else's too.
    if (folder?.split('/').includes(runIds[index]!) === true) await artifacts.removeFolder(tables, folder)
  }
  await purgeRuns(tables, runIds)
  await deleteJobRows(tables, row.name, names)
  const body = { job: row.name, by, display_name: row.display_name, experiment_name: row.experiment_name }
  await appendEvent(tables, { kind: 'job.deleted', subject: row.name, body, atMs: clock.now() })
  return names
}

/** In words, what would no longer know where it is from. */
async function whatLeadsTo(tables: Tables, root: JobName, names: readonly JobName[]): Promise<readonly string[]> {
  const models = await findVersionsOfRuns(tables, names)
  const assets = await findVersionsFrom(
    tables,
    names.map((job) => `azureml://jobs/${job}/outputs/`),
  )
  const jobs = await findReusers(tables, root)
  return [
    ...models.map(({ name, version }) => `model ${name}:${version}`),
    ...assets.map(({ kind, name, version }) => `${kind} ${name}:${version}`),
    ...jobs.map((job) => `job ${job}`),
  ]
}
