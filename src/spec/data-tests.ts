import { isScalar } from 'yaml'
import { parseDuration } from '../base/duration.ts'
import { type Bound, columnTypes, type DataCheck, type DataTest, type DataTestsDocument } from './data-test-document.ts'
import type { Reference } from './document-parts.ts'
import { readAssetIdentity, readAssetName } from './job-fields.ts'
import { dataCheckKeys, dataTestKeys, dataTestsKeys } from './keys.ts'
import { locatedAt, readReference, type ReadingScope } from './scope.ts'
import {
  defined,
  given,
  type Mapping,
  optional,
  readEntries,
  readMapping,
  recordOf,
  required,
  requireKey,
} from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import {
  emptyRecord,
  readBoolean,
  readList,
  readLiteral,
  readNumber,
  readOneOf,
  readText,
  readTexts,
  readWholeNumber,
  reportAt,
  type Reader,
  type Value,
} from './yaml/values.ts'

/*
 * `type: data_tests`, a kind of ours: tables by name, and a list of tests. A test is a mapping with one check
 * (`range: {...}`) and what goes for every check: name, table, severity, tolerance.
 */

const tableNames = {
  noun: 'table',
  pattern: /^[A-Za-z_][A-Za-z0-9_]{0,62}$/,
  rule: 'Letters, digits and _, as a table of SQL.',
}

/** A file of data tests. */
export function readDataTests(value: Value, scope: ReadingScope): DataTestsDocument | undefined {
  const mapping = readMapping(value, dataTestsKeys)
  if (mapping === undefined) return undefined
  const identity = readAssetIdentity(mapping, { name: readAssetName, isNameRequired: false })
  const inputs = required(mapping, 'inputs', readInputs) ?? emptyRecord<Reference>()
  const tests = required(mapping, 'tests', (list) => readTests(list, Object.keys(inputs))) ?? []
  return { kind: 'data-tests', located: locatedAt(scope.document), ...identity, inputs, tests }
}

function readInputs(value: Value): Readonly<Record<string, Reference>> {
  const entries = readEntries(value, tableNames)
  return recordOf(
    entries.map(({ name, value: item, mark }) => {
      if (item === undefined)
        value.document.report(mark, `table ${quoted(name)} has no source`, 'Give a path or azureml:NAME:VERSION.')
      const text = item && readText(item)
      return [name, text === undefined ? undefined : readReference(item!, text)]
    }),
  )
}

function readTests(value: Value, tables: readonly string[]): readonly DataTest[] {
  return (readList(value) ?? []).map((item) => readTest(item, tables)).filter((test) => test !== undefined)
}

const readSeverity = readOneOf(['fail', 'warn'], { error: 'fail', warning: 'warn' })

function readTest({ document, node }: Value, tables: readonly string[]): DataTest | undefined {
  // Without the key of the list, so that messages point at the test itself.
  const value: Value = { document, node, title: 'the test' }
  const mapping = readMapping(value, dataTestKeys)
  if (mapping === undefined) return undefined
  const rest = defined({
    name: optional(mapping, 'name', readText),
    table: optional(mapping, 'table', oneOfTables(tables)),
  })
  const severity = optional(mapping, 'severity', readSeverity) ?? 'fail'
  const tolerance = optional(mapping, 'tolerance', readShare) ?? 0
  const names = Object.keys(checkReaders).filter((name) => given(mapping, name) !== undefined)
  if (names.length !== 1) {
    const hint = `It has one of: ${Object.keys(checkReaders).join(', ')}.`
    return reportAt(value, names.length === 0 ? 'the test checks nothing' : `the test has ${names.length} checks`, hint)
  }
  const check = checkReaders[names[0] as keyof typeof checkReaders](given(mapping, names[0]!)!, tables)
  return check && { ...rest, severity, tolerance, check }
}

function oneOfTables(tables: readonly string[]): Reader<string> {
  return (value) => {
    const name = readText(value)
    if (name === undefined || tables.includes(name)) return name
    return reportAt(value, `there is no table ${quoted(name)}`, `"inputs" has ${tables.join(', ') || 'none'}.`)
  }
}

function readShare(value: Value): number | undefined {
  const share = readNumber(value)
  if (share === undefined || (share >= 0 && share <= 1)) return share
  return reportAt(value, `${value.title} must be a share from 0 to 1, but is ${share}`)
}

const checkReaders: Readonly<
  Record<DataCheck['kind'], (value: Value, tables: readonly string[]) => DataCheck | undefined>
> = {
  schema: readSchema,
  not_null: (value) => columnsCheck('not_null', value),
  unique: (value) => columnsCheck('unique', value),
  type: (value) =>
    ofColumn(value, dataCheckKeys.type, (mapping, column) => {
      const is = required(mapping, 'is', readColumnType)
      return is && { kind: 'type', column, is }
    }),
  range: (value) =>
    ofColumn(value, dataCheckKeys.range, (mapping, column) => {
      const bounds = readBounds(value, mapping, readBound)
      return bounds && { kind: 'range', column, ...bounds }
    }),
  length: (value) =>
    ofColumn(value, dataCheckKeys.range, (mapping, column) => {
      const bounds = readBounds(value, mapping, readWholeNumber(0))
      return bounds && { kind: 'length', column, ...bounds }
    }),
  in_set: (value) => setCheck('in_set', value),
  not_in_set: (value) => setCheck('not_in_set', value),
  matches: (value) =>
    ofColumn(value, dataCheckKeys.matches, (mapping, column) => {
      const pattern = required(mapping, 'pattern', readText)
      return pattern === undefined ? undefined : { kind: 'matches', column, pattern }
    }),
  row_count: (value) => {
    const mapping = readMapping(value, dataCheckKeys.rowCount)
    const bounds = mapping && readBounds(value, mapping, readWholeNumber(0))
    return bounds && { kind: 'row_count', ...bounds }
  },
  fresh: (value) =>
    ofColumn(value, dataCheckKeys.fresh, (mapping, column) => {
      const age = required(mapping, 'max_age', readAge)
      return age && { kind: 'fresh', column, ...age }
    }),
  references: (value, tables) =>
    ofColumn(value, dataCheckKeys.references, (mapping, column) => {
      const to = required(mapping, 'to', readTarget(tables))
      return to && { kind: 'references', column, ...to }
    }),
  drift: readDrift,
  sql: (value) => {
    const sql = readText(value)
    return sql === undefined ? undefined : { kind: 'sql', sql }
  },
}

const readColumnType = readOneOf(columnTypes, {
  int: 'integer',
  float: 'number',
  double: 'number',
  string: 'text',
  bool: 'boolean',
  datetime: 'timestamp',
})

function readSchema(value: Value): DataCheck | undefined {
  const mapping = readMapping(value, dataCheckKeys.schema)
  const columns = mapping && required(mapping, 'columns', readColumnTypes)
  if (mapping === undefined || columns === undefined) return undefined
  return { kind: 'schema', columns, isExact: optional(mapping, 'exact', readBoolean) ?? false }
}

function readColumnTypes(value: Value) {
  const names = { noun: 'column', pattern: /[^]/, rule: 'A column has a name.' }
  return recordOf(
    readEntries(value, names).map(({ name, value: item }) => [name, item === undefined ? 'any' : readColumnType(item)]),
  )
}

function columnsCheck(kind: 'not_null' | 'unique', value: Value): DataCheck | undefined {
  const columns = readTexts(value)
  return columns && { kind, columns }
}

function setCheck(kind: 'in_set' | 'not_in_set', value: Value): DataCheck | undefined {
  return ofColumn(value, dataCheckKeys.set, (mapping, column) => {
    const values = required(mapping, 'values', (list) => readList(list)?.map(readMember))
    return values && { kind, column, values: values.filter((one) => one !== undefined) }
  })
}

/** As DuckDB writes values as text. */
function readMember(value: Value): string | undefined {
  const { node } = value
  return isScalar(node) && typeof node.value === 'boolean' ? String(node.value) : readLiteral(value)
}

/** A check of one column with more to say. */
function ofColumn(
  value: Value,
  keys: (typeof dataCheckKeys)[keyof typeof dataCheckKeys],
  read: (mapping: Mapping, column: string) => DataCheck | undefined,
): DataCheck | undefined {
  const mapping = readMapping(value, keys)
  const column = mapping && required(mapping, 'column', readText)
  return column === undefined ? undefined : read(mapping!, column)
}

function readBounds<Limit extends Bound>(
  value: Value,
  mapping: Mapping,
  read: Reader<Limit>,
): { readonly min?: Limit; readonly max?: Limit } | undefined {
  const [min, max] = [optional(mapping, 'min', read), optional(mapping, 'max', read)]
  if (given(mapping, 'min') === undefined && given(mapping, 'max') === undefined)
    return reportAt(value, `${value.title} has neither "min" nor "max"`, 'Give at least one of them.')
  if (typeof min === typeof max && min !== undefined && min > max!)
    return reportAt(value, `"min" ${min} is greater than "max" ${max}`)
  return defined({ min, max })
}

/** A number stays one; anything else is text, e.g. a date. */
function readBound(value: Value): Bound | undefined {
  const text = readLiteral(value)
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text)
}

function readAge(value: Value): { readonly maxAge: string; readonly maxAgeMs: number } | undefined {
  const maxAge = readLiteral(value)
  const maxAgeMs = maxAge === undefined ? undefined : parseDuration(maxAge)
  if (maxAge === undefined || maxAgeMs !== undefined)
    return maxAge === undefined ? undefined : { maxAge, maxAgeMs: maxAgeMs! }
  return reportAt(value, `"max_age" must be a duration, but is ${quoted(maxAge)}`, 'For example 36h or 7d.')
}

function readTarget(tables: readonly string[]): Reader<{ readonly toTable: string; readonly toColumn: string }> {
  return (value) => {
    const text = readText(value)
    if (text === undefined) return undefined
    const [, toTable, toColumn] = /^([^.]+)\.(.+)$/.exec(text) ?? []
    if (toTable !== undefined && toColumn !== undefined && tables.includes(toTable)) return { toTable, toColumn }
    return reportAt(value, `"to" must be TABLE.COLUMN of one of the inputs, but is ${quoted(text)}`)
  }
}

function readDrift(value: Value, tables: readonly string[]): DataCheck | undefined {
  const mapping = readMapping(value, dataCheckKeys.drift)
  if (mapping === undefined || !requireKey(mapping, 'reference')) return undefined
  const reference = optional(mapping, 'reference', oneOfTables(tables))
  const rest = defined({
    columns: optional(mapping, 'columns', readTexts),
    metric: optional(mapping, 'metric', readMetric),
    threshold: optional(mapping, 'threshold', readNumber),
  })
  return reference === undefined ? undefined : { kind: 'drift', reference, ...rest }
}

const readMetric = readOneOf([
  'normalized_wasserstein_distance',
  'wasserstein_distance',
  'two_sample_kolmogorov_smirnov_test',
  'population_stability_index',
  'jensen_shannon_distance',
  'pearsons_chi_squared_test',
])
