import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { databaseTest } from '../../test/database.test-support.ts'
import { refusalOf, trackingLab } from './tracking.test-support.ts'

databaseTest('the experiment "0" is there from the start, and new ones count up from 1', async (database) => {
  const { experiments } = trackingLab(database)
  const zero = await experiments.get('0')
  assert.deepEqual(
    [zero.name, zero.artifactLocation, zero.lifecycleStage],
    ['Default', 'mlflow-artifacts:/0', 'active'],
  )
  assert.ok(Math.abs(zero.createdMs - Date.now()) < 600_000)
  assert.equal(await experiments.create({ name: 'a' }), '1')
  assert.equal(await experiments.create({ name: 'b' }), '2')
  assert.equal((await experiments.getByName('b')).artifactLocation, 'mlflow-artifacts:/2')
})

databaseTest('an experiment keeps its tags, and a name is taken also by a deleted one', async (database) => {
  const { experiments } = trackingLab(database)
  const tags = [
    { key: 'b', value: '2' },
    { key: 'a', value: 'ä\n' },
  ]
  const id = await experiments.create({ name: 'exp', tags })
  await experiments.setTag(id, { key: 'b', value: '3' })
  assert.deepEqual((await experiments.get(id)).tags, [
    { key: 'a', value: 'ä\n' },
    { key: 'b', value: '3' },
  ])
  await experiments.deleteTag(id, 'b')
  assert.match(await refusalOf(experiments.deleteTag(id, 'b')), /^not-found: No tag with name: b in experiment/)
  await experiments.delete(id)
  assert.match(await refusalOf(experiments.create({ name: 'exp' })), /^already-exists: Experiment\(name=exp\)/)
  assert.match(
    await refusalOf(experiments.setTag(id, { key: 'a', value: '' })),
    /^invalid-request: The experiment 1 must/,
  )
  assert.equal((await experiments.get(id)).lifecycleStage, 'deleted')
})

databaseTest('deleting and restoring an experiment takes its runs along', async (database) => {
  const { experiments, runs } = trackingLab(database)
  const id = await experiments.create({ name: 'exp' })
  const { info } = await runs.create({ experimentId: id })
  await experiments.delete(id)
  assert.equal((await runs.get(info.runId)).info.lifecycleStage, 'deleted')
  assert.match(await refusalOf(experiments.delete(id)), /^not-found: No Experiment with id=1 exists/)
  assert.match(await refusalOf(runs.create({ experimentId: id })), /^invalid-request: The experiment 1 must be in the/)
  await experiments.restore(id)
  assert.equal((await runs.get(info.runId)).info.lifecycleStage, 'active')
  assert.match(await refusalOf(experiments.restore(id)), /^not-found: No Experiment with id=1/)
})

databaseTest('renaming keeps names unique and refuses deleted experiments', async (database) => {
  const { experiments } = trackingLab(database)
  const id = await experiments.create({ name: 'old' })
  await experiments.create({ name: 'other' })
  await experiments.rename(id, 'new')
  await experiments.rename(id, 'new')
  assert.equal((await experiments.getByName('new')).experimentId, id)
  assert.match(await refusalOf(experiments.getByName('old')), /^not-found: Could not find experiment with name 'old'/)
  assert.match(await refusalOf(experiments.rename(id, 'other')), /^already-exists/)
  await experiments.delete(id)
  assert.match(await refusalOf(experiments.rename(id, 'x')), /^invalid-request: Cannot rename a non-active experiment/)
})

databaseTest('names, tags, ids and locations that MLflow refuses are refused', async (database) => {
  const { experiments } = trackingLab(database)
  const create = (more: object) => refusalOf(experiments.create({ name: 'x', ...more }))
  assert.match(await create({ name: '' }), /^invalid-request: Invalid experiment name: ''/)
  assert.match(await create({ name: 'x'.repeat(501) }), /^limit-exceeded: 'name' exceeds the maximum length of 500/)
  assert.match(await create({ name: 'a\0' }), /U\+0000/)
  assert.match(await create({ tags: [{ key: 'a/../b', value: '' }] }), /This name would resolve to 'b'/)
  assert.match(await create({ tags: [{ key: 'k', value: 'x'.repeat(20_001) }] }), /'value' exceeds .* 20000/)
  assert.match(await create({ tags: [{ key: 'k'.repeat(251), value: '' }] }), /'key' exceeds .* 250/)
  for (const location of ['runs:/1/a', 's3://b/a#x', 'mlflow-artifacts:/../x', 's3://b/%252e%252e/x', 'a/..\\b']) {
    assert.match(await create({ artifactLocation: location }), /parameter 'artifact_location' supplied/, location)
  }
  assert.match(await create({ artifactLocation: `s3://${'x'.repeat(2048)}` }), /maximum length of 2048/)
  assert.match(await refusalOf(experiments.get('abc')), /^invalid-request: Invalid experiment ID 'abc'/)
  assert.match(await refusalOf(experiments.get('77')), /^not-found: No Experiment with id=77 exists/)
  assert.equal(await experiments.create({ name: 'x', artifactLocation: 'relative' }), '1')
  assert.equal((await experiments.get('1')).artifactLocation, resolve('relative'))
})
