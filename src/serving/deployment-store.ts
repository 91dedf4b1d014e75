import { assert, SluiceError, type ErrorBody } from '../base/errors.ts'
import type { Tables } from '../database/database.ts'
import type { DeploymentSpec } from './deployment-spec.ts'

/**
 * The story of a deployment's revisions.
 *
 * Every `deploy` adds a revision; the deployment points to the one that serves (`active`).
 *
 *   creating --its workers are ready--> ready --a newer one is ready--> retired
 *      |                                  |
 *      | it cannot be built or loaded     | the deployment is deleted: all rows go
 *      v
 *   failed        (the active revision goes on serving)
 *
 * One transaction makes a revision ready, points the deployment to it and retires the one before. Crash: what is
 * `creating` is built again by the next server, what is active serves again, and a deployment that is `deleting` is
 * deleted to the end. Of two that are created at once the newer wins, whichever is ready first.
 */
type RevisionStatus = 'creating' | 'ready' | 'failed' | 'retired'

export interface Revision {
  readonly endpoint: string
  readonly deployment: string
  readonly revision: number
  readonly status: RevisionStatus
  readonly spec: DeploymentSpec
  readonly error?: ErrorBody['error']
  readonly createdMs: number
  readonly endedMs?: number
}

/** A deployment with the revision that serves and the newest one (often the same). */
export interface Deployment {
  readonly endpoint: string
  readonly name: string
  readonly status: 'live' | 'deleting'
  readonly active?: Revision
  readonly newest: Revision
  readonly createdMs: number
  readonly updatedMs: number
}

/** Names one revision. */
export type RevisionKey = Pick<Revision, 'endpoint' | 'deployment' | 'revision'>

type ServingTables = {
  deployment: {
    workspace: string
    endpoint: string
    name: string
    status: Deployment['status']
    last_revision: number
    active_revision: number | null
    created_ms: number
    updated_ms: number
  }
  deployment_revision: {
    workspace: string
    endpoint: string
    deployment: string
    revision: number
    status: RevisionStatus
    spec: string
    error: string | null
    created_ms: number
    ended_ms: number | null
  }
}

const workspace = 'default'

/** Adds the next revision of a deployment (the first one makes it). Throws `conflict` while it is being deleted. */
export async function addRevision(
  tables: Tables,
  { endpoint, deployment, spec }: Pick<Revision, 'endpoint' | 'deployment' | 'spec'>,
  nowMs: number,
): Promise<Revision> {
  const serving = tables.withTables<ServingTables>()
  await serving
    .insertInto('deployment')
    .values({
      workspace,
      endpoint,
      name: deployment,
      status: 'live',
      last_revision: 0,
      active_revision: null,
      created_ms: nowMs,
      updated_ms: nowMs,
    })
    .onConflict((conflict) => conflict.columns(['workspace', 'endpoint', 'name']).doNothing())
    .execute()
  const row = await serving
    .updateTable('deployment')
    .set((column) => ({ last_revision: column('last_revision', '+', 1), updated_ms: nowMs }))
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', deployment)
    .where('status', '=', 'live')
    .returning('last_revision')
    .executeTakeFirst()
  if (row === undefined) {
    throw new SluiceError('conflict', `The deployment "${deployment}" of "${endpoint}" is being deleted.`, {
      hint: 'Wait until it is gone, or use another name.',
    })
  }
  const key = { endpoint, deployment, revision: row.last_revision }
  await serving
    .insertInto('deployment_revision')
    .values({
      workspace,
      ...key,
      status: 'creating',
      spec: JSON.stringify(spec),
      error: null,
      created_ms: nowMs,
      ended_ms: null,
    })
    .execute()
  return { ...key, status: 'creating', spec, createdMs: nowMs }
}

/**
 * creating -> ready, and the deployment points to it. False when a newer revision serves already or the deployment is
 * being deleted: then it is retired, unused.
 */
export async function activateRevision(tables: Tables, key: RevisionKey, nowMs: number): Promise<boolean> {
  const serving = tables.withTables<ServingTables>()
  const pointed = await serving
    .updateTable('deployment')
    .set({ active_revision: key.revision, updated_ms: nowMs })
    .where('workspace', '=', workspace)
    .where('endpoint', '=', key.endpoint)
    .where('name', '=', key.deployment)
    .where('status', '=', 'live')
    .where((where) => where.or([where('active_revision', 'is', null), where('active_revision', '<', key.revision)]))
    .executeTakeFirst()
  const isActive = pointed.numUpdatedRows === 1n
  const isEnded = await endRevision(tables, key, { from: 'creating', to: isActive ? 'ready' : 'retired', nowMs })
  if (!isActive) return false
  assert(isEnded, `revision ${key.revision} of ${key.endpoint}/${key.deployment} is not creating`)
  await serving
    .updateTable('deployment_revision')
    .set({ status: 'retired', ended_ms: nowMs })
    .where('workspace', '=', workspace)
    .where('endpoint', '=', key.endpoint)
    .where('deployment', '=', key.deployment)
    .where('revision', '<', key.revision)
    .where('status', '=', 'ready')
    .execute()
  return true
}

/** creating -> failed, with why; false when it is gone with its deployment. */
export async function failRevision(
  tables: Tables,
  key: RevisionKey,
  { error, nowMs }: { readonly error: ErrorBody['error']; readonly nowMs: number },
): Promise<boolean> {
  return endRevision(tables, key, { from: 'creating', to: 'failed', nowMs, error })
}

interface RevisionEnd {
  readonly from: RevisionStatus
  readonly to: RevisionStatus
  readonly nowMs: number
  readonly error?: ErrorBody['error']
}

async function endRevision(
  tables: Tables,
  key: RevisionKey,
  { from, to, nowMs, error }: RevisionEnd,
): Promise<boolean> {
  const result = await tables
    .withTables<ServingTables>()
    .updateTable('deployment_revision')
    .set({
      status: to,
      ended_ms: to === 'ready' ? null : nowMs,
      error: error === undefined ? null : JSON.stringify(error),
    })
    .where('workspace', '=', workspace)
    .where('endpoint', '=', key.endpoint)
    .where('deployment', '=', key.deployment)
    .where('revision', '=', key.revision)
    .where('status', '=', from)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** live -> deleting. Throws `not-found` when it is gone or going. */
export async function markDeploymentDeleting(
  tables: Tables,
  { endpoint, deployment }: Pick<RevisionKey, 'endpoint' | 'deployment'>,
  nowMs: number,
): Promise<void> {
  const result = await tables
    .withTables<ServingTables>()
    .updateTable('deployment')
    .set({ status: 'deleting', updated_ms: nowMs })
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', deployment)
    .where('status', '=', 'live')
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw noDeployment(endpoint, deployment)
}

/** Forgets a deployment that is being deleted, and its revisions. */
export async function removeDeployment(tables: Tables, endpoint: string, deployment: string): Promise<void> {
  const serving = tables.withTables<ServingTables>()
  await serving
    .deleteFrom('deployment_revision')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('deployment', '=', deployment)
    .execute()
  await serving
    .deleteFrom('deployment')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('name', '=', deployment)
    .where('status', '=', 'deleting')
    .execute()
}

/** The error for a name that no deployment of the endpoint has. */
export function noDeployment(endpoint: string, deployment: string): SluiceError {
  return new SluiceError('not-found', `The endpoint "${endpoint}" has no deployment "${deployment}".`, {
    hint: `List its deployments with: sluice endpoint show ${endpoint}`,
  })
}

/** Deployments by endpoint and name, of one endpoint or of all. */
export async function listDeployments(tables: Tables, endpoint?: string): Promise<readonly Deployment[]> {
  const serving = tables.withTables<ServingTables>()
  let query = serving.selectFrom('deployment').selectAll().where('workspace', '=', workspace)
  if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint)
  const rows = await query.orderBy('endpoint').orderBy('name').execute()
  const revisions = await currentRevisions(tables, endpoint)
  return rows.map((row) => {
    const of = (revision: number): Revision | undefined => revisions.get(`${row.endpoint}/${row.name}/${revision}`)
    const active = row.active_revision === null ? undefined : of(row.active_revision)
    return {
      endpoint: row.endpoint,
      name: row.name,
      status: row.status,
      ...(active !== undefined && { active }),
      newest: of(row.last_revision)!,
      createdMs: row.created_ms,
      updatedMs: row.updated_ms,
    }
  })
}

/** The active and the newest revision of every deployment, by `endpoint/deployment/revision`. */
async function currentRevisions(tables: Tables, endpoint?: string): Promise<ReadonlyMap<string, Revision>> {
  let query = tables
    .withTables<ServingTables>()
    .selectFrom('deployment')
    // Crossed: SQLite keeps this order then. The other way round it would read every revision there ever was.
    .crossJoin('deployment_revision as revision')
    .whereRef('revision.workspace', '=', 'deployment.workspace')
    .whereRef('revision.endpoint', '=', 'deployment.endpoint')
    .whereRef('revision.deployment', '=', 'deployment.name')
    .where((where) =>
      where('revision.revision', 'in', [
        where.ref('deployment.last_revision'),
        where.ref('deployment.active_revision'),
      ]),
    )
    .selectAll('revision')
    .where('deployment.workspace', '=', workspace)
  if (endpoint !== undefined) query = query.where('deployment.endpoint', '=', endpoint)
  const rows = await query.execute()
  return new Map(rows.map((row) => [`${row.endpoint}/${row.deployment}/${row.revision}`, toRevision(row)]))
}

/** One revision, whether it serves or not; undefined when it is gone with its deployment. */
export async function findRevision(tables: Tables, key: RevisionKey): Promise<Revision | undefined> {
  const row = await tables
    .withTables<ServingTables>()
    .selectFrom('deployment_revision')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', key.endpoint)
    .where('deployment', '=', key.deployment)
    .where('revision', '=', key.revision)
    .executeTakeFirst()
  return row === undefined ? undefined : toRevision(row)
}

/** Revisions that a server was still building when it ended, oldest first. */
export async function listCreatingRevisions(tables: Tables): Promise<readonly Revision[]> {
  const rows = await tables
    .withTables<ServingTables>()
    .selectFrom('deployment_revision')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('status', '=', 'creating')
    .orderBy('created_ms')
    .orderBy('revision')
    .execute()
  return rows.map(toRevision)
}

function toRevision(row: ServingTables['deployment_revision']): Revision {
  return {
    endpoint: row.endpoint,
    deployment: row.deployment,
    revision: row.revision,
    status: row.status,
    spec: JSON.parse(row.spec) as DeploymentSpec,
    ...(row.error !== null && { error: JSON.parse(row.error) as ErrorBody['error'] }),
    createdMs: row.created_ms,
    ...(row.ended_ms !== null && { endedMs: row.ended_ms }),
  }
}
