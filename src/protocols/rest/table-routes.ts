import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { FastifyRequest } from 'fastify'
import { type Principal, principalText } from '../../access/principal.ts'
import type { Chart } from '../../data/chart.ts'
import type { SavedQuery } from '../../data/saved-query.ts'
import type { StoredProfile } from '../../data/profile-store.ts'
import type { TableRows, TableValue } from '../../data/table-engine-messages.ts'
import type { TableExplorer } from '../../data/table-explorer.ts'
import type { Route } from '../../server/route.ts'
import { parseReference } from '../../spec/reference.ts'
import { AssetVersionMessage } from './asset-messages.ts'
import { choiceOf } from './asset-routes.ts'
import { toAssetVersionMessage } from './asset-translate.ts'
import { dataTestRoutes } from './data-test-routes.ts'
import { requireAbsolute, requireLocalCaller } from './local-caller.ts'
import { PageQuery } from './messages.ts'
import { snakeCase, toDiffOptions } from './table-translate.ts'
import { wireTime } from './translate.ts'
import {
  AnswerRequest,
  DiffMessage,
  DiffRequest,
  DrawnChartsMessage,
  LocationMessage,
  ProfileMessage,
  ProfileRequest,
  QueryRequest,
  RowsMessage,
  SampleRequest,
  SavedQueryList,
  SavedQueryMessage,
  SaveQueryRequest,
} from './table-messages.ts'

/** What the routes of tables ask of the server. */
export interface TableRouteParts {
  readonly tables: TableExplorer
  readonly localToken: string
  readonly principalOf: (request: FastifyRequest) => Principal
}

const usualRows = 20
const usualAnswerRows = 1000

/** What is in data, how it differs, what a query says of it. */
export function tableRoutes(parts: TableRouteParts): readonly Route[] {
  const { tables } = parts
  return [
    {
      method: 'GET',
      url: '/api/v1/data/:name/versions/:version/profile',
      permission: 'read',
      summary: 'Show the statistics of a version of a data asset; made once, then kept.',
      response: ProfileMessage,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        const choice = choiceOf(request)
        const version = 'label' in choice ? `@${choice.label}` : `:${choice.version}`
        return toProfileMessage(await tables.profile(`azureml:${name}${version}`))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/tables/profile',
      permission: 'write',
      summary: 'Show the statistics of any table that a reference or path names.',
      body: ProfileRequest,
      response: ProfileMessage,
      handler: async (request) => {
        const { source } = request.body as { source: string }
        return toProfileMessage(await tables.profile(allowed(parts, request, source)))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/tables/location',
      permission: 'read',
      summary: 'Say where the files of a table lie, for programs of the same user on the same machine.',
      body: ProfileRequest,
      response: LocationMessage,
      handler: async (request) => {
        requireLocalCaller(request, parts.localToken)
        const { source } = request.body as { source: string }
        return { path: await tables.locate(allowed(parts, request, source)) }
      },
    },
    {
      method: 'POST',
      url: '/api/v1/tables/sample',
      permission: 'write',
      summary: 'Show rows of a table: the first ones, or with a seed some at random.',
      body: SampleRequest,
      response: RowsMessage,
      handler: async (request) => {
        const { source, rows, seed } = request.body as { source: string; rows?: number; seed?: number }
        const options = { rowCount: rows ?? usualRows, ...(seed !== undefined && { seed }) }
        return toRowsMessage(await tables.sample(allowed(parts, request, source), options))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/tables/diff',
      permission: 'write',
      summary: 'Compare two tables: schema, missing values, and for every column whether it drifted and by how much.',
      body: DiffRequest,
      response: DiffMessage,
      handler: async (request) => {
        const { reference, current, ...options } = request.body as DiffRequest
        const sources = {
          reference: allowed(parts, request, reference),
          current: allowed(parts, request, current),
        }
        return snakeCase(await tables.diff(sources, toDiffOptions(options)))
      },
    },
    ...queryRoutes(parts),
    ...dataTestRoutes({ tables, allowed: (request, source) => allowed(parts, request, source) }),
    ...savedQueryRoutes(tables),
  ]
}

function queryRoutes(parts: TableRouteParts): readonly Route[] {
  const { tables } = parts
  const inputsOf = (request: FastifyRequest, inputs: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(inputs).map(([name, source]) => [name, allowed(parts, request, source)]))
  return [
    {
      method: 'POST',
      url: '/api/v1/tables/query',
      permission: 'write',
      summary: 'Ask one SELECT over named tables and show the first rows of the answer.',
      body: QueryRequest,
      response: RowsMessage,
      handler: async (request) => {
        const { sql, inputs, rows } = request.body as QueryRequest
        const query = { sql, inputs: inputsOf(request, inputs) }
        return toRowsMessage(await tables.query(query, { rowCount: rows ?? usualAnswerRows }))
      },
    },
    {
      method: 'POST',
      url: '/api/v1/tables/answer',
      permission: 'write',
      summary: 'Ask one SELECT over named tables and download the whole answer as a file; json has one object a line.',
      body: AnswerRequest,
      handler: async (request, reply) => {
        const { sql, inputs, format } = request.body as AnswerRequest
        await tables.withAnswer({ sql, inputs: inputsOf(request, inputs) }, format, async (path) => {
          const file = createReadStream(path)
          reply.headers({
            'content-type': answerTypes[format],
            'content-disposition': `attachment; filename="answer.${format}"`,
            'content-length': (await stat(path)).size,
          })
          void reply.send(file)
          // The file goes when it has been sent, or the client has gone.
          await new Promise<void>((resolve) => file.once('close', () => resolve()))
        })
        return reply
      },
    },
    {
      method: 'POST',
      url: '/api/v1/data/:name/query',
      permission: 'write',
      summary: 'Keep a query with its whole answer as a version of a data asset, or ask the kept one again.',
      body: SaveQueryRequest,
      response: AssetVersionMessage,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        const { sql, inputs = {}, charts } = request.body as SaveQueryRequest
        const query = sql === undefined ? await tables.savedQuery(name, { label: 'latest' }) : { sql, inputs }
        const drawn = charts === undefined ? {} : { charts: charts as readonly Chart[] }
        const asked = { sql: query.sql, inputs: inputsOf(request, query.inputs), ...drawn }
        const createdBy = principalText(parts.principalOf(request))
        return toAssetVersionMessage(await tables.saveQuery(asked, { name, createdBy }))
      },
    },
  ]
}

const answerTypes: Readonly<Record<AnswerRequest['format'], string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

function savedQueryRoutes(tables: TableExplorer): readonly Route[] {
  const queryOf = (request: FastifyRequest): Promise<SavedQuery> =>
    tables.savedQuery((request.params as { name: string }).name, choiceOf(request))
  return [
    {
      method: 'GET',
      url: '/api/v1/queries',
      permission: 'read',
      summary: 'List the queries that are kept with their answers, each in its newest version.',
      query: PageQuery,
      response: SavedQueryList,
      handler: async (request) => {
        const { limit = 50, page_token: pageToken } = request.query as { limit?: number; page_token?: string }
        const { items, nextPageToken } = await tables.savedQueries({
          limit,
          ...(pageToken !== undefined && { pageToken }),
        })
        return {
          items: items.map(toQueryMessage),
          ...(nextPageToken !== undefined && { next_page_token: nextPageToken }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/data/:name/versions/:version/query',
      permission: 'read',
      summary: 'Show the query that a version of a data asset is the answer to, with its charts.',
      response: SavedQueryMessage,
      handler: async (request) => toQueryMessage(await queryOf(request)),
    },
    {
      method: 'GET',
      url: '/api/v1/data/:name/versions/:version/charts',
      permission: 'read',
      summary: 'Show a saved query with its charts and their points.',
      response: DrawnChartsMessage,
      handler: async (request) => {
        const query = await queryOf(request)
        const charts = (await tables.drawCharts(query)).map(({ isCut, ...chart }) => ({ ...chart, is_cut: isCut }))
        return { ...toQueryMessage(query), charts }
      },
    },
  ]
}

function toQueryMessage({ sql, inputs, charts, asset }: SavedQuery): SavedQueryMessage {
  const { name, version, createdBy, createdMs } = asset
  return {
    ...{ name, version, sql, inputs },
    charts: charts as unknown as SavedQueryMessage['charts'],
    ...{ created_by: createdBy, created_at: wireTime(createdMs) },
  }
}

/** A source that this caller may name. Throws `permission-denied` for files of the machine, `invalid-request` for relative ones. */
function allowed({ localToken }: TableRouteParts, request: FastifyRequest, source: string): string {
  if (parseReference(source, '/').kind !== 'local') return source
  requireLocalCaller(request, localToken)
  return source.startsWith('file:') ? source : requireAbsolute(source)
}

function toProfileMessage({ digest, baseName, profile, createdMs }: StoredProfile): unknown {
  const createdAt = new Date(createdMs).toISOString()
  return snakeCase({ digest, baseName, createdAt, ...profile })
}

/** Infinities and NaN, which JSON has not, are text in rows. */
function toRowsMessage({ columns, rows }: TableRows): unknown {
  const cell = (value: TableValue): TableValue =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return { columns, rows: rows.map((row) => row.map(cell)) }
}
