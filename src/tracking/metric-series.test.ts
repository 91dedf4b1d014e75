import assert from 'node:assert/strict'
import fc from 'fast-check'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Metric } from './entities.ts'
import { refusalOf, trackingLab } from './tracking.test-support.ts'

const at = (step: number, value: number, timestampMs = 1000 + step): Metric => ({ key: 'm', value, timestampMs, step })

databaseTest('a curve keeps every peak, and says what was last at each place', async (database) => {
  const { runs, metricSeries } = trackingLab(database)
  const { runId } = (await runs.create({})).info
  await runs.logBatch(runId, {
    metrics: [at(0, 1), at(1, 9), at(2, 2), at(3, Number.NaN), at(4, -5), at(9, 7), at(9, 8)],
  })
  const query = { runId, key: 'm', axis: 'step' } as const
  assert.deepEqual(await metricSeries({ ...query, points: 2 }), {
    count: 7,
    points: [
      { from: 0, to: 4, count: 5, nanCount: 1, min: -5, max: 9, last: -5 },
      { from: 5, to: 9, count: 2, nanCount: 0, min: 7, max: 8, last: 8 },
    ],
  })
  assert.deepEqual((await metricSeries({ ...query, points: 100, from: 3, to: 3 })).points, [
    { from: 3, to: 3, count: 1, nanCount: 1 },
  ])
  const inTime = await metricSeries({ ...query, axis: 'time', points: 1, from: 1001, to: 1002 })
  assert.deepEqual(inTime.points, [{ from: 1001, to: 1002, count: 2, nanCount: 0, min: 2, max: 9, last: 2 }])
  assert.deepEqual(await metricSeries({ ...query, key: 'never logged', points: 5 }), { count: 0, points: [] })
  for (const points of [0, 1.5, 10_001]) {
    assert.match(await refusalOf(metricSeries({ ...query, points })), /1 to 10000 points/)
  }
})

databaseTest('whatever is logged, the curve has all of it, in order and within its width', async (database) => {
  const { runs, metricSeries } = trackingLab(database)
  const point = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.double({ noNaN: true, min: -10, max: 10 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(point, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 30 }),
      async (given, points) => {
        const { runId } = (await runs.create({})).info
        const unique = new Map(given.map(([step, value]) => [`${step} ${value + 0}`, at(step, value + 0)]))
        await runs.logBatch(runId, { metrics: [...unique.values()] })
        const series = await metricSeries({ runId, key: 'm', points, axis: 'step' })
        assert.ok(series.points.length <= points)
        assert.equal(
          series.points.reduce((sum, { count }) => sum + count, 0),
          series.count,
        )
        for (const { from, to, min, max, last } of series.points) {
          const here = [...unique.values()].filter(({ step }) => step >= from && step <= to)
          assert.equal(min, Math.min(...here.map(({ value }) => value)))
          assert.equal(max, Math.max(...here.map(({ value }) => value)))
          const lastStep = Math.max(...here.map(({ step }) => step))
          assert.ok(here.some(({ step, value }) => step === lastStep && value === last))
        }
      },
    ),
    { numRuns: 25 },
  )
})

databaseTest('a run and a logged model are taken over under their own ids, once', async (database) => {
  const { runs, experiments, loggedModels } = trackingLab(database)
  const run = {
    runId: 'a'.repeat(32),
    experimentId: '0',
    runName: 'old',
    userId: 'me',
    status: 'FINISHED',
    startMs: 5,
  } as const
  assert.deepEqual([await runs.adopt({ ...run, endMs: 9 }), await runs.adopt(run)], [true, false])
  const { info, tags } = await runs.get(run.runId)
  assert.deepEqual([info.status, info.startMs, info.endMs, info.runName], ['FINISHED', 5, 9, 'old'])
  assert.equal(info.artifactUri, `mlflow-artifacts:/0/${run.runId}/artifacts`)
  assert.deepEqual(tags, [{ key: 'mlflow.runName', value: 'old' }])
  const model = {
    modelId: 'm-1',
    experimentId: '0',
    name: 'm',
    modelType: '',
    sourceRunId: run.runId,
    status: 'READY',
    createdMs: 6,
    updatedMs: 7,
  } as const
  assert.deepEqual([await loggedModels.adopt(model), await loggedModels.adopt(model)], [true, false])
  const found = await loggedModels.get('m-1')
  assert.deepEqual([found.status, found.createdMs, found.updatedMs, found.sourceRunId], ['READY', 6, 7, run.runId])
  const experimentId = await experiments.create({ name: 'other' })
  assert.match(await refusalOf(runs.adopt({ ...run, experimentId })), /^already-exists: .* is in experiment 0/)
  assert.match(
    await refusalOf(loggedModels.adopt({ ...model, experimentId })),
    /^already-exists: .* is in experiment 0/,
  )
  for (const runId of ['', '../x', 'a/b', '.']) {
    assert.match(await refusalOf(runs.adopt({ ...run, runId })), /Invalid value .* for parameter 'run_id'/)
  }
})
