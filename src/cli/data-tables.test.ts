import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openHome } from './sluice-home.test-support.ts'

/* The commands that look into data, against the real store and the real process that reads tables. */

const rides = (shift: number, kinds: string): string =>
  `fare,kind,day\n${Array.from({ length: 200 }, (_, at) => `${((at * 37) % 100) / 10 + shift},${kinds[at % kinds.length]},2024-01-${String((at % 28) + 1).padStart(2, '0')}`).join('\n')}\n`

test('data is profiled, sampled and compared, by path and by name', async (t) => {
  const home = await openHome(t)
  await home.file('may.csv', rides(0, 'ab'))
  await home.file('june.csv', rides(20, 'abc'))
  const created = await home.sluice('data', 'create', '--name', 'rides', '--path', 'may.csv', '--type', 'uri_file')
  assert.equal(created.code, 0, created.err)

  const byPath = await home.sluice('data', 'profile', 'may.csv', '--json')
  const profile = JSON.parse(byPath.out) as {
    readonly digest: string
    readonly created_at: string
    readonly row_count: number
    readonly columns: readonly { readonly name: string; readonly numbers?: { readonly percentiles: object } }[]
  }
  assert.equal(profile.row_count, 200)
  assert.deepEqual(
    profile.columns.map(({ name }) => name),
    ['fare', 'kind', 'day'],
  )
  assert.ok('50' in profile.columns[0]!.numbers!.percentiles)
  // The same content under a name has the profile that was made.
  const byName = JSON.parse((await home.sluice('data', 'profile', 'rides:1', '--json')).out) as typeof profile
  assert.deepEqual([byName.digest, byName.created_at], [profile.digest, profile.created_at])
  const shown = await home.sluice('data', 'profile', 'rides')
  assert.match(shown.out, /^fare +DOUBLE +100 +0 +4\.95 +9\.9 +4\.95 /m)
  assert.match(shown.out, /^kind +VARCHAR +2 .*a \(100\), b \(100\)$/m)

  const sample = await home.sluice('data', 'sample', 'may.csv', '--rows', '2')
  assert.equal(sample.out, 'fare  kind  day\n0     a     2024-01-01\n3.7   b     2024-01-02\n')
  const random = () => home.sluice('data', 'sample', 'may.csv', '--rows', '5', '--seed', '7', '--json')
  assert.equal((await random()).out, (await random()).out)

  const diff = await home.sluice('data', 'diff', 'rides', 'june.csv', '--fail-on-drift')
  assert.equal(diff.code, 1)
  assert.match(
    diff.out,
    /^fare +DOUBLE +normalized_wasserstein_distance +6\.9\d+ +0\.1 +DRIFT +100\.00 % out of bounds$/m,
  )
  assert.match(diff.out, /^kind .*jensen_shannon_distance .* DRIFT +1 new: c$/m)
  assert.match(diff.out, /2 of 2 compared columns drifted: the table drifted\./)
  const only = await home.sluice(
    'data',
    'diff',
    'rides',
    'june.csv',
    '--column',
    'kind',
    '--category-metric',
    'pearsons_chi_squared_test',
    '--json',
  )
  const { columns } = JSON.parse(only.out) as {
    columns: { verdict: { metric: string; effect_is: string; p_value: number } }[]
  }
  assert.deepEqual(
    columns.map(({ verdict }) => [verdict.metric, verdict.effect_is]),
    [['pearsons_chi_squared_test', "Cramer's V"]],
  )
  assert.equal((await home.sluice('data', 'diff', 'rides', 'may.csv', '--fail-on-drift')).code, 0)
})

test('the whole answer to a query is written to a file of the format that its name says', async (t) => {
  const home = await openHome(t)
  await home.file('may.csv', rides(0, 'ab'))
  const sql = 'select * from (select fare, kind, range as copy from t, range(600)) order by all'
  const written = await home.sluice('data', 'query', sql, '--input', 't=may.csv', '--to', 'all.csv')
  assert.deepEqual([written.code, written.out], [0, `${join(home.folder, 'all.csv')}\n`], written.err)
  const lines = readFileSync(join(home.folder, 'all.csv'), 'utf8').trimEnd().split('\n')
  // More rows than an answer that is shown may have.
  assert.deepEqual([lines.length, lines.slice(0, 2)], [120_001, ['fare,kind,copy', '0.0,a,0']])
  for (const name of ['all.parquet', 'all.jsonl']) {
    await home.sluice('data', 'query', 'select * from t', '--input', 't=all.csv', '--to', name)
    const counted = await home.sluice(
      'data',
      'query',
      'select count(*) as n, sum(copy) as s from t',
      '--input',
      `t=${name}`,
    )
    assert.equal(counted.out, 'n       s\n120000  35940000\n', counted.err)
  }
  const names = await readdir(home.folder)
  assert.deepEqual(
    names.filter((name) => name.includes('.part')),
    [],
  )
})

test('a query is answered, kept as data, and asked again', async (t) => {
  const home = await openHome(t)
  await home.file('may.csv', rides(0, 'ab'))
  const sql = 'select kind, count(*) as n from t group by kind order by kind;'
  const answer = await home.sluice('data', 'query', sql, '--input', 't=may.csv')
  assert.deepEqual([answer.code, answer.out], [0, 'kind  n\na     100\nb     100\n'], answer.err)
  const saved = await home.sluice('data', 'query', sql, '--input', 't=may.csv', '--save', 'kinds')
  assert.equal(saved.out, 'Saved as azureml:kinds:1\n', saved.err)
  // The same answer is the same version, another one the next.
  assert.equal((await home.sluice('data', 'query', '--save', 'kinds')).out, 'Saved as azureml:kinds:1\n')
  await home.file('may.csv', rides(0, 'abc'))
  assert.equal((await home.sluice('data', 'query', '--save', 'kinds')).out, 'Saved as azureml:kinds:2\n')
  const again = await home.sluice('data', 'query', 'select count(*) as n from k', '--input', 'k=kinds')
  assert.equal(again.out, 'n\n3\n')
})

test('charts are kept with a query, and drawn from its answer', async (t) => {
  const home = await openHome(t)
  await home.file('may.csv', rides(0, 'ab'))
  const sql = 'select day, kind, sum(fare) as fare from t group by all order by all'
  const ask = (...args: readonly string[]) => home.sluice('data', 'query', ...args)
  const chart = 'kind=line,x=day,y=fare,series=kind'
  const saved = await ask(sql, '--input', 't=may.csv', '--save', 'fares', '--chart', chart)
  assert.equal(saved.out, 'Saved as azureml:fares:1\n', saved.err)
  // Asked again it keeps its charts; other charts are another version.
  assert.equal((await ask('--save', 'fares')).out, 'Saved as azureml:fares:1\n')
  const bar = '{"kind": "bar", "x": "kind", "y": ["fare"], "title": "a, b"}'
  assert.equal((await ask('--save', 'fares', '--chart', chart, '--chart', bar)).out, 'Saved as azureml:fares:2\n')
  assert.match((await home.sluice('query', 'list')).out, /^fares +2 +2 +\S+ +select day, kind/m)
  const shown = await home.sluice('query', 'show', 'fares')
  assert.match(shown.out, /^chart 1: +line of fare over day by kind\nchart 2: +bar of fare over kind \(a, b\)$/m)
  assert.doesNotMatch((await home.sluice('query', 'show', 'fares:1')).out, /chart 2/)
  const drawn = JSON.parse((await home.sluice('query', 'show', 'fares:1', '--points', '--json')).out) as {
    readonly charts: readonly { readonly lines: readonly { readonly name: string; readonly points: unknown[][] }[] }[]
  }
  const [line] = drawn.charts
  assert.deepEqual(line!.lines.map(({ name }) => name).sort(), ['a', 'b'])
  const days = line!.lines[0]!.points.map(([day]) => day)
  assert.deepEqual(days, days.toSorted())
  assert.match(
    (await home.sluice('query', 'show', 'fares', '--points')).out,
    /^series +day +value\n[ab] +2024-01-01 +\d/m,
  )
  assert.equal((await ask('--save', 'fares', '--chart', 'none')).out, 'Saved as azureml:fares:3\n')
  for (const [args, code, message] of [
    [['data', 'query', '--save', 'fares', '--chart', 'kind=line,x=dya,y=fare'], 2, /shows "dya".*day, kind, fare/s],
    [['data', 'query', '--save', 'fares', '--chart', 'kind=round,x=day,y=fare'], 2, /kind.*"round"/],
    [['data', 'query', '--save', 'fares', '--chart', 'line'], 2, /--chart is "line", which is no chart/],
    [['data', 'query', '--save', 'fares', '--chart', '{'], 2, /--chart is "\{", which is no chart/],
    [['data', 'query', sql, '--input', 't=may.csv', '--chart', chart], 2, /it needs --save NAME/],
    [['query', 'show', 'nobody'], 3, /nobody/],
    [['query', 'show', 'a b'], 2, /"a b" is no NAME/],
  ] as const) {
    const ran = await home.sluice(...args)
    assert.deepEqual([ran.code, message.test(ran.err)], [code, true], `${args.join(' ')}: ${ran.err}`)
  }
})

test('what cannot be read is refused with what to do', async (t) => {
  const home = await openHome(t)
  await home.file('a.csv', 'a\n1\n')
  await home.file('bad.parquet', 'x')
  for (const [args, code, message] of [
    [['profile', 'nothing.csv/x'], 3, /There is nothing at nothing\.csv\/x\./],
    [['profile', 'nobody'], 3, /nobody/],
    [['diff', 'a.csv', 'bad.parquet'], 2, /^error: The table "current" cannot be read: .* Parquet file\n$/],
    [['query'], 2, /There is no query/],
    [['query', 'drop table t'], 2, /Parser Error/],
    [['query', "select * from '/etc/passwd'"], 2, /passwd does not exist/],
    [['query', "copy (select 1) to 'x.csv'"], 2, /Parser Error/],
    [['query', 'select b from t', '--input', 't=a.csv'], 2, /Referenced column "b" not found/],
    [['query', 'select 1', '--to', 'x.xlsx'], 2, /cannot be written as "x.xlsx"/],
    [['query', 'select b from t', '--input', 't=a.csv', '--to', 'x.csv'], 2, /Referenced column "b" not found/],
    [['query', '--save', 'nobody'], 3, /nobody/],
    [['sample', 'a.csv', '--rows', 'x'], 2, /--rows must be a whole number, not "x"/],
    [['diff', 'a.csv', 'a.csv', '--threshold', 'x'], 2, /--threshold must be a number from 0 on, not "x"/],
    [['diff', 'a.csv', 'a.csv', '--mode', 'guess'], 2, /mode/],
  ] as const) {
    const ran = await home.sluice('data', ...args)
    assert.deepEqual([ran.code, message.test(ran.err)], [code, true], `${args.join(' ')}: ${ran.err}`)
  }
})
