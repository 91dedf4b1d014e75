import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { databaseTest } from '../../../test/database.test-support.ts'
import { localPrincipal as by, type Principal } from '../../access/principal.ts'
import { runIdOf, type JobName } from '../../base/ids.ts'
import { refusalOf, trackingLab } from '../../tracking/tracking.test-support.ts'
import { openRegistry } from '../registry.test-support.ts'
import { purgeDeleted } from '../purge-deleted.ts'
import { commentStore } from './comment-store.ts'
import { savedViewStore } from './saved-view-store.ts'

const job: Principal = { kind: 'job', name: 'calm_otter_1' as JobName }

databaseTest('comments stay with a model that is renamed, and are changed by their author only', async (database) => {
  const lab = trackingLab(database)
  const registry = openRegistry(database)
  const comments = commentStore({ database, clock: lab.clock, random: randomBytes })
  await registry.model('first', 1)
  const said = await comments.add({ kind: 'model', name: 'first' }, 'Looks good.', by)
  await comments.add({ kind: 'version', name: 'first', version: 1 }, 'From a job.', job)
  await registry.registry.models.rename({ name: 'first', newName: 'second', by })
  assert.deepEqual(await comments.list({ kind: 'model', name: 'second' }), [said])
  const [ofVersion] = await comments.list({ kind: 'version', name: 'second', version: 1 })
  assert.deepEqual([ofVersion!.author, ofVersion!.updatedMs], ['job:calm_otter_1', undefined])
  assert.match(
    await refusalOf(comments.edit(ofVersion!.commentId, 'x', by)),
    /permission-denied: The comment is by job:/,
  )
  const changed = await comments.edit(said.commentId, 'Looks better.', by)
  assert.deepEqual([changed.body, typeof changed.updatedMs], ['Looks better.', 'number'])
  await comments.delete(said.commentId, by)
  assert.deepEqual(await comments.list({ kind: 'model', name: 'second' }), [])
  const refusals = [
    comments.delete(said.commentId, by),
    comments.add({ kind: 'run', runId: 'none' }, 'x', by),
    comments.add({ kind: 'version', name: 'second', version: 9 }, 'x', by),
    comments.list({ kind: 'model', name: 'first' }),
  ]
  for (const refusal of await Promise.all(refusals.map(refusalOf))) assert.match(refusal, /^not-found/)
  assert.match(await refusalOf(comments.add({ kind: 'model', name: 'second' }, ' ', by)), /cannot be empty/)
})

databaseTest('a page has one view of a name', async (database) => {
  const { clock } = trackingLab(database)
  const views = savedViewStore({ database, clock, random: randomBytes })
  const view = await views.create({ page: 'runs', name: 'best', content: { order: 'metrics.loss' } }, by)
  await views.create({ page: 'models', name: 'best', content: {} }, job)
  const refused = views.create({ page: 'runs', name: 'best', content: {} }, job)
  assert.match(await refusalOf(refused), /already-exists: The page "runs" has a view named "best" already/)
  const changed = await views.update(view.viewId, { name: 'newest', content: { order: 'start_time' } })
  assert.deepEqual([changed.name, changed.content, changed.author], ['newest', { order: 'start_time' }, 'local'])
  assert.deepEqual(
    (await views.list()).map(({ page, name }) => `${page} ${name}`),
    ['models best', 'runs newest'],
  )
  await views.delete(view.viewId)
  assert.deepEqual(await views.list('runs'), [])
  const unknown = [views.get(view.viewId), views.delete(view.viewId), views.update(view.viewId, {})]
  for (const refusal of await Promise.all(unknown.map(refusalOf))) assert.match(refusal, /^not-found/)
  assert.match(await refusalOf(views.create({ page: 'runs', name: ' ', content: {} }, by)), /cannot be empty/)
  const large = { page: 'runs', name: 'x', content: { text: 'x'.repeat(200_001) } }
  assert.match(await refusalOf(views.create(large, by)), /limit-exceeded/)
})

databaseTest('what was deleted is purged with its files and frees its name; what is needed stays', async (database) => {
  const lab = trackingLab(database)
  const { clock, experiments, runs, loggedModels, traces } = lab
  const comments = commentStore({ database, clock, random: randomBytes })
  const removed: string[] = []
  const artifacts = { remove: (path: string) => Promise.resolve(removed.push(path)) }
  const gone = await experiments.create({ name: 'gone' })
  const run = await runs.create({ experimentId: gone })
  const metric = { key: 'loss', value: 1, timestampMs: 1, step: 0 }
  await runs.logBatch(run.info.runId, { metrics: [metric], params: [{ key: 'a', value: 'b' }] })
  await comments.add({ kind: 'run', runId: run.info.runId }, 'x', by)
  const model = await loggedModels.create({ experimentId: gone })
  const trace = await traces.begin({ experimentId: gone, timestampMs: 1, metadata: {}, tags: {} })
  const needed = await runs.create({})
  const kept = await runs.create({})
  await database.write((tables) =>
    lab.jobRuns.createRuns(tables, [
      { runId: runIdOf('a_job' as JobName), experimentId: '0' as never, runName: 'j', userId: 'u', startMs: 1 },
    ]),
  )
  const { registry } = openRegistry(database)
  await registry.models.create({ name: 'made', by })
  await registry.versions.create({ name: 'made', source: 's3://bucket/model', by })
  await database.write((tables) =>
    tables
      .withTables<{ model_version: { run_id: string } }>()
      .updateTable('model_version')
      .set({ run_id: needed.info.runId })
      .execute(),
  )
  for (const id of [needed.info.runId, 'a_job']) await runs.delete(id)
  await experiments.delete(gone)
  const nothing = await purgeDeleted({ database, clock, artifacts }, { olderThanMs: 1_000_000 })
  assert.deepEqual(nothing, { experiments: 0, runs: 0, loggedModels: 0, kept: 0 })
  const expected = { experiments: 1, runs: 1, loggedModels: 1, kept: 1 }
  assert.deepEqual(await purgeDeleted({ database, clock, artifacts }, { olderThanMs: 0, isDryRun: true }), expected)
  assert.deepEqual(removed, [])
  assert.deepEqual(await purgeDeleted({ database, clock, artifacts }, { olderThanMs: 0 }), expected)
  assert.deepEqual(removed, [
    `${gone}/${run.info.runId}/artifacts`,
    `${gone}/models/${model.modelId}/artifacts`,
    `${gone}/traces/${trace.traceId}/artifacts`,
  ])
  const lost = [runs.get(run.info.runId), loggedModels.get(model.modelId), traces.info(trace.traceId)]
  for (const refusal of await Promise.all(lost.map(refusalOf))) assert.match(refusal, /^not-found/)
  assert.equal((await runs.get(needed.info.runId)).info.lifecycleStage, 'deleted')
  assert.equal((await runs.get(kept.info.runId)).info.lifecycleStage, 'active')
  assert.equal((await runs.get('a_job')).info.lifecycleStage, 'deleted')
  assert.notEqual(await experiments.create({ name: 'gone' }), gone)
})
