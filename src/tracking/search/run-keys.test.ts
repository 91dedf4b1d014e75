import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { trackingLab } from '../tracking.test-support.ts'
import { readRunKeys } from './run-keys.ts'

databaseTest(
  'the names of what is logged are those of the experiment, and say when there may be more',
  async (database) => {
    const { runs, experiments } = trackingLab(database)
    const other = await experiments.create({ name: 'other' })
    const add = async (experimentId: string, name: string) => {
      const { runId } = (await runs.create({ experimentId })).info
      const metrics = [{ key: `m ${name}`, value: 1, timestampMs: 1, step: 0 }]
      const logged = [{ key: name, value: '1' }]
      await runs.logBatch(runId, { metrics, params: [...logged, { key: 'all', value: '1' }], tags: logged })
    }
    for (const name of ['first', 'between', 'between', 'last']) await add('0', name)
    for (const name of ['foreign', 'foreign', 'foreign', 'between']) await add(other, name)

    const all = { metrics: ['m between', 'm first', 'm last'], params: ['all', 'between', 'first', 'last'] }
    const tags = ['between', 'first', 'last', 'mlflow.runName']
    assert.deepEqual(await readRunKeys(database, ['0']), { ...all, tags, isComplete: true })
    // Only the runs at the ends are read; the others' names are tried, each by as many rows as there are.
    const few = await readRunKeys(database, ['0'], { runs: 1, rows: 100 })
    assert.deepEqual(few, { ...all, tags, isComplete: true })
    const fewer = await readRunKeys(database, ['0'], { runs: 1, rows: 2 })
    assert.equal(fewer.isComplete, false)
    assert.equal(fewer.params.includes('foreign'), false)
    assert.deepEqual((await readRunKeys(database, ['0', other])).metrics, [
      ...all.metrics.slice(0, 2),
      'm foreign',
      'm last',
    ])
    assert.deepEqual(await readRunKeys(database, []), { metrics: [], params: [], tags: [], isComplete: true })
  },
)
