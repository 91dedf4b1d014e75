import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, stringify } from 'yaml'
import { testTables } from '../../main/local-tables.ts'
import { loadDocument, loadValidDocument } from '../../spec/load-document.ts'
import { importTests } from './import-tests.ts'

async function imported(text: string) {
  const { yaml, notMapped } = importTests(text, { table: 't' })
  const { diagnostics } = await loadDocument({ file: '/tests/t.yml', readText: () => yaml, family: 'data-tests' })
  assert.deepEqual(diagnostics, [])
  return { document: parse(yaml) as { name?: string; tests: unknown[] }, notMapped }
}

test('a suite of Great Expectations becomes data tests, and what does not is named', async () => {
  const one = (type: string, kwargs: object, more: object = {}) => ({ type, kwargs, ...more })
  const suite = {
    name: 'rides',
    expectations: [
      one('expect_column_to_exist', { column: 'a' }),
      one('expect_column_values_to_not_be_null', { column: 'a', mostly: 0.95 }, { severity: 'warning' }),
      one('expect_column_values_to_be_between', { column: 'a', min_value: 1, max_value: null }),
      one('expect_column_values_to_be_between', { column: 'a', min_value: 1, strict_min: true }),
      one('expect_column_values_to_be_between', { column: 'a', min_value: { $PARAMETER: 'least' } }),
      one('expect_column_values_to_be_in_set', { column: 'a', value_set: [1, 2] }),
      one('expect_column_value_lengths_to_equal', { column: 'b', value: 3 }),
      one('expect_column_values_to_match_regex', { column: 'b', regex: '^R\\d' }),
      one('expect_compound_columns_to_be_unique', { column_list: ['a', 'b'] }),
      one('expect_table_row_count_to_equal', { value: 10 }),
      one('expect_table_columns_to_match_set', { column_set: ['a', 'b'] }),
      one('expect_column_mean_to_be_between', { column: 'a', min_value: 1 }),
      one('expect_column_values_to_match_regex', { column: 'b', regex: '^(?!x)' }),
      one('expect_column_quantile_values_to_be_between', { column: 'a' }),
      // As suites before version 1 have it.
      { expectation_type: 'expect_column_values_to_be_unique', kwargs: { column: 'a' } },
      one('expect_column_values_to_be_unique', { column: 'a', row_condition: 'b > 1' }),
    ],
  }
  const { document, notMapped } = await imported(JSON.stringify(suite))
  assert.equal(document.name, 'rides')
  assert.deepEqual(document.tests, [
    { schema: { columns: { a: 'any' } } },
    { not_null: 'a', tolerance: 0.05, severity: 'warn' },
    { range: { column: 'a', min: 1 } },
    { name: 'column values to be between: a', sql: 'SELECT * FROM t WHERE "a" <= 1' },
    { in_set: { column: 'a', values: [1, 2] } },
    { length: { column: 'b', min: 3, max: 3 } },
    { matches: { column: 'b', pattern: '(?s:.*)(?:^R\\d)(?s:.*)' } },
    { unique: ['a', 'b'] },
    { row_count: { min: 10, max: 10 } },
    { schema: { columns: { a: 'any', b: 'any' }, exact: true } },
    {
      name: 'column mean to be between: a',
      sql: 'SELECT * FROM (SELECT avg("a") AS value FROM t) WHERE value IS NULL OR value < 1',
    },
    { unique: 'a' },
  ])
  assert.deepEqual(notMapped, [
    'expect_column_values_to_be_between {"column":"a","min_value":{"$PARAMETER":"least"}}',
    'expect_column_values_to_match_regex {"column":"b","regex":"^(?!x)"}',
    'expect_column_quantile_values_to_be_between {"column":"a"}',
    'expect_column_values_to_be_unique {"column":"a","row_condition":"b > 1"}',
  ])
})

const fixtures = join(import.meta.dirname, 'fixtures')

/** Statuses of the tests of each file, all asked at once of the table that the other tools were asked about. */
async function asked(texts: readonly string[]): Promise<readonly (readonly string[])[]> {
  const files = texts.map((text) => importTests(text, { table: 'data' }))
  assert.deepEqual(
    files.flatMap(({ notMapped }) => notMapped),
    [],
  )
  const lists = files.map(({ yaml }) => (parse(yaml) as { tests: unknown[] }).tests)
  const whole = stringify({ type: 'data_tests', inputs: { data: './data.csv' }, tests: lists.flat() })
  const { document } = await loadValidDocument({ file: '/tests/t.yml', readText: () => whole, family: 'data-tests' })
  assert.ok(document.kind === 'data-tests')
  const results = await testTables({ document, paths: { data: join(fixtures, 'data.csv') } })
  let at = 0
  return lists.map((list) => results.slice(at, (at += list.length)).map(({ status }) => status))
}

test('imported expectations pass where Great Expectations 1 says so, and fail where it does', async () => {
  const text = await readFile(join(fixtures, 'great-expectations.json'), 'utf8')
  const { expectations } = JSON.parse(text) as { expectations: { type: string; meta: { passes: boolean } }[] }
  const [statuses] = await asked([text])
  assert.deepEqual(
    expectations.map(({ type }, at) => `${type} ${statuses![at]}`),
    expectations.map(({ type, meta }) => `${type} ${meta.passes ? 'passed' : 'failed'}`),
  )
})

test('imported schemas pass where pandera 0.35 says so, and fail where it does', async () => {
  const text = await readFile(join(fixtures, 'pandera.json'), 'utf8')
  const schemas = JSON.parse(text) as { yaml: string; passes: boolean }[]
  const statuses = await asked(schemas.map(({ yaml }) => yaml))
  for (const [at, { yaml, passes }] of schemas.entries()) {
    assert.equal(statuses[at]!.includes('failed'), !passes, yaml)
    assert.ok(!statuses[at]!.includes('error'), yaml)
  }
})

test('a schema of pandera becomes data tests, in each of its spellings', async () => {
  const beside = `schema_type: dataframe
columns:
  a: { dtype: int64, unique: true, greater_than_or_equal_to: 0, in_range: { min_value: 0, max_value: 10, include_min: true, include_max: true }, isin: [1, 2] }
  b: { dtype: str, nullable: true, required: false, str_matches: x, str_length: { min_value: 1, max_value: 3, exact_value: null }, greater_than: a }
  c: { dtype: category }
strict: true
unique: [a, b]
index: [{ dtype: int64 }]
`
  const { document, notMapped } = await imported(beside)
  assert.deepEqual(document.tests, [
    { schema: { columns: { a: 'integer', c: 'any' }, exact: true } },
    { not_null: 'a' },
    { unique: 'a' },
    { range: { column: 'a', min: 0 } },
    { range: { column: 'a', min: 0, max: 10 } },
    { in_set: { column: 'a', values: [1, 2] } },
    { matches: { column: 'b', pattern: '(?:x)(?s:.*)' } },
    { length: { column: 'b', min: 1, max: 3 } },
    { not_null: 'c' },
    { unique: ['a', 'b'] },
  ])
  assert.deepEqual(notMapped, ['columns.b.checks.greater_than "a"', 'columns.c.dtype category', 'index'])
  const under = await imported(
    'schema_type: dataframe\ncolumns: { a: { dtype: float64, nullable: true, checks: { less_than_or_equal_to: 5, notin: [1] } } }\n',
  )
  const listed = await imported(
    'schema_type: dataframe\ncolumns: { a: { dtype: float64, nullable: true, checks: [{ value: 5, options: { check_name: less_than_or_equal_to } }, { value: [1], options: { check_name: notin } }] } }\n',
  )
  const tests = [
    { schema: { columns: { a: 'number' } } },
    { range: { column: 'a', max: 5 } },
    { not_in_set: { column: 'a', values: [1] } },
  ]
  assert.deepEqual(under.document.tests, tests)
  assert.deepEqual(listed.document.tests, tests)
})

test('a column that is a pattern or of several levels, and a check of names, are named', async () => {
  const { document, notMapped } = await imported(`schema_type: dataframe
columns:
  "x_.*": { dtype: int64, regex: true }
  ? [rate, mean]
  : { dtype: float64 }
  a: { pandas_dtype: int64, allow_duplicates: false, checks: { less_than: 5, greater_than: { min_value: b } } }
ordered: true
unique: a
add_missing_columns: true
`)
  assert.deepEqual(notMapped, [
    'columns.x_.* (a pattern of column names)',
    'columns.[ rate, mean ] (a column of several levels)',
    'columns.a.checks.greater_than {"min_value":"b"}',
    'add_missing_columns',
  ])
  assert.deepEqual(document.tests.slice(0, 5), [
    { schema: { columns: { a: 'integer' } } },
    { not_null: 'a' },
    { unique: 'a' },
    { name: 'less than: a', sql: 'SELECT * FROM t WHERE "a" >= 5' },
    { unique: 'a' },
  ])
  assert.match(JSON.stringify(document.tests[5]), /columns in order/)
})

test('anything else is refused', () => {
  for (const text of ['{"a": 1}', '[1]', 'a: [', 'text'])
    assert.throws(() => importTests(text, { table: 't' }), { code: 'invalid-document' }, text)
})
