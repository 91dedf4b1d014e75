import { Type } from '@sinclair/typebox'
import type { Static, TSchema } from '@sinclair/typebox'
import { driftMetrics } from '../../statistics/drift-verdict.ts'
import { chartKinds } from '../../data/chart.ts'
import { listOf, time, words } from './messages.ts'

/* What our interface says of tables, in the manner of messages.ts. Statistics that there is no value for are null. */

const number = Type.Union([Type.Number(), Type.Null()])
const source = Type.String({
  minLength: 1,
  description:
    'A reference (azureml:NAME:VERSION, azureml://..., https://...) or an absolute path of the server’s machine.',
})

export const ProfileRequest = Type.Object({ source }, { additionalProperties: false })

export const LocationMessage = Type.Object({ path: Type.String() }, { $id: 'TableLocation' })

export const SampleRequest = Type.Object(
  {
    source,
    rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    seed: Type.Optional(Type.Integer({ minimum: 0, description: 'Rows at random; without it the first.' })),
  },
  { additionalProperties: false },
)

export const DiffRequest = Type.Object(
  {
    reference: source,
    current: source,
    columns: Type.Optional(Type.Array(Type.String())),
    number_metric: Type.Optional(words(driftMetrics.number)),
    category_metric: Type.Optional(words(driftMetrics.category)),
    threshold: Type.Optional(Type.Number({ minimum: 0 })),
    mode: Type.Optional(words(['exact', 'bounded', 'evidently'])),
  },
  { additionalProperties: false },
)
export type DiffRequest = Static<typeof DiffRequest>

export const QueryRequest = Type.Object(
  {
    sql: Type.String({ minLength: 1, description: 'One SELECT.' }),
    inputs: Type.Record(Type.String(), source, { description: 'Names of tables and where they are.' }),
    rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  },
  { additionalProperties: false },
)
export type QueryRequest = Static<typeof QueryRequest>

export const AnswerRequest = Type.Object(
  {
    sql: QueryRequest.properties.sql,
    inputs: QueryRequest.properties.inputs,
    format: words(['csv', 'json', 'parquet']),
  },
  { additionalProperties: false },
)
export type AnswerRequest = Static<typeof AnswerRequest>

const ChartMessage = Type.Object(
  {
    kind: Type.Union(chartKinds.map((one) => Type.Literal(one))),
    title: Type.Optional(Type.String({ maxLength: 500 })),
    x: Type.String({ minLength: 1, description: 'A column of the answer.' }),
    y: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 50, description: 'Columns with numbers.' }),
    series: Type.Optional(Type.String({ minLength: 1, description: 'A column whose every value is a series.' })),
  },
  { additionalProperties: false, $id: 'Chart' },
)

export const SaveQueryRequest = Type.Object(
  {
    sql: Type.Optional(Type.String({ minLength: 1, description: 'One SELECT; absent: the saved one is asked again.' })),
    inputs: Type.Optional(Type.Record(Type.String(), source)),
    charts: Type.Optional(
      Type.Array(ChartMessage, { maxItems: 50, description: 'Absent: those of the newest version stay.' }),
    ),
  },
  { additionalProperties: false },
)
export type SaveQueryRequest = Static<typeof SaveQueryRequest>

const query = {
  name: Type.String(),
  version: Type.String(),
  sql: Type.String(),
  inputs: Type.Record(Type.String(), Type.String()),
  charts: Type.Array(ChartMessage),
  created_by: Type.String(),
  created_at: time,
}
export const SavedQueryMessage = Type.Object(query, { $id: 'SavedQuery' })
export type SavedQueryMessage = Static<typeof SavedQueryMessage>
export const SavedQueryList = listOf(SavedQueryMessage)
export const DrawnChartsMessage = Type.Object(
  {
    ...query,
    charts: Type.Array(
      Type.Composite([
        ChartMessage,
        Type.Object({
          lines: Type.Array(
            Type.Object({ name: Type.String(), points: Type.Array(Type.Tuple([Type.Unknown(), Type.Number()])) }),
          ),
          is_cut: Type.Boolean({ description: 'The answer has more rows than are drawn.' }),
        }),
      ]),
    ),
  },
  { $id: 'DrawnCharts' },
)

const column = { name: Type.String(), type: Type.String({ description: 'In DuckDB’s words.' }) }
const kind = words(['number', 'category', 'time', 'other'])

export const RowsMessage = Type.Object(
  {
    columns: Type.Array(Type.Object(column)),
    rows: Type.Array(Type.Array(Type.Unknown())),
  },
  { $id: 'TableRows' },
)

const NumberProfileMessage = Type.Object(
  {
    count: Type.Integer({ description: 'Neither missing nor infinite.' }),
    infinite_count: Type.Integer(),
    mean: number,
    deviation: number,
    min: number,
    max: number,
    distinct_count: Type.Integer(),
    zero_count: Type.Integer(),
    negative_count: Type.Integer(),
    percentiles: Type.Record(Type.String(), number),
    histogram: Type.Object({ edges: Type.Array(Type.Number()), counts: Type.Array(Type.Integer()) }),
    top_values: Type.Array(Type.Object({ value: Type.Number(), count: Type.Integer() })),
  },
  { $id: 'NumberProfile' },
)

export const ProfileMessage = Type.Object(
  {
    digest: Type.String(),
    base_name: Type.String(),
    created_at: time,
    format: words(['csv', 'parquet', 'json', 'mltable']),
    file_count: Type.Integer(),
    row_count: Type.Integer(),
    columns: Type.Array(
      Type.Object({
        ...column,
        kind,
        missing_count: Type.Integer(),
        distinct_count: Type.Optional(Type.Integer()),
        is_distinct_estimated: Type.Optional(Type.Boolean()),
        numbers: Type.Optional(NumberProfileMessage),
        categories: Type.Optional(
          Type.Object({
            top_values: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })),
            shortest: Type.Integer(),
            longest: Type.Integer(),
          }),
        ),
        times: Type.Optional(
          Type.Object({
            earliest: Type.Union([Type.String(), Type.Null()]),
            latest: Type.Union([Type.String(), Type.Null()]),
          }),
        ),
      }),
    ),
    correlations: Type.Array(Type.Object({ first: Type.String(), second: Type.String(), r: number })),
  },
  { $id: 'TableProfile' },
)

const both = <Item extends TSchema>(item: Item) => Type.Object({ reference: item, current: item })
const Categories = Type.Object({
  category_count: Type.Integer(),
  row_count: Type.Integer(),
  examples: Type.Array(Type.String()),
})

const VerdictMessage = Type.Object(
  {
    metric: Type.String(),
    effect: number,
    effect_is: Type.Optional(Type.String()),
    threshold: Type.Number(),
    is_drift: Type.Boolean(),
    p_value: Type.Optional(number),
    binning: Type.Optional(Type.String()),
    interval: Type.Optional(Type.Object({ low: Type.Number(), high: Type.Number() })),
    note: Type.Optional(Type.String()),
  },
  { $id: 'DriftVerdict' },
)

export const DiffMessage = Type.Object(
  {
    row_counts: both(Type.Integer()),
    added_columns: Type.Array(Type.Object(column)),
    removed_columns: Type.Array(Type.Object(column)),
    columns: Type.Array(
      Type.Object({
        name: Type.String(),
        kind,
        reference_type: Type.String(),
        current_type: Type.String(),
        sample_sizes: both(Type.Integer()),
        null_rate: both(Type.Number()),
        data_type_error_rate: Type.Number(),
        out_of_bounds_rate: Type.Optional(Type.Number()),
        verdict: Type.Optional(VerdictMessage),
        new_categories: Type.Optional(Categories),
        missing_categories: Type.Optional(Categories),
      }),
    ),
    compared_count: Type.Integer(),
    drifted_count: Type.Integer(),
    is_drift: Type.Boolean({ description: 'At least half of the compared columns drifted.' }),
  },
  { $id: 'TableDiff' },
)
