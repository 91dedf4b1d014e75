import { sql, type RawBuilder } from 'kysely'
import { SluiceError } from '../../base/errors.ts'
import type { Database, Dialect } from '../../database/database.ts'
import { experimentNumbers } from '../experiment-store.ts'
import { attributeKeys, textOperators, type FilterGrammar } from '../filter/grammar.ts'
import { matches } from '../filter/condition.ts'
import { parseFilter } from '../filter/parse-filter.ts'
import { checkMaxResults } from '../limits.ts'
import { modelKeys, providerKeys } from './span-conventions.ts'
import { traceKeys } from './trace.ts'

/**
 * Numbers about traces, spans and assessments over time and by name: what MLflow's overview charts ask for. A measure is
 * read per row by the database; counting, sums and percentiles are made here from one pass over the rows, grouped by the
 * dimensions, so that both databases give the same percentiles.
 */
export interface TraceMetricsQuery {
  readonly experimentIds: readonly string[]
  readonly view: 'TRACES' | 'SPANS' | 'ASSESSMENTS'
  readonly metric: string
  readonly aggregations: readonly Aggregation[]
  readonly dimensions?: readonly string[]
  readonly filters?: readonly string[]
  /** Groups by spans of time of this length; needs both ends. */
  readonly intervalSeconds?: number
  readonly startMs?: number
  readonly endMs?: number
  readonly maxResults?: number
}

interface Aggregation {
  readonly type: 'COUNT' | 'SUM' | 'AVG' | 'PERCENTILE' | 'MIN' | 'MAX'
  /** 0 to 100; of PERCENTILE only. */
  readonly percentile?: number
}

export interface TraceMetricPoint {
  readonly dimensions: Readonly<Record<string, string>>
  /** By the aggregation's name: `COUNT`, `AVG`, `P95`. */
  readonly values: Readonly<Record<string, number>>
}

type View = TraceMetricsQuery['view']
type Kind = Aggregation['type']

interface Measure {
  readonly value: RawBuilder<unknown>
  /** Of a value that is the text of a JSON object: the member that is measured. */
  readonly member?: string
  readonly aggregations: readonly Kind[]
  readonly dimensions: readonly string[]
}

const spread: readonly Kind[] = ['AVG', 'MIN', 'MAX', 'PERCENTILE']
const one = sql`1`

function metadata(key: string): RawBuilder<unknown> {
  return sql`(select pair.value from trace_metadata as pair where pair.trace_id = trace.trace_id and pair.key = ${key})`
}

const tokens = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
]
const costs = ['input_cost', 'output_cost', 'total_cost']

const measures: Readonly<Record<View, ReadonlyMap<string, Measure>>> = {
  TRACES: new Map<string, Measure>([
    ['trace_count', { value: one, aggregations: ['COUNT'], dimensions: ['trace_name', 'trace_status'] }],
    ['session_count', { value: metadata(traceKeys.session), aggregations: ['COUNT'], dimensions: [] }],
    ['latency', { value: sql`trace.execution_ms`, aggregations: spread, dimensions: ['trace_name'] }],
    ...tokens.map((name): [string, Measure] => [
      name,
      {
        value: metadata(traceKeys.tokenUsage),
        member: name,
        aggregations: ['SUM', ...spread],
        dimensions: ['trace_name'],
      },
    ]),
  ]),
  SPANS: new Map<string, Measure>([
    [
      'span_count',
      {
        value: one,
        aggregations: ['COUNT'],
        dimensions: ['span_name', 'span_type', 'span_status', 'span_model_name', 'span_model_provider'],
      },
    ],
    ['latency', { value: sql`span.duration_ms`, aggregations: spread, dimensions: ['span_name', 'span_status'] }],
    ...costs.map((name): [string, Measure] => [
      name,
      {
        value: sql`span.cost`,
        member: name,
        aggregations: ['SUM', ...spread],
        dimensions: ['span_model_name', 'span_model_provider'],
      },
    ]),
  ]),
  ASSESSMENTS: new Map<string, Measure>([
    ['assessment_count', { value: one, aggregations: ['COUNT'], dimensions: ['assessment_name', 'assessment_value'] }],
    ['assessment_value', { value: assessedNumber(), aggregations: spread, dimensions: ['assessment_name'] }],
  ]),
}

/** A number as it is; yes and no, true and false as 1 and 0, as MLflow averages them. */
function assessedNumber(): RawBuilder<unknown> {
  return sql`coalesce(assessment.number, case lower(assessment.value)
    when 'true' then 1 when 'false' then 0 when '"yes"' then 1 when '"no"' then 0 end)`
}

function attribute(dialect: Dialect, name: string): RawBuilder<unknown> {
  return dialect === 'sqlite'
    ? sql`json_extract(span.content, ${`$.attributes.${JSON.stringify(name)}`})`
    : sql`(span.content::json -> 'attributes' ->> ${name})`
}

function firstAttribute(dialect: Dialect, names: readonly string[]): RawBuilder<unknown> {
  return sql`coalesce(${sql.join(names.map((name) => attribute(dialect, name)))})`
}

const dimensionColumns: Readonly<Record<string, (dialect: Dialect) => RawBuilder<unknown>>> = {
  trace_name: () =>
    sql`(select pair.value from trace_tag as pair where pair.trace_id = trace.trace_id and pair.key = ${traceKeys.nameTag})`,
  trace_status: () => sql`trace.state`,
  span_name: () => sql`span.name`,
  span_type: () => sql`span.type`,
  span_status: () => sql`span.status`,
  span_model_name: (dialect) => firstAttribute(dialect, modelKeys),
  span_model_provider: (dialect) => firstAttribute(dialect, providerKeys),
  assessment_name: () => sql`assessment.name`,
  assessment_value: () => sql`assessment.value`,
}

const sources: Readonly<Record<View, { readonly from: RawBuilder<unknown>; readonly time: RawBuilder<unknown> }>> = {
  TRACES: { from: sql`trace`, time: sql`trace.timestamp_ms` },
  SPANS: { from: sql`span join trace on trace.trace_id = span.trace_id`, time: sql`span.start_ms` },
  ASSESSMENTS: {
    from: sql`assessment join trace on trace.trace_id = assessment.trace_id`,
    time: sql`trace.timestamp_ms`,
  },
}

/** Rows beyond which a chart of raw rows would hold up everybody else. */
const maxRows = 1_000_000
const maxPoints = 1000

/** Throws `invalid-request` for a metric, aggregation, dimension or filter that the view does not have. */
export async function traceMetrics(database: Database, query: TraceMetricsQuery): Promise<readonly TraceMetricPoint[]> {
  const { view, dimensions = [], intervalSeconds, startMs, endMs, maxResults = maxPoints } = query
  checkMaxResults(maxResults, maxPoints)
  const measure = checkedMeasure(query)
  if (intervalSeconds !== undefined && (startMs === undefined || endMs === undefined)) {
    throw refuse('start_time_ms and end_time_ms are required if time_interval_seconds is set')
  }
  if (intervalSeconds !== undefined && intervalSeconds < 1) throw refuse('time_interval_seconds must be positive')
  const experiments = experimentNumbers(query.experimentIds)
  if (experiments.length === 0) return []
  const { dialect } = database
  const { from, time } = sources[view]
  const { value } = measure
  const where = [
    sql`trace.experiment_id in (${sql.join(experiments)})`,
    sql`${value} is not null`,
    ...(startMs === undefined ? [] : [sql`${time} >= ${startMs}`]),
    ...(endMs === undefined ? [] : [sql`${time} <= ${endMs}`]),
    // What another overrides was said, but no longer counts.
    ...(view === 'ASSESSMENTS' ? [sql`assessment.is_valid = 1`] : []),
    ...(query.filters ?? []).flatMap((filter) => conditions(dialect, view, filter)),
  ]
  const columns = dimensions.map((name, at) => sql`${dimensionColumns[name]!(dialect)} as ${sql.ref(`key_${at}`)}`)
  const { rows } = await sql<Readonly<Record<string, string | number | null>>>`
    select ${time} as at, ${value} as value ${columns.length === 0 ? sql`` : sql`, ${sql.join(columns)}`}
    from ${from} where ${sql.join(where, sql` and `)} limit ${maxRows + 1}
  `.execute(database.read)
  if (rows.length > maxRows) {
    throw new SluiceError('limit-exceeded', `More than ${maxRows} rows are in this range of time.`, {
      hint: 'Ask about a shorter one.',
    })
  }
  const groups = new Map<
    string,
    { readonly dimensions: Record<string, string>; readonly values: (string | number)[] }
  >()
  for (const row of rows) {
    const keys = dimensions.map((_, at) => row[`key_${at}`])
    if (keys.some((key) => key === null)) continue
    const measured = measuredValue(measure, row['value']!)
    if (measured === undefined) continue
    const bucket =
      intervalSeconds === undefined ? {} : { time_bucket: bucketText(Number(row['at']), intervalSeconds * 1000) }
    const named = Object.fromEntries(dimensions.map((name, at) => [name, String(keys[at])]))
    const group = { ...bucket, ...named }
    const identity = JSON.stringify(group)
    const known = groups.get(identity)
    if (known === undefined) groups.set(identity, { dimensions: group, values: [measured] })
    else known.values.push(measured)
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, maxResults)
  return sorted.map(([, group]) => ({
    dimensions: group.dimensions,
    values: aggregated(query, group.values),
  }))
}

/** Metadata is the client's: what is no JSON, or lacks the member, is not measured. */
function measuredValue({ member }: Measure, value: string | number): string | number | undefined {
  if (member === undefined) return value
  try {
    const found = (JSON.parse(String(value)) as Readonly<Record<string, unknown>> | null)?.[member]
    return typeof found === 'number' ? found : undefined
  } catch {
    return undefined
  }
}

function refuse(why: string): SluiceError {
  return new SluiceError('invalid-request', why)
}

function checkedMeasure({ view, metric, aggregations, dimensions = [] }: TraceMetricsQuery): Measure {
  const of = measures[view]
  const measure = of.get(metric)
  if (measure === undefined) throw refuse(`metric_name must be one of ${listed([...of.keys()])}, got '${metric}'`)
  const wrong = aggregations.filter(({ type }) => !measure.aggregations.includes(type)).map(({ type }) => type)
  if (wrong.length > 0) {
    const valid = listed([...measure.aggregations].sort())
    throw refuse(`Found invalid aggregation_type(s): ${listed(wrong)}. Supported aggregation types: ${valid}`)
  }
  for (const { type, percentile } of aggregations) {
    if (type === 'PERCENTILE' && (percentile === undefined || percentile < 0 || percentile > 100)) {
      throw refuse(`Percentile value must be between 0 and 100, got ${percentile}`)
    }
  }
  const unknown = dimensions.filter((name) => !measure.dimensions.includes(name))
  if (unknown.length === 0) return measure
  throw refuse(`Found invalid dimension(s): ${listed(unknown)}. Supported dimensions: ${listed(measure.dimensions)}`)
}

function listed(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`
}

function bucketText(ms: number, lengthMs: number): string {
  return new Date(Math.floor(ms / lengthMs) * lengthMs).toISOString().replace(/(\.000)?Z$/, '+00:00')
}

type Filtered = 'trace' | 'tag' | 'metadata' | 'span' | 'assessment'
const equal = { type: 'text', operators: ['='] } as const

/** `trace.status`, `trace.tag.KEY`, `trace.metadata.KEY`, `span.name`, `assessment.name`...: one clause a filter. */
const grammar: FilterGrammar<Exclude<Filtered, 'tag' | 'metadata'>> = {
  bare: 'trace',
  entities: {
    trace: { words: ['trace'], keys: { type: 'text', operators: textOperators } },
    span: { words: ['span'], keys: attributeKeys({ text: ['name', 'status', 'type'] }) },
    assessment: { words: ['assessment'], keys: new Map([['name', equal] as const, ['type', equal] as const]) },
  },
}

function conditions(dialect: Dialect, view: View, filter: string): readonly RawBuilder<unknown>[] {
  return parseFilter(filter, grammar).map(({ entity, key, comparison }) => {
    const met = (column: RawBuilder<unknown>) => sql`${matches({ dialect, column, comparison })}`
    if (entity === 'span') {
      if (view === 'SPANS') return met(sql.ref(`span.${key}`) as unknown as RawBuilder<unknown>)
      return sql`trace.trace_id in (select span.trace_id from span where ${met(sql`${sql.ref(`span.${key}`)}`)})`
    }
    if (entity === 'assessment') {
      const column = key === 'type' ? sql`assessment.kind` : sql`assessment.name`
      if (view === 'ASSESSMENTS') return met(column)
      return sql`trace.trace_id in (select assessment.trace_id from assessment where ${met(column)})`
    }
    if (key === 'status') return met(sql`trace.state`)
    const pair = /^(tag|metadata)\.(.+)$/s.exec(key)
    if (pair === null) throw refuse(`Invalid filter '${filter}': a trace has status, tag.KEY and metadata.KEY.`)
    const table = sql.table(pair[1] === 'tag' ? 'trace_tag' : 'trace_metadata')
    const holders = sql`trace.trace_id in (select pair.trace_id from ${table} as pair
      where pair.key = ${pair[2]} and ${met(sql`pair.value`)})`
    if (key !== `metadata.${traceKeys.sourceRun}`) return holders
    // A trace may be linked to its run after it came, and then does not say so itself.
    const linked = sql`select link.trace_id from trace_run as link where ${met(sql`link.run_id`)}`
    return sql`(${holders} or trace.trace_id in (${linked}))`
  })
}

function aggregated(
  { metric, aggregations }: TraceMetricsQuery,
  found: readonly (string | number)[],
): Record<string, number> {
  const counted = metric === 'session_count' ? new Set(found).size : found.length
  const numbers = aggregations.some(({ type }) => type !== 'COUNT')
    ? found
        .map(Number)
        .filter(Number.isFinite)
        .sort((a, b) => a - b)
    : []
  const values: Record<string, number> = {}
  for (const { type, percentile } of aggregations) {
    if (type === 'COUNT') values['COUNT'] = counted
    else if (numbers.length > 0) {
      const name = type === 'PERCENTILE' ? `P${Number.isInteger(percentile) ? `${percentile}.0` : percentile}` : type
      values[name] = valueOf(type, numbers, percentile ?? 0)
    }
  }
  return values
}

function valueOf(type: Exclude<Kind, 'COUNT'>, sorted: readonly number[], percentile: number): number {
  if (type === 'MIN') return sorted[0]!
  if (type === 'MAX') return sorted.at(-1)!
  if (type === 'PERCENTILE') return percentileOf(sorted, percentile / 100)
  const sum = sorted.reduce((total, value) => total + value, 0)
  return type === 'SUM' ? sum : sum / sorted.length
}

/** Between the two nearest, as PostgreSQL's `percentile_cont` has it. */
function percentileOf(sorted: readonly number[], fraction: number): number {
  const at = fraction * (sorted.length - 1)
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}
