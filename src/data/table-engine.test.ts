import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type TableEngineOptions, tableEngine } from './table-engine.ts'

const folders: string[] = []
const engines: { close(): Promise<void> }[] = []
after(async () => {
  for (const engine of engines) await engine.close()
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tables-'))
  folders.push(folder)
  return folder
}

function newEngine(options: Partial<TableEngineOptions> = {}) {
  const engine = tableEngine({ folder: join(newFolder(), 'engine'), ...options })
  engines.push(engine)
  return engine
}

test('files are read, and values come as they are', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'a.csv'), 'id,name\n1,x\n9007199254740993,\n')
  const result = await newEngine().session({ readable: [folder] }, async (session) => {
    await session.run(`create table a as select * from '${folder}/a.csv'`)
    return {
      rows: await session.run('select * from a'),
      values: await session.select(
        `select 'nan'::double, 'inf'::double, 1.25::decimal(5, 2), date '2024-02-29', [1, 2], {'a': true}`,
      ),
      bound: await session.run('select $1 || $2', ["it's ", 'bound']),
    }
  })
  assert.deepEqual(result.rows.columns, [
    { name: 'id', type: 'BIGINT' },
    { name: 'name', type: 'VARCHAR' },
  ])
  assert.deepEqual(result.rows.rows, [
    [1, 'x'],
    ['9007199254740993', null],
  ])
  assert.deepEqual(result.values.rows, [[NaN, Infinity, 1.25, '2024-02-29', [1, 2], { a: true }]])
  assert.deepEqual(result.bound.rows, [["it's bound"]])
})

test('a session reaches nothing but what it was given', async () => {
  const folder = newFolder()
  const outside = newFolder()
  writeFileSync(join(folder, 'a.csv'), 'a\n1\n')
  writeFileSync(join(outside, 'b.csv'), 'b\n1\n')
  symlinkSync(join(outside, 'b.csv'), join(outside, 'link.csv'))
  const engine = newEngine()
  await engine.session({ readable: [join(folder, 'a.csv')] }, async (session) => {
    for (const sql of [
      `select * from '${outside}/b.csv'`,
      `select * from '${folder}/../${outside.split('/').at(-1)}/b.csv'`,
      `select * from read_text('/etc/passwd')`,
      `select * from glob('/etc/*')`,
      `select * from 'https://example.com/x.parquet'`,
    ])
      await assert.rejects(session.select(sql), {
        code: 'invalid-request',
        message: /disabled|Cannot access|not found/,
      })
    for (const sql of [
      `copy (select 1) to '${folder}/c.csv'`,
      `attach '${folder}/x.db'`,
      'create table t (a int)',
      'set threads = 9',
    ])
      await assert.rejects(session.select(sql), { code: 'invalid-request', message: /SELECT|disabled/ })
    await assert.rejects(session.select('select 1; select 2'), { message: /One SELECT/ })
    await assert.rejects(session.run("set memory_limit = '100GB'"), { message: /locked/ })
    assert.deepEqual((await session.select(`select * from '${folder}/a.csv'`)).rows, [[1]])
  })
  assert.deepEqual(readdirSync(folder), ['a.csv'])
})

test('a writable folder takes what a session makes of what it reads', async () => {
  const source = newFolder()
  const target = newFolder()
  writeFileSync(join(source, 'a.jsonl'), '{"a":1,"b":"x"}\n{"a":2}\n')
  const rows = await newEngine().session({ readable: [source], writable: target }, async (session) => {
    await session.run(`copy (select * from read_json('${source}/a.jsonl')) to '${target}/a.parquet' (format parquet)`)
    return session.run(`select * from '${target}/a.parquet'`)
  })
  assert.deepEqual(rows.rows, [
    [1, 'x'],
    [2, null],
  ])
})

test('a session that takes too long fails alone, and the next one works', async () => {
  const engine = newEngine()
  const slow = 'select sum(a.range * b.range) from range(10000000) a, range(10000000) b'
  await assert.rejects(
    engine.session({ readable: [], timeoutMs: 300 }, (session) => session.run(slow)),
    { code: 'limit-exceeded', message: 'Reading the tables took longer than 0.3 s.' },
  )
  assert.deepEqual(await engine.session({ readable: [] }, async (session) => (await session.run('select 1')).rows), [
    [1],
  ])
})

test('more memory than there is fails, and the next session gets a new process', async () => {
  const engine = newEngine({ memoryBytes: 400 << 20 })
  await assert.rejects(
    engine.session({ readable: [] }, (session) => session.run('select list(range) l from range(200000000)')),
    { code: 'limit-exceeded', message: 'Reading the tables needs more than the 400 MiB it may use.' },
  )
  assert.deepEqual(await engine.session({ readable: [] }, async (session) => (await session.run('select 2')).rows), [
    [2],
  ])
})

test('an answer has so many rows and no more; sessions wait for each other and leave nothing behind', async () => {
  const folder = join(newFolder(), 'engine')
  const engine = newEngine({ folder })
  await assert.rejects(
    engine.session({ readable: [], maxRows: 10 }, (session) => session.run('select * from range(11)')),
    { code: 'limit-exceeded', message: /more than 10 rows/ },
  )
  const count = async (number: number) =>
    engine.session(
      { readable: [] },
      async (session) => (await session.run(`select count(*) from range(${number})`)).rows,
    )
  const answers = await Promise.all([1, 2, 3, 4, 5].map(count))
  assert.deepEqual(answers, [[[1]], [[2]], [[3]], [[4]], [[5]]])
  await engine.close()
  assert.equal(existsSync(join(folder, String(process.pid))), false)
  await assert.rejects(count(1), { code: 'store-unavailable' })
})

test('what is not there is said', async () => {
  await assert.rejects(
    newEngine().session({ readable: ['/nowhere/a.csv'] }, async () => undefined),
    { code: 'not-found', message: 'There is nothing at /nowhere/a.csv.' },
  )
})
