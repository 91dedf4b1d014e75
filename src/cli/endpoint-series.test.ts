import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHome } from './sluice-home.test-support.ts'

const script = `import json
def init(): pass
def run(raw):
    return [sum(row) for row in json.loads(raw)["input_data"]["data"]]
`
const deployment = `name: blue
code_configuration: {code: code, scoring_script: score.py}
data_collector: {collections: {model_inputs: {enabled: true}, model_outputs: {enabled: true}}}
`
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`

test('what an endpoint answered is told over time and row by row, by the command line', async (t) => {
  const { sluice, file } = await openHome(t)
  const said = async (...args: readonly string[]) => {
    const ran = await sluice(...args)
    assert.equal(ran.code, 0, `sluice ${args.join(' ')}: ${ran.out}${ran.err}`)
    return ran
  }
  await file('code/score.py', script)
  await file('blue.yml', deployment)
  await said('endpoint', 'deploy', 'sums', '--file', 'blue.yml')
  const body = '{"input_data": {"columns": ["a", "b"], "data": [[1, 2], [3, "\\u001b"]]}}'
  assert.equal((await sluice('endpoint', 'invoke', 'sums', '--body', body)).code, 1, 'a number and a text have no sum')
  await said('endpoint', 'invoke', 'sums', '--body', body.replace('"\\u001b"', '4'))

  await t.test('over time', async () => {
    const { out, err } = await said('endpoint', 'series', 'sums', '--step', '1h')
    const [headings, ...lines] = out.trimEnd().split('\n')
    assert.match(headings!, /^from +deployment +requests +errors +p50 ms +p95 ms +p99 ms$/)
    for (const line of lines) assert.match(line, new RegExp(`^${time} +blue +\\d +\\d`))
    assert.match(err, new RegExp(`^Steps of 3600 s; this server counts since ${time}`))
    const json = JSON.parse((await said('endpoint', 'series', 'sums', '--json', '--since', '30m')).out) as {
      step: number
      deployments: { points: { requests: number; errors: number }[] }[]
    }
    assert.equal(json.step, 60)
    const points = json.deployments.flatMap((each) => each.points)
    assert.equal(
      points.reduce((sum, { requests }) => sum + requests, 0),
      2,
    )
    assert.equal(
      points.reduce((sum, { errors }) => sum + errors, 0),
      1,
    )
    const { out: other } = await said('endpoint', 'series', 'sums', '--deployment', 'green')
    assert.match(other, /^from .*\n$/, 'nothing but the headings')
    for (const [wrong, reason] of [
      [['--step', 'soon'], /--step is "soon"; expected a duration/],
      [['--since', 'noon'], /--since "noon" is no time/],
      [['--since', '1h', '--to', '2h'], /which is not before "to"/],
    ] as const) {
      const { code, err: told } = await sluice('endpoint', 'series', 'sums', ...wrong)
      assert.equal(code, 2)
      assert.match(told, reason)
    }
    assert.match((await sluice('endpoint', 'series', 'none')).err, /There is no endpoint "none"/)
  })

  await t.test('row by row', async () => {
    const { out } = await said('payload', 'rows', 'sums', '--since', '1h')
    const [headings, ...rows] = out.trimEnd().split('\n')
    assert.match(headings!, /^at +deployment +request +row +a +b$/)
    assert.match(rows[0]!, new RegExp(`^${time} +blue +\\S+ +1 +3 +4$`))
    assert.match(rows[1]!, /\S+ +0 +1 +2$/)
    const { out: page, err } = await said('payload', 'rows', 'sums', '--collection', 'model_outputs', '--limit', '1')
    assert.match(page, /prediction\n.* 1 +7\n$/)
    const [, token] = /^There are more: --page-token (\S+)$/m.exec(err)!
    const next = await said(
      'payload',
      'rows',
      'sums',
      '--collection',
      'model_outputs',
      '--page-token',
      token!,
      '--json',
    )
    const { items } = JSON.parse(next.out) as { items: { row: number; values: object }[] }
    assert.deepEqual(
      items.map(({ row, values }) => [row, values]),
      [[0, { prediction: 3 }]],
    )
    assert.match((await sluice('payload', 'rows', 'sums', '--page-token', 'x')).err, /page token "x" is none/)
  })
})
