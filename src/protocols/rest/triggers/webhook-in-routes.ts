import type { Route } from '../../../server/route.ts'
import { selectionOf, type TriggerRouteParts } from './trigger-routes.ts'
import { SecretMessage, WebhookAnswer } from './trigger-messages.ts'
import { webhookUrl } from './translate-trigger.ts'

const base = '/api/v1/triggers'
/** GitHub sends up to 25 MB, but a push of thousands of commits has less than this. */
const maxBodyBytes = 5 * 1024 * 1024

/** Where others call when something was checked in or built, and the secret with which they show who they are. */
export function webhookInRoutes({ triggers, url, principalOf }: TriggerRouteParts): readonly Route[] {
  return [
    {
      method: 'POST',
      url: `${base}/:name/webhook`,
      // Open without login: the sender proves that he knows the trigger's secret, which allows nothing else.
      permission: 'public',
      summary: 'Receive a signed call of GitHub, GitLab, Jenkins or another program, and start what it is for.',
      bodyKind: 'raw',
      maxBodyBytes,
      response: WebhookAnswer,
      successStatus: 202,
      handler: async (request) => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : value,
          ]),
        )
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
        return triggers.receive(selectionOf(request, 'trigger').name, { headers, body })
      },
    },
    {
      method: 'GET',
      url: `${base}/:name/credentials`,
      permission: 'manage',
      summary: 'Show the address and the secret of a webhook.',
      response: SecretMessage,
      handler: async (request, reply) => {
        reply.header('cache-control', 'no-store')
        const selection = selectionOf(request, 'trigger')
        return { secret: await triggers.secret(selection), webhook_url: webhookUrl(url(), selection.name) }
      },
    },
    {
      method: 'POST',
      url: `${base}/:name/rotate-secret`,
      permission: 'manage',
      summary: 'Make a new secret for a webhook; the one before is refused from now on.',
      response: SecretMessage,
      handler: async (request, reply) => {
        reply.header('cache-control', 'no-store')
        const selection = selectionOf(request, 'trigger')
        const secret = await triggers.rotateSecret({ ...selection, by: principalOf(request) })
        return { secret, webhook_url: webhookUrl(url(), selection.name) }
      },
    },
  ]
}
