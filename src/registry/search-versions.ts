import { sql, type Expression, type SqlBool } from 'kysely'
import type { Database, Dialect } from '../database/database.ts'
import type { Page } from '../tracking/entities.ts'
import { matches } from '../tracking/filter/condition.ts'
import { attributeKeys, numberOperators, type FilterClause, type FilterGrammar } from '../tracking/filter/grammar.ts'
import { parseFilter } from '../tracking/filter/parse-filter.ts'
import { parseOrderBy } from '../tracking/filter/parse-order.ts'
import { versionRows, versionsOf, type VersionRow } from './model-version-store.ts'
import { promptTag, type ModelVersion } from './registered-model.ts'
import { pagingOf, type RegistrySearch, type RowColumn } from './registry-page.ts'
import { workspace } from './registry-tables.ts'
import { tagWords, withoutPrompts, type RegistryEntity } from './search-models.ts'

const filterGrammar: FilterGrammar<RegistryEntity> = {
  bare: 'attribute',
  entities: {
    attribute: {
      words: ['attribute'],
      keys: new Map([
        ...attributeKeys({ listed: ['name', 'run_id'], text: ['source_path'] }),
        ['version_number', { type: 'number', operators: numberOperators, mayBeQuoted: true, isWhole: true }],
      ]),
    },
    tag: tagWords,
  },
}

const orderGrammar: FilterGrammar<'attribute'> = {
  bare: 'attribute',
  entities: {
    attribute: {
      words: ['attribute'],
      keys: attributeKeys({
        text: ['name'],
        numbers: ['version_number', 'creation_timestamp', 'last_updated_timestamp'],
      }),
    },
  },
}

const filterColumns = {
  name: sql.ref('registered_model.name'),
  run_id: sql.ref('model_version.run_id'),
  source_path: sql.ref('model_version.source'),
  version_number: sql.ref('model_version.version'),
} as const

const orderColumns = {
  name: { expression: filterColumns.name, type: 'string', valueOf: (row: VersionRow) => row.name },
  version_number: {
    expression: filterColumns.version_number,
    type: 'number',
    valueOf: (row: VersionRow) => row.version,
  },
  creation_timestamp: {
    expression: sql.ref('model_version.created_ms'),
    type: 'number',
    valueOf: (row: VersionRow) => row.created_ms,
  },
  last_updated_timestamp: {
    expression: sql.ref('model_version.updated_ms'),
    type: 'number',
    valueOf: (row: VersionRow) => row.updated_ms,
  },
} as const

/** A page of versions; those of prompts are left out unless the filter asks for them. Throws `invalid-request`. */
export async function searchVersions(database: Database, search: RegistrySearch): Promise<Page<ModelVersion>> {
  const { clauses, hidePrompts } = withoutPrompts(parseFilter(search.filter, filterGrammar))
  const paging = pagingOf(search, {
    of: 'model-versions',
    order: versionOrder(search.orderBy ?? []),
    usual: 10_000,
    most: 200_000,
  })
  let query = versionRows(database.read)
    .where(isNarrow(clauses) ? 'registered_model.workspace' : 'model_version.workspace', '=', workspace)
    .where(paging.condition)
    .limit(paging.limit)
  for (const clause of clauses) query = query.where(versionCondition(database.dialect, clause))
  if (hidePrompts) query = query.where(isOfNoPrompt)
  for (const { expression, ascending } of paging.order) query = query.orderBy(expression, ascending ? 'asc' : 'desc')
  const { rows, nextPageToken } = paging.page(await query.execute())
  return { items: await versionsOf(database.read, rows), ...(nextPageToken !== undefined && { nextPageToken }) }
}

/**
 * Whether few versions are asked for. SQLite picks an index by the columns that are bound: naming the version's
 * workspace makes it walk all versions in the order of their changes, which is right for a page of everything and wrong
 * for one model's versions (measured with 22,000 versions: 8 ms of CPU against 0.4).
 */
function isNarrow(clauses: readonly FilterClause<RegistryEntity>[]): boolean {
  return clauses.some(
    ({ entity, key, comparison }) =>
      entity === 'attribute' &&
      (key === 'name' || key === 'run_id') &&
      (comparison.operator === '=' || comparison.operator === 'IN'),
  )
}

/** Newest change first; an order that was asked for is made total by name and version (newest first). */
function versionOrder(orderBy: readonly string[]): readonly RowColumn<VersionRow>[] {
  const asked = orderBy.length === 0 ? ['last_updated_timestamp DESC'] : orderBy
  const fields = parseOrderBy(asked, orderGrammar)
  const missing = (['name', 'version_number'] as const)
    .filter((key) => fields.every((field) => field.key !== key))
    .map((key) => ({ ...orderColumns[key], ascending: key === 'name' }))
  const columns = fields.map(({ key, ascending }) => ({ ...orderColumns[key as keyof typeof orderColumns], ascending }))
  return [...columns, ...missing]
}

function versionCondition(
  dialect: Dialect,
  { entity, key, comparison }: FilterClause<RegistryEntity>,
): Expression<SqlBool> {
  if (entity === 'attribute') {
    const column = filterColumns[key as keyof typeof filterColumns]
    return matches({ dialect, comparison, column, integer: key === 'version_number' })
  }
  const value = matches({ dialect, comparison, column: sql.ref('model_version_tag.value') })
  return sql<SqlBool>`exists (select 1 from model_version_tag
    where registered_model_id = model_version.registered_model_id and version = model_version.version
    and key = ${key} and ${value})`
}

/** A name whose versions carry the tag is a prompt's, as MLflow decides it: by any of its versions. */
const isOfNoPrompt = sql<SqlBool>`not exists (select 1 from model_version_tag
  where registered_model_id = model_version.registered_model_id and key = ${promptTag} and value = 'true')`
