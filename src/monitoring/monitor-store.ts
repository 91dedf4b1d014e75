import type { Tables } from '../database/database.ts'
import type { Monitor, Mute } from './monitor.ts'

type MonitorTables = {
  monitor: {
    monitor_id: string
    workspace: string
    name: string
    status: Monitor['status']
    definition: string
    created_by: string
    created_ms: number
    updated_ms: number
    after_ms: number
    next_ms: number | null
  }
  monitor_mute: {
    monitor_id: string
    workspace: string
    signal: string
    until_ms: number | null
    muted_by: string
    muted_ms: number
  }
}

const workspace = 'default'

/** Adds a monitor; false, and nothing done, when its name is taken. */
export async function insertMonitor(tables: Tables, monitor: Monitor): Promise<boolean> {
  const result = await tables
    .withTables<MonitorTables>()
    .insertInto('monitor')
    .values({
      monitor_id: monitor.id,
      workspace,
      name: monitor.name,
      status: monitor.status,
      definition: JSON.stringify(monitor.definition),
      created_by: monitor.createdBy,
      created_ms: monitor.createdMs,
      updated_ms: monitor.updatedMs,
      after_ms: monitor.afterMs,
      next_ms: monitor.nextMs ?? null,
    })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** What may change of a monitor. */
export interface MonitorPatch {
  readonly status?: Monitor['status']
  readonly definition?: Monitor['definition']
  readonly updatedMs?: number
  readonly afterMs?: number
  /** `null`: nothing more comes. */
  readonly nextMs?: number | null
}

/** Changes a monitor that is there, of the status it is thought to have; false where it is not. */
export async function updateMonitor(
  tables: Tables,
  { id, status }: Pick<Monitor, 'id' | 'status'>,
  patch: MonitorPatch,
): Promise<boolean> {
  const result = await tables
    .withTables<MonitorTables>()
    .updateTable('monitor')
    .set({
      ...(patch.status !== undefined && { status: patch.status }),
      ...(patch.definition !== undefined && { definition: JSON.stringify(patch.definition) }),
      ...(patch.updatedMs !== undefined && { updated_ms: patch.updatedMs }),
      ...(patch.afterMs !== undefined && { after_ms: patch.afterMs }),
      ...(patch.nextMs !== undefined && { next_ms: patch.nextMs }),
    })
    .where('monitor_id', '=', id)
    .where('status', '=', status)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function findMonitor(tables: Tables, name: string): Promise<Monitor | undefined> {
  const row = await tables
    .withTables<MonitorTables>()
    .selectFrom('monitor')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && toMonitor(row)
}

export async function findMonitorById(tables: Tables, id: string): Promise<Monitor | undefined> {
  const row = await tables
    .withTables<MonitorTables>()
    .selectFrom('monitor')
    .selectAll()
    .where('monitor_id', '=', id)
    .executeTakeFirst()
  return row && toMonitor(row)
}

/** All monitors, by name. */
export async function listMonitors(tables: Tables): Promise<readonly Monitor[]> {
  const rows = await tables
    .withTables<MonitorTables>()
    .selectFrom('monitor')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .execute()
  return rows.map(toMonitor)
}

/** Monitors whose next nominal time has come. */
export async function dueMonitors(tables: Tables, nowMs: number): Promise<readonly Monitor[]> {
  const rows = await tables
    .withTables<MonitorTables>()
    .selectFrom('monitor')
    .selectAll()
    .where('status', '=', 'enabled')
    .where('next_ms', '<=', nowMs)
    .orderBy('next_ms')
    .execute()
  return rows.map(toMonitor)
}

/** When the next nominal time of any monitor comes. */
export async function nextMonitorDue(tables: Tables): Promise<number | undefined> {
  const row = await tables
    .withTables<MonitorTables>()
    .selectFrom('monitor')
    .select('next_ms')
    .where('status', '=', 'enabled')
    .where('next_ms', 'is not', null)
    .orderBy('next_ms')
    .limit(1)
    .executeTakeFirst()
  return row?.next_ms ?? undefined
}

/** Forgets a monitor and who muted it; what else there is of it is forgotten by its own stores. */
export async function deleteMonitor(tables: Tables, id: string): Promise<void> {
  await tables.withTables<MonitorTables>().deleteFrom('monitor_mute').where('monitor_id', '=', id).execute()
  await tables.withTables<MonitorTables>().deleteFrom('monitor').where('monitor_id', '=', id).execute()
}

/** Mutes a signal, or all of a monitor; a mute that is there is replaced. */
export async function putMute(tables: Tables, mute: Mute): Promise<void> {
  const changing = { until_ms: mute.untilMs ?? null, muted_by: mute.mutedBy, muted_ms: mute.mutedMs }
  await tables
    .withTables<MonitorTables>()
    .insertInto('monitor_mute')
    .values({ monitor_id: mute.monitorId, workspace, signal: mute.signal, ...changing })
    .onConflict((conflict) => conflict.columns(['monitor_id', 'signal']).doUpdateSet(changing))
    .execute()
}

/** Takes a mute away; without a signal all of the monitor. False where there was none. */
export async function removeMutes(tables: Tables, monitorId: string, signal?: string): Promise<boolean> {
  let query = tables.withTables<MonitorTables>().deleteFrom('monitor_mute').where('monitor_id', '=', monitorId)
  if (signal !== undefined) query = query.where('signal', '=', signal)
  const result = await query.executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Mutes of a monitor that still hold. */
export async function listMutes(tables: Tables, monitorId: string, nowMs: number): Promise<readonly Mute[]> {
  const rows = await tables
    .withTables<MonitorTables>()
    .selectFrom('monitor_mute')
    .selectAll()
    .where('monitor_id', '=', monitorId)
    .where((where) => where.or([where('until_ms', 'is', null), where('until_ms', '>', nowMs)]))
    .orderBy('signal')
    .execute()
  return rows.map((row) => ({
    monitorId: row.monitor_id,
    signal: row.signal,
    mutedBy: row.muted_by,
    mutedMs: row.muted_ms,
    ...(row.until_ms !== null && { untilMs: row.until_ms }),
  }))
}

function toMonitor(row: MonitorTables['monitor']): Monitor {
  return {
    id: row.monitor_id,
    name: row.name,
    status: row.status,
    definition: JSON.parse(row.definition) as Monitor['definition'],
    createdBy: row.created_by,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    afterMs: row.after_ms,
    ...(row.next_ms !== null && { nextMs: row.next_ms }),
  }
}
