import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDocument } from './load-document.ts'

const load = (text: string) => loadDocument({ file: '/work/tests.yml', readText: () => text, family: 'data-tests' })
const header = 'type: data_tests\ninputs: { t: ./t.csv, other: azureml:zones:2 }\ntests:\n'

test('a file of data tests is read: tables, and every kind of check', async () => {
  const { document, diagnostics } = await load(`${header}
  - { schema: { columns: { a: int, b: text, c: }, exact: true } }
  - { not_null: a, name: a is there, severity: warning, tolerance: 0.01, table: other }
  - { unique: [a, b] }
  - { type: { column: a, is: float } }
  - { range: { column: a, min: 0, max: 10.5 } }
  - { range: { column: day, min: 2024-01-01 } }
  - { length: { column: b, max: 3 } }
  - { in_set: { column: b, values: [x, 1, true] } }
  - { not_in_set: { column: b, values: [y] } }
  - { matches: { column: b, pattern: '[a-z]+' } }
  - { row_count: { min: 1 } }
  - { fresh: { column: day, max_age: 2d } }
  - { references: { column: b, to: other.zone id } }
  - { drift: { reference: other, columns: [a], metric: Wasserstein_Distance, threshold: 0.2 } }
  - { sql: SELECT * FROM t }
`)
  assert.deepEqual(diagnostics, [])
  assert.ok(document?.kind === 'data-tests')
  assert.deepEqual(
    { ...document.inputs },
    {
      t: { kind: 'local', path: '/work/t.csv' },
      other: { kind: 'asset', name: 'zones', version: '2' },
    },
  )
  const plain = { severity: 'fail', tolerance: 0 }
  const checks = [
    { kind: 'schema', columns: { a: 'integer', b: 'text', c: 'any' }, isExact: true },
    { kind: 'not_null', columns: ['a'] },
    { kind: 'unique', columns: ['a', 'b'] },
    { kind: 'type', column: 'a', is: 'number' },
    { kind: 'range', column: 'a', min: 0, max: 10.5 },
    { kind: 'range', column: 'day', min: '2024-01-01' },
    { kind: 'length', column: 'b', max: 3 },
    { kind: 'in_set', column: 'b', values: ['x', '1', 'true'] },
    { kind: 'not_in_set', column: 'b', values: ['y'] },
    { kind: 'matches', column: 'b', pattern: '[a-z]+' },
    { kind: 'row_count', min: 1 },
    { kind: 'fresh', column: 'day', maxAge: '2d', maxAgeMs: 172_800_000 },
    { kind: 'references', column: 'b', toTable: 'other', toColumn: 'zone id' },
    { kind: 'drift', reference: 'other', columns: ['a'], metric: 'wasserstein_distance', threshold: 0.2 },
    { kind: 'sql', sql: 'SELECT * FROM t' },
  ]
  const expected = checks.map((check, at) =>
    at === 1 ? { name: 'a is there', table: 'other', severity: 'warn', tolerance: 0.01, check } : { ...plain, check },
  )
  assert.deepEqual(JSON.parse(JSON.stringify(document.tests)), expected)
})

test('mistakes are named where they are, all at once', async () => {
  for (const [line, message] of [
    ['{ not_nul: a }', /not_null/],
    ['{ severity: warn }', /the test checks nothing/],
    ['{ not_null: a, unique: a }', /the test has 2 checks/],
    ['{ not_null: a, table: x }', /there is no table "x"/],
    ['{ not_null: a, tolerance: 2 }', /must be a share from 0 to 1, but is 2/],
    ['{ not_null: a, severity: fatal }', /"severity" cannot be "fatal"/],
    ['{ schema: { exact: true } }', /columns/],
    ['{ schema: { columns: { a: int128 } } }', /cannot be "int128"/],
    ['{ range: { column: a } }', /neither "min" nor "max"/],
    ['{ range: { column: a, min: 5, max: 1 } }', /"min" 5 is greater than "max" 1/],
    ['{ range: { min: 5 } }', /column/],
    ['{ length: { column: a, min: -1 } }', /min/],
    ['{ row_count: {} }', /neither "min" nor "max"/],
    ['{ row_count: 5 }', /mapping/],
    ['{ fresh: { column: a, max_age: soon } }', /"max_age" must be a duration, but is "soon"/],
    ['{ fresh: { column: a, max_age: [1] } }', /single value/],
    ['{ references: { column: a, to: nowhere.a } }', /"to" must be TABLE\.COLUMN/],
    ['{ references: { column: a, to: [a] } }', /text/],
    ['{ drift: { columns: [a] } }', /reference/],
    ['{ drift: { reference: zones } }', /there is no table "zones"/],
    ['{ drift: { reference: other, metric: guess } }', /"metric" cannot be "guess"/],
    ['{ matches: { column: a } }', /pattern/],
    ['{ sql: [a] }', /text/],
    ['5', /mapping/],
  ] as const) {
    const { document, diagnostics } = await load(`${header}  - ${line}\n`)
    assert.equal(document, undefined, line)
    assert.ok(
      diagnostics.some((one) => message.test(one.message) && one.at?.line === 4 && one.frame !== undefined),
      `${line}: ${JSON.stringify(diagnostics)}`,
    )
  }
  const { diagnostics } = await load('type: data_tests\ninputs: { "a b": x.csv, c: , d: [1] }\ntests: []\n')
  assert.deepEqual(
    diagnostics.map(({ message }) => /not a valid table name|has no source|must be text/.test(message)),
    [true, true, true],
  )
  assert.match((await load('type: data_tests\ntests: [{ not_null: a }]\n')).diagnostics[0]!.message, /inputs/)
  assert.match((await load('type: data_tests\ninputs: { t: t.csv }\n')).diagnostics[0]!.message, /tests/)
  assert.match(
    (await load('type: data_tests\ninputs: []\ntests: 5\n')).diagnostics.map(({ message }) => message).join(),
    /mapping.*list/,
  )
  assert.match((await load('5')).diagnostics[0]!.message, /mapping/)
})
