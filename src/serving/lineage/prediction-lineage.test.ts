import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { SluiceError } from '../../base/errors.ts'
import type { ModelVersion } from '../../registry/registered-model.ts'
import type { Run } from '../../tracking/entities.ts'
import { activateRevision, addRevision } from '../deployment-store.ts'
import type { StoredRequest } from '../payloads/find-request.ts'
import { collecting } from '../payloads/payload-lab.test-support.ts'
import { lineage, type LineageDeps } from './prediction-lineage.ts'

const request: StoredRequest = {
  requestId: 'asked',
  ...{ endpoint: 'diabetes', deployment: 'blue', revision: 1, model: 'diabetes', modelVersion: '7', job: 'r1' },
  atMs: Date.UTC(2026, 0, 1),
  collections: { model_outputs: [{ prediction: 1 }, { prediction: 2 }] },
  assets: ['azureml:diabetes-blue-model_outputs:1'],
}
const notFound = (what: string) => () => Promise.reject(new SluiceError('not-found', `No ${what}.`))
const version = {
  ...{ name: 'diabetes', version: 7, stage: 'None', source: 'runs:/r1/model', runId: 'r1', createdBy: 'ann' },
  ...{ createdMs: Date.UTC(2025, 0, 1), aliases: ['champion'] },
} as unknown as ModelVersion
const run = {
  info: { runId: 'r1', experimentId: '3', status: 'FINISHED' },
  tags: [
    { key: 'mlflow.user', value: 'ann' },
    { key: 'mlflow.source.name', value: 'train.py' },
    { key: 'mlflow.source.git.commit', value: 'abc' },
  ],
  datasetInputs: [{ dataset: { name: 'taxi', digest: 'd1', sourceType: 'local', source: '/data' }, tags: [] }],
} as unknown as Run

function depsOf(tables: LineageDeps['tables'], changes: Partial<LineageDeps> = {}): LineageDeps {
  return {
    tables,
    registry: { resolve: notFound('reference'), versions: { get: () => Promise.resolve(version) } },
    runs: { get: () => Promise.resolve(run) },
    payloads: { findRequest: () => Promise.resolve(request) },
    ...changes,
  }
}

databaseTest('a prediction of a model that a client trained leads to its run, source and data', async (database) => {
  await database.write(async (tables) => {
    const { spec } = collecting({})
    await addRevision(tables, { endpoint: 'diabetes', deployment: 'blue', spec }, Date.UTC(2026, 0, 1))
    await activateRevision(tables, { endpoint: 'diabetes', deployment: 'blue', revision: 1 }, 1)
  })
  const node = await lineage(depsOf(database.read)).prediction('asked')
  assert.deepEqual(node, {
    kind: 'prediction',
    name: 'asked',
    details: { at: '2026-01-01T00:00:00.000Z', rows: '2', kept_in: 'azureml:diabetes-blue-model_outputs:1' },
    from: [
      {
        kind: 'deployment',
        name: 'diabetes/blue',
        details: { revision: '1', created: '2026-01-01T00:00:00.000Z', status: 'ready' },
        from: [
          {
            kind: 'model',
            name: 'azureml:diabetes:7',
            details: {
              ...{ registered: '2025-01-01T00:00:00.000Z', by: 'ann', aliases: 'champion', source: 'runs:/r1/model' },
            },
            from: [
              {
                kind: 'run',
                name: 'r1',
                details: { by: 'ann', experiment: '3', status: 'FINISHED' },
                from: [
                  { kind: 'source', name: 'train.py', details: { git_commit: 'abc' }, from: [] },
                  { kind: 'data', name: 'taxi', details: { digest: 'd1', source: '/data' }, from: [] },
                ],
              },
            ],
          },
        ],
      },
    ],
  })
})

databaseTest('what was deleted since is named as far as the payload itself knows it', async (database) => {
  const gone = lineage(
    depsOf(database.read, {
      registry: { resolve: notFound('reference'), versions: { get: notFound('version') } },
    }),
  )
  const node = await gone.prediction('asked')
  assert.deepEqual(node?.from[0]?.details, { revision: '1', status: 'deleted since' })
  const [model] = node?.from[0]?.from ?? []
  assert.deepEqual(
    [model?.name, model?.details, model?.from[0]?.name],
    ['azureml:diabetes:7', { status: 'deleted since' }, 'r1'],
  )
  const nobody = lineage(depsOf(database.read, { payloads: { findRequest: () => Promise.resolve(undefined) } }))
  assert.equal(await nobody.prediction('asked'), undefined)
  const noRun = lineage(depsOf(database.read, { runs: { get: notFound('run') } }))
  await assert.rejects(noRun.job('r9'), { code: 'not-found', message: 'There is no job "r9".' })
  assert.equal((await gone.job('r1')).kind, 'run')
  assert.equal((await lineage(depsOf(database.read)).model('diabetes', 7)).name, 'azureml:diabetes:7')
})

databaseTest('local files that a deployment was made of are named by content', async (database) => {
  const { model: _, modelVersion: _version, job: _job, ...unnamed } = request
  const spec = {
    ...collecting({}).spec,
    model: { from: 'files', kind: 'folder', digest: 'a'.repeat(64), baseName: 'ridge' },
    scoring: { code: { kind: 'folder', digest: 'b'.repeat(64), baseName: 'code' }, script: 'score.py' },
    environment: { kind: 'curated', registry: 'azureml', name: 'sklearn-1.5' },
  } as never
  await database.write((tables) => addRevision(tables, { endpoint: 'diabetes', deployment: 'blue', spec }, 1))
  const deps = depsOf(database.read, { payloads: { findRequest: () => Promise.resolve(unnamed) } })
  const node = await lineage(deps).prediction('asked')
  assert.deepEqual(
    node?.from[0]?.from.map(({ kind, name, role }) => [kind, name, role]),
    [
      ['model', 'ridge', undefined],
      ['code', 'b'.repeat(64), 'scoring script'],
      ['environment', 'azureml/sklearn-1.5', 'scoring environment'],
    ],
  )
})
