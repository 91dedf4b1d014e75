import type { SecretBox } from '../../access/secret-box.ts'
import { checkOutboundUrl } from '../../access/outbound-request.ts'
import type { Clock } from '../../base/clock.ts'
import { SluiceError } from '../../base/errors.ts'
import { randomHex, type RandomBytes } from '../../base/ids.ts'
import type { Database, Tables } from '../../database/database.ts'
import type { Page, PageWish } from '../../tracking/entities.ts'
import { checkLength, checkMaxResults } from '../../tracking/limits.ts'
import { decodePageToken, encodePageToken } from '../../tracking/search/page-token.ts'
import { webhookTables, type DeliveryRow, type WebhookRow } from './webhook-tables.ts'
import { webhookEvent, type Webhook, type WebhookDelivery, type WebhookEvent, type WebhookStatus } from './webhook.ts'

interface NewWebhook {
  readonly name: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly description?: string
  /** Signs what is sent (HMAC-SHA256). Kept sealed. */
  readonly secret?: string
  readonly status?: WebhookStatus
}

/** Webhooks; an unknown one throws `not-found`, a name or address that cannot be one `invalid-request`. */
export interface WebhookStore {
  create(webhook: NewWebhook): Promise<Webhook>
  get(webhookId: string): Promise<Webhook>
  /** Newest first. */
  list(page: PageWish): Promise<Page<Webhook>>
  /** An empty secret takes the secret away. */
  update(webhookId: string, changes: Partial<NewWebhook>): Promise<Webhook>
  /** With its deliveries; what is under way is not called back. */
  delete(webhookId: string): Promise<void>
  /** The newest first. */
  deliveries(webhookId: string, limit: number): Promise<readonly WebhookDelivery[]>
}

export interface WebhookParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: RandomBytes
  readonly box: SecretBox
  /** Hosts that may be private, by the setting `webhook_hosts`. */
  readonly allowedHosts: readonly string[]
}

const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/
const listToken = 'webhooks'

export function webhookStore(parts: WebhookParts): WebhookStore {
  const { database, clock, random, box } = parts
  const read = async (webhookId: string): Promise<Webhook> => {
    const row = await findWebhook(database.read, webhookId)
    return (await webhooksOf(database.read, [row]))[0]!
  }
  return {
    create: async (webhook) => {
      checkWebhook(webhook, parts)
      const webhookId = randomHex(random, 16)
      const nowMs = clock.now()
      await database.write(async (tables) => {
        await webhookTables(tables)
          .insertInto('webhook')
          .values({
            webhook_id: webhookId,
            name: webhook.name,
            description: webhook.description ?? null,
            url: webhook.url,
            status: webhook.status ?? 'ACTIVE',
            sealed_secret: sealed(box, webhookId, webhook.secret),
            created_ms: nowMs,
            updated_ms: nowMs,
          })
          .execute()
        await putEvents(tables, webhookId, webhook.events)
      })
      return read(webhookId)
    },
    get: read,
    list: (page) => listWebhooks(database.read, page),
    update: async (webhookId, changes) => {
      checkWebhook(changes, parts)
      const { name, description, url, status, secret, events } = changes
      await database.write(async (tables) => {
        await findWebhook(tables, webhookId)
        await webhookTables(tables)
          .updateTable('webhook')
          .set({
            updated_ms: clock.now(),
            ...(name !== undefined && { name }),
            ...(description !== undefined && { description }),
            ...(url !== undefined && { url }),
            ...(status !== undefined && { status }),
            ...(secret !== undefined && { sealed_secret: sealed(box, webhookId, secret) }),
          })
          .where('webhook_id', '=', webhookId)
          .execute()
        if (events !== undefined) await putEvents(tables, webhookId, events)
      })
      return read(webhookId)
    },
    delete: (webhookId) =>
      database.write(async (tables) => {
        await findWebhook(tables, webhookId)
        for (const table of ['webhook_delivery', 'webhook_event', 'webhook'] as const)
          await webhookTables(tables).deleteFrom(table).where('webhook_id', '=', webhookId).execute()
      }),
    deliveries: async (webhookId, limit) => {
      await findWebhook(database.read, webhookId)
      const rows = await webhookTables(database.read)
        .selectFrom('webhook_delivery')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .orderBy('created_ms', 'desc')
        .orderBy('delivery_id')
        .limit(limit)
        .execute()
      return rows.map(deliveryOf)
    },
  }
}

/** The row's secret in the clear; `undefined` where it has none. */
export function openedSecret(
  box: SecretBox,
  row: Pick<WebhookRow, 'webhook_id' | 'sealed_secret'>,
): string | undefined {
  return row.sealed_secret === null ? undefined : box.open(row.sealed_secret, identityOf(row.webhook_id))
}

function sealed(box: SecretBox, webhookId: string, secret: string | undefined): string | null {
  return secret === undefined || secret === '' ? null : box.seal(secret, identityOf(webhookId))
}

function identityOf(webhookId: string): string {
  return `webhook:${webhookId}`
}

function checkWebhook({ name, url, events, description, secret }: Partial<NewWebhook>, parts: WebhookParts): void {
  if (name !== undefined && !namePattern.test(name)) {
    throw new SluiceError(
      'invalid-request',
      `Webhook name ${JSON.stringify(name.slice(0, 100))} is invalid. It must start and end with a letter or digit, ` +
        'be at most 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).',
    )
  }
  if (url !== undefined) {
    checkLength(url, 'url', 2000)
    checkUrl(url, parts.allowedHosts)
  }
  if (events?.length === 0) throw new SluiceError('invalid-request', 'Webhook events cannot be empty.')
  if (description !== undefined) checkLength(description, 'description', 1000)
  if (secret !== undefined) checkLength(secret, 'secret', 1000)
}

/** What may be called at all, with the words in front by which MLflow's clients know the three commonest mistakes. */
function checkUrl(url: string, allowedHosts: readonly string[]): void {
  try {
    checkOutboundUrl(url, allowedHosts)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const parsed = URL.parse(url)
    const isBlank = url.trim() === ''
    const kind = isBlank ? 'Webhook URL cannot be empty or just whitespace. ' : 'Invalid webhook URL. '
    const scheme = parsed === null || parsed.protocol === 'https:' ? '' : 'Invalid webhook URL scheme. '
    const { code, message, hint } = error
    throw new SluiceError(code, `${parsed === null ? kind : scheme}${message}`, {
      ...(hint !== undefined && { hint }),
      cause: error,
    })
  }
}

/** Throws `not-found`. */
async function findWebhook(tables: Tables, webhookId: string): Promise<WebhookRow> {
  const row = await webhookTables(tables)
    .selectFrom('webhook')
    .selectAll()
    .where('webhook_id', '=', webhookId)
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new SluiceError('not-found', `Webhook with ID ${webhookId.slice(0, 100)} not found.`)
}

async function putEvents(tables: Tables, webhookId: string, events: readonly WebhookEvent[]): Promise<void> {
  const store = webhookTables(tables)
  await store.deleteFrom('webhook_event').where('webhook_id', '=', webhookId).execute()
  const wanted = new Map(events.map(({ entity, action }) => [`${entity}.${action}`, { entity, action }]))
  const rows = [...wanted.values()].map((event) => ({ webhook_id: webhookId, ...event }))
  await store.insertInto('webhook_event').values(rows).execute()
}

async function listWebhooks(tables: Tables, { maxResults = 100, pageToken }: PageWish): Promise<Page<Webhook>> {
  checkMaxResults(maxResults, 1000)
  const after = decodePageToken(pageToken, listToken, () => ['number', 'string'])
  let query = webhookTables(tables)
    .selectFrom('webhook')
    .selectAll()
    .orderBy('created_ms', 'desc')
    .orderBy('webhook_id')
    .limit(maxResults + 1)
  if (after !== undefined) {
    const [createdMs, id] = after as readonly [number, string]
    query = query.where((eb) =>
      eb.or([eb('created_ms', '<', createdMs), eb.and([eb('created_ms', '=', createdMs), eb('webhook_id', '>', id)])]),
    )
  }
  const rows = await query.execute()
  const shown = rows.slice(0, maxResults)
  const items = await webhooksOf(tables, shown)
  if (rows.length <= maxResults) return { items }
  const last = shown.at(-1)!
  return { items, nextPageToken: encodePageToken(listToken, [last.created_ms, last.webhook_id]) }
}

async function webhooksOf(tables: Tables, rows: readonly WebhookRow[]): Promise<readonly Webhook[]> {
  const events = new Map<string, WebhookEvent[]>(rows.map((row) => [row.webhook_id, []]))
  const found = await webhookTables(tables)
    .selectFrom('webhook_event')
    .selectAll()
    .where('webhook_id', 'in', ['', ...events.keys()])
    .orderBy('entity')
    .orderBy('action')
    .execute()
  for (const { webhook_id, entity, action } of found) events.get(webhook_id)?.push(webhookEvent(entity, action))
  return rows.map((row) => ({
    webhookId: row.webhook_id,
    name: row.name,
    url: row.url,
    events: events.get(row.webhook_id) ?? [],
    status: row.status as WebhookStatus,
    hasSecret: row.sealed_secret !== null,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.description !== null && { description: row.description }),
  }))
}

function deliveryOf(row: DeliveryRow): WebhookDelivery {
  return {
    deliveryId: row.delivery_id,
    webhookId: row.webhook_id,
    event: webhookEvent(row.entity, row.action),
    state: row.state as WebhookDelivery['state'],
    attempts: row.attempts,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    ...(row.response_status !== null && { responseStatus: row.response_status }),
    ...(row.error !== null && { error: row.error }),
    ...(row.state === 'pending' && { nextMs: row.next_ms }),
  }
}
