import type { JobName } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { JobParameter, JobTemplate } from '../jobs/job-template.ts'

/** `enabled` takes submissions; `disabled` refuses them; `archived` does so too and is left out of lists. */
export type PublishedStatus = 'enabled' | 'disabled' | 'archived'

/** One version of a published pipeline. */
export interface PublishedPipeline {
  readonly name: string
  readonly version: string
  /** Grows with each version of the name; the highest is the newest. */
  readonly number: number
  readonly status: PublishedStatus
  readonly displayName: string
  readonly description?: string
  readonly parameters: readonly JobParameter[]
  readonly tags: Readonly<Record<string, string>>
  readonly createdBy: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** A job that was started through a published pipeline. */
export interface StartedJob {
  readonly job: JobName
  readonly pipeline: string
  readonly version: string
  readonly idempotencyKey?: string
  /** Digest of what was asked for, so that one key cannot mean two things. */
  readonly requestDigest: string
  readonly createdMs: number
}

interface PipelineRow {
  readonly workspace: string
  readonly name: string
  readonly version: string
  readonly number: number
  readonly status: PublishedStatus
  readonly display_name: string
  readonly description: string | null
  readonly parameters: string
  readonly template: string
  readonly tags: string
  readonly created_by: string
  readonly created_ms: number
  readonly updated_ms: number
}

interface JobRow {
  readonly job: JobName
  readonly workspace: string
  readonly pipeline: string
  readonly version: string
  readonly idempotency_key: string | null
  readonly request_digest: string
  readonly created_ms: number
}

type PublishedTables = { published_pipeline: PipelineRow; published_pipeline_job: JobRow }

const workspace = 'default'
const shownColumns = [
  'name',
  'version',
  'number',
  'status',
  'display_name',
  'description',
  'parameters',
  'tags',
  'created_by',
  'created_ms',
  'updated_ms',
] as const

/** Adds a version; false, and nothing done, when the name has that version already. */
export async function insertVersion(
  tables: Tables,
  pipeline: PublishedPipeline,
  template: JobTemplate,
): Promise<boolean> {
  const result = await tables
    .withTables<PublishedTables>()
    .insertInto('published_pipeline')
    .values({
      workspace,
      name: pipeline.name,
      version: pipeline.version,
      number: pipeline.number,
      status: pipeline.status,
      display_name: pipeline.displayName,
      description: pipeline.description ?? null,
      parameters: JSON.stringify(pipeline.parameters),
      template: JSON.stringify(template),
      tags: JSON.stringify(pipeline.tags),
      created_by: pipeline.createdBy,
      created_ms: pipeline.createdMs,
      updated_ms: pipeline.updatedMs,
    })
    .onConflict((conflict) => conflict.columns(['workspace', 'name', 'version']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Every version of a name, newest first; empty when there is none. */
export async function versionsOf(tables: Tables, name: string): Promise<readonly PublishedPipeline[]> {
  const rows = await tables
    .withTables<PublishedTables>()
    .selectFrom('published_pipeline')
    .select(shownColumns)
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .orderBy('number', 'desc')
    .execute()
  return rows.map(toPipeline)
}

/** Every version of every name, by name, newest first. */
export async function allVersions(tables: Tables): Promise<readonly PublishedPipeline[]> {
  const rows = await tables
    .withTables<PublishedTables>()
    .selectFrom('published_pipeline')
    .select(shownColumns)
    .where('workspace', '=', workspace)
    .orderBy('name')
    .orderBy('number', 'desc')
    .execute()
  return rows.map(toPipeline)
}

/** What a version runs; undefined when there is no such version. */
export async function templateOf(tables: Tables, name: string, version: string): Promise<JobTemplate | undefined> {
  const row = await tables
    .withTables<PublishedTables>()
    .selectFrom('published_pipeline')
    .select('template')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && (JSON.parse(row.template) as JobTemplate)
}

/** Sets the status of these versions of a name. */
export async function updateStatus(
  tables: Tables,
  { name, versions }: { readonly name: string; readonly versions: readonly string[] },
  { status, atMs }: { readonly status: PublishedStatus; readonly atMs: number },
): Promise<void> {
  await tables
    .withTables<PublishedTables>()
    .updateTable('published_pipeline')
    .set({ status, updated_ms: atMs })
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('version', 'in', versions)
    .execute()
}

/** Removes these versions of a name, with the record of what was started through them; the jobs stay. */
export async function deleteVersions(tables: Tables, name: string, versions: readonly string[]): Promise<void> {
  const published = tables.withTables<PublishedTables>()
  await published
    .deleteFrom('published_pipeline')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('version', 'in', versions)
    .execute()
  await published
    .deleteFrom('published_pipeline_job')
    .where('workspace', '=', workspace)
    .where('pipeline', '=', name)
    .where('version', 'in', versions)
    .execute()
}

/** Remembers a job that was started through a published pipeline. */
export async function insertStartedJob(tables: Tables, started: StartedJob): Promise<void> {
  await tables
    .withTables<PublishedTables>()
    .insertInto('published_pipeline_job')
    .values({
      job: started.job,
      workspace,
      pipeline: started.pipeline,
      version: started.version,
      idempotency_key: started.idempotencyKey ?? null,
      request_digest: started.requestDigest,
      created_ms: started.createdMs,
    })
    .execute()
}

/** The job that an earlier request with this key started. */
export async function findByIdempotencyKey(
  tables: Tables,
  pipeline: string,
  key: string,
): Promise<StartedJob | undefined> {
  const row = await startedJobs(tables, pipeline).where('idempotency_key', '=', key).executeTakeFirst()
  return row && toStartedJob(row)
}

/** The record of a job, if it was started through this pipeline. */
export async function findStartedJob(tables: Tables, pipeline: string, job: string): Promise<StartedJob | undefined> {
  const row = await startedJobs(tables, pipeline)
    .where('job', '=', job as JobName)
    .executeTakeFirst()
  return row && toStartedJob(row)
}

function startedJobs(tables: Tables, pipeline: string) {
  return tables
    .withTables<PublishedTables>()
    .selectFrom('published_pipeline_job')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('pipeline', '=', pipeline)
}

function toPipeline(row: Pick<PipelineRow, (typeof shownColumns)[number]>): PublishedPipeline {
  return {
    name: row.name,
    version: row.version,
    number: row.number,
    status: row.status,
    displayName: row.display_name,
    ...(row.description !== null && { description: row.description }),
    parameters: JSON.parse(row.parameters) as readonly JobParameter[],
    tags: JSON.parse(row.tags) as Record<string, string>,
    createdBy: row.created_by,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}

function toStartedJob(row: JobRow): StartedJob {
  return {
    job: row.job,
    pipeline: row.pipeline,
    version: row.version,
    ...(row.idempotency_key !== null && { idempotencyKey: row.idempotency_key }),
    requestDigest: row.request_digest,
    createdMs: row.created_ms,
  }
}
