import { parse, stringify } from 'yaml'
import { SluiceError } from '../base/errors.ts'

/* Tests of other tools as ours: suites of Great Expectations (JSON) and schemas of pandera (the YAML of its to_yaml). */

type Fields = Readonly<Record<string, unknown>>

export interface ImportedTests {
  /** A file of data tests. */
  readonly yaml: string
  /** What has no counterpart, in the other tool's words. */
  readonly notMapped: readonly string[]
}

/** Reads a suite or schema. Throws `invalid-document` for what is neither. */
export function importTests(text: string, { table }: { readonly table: string }): ImportedTests {
  const document = fieldsOf(parsed(text))
  const found = Array.isArray(document['expectations'])
    ? ofExpectations(document['expectations'] as unknown[])
    : document['schema_type'] !== undefined || document['columns'] !== undefined
      ? ofPandera(document)
      : undefined
  if (found === undefined)
    throw new SluiceError(
      'invalid-document',
      'The file is neither a suite of Great Expectations nor a schema of pandera.',
      {
        hint: 'A suite is JSON with "expectations"; a schema is YAML with "schema_type: dataframe" and "columns".',
      },
    )
  const name = document['name'] ?? document['expectation_suite_name']
  const yaml = stringify({
    type: 'data_tests',
    ...(typeof name === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(name) && { name }),
    inputs: { [table]: `./${table}.csv` },
    tests: found.tests,
  })
  return { yaml, notMapped: found.notMapped }
}

function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new SluiceError('invalid-document', 'The file is neither JSON nor YAML.', { cause: error })
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

interface Found {
  readonly tests: readonly Fields[]
  readonly notMapped: readonly string[]
}

/** What a Great Expectations type is here; undefined where its arguments say something we cannot. */
const expectations: Readonly<Record<string, (kwargs: Fields) => Fields | undefined>> = {
  expect_column_to_exist: ({ column }) => ({ schema: { columns: { [String(column)]: 'any' } } }),
  expect_column_values_to_not_be_null: ({ column }) => ({ not_null: column }),
  expect_column_values_to_be_unique: ({ column }) => ({ unique: column }),
  expect_compound_columns_to_be_unique: ({ column_list }) => ({ unique: column_list }),
  expect_column_values_to_be_between: ({ column, strict_min, strict_max, ...rest }) =>
    strict_min === true || strict_max === true ? undefined : bounded('range', column, rest),
  expect_column_value_lengths_to_be_between: ({ column, ...rest }) => bounded('length', column, rest),
  expect_column_value_lengths_to_equal: ({ column, value }) => ({ length: { column, min: value, max: value } }),
  expect_column_values_to_be_in_set: ({ column, value_set }) => ({ in_set: { column, values: value_set } }),
  expect_column_values_to_not_be_in_set: ({ column, value_set }) => ({ not_in_set: { column, values: value_set } }),
  // Python searches from the start of the value; what may follow is added.
  expect_column_values_to_match_regex: ({ column, regex }) => ({
    matches: { column, pattern: `(?s:.*)(?:${String(regex)})(?s:.*)` },
  }),
  expect_table_row_count_to_be_between: ({ min_value, max_value }) => ({ row_count: limits({ min_value, max_value }) }),
  expect_table_row_count_to_equal: ({ value }) => ({ row_count: { min: value, max: value } }),
  expect_table_columns_to_match_set: ({ column_set, exact_match }) => schemaOfNames(column_set, exact_match !== false),
  expect_table_columns_to_match_ordered_list: () => undefined,
}

function bounded(check: 'range' | 'length', column: unknown, kwargs: Fields): Fields | undefined {
  const found = limits(kwargs)
  return Object.keys(found).length === 0 ? undefined : { [check]: { column, ...found } }
}

function limits({ min_value: min, max_value: max }: Fields): Fields {
  return { ...(min != null && { min }), ...(max != null && { max }) }
}

function schemaOfNames(names: unknown, exact: boolean): Fields | undefined {
  if (!Array.isArray(names)) return undefined
  const columns = Object.fromEntries(names.map((name) => [String(name), 'any']))
  return { schema: { columns, ...(exact && { exact }) } }
}

function ofExpectations(list: readonly unknown[]): Found {
  const tests: Fields[] = []
  const notMapped: string[] = []
  for (const item of list) {
    const { expectation_type: older, type = older, kwargs, severity } = fieldsOf(item)
    const { mostly, ...rest } = fieldsOf(kwargs)
    const check = Object.hasOwn(expectations, String(type)) ? expectations[String(type)]!(rest) : undefined
    if (check === undefined || rest['row_condition'] != null) notMapped.push(`${String(type)} ${JSON.stringify(rest)}`)
    else
      tests.push({
        ...check,
        ...(typeof mostly === 'number' && mostly < 1 && { tolerance: Number((1 - mostly).toFixed(12)) }),
        ...(severity === 'warning' || severity === 'info' ? { severity: 'warn' } : {}),
      })
  }
  return { tests, notMapped }
}

const panderaTypes: readonly (readonly [RegExp, string])[] = [
  [/^u?int/i, 'integer'],
  [/^float/i, 'number'],
  [/^bool/i, 'boolean'],
  [/^(str|string|object)/i, 'text'],
  [/^datetime/i, 'timestamp'],
]

/** What a check of pandera is here, by its name in the YAML. */
const panderaChecks: Readonly<Record<string, (column: string, value: unknown) => Fields | undefined>> = {
  greater_than_or_equal_to: (column, min) => ({ range: { column, min } }),
  less_than_or_equal_to: (column, max) => ({ range: { column, max } }),
  in_range: (column, value) => {
    const { min_value, max_value, include_min, include_max } = fieldsOf(value)
    return include_min === false || include_max === false
      ? undefined
      : bounded('range', column, { min_value, max_value })
  },
  equal_to: (column, value) => ({ in_set: { column, values: [value] } }),
  not_equal_to: (column, value) => ({ not_in_set: { column, values: [value] } }),
  isin: (column, values) => ({ in_set: { column, values } }),
  notin: (column, values) => ({ not_in_set: { column, values } }),
  // Python's match begins at the start of the value and says nothing of its end.
  str_matches: (column, pattern) => ({ matches: { column, pattern: `(?:${String(pattern)})(?s:.*)` } }),
  str_contains: (column, pattern) => ({ matches: { column, pattern: `(?s:.*)(?:${String(pattern)})(?s:.*)` } }),
  str_length: (column, value) => bounded('length', column, fieldsOf(value)),
}

function ofPandera(document: Fields): Found {
  const tests: Fields[] = []
  const notMapped: string[] = []
  const columns = Object.entries(fieldsOf(document['columns']))
  const types: Record<string, string> = {}
  for (const [column, described] of columns) {
    const fields = fieldsOf(described)
    const { dtype, nullable, unique, required } = fields
    const type = panderaTypes.find(([pattern]) => pattern.test(String(dtype)))?.[1]
    if (dtype != null && type === undefined) notMapped.push(`columns.${column}.dtype ${String(dtype)}`)
    if (required !== false) types[column] = type ?? 'any'
    if (nullable !== true) tests.push({ not_null: column })
    if (unique === true) tests.push({ unique: column })
    for (const [name, raw] of checkEntries(fields)) {
      const { options: _options, value = raw } = fieldsOf(raw)
      const check = Object.hasOwn(panderaChecks, name) ? panderaChecks[name]!(column, value) : undefined
      if (check === undefined) notMapped.push(`columns.${column}.checks.${name} ${JSON.stringify(raw)}`)
      else tests.push(check)
    }
  }
  if (Array.isArray(document['unique'])) tests.push({ unique: document['unique'] })
  for (const part of ['checks', 'index']) if (document[part] != null) notMapped.push(part)
  const exact = document['strict'] === true
  return { tests: [{ schema: { columns: types, ...(exact && { exact }) } }, ...tests], notMapped }
}

/** What a column says beside its checks. */
const panderaColumnKeys = new Set(
  'dtype nullable unique required coerce regex title description metadata default drop_invalid_rows report_duplicates checks'.split(
    ' ',
  ),
)

/** Under `checks:` by name or as a list with `options: {check_name}`, or beside the rest of the column: versions differ. */
function checkEntries(column: Fields): readonly (readonly [name: string, raw: unknown])[] {
  const { checks } = column
  const beside = Object.entries(column).filter(([name]) => !panderaColumnKeys.has(name))
  if (!Array.isArray(checks)) return [...beside, ...Object.entries(fieldsOf(checks))]
  const listed = checks.map((check): readonly [string, unknown] => {
    const fields = fieldsOf(check)
    return [String(fieldsOf(fields['options'])['check_name'] ?? Object.keys(fields)[0]), check]
  })
  return [...beside, ...listed]
}
