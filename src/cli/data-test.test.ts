import assert from 'node:assert/strict'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../config.ts'
import { openHome } from './sluice-home.test-support.ts'

/* Data tests from the command line: of files, of assets, in a step, and for other programs. */

const tests = `type: data_tests
name: rides
inputs: { rides: ./rides.csv }
tests:
  - not_null: fare
  - { name: a fare is <= 10, range: { column: fare, max: 10 } }
  - { unique: id, severity: warn }
  - { not_null: nope }
`

test('tests of a file: exit code, failing rows, JUnit, JSON', async (t) => {
  const home = await openHome(t)
  await home.file('tests.yml', tests)
  await home.file('rides.csv', 'id,fare\n1,5\n1,50\n2,60\n')
  const ran = await home.sluice('data', 'test', 'tests.yml', '--rows-to', 'rows', '--junit', 'out/junit.xml')
  assert.equal(ran.code, 1)
  assert.match(ran.out, /^passed +rides +not null: fare +all 3 rows pass$/m)
  assert.match(
    ran.out,
    /^failed +rides +a fare is <= 10 +2 of 3 rows \(66\.7 %\) fail; they are in .*\/rows\/a-fare-is-10\.csv$/m,
  )
  assert.match(ran.out, /^warned +rides +unique: id +2 of 3 rows/m)
  assert.match(ran.out, /^error +rides +not null: nope +There is no column "nope"; there are id, fare\.$/m)
  assert.match(ran.out, /1 passed, 1 warned, 2 failed/)
  assert.deepEqual((await readdir(join(home.folder, 'rows'))).sort(), ['a-fare-is-10.csv', 'unique-id.csv'])
  assert.equal(await readFile(join(home.folder, 'rows/a-fare-is-10.csv'), 'utf8'), 'id,fare\n1,50\n2,60\n')
  const junit = await readFile(join(home.folder, 'out/junit.xml'), 'utf8')
  assert.match(junit, /<testsuite name="rides" tests="4" failures="1" errors="1">/)
  assert.match(junit, /name="a fare is &lt;= 10">\n {4}<failure message="2 of 3 rows/)
  assert.match(junit, /<system-out>warning: 2 of 3 rows/)

  // Another table in place of the file's own: a data asset, which the server finds.
  await home.file('good.csv', 'id,fare,nope\n1,5,x\n2,6,y\n')
  await home.sluice('data', 'create', '--name', 'good', '--path', 'good.csv', '--type', 'uri_file')
  const good = await home.sluice('data', 'test', 'tests.yml', '--input', 'rides=good:1', '--json')
  assert.equal(good.code, 0, good.err)
  const { passed, failed, items } = JSON.parse(good.out) as {
    passed: number
    failed: number
    items: { row_count: number }[]
  }
  assert.deepEqual([passed, failed, items[1]!.row_count], [4, 0, 2])
})

test('mistakes are shown with carets before anything is read', async (t) => {
  const home = await openHome(t)
  await home.file('tests.yml', tests.replace('not_null: nope', 'not_nul: nope'))
  const ran = await home.sluice('data', 'test', 'tests.yml')
  assert.equal(ran.code, 2)
  assert.match(ran.err, /tests\.yml:8:\d+/)
  assert.match(ran.err, /\^/)
  await home.file('good.yml', tests)
  const unknown = await home.sluice('data', 'test', 'good.yml', '--input', 'x=rides.csv')
  assert.deepEqual([unknown.code, /no input "x"/.test(unknown.err)], [2, true], unknown.err)
  const job = await home.sluice('data', 'test', 'quick.yml')
  assert.deepEqual([job.code, /data tests/.test(job.err)], [2, true], job.err)
})

test('the example stops a pipeline whose data does not pass, and tells its run', async (t) => {
  const home = await openHome(t)
  await cp(join(packageRoot(), 'examples/data-tests'), home.folder, { recursive: true })
  const good = await home.sluice('run', 'pipeline.yml')
  assert.equal(good.code, 0, good.err)
  await home.file('data/june.csv', (await readFile(join(home.folder, 'data/june.csv'), 'utf8')).replace('north', ''))
  const bad = await home.sluice('run', 'pipeline.yml')
  assert.equal(bad.code, 1)
  assert.match(bad.out, /train.*(skipped|not run|canceled|did not run)/i)
  // Why it failed is with the run, though a failed step has no outputs.
  const failed = (await home.jobs())[0]!.name
  const { steps } = JSON.parse((await home.sluice('job', 'show', failed, '--json')).out) as {
    readonly steps: readonly { readonly name: string; readonly step: string }[]
  }
  const run = steps.find(({ step }) => step === 'test')!.name
  assert.equal((await home.sluice('up', '--detach')).code, 0)
  const { url } = JSON.parse((await home.sluice('status', '--json')).out) as { readonly url: string }
  const list = await fetch(`${url}/api/2.0/mlflow/artifacts/list?run_id=${run}&path=outputs/report`)
  assert.match(await list.text(), /outputs\/report\/junit\.xml.*outputs\/report\/results\.json/s)
})

test('a pipeline goes on upon the result of its tests', async (t) => {
  const home = await openHome(t)
  await home.file('t.yml', 'type: data_tests\ninputs: {rides: ./r.csv}\ntests: [{not_null: fare, severity: warn}]\n')
  await home.file('bad.csv', 'fare,zone\n1,a\n,b\n')
  const pipeline = (failOn: string): string => `type: pipeline
jobs:
  test:
    component: azureml://registries/sluice/components/data_test
    inputs: {tests: {type: uri_file, path: ./t.yml}, rides: {type: uri_file, path: ./bad.csv}, fail_on: ${failOn}}
  check:
    type: if_else
    condition: \${{parent.jobs.test.outputs.passed}}
    true_block: \${{parent.jobs.good}}
    false_block: \${{parent.jobs.bad}}
  good: {type: command, command: echo good}
  bad: {type: command, command: echo bad}
`
  await home.file('p.yml', pipeline('fail'))
  const warned = await home.sluice('run', 'p.yml')
  assert.equal(warned.code, 0, warned.out + warned.err)
  assert.match(warned.out, /good +completed/)
  await home.file('p.yml', pipeline('warn'))
  assert.equal((await home.sluice('run', 'p.yml')).code, 1)
  await home.file('t.yml', 'type: data_tests\ninputs: {rides: ./r.csv}\ntests: [{not_null: fare}]\n')
  await home.file('p.yml', pipeline('never'))
  const never = await home.sluice('run', 'p.yml')
  assert.equal(never.code, 0, never.out + never.err)
  assert.match(never.out, /bad +completed/)
  const wrong = await home.sluice('data', 'test', 't.yml', '--fail-on', 'always')
  assert.match(wrong.err, /--fail-on is "always"; expected fail, warn or never/)
})

test('tests of another tool are printed as ours', async (t) => {
  const home = await openHome(t)
  const expectations = [
    { type: 'expect_column_values_to_not_be_null', kwargs: { column: 'a' } },
    { type: 'expect_column_kl_divergence_to_be_less_than', kwargs: { column: 'a' } },
  ]
  await home.file('suite.json', JSON.stringify({ name: 's', expectations }))
  const { code, out, err } = await home.sluice('data', 'import-tests', 'suite.json', '--table', 'rides')
  assert.equal(code, 0)
  assert.equal(out, 'type: data_tests\nname: s\ninputs:\n  rides: ./rides.csv\ntests:\n  - not_null: a\n')
  assert.equal(err, 'not mapped: expect_column_kl_divergence_to_be_less_than {"column":"a"}\n')
})
