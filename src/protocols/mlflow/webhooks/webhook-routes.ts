import type { Route } from '../../../server/route.ts'
import type { WebhookDeliverer } from '../../../registry/webhooks/webhook-delivery.ts'
import type { WebhookStore } from '../../../registry/webhooks/webhook-store.ts'
import { webhookEvent, type Webhook } from '../../../registry/webhooks/webhook.ts'
import { integer, list, message, oneOf, required, text, type Message } from '../fields.ts'
import { mlflowRoutesOf } from '../mlflow-route.ts'
import { isGiven, pageMessage } from '../translate.ts'

/** Webhooks under their own names (MLflow 3.17, webhooks.proto). */

const entity = oneOf({
  ENTITY_UNSPECIFIED: 0,
  REGISTERED_MODEL: 1,
  MODEL_VERSION: 2,
  MODEL_VERSION_TAG: 3,
  MODEL_VERSION_ALIAS: 4,
  PROMPT: 5,
  PROMPT_VERSION: 6,
  PROMPT_TAG: 7,
  PROMPT_VERSION_TAG: 8,
  PROMPT_ALIAS: 9,
  BUDGET_POLICY: 10,
})
const action = oneOf({ ACTION_UNSPECIFIED: 0, CREATED: 1, UPDATED: 2, DELETED: 3, SET: 4, EXCEEDED: 5 })
const event = message({ entity: required(entity), action: required(action) })
const status = oneOf({ ACTIVE: 1, DISABLED: 2 })
const webhookId = { webhook_id: required(text) }
const optional = { description: text, secret: text, status }

const requests = {
  create: message({ name: required(text), url: required(text), events: required(list(event)), ...optional }),
  list: message({ max_results: integer, page_token: text }),
  webhook: message(webhookId),
  update: message({ ...webhookId, name: text, url: text, events: list(event), ...optional }),
  test: message({ ...webhookId, event }),
}

const root = '/2.0/mlflow/webhooks'

export interface WebhookRouteParts {
  readonly webhooks: WebhookStore
  readonly deliverer: Pick<WebhookDeliverer, 'test'>
}

/** Webhooks: making, changing and trying them out needs the right to manage, since they send data elsewhere. */
export function webhookRoutes({ webhooks, deliverer }: WebhookRouteParts): readonly Route[] {
  return [
    ...mlflowRoutesOf({
      method: 'POST',
      path: root,
      permission: 'manage',
      message: requests.create,
      handle: async ({ name, url, events, description, secret, status: state }) => {
        const webhook = await webhooks.create({
          name,
          url,
          events: events.map(toEvent),
          ...(isGiven(description) && { description }),
          ...(isGiven(secret) && { secret }),
          ...(state !== undefined && { status: state }),
        })
        return { webhook: webhookMessage(webhook) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: root,
      permission: 'read',
      message: requests.list,
      handle: async ({ max_results, page_token }) => {
        const page = await webhooks.list({
          ...(max_results !== undefined && max_results !== 0 && { maxResults: max_results }),
          ...(isGiven(page_token) && { pageToken: page_token }),
        })
        return pageMessage('webhooks', page, webhookMessage)
      },
    }),
    ...mlflowRoutesOf({
      method: 'GET',
      path: `${root}/:webhook_id`,
      permission: 'read',
      message: requests.webhook,
      handle: async ({ webhook_id }) => ({ webhook: webhookMessage(await webhooks.get(webhook_id)) }),
    }),
    ...mlflowRoutesOf({
      method: 'PATCH',
      path: `${root}/:webhook_id`,
      permission: 'manage',
      message: requests.update,
      handle: async ({ webhook_id, name, url, events, description, secret, status: state }) => {
        const webhook = await webhooks.update(webhook_id, {
          ...(isGiven(name) && { name }),
          ...(isGiven(url) && { url }),
          ...(events !== undefined && events.length > 0 && { events: events.map(toEvent) }),
          ...(description !== undefined && { description }),
          ...(secret !== undefined && { secret }),
          ...(state !== undefined && { status: state }),
        })
        return { webhook: webhookMessage(webhook) }
      },
    }),
    ...mlflowRoutesOf({
      method: 'DELETE',
      path: `${root}/:webhook_id`,
      permission: 'manage',
      message: requests.webhook,
      handle: async ({ webhook_id }) => void (await webhooks.delete(webhook_id)),
    }),
    ...mlflowRoutesOf({
      method: 'POST',
      path: `${root}/:webhook_id/test`,
      permission: 'manage',
      message: requests.test,
      handle: async ({ webhook_id, event: given }) => {
        const { webhookId: id } = await webhooks.get(webhook_id)
        const outcome = await deliverer.test({ webhook_id: id }, given === undefined ? undefined : toEvent(given))
        return {
          result: {
            success: outcome.status !== undefined && outcome.status < 400,
            ...(outcome.status !== undefined && { response_status: outcome.status }),
            ...(outcome.body !== undefined && { response_body: outcome.body }),
            ...(outcome.error !== undefined && { error_message: `Failed to test webhook: ${outcome.error}` }),
          },
        }
      },
    }),
  ]
}

function toEvent(given: Message<typeof event.fields>): ReturnType<typeof webhookEvent> {
  return webhookEvent(given.entity.toLowerCase(), given.action.toLowerCase())
}

function webhookMessage(webhook: Webhook): object {
  return {
    webhook_id: webhook.webhookId,
    name: webhook.name,
    ...(webhook.description !== undefined && webhook.description !== '' && { description: webhook.description }),
    url: webhook.url,
    events: webhook.events.map((one) => ({ entity: one.entity.toUpperCase(), action: one.action.toUpperCase() })),
    status: webhook.status,
    creation_timestamp: webhook.createdMs,
    last_updated_timestamp: webhook.updatedMs,
  }
}
