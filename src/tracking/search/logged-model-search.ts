import { sql, type Expression, type SqlBool } from 'kysely'
import { assertNever, SluiceError } from '../../base/errors.ts'
import type { Database, Dialect } from '../../database/database.ts'
import type { LoggedModel, Page } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import { matches } from '../filter/condition.ts'
import {
  attributeKeys,
  numberOperators,
  textOperators,
  type FilterClause,
  type FilterGrammar,
} from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { checkMaxResults } from '../limits.ts'
import { hydrateModels, type LoggedModelRow } from '../logged-model-store.ts'
import { nullsLast, orderList, sortsAfter, type SortColumn } from './keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from './page-token.ts'

export interface LoggedModelQuery {
  readonly experimentIds: readonly string[]
  readonly maxResults?: number
  readonly filter?: string
  /** Only metrics on these datasets count; without a metric in the filter, a model must have any on them. */
  readonly datasets?: readonly { readonly name: string; readonly digest?: string }[]
  readonly orderBy?: readonly LoggedModelOrder[]
  readonly pageToken?: string
}

/** An attribute, or `metrics.<key>`, optionally as measured on one dataset. */
export interface LoggedModelOrder {
  readonly field: string
  readonly ascending: boolean
  readonly datasetName?: string
  readonly datasetDigest?: string
}

type Entity = 'attributes' | 'metrics' | 'params' | 'tags'
const listable = { type: 'text', operators: [...textOperators, 'IN', 'NOT IN'] } as const

const grammar: FilterGrammar<Entity> = {
  bare: 'attributes',
  entities: {
    attributes: {
      words: ['attributes'],
      keys: attributeKeys({
        listed: ['name', 'model_id', 'model_type', 'status', 'source_run_id'],
        numbers: ['creation_timestamp', 'last_updated_timestamp'],
      }),
      aliases: new Map([
        ['creation_time', 'creation_timestamp'],
        ['creation_timestamp_ms', 'creation_timestamp'],
        ['last_updated_time', 'last_updated_timestamp'],
        ['last_updated_timestamp_ms', 'last_updated_timestamp'],
      ]),
    },
    metrics: { words: ['metrics'], keys: { type: 'number', operators: numberOperators } },
    params: { words: ['params'], keys: listable },
    tags: { words: ['tags'], keys: listable },
  },
}

const columns: Readonly<Record<string, { readonly name: string; readonly type: SortColumn['type'] }>> = {
  name: { name: 'logged_model.name', type: 'string' },
  model_id: { name: 'logged_model.model_id', type: 'string' },
  model_type: { name: 'logged_model.model_type', type: 'string' },
  status: { name: 'logged_model.status', type: 'string' },
  source_run_id: { name: 'logged_model.source_run_id', type: 'string' },
  creation_timestamp: { name: 'logged_model.created_ms', type: 'number' },
  last_updated_timestamp: { name: 'logged_model.updated_ms', type: 'number' },
}

const defaultPage = 100
const maxPage = 50_000

/** A page of logged models that are not deleted; by default the newest first. */
export async function searchLoggedModels(database: Database, query: LoggedModelQuery): Promise<Page<LoggedModel>> {
  const maxResults = query.maxResults ?? defaultPage
  checkMaxResults(maxResults, maxPage)
  const clauses = parseFilter(query.filter, grammar)
  const datasets = query.datasets ?? []
  const sorts = sortColumns(query.orderBy ?? [])
  const experiments = experimentNumbers(query.experimentIds)
  const fingerprint = queryFingerprint('models', experiments, query.filter ?? '', query.orderBy ?? [], datasets)
  const after = decodePageToken(query.pageToken, fingerprint, () => sorts.map((column) => column.type))
  if (experiments.length === 0) return { items: [] }
  const scoped = datasets.length > 0 && !clauses.some((clause) => clause.entity === 'metrics')
  const where = [
    sql<SqlBool>`logged_model.experiment_id in (${sql.join(experiments.map((number) => sql`${number}`))})`,
    sql<SqlBool>`logged_model.deleted_ms is null`,
    ...clauses.map((clause) => condition(database.dialect, clause, datasets)),
    ...(scoped ? [hasMetric(onDatasets(datasets))] : []),
    ...(after === undefined ? [] : [sortsAfter(sorts, after)]),
  ]
  const keys = sorts.map(({ expression }, at) => sql`${expression} as ${sql.ref(`key_${at}`)}`)
  const { rows } = await sql<LoggedModelRow & Record<string, string | number>>`
    select logged_model.*, ${sql.join(keys)} from logged_model
    where ${sql.join(where, sql` and `)} order by ${orderList(sorts)} limit ${maxResults + 1}
  `.execute(database.read)
  const shown = rows.slice(0, maxResults)
  const items = await hydrateModels(database.read, shown)
  if (rows.length <= maxResults) return { items }
  const last = shown.at(-1)!
  const values: KeyValues = sorts.map((_, at) => last[`key_${at}`]!)
  return { items, nextPageToken: encodePageToken(fingerprint, values) }
}

function condition(
  dialect: Dialect,
  { entity, key, comparison }: FilterClause<Entity>,
  datasets: LoggedModelQuery['datasets'],
): Expression<SqlBool> {
  switch (entity) {
    case 'attributes': {
      const column = sql.ref(columns[key]!.name)
      return matches({ dialect, column, comparison, integer: true })
    }
    case 'metrics': {
      const value = matches({ dialect, column: sql.ref('metric.value'), comparison })
      const met =
        comparison.operator === '!=' ? sql`(metric.is_nan = 1 or ${value})` : sql`metric.is_nan = 0 and ${value}`
      return hasMetric(sql<SqlBool>`metric.key = ${key} and ${met} and ${onDatasets(datasets ?? [])}`)
    }
    case 'params':
    case 'tags': {
      const table = sql.table(entity === 'params' ? 'logged_model_param' : 'logged_model_tag')
      const met = matches({ dialect, column: sql.ref('pair.value'), comparison })
      return sql<SqlBool>`exists (select 1 from ${table} as pair
        where pair.model_id = logged_model.model_id and pair.key = ${key} and ${met})`
    }
    default:
      return assertNever(entity)
  }
}

function hasMetric(met: Expression<SqlBool>): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from logged_model_metric as metric
    where metric.model_id = logged_model.model_id and ${met})`
}

function onDatasets(datasets: NonNullable<LoggedModelQuery['datasets']>): Expression<SqlBool> {
  if (datasets.length === 0) return sql<SqlBool>`1 = 1`
  const each = datasets.map(({ name, digest }) =>
    digest === undefined
      ? sql`metric.dataset_name = ${name}`
      : sql`(metric.dataset_name = ${name} and metric.dataset_digest = ${digest})`,
  )
  return sql<SqlBool>`(${sql.join(each, sql` or `)})`
}

function sortColumns(orderBy: readonly LoggedModelOrder[]): readonly SortColumn[] {
  const asked = orderBy.map((order) => ({ order, key: grammarKey(order.field) }))
  const has = (key: string) => asked.some((field) => field.key === key)
  return [
    ...asked.flatMap(({ order, key }) => sortColumn(order, key)),
    ...(has('creation_timestamp') ? [] : sortColumn({ field: '', ascending: false }, 'creation_timestamp')),
    ...(has('model_id') ? [] : sortColumn({ field: '', ascending: true }, 'model_id')),
  ]
}

function grammarKey(field: string): string {
  return grammar.entities.attributes.aliases?.get(field.trim()) ?? field.trim()
}

function sortColumn(order: LoggedModelOrder, key: string): readonly SortColumn[] {
  const { ascending } = order
  const column = columns[key]
  if (column !== undefined) return [{ expression: sql.ref(column.name), type: column.type, ascending }]
  const metric = /^metrics\.(.+)$/s.exec(key)?.[1]
  if (metric === undefined) {
    const isOther = key.includes('.')
    const why = isOther ? 'Only metrics are supported.' : `Valid fields are ${Object.keys(columns).join(', ')}.`
    throw new SluiceError('invalid-request', `Invalid order by field name: ${order.field}. ${why}`)
  }
  const dataset = [
    ...(order.datasetName === undefined ? [] : [sql`metric.dataset_name = ${order.datasetName}`]),
    ...(order.datasetDigest === undefined ? [] : [sql`metric.dataset_digest = ${order.datasetDigest}`]),
  ]
  const where = sql.join(
    [
      sql`metric.model_id = logged_model.model_id`,
      sql`metric.key = ${metric.replace(/^`(.*)`$/s, '$1')}`,
      sql`metric.is_nan = 0`,
      ...dataset,
    ],
    sql` and `,
  )
  // The latest point of the metric, as MLflow sorts by it.
  const latest = sql`(select metric.value from logged_model_metric as metric where ${where}
    order by metric.timestamp_ms desc, metric.step desc, metric.run_id limit 1)`
  return nullsLast({ expression: latest, type: 'number', ascending })
}
