import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import { assertNever } from '../../base/errors.ts'
import type { Dialect } from '../../database/database.ts'
import { matches } from '../filter/condition.ts'
import {
  attributeKeys,
  numberOperators,
  textOperators,
  type Comparison,
  type FilterClause,
  type FilterGrammar,
} from '../filter/grammar.ts'
import { datasetContextTag } from '../run-inputs.ts'

export type RunEntity = 'metric' | 'parameter' | 'tag' | 'attribute' | 'dataset'

const keyed = { type: 'text', operators: [...textOperators, 'IS NULL', 'IS NOT NULL'] } as const
const startAliases = new Map([
  ['created', 'start_time'],
  ['Created', 'start_time'],
])
const attributeAliases = new Map([
  ...startAliases,
  ['run name', 'run_name'],
  ['Run name', 'run_name'],
  ['Run Name', 'run_name'],
])

/** MLflow's grammar for filters of runs. */
export const runFilterGrammar: FilterGrammar<RunEntity> = {
  bare: 'attribute',
  entities: {
    metric: { words: ['metric', 'metrics'], keys: { type: 'number', operators: numberOperators } },
    parameter: { words: ['parameter', 'parameters', 'param', 'params'], keys: keyed },
    tag: { words: ['tag', 'tags'], keys: keyed },
    attribute: {
      words: ['attribute', 'attributes', 'attr', 'run'],
      keys: attributeKeys({
        text: ['artifact_uri', 'run_name', 'status', 'user_id'],
        listed: ['run_id'],
        numbers: ['end_time', 'start_time'],
      }),
      aliases: attributeAliases,
    },
    dataset: { words: ['dataset', 'datasets'], keys: attributeKeys({ listed: ['name', 'digest', 'context'] }) },
  },
}

/** What runs are ordered by; runs cannot be ordered by datasets. */
export const runOrderGrammar: FilterGrammar<Exclude<RunEntity, 'dataset'>> = {
  bare: 'attribute',
  entities: {
    metric: runFilterGrammar.entities.metric,
    parameter: runFilterGrammar.entities.parameter,
    tag: runFilterGrammar.entities.tag,
    attribute: { ...runFilterGrammar.entities.attribute, aliases: startAliases },
  },
}

/** The column of an attribute in the table `run`. */
export const runAttributeColumn: Readonly<Record<string, string>> = {
  run_id: 'run.run_id',
  run_name: 'run.run_name',
  user_id: 'run.user_id',
  status: 'run.status',
  artifact_uri: 'run.artifact_uri',
  start_time: 'run.start_ms',
  end_time: 'run.end_ms',
}

/** The condition on the table `run` for one clause of a filter. A key that a run lacks never matches, not even `!=`. */
export function runCondition(dialect: Dialect, clause: FilterClause<RunEntity>): Expression<SqlBool> {
  const { entity, key, comparison } = clause
  switch (entity) {
    case 'attribute': {
      const column = sql.ref(runAttributeColumn[key]!)
      return matches({ dialect, column, comparison, integer: true })
    }
    case 'metric':
      return metricCondition(dialect, key, comparison)
    case 'parameter':
      return pairCondition(dialect, sql.table('param'), clause)
    case 'tag':
      return pairCondition(dialect, sql.table('run_tag'), clause)
    case 'dataset':
      return datasetCondition(dialect, key, comparison)
    default:
      return assertNever(entity)
  }
}

/** NaN is stored as 0 and a mark: it differs from every number and compares with none. */
function metricCondition(dialect: Dialect, key: string, comparison: Comparison): Expression<SqlBool> {
  const value = matches({ dialect, column: sql.ref('latest_metric.value'), comparison })
  const met = comparison.operator === '!=' ? sql`(is_nan = 1 or ${value})` : sql`is_nan = 0 and ${value}`
  return sql<SqlBool>`run.run_id in (select run_id from latest_metric where key = ${key} and ${met})`
}

function pairCondition(
  dialect: Dialect,
  table: RawBuilder<unknown>,
  { key, comparison }: FilterClause<RunEntity>,
): Expression<SqlBool> {
  if (comparison.kind === 'presence') {
    const present = sql<SqlBool>`exists (select 1 from ${table} as pair where pair.run_id = run.run_id and pair.key = ${key})`
    return comparison.operator === 'IS NULL' ? sql<SqlBool>`not ${present}` : present
  }
  const column = sql.ref('pair.value')
  const met = matches({ dialect, column, comparison })
  // The index holds the value's first 64 characters; migration 0003.
  const indexed =
    comparison.kind === 'text' && comparison.operator === '='
      ? sql`substr(pair.value, 1, 64) = ${[...comparison.value].slice(0, 64).join('')} and `
      : sql``
  return sql<SqlBool>`run.run_id in (select pair.run_id from ${table} as pair where pair.key = ${key} and ${indexed}${met})`
}

function datasetCondition(dialect: Dialect, key: string, comparison: Comparison): Expression<SqlBool> {
  if (key === 'context') {
    const met = matches({ dialect, column: sql.ref('run_dataset_tag.value'), comparison })
    return sql<SqlBool>`run.run_id in (
      select run_id from run_dataset_tag where key = ${datasetContextTag} and ${met})`
  }
  const met = matches({ dialect, column: sql.ref(`dataset.${key}`), comparison })
  return sql<SqlBool>`run.run_id in (
    select run_dataset.run_id from run_dataset join dataset on dataset.dataset_id = run_dataset.dataset_id where ${met})`
}
