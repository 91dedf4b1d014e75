import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { DataCheck, DataTest } from '../spec/data-test-document.ts'
import { runDataTests } from './data-tests.ts'
import { tableEngine } from './table-engine.ts'

const home = mkdtempSync(join(tmpdir(), 'data-tests-'))
const engine = tableEngine({ folder: join(home, 'engine') })
after(async () => {
  await engine.close()
  rmSync(home, { recursive: true })
})

const rides = join(home, 'rides.csv')
const zones = join(home, 'zones.csv')
const csv = (rows: readonly string[]): string => `${rows.join('\n')}\n`
writeFileSync(
  rides,
  csv([
    'id,zone,fare,day,code',
    '1,a,5,2024-06-01,R1',
    '2,b,-1,2024-06-02,R2',
    '2,c,,2024-06-30,x',
    '4,,900,2024-07-01,R4',
  ]),
)
writeFileSync(zones, csv(['zone', 'a', 'b']))

const testOf = (check: DataCheck, more: Partial<DataTest> = {}): DataTest => ({
  severity: 'fail',
  tolerance: 0,
  check,
  ...more,
})

async function run(tests: readonly DataTest[], rowsFolder?: string) {
  const nowMs = Date.parse('2024-07-03T00:00:00Z')
  const folder = rowsFolder === undefined ? {} : { rowsFolder }
  return runDataTests(engine, { document: { tests }, paths: { rides, zones }, nowMs, ...folder })
}

test('every check finds what is wrong, and only that', async () => {
  const cases: readonly (readonly [DataCheck, number | string])[] = [
    [{ kind: 'not_null', columns: ['zone', 'fare'] }, 2],
    [{ kind: 'unique', columns: ['id'] }, 2],
    [{ kind: 'unique', columns: ['id', 'zone'] }, 0],
    [{ kind: 'type', column: 'code', is: 'integer' }, 4],
    [{ kind: 'type', column: 'fare', is: 'number' }, 0],
    [{ kind: 'type', column: 'fare', is: 'any' }, 0],
    [{ kind: 'range', column: 'fare', min: 0, max: 500 }, 2],
    [{ kind: 'range', column: 'day', min: '2024-06-01', max: '2024-06-30' }, 1],
    [{ kind: 'length', column: 'code', min: 2 }, 1],
    [{ kind: 'in_set', column: 'zone', values: ['a', 'b'] }, 1],
    [{ kind: 'not_in_set', column: 'id', values: ['4'] }, 1],
    [{ kind: 'matches', column: 'code', pattern: 'R[0-9]' }, 1],
    [{ kind: 'references', column: 'zone', toTable: 'zones', toColumn: 'zone' }, 1],
    [{ kind: 'sql', sql: 'select * from rides where fare > 100; ' }, 1],
    [{ kind: 'row_count', min: 1, max: 4 }, '4 rows, at least 1 and at most 4 wanted'],
    [{ kind: 'row_count', min: 5 }, '!4 rows, at least 5 wanted'],
    [
      { kind: 'fresh', column: 'day', maxAge: '3d', maxAgeMs: 3 * 86_400_000 },
      'the newest day is 2024-07-01 00:00:00+00, at most 3d ago wanted',
    ],
    [
      { kind: 'fresh', column: 'day', maxAge: '1d', maxAgeMs: 86_400_000 },
      '!the newest day is 2024-07-01 00:00:00+00, at most 1d ago wanted',
    ],
    [{ kind: 'fresh', column: 'zone', maxAge: '1d', maxAgeMs: 86_400_000 }, '!zone has no time'],
    [
      { kind: 'schema', columns: { id: 'integer', zone: 'text', fare: 'number', day: 'date' }, isExact: false },
      '4 columns are as expected',
    ],
    [
      { kind: 'schema', columns: { id: 'boolean', nope: 'any', day: 'timestamp' }, isExact: true },
      '!id is BIGINT, not boolean; nope is missing; day is DATE, not timestamp; zone is not expected; fare is not expected; code is not expected',
    ],
    [
      { kind: 'drift', reference: 'zones', columns: ['zone'], metric: 'jensen_shannon_distance', threshold: 0.9 },
      'none of 1 columns drifted from zones',
    ],
    [
      { kind: 'drift', reference: 'zones', threshold: 0.1 },
      '!zone drifted: jensen_shannon_distance 0.3637 from 0.1 on (categories)',
    ],
    [{ kind: 'drift', reference: 'rides' }, 'none of 4 columns drifted from rides'],
  ]
  const results = await run(cases.map(([check]) => testOf(check)))
  for (const [at, [check, expected]] of cases.entries()) {
    const { status, message, failingCount } = results[at]!
    const what = JSON.stringify(check)
    if (typeof expected === 'number')
      assert.deepEqual([failingCount, status], [expected, expected === 0 ? 'passed' : 'failed'], `${what}: ${message}`)
    else {
      assert.equal(message, expected.replace('!', ''), what)
      assert.equal(status, expected.startsWith('!') ? 'failed' : 'passed', what)
    }
  }
})

test('severity, tolerance and names are kept', async () => {
  const notNull = { kind: 'not_null', columns: ['fare'] } as const
  const results = await run([
    testOf(notNull, { severity: 'warn' }),
    testOf(notNull, { tolerance: 0.25 }),
    testOf(notNull, { tolerance: 0.2, name: 'fares are there' }),
    testOf({ kind: 'unique', columns: ['zone'] }, { table: 'zones' }),
  ])
  assert.deepEqual(
    results.map(({ name, table, status, message }) => [name, table, status, message]),
    [
      ['not null: fare', 'rides', 'warned', '1 of 4 rows (25 %) fail'],
      ['not null: fare (2)', 'rides', 'passed', '1 of 4 rows (25 %) fail, at most 25 % may'],
      ['fares are there', 'rides', 'failed', '1 of 4 rows (25 %) fail, at most 20 % may'],
      ['unique: zone', 'zones', 'passed', 'all 2 rows pass'],
    ],
  )
})

test('all failing rows are written down', async () => {
  const folder = join(home, 'rows')
  mkdirSync(folder)
  const results = await run(
    [
      testOf({ kind: 'range', column: 'fare', min: 0 }, { name: 'fares: >= 0' }),
      testOf({ kind: 'sql', sql: 'select id from rides -- all' }),
    ],
    folder,
  )
  assert.equal(results[0]!.rowsFile, join(folder, 'fares-0.csv'))
  assert.equal(readFileSync(results[0]!.rowsFile, 'utf8'), 'id,zone,fare,day,code\n2,b,-1,2024-06-02,R2\n')
  assert.equal(readFileSync(results[1]!.rowsFile!, 'utf8'), 'id\n1\n2\n2\n4\n')
})

test('a test that cannot be asked is an error of its own, and nothing can be changed by one', async () => {
  const folder = join(home, 'rows2')
  mkdirSync(folder)
  const results = await run(
    [
      testOf({ kind: 'not_null', columns: ['nope'] }, { severity: 'warn' }),
      testOf({ kind: 'sql', sql: 'select nope from rides' }),
      testOf({ kind: 'sql', sql: 'drop table rides' }),
      testOf({ kind: 'sql', sql: `copy (select 1) to '${folder}/x.csv'` }),
      testOf({ kind: 'sql', sql: "select * from read_text('/etc/passwd')" }),
      testOf({ kind: 'range', column: 'day', min: 'yesterday' }),
      testOf({ kind: 'drift', reference: 'zones', columns: ['fare'] }),
      testOf({ kind: 'not_null', columns: ['id'] }),
    ],
    folder,
  )
  assert.deepEqual(
    results.map(({ status }) => status),
    [...Array<string>(7).fill('error'), 'passed'],
  )
  assert.match(results[0]!.message, /There is no column "nope"; there are id, zone, fare, day, code\./)
  assert.match(results[1]!.message, /nope/)
  assert.match(results[4]!.message, /disabled by configuration/)
})
