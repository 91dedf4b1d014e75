import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../base/json.ts'
import type { Tables } from '../../database/database.ts'
import { findVersion, versionsOf } from '../model-version-store.ts'
import { isPrompt, type Tags } from '../registered-model.ts'
import { findModel, modelsOf } from '../registered-model-store.ts'
import { webhookTables } from './webhook-tables.ts'
import { webhookBody, type WebhookEvent } from './webhook.ts'

const textTag = 'mlflow.prompt.text'
/** Whether a prompt is a text or a conversation, as newer clients note. */
const promptTypeTag = '_mlflow_prompt_type'

/** A change of the registry as `tell` knows it: the kind of event and its body. */
interface Told {
  readonly kind: string
  readonly model: string
  readonly body: JsonObject
  readonly nowMs: number
}

/**
 * Notes what webhooks are to be sent about a change, in the transaction that makes it: a change that is kept is told,
 * one that is undone is not. Reads what it tells as it is within the change.
 */
export async function enqueueDeliveries(tables: Tables, told: Told): Promise<void> {
  if (!kinds.has(told.kind)) return
  const store = webhookTables(tables)
  const any = await store.selectFrom('webhook').select('webhook_id').where('status', '=', 'ACTIVE').limit(1).execute()
  if (any.length === 0) return
  const news = await newsOf(tables, told)
  if (news === undefined) return
  const { event, data } = news
  const listeners = await store
    .selectFrom('webhook_event')
    .innerJoin('webhook', 'webhook.webhook_id', 'webhook_event.webhook_id')
    .select('webhook.webhook_id')
    .where('webhook.status', '=', 'ACTIVE')
    .where('entity', '=', event.entity)
    .where('action', '=', event.action)
    .execute()
  for (const { webhook_id } of listeners) {
    await store
      .insertInto('webhook_delivery')
      .values({
        delivery_id: randomUUID(),
        webhook_id,
        entity: event.entity,
        action: event.action,
        body: webhookBody(event, data, told.nowMs),
        state: 'pending',
        attempts: 0,
        next_ms: told.nowMs,
        response_status: null,
        error: null,
        created_ms: told.nowMs,
        updated_ms: told.nowMs,
      })
      .execute()
  }
}

const kinds: ReadonlySet<string> = new Set([
  'model.created',
  'model.tag.set',
  'model.tag.deleted',
  'model.version.created',
  'model.version.tag.set',
  'model.version.tag.deleted',
  'model.alias.set',
  'model.alias.deleted',
])

interface News {
  readonly event: WebhookEvent
  readonly data: JsonObject
}

/** `undefined` for what webhooks are not told of, e.g. tags of models. */
async function newsOf(tables: Tables, { kind, model: name, body }: Told): Promise<News | undefined> {
  const row = await findModel(tables, name)
  // Gone within the same change: its aliases go with it.
  const model = row === undefined ? undefined : (await modelsOf(tables, [row]))[0]
  const ofPrompt = model !== undefined && isPrompt(model.tags)
  const entity = (prompt: WebhookEvent['entity'], other: WebhookEvent['entity']) => (ofPrompt ? prompt : other)
  const { key, alias, version } = body
  switch (kind) {
    case 'model.created': {
      const described = { tags: visible(model?.tags ?? {}), description: model?.description ?? null }
      return {
        event: { entity: entity('prompt', 'registered_model'), action: 'created' },
        data: { name, ...described },
      }
    }
    case 'model.tag.set':
    case 'model.tag.deleted':
      return ofPrompt
        ? tagNews('prompt_tag', { name, key: key! }, kind.endsWith('set') ? model.tags[String(key)] : undefined)
        : undefined
    case 'model.alias.set':
      return {
        event: { entity: entity('prompt_alias', 'model_version_alias'), action: 'created' },
        data: { name, alias: alias!, version: version! },
      }
    case 'model.alias.deleted':
      return {
        event: { entity: entity('prompt_alias', 'model_version_alias'), action: 'deleted' },
        data: { name, alias: alias! },
      }
    default:
      return versionNews(tables, { kind, name, body, ofPrompt })
  }
}

function tagNews(entity: WebhookEvent['entity'], of: JsonObject, value: string | undefined): News {
  const action = value === undefined ? 'deleted' : 'set'
  return { event: { entity, action }, data: { ...of, ...(value !== undefined && { value }) } }
}

async function versionNews(
  tables: Tables,
  { kind, name, body, ofPrompt }: Omit<Told, 'model' | 'nowMs'> & { readonly name: string; readonly ofPrompt: boolean },
): Promise<News | undefined> {
  const { key, version } = body
  const row = await findVersion(tables, name, Number(version))
  if (row === undefined) return undefined
  const found = (await versionsOf(tables, [row]))[0]!
  if (kind !== 'model.version.created') {
    const value = kind.endsWith('set') ? found.tags[String(key)] : undefined
    const of = { name, version: String(version), key: key! }
    return tagNews(ofPrompt ? 'prompt_version_tag' : 'model_version_tag', of, value)
  }
  const { description = '' } = found
  const said = description === '' ? null : description
  const common = { name, version: String(version), tags: visible(found.tags), description: said }
  return ofPrompt
    ? {
        event: { entity: 'prompt_version', action: 'created' },
        data: { ...common, template: found.tags[textTag] ?? null },
      }
    : {
        event: { entity: 'model_version', action: 'created' },
        data: { ...common, source: found.source, run_id: found.runId ?? null },
      }
}

/** Tags that mark what is a prompt are not the user's. */
function visible(tags: Tags): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).filter(([key]) => !key.startsWith('mlflow.prompt.') && key !== promptTypeTag),
  )
}
