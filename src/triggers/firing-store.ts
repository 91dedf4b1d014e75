import type { Selectable, SelectQueryBuilder } from 'kysely'
import type { Tables } from '../database/database.ts'
import type { Firing, NewFiring } from './job-trigger.ts'

interface FiringRow {
  readonly firing_id: string
  readonly workspace: string
  readonly trigger_id: string
  readonly firing_key: string
  readonly reason: Firing['reason']
  readonly status: Firing['status']
  readonly nominal_ms: number
  readonly noted_ms: number
  readonly due_ms: number
  readonly variables: string
  readonly times: number
  readonly attempts: number
  readonly job: string | null
  readonly is_over: number
  readonly detail: string | null
}

type FiringTables = { firing: FiringRow }

const workspace = 'default'

/** Notes a firing unless its trigger has one of this key; false where it has. */
export async function insertFiring(
  tables: Tables,
  { id, triggerId, notedMs }: Pick<Firing, 'id' | 'triggerId' | 'notedMs'>,
  firing: NewFiring,
): Promise<boolean> {
  const result = await tables
    .withTables<FiringTables>()
    .insertInto('firing')
    .values({
      firing_id: id,
      workspace,
      trigger_id: triggerId,
      firing_key: firing.key,
      reason: firing.reason,
      status: firing.status ?? 'pending',
      nominal_ms: firing.nominalMs,
      noted_ms: notedMs,
      due_ms: firing.dueMs,
      variables: JSON.stringify(firing.variables),
      times: firing.times ?? 1,
      attempts: 0,
      job: null,
      is_over: 0,
      detail: firing.detail ?? null,
    })
    .onConflict((conflict) => conflict.columns(['trigger_id', 'firing_key']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export interface FiringPatch {
  readonly status?: Firing['status']
  readonly reason?: Firing['reason']
  readonly dueMs?: number
  readonly variables?: Firing['variables']
  readonly times?: number
  readonly attempts?: number
  readonly job?: string
  readonly isOver?: boolean
  readonly detail?: string | null
}

/** Changes a firing of the status it is thought to have; false, and nothing done, where it has another. */
export async function updateFiring(
  tables: Tables,
  { id, status }: Pick<Firing, 'id' | 'status'>,
  patch: FiringPatch,
): Promise<boolean> {
  const result = await tables
    .withTables<FiringTables>()
    .updateTable('firing')
    .set({
      ...(patch.status !== undefined && { status: patch.status }),
      ...(patch.reason !== undefined && { reason: patch.reason }),
      ...(patch.dueMs !== undefined && { due_ms: patch.dueMs }),
      ...(patch.variables !== undefined && { variables: JSON.stringify(patch.variables) }),
      ...(patch.times !== undefined && { times: patch.times }),
      ...(patch.attempts !== undefined && { attempts: patch.attempts }),
      ...(patch.job !== undefined && { job: patch.job }),
      ...(patch.isOver !== undefined && { is_over: patch.isOver ? 1 : 0 }),
      ...(patch.detail !== undefined && { detail: patch.detail }),
    })
    .where('firing_id', '=', id)
    .where('status', '=', status)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

type FiringQuery = SelectQueryBuilder<FiringTables, 'firing', Selectable<FiringRow>>

function firings(tables: Tables): FiringQuery {
  return tables.withTables<FiringTables>().selectFrom('firing').selectAll()
}

function firingsOf(tables: Tables, triggerId: string): FiringQuery {
  return firings(tables).where('trigger_id', '=', triggerId)
}

export async function findFiring(tables: Tables, id: string): Promise<Firing | undefined> {
  const row = await firings(tables).where('firing_id', '=', id).executeTakeFirst()
  return row && toFiring(row)
}

export async function findFiringByKey(tables: Tables, triggerId: string, key: string): Promise<Firing | undefined> {
  const row = await firingsOf(tables, triggerId).where('firing_key', '=', key).executeTakeFirst()
  return row && toFiring(row)
}

/** Pending firings that may be submitted, the oldest nominal time first. */
export async function dueFirings(tables: Tables, nowMs: number): Promise<readonly Firing[]> {
  const rows = await firings(tables)
    .where('status', '=', 'pending')
    .where('due_ms', '<=', nowMs)
    .orderBy('nominal_ms')
    .orderBy('firing_id')
    .limit(500)
    .execute()
  return rows.map(toFiring)
}

/** When the next pending firing is due. */
export async function nextFiringDue(tables: Tables): Promise<number | undefined> {
  const row = await tables
    .withTables<FiringTables>()
    .selectFrom('firing')
    .select('due_ms')
    .where('status', '=', 'pending')
    .orderBy('due_ms')
    .limit(1)
    .executeTakeFirst()
  return row?.due_ms
}

/** The pending firing of a trigger that comes first. */
export async function oldestPending(tables: Tables, triggerId: string): Promise<Firing | undefined> {
  const row = await firingsOf(tables, triggerId)
    .where('status', '=', 'pending')
    .orderBy('nominal_ms')
    .orderBy('firing_id')
    .limit(1)
    .executeTakeFirst()
  return row && toFiring(row)
}

/** A pending firing of an event that waits for more of its kind. */
export async function findDebounced(tables: Tables, triggerId: string, nowMs: number): Promise<Firing | undefined> {
  const row = await firingsOf(tables, triggerId)
    .where('status', '=', 'pending')
    .where('reason', '=', 'event')
    .where('due_ms', '>', nowMs)
    .orderBy('noted_ms')
    .limit(1)
    .executeTakeFirst()
  return row && toFiring(row)
}

/** Firings whose jobs are not known to have ended. */
export async function firingsUnderWay(tables: Tables, triggerId: string): Promise<readonly Firing[]> {
  const rows = await firingsOf(tables, triggerId)
    .where('status', '=', 'submitted')
    .where('is_over', '=', 0)
    .orderBy('noted_ms')
    .execute()
  return rows.map(toFiring)
}

/** Firings by themselves (not by hand) that started a job since a moment, the newest first. */
export async function submittedSince(tables: Tables, triggerId: string, sinceMs: number): Promise<readonly Firing[]> {
  const rows = await firingsOf(tables, triggerId)
    .where('status', '=', 'submitted')
    .where('reason', 'in', ['time', 'event'])
    .where('due_ms', '>', sinceMs)
    .orderBy('due_ms', 'desc')
    .execute()
  return rows.map(toFiring)
}

/** The newest firings of a trigger, by when they were noted. */
export async function listFirings(tables: Tables, triggerId: string, limit: number): Promise<readonly Firing[]> {
  const rows = await firingsOf(tables, triggerId)
    .orderBy('noted_ms', 'desc')
    .orderBy('nominal_ms', 'desc')
    .orderBy('firing_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toFiring)
}

/** Which of these keys a trigger has firings for, with their status. */
export async function statusesOfKeys(
  tables: Tables,
  triggerId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Firing['status']>> {
  const found = new Map<string, Firing['status']>()
  for (let start = 0; start < keys.length; start += 500) {
    const rows = await tables
      .withTables<FiringTables>()
      .selectFrom('firing')
      .select(['firing_key', 'status'])
      .where('trigger_id', '=', triggerId)
      .where('firing_key', 'in', keys.slice(start, start + 500))
      .execute()
    for (const row of rows) found.set(row.firing_key, row.status)
  }
  return found
}

/** Leaves out what is noted and not submitted, but for what people asked for by hand. */
export async function skipPending(tables: Tables, triggerId: string, detail: string): Promise<void> {
  await tables
    .withTables<FiringTables>()
    .updateTable('firing')
    .set({ status: 'skipped', detail })
    .where('trigger_id', '=', triggerId)
    .where('status', '=', 'pending')
    .where('reason', 'in', ['time', 'event'])
    .execute()
}

/** Ids of the triggers that firings are of. */
export async function triggersWithFirings(tables: Tables): Promise<readonly string[]> {
  const rows = await tables.withTables<FiringTables>().selectFrom('firing').select('trigger_id').distinct().execute()
  return rows.map(({ trigger_id }) => trigger_id)
}

export async function countFirings(tables: Tables, triggerId: string): Promise<number> {
  const row = await tables
    .withTables<FiringTables>()
    .selectFrom('firing')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('trigger_id', '=', triggerId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** A page of the firings of a trigger that were noted before a moment, the oldest first. */
export async function firingsBefore(
  tables: Tables,
  {
    triggerId,
    untilMs,
    limit,
    after,
  }: {
    readonly triggerId: string
    readonly untilMs: number
    readonly limit: number
    readonly after?: Pick<Firing, 'notedMs' | 'id'>
  },
): Promise<readonly Firing[]> {
  let query = firingsOf(tables, triggerId)
    .where('noted_ms', '<', untilMs)
    .orderBy('noted_ms')
    .orderBy('firing_id')
    .limit(limit)
  if (after !== undefined)
    query = query.where((eb) =>
      eb.or([
        eb('noted_ms', '>', after.notedMs),
        eb.and([eb('noted_ms', '=', after.notedMs), eb('firing_id', '>', after.id)]),
      ]),
    )
  return (await query.execute()).map(toFiring)
}

/** Forgets firings but for those that came to wait again meanwhile. */
export async function deleteEnded(tables: Tables, ids: readonly string[]): Promise<void> {
  await tables
    .withTables<FiringTables>()
    .deleteFrom('firing')
    .where('firing_id', 'in', ids)
    .where('status', '!=', 'pending')
    .execute()
}

/** Forgets every firing of a trigger; jobs that they started stay. */
export async function deleteFirings(tables: Tables, triggerId: string): Promise<void> {
  await tables.withTables<FiringTables>().deleteFrom('firing').where('trigger_id', '=', triggerId).execute()
}

function toFiring(row: FiringRow): Firing {
  return {
    id: row.firing_id,
    triggerId: row.trigger_id,
    key: row.firing_key,
    reason: row.reason,
    status: row.status,
    nominalMs: row.nominal_ms,
    notedMs: row.noted_ms,
    dueMs: row.due_ms,
    variables: JSON.parse(row.variables) as Firing['variables'],
    times: row.times,
    attempts: row.attempts,
    ...(row.job !== null && { job: row.job }),
    isOver: row.is_over !== 0,
    ...(row.detail !== null && { detail: row.detail }),
  }
}
