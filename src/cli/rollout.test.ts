import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCliLab } from './cli-lab.test-support.ts'

test('a rollout is started, watched, looked at and ended', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const begin = ['endpoint', 'rollout', 'lines', '--to', 'green', '--steps', '5,50%,100', '--hold', '30s']
  const begun = await lab.sluice(...begin)
  assert.equal(begun.code, 0, begun.err)
  assert.match(begun.out, /^step: +5 % of 5, 50, 100$/m)
  assert.match(begun.out, /^holds: +30 s a step$/m)
  assert.match(begun.out, /^green +7 +1 +12\.0 ms$/m)
  assert.match(begun.err, /No --abort-on: it goes on by time alone/)
  const watched = await lab.sluice(...begin, '--abort-on', 'error-rate>1%,p95>2s', '--min-requests', '9', '--watch')
  assert.deepEqual([watched.code, watched.err], [0, '5 % stepping: holds 5 %\n'])
  assert.match(watched.out, /^status: +promoted$/m)
  assert.match(watched.out, /^aborts on: +error-rate>1%, p95>2s$/m)
  await lab.sluice(...begin)
  const aborted = await lab.sluice('endpoint', 'rollout-abort', 'lines', '--reason', 'too slow')
  assert.match(aborted.out, /^reason: +lines: too slow$/m)
  const seen = await lab.sluice('endpoint', 'rollout-status', 'lines', '--watch')
  assert.deepEqual([seen.code, /^status: +aborted$/m.test(seen.out)], [1, true])
  const { status } = JSON.parse((await lab.sluice('endpoint', 'rollout-promote', 'lines', '--json')).out) as {
    status: string
  }
  assert.equal(status, 'promoted')
})

test('what cannot be a rollout is refused with what it should be', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  for (const [args, message] of [
    [[], /the request has nothing/],
    [['--to', 'a', '--model', 'm@champion'], /the request has "to" and "model"/],
    [['--to', 'a', '--hold', 'long'], /--hold "long" is no duration/],
    [['--to', 'a', '--steps', '5,x'], /--steps has "x"/],
    [['--to', 'a', '--abort-on', 'errors>1'], /"errors>1" is no condition to abort on/],
    [['--to', 'a', '--min-requests', '-1'], /--min-requests has "-1"/],
  ] as const) {
    const { code, err } = await lab.sluice('endpoint', 'rollout', 'lines', ...args)
    assert.equal(code, 2)
    assert.match(err, message)
  }
  assert.equal((await lab.sluice('endpoint', 'rollout-status', 'lines')).code, 3)
})

test('a comparison is shown with its verdicts, its pairs and what is wrong with the split', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  const { out, code, err } = await lab.sluice(
    ...['endpoint', 'compare', 'lines', '--metric', 'latency', '--metric', 'error', '--metric', 'mae:lower'],
    ...['--margin', 'latency=5%', '--margin', 'mae=0.25', '--since', '2h', '--candidate', 'grey'],
  )
  assert.equal(code, 0, err)
  assert.match(out, /^metric +blue +grey +difference +margin +grey is$/m)
  assert.match(out, /^latency +10\.00 ms \(40\) +12\.00 ms \(1\) +1\.00 ms \.\. 3\.00 ms +0\.05 ms +better$/m)
  assert.match(out, /^error +1000\.00 % \(40\)/m)
  assert.match(out, /^mae +10\.000 \(40\) +12\.000 \(1\) +1\.0000 \.\. 3\.0000 +0\.25000 +better$/m)
  assert.match(out, /^3 requests copied: 1 of 2 answers the same, largest difference 0\.5$/m)
  assert.match(out, /^time of the copy +1\.25x$/m)
  assert.match(out, /^latency +1\.00 ms +undecided$/m)
  assert.match(out, /^The split is off \(p = 0\.00010\): \{"blue":9,"green":1\}\. Trust no verdict\.$/m)
  assert.match(out, /^4 requests could not be noted\.$/m)
  const json = JSON.parse((await lab.sluice('endpoint', 'compare', 'lines', '--metric', 'error', '--json')).out) as {
    metrics: { candidate: object }[]
  }
  assert.deepEqual(json.metrics[0]!.candidate, { value: 12, count: 1 })
  for (const [args, message] of [
    [['--metric', 'a b'], /"a b" is no metric/],
    [['--margin', 'latency'], /"latency" is not METRIC=MARGIN/],
    [['--margin', 'latency=much'], /"much" is no margin/],
    [['--since', 'lately'], /--since "lately" is neither/],
  ] as const)
    assert.match((await lab.sluice('endpoint', 'compare', 'lines', ...args)).err, message)
})

test('outcomes are told from JSON lines or one array', async (t) => {
  const lab = await openCliLab(t)
  await lab.serve()
  await lab.file(
    'lines.jsonl',
    '{"request_id": "a", "revenue": 3, "returned": 0}\n\n{"request_id": "unknown", "revenue": 1}\n',
  )
  const told = await lab.sluice('endpoint', 'outcomes', 'lines', 'lines.jsonl')
  assert.equal(told.err, 'Stored 3 outcomes.\n1 request ids are not among the recorded requests.\n')
  await lab.file('array.json', '[{"request_id": "a", "revenue": 3}]')
  assert.deepEqual(JSON.parse((await lab.sluice('endpoint', 'outcomes', 'lines', 'array.json', '--json')).out), {
    ...{ stored_count: 1, unknown_count: 0 },
  })
  await lab.file('bad.jsonl', '{"request_id": "a", "revenue": 3}\n{\n')
  assert.match((await lab.sluice('endpoint', 'outcomes', 'lines', 'bad.jsonl')).err, /bad\.jsonl:2 is not JSON/)
  await lab.file('text.jsonl', '{"request_id": "a", "revenue": "much"}\n')
  assert.equal((await lab.sluice('endpoint', 'outcomes', 'lines', 'text.jsonl')).code, 2)
  assert.equal((await lab.sluice('endpoint', 'outcomes', 'lines', 'none.jsonl')).code, 3)
})
