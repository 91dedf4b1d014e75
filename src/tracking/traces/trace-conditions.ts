import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import { assertNever, SluiceError } from '../../base/errors.ts'
import type { Dialect } from '../../database/database.ts'
import { matches } from '../filter/condition.ts'
import {
  attributeKeys,
  textOperators,
  type Comparison,
  type FilterClause,
  type FilterGrammar,
  type ValueRule,
} from '../filter/grammar.ts'
import { traceKeys } from './trace.ts'

/** MLflow's grammar for filters of traces, and what each clause asks of the tables. */

export type TraceEntity = 'attribute' | 'tag' | 'request_metadata' | 'span' | 'feedback' | 'expectation' | 'issue'

const text = [...textOperators, 'RLIKE'] as const
const keyed: ValueRule = { type: 'text', operators: [...text, 'IS NULL', 'IS NOT NULL'] }
const assessed: ValueRule = {
  type: 'text',
  operators: [...text, '>', '>=', '<', '<=', 'IS NULL', 'IS NOT NULL'],
  isNumberInOrder: true,
}
const listed = { type: 'text', operators: [...text, 'IN', 'NOT IN'] } as const

const attributes = new Map<string, ValueRule>([
  ...attributeKeys({ numbers: ['timestamp_ms', 'execution_time_ms', 'end_time_ms'] }),
  ...['request_id', 'status', 'client_request_id', 'name', 'run_id'].map((key) => [key, listed] as const),
  ['prompt', { type: 'text', operators: ['='] }],
  ['text', { type: 'text', operators: ['LIKE', 'ILIKE'] }],
])
const attributeAliases = new Map([
  ['timestamp', 'timestamp_ms'],
  ['execution_time', 'execution_time_ms'],
  ['end_time', 'end_time_ms'],
  ['trace_id', 'request_id'],
  ['state', 'status'],
])

export const traceGrammar: FilterGrammar<TraceEntity> = {
  bare: 'attribute',
  entities: {
    attribute: { words: ['attribute', 'attributes', 'trace'], keys: attributes, aliases: attributeAliases },
    tag: { words: ['tag', 'tags'], keys: keyed },
    request_metadata: { words: ['request_metadata', 'metadata'], keys: keyed },
    span: { words: ['span'], keys: listed },
    feedback: { words: ['feedback'], keys: assessed },
    expectation: { words: ['expectation'], keys: assessed },
    issue: { words: ['issue'], keys: new Map([['id', { type: 'text', operators: ['='] } as const]]) },
  },
}

/** The expression of a number or text attribute over the table `trace`. */
export const traceColumns: Readonly<Record<string, RawBuilder<unknown>>> = {
  request_id: sql`trace.trace_id`,
  timestamp_ms: sql`trace.timestamp_ms`,
  execution_time_ms: sql`trace.execution_ms`,
  end_time_ms: sql`(trace.timestamp_ms + coalesce(trace.execution_ms, 0))`,
  status: sql`trace.state`,
  client_request_id: sql`trace.client_request_id`,
}

/**
 * The conditions on the table `trace` for a filter. All that is asked of spans is asked of one span. A key that a trace
 * lacks never matches, not even `!=`. Throws `invalid-request` for a key that spans do not have.
 */
export function traceConditions(
  dialect: Dialect,
  clauses: readonly FilterClause<TraceEntity>[],
): readonly Expression<SqlBool>[] {
  const isSpan = ({ entity, key }: FilterClause<TraceEntity>) =>
    entity === 'span' || (entity === 'attribute' && key === 'text')
  const ofSpan = clauses.filter(isSpan).map((clause) => spanCondition(dialect, clause))
  const others = clauses.filter((clause) => !isSpan(clause)).map((clause) => traceCondition(dialect, clause))
  if (ofSpan.length === 0) return others
  const span = sql<SqlBool>`exists (select 1 from span where span.trace_id = trace.trace_id
    and ${sql.join(ofSpan, sql` and `)})`
  return [...others, span]
}

function traceCondition(dialect: Dialect, clause: FilterClause<TraceEntity>): Expression<SqlBool> {
  const { entity, key, comparison } = clause
  switch (entity) {
    case 'attribute':
      return attributeCondition(dialect, clause)
    case 'tag':
      return pairCondition(dialect, sql.table('trace_tag'), clause)
    case 'request_metadata':
      return key === traceKeys.sourceRun && comparison.operator === '='
        ? ofRun(dialect, comparison)
        : pairCondition(dialect, sql.table('trace_metadata'), clause)
    case 'feedback':
    case 'expectation':
      return assessmentCondition(dialect, clause)
    case 'issue':
      return assessedBy(
        sql`assessment.kind = 'issue' and ${matches({ dialect, column: sql.ref('assessment.name'), comparison })}`,
      )
    case 'span':
      throw new SluiceError('internal', 'A span clause is not a trace clause.')
    default:
      return assertNever(entity)
  }
}

function attributeCondition(dialect: Dialect, clause: FilterClause<TraceEntity>): Expression<SqlBool> {
  const { key, comparison } = clause
  if (key === 'name') return pairCondition(dialect, sql.table('trace_tag'), { ...clause, key: traceKeys.nameTag })
  if (key === 'run_id') {
    return comparison.operator === '='
      ? ofRun(dialect, comparison)
      : pairCondition(dialect, sql.table('trace_metadata'), { ...clause, key: traceKeys.sourceRun })
  }
  if (key === 'prompt') return withPrompt(comparison)
  return matches({ dialect, column: traceColumns[key]!, comparison, integer: true })
}

/** Made in the run, or linked to it afterwards. */
function ofRun(dialect: Dialect, comparison: Comparison): Expression<SqlBool> {
  const made = pairCondition(dialect, sql.table('trace_metadata'), {
    entity: 'request_metadata',
    key: traceKeys.sourceRun,
    comparison,
  })
  const met = matches({ dialect, column: sql.ref('trace_run.run_id'), comparison })
  return sql<SqlBool>`(${made} or trace.trace_id in (select trace_run.trace_id from trace_run where ${met}))`
}

function withPrompt(comparison: Comparison): Expression<SqlBool> {
  const value = comparison.kind === 'text' ? comparison.value : ''
  if (value.split('/').length !== 2) {
    throw new SluiceError(
      'invalid-request',
      `Invalid prompts filter value '${value}'. Expected format: prompt = "name/version"`,
    )
  }
  return sql<SqlBool>`trace.trace_id in (select trace_prompt.trace_id from trace_prompt where trace_prompt.prompt = ${value})`
}

function pairCondition(
  dialect: Dialect,
  table: RawBuilder<unknown>,
  { key, comparison }: FilterClause<TraceEntity>,
): Expression<SqlBool> {
  if (comparison.kind === 'presence') {
    const present = sql<SqlBool>`exists (select 1 from ${table} as pair
      where pair.trace_id = trace.trace_id and pair.key = ${key})`
    return comparison.operator === 'IS NULL' ? sql<SqlBool>`not ${present}` : present
  }
  const met = matches({ dialect, column: sql.ref('pair.value'), comparison })
  // The index holds the value's first 64 characters; migration 0010.
  const indexed =
    comparison.kind === 'text' && comparison.operator === '='
      ? sql`substr(pair.value, 1, 64) = ${[...comparison.value].slice(0, 64).join('')} and `
      : sql``
  return sql<SqlBool>`trace.trace_id in (select pair.trace_id from ${table} as pair
    where pair.key = ${key} and ${indexed}${met})`
}

/** On the trace itself, or, for an assessment of a whole session, on any trace of that session. */
function assessedBy(met: Expression<unknown>): Expression<SqlBool> {
  return sql<SqlBool>`(trace.trace_id in (select assessment.trace_id from assessment where ${met})
    or trace.trace_id in (select pair.trace_id from trace_metadata as pair join assessment
      on assessment.session_id = pair.value where pair.key = ${traceKeys.session} and ${met}))`
}

function assessmentCondition(
  dialect: Dialect,
  { entity, key, comparison }: FilterClause<TraceEntity>,
): Expression<SqlBool> {
  const named = sql`assessment.kind = ${entity} and assessment.name = ${key} and assessment.is_valid = 1`
  if (comparison.kind === 'presence') {
    return comparison.operator === 'IS NULL' ? sql<SqlBool>`not ${assessedBy(named)}` : assessedBy(named)
  }
  if (comparison.kind === 'number') {
    return assessedBy(sql`${named} and ${matches({ dialect, column: sql.ref('assessment.number'), comparison })}`)
  }
  const column = sql.ref('assessment.value')
  if (comparison.kind === 'text' && (comparison.operator === '=' || comparison.operator === '!=')) {
    // Values are JSON: a text has its quotes there, a number or truth value is written without.
    const { value } = comparison
    const equal = sql<SqlBool>`${column} in (${value}, ${JSON.stringify(value)})`
    return assessedBy(sql`${named} and ${comparison.operator === '=' ? equal : sql`not ${equal}`}`)
  }
  return assessedBy(sql`${named} and ${matches({ dialect, column, comparison })}`)
}

const spanColumns: Readonly<Record<string, string>> = { name: 'span.name', type: 'span.type', status: 'span.status' }
const attributePrefix = 'attributes.'

function spanCondition(dialect: Dialect, { key, comparison }: FilterClause<TraceEntity>): Expression<SqlBool> {
  if (key === 'text' || key === 'content') {
    if (comparison.operator !== 'LIKE' && comparison.operator !== 'ILIKE') {
      throw new SluiceError(
        'invalid-request',
        `span.content comparator '${comparison.operator}' not one of 'LIKE', 'ILIKE'`,
      )
    }
    return matches({ dialect, column: sql.ref('span.content'), comparison })
  }
  const column = spanColumns[key]
  if (column !== undefined) return matches({ dialect, column: sql.ref(column), comparison })
  const attribute = key.startsWith(attributePrefix) ? key.slice(attributePrefix.length) : ''
  if (attribute === '') {
    throw new SluiceError(
      'invalid-request',
      `Invalid span attribute '${key}'. Supported attributes: name, status, type, attributes.<attribute_name>.`,
    )
  }
  return matches({ dialect, column: spanAttribute(dialect, attribute), comparison })
}

/** An attribute's value as text: a text as it is, anything else as JSON. */
function spanAttribute(dialect: Dialect, attribute: string): RawBuilder<unknown> {
  return dialect === 'sqlite'
    ? sql`cast(json_extract(span.content, ${`$.attributes.${JSON.stringify(attribute)}`}) as text)`
    : sql`(span.content::json -> 'attributes' ->> ${attribute})`
}
