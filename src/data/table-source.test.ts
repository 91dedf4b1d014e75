import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { filterSql } from './mltable-filter.ts'
import { tableEngine } from './table-engine.ts'
import { tableSource } from './table-source.ts'

const home = mkdtempSync(join(tmpdir(), 'sources-'))
const engine = tableEngine({ folder: join(home, 'engine') })
after(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})
let made = 0

/** A folder with these files. */
function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = join(home, `case-${made++}`)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

async function read(path: string) {
  const { sql, format } = await tableSource(path)
  const { columns, rows } = await engine.session({ readable: [path] }, (session) => session.run(sql))
  return { format, columns: columns.map(({ name, type }) => `${name} ${type}`), rows }
}

async function readTable(mltable: string, files: Readonly<Record<string, string | Buffer>>) {
  return read(folderOf({ MLTable: mltable, ...files }))
}

test('files of every format are tables, by name or by what is in them', async () => {
  const folder = folderOf({
    'a.csv': 'id,x\n1,a\n2,\n',
    'b.tsv': 'id\tx\n1\ta\n',
    'c.jsonl': '{"id":1,"x":"a"}\n{"id":2}\n',
    'd.json': '[{"id":1,"x":"a"}]',
    'e.csv.gz': gzipSync('id,x\n1,a\n'),
    csv: 'id,x\n1,a\n',
    json: ' {"id":1,"x":"a"}\n',
  })
  for (const [file, format, rows] of [
    ['a.csv', 'csv', 2],
    ['b.tsv', 'csv', 1],
    ['c.jsonl', 'json', 2],
    ['d.json', 'json', 1],
    ['e.csv.gz', 'csv', 1],
    ['csv', 'csv', 1],
    ['json', 'json', 1],
  ] as const) {
    const table = await read(join(folder, file))
    assert.equal(table.format, format, file)
    assert.deepEqual(table.columns, ['id BIGINT', 'x VARCHAR'], file)
    assert.deepEqual(table.rows[0], [1, 'a'], file)
    assert.equal(table.rows.length, rows, file)
  }
})

test('a column is what all of its rows are', async () => {
  const rows = Array.from({ length: 30_000 }, (_, at) => `${at}\n`).join('')
  const { columns } = await read(join(folderOf({ 'a.csv': `id\n${rows}n/a\n` }), 'a.csv'))
  assert.deepEqual(columns, ['id VARCHAR'])
})

test('a folder of files of one format is one table, joined by name, with its partitions', async () => {
  const folder = folderOf({
    'year=2024/a.csv': 'id,x\n1,a\n',
    'year=2025/b.csv': 'x,id,y\nb,2,0.5\n',
    _SUCCESS: '',
    '.hidden.parquet': 'no',
  })
  const table = await read(folder)
  assert.deepEqual(table.columns, ['id BIGINT', 'x VARCHAR', 'y DOUBLE', 'year BIGINT'])
  assert.deepEqual(table.rows, [
    [1, 'a', null, 2024],
    [2, 'b', 0.5, 2025],
  ])
})

test('what is no table is said', async () => {
  const folder = folderOf({ 'a.csv': 'a\n1\n', 'b.json': '{"a":1}', 'sub/x.bin': Buffer.from([1, 0, 2]) })
  mkdirSync(join(home, 'empty'))
  await assert.rejects(tableSource(join(home, 'nothing')), { code: 'not-found' })
  await assert.rejects(tableSource(join(home, 'empty')), { code: 'not-found', message: /has no files/ })
  await assert.rejects(tableSource(join(folder, 'sub', 'x.bin')), {
    code: 'not-supported',
    message: /x\.bin is no csv/,
  })
  rmSync(join(folder, 'sub'), { recursive: true })
  await assert.rejects(tableSource(folder), {
    code: 'not-supported',
    message: /files of several formats: csv \(a\.csv\), json \(b\.json\)/,
  })
})

test('an mltable is read as it says: delimiter, header, types, partitions, filter', async () => {
  const table = await readTable(
    `type: mltable
paths:
  - pattern: ./data/*/*.csv
transformations:
  - read_delimited:
      delimiter: ';'
      header: all_files_same_headers
      encoding: utf8
  - extract_columns_from_partition_format:
      partition_format: '/data/{day:yyyy-MM-dd}/{shop}.csv'
  - convert_column_types:
      - columns: [price]
        column_type: float
      - columns: sold
        column_type: { boolean: { true_values: ['yes'], false_values: ['no'] } }
  - drop_columns: [note]
  - filter: "col('price') > 1.5 and not col('shop') == 'rome'"
  - take: 2
`,
    {
      'data/2024-01-01/oslo.csv': 'id;price;sold;note\n1;1.5;yes;a\n2;2;no;b\n',
      'data/2024-01-02/rome.csv': 'id;price;sold;note\n3;3;yes;c\n',
      'data/2024-01-03/bern.csv': 'id;price;sold;note\n4;x;yes;d\n5;5;maybe;e\n6;6;no;f\n',
    },
  )
  assert.equal(table.format, 'mltable')
  assert.deepEqual(table.columns, ['id BIGINT', 'price DOUBLE', 'sold BOOLEAN', 'day TIMESTAMP', 'shop VARCHAR'])
  assert.deepEqual(table.rows, [
    [2, 2, false, '2024-01-01 00:00:00', 'oslo'],
    [5, 5, null, '2024-01-03 00:00:00', 'bern'],
  ])
})

test('an mltable without header, with text only, or with the header of its first file', async () => {
  const files = { 'a.csv': '1,x\n', 'b.csv': '2,y\n' }
  const without =
    'paths:\n  - folder: ./\ntransformations:\n  - read_delimited: { header: no_header, include_path_column: true }\n'
  assert.deepEqual(await readTable(without, files), {
    format: 'mltable',
    columns: ['Column1 BIGINT', 'Column2 VARCHAR', 'Path VARCHAR'],
    rows: [
      [1, 'x', 'a.csv'],
      [2, 'y', 'b.csv'],
    ],
  })
  const first =
    'paths:\n  - file: a.csv\n  - file: b.csv\ntransformations:\n  - read_delimited: { header: from_first_file, infer_column_types: false }\n'
  const { columns, rows } = await readTable(first, { 'a.csv': 'n,m\n1,x\n', 'b.csv': '2,y\n' })
  assert.deepEqual(columns, ['n VARCHAR', 'm VARCHAR'])
  assert.deepEqual(rows, [
    ['1', 'x'],
    ['2', 'y'],
  ])
})

test('an mltable of JSON lines with bad ones, columns chosen, rows skipped', async () => {
  const table = `paths: [{ file: a.jsonl }]
transformations:
  - read_json_lines: { invalid_lines: drop }
  - keep_columns: [b, c]
  - skip: 1
  - convert_column_types: { columns: c, column_type: { datetime: { formats: ['%d.%m.%Y'] } } }
`
  const lines = '{"a":1,"b":1,"c":"24.12.2024"}\nno\n{"a":2,"b":2,"c":"31.12.2024"}\n{"a":3,"b":3,"c":"?"}\n'
  const { columns, rows } = await readTable(table, { 'a.jsonl': lines })
  assert.deepEqual(columns, ['b BIGINT', 'c TIMESTAMP'])
  assert.deepEqual(rows, [
    [2, '2024-12-31 00:00:00'],
    [3, null],
  ])
})

test('mistakes of an MLTable file name what is wrong', async () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['paths: [', /MLTable, line \d/],
    ['- a', /must be a mapping/],
    ['type: mltable', /names no "paths"/],
    ['paths: [{file: ../../etc/passwd}]\ntransformations: [read_delimited]', /lies outside/],
    ['paths: [{file: "azureml://datastores/x/paths/a.csv"}]\ntransformations: [read_delimited]', /lies outside/],
    ['paths: [{file: b.csv}]\ntransformations: [read_delimited]', /file b\.csv matches no file/],
    ['paths: [{file: a.csv}]', /has no reader/],
    [
      'paths: [{file: a.csv}]\ntransformations: [read_delimited, {random_split: {percent: 0.5}}]',
      /"random_split" is not read/,
    ],
    ['paths: [{file: a.csv}]\ntransformations: [read_delimited, {take: -1}]', /take must be a whole number, but is -1/],
    ['paths: [{file: a.csv}]\ntransformations: [{read_delimited: {encoding: klingon}}]', /encoding "klingon"/],
    ['paths: [{file: a.csv}]\ntransformations: [read_delimited, {filter: "__import__(\'os\')"}]', /is not understood/],
    [
      'paths: [{file: a.csv}]\ntransformations: [read_delimited, {convert_column_types: {columns: a, column_type: int128}}]',
      /"int128" is no column type/,
    ],
    [
      'paths: [{file: a.csv}]\ntransformations: [read_delimited, {take_random_sample: {probability: 2}}]',
      /at most 1, but is 2/,
    ],
  ]
  for (const [text, message] of mistakes)
    await assert.rejects(readTable(text, { 'a.csv': 'a\n1\n' }), { message }, text)
})

test('filters are conditions and nothing else', () => {
  assert.equal(
    filterSql(`col("a") >= -1 | ~(col('b') == True)`),
    `(coalesce("a" >= -1, false) or not (coalesce("b" = true, false)))`,
  )
  assert.equal(filterSql(`col('it"s')`), `coalesce("it""s", false)`)
  assert.equal(
    filterSql(`col('t') < datetime(2024, 1, 2)`),
    `coalesce("t" < make_timestamp(2024, 1, 2, 0, 0, 0), false)`,
  )
  for (const text of [
    '',
    'col(a)',
    `col('a') = 1`,
    `col('a') > 1)`,
    `(col('a') > 1`,
    `col('a') > datetime(1)`,
    `x > 1`,
    `col('a') >`,
  ])
    assert.throws(() => filterSql(text), { code: 'invalid-document' }, text)
})
