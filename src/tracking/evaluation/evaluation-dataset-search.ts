import { sql, type Expression, type SqlBool } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { Page } from '../entities.ts'
import { experimentNumbers } from '../experiment-store.ts'
import { matches } from '../filter/condition.ts'
import { attributeKeys, textOperators, type FilterClause, type FilterGrammar } from '../filter/grammar.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { parseOrderBy } from '../filter/parse-order.ts'
import { checkMaxResults } from '../limits.ts'
import { orderList, sortsAfter, type SortColumn } from '../search/keyset.ts'
import { decodePageToken, encodePageToken, queryFingerprint, type KeyValues } from '../search/page-token.ts'
import { hydrateDatasets } from './evaluation-dataset-store.ts'
import type { EvaluationDataset } from './evaluation-dataset.ts'
import type { DatasetRow } from './evaluation-tables.ts'

export interface EvaluationDatasetQuery {
  /** Only those of one of these experiments; absent: all. */
  readonly experimentIds?: readonly string[]
  readonly filter?: string
  readonly maxResults?: number
  readonly orderBy?: readonly string[]
  readonly pageToken?: string
}

type Entity = 'attribute' | 'tag'

const numbers = ['created_time', 'last_update_time']
const grammar: FilterGrammar<Entity> = {
  bare: 'attribute',
  entities: {
    attribute: {
      words: ['attribute', 'attributes', 'attr', 'dataset'],
      keys: new Map([
        ...attributeKeys({ text: ['created_by', 'last_updated_by'], numbers }),
        ['name', { type: 'text', operators: [...textOperators, 'IN'] } as const],
      ]),
    },
    tag: { words: ['tag', 'tags'], keys: { type: 'text', operators: textOperators } },
  },
}
const orderGrammar: FilterGrammar<'attribute'> = {
  bare: 'attribute',
  entities: {
    attribute: { words: ['attribute', 'attributes', 'dataset'], keys: attributeKeys({ text: ['name'], numbers }) },
  },
}
const columns: Readonly<Record<string, keyof DatasetRow>> = {
  name: 'name',
  created_by: 'created_by',
  last_updated_by: 'updated_by',
  created_time: 'created_ms',
  last_update_time: 'updated_ms',
}

/** A page of evaluation data sets; by default the newest first. Throws `invalid-request` as the parsers do. */
export async function searchEvaluationDatasets(
  database: Database,
  query: EvaluationDatasetQuery,
): Promise<Page<EvaluationDataset>> {
  const maxResults = query.maxResults ?? 1000
  checkMaxResults(maxResults, 50_000)
  const clauses = parseFilter(query.filter, grammar)
  const orderBy = query.orderBy === undefined || query.orderBy.length === 0 ? ['created_time DESC'] : query.orderBy
  const sorts: readonly SortColumn[] = [
    ...parseOrderBy(orderBy, orderGrammar).map(({ key, type, ascending }) => ({
      expression: sql.ref(`evaluation_dataset.${columns[key]!}`),
      type: type === 'number' ? ('number' as const) : ('string' as const),
      ascending,
    })),
    { expression: sql.ref('evaluation_dataset.dataset_id'), type: 'string', ascending: false },
  ]
  const experiments = query.experimentIds === undefined ? undefined : experimentNumbers(query.experimentIds)
  const fingerprint = queryFingerprint('evaluation datasets', experiments ?? null, query.filter ?? '', orderBy)
  const after = decodePageToken(query.pageToken, fingerprint, () => sorts.map((column) => column.type))
  const where = [
    sql`1 = 1`,
    ...clauses.map((clause) => condition(database, clause)),
    ...(experiments === undefined ? [] : [inExperiments(experiments)]),
    ...(after === undefined ? [] : [sortsAfter(sorts, after)]),
  ]
  const keys = sorts.map(({ expression }, at) => sql`${expression} as ${sql.ref(`key_${at}`)}`)
  const { rows } = await sql<DatasetRow & Record<string, string | number>>`
    select evaluation_dataset.*, ${sql.join(keys)} from evaluation_dataset
    where ${sql.join(where, sql` and `)} order by ${orderList(sorts)} limit ${maxResults + 1}
  `.execute(database.read)
  const shown = rows.slice(0, maxResults)
  const items = await hydrateDatasets(database.read, shown)
  if (rows.length <= maxResults) return { items }
  const last = shown.at(-1)!
  const values: KeyValues = sorts.map((_, at) => last[`key_${at}`]!)
  return { items, nextPageToken: encodePageToken(fingerprint, values) }
}

function condition(database: Database, { entity, key, comparison }: FilterClause<Entity>): Expression<SqlBool> {
  const { dialect } = database
  if (entity === 'attribute') {
    const column = sql.ref(`evaluation_dataset.${columns[key]!}`)
    return matches({ dialect, column, comparison, integer: true })
  }
  const met = matches({ dialect, column: sql.ref('pair.value'), comparison })
  return sql<SqlBool>`exists (select 1 from evaluation_dataset_tag as pair
    where pair.dataset_id = evaluation_dataset.dataset_id and pair.key = ${key} and ${met})`
}

function inExperiments(experiments: readonly number[]): Expression<SqlBool> {
  if (experiments.length === 0) return sql<SqlBool>`1 = 0`
  return sql<SqlBool>`exists (select 1 from evaluation_dataset_experiment as link
    where link.dataset_id = evaluation_dataset.dataset_id and link.experiment_id in (${sql.join(experiments)}))`
}
