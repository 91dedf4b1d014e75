import { createHash } from 'node:crypto'
import { SluiceError } from '../../base/errors.ts'
import { canonicalJson, type JsonObject } from '../../base/json.ts'
import type { MlflowServer } from './mlflow-server.ts'

/**
 * What lies beside runs and models: comments and saved views of our own interface, webhooks and evaluation data sets of
 * MLflow's protocol. A store that has none of a kind gives none.
 */
export interface NoteSource {
  comments(): AsyncGenerator<CommentRecord>
  views(): AsyncGenerator<ViewRecord>
  webhooks(): AsyncGenerator<WebhookRecord>
  datasets(): AsyncGenerator<EvaluationDatasetRecord>
  records(datasetId: string): AsyncGenerator<JsonObject>
}

export interface CommentRecord {
  readonly id: string
  readonly subject:
    | { readonly kind: 'run'; readonly run_id: string }
    | { readonly kind: 'model'; readonly name: string }
    | { readonly kind: 'version'; readonly name: string; readonly version: number }
  readonly body: string
  readonly author: string
  readonly created_at: string
  readonly updated_at?: string
}

export interface ViewRecord {
  readonly id: string
  readonly page: string
  readonly name: string
  readonly content: JsonObject
  readonly author: string
  readonly created_at: string
  readonly updated_at: string
}

/** Its secret stays where it is: no server tells one. */
export interface WebhookRecord {
  readonly name: string
  readonly url: string
  readonly events: readonly JsonObject[]
  readonly description?: string
  readonly status: string
}

export interface EvaluationDatasetRecord {
  readonly dataset_id: string
  readonly name: string
  /** The text of a JSON object. */
  readonly tags?: string
  readonly created_time: number
  readonly experiment_ids?: readonly string[]
}

/** Of a store that is no server and no folder of ours. */
export const noNotes: NoteSource = {
  comments: nothing,
  views: nothing,
  webhooks: nothing,
  datasets: nothing,
  records: nothing,
}

async function* nothing(): AsyncGenerator<never> {
  // Nothing is there.
}

const datasets = '/api/3.0/mlflow/datasets'

export function serverNotes(server: MlflowServer): NoteSource {
  return {
    comments: () => pages(server, { method: 'GET', path: '/api/v1/comments', field: 'items' }),
    views: () => pages(server, { method: 'GET', path: '/api/v1/views', field: 'items' }),
    webhooks: () => pages(server, { method: 'GET', path: '/api/2.0/mlflow/webhooks', field: 'webhooks' }),
    datasets: () => pages(server, { method: 'POST', path: `${datasets}/search`, field: 'datasets' }),
    records: (datasetId) => recordsOf(server, datasetId),
  }
}

interface PageCall {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly field: string
}

/** All items of a list, page after page; none where the server has no such list. */
async function* pages<Item>(server: MlflowServer, { method, path, field }: PageCall): AsyncGenerator<Item> {
  let token: { readonly page_token?: string } = {}
  for (;;) {
    let page: Readonly<Record<string, unknown>>
    try {
      // Sequential: each page begins where the one before it ended.
      page = await server.call(method, path, token)
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'not-found') return
      throw error
    }
    yield* (page[field] ?? []) as readonly Item[]
    const next = page['next_page_token']
    if (typeof next !== 'string' || next === '') return
    token = { page_token: next }
  }
}

async function* recordsOf(server: MlflowServer, datasetId: string): AsyncGenerator<JsonObject> {
  let token: { readonly page_token?: string } = {}
  for (;;) {
    const page = await server.call<{ records?: string; next_page_token?: string }>(
      'GET',
      `${datasets}/${encodeURIComponent(datasetId)}/records`,
      { max_results: 1000, ...token },
    )
    yield* JSON.parse(page.records ?? '[]') as readonly JsonObject[]
    if (page.next_page_token === undefined || page.next_page_token === '') return
    token = { page_token: page.next_page_token }
  }
}

/** What a record says, without what the server that has it adds. */
export function recordContent({ inputs, outputs, expectations, tags, source }: JsonObject): JsonObject {
  return {
    inputs: inputs ?? {},
    ...(outputs !== undefined && { outputs }),
    ...(expectations !== undefined && { expectations }),
    ...(tags !== undefined && { tags }),
    ...(source !== undefined && { source }),
  }
}

/** The SHA-256 of a record's inputs, by which a server knows it, and of all that it says. */
export function recordDigests(record: JsonObject): { readonly inputs: string; readonly content: string } {
  const of = (value: JsonObject) => createHash('sha256').update(canonicalJson(value)).digest('hex')
  const content = recordContent(record)
  return { inputs: of(content['inputs'] as JsonObject), content: of(content) }
}
