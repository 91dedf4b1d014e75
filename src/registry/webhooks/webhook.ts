import { SluiceError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'

/** Addresses that are called when something happens in the registry (MLflow's webhooks). */

/** What can happen, by MLflow's names: entity -> actions. */
export const webhookActions = {
  registered_model: ['created'],
  model_version: ['created'],
  model_version_tag: ['set', 'deleted'],
  model_version_alias: ['created', 'deleted'],
  prompt: ['created'],
  prompt_version: ['created'],
  prompt_tag: ['set', 'deleted'],
  prompt_version_tag: ['set', 'deleted'],
  prompt_alias: ['created', 'deleted'],
} as const

type WebhookEntity = keyof typeof webhookActions
type WebhookAction = (typeof webhookActions)[WebhookEntity][number]

export interface WebhookEvent {
  readonly entity: WebhookEntity
  readonly action: WebhookAction
}

export type WebhookStatus = 'ACTIVE' | 'DISABLED'

/** A webhook as it is shown: never with its secret. */
export interface Webhook {
  readonly webhookId: string
  readonly name: string
  readonly description?: string
  readonly url: string
  readonly events: readonly WebhookEvent[]
  readonly status: WebhookStatus
  readonly hasSecret: boolean
  readonly createdMs: number
  readonly updatedMs: number
}

/** One call of a webhook's address, with what became of it. */
export interface WebhookDelivery {
  readonly deliveryId: string
  readonly webhookId: string
  readonly event: WebhookEvent
  readonly state: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
  readonly responseStatus?: number
  readonly error?: string
  /** When the next attempt is due, while it is pending. */
  readonly nextMs?: number
  readonly createdMs: number
  readonly updatedMs: number
}

/** The event of these names. Throws `invalid-request` for a pair that there is not. */
export function webhookEvent(entity: string, action: string): WebhookEvent {
  const actions = Object.hasOwn(webhookActions, entity) ? webhookActions[entity as WebhookEntity] : undefined
  if (actions?.some((known) => known === action) === true) return { entity, action } as WebhookEvent
  const valid = Object.entries(webhookActions).flatMap(([of, all]) => all.map((one) => `${of}.${one}`))
  throw new SluiceError('invalid-request', `There is no webhook event ${entity}.${action}.`, {
    hint: `The events are ${valid.join(', ')}.`,
  })
}

/** What the address is sent, as MLflow's own server writes it. */
export function webhookBody(event: WebhookEvent, data: JsonObject, atMs: number): string {
  return JSON.stringify({ ...event, timestamp: new Date(atMs).toISOString(), data })
}

/** What an event of this kind looks like, to try a webhook out. */
export function exampleData({ entity, action }: WebhookEvent): JsonObject {
  const isPrompt = entity.startsWith('prompt')
  const name = isPrompt ? 'example_prompt' : 'example_model'
  const described = { tags: { example_key: 'example_value' }, description: `An example ${entity.replaceAll('_', ' ')}` }
  switch (entity) {
    case 'registered_model':
    case 'prompt':
      return { name, ...described }
    case 'model_version':
      return { name, version: '1', source: 'models:/123', run_id: 'abcd1234abcd5678', ...described }
    case 'prompt_version':
      return { name, version: '1', template: 'Hello {{name}}!', ...described }
    case 'model_version_alias':
    case 'prompt_alias':
      return { name, alias: 'example_alias', ...(action === 'created' && { version: '1' }) }
    default:
      return {
        name,
        ...(entity !== 'prompt_tag' && { version: '1' }),
        key: 'example_key',
        ...(action === 'set' && { value: 'example_value' }),
      }
  }
}
