import type { Kysely } from 'kysely'
import type { Tables } from '../../database/database.ts'

type WebhookTables = {
  webhook: {
    webhook_id: string
    name: string
    description: string | null
    url: string
    status: string
    sealed_secret: string | null
    created_ms: number
    updated_ms: number
  }
  webhook_event: { webhook_id: string; entity: string; action: string }
  webhook_delivery: {
    delivery_id: string
    webhook_id: string
    entity: string
    action: string
    body: string
    state: string
    attempts: number
    next_ms: number
    response_status: number | null
    error: string | null
    created_ms: number
    updated_ms: number
  }
}

export type WebhookRow = WebhookTables['webhook']
export type DeliveryRow = WebhookTables['webhook_delivery']

/** Kysely with the tables of webhooks (migration 0011). */
export function webhookTables(tables: Tables): Kysely<WebhookTables> {
  return tables.withTables<WebhookTables>()
}
