import { randomUUID } from 'node:crypto'
import { afterAttempt } from '../../access/delivery-attempts.ts'
import { sendOutbound } from '../../access/outbound-request.ts'
import { webhookSignature } from '../../access/webhook-signature.ts'
import { messageOf } from '../../base/errors.ts'
import { WakingLoop } from '../../base/waking-loop.ts'
import type { Tables } from '../../database/database.ts'
import { openedSecret, type WebhookParts } from './webhook-store.ts'
import { webhookTables, type DeliveryRow, type WebhookRow } from './webhook-tables.ts'
import { exampleData, webhookBody, type WebhookEvent } from './webhook.ts'

/**
 * The story of a delivery. It is a row since the change that it tells of (`enqueue-deliveries.ts`), so it is never lost:
 * whatever is due is sent when the server starts, when something changed, and when an attempt that failed is due again.
 * An answer below 400 ends it. Anything else is tried again after 1, 2, 4... seconds, at most 10 times over about 17
 * minutes; then it has failed for good. A server that dies between an answer and its row sends once more: the delivery
 * id is the same, so a receiver can tell. What is done is forgotten after 30 days.
 */
export interface WebhookDeliverer {
  /** Sends what is due; returns at once. */
  wake(): void
  /** Sends an example once and says what came back; nothing is noted. */
  test(
    webhook: Pick<WebhookRow, 'webhook_id'>,
    event: WebhookEvent | undefined,
  ): Promise<{ readonly status?: number; readonly body?: string; readonly error?: string }>
  /** Starts nothing new and waits for what is under way. */
  close(): Promise<void>
}

const timeoutMs = 15_000
const together = 8
const keptMs = 30 * 24 * 3600 * 1000

/** `warn` hears what kept deliveries from being looked at; they are looked at again. */
export function webhookDeliverer(parts: WebhookParts, warn: (message: string) => void): WebhookDeliverer {
  const { database, clock } = parts
  const loop = new WakingLoop({
    clock,
    look: async () => {
      const due = await dueDeliveries(database.read, clock.now())
      await Promise.all(due.map((row) => attempt(parts, row)))
      return due.length === together
    },
    nextMs: async () => (await nextDue(database.read)) ?? Infinity,
    failed: (message) => warn(`webhooks: ${message}`),
  })
  return {
    wake: () => loop.wake(),
    test: (webhook, event) => testOnce(parts, webhook.webhook_id, event),
    close: () => loop.close(),
  }
}

async function dueDeliveries(tables: Tables, nowMs: number): Promise<readonly DeliveryRow[]> {
  return webhookTables(tables)
    .selectFrom('webhook_delivery')
    .selectAll()
    .where('state', '=', 'pending')
    .where('next_ms', '<=', nowMs)
    .orderBy('next_ms')
    .limit(together)
    .execute()
}

async function nextDue(tables: Tables): Promise<number | undefined> {
  const row = await webhookTables(tables)
    .selectFrom('webhook_delivery')
    .select('next_ms')
    .where('state', '=', 'pending')
    .orderBy('next_ms')
    .limit(1)
    .executeTakeFirst()
  return row?.next_ms
}

async function attempt(parts: WebhookParts, row: DeliveryRow): Promise<void> {
  const webhook = await webhookTables(parts.database.read)
    .selectFrom('webhook')
    .selectAll()
    .where('webhook_id', '=', row.webhook_id)
    .executeTakeFirst()
  if (webhook === undefined) return
  const outcome =
    webhook.status === 'ACTIVE'
      ? await send(parts, webhook, { deliveryId: row.delivery_id, body: row.body })
      : { error: 'The webhook was disabled.' }
  const isDelivered = outcome.status !== undefined && outcome.status < 400
  const nowMs = parts.clock.now()
  const after = afterAttempt(row.attempts, { isDelivered, nowMs })
  await parts.database.write(async (tables) => {
    const store = webhookTables(tables)
    await store
      .updateTable('webhook_delivery')
      .set({
        state: webhook.status === 'ACTIVE' ? after.state : 'failed',
        attempts: after.attempts,
        next_ms: after.nextMs,
        response_status: outcome.status ?? null,
        error: isDelivered ? null : (outcome.error ?? `It answered ${outcome.status}.`),
        updated_ms: nowMs,
      })
      .where('delivery_id', '=', row.delivery_id)
      .execute()
    const forgotten = store.deleteFrom('webhook_delivery').where('webhook_id', '=', row.webhook_id)
    // What was changed so long ago was made earlier yet: an index has that, so that only what goes is read.
    await forgotten
      .where('state', '!=', 'pending')
      .where('updated_ms', '<', nowMs - keptMs)
      .where('created_ms', '<', nowMs - keptMs)
      .execute()
  })
}

interface Outcome {
  readonly status?: number
  readonly body?: string
  readonly error?: string
}

async function send(
  { box, clock, allowedHosts }: WebhookParts,
  webhook: WebhookRow,
  { deliveryId, body }: { readonly deliveryId: string; readonly body: string },
): Promise<Outcome> {
  try {
    const timestamp = String(Math.floor(clock.now() / 1000))
    const secret = openedSecret(box, webhook)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'sluiceworks',
      'x-mlflow-delivery-id': deliveryId,
      'x-mlflow-timestamp': timestamp,
      ...(secret !== undefined && {
        'x-mlflow-signature': webhookSignature(secret, { id: deliveryId, timestamp, body }),
      }),
    }
    return await sendOutbound({ url: webhook.url, headers, body, timeoutMs, allowedHosts })
  } catch (error) {
    return { error: messageOf(error).slice(0, 1000) }
  }
}

async function testOnce(parts: WebhookParts, webhookId: string, event: WebhookEvent | undefined): Promise<Outcome> {
  const store = webhookTables(parts.database.read)
  const webhook = await store
    .selectFrom('webhook')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .executeTakeFirstOrThrow()
  const first = await store
    .selectFrom('webhook_event')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .orderBy('entity')
    .executeTakeFirstOrThrow()
  const tried = event ?? (first as Pick<typeof first, 'entity' | 'action'> as WebhookEvent)
  const wanted = { entity: tried.entity, action: tried.action }
  const body = webhookBody(wanted, exampleData(wanted), parts.clock.now())
  return send(parts, webhook, { deliveryId: randomUUID(), body })
}
