import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { refusalOf, trackingLab } from './tracking.test-support.ts'

databaseTest('a run has an id of 32 hex digits, a made-up name and its place for artifacts', async (database) => {
  const { runs, experiments } = trackingLab(database)
  const { info, tags } = await runs.create({})
  assert.match(info.runId, /^[0-9a-f]{32}$/)
  assert.match(info.runName, /^[a-z]+-[a-z]+-\d{1,3}$/)
  assert.deepEqual(tags, [{ key: 'mlflow.runName', value: info.runName }])
  assert.deepEqual(
    [info.experimentId, info.status, info.startMs, info.endMs, info.userId],
    ['0', 'RUNNING', 0, undefined, ''],
  )
  assert.equal(info.artifactUri, `mlflow-artifacts:/0/${info.runId}/artifacts`)
  const elsewhere = await experiments.create({ name: 'x', artifactLocation: 's3://bucket/base/?region=eu' })
  const other = await runs.create({ experimentId: elsewhere, userId: 'ada', startMs: 5 })
  assert.equal(other.info.artifactUri, `s3://bucket/base/${other.info.runId}/artifacts?region=eu`)
  assert.deepEqual([other.info.userId, other.info.startMs], ['ada', 5])
})

databaseTest('the name and the tag mlflow.runName are one thing', async (database) => {
  const { runs } = trackingLab(database)
  const name = async (runId: string) => {
    const { info, tags } = await runs.get(runId)
    return [info.runName, tags.find((tag) => tag.key === 'mlflow.runName')?.value]
  }
  const { info } = await runs.create({ tags: [{ key: 'mlflow.runName', value: 'from tag' }] })
  assert.deepEqual(await name(info.runId), ['from tag', 'from tag'])
  assert.equal((await runs.update(info.runId, { runName: 'updated' })).runName, 'updated')
  assert.deepEqual(await name(info.runId), ['updated', 'updated'])
  await runs.setTag(info.runId, { key: 'mlflow.runName', value: 'tagged' })
  await runs.setTag(info.runId, { key: 'mlflow.runName', value: '' })
  await runs.update(info.runId, { runName: '' })
  assert.deepEqual(await name(info.runId), ['tagged', 'tagged'])
  await runs.logBatch(info.runId, { tags: [{ key: 'mlflow.runName', value: 'batched' }] })
  assert.deepEqual(await name(info.runId), ['batched', 'batched'])
  const twoNames = runs.create({ runName: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] })
  assert.match(await refusalOf(twoNames), /^invalid-request: Both 'run_name' argument and 'mlflow.runName' tag/)
})

databaseTest('a client ends its own run, but not the run of a job', async (database) => {
  const { runs, jobRuns } = trackingLab(database)
  const { info } = await runs.create({})
  const ended = await runs.update(info.runId, { status: 'FAILED', endMs: 9 })
  assert.deepEqual([ended.status, ended.endMs], ['FAILED', 9])
  const job = { runId: 'brave_apple_x1' as never, runName: 'train', userId: 'ada', experimentId: '0' as never }
  await database.write(async (tables) => {
    await jobRuns.createRuns(tables, [{ ...job, startMs: 3 }])
    await jobRuns.startRuns(tables, [{ runId: job.runId, startMs: 4 }])
  })
  const answer = await runs.update(job.runId, { status: 'FINISHED', endMs: 9, runName: 'mine' })
  assert.deepEqual([answer.status, answer.endMs, answer.runName], ['RUNNING', undefined, 'mine'])
  await database.write((tables) => jobRuns.finishRuns(tables, [{ runId: job.runId, status: 'FAILED', endMs: 7 }]))
  await runs.update(job.runId, { status: 'FINISHED', endMs: 9 })
  const { info: after } = await runs.get(job.runId)
  assert.deepEqual([after.status, after.startMs, after.endMs], ['FAILED', 4, 7])
})

databaseTest('params are written once', async (database) => {
  const { runs } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  await runs.logParam(runId, { key: 'lr', value: '0.1' })
  await runs.logParam(runId, { key: 'lr', value: '0.1' })
  await runs.logParam(runId, { key: 'empty', value: '' })
  const again = await refusalOf(runs.logParam(runId, { key: 'lr', value: '0.2' }))
  assert.match(again, /^invalid-request: Changing param values is not allowed\. .*key='lr'.*value='0.1'.*'0\.2'/)
  const both = {
    params: [
      { key: 'new', value: '1' },
      { key: 'lr', value: '0.3' },
    ],
  }
  assert.match(await refusalOf(runs.logBatch(runId, both)), /Changing param values is not allowed/)
  const twice = {
    params: [
      { key: 'a', value: '1' },
      { key: 'a', value: '1' },
    ],
  }
  assert.match(await refusalOf(runs.logBatch(runId, twice)), /Duplicate parameter keys have been submitted: \['a'\]/)
  assert.deepEqual((await runs.get(runId)).params, [
    { key: 'empty', value: '' },
    { key: 'lr', value: '0.1' },
  ])
})

databaseTest('long values are cut, long or odd keys refused', async (database) => {
  const { runs } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  await runs.logParam(runId, { key: 'p', value: '🎈'.repeat(7000) })
  await runs.setTag(runId, { key: 'Größe: a/b.c-d_e', value: 'x'.repeat(9000) })
  const run = await runs.get(runId)
  assert.equal(run.params[0]!.value, '🎈'.repeat(6000))
  assert.equal(run.tags[0]!.value.length, 8000)
  for (const key of ['', '/a', 'a/../b', 'a//b', './a', '..', 'a\nb', 'a,b', 'a"b', 'x\0']) {
    const refusal = await refusalOf(runs.setTag(runId, { key, value: '' }))
    assert.match(refusal, /^invalid-request: Invalid value .* for parameter 'key' supplied: Names may/, key)
  }
  assert.match(await refusalOf(runs.logParam(runId, { key: 'k'.repeat(251), value: '' })), /'Param key' exceeds .* 250/)
  assert.match(await refusalOf(runs.logParam(runId, { key: 'k', value: '\0' })), /U\+0000/)
})

databaseTest('a tag that comes with a new run may have any name, but not any length', async (database) => {
  const { runs } = trackingLab(database)
  const tag = (key: string, value = 'v') => ({ tags: [{ key, value }] })
  const { tags } = await runs.create({ ...tag('a,b/../c', 'x'.repeat(9000)), runName: 'r' })
  assert.deepEqual(tags[0], { key: 'a,b/../c', value: 'x'.repeat(8000) })
  assert.match(await refusalOf(runs.create(tag('k'.repeat(251)))), /'tags\[0\].key' exceeds .* 250/)
  assert.match(await refusalOf(runs.create(tag('k', '\0'))), /U\+0000/)
})

databaseTest('a batch over a limit changes nothing', async (database) => {
  const { runs } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const metrics = (count: number) =>
    Array.from({ length: count }, (_, step) => ({ key: 'm', value: step, timestampMs: 1, step }))
  const pairs = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'v' }))
  await runs.logBatch(runId, { metrics: metrics(800), params: pairs(100), tags: pairs(100) })
  const refusals = [
    [{ metrics: metrics(1001) }, 'at most 1000 metrics. Got 1001 metrics'],
    [{ params: pairs(101) }, 'at most 100 params. Got 101 params'],
    [{ tags: pairs(101) }, 'at most 100 tags. Got 101 tags'],
    [{ metrics: metrics(901), params: pairs(100) }, 'at most 1000 metrics, params, and tags. Got 1001'],
    [{ tags: pairs(1), metrics: [{ key: 'm', value: 1, timestampMs: -1, step: 0 }] }, "'metrics[0].timestamp'"],
  ] as const
  for (const [batch, text] of refusals) assert.ok((await refusalOf(runs.logBatch(runId, batch))).includes(text), text)
  const run = await runs.get(runId)
  assert.deepEqual([run.params.length, run.tags.length, run.metrics[0]!.value], [100, 101, 799])
})

databaseTest('tags are overwritten and deleted; a deleted run takes nothing until it is restored', async (database) => {
  const { runs } = trackingLab(database)
  const { runId } = (await runs.create({ runName: 'r' })).info
  await runs.setTag(runId, { key: 'a', value: '1' })
  await runs.setTag(runId, { key: 'a', value: '2' })
  await runs.logBatch(runId, {
    tags: [
      { key: 'b', value: '1' },
      { key: 'b', value: '2' },
    ],
  })
  assert.deepEqual((await runs.get(runId)).tags.slice(0, 2), [
    { key: 'a', value: '2' },
    { key: 'b', value: '2' },
  ])
  await runs.deleteTag(runId, 'a')
  assert.match(await refusalOf(runs.deleteTag(runId, 'a')), /^not-found: No tag with name: a in run with id/)
  await runs.delete(runId)
  await runs.delete(runId)
  for (const write of [
    runs.setTag(runId, { key: 'x', value: '' }),
    runs.logParam(runId, { key: 'x', value: '' }),
    runs.update(runId, { status: 'FINISHED' }),
    runs.deleteTag(runId, 'b'),
    runs.logBatch(runId, {}),
  ]) {
    assert.match(await refusalOf(write), /^invalid-request: The run .* must be in the 'active' state/)
  }
  await runs.restore(runId)
  await runs.setTag(runId, { key: 'c', value: '1' })
  assert.match(await refusalOf(runs.get('none')), /^not-found: Run with id=none not found/)
  assert.match(await refusalOf(runs.setTag('none', { key: 'a', value: '' })), /^not-found: Run with id=none not found/)
})

databaseTest('the model history is a tag that grows, without what only loading needs', async (database) => {
  const { runs } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  const model = (path: string) =>
    JSON.stringify({ artifact_path: path, flavors: { f: { a: 1, config: {} } }, utc_time_created: 't', run_id: runId })
  await runs.recordModel(runId, model('one'))
  await runs.recordModel(runId, model('two'))
  const history = async () => {
    const tag = (await runs.get(runId)).tags.find(({ key }) => key === 'mlflow.log-model.history')
    assert.match(tag!.value, /^\[\{"run_id": "\w+", "artifact_path": "/, 'as Python writes it')
    return JSON.parse(tag!.value) as { artifact_path: string; flavors: unknown }[]
  }
  assert.deepEqual(
    (await history()).map(({ artifact_path, flavors }) => [artifact_path, flavors]),
    [
      ['one', { f: { a: 1 } }],
      ['two', { f: { a: 1 } }],
    ],
  )
  for (let i = 0; i < 80; i++) await runs.recordModel(runId, model(`model ${i}`))
  assert.equal((await history()).at(-1)!.artifact_path, 'model 79')
  assert.match(await refusalOf(runs.recordModel(runId, '{')), /Malformed model info/)
  assert.match(
    await refusalOf(runs.recordModel(runId, '{"flavors":{},"run_id":"1"}')),
    /fields: \{'artifact_path', 'utc/,
  )
  const noFlavors = '{"artifact_path":"","flavors":1,"utc_time_created":"","run_id":""}'
  assert.match(await refusalOf(runs.recordModel(runId, noFlavors)), /flavors is no object/)
})
