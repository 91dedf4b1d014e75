import type { Tables } from '../database/database.ts'

/** A mail or a call about an alert. */
export interface AlertDelivery {
  readonly id: string
  readonly monitorId: string
  readonly alertId: string
  readonly channel: 'email' | 'webhook'
  /** An address of either kind. */
  readonly target: string
  readonly subject: string
  /** Of a mail its text, of a call its JSON. */
  readonly body: string
  readonly state: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly nextMs: number
  readonly error?: string
  readonly createdMs: number
  readonly updatedMs: number
}

type DeliveryTables = {
  alert_delivery: {
    delivery_id: string
    workspace: string
    monitor_id: string
    alert_id: string
    channel: AlertDelivery['channel']
    target: string
    subject: string
    body: string
    state: AlertDelivery['state']
    attempts: number
    next_ms: number
    error: string | null
    created_ms: number
    updated_ms: number
  }
}

const workspace = 'default'

/** Notes what is to be sent, in the unit that changes the alert: what is kept is told, what is undone is not. */
export async function insertDelivery(
  tables: Tables,
  delivery: Omit<AlertDelivery, 'state' | 'attempts' | 'nextMs' | 'updatedMs' | 'error'>,
): Promise<void> {
  await tables
    .withTables<DeliveryTables>()
    .insertInto('alert_delivery')
    .values({
      delivery_id: delivery.id,
      workspace,
      monitor_id: delivery.monitorId,
      alert_id: delivery.alertId,
      channel: delivery.channel,
      target: delivery.target,
      subject: delivery.subject,
      body: delivery.body,
      state: 'pending',
      attempts: 0,
      next_ms: delivery.createdMs,
      error: null,
      created_ms: delivery.createdMs,
      updated_ms: delivery.createdMs,
    })
    .execute()
}

/** Pending deliveries whose time has come. */
export async function dueDeliveries(tables: Tables, nowMs: number, limit: number): Promise<readonly AlertDelivery[]> {
  const rows = await tables
    .withTables<DeliveryTables>()
    .selectFrom('alert_delivery')
    .selectAll()
    .where('state', '=', 'pending')
    .where('next_ms', '<=', nowMs)
    .orderBy('next_ms')
    .orderBy('delivery_id')
    .limit(limit)
    .execute()
  return rows.map(toDelivery)
}

/** When the next pending delivery is due. */
export async function nextDeliveryDue(tables: Tables): Promise<number | undefined> {
  const row = await tables
    .withTables<DeliveryTables>()
    .selectFrom('alert_delivery')
    .select('next_ms')
    .where('state', '=', 'pending')
    .orderBy('next_ms')
    .limit(1)
    .executeTakeFirst()
  return row?.next_ms
}

/** Says what became of an attempt. */
export async function updateDelivery(
  tables: Tables,
  id: string,
  patch: Pick<AlertDelivery, 'state' | 'attempts' | 'nextMs' | 'updatedMs'> & { readonly error: string | null },
): Promise<void> {
  await tables
    .withTables<DeliveryTables>()
    .updateTable('alert_delivery')
    .set({
      state: patch.state,
      attempts: patch.attempts,
      next_ms: patch.nextMs,
      error: patch.error,
      updated_ms: patch.updatedMs,
    })
    .where('delivery_id', '=', id)
    .execute()
}

/** The newest deliveries of a monitor. */
export async function listDeliveries(
  tables: Tables,
  monitorId: string,
  limit: number,
): Promise<readonly AlertDelivery[]> {
  const rows = await tables
    .withTables<DeliveryTables>()
    .selectFrom('alert_delivery')
    .selectAll()
    .where('monitor_id', '=', monitorId)
    .orderBy('created_ms', 'desc')
    .orderBy('delivery_id')
    .limit(limit)
    .execute()
  return rows.map(toDelivery)
}

/** Forgets the deliveries of a monitor; with `olderThanMs` only those that are done and older. */
export async function deleteDeliveries(tables: Tables, monitorId: string, olderThanMs?: number): Promise<void> {
  let query = tables.withTables<DeliveryTables>().deleteFrom('alert_delivery').where('monitor_id', '=', monitorId)
  // What was changed so long ago was made earlier yet: an index has that, so that only what goes is read.
  if (olderThanMs !== undefined)
    query = query
      .where('state', '!=', 'pending')
      .where('updated_ms', '<', olderThanMs)
      .where('created_ms', '<', olderThanMs)
  await query.execute()
}

function toDelivery(row: DeliveryTables['alert_delivery']): AlertDelivery {
  return {
    id: row.delivery_id,
    monitorId: row.monitor_id,
    alertId: row.alert_id,
    channel: row.channel,
    target: row.target,
    subject: row.subject,
    body: row.body,
    state: row.state,
    attempts: row.attempts,
    nextMs: row.next_ms,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.error !== null && { error: row.error }),
  }
}
