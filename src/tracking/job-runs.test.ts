import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import type { ExperimentId, RunId } from '../base/ids.ts'
import { refusalOf, trackingLab, wholeHistory } from './tracking.test-support.ts'

const id = (text: string) => text as RunId
const job = (name: string, experimentId: string, more: object = {}) => ({
  runId: id(name),
  experimentId: experimentId as ExperimentId,
  runName: `${name} shown`,
  userId: 'ada',
  startMs: 10,
  ...more,
})

databaseTest('a job has a run of its name, under its pipeline, scheduled until it starts', async (database) => {
  const { runs, jobRuns } = trackingLab(database)
  const tags = [{ key: 'team', value: 'blue' }]
  const experimentId = await database.write(async (tables) => {
    const made = await jobRuns.ensureExperiment(tables, 'diabetes')
    assert.equal(await jobRuns.ensureExperiment(tables, 'diabetes'), made)
    await jobRuns.createRuns(tables, [job('pipe', made), job('step', made, { parentRunId: id('pipe'), tags })])
    return made
  })
  const { info, tags: found } = await runs.get('step')
  assert.deepEqual(info, {
    runId: 'step',
    experimentId,
    runName: 'step shown',
    userId: 'ada',
    status: 'SCHEDULED',
    startMs: 10,
    artifactUri: `mlflow-artifacts:/${experimentId}/step/artifacts`,
    lifecycleStage: 'active',
  })
  assert.deepEqual(found, [
    { key: 'mlflow.parentRunId', value: 'pipe' },
    { key: 'mlflow.runName', value: 'step shown' },
    { key: 'mlflow.user', value: 'ada' },
    { key: 'team', value: 'blue' },
  ])
  await database.write((tables) => jobRuns.finishRuns(tables, [{ runId: id('step'), status: 'FAILED', endMs: 30 }]))
  await database.write((tables) => jobRuns.startRuns(tables, [{ runId: id('step'), startMs: 40 }]))
  const retried = (await runs.get('step')).info
  assert.deepEqual([retried.status, retried.startMs, retried.endMs], ['RUNNING', 40, undefined])
})

databaseTest('what a throwing engine transaction did to runs is undone with it', async (database) => {
  const { runs, experiments, jobRuns } = trackingLab(database)
  const broken = database.write(async (tables) => {
    const experimentId = await jobRuns.ensureExperiment(tables, 'x')
    await jobRuns.createRuns(tables, [job('a', experimentId)])
    assert.fail('the engine changed its mind')
  })
  assert.match(await refusalOf(broken), /changed its mind/)
  assert.match(await refusalOf(runs.get('a')), /^not-found/)
  assert.match(await refusalOf(experiments.getByName('x')), /^not-found/)
})

databaseTest('an experiment that is deleted or unknown is named', async (database) => {
  const { experiments, jobRuns } = trackingLab(database)
  await experiments.delete(await experiments.create({ name: 'gone' }))
  const ensured = database.write((tables) => jobRuns.ensureExperiment(tables, 'gone'))
  assert.match(await refusalOf(ensured), /^invalid-request: The experiment "gone" is deleted \(id 1\)/)
  const created = database.write((tables) => jobRuns.createRuns(tables, [job('a', '0'), job('b', '9')]))
  assert.match(await refusalOf(created), /^not-found: No Experiment with id=9 exists/)
  await database.write((tables) => jobRuns.createRuns(tables, []))
})

databaseTest(
  'a reused step gets all that was logged to its source, in its own experiment, and stays itself',
  async (database) => {
    const { runs, metrics, inputs, jobRuns } = trackingLab(database)
    const other = await database.write(async (tables) => {
      await jobRuns.createRuns(tables, [job('source', '0'), job('empty', '0')])
      return jobRuns.ensureExperiment(tables, 'other')
    })
    const points = Array.from({ length: 30 }, (_, i) => ({ key: 'loss', value: 1 / (i + 1), timestampMs: i, step: i }))
    await runs.logBatch('source', { metrics: [...points, { key: 'nan', value: Number.NaN, timestampMs: 1, step: 1 }] })
    await runs.logParam('source', { key: 'lr', value: '0.1' })
    await runs.setTag('source', { key: 'note', value: 'kept' })
    const dataset = { name: 'd', digest: '1', sourceType: 'local', source: '{}', schema: 's' }
    await inputs.logInputs('source', {
      datasets: [{ dataset, tags: [{ key: 'mlflow.data.context', value: 'training' }] }],
      models: [{ modelId: 'm-1' }],
    })
    await inputs.logOutputs('source', [{ modelId: 'm-2', step: 3 }])
    await database.write(async (tables) => {
      await jobRuns.createRuns(tables, [
        job('copy', other, { parentRunId: id('p') }),
        job('same', '0'),
        job('none', '0'),
      ])
      const pairs = [
        { from: id('source'), to: id('copy') },
        { from: id('source'), to: id('same') },
        { from: id('empty'), to: id('none') },
      ]
      await jobRuns.copyRuns(tables, pairs)
      await jobRuns.copyRuns(tables, pairs)
      await jobRuns.finishRuns(tables, [{ runId: id('copy'), status: 'FINISHED', endMs: 11 }])
    })
    const source = await runs.get('source')
    for (const name of ['copy', 'same']) {
      const copy = await runs.get(name)
      for (const part of ['metrics', 'params', 'datasetInputs', 'modelInputs', 'modelOutputs'] as const) {
        assert.deepEqual(copy[part], source[part], `${name} ${part}`)
      }
      assert.deepEqual(await wholeHistory({ metrics }, { runId: name, key: 'loss' }), points)
      const tags = new Map(copy.tags.map(({ key, value }) => [key, value]))
      assert.deepEqual([tags.get('note'), tags.get('mlflow.runName')], ['kept', `${name} shown`])
      assert.equal(tags.get('mlflow.parentRunId'), name === 'copy' ? 'p' : undefined)
    }
    assert.deepEqual((await runs.get('none')).metrics, [])
    assert.deepEqual(await inputs.searchDatasets([other]), [
      { experimentId: other, name: 'd', digest: '1', context: 'training' },
    ])
    const found = await trackingLab(database).searchRuns({
      experimentIds: [other],
      filter: 'metrics.loss < 0.1',
      maxResults: 9,
    })
    assert.deepEqual(
      found.items.map((run) => run.info.runId),
      ['copy'],
    )
  },
)

databaseTest('a thousand runs are made, started, copied and finished in a few statements each', async (database) => {
  const { runs, jobRuns, searchRuns } = trackingLab(database)
  const jobs = Array.from({ length: 1000 }, (_, i) => job(`job_${i}`, '0', { parentRunId: id('pipe') }))
  await database.write((tables) => jobRuns.createRuns(tables, jobs))
  await runs.logBatch('job_0', { metrics: [{ key: 'm', value: 1, timestampMs: 1, step: 0 }] })
  const pairs = jobs.slice(1).map(({ runId }) => ({ from: id('job_0'), to: runId }))
  await database.write(async (tables) => {
    await jobRuns.startRuns(
      tables,
      jobs.map(({ runId }) => ({ runId, startMs: 20 })),
    )
    await jobRuns.copyRuns(tables, pairs)
    await jobRuns.finishRuns(
      tables,
      jobs.map(({ runId }) => ({ runId, status: 'FINISHED', endMs: 21 })),
    )
  })
  const filter = "metrics.m = 1 and status = 'FINISHED' and end_time = 21 and tags.mlflow.parentRunId = 'pipe'"
  assert.equal((await searchRuns({ experimentIds: ['0'], filter, maxResults: 2000 })).items.length, 1000)
})

databaseTest(
  'the folder of a run in the artifact store is known, but not of artifacts kept elsewhere',
  async (database) => {
    const { experiments, jobRuns } = trackingLab(database)
    const locations = ['mlflow-artifacts:/own/place', 'mlflow-artifacts://host:5000/0', 's3://bucket']
    const ids: string[] = []
    for (const [i, artifactLocation] of locations.entries())
      ids.push(await experiments.create({ name: `${i}`, artifactLocation }))
    const folders = await database.write(async (tables) => {
      await jobRuns.createRuns(tables, [job('a', '0'), ...ids.map((experimentId, i) => job(`r${i}`, experimentId))])
      return jobRuns.artifactFolders(tables, [id('r0'), id('r1'), id('r2'), id('a'), id('unknown')])
    })
    assert.deepEqual(folders, ['own/place/r0/artifacts', '0/r1/artifacts', undefined, '0/a/artifacts', undefined])
  },
)
