import { Type, type Static } from '@sinclair/typebox'
import { SluiceError } from '../../../base/errors.ts'
import type { Route } from '../../../server/route.ts'
import type { CollectedPayloads, CollectionSummary } from '../../../serving/payloads/collected-payloads.ts'
import type { StoredRequest } from '../../../serving/payloads/find-request.ts'
import type { CollectorCounts } from '../../../serving/payloads/payload-collector.ts'
import type { PayloadRow } from '../../../serving/payloads/payload-rows.ts'
import type { PayloadWindow } from '../../../serving/payloads/payload-window-store.ts'
import { scriptCollectorPath } from '../../../serving/payloads/script-collector.ts'
import { listOf, PageQuery, time } from '../messages.ts'
import { wireTime } from '../translate.ts'

type Payloads = Omit<CollectedPayloads, 'observe' | 'variablesOf' | 'start' | 'close'>

const whose = { endpoint: Type.String(), deployment: Type.String(), collection: Type.String() }
const sums = {
  requests: Type.Integer(),
  rows: Type.Integer(),
  dropped: Type.Integer({ description: 'Requests that were lost: the queue was full, or the payload too large.' }),
  size_bytes: Type.Integer({ description: 'Of the Parquet files.' }),
}
const asset = Type.Optional(Type.String({ description: 'azureml:NAME:VERSION' }))
const CollectionList = Type.Object({
  items: Type.Array(
    Type.Object(
      { ...whose, windows: Type.Integer(), ...sums, first_at: time, last_at: time, newest: asset },
      { $id: 'PayloadCollection' },
    ),
  ),
  since_start: Type.Array(
    Type.Object(
      {
        endpoint: Type.String(),
        deployment: Type.String(),
        collected: Type.Integer(),
        dropped: Type.Integer(),
        untabular: Type.Integer({ description: 'Payloads that are no table.' }),
        waiting: Type.Integer({ description: 'Not written yet.' }),
      },
      { $id: 'PayloadCounts' },
    ),
    { description: 'What became of requests since the server started, windows that are still open included.' },
  ),
})
const WindowList = listOf(
  Type.Object(
    {
      ...whose,
      window_start: time,
      window_end: time,
      ...sums,
      path: Type.Optional(Type.String()),
      asset,
      keep_until: Type.Optional(time),
    },
    { $id: 'PayloadWindow' },
  ),
)
const WindowQuery = Type.Object({
  endpoint: Type.Optional(Type.String()),
  deployment: Type.Optional(Type.String()),
  collection: Type.Optional(Type.String()),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Windows that end after it.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Windows that begin before it.' })),
})

const WindowPageQuery = Type.Object({ ...WindowQuery.properties, ...PageQuery.properties })

/** What was collected of one request, as lineage shows it too. */
const StoredRequestMessage = Type.Object(
  {
    request_id: Type.String(),
    endpoint: Type.String(),
    deployment: Type.String(),
    revision: Type.Integer(),
    model: Type.Optional(Type.String()),
    model_version: Type.Optional(Type.String()),
    job: Type.Optional(Type.String()),
    at: time,
    collections: Type.Record(Type.String(), Type.Array(Type.Record(Type.String(), Type.Unknown()))),
    assets: Type.Array(Type.String()),
  },
  { $id: 'StoredRequest' },
)

const RowQuery = Type.Object({
  endpoint: Type.String({ minLength: 1 }),
  collection: Type.String({ minLength: 1, description: 'e.g. model_inputs, model_outputs, request, response.' }),
  deployment: Type.Optional(Type.String()),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'Requests that arrived then or later.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'Requests that arrived before it.' })),
  ...PageQuery.properties,
})
const RowList = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          request_id: Type.String(),
          row: Type.Integer({ description: 'Its place among the rows of its request.' }),
          at: time,
          deployment: Type.String(),
          revision: Type.Integer(),
          model: Type.Optional(Type.String()),
          model_version: Type.Optional(Type.String()),
          values: Type.Record(Type.String(), Type.Unknown(), { description: 'Columns as they were collected.' }),
        },
        { $id: 'PayloadRow' },
      ),
    ),
    next_page_token: Type.Optional(Type.String()),
    is_cut: Type.Boolean({
      description: 'A window that is open yet has older rows; they are there when it has ended.',
    }),
  },
  { $id: 'PayloadRowList' },
)

/** Collected payloads: what there is, their windows, one request of them; and where scripts post theirs. */
export function payloadRoutes(payloads: Payloads): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/payloads',
      permission: 'read',
      summary: 'List collected payloads by endpoint, deployment and collection.',
      query: WindowQuery,
      response: CollectionList,
      handler: async (request) => ({
        items: (await payloads.summaries(selectionOf(request.query as Static<typeof WindowQuery>))).map(toCollection),
        since_start: payloads.counts().map(toCounts),
      }),
    },
    {
      method: 'GET',
      url: '/api/v1/payloads/windows',
      permission: 'read',
      summary: 'List the windows of collected payloads, oldest first; 1,000 at once where no limit is given.',
      query: WindowPageQuery,
      response: WindowList,
      handler: async (request) => {
        const { limit, page_token: pageToken, ...wanted } = request.query as Static<typeof WindowPageQuery>
        const { items, nextPageToken } = await payloads.windowPage(selectionOf(wanted), {
          ...(limit !== undefined && { maxResults: limit }),
          ...(pageToken !== undefined && { pageToken }),
        })
        return {
          items: items.map(toWindow),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/payloads/rows',
      permission: 'read',
      summary: 'List collected rows of an endpoint, the newest first.',
      query: RowQuery,
      response: RowList,
      handler: async (request) => {
        const { endpoint, collection, limit = 100, page_token: pageToken } = request.query as Static<typeof RowQuery>
        const { deployment, fromMs, toMs } = selectionOf(request.query as Static<typeof WindowQuery>)
        const page = await payloads.rows({
          ...{ endpoint, collection, limit },
          ...(deployment !== undefined && { deployment }),
          ...(fromMs !== undefined && { fromMs }),
          ...(toMs !== undefined && { toMs }),
          ...(pageToken !== undefined && { pageToken }),
        })
        return {
          items: page.rows.map(toRow),
          ...(page.nextPageToken !== undefined && { next_page_token: page.nextPageToken }),
          is_cut: page.isCut,
        }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/payloads/end-windows',
      permission: 'write',
      summary: 'End the open windows now; answers when they are versions of their data assets.',
      response: WindowList,
      handler: async () => ({ items: (await payloads.endWindows()).map(toWindow) }),
    },
    {
      method: 'GET',
      url: '/api/v1/payloads/requests/:id',
      permission: 'read',
      summary: 'Show what was collected of one request.',
      response: StoredRequestMessage,
      handler: async (request) => {
        const { id } = request.params as { id: string }
        const found = await payloads.findRequest(id)
        if (found === undefined) throw noRequest(id)
        return toStoredRequest(found)
      },
    },
    scriptRoute(payloads),
  ]
}

/** Where the PyPI package azureml-ai-monitoring posts to; it proves by its own password which revision it is. */
function scriptRoute(payloads: Payloads): Route {
  return {
    method: 'POST',
    url: scriptCollectorPath,
    permission: 'public',
    bodyKind: 'raw',
    maxBodyBytes: 4 << 20,
    handler: async (request, reply) => {
      const { headers } = request
      const text = (name: string): string => (typeof headers[name] === 'string' ? headers[name] : '')
      await payloads.takeFromScript({
        ...(headers.authorization !== undefined && { authorization: headers.authorization }),
        eventType: text('ce-type'),
        correlationId: text('ce-x-request-id') || text('trace-id'),
        contentType: text('content-type').split(';')[0]!.trim().toLowerCase(),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      })
      return reply.send()
    },
  }
}

/** The error for a request of which nothing is kept. */
export function noRequest(id: string): SluiceError {
  return new SluiceError('not-found', `Nothing was collected of a request "${id}".`, {
    hint:
      'It is the x-ms-request-id of the answer. Only deployments with a data_collector keep payloads, and only the ' +
      'share that sampling_rate says; sluice payload list shows what there is and what was dropped.',
  })
}

/** A stored request in the words of our interface. */
function toStoredRequest(found: StoredRequest): Static<typeof StoredRequestMessage> {
  const { requestId, endpoint, deployment, revision, model, modelVersion, job, atMs, collections, assets } = found
  return {
    request_id: requestId,
    ...{ endpoint, deployment, revision },
    ...(model !== undefined && { model }),
    ...(modelVersion !== undefined && { model_version: modelVersion }),
    ...(job !== undefined && { job }),
    at: wireTime(atMs),
    collections: Object.fromEntries(Object.entries(collections).map(([name, rows]) => [name, [...rows]])),
    assets: [...assets],
  }
}

function selectionOf({ from, to, ...names }: Static<typeof WindowQuery>) {
  return {
    ...names,
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) }),
  }
}

function toCollection(sum: CollectionSummary) {
  return {
    ...whoseOf(sum),
    windows: sum.windows,
    ...sumsOf(sum),
    first_at: wireTime(sum.firstMs),
    last_at: wireTime(sum.lastMs),
    ...(sum.asset !== undefined && { newest: `azureml:${sum.asset.name}:${sum.asset.version}` }),
  }
}

function toRow({ requestId, row, atMs, deployment, revision, model, modelVersion, values }: PayloadRow) {
  return {
    ...{ request_id: requestId, row, at: wireTime(atMs), deployment, revision, values },
    ...(model !== undefined && { model }),
    ...(modelVersion !== undefined && { model_version: modelVersion }),
  }
}

function toCounts({ endpoint, deployment, collected, dropped, untabular, waiting }: CollectorCounts) {
  return { endpoint, deployment, collected, dropped, untabular, waiting }
}

function toWindow(window: PayloadWindow) {
  return {
    ...whoseOf(window),
    window_start: wireTime(window.startMs),
    window_end: wireTime(window.endMs),
    ...sumsOf(window),
    ...(window.path !== undefined && { path: window.path }),
    ...(window.asset !== undefined && { asset: `azureml:${window.asset.name}:${window.asset.version}` }),
    ...(window.keepUntilMs !== undefined && { keep_until: wireTime(window.keepUntilMs) }),
  }
}

type Sums = Pick<
  PayloadWindow,
  'endpoint' | 'deployment' | 'collection' | 'requests' | 'rows' | 'dropped' | 'sizeBytes'
>

function whoseOf({ endpoint, deployment, collection }: Sums) {
  return { endpoint, deployment, collection }
}

function sumsOf({ requests, rows, dropped, sizeBytes }: Sums) {
  return { requests, rows, dropped, size_bytes: sizeBytes }
}
