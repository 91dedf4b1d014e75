import type { JobName } from '../../base/ids.ts'
import type { Tables } from '../../database/database.ts'
import type { JobTemplate } from '../../jobs/job-template.ts'
import type { BatchSpec } from './batch-spec.ts'

/** A stable name in front of batch deployments. */
export interface BatchEndpoint {
  readonly name: string
  readonly description?: string
  /** Answers invocations that name none. */
  readonly defaultDeployment?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly createdMs: number
  readonly updatedMs: number
}

/** A deployment without its template, which may be large. */
export interface BatchDeployment {
  readonly endpoint: string
  readonly name: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly spec: BatchSpec
  /** Grows with every change. */
  readonly revision: number
  readonly createdMs: number
  readonly updatedMs: number
}

type BatchTables = {
  batch_endpoint: {
    workspace: string
    name: string
    description: string | null
    default_deployment: string | null
    tags: string
    properties: string
    created_ms: number
    updated_ms: number
  }
  batch_deployment: {
    workspace: string
    endpoint: string
    name: string
    description: string | null
    tags: string
    properties: string
    spec: string
    template: string
    revision: number
    created_ms: number
    updated_ms: number
  }
  batch_job: {
    job: JobName
    workspace: string
    endpoint: string
    deployment: string
    revision: number
    created_ms: number
  }
}

const workspace = 'default'

/** Makes an endpoint, or replaces what is said of one; when it was made stays. */
export async function putEndpoint(tables: Tables, endpoint: BatchEndpoint): Promise<void> {
  const said = {
    description: endpoint.description ?? null,
    default_deployment: endpoint.defaultDeployment ?? null,
    tags: JSON.stringify(endpoint.tags),
    properties: JSON.stringify(endpoint.properties),
    updated_ms: endpoint.updatedMs,
  }
  await tables
    .withTables<BatchTables>()
    .insertInto('batch_endpoint')
    .values({ workspace, name: endpoint.name, ...said, created_ms: endpoint.createdMs })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doUpdateSet(said))
    .execute()
}

/** An endpoint by its name. */
export async function findEndpoint(tables: Tables, name: string): Promise<BatchEndpoint | undefined> {
  return (await listEndpoints(tables)).find((endpoint) => endpoint.name === name)
}

/** Every endpoint, by name. */
export async function listEndpoints(tables: Tables): Promise<readonly BatchEndpoint[]> {
  const rows = await tables
    .withTables<BatchTables>()
    .selectFrom('batch_endpoint')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    ...(row.default_deployment !== null && { defaultDeployment: row.default_deployment }),
    tags: JSON.parse(row.tags) as BatchEndpoint['tags'],
    properties: JSON.parse(row.properties) as BatchEndpoint['properties'],
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }))
}

/** Forgets an endpoint with its deployments; the jobs they started stay. */
export async function removeEndpoint(tables: Tables, name: string): Promise<void> {
  const batch = tables.withTables<BatchTables>()
  await batch.deleteFrom('batch_deployment').where('workspace', '=', workspace).where('endpoint', '=', name).execute()
  await batch.deleteFrom('batch_endpoint').where('workspace', '=', workspace).where('name', '=', name).execute()
}

/** Makes a deployment, or replaces it whole, with its next revision; returns it. */
export async function putDeployment(
  tables: Tables,
  deployment: Omit<BatchDeployment, 'revision'>,
  template: JobTemplate,
): Promise<number> {
  const said = {
    description: deployment.description ?? null,
    tags: JSON.stringify(deployment.tags),
    properties: JSON.stringify(deployment.properties),
    spec: JSON.stringify(deployment.spec),
    template: JSON.stringify(template),
    updated_ms: deployment.updatedMs,
  }
  const { endpoint, name, createdMs } = deployment
  const { revision } = await tables
    .withTables<BatchTables>()
    .insertInto('batch_deployment')
    .values({ workspace, endpoint, name, ...said, revision: 1, created_ms: createdMs })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace', 'endpoint', 'name'])
        .doUpdateSet((column) => ({ ...said, revision: column('batch_deployment.revision', '+', 1) })),
    )
    .returning('revision')
    .executeTakeFirstOrThrow()
  return revision
}

/** Deployments of an endpoint, by name. */
export async function listDeployments(tables: Tables, endpoint: string): Promise<readonly BatchDeployment[]> {
  const rows = await tables
    .withTables<BatchTables>()
    .selectFrom('batch_deployment')
    .select(['endpoint', 'name', 'description', 'tags', 'properties', 'spec', 'revision', 'created_ms', 'updated_ms'])
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    endpoint: row.endpoint,
    name: row.name,
    ...(row.description !== null && { description: row.description }),
    tags: JSON.parse(row.tags) as BatchDeployment['tags'],
    properties: JSON.parse(row.properties) as BatchDeployment['properties'],
    spec: JSON.parse(row.spec) as BatchSpec,
    revision: row.revision,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }))
}

/** What a deployment keeps for its jobs. */
export async function findTemplate(
  tables: Tables,
  { endpoint, name }: Pick<BatchDeployment, 'endpoint' | 'name'>,
): Promise<JobTemplate | undefined> {
  const row = await tables
    .withTables<BatchTables>()
    .selectFrom('batch_deployment')
    .select('template')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', name)
    .executeTakeFirst()
  return row === undefined ? undefined : (JSON.parse(row.template) as JobTemplate)
}

/** Forgets a deployment; false when there is none. */
export async function removeDeployment(
  tables: Tables,
  { endpoint, name }: Pick<BatchDeployment, 'endpoint' | 'name'>,
): Promise<boolean> {
  const result = await tables
    .withTables<BatchTables>()
    .deleteFrom('batch_deployment')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

/** Remembers by which deployment a job was started, in the transaction that stores the job. */
export async function insertJob(
  tables: Tables,
  job: JobName,
  { deployment, atMs }: { readonly deployment: BatchDeployment; readonly atMs: number },
): Promise<void> {
  const { endpoint, name, revision } = deployment
  await tables
    .withTables<BatchTables>()
    .insertInto('batch_job')
    .values({ job, workspace, endpoint, deployment: name, revision, created_ms: atMs })
    .execute()
}

/** Jobs of an endpoint, the newest first. */
export async function listJobs(
  tables: Tables,
  { endpoint, deployment, limit }: { readonly endpoint: string; readonly deployment?: string; readonly limit: number },
): Promise<readonly { readonly job: JobName; readonly deployment: string; readonly revision: number }[]> {
  let query = tables
    .withTables<BatchTables>()
    .selectFrom('batch_job')
    .select(['job', 'deployment', 'revision'])
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
  if (deployment !== undefined) query = query.where('deployment', '=', deployment)
  return query.orderBy('created_ms', 'desc').orderBy('job', 'desc').limit(limit).execute()
}
