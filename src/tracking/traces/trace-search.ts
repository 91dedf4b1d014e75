import { type Expression, sql } from 'kysely'
import { SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import { prepareRegularExpression } from '../../database/regular-expression.ts'
import type { Page } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import type { FilterClause, FilterGrammar, OrderField } from '../filter/grammar.ts'
import { attributeKeys, textOperators } from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { nullsLast, orderList, sortsAfter, type SortColumn } from '../search/keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from '../search/page-token.ts'
import { traceColumns, traceConditions, traceGrammar, type TraceEntity } from './trace-conditions.ts'
import { hydrateTraces } from './trace-rows.ts'
import type { TraceRow } from './trace-tables.ts'
import { traceKeys, type TraceInfo, type TraceState } from './trace.ts'

/** Which traces. */
export interface TraceFilter {
  /** Absent: those of every experiment that is not deleted. */
  readonly experimentIds?: readonly string[]
  readonly filter?: string
  /** Begun at this time or later. */
  readonly fromMs?: number
  /** Begun before this time. */
  readonly toMs?: number
  readonly state?: TraceState
}

export interface TraceQuery extends TraceFilter {
  readonly maxResults?: number
  readonly orderBy?: readonly string[]
  readonly pageToken?: string
}

type OrderEntity = 'attribute' | 'tag' | 'request_metadata'
const anyText = { type: 'text', operators: textOperators } as const

const orderGrammar: FilterGrammar<OrderEntity> = {
  bare: 'attribute',
  entities: {
    attribute: {
      words: ['attribute', 'attributes', 'trace'],
      keys: attributeKeys({
        text: ['request_id', 'status', 'name', 'run_id'],
        numbers: ['experiment_id', 'timestamp_ms', 'execution_time_ms', 'end_time_ms'],
      }),
      ...(traceGrammar.entities.attribute.aliases !== undefined && {
        aliases: traceGrammar.entities.attribute.aliases,
      }),
    },
    tag: { words: ['tag', 'tags'], keys: anyText },
    request_metadata: { words: ['request_metadata', 'metadata'], keys: anyText },
  },
}

const defaultPage = 100
const maxPage = 500

/** A page of traces of these experiments; by default the newest first. Throws `invalid-request` as the parsers do. */
export async function searchTraces(database: Database, query: TraceQuery): Promise<Page<TraceInfo>> {
  const maxResults = query.maxResults ?? defaultPage
  checkMaxResults(maxResults, maxPage)
  const asked = await filterConditions(database, query)
  const sorts = sortColumns(parseOrderBy(query.orderBy ?? [], orderGrammar))
  const { experimentIds, filter = '', fromMs, toMs, state, orderBy = [] } = query
  const fingerprint = queryFingerprint('traces', experimentIds, filter, fromMs, toMs, state, orderBy)
  const after = decodePageToken(query.pageToken, fingerprint, () => sorts.map((column) => column.type))
  if (asked === undefined) return { items: [] }
  const where = [...asked, ...(after === undefined ? [] : [sortsAfter(sorts, after)])]
  const keys = sorts.map(({ expression }, at) => sql`${expression} as ${sql.ref(`key_${at}`)}`)
  const { rows } = await sql<TraceRow & Record<string, string | number>>`
    select trace.*, ${sql.join(keys)} from trace
    where ${sql.join(where, sql` and `)} order by ${orderList(sorts)} limit ${maxResults + 1}
  `.execute(database.read)
  const shown = rows.slice(0, maxResults)
  const items = await hydrateTraces(database.read, shown)
  if (rows.length <= maxResults) return { items }
  const last = shown.at(-1)!
  const values: KeyValues = sorts.map((_, at) => last[`key_${at}`]!)
  return { items, nextPageToken: encodePageToken(fingerprint, values) }
}

/** How many traces a filter leaves; `filters` are further ones that must be met too. */
export async function countTraces(
  database: Database,
  { filters = [], ...query }: TraceFilter & { readonly filters?: readonly string[] },
): Promise<number> {
  const where = await filterConditions(database, query)
  if (where === undefined) return 0
  for (const filter of filters) where.push(...traceConditions(database.dialect, await traceClauses(filter)))
  const { rows } = await sql<{ count: number | string }>`
    select count(*) as count from trace where ${sql.join(where, sql` and `)}`.execute(database.read)
  return Number(rows[0]!.count)
}

/** Undefined where no trace can meet them. */
async function filterConditions(database: Database, query: TraceFilter): Promise<Expression<unknown>[] | undefined> {
  const { experimentIds, filter, fromMs, toMs, state } = query
  const clauses = await traceClauses(filter)
  const experiments = experimentIds === undefined ? undefined : experimentNumbers(experimentIds)
  if (experiments?.length === 0) return undefined
  return [
    experiments === undefined
      ? sql`trace.experiment_id in (select experiment_id from experiment where deleted_ms is null)`
      : sql`trace.experiment_id in (${sql.join(experiments)})`,
    ...(fromMs === undefined ? [] : [sql`trace.timestamp_ms >= ${fromMs}`]),
    ...(toMs === undefined ? [] : [sql`trace.timestamp_ms < ${toMs}`]),
    ...(state === undefined ? [] : [sql`trace.state = ${state}`]),
    ...traceConditions(database.dialect, clauses),
  ]
}

/** The clauses of a filter, its regular expressions ready. */
async function traceClauses(filter: string | undefined): Promise<readonly FilterClause<TraceEntity>[]> {
  const clauses = parseFilter(filter, traceGrammar)
  for (const { comparison } of clauses) {
    if (comparison.kind === 'text' && comparison.operator === 'RLIKE') await prepareRegularExpression(comparison.value)
  }
  return clauses
}

function sortColumns(order: readonly OrderField<OrderEntity>[]): readonly SortColumn[] {
  const isAsked = (key: string) => order.some((field) => field.entity === 'attribute' && field.key === key)
  const byTime = { expression: traceColumns['timestamp_ms']!, type: 'number', ascending: false } as const
  const byId = { expression: traceColumns['request_id']!, type: 'string', ascending: true } as const
  return [
    ...order.flatMap(sortColumn),
    ...(isAsked('timestamp_ms') ? [] : [byTime]),
    ...(isAsked('request_id') ? [] : [byId]),
  ]
}

function sortColumn({ entity, key, ascending }: OrderField<OrderEntity>): readonly SortColumn[] {
  if (entity === 'request_metadata' && (key === traceKeys.tokenUsage || key === traceKeys.cost)) {
    throw new SluiceError('invalid-request', `Ordering by reserved metadata '${key}' is not supported.`)
  }
  if (entity !== 'attribute' || key === 'name' || key === 'run_id') {
    const wanted = key === 'name' ? traceKeys.nameTag : key === 'run_id' ? traceKeys.sourceRun : key
    const isTag = entity === 'tag' || (entity === 'attribute' && key === 'name')
    const table = sql.table(isTag ? 'trace_tag' : 'trace_metadata')
    const value = sql`(select pair.value from ${table} as pair
      where pair.trace_id = trace.trace_id and pair.key = ${entity === 'attribute' ? wanted : key})`
    return nullsLast({ expression: value, type: 'string', ascending })
  }
  if (key === 'experiment_id') return [{ expression: sql`trace.experiment_id`, type: 'number', ascending }]
  const type = key === 'request_id' || key === 'status' ? 'string' : 'number'
  const column: SortColumn = { expression: traceColumns[key]!, type, ascending }
  return key === 'execution_time_ms' ? nullsLast(column) : [column]
}
