import { sql, type Expression, type SqlBool } from 'kysely'
import { SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import type { Experiment, Page, ViewType } from '../entities.ts'
import { experimentNumber, hydrateExperiments, type ExperimentRow } from '../experiment-store.ts'
import { matches } from '../filter/condition.ts'
import {
  attributeKeys,
  numberOperators,
  textOperators,
  type Comparison,
  type FilterClause,
  type FilterGrammar,
  type ValueRule,
} from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { trackingTables } from '../tables.ts'
import { orderList, sortsAfter, type SortColumn } from './keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from './page-token.ts'
import { lifecycleIn } from './lifecycle.ts'

export interface ExperimentQuery {
  readonly maxResults: number
  readonly view?: ViewType
  readonly filter?: string
  readonly orderBy?: readonly string[]
  readonly pageToken?: string
}

const maxPage = 50_000
type Entity = 'attribute' | 'tag'
const wholeNumber: ValueRule = { type: 'number', operators: numberOperators, isWhole: true }

const attributes: ReadonlyMap<string, ValueRule> = new Map<string, ValueRule>([
  ...attributeKeys({ text: ['name'] }),
  ...['creation_time', 'last_update_time'].map((key) => [key, wholeNumber] as const),
  ['experiment_id', { type: 'text', operators: ['=', '!=', 'IN', 'NOT IN'] }],
])
const filterGrammar: FilterGrammar<Entity> = {
  bare: 'attribute',
  entities: {
    attribute: { words: ['attribute'], keys: attributes },
    tag: {
      words: ['tag', 'tags'],
      keys: { type: 'text', operators: [...textOperators, 'IS NULL', 'IS NOT NULL'] },
    },
  },
}
const orderGrammar: FilterGrammar<'attribute'> = {
  bare: 'attribute',
  entities: { attribute: filterGrammar.entities.attribute },
}

const columns: Readonly<Record<string, { readonly name: keyof ExperimentRow; readonly type: SortColumn['type'] }>> = {
  name: { name: 'name', type: 'string' },
  experiment_id: { name: 'experiment_id', type: 'number' },
  creation_time: { name: 'created_ms', type: 'number' },
  last_update_time: { name: 'updated_ms', type: 'number' },
}

/** A page of experiments; by default the newest first. Throws `invalid-request` for a filter or order it cannot read. */
export async function searchExperiments(database: Database, query: ExperimentQuery): Promise<Page<Experiment>> {
  checkMaxResults(query.maxResults, maxPage)
  const clauses = parseFilter(query.filter, filterGrammar)
  const order = sortOrder(query.orderBy ?? [])
  const view = query.view ?? 'ACTIVE_ONLY'
  const fingerprint = queryFingerprint('experiments', query.filter ?? '', query.orderBy ?? [], view)
  const sorts = order.map((field): SortColumn => ({
    expression: sql.ref(`experiment.${columns[field.key]!.name}`),
    type: columns[field.key]!.type,
    ascending: field.ascending,
  }))
  const after = decodePageToken(query.pageToken, fingerprint, () => sorts.map((column) => column.type))
  let select = trackingTables(database.read)
    .selectFrom('experiment')
    .selectAll()
    .where(lifecycleIn(view, sql.ref('experiment.deleted_ms')))
    .orderBy(orderList(sorts))
    .limit(query.maxResults + 1)
  for (const clause of clauses) select = select.where(condition(database, clause))
  if (after !== undefined) select = select.where(sortsAfter(sorts, after))
  const rows = await select.execute()
  const shown = rows.slice(0, query.maxResults)
  const items = await hydrateExperiments(database.read, shown)
  if (rows.length <= query.maxResults) return { items }
  const last = shown.at(-1)!
  const values = order.map((field) => last[columns[field.key]!.name]) as KeyValues
  return { items, nextPageToken: encodePageToken(fingerprint, values) }
}

/** What was asked, made total by the id: ascending under the default order, descending under one of the caller's. */
function sortOrder(orderBy: readonly string[]): readonly { readonly key: string; readonly ascending: boolean }[] {
  if (orderBy.length === 0) {
    return [
      { key: 'creation_time', ascending: false },
      { key: 'experiment_id', ascending: true },
    ]
  }
  const fields = parseOrderBy(orderBy, orderGrammar, { isRepeatable: true })
  return fields.some((field) => field.key === 'experiment_id')
    ? fields
    : [...fields, { key: 'experiment_id', ascending: false }]
}

function condition(database: Database, { entity, key, comparison }: FilterClause<Entity>): Expression<SqlBool> {
  const { dialect } = database
  if (entity === 'tag') {
    const tagged = (where: Expression<SqlBool>) =>
      sql<SqlBool>`experiment.experiment_id in (select experiment_id from experiment_tag where key = ${key} and ${where})`
    if (comparison.kind !== 'presence') {
      return tagged(matches({ dialect, column: sql.ref('experiment_tag.value'), comparison }))
    }
    const present = tagged(sql<SqlBool>`1 = 1`)
    return comparison.operator === 'IS NULL' ? sql<SqlBool>`not ${present}` : present
  }
  if (key === 'experiment_id') return idCondition(comparison)
  const column = sql.ref(`experiment.${columns[key]!.name}`)
  return matches({ dialect, column, comparison, integer: true })
}

/** Ids are numbers inside and texts outside. */
function idCondition(comparison: Comparison): Expression<SqlBool> {
  const values = comparison.kind === 'list' ? comparison.values : comparison.kind === 'text' ? [comparison.value] : []
  const ids = sql.join(values.map((value) => sql`${experimentNumber(value)}`))
  const negated = comparison.operator === '!=' || comparison.operator === 'NOT IN'
  if (values.length === 0) throw new SluiceError('invalid-request', 'An experiment_id is compared with a text.')
  return negated
    ? sql<SqlBool>`experiment.experiment_id not in (${ids})`
    : sql<SqlBool>`experiment.experiment_id in (${ids})`
}
