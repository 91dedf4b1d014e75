import { sql, type Expression, type SqlBool } from 'kysely'
import type { Database, Dialect } from '../database/database.ts'
import type { Page } from '../tracking/entities.ts'
import { matches } from '../tracking/filter/condition.ts'
import { attributeKeys, textOperators, type FilterClause, type FilterGrammar } from '../tracking/filter/grammar.ts'
import { parseFilter } from '../tracking/filter/parse-filter.ts'
import { parseOrderBy } from '../tracking/filter/parse-order.ts'
import { promptTag, type RegisteredModel } from './registered-model.ts'
import { modelsOf, type ModelRow } from './registered-model-store.ts'
import { pagingOf, type RegistrySearch, type RowColumn } from './registry-page.ts'
import { workspace, type RegistryTables } from './registry-tables.ts'

export type RegistryEntity = 'attribute' | 'tag'

/** What a filter of the registry may say of tags, for models and versions alike. */
export const tagWords = {
  words: ['tag', 'tags'],
  keys: { type: 'text', operators: textOperators },
} as const

const filterGrammar: FilterGrammar<RegistryEntity> = {
  bare: 'attribute',
  entities: {
    attribute: { words: ['attribute'], keys: attributeKeys({ listed: ['name'] }) },
    tag: tagWords,
  },
}

const orderGrammar: FilterGrammar<'attribute'> = {
  bare: 'attribute',
  entities: {
    attribute: {
      words: ['attribute'],
      keys: attributeKeys({ text: ['name'], numbers: ['creation_timestamp', 'last_updated_timestamp'] }),
      aliases: new Map([['timestamp', 'last_updated_timestamp']]),
    },
  },
}

const columns = {
  name: { expression: sql.ref('registered_model.name'), type: 'string', valueOf: (row: ModelRow) => row.name },
  creation_timestamp: {
    expression: sql.ref('registered_model.created_ms'),
    type: 'number',
    valueOf: (row: ModelRow) => row.created_ms,
  },
  last_updated_timestamp: {
    expression: sql.ref('registered_model.updated_ms'),
    type: 'number',
    valueOf: (row: ModelRow) => row.updated_ms,
  },
} as const

/** A page of models; prompts are left out unless the filter asks for them. Throws `invalid-request`. */
export async function searchModels(database: Database, search: RegistrySearch): Promise<Page<RegisteredModel>> {
  const { clauses, hidePrompts } = withoutPrompts(parseFilter(search.filter, filterGrammar))
  const paging = pagingOf(search, {
    of: 'registered-models',
    order: modelOrder(search.orderBy ?? []),
    usual: 100,
    most: 1000,
  })
  let query = database.read
    .withTables<RegistryTables>()
    .selectFrom('registered_model')
    .selectAll()
    .where('registered_model.workspace', '=', workspace)
    .where(paging.condition)
    .limit(paging.limit)
  for (const clause of clauses) query = query.where(modelCondition(database.dialect, clause))
  if (hidePrompts) query = query.where(sql<SqlBool>`not ${hasTag(sql`key = ${promptTag} and value = 'true'`)}`)
  for (const { expression, ascending } of paging.order) query = query.orderBy(expression, ascending ? 'asc' : 'desc')
  const { rows, nextPageToken } = paging.page(await query.execute())
  return { items: await modelsOf(database.read, rows), ...(nextPageToken !== undefined && { nextPageToken }) }
}

/**
 * MLflow keeps prompts as models: a search shows them only where its first clause on the prompt tag asks for them, and
 * otherwise neither them nor that clause (models do not carry the tag, so it would hide everything).
 */
export function withoutPrompts(clauses: readonly FilterClause<RegistryEntity>[]): {
  readonly clauses: readonly FilterClause<RegistryEntity>[]
  readonly hidePrompts: boolean
} {
  const isOnPrompts = ({ entity, key }: FilterClause<RegistryEntity>): boolean => entity === 'tag' && key === promptTag
  const comparison = clauses.find(isOnPrompts)?.comparison
  const wanted = comparison?.kind === 'text' ? `${comparison.operator} ${comparison.value.toLowerCase()}` : ''
  if (wanted === '= true' || wanted === '!= false') return { clauses, hidePrompts: false }
  return { clauses: clauses.filter((clause) => !isOnPrompts(clause)), hidePrompts: true }
}

function modelOrder(orderBy: readonly string[]): readonly RowColumn<ModelRow>[] {
  const fields = parseOrderBy(orderBy, orderGrammar).map(({ key, ascending }) => ({
    ...columns[key as keyof typeof columns],
    ascending,
  }))
  // The name is unique: with it the order is total, and a page begins exactly where the last one ended.
  const isTotal = fields.some(({ expression }) => expression === columns.name.expression)
  return isTotal ? fields : [...fields, { ...columns.name, ascending: true }]
}

function modelCondition(
  dialect: Dialect,
  { entity, key, comparison }: FilterClause<RegistryEntity>,
): Expression<SqlBool> {
  if (entity === 'attribute') return matches({ dialect, comparison, column: columns.name.expression })
  const value = matches({ dialect, comparison, column: sql.ref('registered_model_tag.value') })
  return hasTag(sql`key = ${key} and ${value}`)
}

function hasTag(condition: Expression<unknown>): Expression<SqlBool> {
  return sql<SqlBool>`exists (select 1 from registered_model_tag
    where registered_model_id = registered_model.id and ${condition})`
}
