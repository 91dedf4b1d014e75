import { SluiceError } from '../base/errors.ts'
import type { Tables } from '../database/database.ts'
import { isSameTraffic, noRouting, type Routing, type Traffic } from './router.ts'

/** Who may score: `none` is open to whoever reaches the server, `key` wants one of the endpoint's keys. */
type AuthMode = 'none' | 'key'

/** An online endpoint as it is stored. `version` grows with every change: the mark for compare-and-set. */
export interface Endpoint {
  readonly name: string
  readonly status: 'ready' | 'deleting'
  readonly authMode: AuthMode
  readonly traffic: Traffic
  readonly mirrorTraffic: Traffic
  readonly routing: Routing
  /** What a rollback returns to: the traffic before the last change, a whole rollout being one. */
  readonly previousTraffic?: Traffic
  /** When the traffic last changed. */
  readonly trafficSinceMs: number
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly version: number
  readonly createdMs: number
  readonly updatedMs: number
}

/** What can be said of a new endpoint. */
export type NewEndpoint = Pick<Endpoint, 'name' | 'authMode' | 'description' | 'tags' | 'properties'> & {
  readonly routing?: Routing
}

/** What can be changed of an endpoint; absent fields stay. */
export type EndpointChange = Partial<
  Pick<Endpoint, 'authMode' | 'traffic' | 'mirrorTraffic' | 'routing' | 'description' | 'tags' | 'properties'>
>

/** What a change writes. */
type StoredChange = EndpointChange & Pick<Endpoint, 'previousTraffic'>

interface EndpointRow {
  readonly workspace: string
  readonly name: string
  readonly status: Endpoint['status']
  readonly auth_mode: AuthMode
  readonly traffic: string
  readonly mirror_traffic: string
  readonly routing: string | null
  readonly previous_traffic: string | null
  readonly traffic_since_ms: number | null
  readonly description: string | null
  readonly tags: string
  readonly properties: string
  readonly version: number
  readonly created_ms: number
  readonly updated_ms: number
}

type EndpointTables = { endpoint: EndpointRow }

const workspace = 'default'

/** Adds an endpoint without traffic; false, and nothing done, when the name is taken. */
export async function insertEndpoint(tables: Tables, endpoint: NewEndpoint, nowMs: number): Promise<boolean> {
  const result = await tables
    .withTables<EndpointTables>()
    .insertInto('endpoint')
    .values({
      workspace,
      name: endpoint.name,
      status: 'ready',
      auth_mode: endpoint.authMode,
      traffic: '{}',
      mirror_traffic: '{}',
      routing: endpoint.routing === undefined ? null : JSON.stringify(endpoint.routing),
      previous_traffic: null,
      traffic_since_ms: nowMs,
      description: endpoint.description ?? null,
      tags: JSON.stringify(endpoint.tags),
      properties: JSON.stringify(endpoint.properties),
      version: 1,
      created_ms: nowMs,
      updated_ms: nowMs,
    })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Throws `not-found`. */
export async function findEndpoint(tables: Tables, name: string): Promise<Endpoint> {
  const row = await tables
    .withTables<EndpointTables>()
    .selectFrom('endpoint')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row !== undefined) return toEndpoint(row)
  throw noEndpoint(name)
}

/** The error for a name that no endpoint has. */
export function noEndpoint(name: string): SluiceError {
  return new SluiceError('not-found', `There is no endpoint "${name}".`, {
    hint: 'List the endpoints with: sluice endpoint list',
  })
}

/** Every endpoint, by name. */
export async function listEndpoints(tables: Tables): Promise<readonly Endpoint[]> {
  const rows = await tables
    .withTables<EndpointTables>()
    .selectFrom('endpoint')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .execute()
  return rows.map(toEndpoint)
}

/**
 * Applies a change to the endpoint as it was read; changed traffic is remembered as the one before, unless
 * `previousTraffic` says what to return to. Throws `conflict` when somebody was faster.
 */
export async function changeEndpoint(
  tables: Tables,
  read: Endpoint,
  { change, nowMs }: { readonly change: StoredChange; readonly nowMs: number },
): Promise<Endpoint> {
  const { traffic } = change
  const isOther = traffic !== undefined && !isSameTraffic(read.traffic, traffic)
  const next: Endpoint = {
    ...read,
    ...(isOther && { previousTraffic: read.traffic, trafficSinceMs: nowMs }),
    ...change,
    version: read.version + 1,
    updatedMs: nowMs,
  }
  const result = await tables
    .withTables<EndpointTables>()
    .updateTable('endpoint')
    .set({
      auth_mode: next.authMode,
      traffic: JSON.stringify(next.traffic),
      mirror_traffic: JSON.stringify(next.mirrorTraffic),
      routing: JSON.stringify(next.routing),
      previous_traffic: next.previousTraffic === undefined ? null : JSON.stringify(next.previousTraffic),
      traffic_since_ms: next.trafficSinceMs,
      description: next.description ?? null,
      tags: JSON.stringify(next.tags),
      properties: JSON.stringify(next.properties),
      version: next.version,
      updated_ms: nowMs,
    })
    .where('workspace', '=', workspace)
    .where('name', '=', read.name)
    .where('version', '=', read.version)
    .where('status', '=', 'ready')
    .executeTakeFirst()
  if (result.numUpdatedRows === 1n) return next
  throw new SluiceError('conflict', `The endpoint "${read.name}" was changed by somebody else at the same time.`, {
    hint: 'Look at it again (sluice endpoint show) and repeat the change.',
  })
}

/** ready -> deleting: from here on it only goes away. Throws `not-found` when it is gone or going. */
export async function markEndpointDeleting(tables: Tables, name: string, nowMs: number): Promise<void> {
  const result = await tables
    .withTables<EndpointTables>()
    .updateTable('endpoint')
    .set({ status: 'deleting', updated_ms: nowMs })
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('status', '=', 'ready')
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw noEndpoint(name)
}

/** Forgets an endpoint that is being deleted. */
export async function removeEndpoint(tables: Tables, name: string): Promise<void> {
  await tables
    .withTables<EndpointTables>()
    .deleteFrom('endpoint')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('status', '=', 'deleting')
    .execute()
}

function toEndpoint(row: EndpointRow): Endpoint {
  return {
    name: row.name,
    status: row.status,
    authMode: row.auth_mode,
    traffic: JSON.parse(row.traffic) as Traffic,
    mirrorTraffic: JSON.parse(row.mirror_traffic) as Traffic,
    routing: row.routing === null ? noRouting : (JSON.parse(row.routing) as Routing),
    ...(row.previous_traffic !== null && { previousTraffic: JSON.parse(row.previous_traffic) as Traffic }),
    trafficSinceMs: row.traffic_since_ms ?? row.created_ms,
    ...(row.description !== null && { description: row.description }),
    tags: JSON.parse(row.tags) as Endpoint['tags'],
    properties: JSON.parse(row.properties) as Endpoint['properties'],
    version: row.version,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  }
}
