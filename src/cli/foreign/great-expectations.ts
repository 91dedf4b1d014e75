import {
  bounded,
  type Fields,
  fieldsOf,
  isForeignPattern,
  limits,
  literal,
  literals,
  named,
  outside,
  type TestsFound,
} from './tests-found.ts'

type Mapping = (kwargs: Fields, table: string) => Fields | undefined

/**
 * What an expectation is here; undefined where its arguments say something we cannot. Where no check says the same, SQL
 * selects the rows that are wrong, or one row where a number of the whole table is.
 */
const expectations: Readonly<Record<string, Mapping>> = {
  expect_column_to_exist: ({ column }) => ({ schema: { columns: { [String(column)]: 'any' } } }),
  expect_column_values_to_not_be_null: ({ column }) => ({ not_null: column }),
  expect_column_values_to_be_null: ({ column }, table) => rowsWhere(table, `${named(column)} IS NOT NULL`),
  expect_column_values_to_be_unique: ({ column }) => ({ unique: column }),
  expect_compound_columns_to_be_unique: ({ column_list }) => ({ unique: column_list }),
  expect_column_values_to_be_between: ({ column, ...rest }, table) =>
    rest['strict_min'] === true || rest['strict_max'] === true
      ? rowsWhere(table, outside(named(column), rest))
      : bounded('range', column, rest),
  expect_column_value_lengths_to_be_between: ({ column, ...rest }, table) =>
    rest['strict_min'] === true || rest['strict_max'] === true
      ? rowsWhere(table, outside(`length(${asText(column)})`, rest))
      : bounded('length', column, rest),
  expect_column_value_lengths_to_equal: ({ column, value }) => ({ length: { column, min: value, max: value } }),
  expect_column_value_z_scores_to_be_less_than: ({ column, threshold, double_sided: both }, table) => {
    const value = named(column)
    const score = `(${value} - (SELECT avg(${value}) FROM ${table})) / (SELECT stddev_samp(${value}) FROM ${table})`
    return rowsWhere(table, `${both === false ? score : `abs(${score})`} >= ${literal(threshold)}`)
  },
  expect_column_values_to_be_in_set: inSet,
  expect_column_distinct_values_to_be_in_set: inSet,
  expect_column_values_to_not_be_in_set: ({ column, value_set: values }) =>
    Array.isArray(values) ? { not_in_set: { column, values } } : undefined,
  expect_column_distinct_values_to_contain_set: ({ column, value_set: values }, table) =>
    Array.isArray(values) ? { sql: missingValues({ column, values, table }) } : undefined,
  expect_column_distinct_values_to_equal_set: ({ column, value_set: values }, table) =>
    Array.isArray(values)
      ? {
          sql:
            `${missingValues({ column, values, table })} UNION ALL SELECT DISTINCT ${asText(column)} FROM ${table} ` +
            `WHERE ${asText(column)} NOT IN ${literals(values.map(String))}`,
        }
      : undefined,
  expect_column_values_to_be_of_type: ({ column, type_: type }) => ofTypes(column, [type]),
  expect_column_values_to_be_in_type_list: ({ column, type_list: types }) =>
    Array.isArray(types) ? ofTypes(column, types) : undefined,
  expect_column_values_to_match_regex: ({ column, regex }) =>
    isForeignPattern(regex) ? undefined : { matches: { column, pattern: anywhere(regex) } },
  expect_column_values_to_not_match_regex: ({ column, regex }, table) =>
    patterns(table, { column, list: [regex], combine: 'any', isWanted: false }),
  expect_column_values_to_match_regex_list: ({ column, regex_list: list, match_on: on }, table) =>
    patterns(table, { column, list, combine: on === 'all' ? 'all' : 'any', isWanted: true }),
  expect_column_values_to_not_match_regex_list: ({ column, regex_list: list }, table) =>
    patterns(table, { column, list, combine: 'any', isWanted: false }),
  expect_column_values_to_match_like_pattern: ({ column, like_pattern: pattern }, table) =>
    rowsWhere(table, `${asText(column)} NOT LIKE ${literal(pattern)}`),
  expect_column_values_to_not_match_like_pattern: ({ column, like_pattern: pattern }, table) =>
    rowsWhere(table, `${asText(column)} LIKE ${literal(pattern)}`),
  expect_column_values_to_match_like_pattern_list: ({ column, like_pattern_list: list, match_on: on }, table) =>
    likes(column, list) && rowsWhere(table, `NOT (${likes(column, list)!.join(on === 'all' ? ' AND ' : ' OR ')})`),
  expect_column_values_to_not_match_like_pattern_list: ({ column, like_pattern_list: list }, table) =>
    likes(column, list) && rowsWhere(table, likes(column, list)!.join(' OR ')),
  expect_column_values_to_match_strftime_format: ({ column, strftime_format: format }, table) =>
    rowsWhere(table, `${asText(column)} IS NOT NULL AND try_strptime(${asText(column)}, ${literal(format)}) IS NULL`),
  expect_column_pair_values_to_be_equal: ({ column_A: a, column_B: b, ...rest }, table) =>
    pairs(table, { a, b, isWrong: `${named(a)} <> ${named(b)}`, rest }),
  expect_column_pair_values_a_to_be_greater_than_b: ({ column_A: a, column_B: b, or_equal: orEqual, ...rest }, table) =>
    pairs(table, { a, b, isWrong: `${named(a)} ${orEqual === true ? '<' : '<='} ${named(b)}`, rest }),
  expect_select_column_values_to_be_unique_within_record: ({ column_list: columns }, table) =>
    Array.isArray(columns) ? rowsWhere(table, repeated(columns)) : undefined,
  expect_multicolumn_sum_to_equal: ({ column_list: columns, sum_total: total }, table) =>
    Array.isArray(columns) ? rowsWhere(table, `${columns.map(named).join(' + ')} <> ${literal(total)}`) : undefined,
  expect_column_mean_to_be_between: number('avg(COLUMN)'),
  expect_column_median_to_be_between: number('median(COLUMN)'),
  expect_column_min_to_be_between: number('min(COLUMN)'),
  expect_column_max_to_be_between: number('max(COLUMN)'),
  expect_column_sum_to_be_between: number('sum(COLUMN)'),
  expect_column_stdev_to_be_between: number('stddev_samp(COLUMN)'),
  expect_column_unique_value_count_to_be_between: number('count(DISTINCT COLUMN)'),
  expect_column_proportion_of_unique_values_to_be_between: number('count(DISTINCT COLUMN) / count(COLUMN)'),
  expect_column_proportion_of_non_null_values_to_be_between: number('count(COLUMN) / count(*)'),
  expect_column_most_common_value_to_be_in_set: ({ column, value_set: values, ties_okay: ties }, table) =>
    Array.isArray(values) && ties !== true
      ? {
          sql:
            `SELECT * FROM (SELECT ${asText(column)} AS value FROM ${table} WHERE ${named(column)} IS NOT NULL GROUP BY 1 ` +
            `QUALIFY rank() OVER (ORDER BY count(*) DESC) = 1) WHERE value NOT IN ${literals(values.map(String))}`,
        }
      : undefined,
  expect_table_row_count_to_be_between: (kwargs) => ({ row_count: limits(kwargs) }),
  expect_table_row_count_to_equal: ({ value }) => ({ row_count: { min: value, max: value } }),
  expect_table_column_count_to_be_between: (kwargs, table) => columnCount(table, kwargs),
  expect_table_column_count_to_equal: ({ value }, table) => columnCount(table, { min_value: value, max_value: value }),
  expect_table_columns_to_match_set: ({ column_set, exact_match }) => schemaOfNames(column_set, exact_match !== false),
  expect_table_columns_to_match_ordered_list: ({ column_list: columns }, table) =>
    Array.isArray(columns)
      ? {
          sql: `SELECT list(column_name) AS columns FROM (DESCRIBE ${table}) HAVING list(column_name) <> [${columns.map((one) => literal(String(one))).join(', ')}]`,
        }
      : undefined,
  unexpected_rows_expectation: ({ unexpected_rows_query: query }, table) =>
    typeof query === 'string' ? { sql: query.replaceAll('{batch}', table) } : undefined,
}

/** Reads the list of a suite. */
export function ofExpectations(list: readonly unknown[], table: string): TestsFound {
  const tests: Fields[] = []
  const notMapped: string[] = []
  for (const item of list) {
    const { expectation_type: older, type = older, kwargs, severity } = fieldsOf(item)
    const { mostly, ...rest } = fieldsOf(kwargs)
    const wanted = Object.hasOwn(expectations, String(type)) ? expectations[String(type)] : undefined
    const check = rest['row_condition'] == null ? wanted?.(withoutParameters(rest), table) : undefined
    if (check === undefined || hasParameter(rest)) notMapped.push(`${String(type)} ${JSON.stringify(rest)}`)
    else
      tests.push({
        ...('sql' in check && { name: titleOf(String(type), rest) }),
        ...check,
        ...(typeof mostly === 'number' && mostly < 1 && { tolerance: Number((1 - mostly).toFixed(12)) }),
        ...(severity === 'warning' || severity === 'info' ? { severity: 'warn' } : {}),
      })
  }
  return { tests, notMapped }
}

/** What says nothing of the data. */
function withoutParameters({ batch_id: _, result_format: __, catch_exceptions: ___, ...rest }: Fields): Fields {
  return rest
}

/** `{"$PARAMETER": "name"}` gets its value when a suite is run. */
function hasParameter(kwargs: Fields): boolean {
  return JSON.stringify(kwargs).includes('"$PARAMETER"')
}

/** `column mean to be between: fare`. */
function titleOf(type: string, { column, column_A: a, column_B: b, column_list: list }: Fields): string {
  const about = [column, a, b, ...(Array.isArray(list) ? (list as unknown[]) : [])].filter((one) => one !== undefined)
  return `${type.replace(/^expect_/, '').replaceAll('_', ' ')}${about.length === 0 ? '' : `: ${about.join(', ')}`}`
}

function rowsWhere(table: string, condition: string | undefined): Fields | undefined {
  return condition === undefined ? undefined : { sql: `SELECT * FROM ${table} WHERE ${condition}` }
}

function asText(column: unknown): string {
  return `${named(column)}::VARCHAR`
}

/** A number of the whole column that has to lie between bounds. */
function number(expression: string): Mapping {
  return ({ column, ...bounds }, table) => {
    const value = expression.replaceAll('COLUMN', named(column))
    const isOutside = outside('value', bounds)
    // No value at all is outside too.
    return isOutside === undefined
      ? undefined
      : { sql: `SELECT * FROM (SELECT ${value} AS value FROM ${table}) WHERE value IS NULL OR ${isOutside}` }
  }
}

function inSet({ column, value_set: values }: Fields): Fields | undefined {
  return Array.isArray(values) ? { in_set: { column, values } } : undefined
}

function missingValues({
  column,
  values,
  table,
}: {
  readonly column: unknown
  readonly values: readonly unknown[]
  readonly table: string
}): string {
  const wanted = values.map((value) => `(${literal(String(value))})`).join(', ')
  return `SELECT value FROM (VALUES ${wanted}) AS wanted(value) WHERE value NOT IN (SELECT ${asText(column)} FROM ${table} WHERE ${named(column)} IS NOT NULL)`
}

/** Python searches anywhere in the value. */
function anywhere(regex: unknown): string {
  return `(?s:.*)(?:${String(regex)})(?s:.*)`
}

function patterns(
  table: string,
  {
    column,
    list,
    combine,
    isWanted,
  }: {
    readonly column: unknown
    readonly list: unknown
    readonly combine: 'any' | 'all'
    readonly isWanted: boolean
  },
): Fields | undefined {
  if (!Array.isArray(list) || list.some(isForeignPattern)) return undefined
  const each = list.map((pattern) => `regexp_matches(${asText(column)}, ${literal(pattern)})`)
  const all = each.join(combine === 'all' ? ' AND ' : ' OR ')
  return rowsWhere(table, isWanted ? `NOT (${all})` : all)
}

function likes(column: unknown, list: unknown): readonly string[] | undefined {
  return Array.isArray(list) ? list.map((pattern) => `${asText(column)} LIKE ${literal(pattern)}`) : undefined
}

/** A row with one value missing is wrong unless the suite says that it is to be ignored; one with none is not. */
function pairs(
  table: string,
  {
    a,
    b,
    isWrong,
    rest,
  }: { readonly a: unknown; readonly b: unknown; readonly isWrong: string; readonly rest: Fields },
): Fields | undefined {
  const ignore = rest['ignore_row_if'] ?? 'both_values_are_missing'
  if (ignore === 'either_value_is_missing') return rowsWhere(table, isWrong)
  if (ignore !== 'both_values_are_missing') return undefined
  return rowsWhere(table, `${isWrong} OR (${named(a)} IS NULL) <> (${named(b)} IS NULL)`)
}

function repeated(columns: readonly unknown[]): string {
  return columns
    .flatMap((one, at) => columns.slice(at + 1).map((other) => `${named(one)} = ${named(other)}`))
    .join(' OR ')
}

function columnCount(table: string, kwargs: Fields): Fields | undefined {
  const isOutside = outside('value', kwargs)
  return isOutside === undefined
    ? undefined
    : { sql: `SELECT * FROM (SELECT count(*) AS value FROM (DESCRIBE ${table})) WHERE ${isOutside}` }
}

function schemaOfNames(names: unknown, exact: boolean): Fields | undefined {
  if (!Array.isArray(names)) return undefined
  const columns = Object.fromEntries(names.map((name) => [String(name), 'any']))
  return { schema: { columns, ...(exact && { exact }) } }
}

const typeNames: readonly (readonly [RegExp, string])[] = [
  [/^u?(big|small|tiny|huge)?int(eger)?\d*(type)?$|^longtype$|^shorttype$/i, 'integer'],
  [/^(float\d*|double|real|numeric|decimal|number)(type|_precision)?$/i, 'number'],
  [/^bool(ean)?(type)?_?$/i, 'boolean'],
  [/^(str|string|varchar|text|char|object)(type)?_?$/i, 'text'],
  [/^(datetime(64)?(\[\w+\])?|timestamp(tz)?)(type)?$/i, 'timestamp'],
  [/^date(type)?$/i, 'date'],
]

/** Types of pandas, Spark and databases; undefined for one we do not know, or for several that are no one type here. */
function ofTypes(column: unknown, types: readonly unknown[]): Fields | undefined {
  const found = new Set(types.map((type) => typeNames.find(([pattern]) => pattern.test(String(type)))?.[1]))
  const isNumbers = found.size === 2 && found.has('integer') && found.has('number')
  const [type] = isNumbers ? ['number'] : [...found]
  return type === undefined || (found.size > 1 && !isNumbers)
    ? undefined
    : { schema: { columns: { [String(column)]: type } } }
}
