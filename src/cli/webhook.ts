import { SluiceError } from '../base/errors.ts'
import { withConnection, writeJson, type Command, type Invocation } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'
import { mlflowServer, type MlflowServer } from './transfer/mlflow-server.ts'

interface Webhook {
  readonly webhook_id: string
  readonly name: string
  readonly description?: string
  readonly url: string
  readonly status: string
  readonly events: readonly { readonly entity: string; readonly action: string }[]
}

interface Delivery {
  readonly state: string
  readonly attempts: number
  readonly response_status?: number
  readonly error?: string
  readonly updated_at: string
}

const root = '/api/2.0/mlflow/webhooks'

/** Makes an address that is called when something happens to models. */
export const createWebhook: Command = async (invocation) => {
  const { options } = invocation
  const [name, url] = invocation.arguments as readonly [string, string]
  const events = options.texts('event').map(eventOf)
  if (events.length === 0) {
    throw new SluiceError('invalid-request', 'No event is given.', {
      hint: 'For example --event model_version.created --event model_version_alias.created',
    })
  }
  const [description, secret] = [options.text('description'), secretOf(invocation)]
  const fields = {
    ...{ name, url, events },
    ...(description !== undefined && { description }),
    ...(secret !== undefined && { secret }),
  }
  const { webhook } = await asking(invocation, (server) => server.call<{ webhook: Webhook }>('POST', root, fields))
  return show(invocation, webhook, `${webhook.webhook_id}\n`)
}

export const listWebhooks: Command = async (invocation) => {
  const found = await asking(invocation, (server) =>
    server.call<{ webhooks?: readonly Webhook[] }>('GET', root, { max_results: 1000 }),
  )
  const items = found.webhooks ?? []
  const rows = items.map((one) => [
    one.webhook_id,
    printable(one.name),
    one.status,
    printable(one.url),
    eventsText(one),
  ])
  return show(invocation, { items }, textTable(['id', 'name', 'status', 'url', 'events'], rows))
}

/** Shows a webhook and what became of its latest calls. */
export const showWebhook: Command = async (invocation) => {
  const id = encodeURIComponent(invocation.arguments[0]!)
  const found = await withConnection(invocation, 'look', async ({ client }) => {
    const server = mlflowServer(client.url, tokenHeader(invocation))
    try {
      const { webhook } = await server.call<{ webhook: Webhook }>('GET', `${root}/${id}`)
      return {
        ...webhook,
        deliveries: (await client.get<Page<Delivery>>(`/api/v1/webhooks/${id}/deliveries?limit=20`)).items,
      }
    } finally {
      server.close()
    }
  })
  const fields = textFields([
    ['name', printable(found.name)],
    ['url', printable(found.url)],
    ['status', found.status],
    ['events', eventsText(found)],
    ['description', found.description === undefined ? undefined : printable(found.description)],
  ])
  const rows = found.deliveries.map((one) => [
    one.updated_at,
    one.state,
    String(one.attempts),
    one.response_status === undefined ? printable(one.error ?? '-') : String(one.response_status),
  ])
  const calls = rows.length === 0 ? '' : `\n${textTable(['at', 'state', 'attempts', 'answer'], rows)}`
  return show(invocation, found, `${fields}${calls}`)
}

/** Sends an example once and says what came back; ends with 1 where the address did not take it. */
export const testWebhook: Command = async (invocation) => {
  const id = encodeURIComponent(invocation.arguments[0]!)
  const { result } = await asking(invocation, (server) =>
    server.call<{ result: { success: boolean; response_status?: number; error_message?: string } }>(
      'POST',
      `${root}/${id}/test`,
    ),
  )
  const answer = result.response_status === undefined ? '' : `It answered ${result.response_status}.`
  show(invocation, result, `${answer || printable(result.error_message ?? 'It did not answer.')}\n`)
  return result.success ? exitCode.ok : exitCode.failed
}

export const updateWebhook: Command = async (invocation) => {
  const { options } = invocation
  const events = options.texts('event').map(eventOf)
  const [name, url, description] = [options.text('name'), options.text('to-url'), options.text('description')]
  const secret = secretOf(invocation)
  const status = options.has('disable') ? 'DISABLED' : options.has('enable') ? 'ACTIVE' : undefined
  const changes = {
    ...(events.length > 0 && { events }),
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(secret !== undefined && { secret }),
    ...(status !== undefined && { status }),
  }
  if (Object.keys(changes).length === 0)
    throw new SluiceError('invalid-request', 'Nothing to change is given.', { hint: 'For example --disable' })
  const id = encodeURIComponent(invocation.arguments[0]!)
  const { webhook } = await asking(invocation, (server) =>
    server.call<{ webhook: Webhook }>('PATCH', `${root}/${id}`, changes),
  )
  return show(invocation, webhook, `${webhook.webhook_id}\n`)
}

export const deleteWebhook: Command = async (invocation) => {
  const id = invocation.arguments[0]!
  await asking(invocation, (server) => server.call('DELETE', `${root}/${encodeURIComponent(id)}`))
  return show(invocation, { deleted: id }, `Deleted ${printable(id)}.\n`)
}

function show(invocation: Invocation, value: unknown, text: string): number {
  if (invocation.json) writeJson(invocation, value)
  else invocation.terminal.out(text)
  return exitCode.ok
}

/** Webhooks are MLflow's calls, whose errors are in its words. */
async function asking<Answer>(invocation: Invocation, ask: (server: MlflowServer) => Promise<Answer>): Promise<Answer> {
  return withConnection(invocation, 'work', async ({ client }) => {
    const server = mlflowServer(client.url, tokenHeader(invocation))
    try {
      return await ask(server)
    } finally {
      server.close()
    }
  })
}

function tokenHeader({ settings }: Invocation): Readonly<Record<string, string>> {
  return settings.token === undefined ? {} : { authorization: `Bearer ${settings.token}` }
}

function eventOf(text: string): { readonly entity: string; readonly action: string } {
  const found = /^([a-z_]+)\.([a-z_]+)$/i.exec(text)
  if (found !== null) return { entity: found[1]!.toUpperCase(), action: found[2]!.toUpperCase() }
  throw new SluiceError('invalid-request', `${JSON.stringify(text)} is no event.`, {
    hint: 'Write it like model_version.created',
  })
}

function eventsText({ events }: Webhook): string {
  return events.map(({ entity, action }) => `${entity}.${action}`.toLowerCase()).join(' ')
}

/** From a variable: what is typed stays in the shell's history. */
function secretOf({ options, environment }: Invocation): string | undefined {
  const variable = options.text('secret-from')
  if (variable === undefined) return undefined
  const secret = environment[variable]
  if (secret !== undefined && secret !== '') return secret
  throw new SluiceError('invalid-request', `The variable ${JSON.stringify(variable)} is not set, or is empty.`, {
    hint: 'Set it to the secret that the receiver knows.',
  })
}
