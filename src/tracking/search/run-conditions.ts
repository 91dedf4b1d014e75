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
  type NumberOperator,
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

/** So many characters of a name, and on PostgreSQL of any text, are in its index. */
export const indexedLength = 64

/** The column of an attribute in the table `run`. */
export const runAttributeColumn: Readonly<Record<string, string>> = {
  run_id: 'run_id',
  run_name: 'run_name',
  user_id: 'user_id',
  status: 'status',
  artifact_uri: 'artifact_uri',
  start_time: 'start_ms',
  end_time: 'end_ms',
}

interface ClauseScope {
  readonly dialect: Dialect
  readonly experiments: readonly number[]
}

/**
 * The condition on the table `run` for one clause of a filter, looked up for each run that is read. A key that a run
 * lacks never matches, not even `!=`.
 */
export function probed({ dialect }: ClauseScope, clause: FilterClause<RunEntity>): Expression<SqlBool> {
  const { entity, key, comparison } = clause
  if (entity === 'attribute') {
    const column = sql.ref(`run.${runAttributeColumn[key]!}`)
    return matches({ dialect, column, comparison, integer: true })
  }
  if (entity === 'dataset') return datasetCondition(dialect, key, comparison)
  const probe = sql`select 1 from ${keyedTable(entity)} as pair where pair.run_id = run.run_id and pair.key = ${key}`
  if (comparison.kind === 'presence') {
    return comparison.operator === 'IS NULL' ? sql<SqlBool>`not exists (${probe})` : sql<SqlBool>`exists (${probe})`
  }
  return sql<SqlBool>`exists (${probe} and ${met(dialect, clause, sql.ref('pair.value'))})`
}

interface Lists {
  readonly clauses: readonly FilterClause<RunEntity>[]
  /** Set where they have so few rows that runs are read by them. */
  readonly isFew: boolean
}

/**
 * The condition that a run is among those that meet every one of the clauses: their rows are read once by their indices
 * and each run is looked up among them, which costs what matches.
 */
export function listed(scope: ClauseScope, { clauses, isFew }: Lists, runId: Expression<unknown>): Expression<SqlBool> {
  const each = clauses.map((clause) => sql`select pair.run_id from ${meeting(scope, clause)}`)
  const list = sql.join(each, sql` intersect `)
  if (scope.dialect === 'sqlite') return sql<SqlBool>`${runId} in (${list})`
  // Its statistics know no single key, so PostgreSQL expects most runs in any list. An array is used as an index; OFFSET
  // keeps it from asking the table for each run after all.
  return isFew
    ? sql<SqlBool>`${runId} = any(array(${list}))`
    : sql<SqlBool>`${runId} in (select run_id from (${list} offset 0) as list)`
}

const opposite: Readonly<Record<NumberOperator, NumberOperator>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
}

/** A clause over a metric that is met by the other values of it. */
export function opposed<Clause extends FilterClause<RunEntity>>(clause: Clause): Clause | undefined {
  const { entity, comparison } = clause
  if (entity !== 'metric' || comparison.kind !== 'number') return undefined
  return { ...clause, comparison: { ...comparison, operator: opposite[comparison.operator] } }
}

/** The condition that a run is not among those that meet the clause; SQLite reads them once, as for `listed`. */
export function unlisted(
  scope: ClauseScope,
  clause: FilterClause<RunEntity>,
  runId: Expression<unknown>,
): Expression<SqlBool> {
  return sql<SqlBool>`${runId} not in (select pair.run_id from ${meeting(scope, clause)})`
}

/** The rows that meet a clause, read by their index alone: what follows FROM, the rows being `pair`. */
export function meeting({ dialect, experiments }: ClauseScope, clause: FilterClause<RunEntity>): RawBuilder<unknown> {
  const { entity, key, comparison } = clause
  const inExperiments = oneOf(sql.ref('pair.experiment_id'), experiments)
  if (entity === 'attribute') {
    const column = sql.ref(`pair.${runAttributeColumn[key]!}`)
    return sql`run as pair where ${inExperiments} and ${matches({ dialect, column, comparison, integer: true })}`
  }
  const rows = sql`${keyedTable(entity)} as pair where pair.key = ${key}`
  if (entity === 'metric') return sql`${rows} and ${inExperiments} and ${met(dialect, clause, sql.ref('pair.value'))}`
  return comparison.kind === 'presence' ? rows : sql`${rows} and ${textMet(dialect, clause)}`
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
function met(
  dialect: Dialect,
  { entity, comparison }: FilterClause<RunEntity>,
  column: Expression<unknown>,
): Expression<SqlBool> {
  const value = matches({ dialect, column, comparison })
  if (entity !== 'metric') return value
  return comparison.operator === '!='
    ? sql<SqlBool>`(pair.is_nan = 1 or ${value})`
    : sql<SqlBool>`pair.is_nan = 0 and ${value}`
}

/**
 * The conditions on `sorted`, the rows of a key that is ordered by, for clauses over the same key; `undefined` where no
 * row can meet them, being NaN.
 */
export function metBySorted(
  dialect: Dialect,
  clauses: readonly FilterClause<RunEntity>[],
  isNaN: boolean,
): readonly Expression<SqlBool>[] | undefined {
  if (!isNaN) return clauses.map(({ comparison }) => matches({ dialect, column: sql.ref('sorted.value'), comparison }))
  return clauses.every(({ comparison }) => comparison.operator === '!=') ? [] : undefined
}

/**
 * The same for texts by their index, which narrows what is read. PostgreSQL's holds their first 64 characters (it cannot
 * index a text of 8,000).
 */
function textMet(dialect: Dialect, clause: FilterClause<RunEntity>): RawBuilder<unknown> {
  const { comparison } = clause
  const value = sql.ref('pair.value')
  const answer = met(dialect, clause, value)
  const start = indexedText(dialect, value)
  if (comparison.kind !== 'text') return sql`${answer}`
  if (comparison.operator === '=') return sql`${start} = ${indexedStart(dialect, comparison.value)} and ${answer}`
  const prefix = likePrefix(comparison)
  if (prefix === '') return sql`${answer}`
  const next = textAfter(prefix)
  const upTo = next === undefined ? sql`` : sql`and ${start} < ${next}`
  return sql`${start} >= ${prefix} ${upTo} and ${answer}`
}

/** The least text that is greater than all that begin so; texts sort by code point. */
function textAfter(prefix: string): string | undefined {
  const points = [...prefix].map((character) => character.codePointAt(0)!)
  const last = points.findLastIndex((point) => point < 0x10ffff)
  if (last < 0) return undefined
  // What lies between are halves of pairs, no characters.
  const next = points[last] === 0xd7ff ? 0xe000 : points[last]! + 1
  return String.fromCodePoint(...points.slice(0, last), next)
}

/** What the index of a param or tag holds of its value. */
export function indexedText(dialect: Dialect, value: Expression<unknown>): Expression<unknown> {
  return dialect === 'sqlite' ? value : indexedName(value)
}

/** What the index of run names (migration 0012) holds of one. */
export function indexedName(name: Expression<unknown>): Expression<unknown> {
  return sql`substr(${name}, 1, ${sql.lit(indexedLength)})`
}

function indexedStart(dialect: Dialect, text: string): string {
  return dialect === 'sqlite' ? text : [...text].slice(0, indexedLength).join('')
}

/** The text before the first wildcard of LIKE, as much of it as is in the index. */
function likePrefix(comparison: Comparison): string {
  if (comparison.kind !== 'text' || comparison.operator !== 'LIKE') return ''
  const [literal] = comparison.value.toWellFormed().split(/[%_]/, 1)
  return [...literal!].slice(0, indexedLength).join('')
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
