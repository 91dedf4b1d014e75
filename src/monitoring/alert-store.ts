import type { Tables } from '../database/database.ts'
import type { Alert, Finding } from './monitor.ts'

interface AlertRow {
  readonly alert_id: string
  readonly workspace: string
  readonly monitor_id: string
  readonly signal: string
  readonly status: Alert['status']
  readonly run_id: string
  readonly raised_ms: number
  readonly updated_ms: number
  readonly resolved_ms: number | null
  readonly since_ms: number
  readonly acknowledged_by: string | null
  readonly acknowledged_ms: number | null
  readonly note: string | null
  readonly findings: string
}

type AlertTables = { monitor_alert: AlertRow; monitor: { monitor_id: string; name: string } }

const workspace = 'default'

/** Adds an alert; its signal must have none that is not resolved. */
export async function insertAlert(tables: Tables, alert: Omit<Alert, 'monitor'>): Promise<void> {
  await tables
    .withTables<AlertTables>()
    .insertInto('monitor_alert')
    .values({
      alert_id: alert.id,
      workspace,
      monitor_id: alert.monitorId,
      signal: alert.signal,
      status: alert.status,
      run_id: alert.runId,
      raised_ms: alert.raisedMs,
      updated_ms: alert.updatedMs,
      resolved_ms: null,
      since_ms: alert.sinceMs,
      acknowledged_by: null,
      acknowledged_ms: null,
      note: null,
      findings: JSON.stringify(alert.findings),
    })
    .execute()
}

export interface AlertPatch {
  readonly status?: Alert['status']
  readonly runId?: string
  readonly updatedMs: number
  readonly resolvedMs?: number
  readonly acknowledgedBy?: string
  readonly acknowledgedMs?: number
  readonly note?: string
  readonly findings?: readonly Finding[]
}

/** Changes an alert that is not resolved; false where it is. */
export async function updateAlert(tables: Tables, id: string, patch: AlertPatch): Promise<boolean> {
  const result = await tables
    .withTables<AlertTables>()
    .updateTable('monitor_alert')
    .set({
      updated_ms: patch.updatedMs,
      ...(patch.status !== undefined && { status: patch.status }),
      ...(patch.runId !== undefined && { run_id: patch.runId }),
      ...(patch.resolvedMs !== undefined && { resolved_ms: patch.resolvedMs }),
      ...(patch.acknowledgedBy !== undefined && { acknowledged_by: patch.acknowledgedBy }),
      ...(patch.acknowledgedMs !== undefined && { acknowledged_ms: patch.acknowledgedMs }),
      ...(patch.note !== undefined && { note: patch.note }),
      ...(patch.findings !== undefined && { findings: JSON.stringify(patch.findings) }),
    })
    .where('alert_id', '=', id)
    .where('resolved_ms', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Which alerts: of a monitor, of a signal, only those that are not resolved. */
export interface AlertFilter {
  readonly monitorId?: string
  readonly signal?: string
  readonly isOpen?: boolean
  readonly limit: number
}

/** Alerts, the newest first. */
export async function listAlerts(
  tables: Tables,
  { monitorId, signal, isOpen = false, limit }: AlertFilter,
): Promise<readonly Alert[]> {
  let query = tables
    .withTables<AlertTables>()
    .selectFrom('monitor_alert')
    .innerJoin('monitor', 'monitor.monitor_id', 'monitor_alert.monitor_id')
    .selectAll('monitor_alert')
    .select('monitor.name')
  // Not both: SQLite would look through the alerts of every monitor in the order of time.
  query =
    monitorId === undefined
      ? query.where('monitor_alert.workspace', '=', workspace)
      : query.where('monitor_alert.monitor_id', '=', monitorId)
  if (signal !== undefined) query = query.where('signal', '=', signal)
  if (isOpen) query = query.where('resolved_ms', 'is', null)
  const rows = await query.orderBy('raised_ms', 'desc').orderBy('alert_id').limit(limit).execute()
  return rows.map(toAlert)
}

/** Forgets the alerts of a monitor. */
export async function deleteAlerts(tables: Tables, monitorId: string): Promise<void> {
  await tables.withTables<AlertTables>().deleteFrom('monitor_alert').where('monitor_id', '=', monitorId).execute()
}

function toAlert(row: AlertRow & { readonly name: string }): Alert {
  return {
    id: row.alert_id,
    monitorId: row.monitor_id,
    monitor: row.name,
    signal: row.signal,
    status: row.status,
    runId: row.run_id,
    raisedMs: row.raised_ms,
    updatedMs: row.updated_ms,
    sinceMs: row.since_ms,
    findings: JSON.parse(row.findings) as Finding[],
    ...(row.resolved_ms !== null && { resolvedMs: row.resolved_ms }),
    ...(row.acknowledged_by !== null && { acknowledgedBy: row.acknowledged_by }),
    ...(row.acknowledged_ms !== null && { acknowledgedMs: row.acknowledged_ms }),
    ...(row.note !== null && { note: row.note }),
  }
}
