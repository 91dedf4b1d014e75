import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import { assert } from '../../base/errors.ts'
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

/** The tables that hold what a run has by key. */
export const keyedTables = { metric: 'latest_metric', parameter: 'param', tag: 'run_tag' } as const

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

/**
 * How a clause over metrics, params or tags is asked. `list`: read the matching rows once and look each run up among
 * them, which costs what matches. `probe`: look the clause up for each run that is read, which costs what is read.
 */
export type ClauseReading = 'list' | 'probe'

interface ClauseScope {
  readonly dialect: Dialect
  readonly experiments: readonly number[]
}

/** The condition on the table `run` for one clause of a filter. A key that a run lacks never matches, not even `!=`. */
export function runCondition(
  scope: ClauseScope,
  clause: FilterClause<RunEntity>,
  reading: ClauseReading,
): Expression<SqlBool> {
  const { dialect } = scope
  const { entity, key, comparison } = clause
  if (entity === 'attribute') {
    const column = sql.ref(runAttributeColumn[key]!)
    return matches({ dialect, column, comparison, integer: true })
  }
  if (entity === 'dataset') return datasetCondition(dialect, key, comparison)
  const probe = sql`select 1 from ${keyedTable(entity)} as pair where pair.run_id = run.run_id and pair.key = ${key}`
  if (comparison.kind === 'presence') {
    return comparison.operator === 'IS NULL' ? sql<SqlBool>`not exists (${probe})` : sql<SqlBool>`exists (${probe})`
  }
  if (reading === 'probe') return sql<SqlBool>`exists (${probe} and ${met(dialect, clause)})`
  return sql<SqlBool>`run.run_id in (select pair.run_id from ${meeting(scope, clause)})`
}

/** The rows that meet a clause over keys, read by their index: what follows FROM, the rows being `pair`. */
export function meeting({ dialect, experiments }: ClauseScope, clause: FilterClause<RunEntity>): RawBuilder<unknown> {
  const { entity, key, comparison } = clause
  const indexed =
    entity === 'metric' ? sql`${oneOf(sql.ref('pair.experiment_id'), experiments)} and ` : inIndex(comparison)
  return sql`${keyedTable(entity)} as pair where pair.key = ${key} and ${indexed}${met(dialect, clause)}`
}

/** SQLite walks an index in order below an equality, but not below IN. */
export function oneOf(column: Expression<unknown>, numbers: readonly number[]): Expression<SqlBool> {
  return numbers.length === 1
    ? sql<SqlBool>`${column} = ${numbers[0]}`
    : sql<SqlBool>`${column} in (${sql.join(numbers.map((number) => sql`${number}`))})`
}

function keyedTable(entity: RunEntity): RawBuilder<unknown> {
  assert(entity !== 'attribute' && entity !== 'dataset', 'the clause names a key')
  return sql.table(keyedTables[entity])
}

/** NaN is stored as 0 and a mark: it differs from every number and compares with none. */
function met(dialect: Dialect, { entity, comparison }: FilterClause<RunEntity>): Expression<SqlBool> {
  const value = matches({ dialect, column: sql.ref('pair.value'), comparison })
  if (entity !== 'metric') return value
  return comparison.operator === '!='
    ? sql<SqlBool>`(pair.is_nan = 1 or ${value})`
    : sql<SqlBool>`pair.is_nan = 0 and ${value}`
}

/** What the index of texts, by their first 64 characters (migration 0003), can narrow a comparison to. */
function inIndex(comparison: Comparison): RawBuilder<unknown> {
  if (comparison.kind !== 'text') return sql``
  const start = sql`substr(pair.value, 1, 64)`
  if (comparison.operator === '=') return sql`${start} = ${[...comparison.value].slice(0, 64).join('')} and `
  const prefix = likePrefix(comparison)
  if (prefix === '') return sql``
  // No text of 64 characters that begins so is greater.
  const last = prefix + '\u{10FFFF}'.repeat(64 - [...prefix].length)
  return sql`${start} >= ${prefix} and ${start} <= ${last} and `
}

/** The text before the first wildcard of LIKE, at most 64 characters of it. */
export function likePrefix(comparison: Comparison): string {
  if (comparison.kind !== 'text' || comparison.operator !== 'LIKE') return ''
  const [literal] = comparison.value.toWellFormed().split(/[%_]/, 1)
  return [...literal!].slice(0, 64).join('')
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
