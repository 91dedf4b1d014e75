import {
  bounded,
  type Fields,
  fieldsOf,
  isForeignPattern,
  literal,
  named,
  outside,
  type TestsFound,
} from './tests-found.ts'

const types: readonly (readonly [RegExp, string])[] = [
  [/^u?int/i, 'integer'],
  [/^float/i, 'number'],
  [/^bool/i, 'boolean'],
  [/^(str|string|object)/i, 'text'],
  [/^date(time)?/i, 'timestamp'],
]

interface Asked {
  readonly column: string
  /** The value, or its one argument where the file names it. */
  readonly value: unknown
  readonly table: string
}

/** What a check is here, by its name in the YAML; undefined where its arguments say something we cannot. */
const checks: Readonly<Record<string, (asked: Asked) => Fields | undefined>> = {
  greater_than_or_equal_to: ({ column, value }) => limit(column, { min: value }),
  less_than_or_equal_to: ({ column, value }) => limit(column, { max: value }),
  greater_than: ({ column, value, table }) => beyond(table, column, { min_value: value, strict_min: true }),
  less_than: ({ column, value, table }) => beyond(table, column, { max_value: value, strict_max: true }),
  in_range: ({ column, value, table }) => {
    const { min_value, max_value, include_min, include_max } = fieldsOf(value)
    const strict = { strict_min: include_min === false, strict_max: include_max === false }
    return strict.strict_min || strict.strict_max
      ? beyond(table, column, { min_value, max_value, ...strict })
      : bounded('range', column, { min_value, max_value })
  },
  equal_to: ({ column, value }) => (isLiteral(value) ? { in_set: { column, values: [value] } } : undefined),
  not_equal_to: ({ column, value }) => (isLiteral(value) ? { not_in_set: { column, values: [value] } } : undefined),
  isin: ({ column, value }) => (Array.isArray(value) ? { in_set: { column, values: value } } : undefined),
  notin: ({ column, value }) => (Array.isArray(value) ? { not_in_set: { column, values: value } } : undefined),
  unique_values_eq: ({ column, value, table }) => {
    if (!Array.isArray(value)) return undefined
    const wanted = `[${value.map((one) => literal(String(one))).join(', ')}]`
    const found = `list_sort(list(DISTINCT ${named(column)}::VARCHAR))`
    return {
      sql: `SELECT * FROM (SELECT ${found} AS value FROM ${table}) WHERE value IS DISTINCT FROM list_sort(${wanted})`,
    }
  },
  // Python's match begins at the start of the value and says nothing of its end.
  str_matches: ({ column, value }) =>
    isForeignPattern(value) ? undefined : { matches: { column, pattern: `(?:${String(value)})(?s:.*)` } },
  str_contains: ({ column, value }) =>
    isForeignPattern(value) ? undefined : { matches: { column, pattern: `(?s:.*)(?:${String(value)})(?s:.*)` } },
  str_startswith: ({ column, value, table }) => affix(table, { column, value, call: 'starts_with' }),
  str_endswith: ({ column, value, table }) => affix(table, { column, value, call: 'ends_with' }),
  str_length: ({ column, value }) => {
    const { exact_value: exact } = fieldsOf(value)
    return exact == null ? bounded('length', column, fieldsOf(value)) : { length: { column, min: exact, max: exact } }
  },
}

/** Reads a schema. */
export function ofPandera(document: Fields, table: string): TestsFound {
  const tests: Fields[] = []
  const notMapped: string[] = []
  const schema: Record<string, string> = {}
  for (const [column, described] of Object.entries(fieldsOf(document['columns']))) {
    const fields = fieldsOf(described)
    const { dtype = fields['pandas_dtype'], nullable, unique, required, regex, coerce } = fields
    // The YAML reader writes a list that is a key as text.
    const isLevels = /^\[ .* \]$/.test(column)
    if (regex === true || isLevels) {
      notMapped.push(`columns.${column} (${isLevels ? 'a column of several levels' : 'a pattern of column names'})`)
      continue
    }
    const type = types.find(([pattern]) => pattern.test(String(dtype)))?.[1]
    if (dtype != null && type === undefined) notMapped.push(`columns.${column}.dtype ${String(dtype)}`)
    const isCoerced = coerce === true || document['coerce'] === true
    if (required !== false) schema[column] = isCoerced ? 'any' : (type ?? 'any')
    // What is coerced need not be of the type, it has to be readable as one.
    if (isCoerced && type !== undefined && type !== 'text') tests.push({ type: { column, is: type } })
    if (nullable !== true) tests.push({ not_null: column })
    if (unique === true || fields['allow_duplicates'] === false) tests.push({ unique: column })
    for (const [name, raw] of checkEntries(fields)) {
      const { options = raw, ...said } = fieldsOf(raw)
      const rest = Object.fromEntries(Object.entries(said).filter(([key]) => !checkOptions.has(key)))
      const check = Object.hasOwn(checks, name)
        ? checks[name]!({ column, value: valueOf(raw, rest), table })
        : undefined
      if (check === undefined) notMapped.push(`columns.${column}.checks.${name} ${JSON.stringify(raw)}`)
      else
        tests.push({
          ...('sql' in check && { name: `${name.replaceAll('_', ' ')}: ${column}` }),
          ...check,
          ...(fieldsOf(options)['raise_warning'] === true && { severity: 'warn' }),
        })
    }
  }
  const unique = document['unique']
  if (Array.isArray(unique) || typeof unique === 'string') tests.push({ unique })
  if (document['ordered'] === true) tests.push(inOrder(Object.keys(schema), table))
  for (const part of ['checks', 'index', 'dtype', 'add_missing_columns'])
    if (document[part] != null && document[part] !== false) notMapped.push(part)
  const exact = document['strict'] === true
  return { tests: [{ schema: { columns: schema, ...(exact && { exact }) } }, ...tests], notMapped }
}

/** What a check says beside its arguments. */
const checkOptions = new Set(
  'check_name error raise_warning ignore_na name title description n_failure_cases element_wise'.split(' '),
)

/** A check's value stands alone, under `value`, or under the name of its one argument: versions differ. */
function valueOf(raw: unknown, rest: Fields): unknown {
  if ('value' in rest) return rest['value']
  const [only, ...others] = Object.entries(rest)
  const isArgument =
    only !== undefined &&
    others.length === 0 &&
    /^(allowed_values|forbidden_values|pattern|string|values)$/.test(only[0])
  const isBound = only !== undefined && others.length === 0 && /^(min_value|max_value)$/.test(only[0])
  return isArgument || isBound ? only[1] : Object.keys(rest).length > 0 ? rest : raw
}

function isLiteral(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** A bound is a number, or a date as text; a name of something else is neither. */
function isBound(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d/.test(value))
}

function limit(column: string, bounds: { readonly min?: unknown; readonly max?: unknown }): Fields | undefined {
  return Object.values(bounds).every(isBound) ? { range: { column, ...bounds } } : undefined
}

function beyond(table: string, column: string, bounds: Fields): Fields | undefined {
  const { min_value: min, max_value: max } = bounds
  if ([min, max].some((value) => value != null && !isBound(value))) return undefined
  const isOutside = outside(named(column), bounds)
  return isOutside === undefined ? undefined : { sql: `SELECT * FROM ${table} WHERE ${isOutside}` }
}

function affix(
  table: string,
  { column, value, call }: { readonly column: string; readonly value: unknown; readonly call: string },
): Fields | undefined {
  if (typeof value !== 'string') return undefined
  return { sql: `SELECT * FROM ${table} WHERE NOT ${call}(${named(column)}::VARCHAR, ${literal(value)})` }
}

function inOrder(columns: readonly string[], table: string): Fields {
  const wanted = `[${columns.map(literal).join(', ')}]`
  const found = `list(column_name) FILTER (list_contains(${wanted}, column_name))`
  return {
    name: 'columns in order',
    sql: `SELECT * FROM (SELECT ${found} AS value FROM (DESCRIBE ${table})) WHERE value <> ${wanted}`,
  }
}

/** What a column says beside its checks. */
const columnKeys = new Set(
  'dtype pandas_dtype nullable unique allow_duplicates required coerce regex title description metadata default drop_invalid_rows report_duplicates parsers checks'.split(
    ' ',
  ),
)

/** Under `checks:` by name or as a list with `options: {check_name}`, or beside the rest of the column: versions differ. */
function checkEntries(column: Fields): readonly (readonly [name: string, raw: unknown])[] {
  const { checks: under } = column
  const beside = Object.entries(column).filter(([name]) => !columnKeys.has(name))
  if (!Array.isArray(under)) return [...beside, ...Object.entries(fieldsOf(under))]
  const listed = under.map((check): readonly [string, unknown] => {
    const fields = fieldsOf(check)
    return [String(fieldsOf(fields['options'])['check_name'] ?? Object.keys(fields)[0]), check]
  })
  return [...beside, ...listed]
}
