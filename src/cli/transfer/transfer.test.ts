import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { exportToFolder } from './folder-export.ts'
import { fileSource } from './file-source.ts'
import { foreignDestination, ownDestination, proxiedPath } from './mlflow-destination.ts'
import type { RunRecord } from './mlflow-records.ts'
import { mlflowServer, type MlflowServer } from './mlflow-server.ts'
import { serverSource } from './mlflow-source.ts'
import { transfer } from './transfer.ts'
import type { TransferReport } from './transfer-state.ts'
import { emptyStore, folderOf } from './transfer.test-support.ts'

const run = 'a'.repeat(32)
const gone = 'b'.repeat(32)
const model = `m-${'c'.repeat(32)}`

/** As MLflow's own client writes it. */
const mlruns: Readonly<Record<string, string>> = {
  '0/meta.yaml': "experiment_id: '0'\nname: Default\nartifact_location: file:///x/0\nlifecycle_stage: active\n",
  '7/meta.yaml': "experiment_id: '7'\nname: history\nartifact_location: file:///x/7\nlifecycle_stage: active\n",
  '7/tags/team': 'blue',
  [`7/${run}/meta.yaml`]: `run_id: ${run}\nrun_name: first\nuser_id: me\nstatus: 4\nstart_time: 5\nend_time: 9\nartifact_uri: file:///x/7/${run}/artifacts\nlifecycle_stage: active\n`,
  [`7/${run}/metrics/loss`]: '1 0.5 0\n2 0.25 1\n3 nan 2\n4 inf 3\n',
  [`7/${run}/metrics/val/acc`]: '1 0.9\n',
  [`7/${run}/metrics/acc`]: '1 0.9 0\n',
  [`7/${run}/params/deep/alpha`]: '0.1',
  [`7/${run}/tags/mlflow.runName`]: 'first',
  [`7/${run}/artifacts/model/MLmodel`]: 'flavors: {}\n',
  [`7/${run}/artifacts/empty.txt`]: '',
  [`7/${run}/inputs/i1/meta.yaml`]: 'source_type: 1\nsource_id: d1\ntags:\n  mlflow.data.context: train\n',
  [`7/${run}/inputs/i2/meta.yaml`]: `source_type: 2\nsource_id: ${model}\ntags: {}\n`,
  [`7/${run}/outputs/${model}/meta.yaml`]: `source_id: ${model}\nstep: 2\n`,
  '7/datasets/d1/meta.yaml': "name: d\ndigest: x\nsource_type: local\nsource: '{}'\nschema: s\n",
  [`7/${gone}/meta.yaml`]: `run_uuid: ${gone}\nname: old\nstatus: 3\nstart_time: 1\nend_time: null\nartifact_uri: file:///x/7/${gone}/artifacts\nlifecycle_stage: deleted\n`,
  [`7/models/${model}/meta.yaml`]: `model_id: ${model}\nname: clf\nartifact_location: file:///x/7/models/${model}/artifacts\ncreation_timestamp: 6\nlast_updated_timestamp: 7\nstatus: 2\nmodel_type: tree\nsource_run_id: ${run}\n`,
  [`7/models/${model}/params/depth`]: '3',
  [`7/models/${model}/tags/kind`]: 'best',
  [`7/models/${model}/metrics/acc`]: `1 0.9 0 ${run}\n`,
  [`7/models/${model}/artifacts/MLmodel`]: 'flavors: {}\n',
  '.trash/8/meta.yaml': "experiment_id: '8'\nname: gone\nartifact_location: s3://bucket/8\nlifecycle_stage: deleted\n",
  'models/clf/meta.yaml': 'name: clf\ndescription: about\n',
  'models/clf/aliases/champion': '2',
  'models/clf/tags/owner': 'me',
  'models/clf/version-2/meta.yaml': `name: clf\nversion: 2\nsource: runs:/${run}/model\nrun_id: ${run}\ncurrent_stage: Production\ndescription: d\n`,
  'models/clf/version-2/tags/q': '1',
  'models/clf/version-3/meta.yaml': `name: clf\nversion: 3\nsource: models:/${model}\nrun_id: ${run}\ncurrent_stage: None\n`,
  'models/clf/version-4/meta.yaml': `name: clf\nversion: 4\nsource: file:///x/7/${run}/artifacts/model\nrun_id: ${run}\ncurrent_stage: None\n`,
}

async function fileStore(t: TestContext, changed: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await folderOf(t)
  for (const [name, text] of Object.entries({ ...mlruns, ...changed })) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  return root
}

function counts({ left_out: _words, ...counted }: TransferReport): object {
  return counted
}

async function runOf(server: MlflowServer, run_id: string): Promise<RunRecord> {
  return (await server.call<{ run: RunRecord }>('GET', '/api/2.0/mlflow/runs/get', { run_id })).run
}

interface VersionsAnswer {
  readonly model_versions: readonly {
    readonly version: string
    readonly source: string
    readonly run_id: string
    readonly current_stage: string
  }[]
}

test('a file store is taken over with its ids, and another server gets all of it under ids of its own', async (t) => {
  const [own, other] = [await emptyStore(t), await emptyStore(t)]
  const notes: string[] = []
  const note = (line: string) => notes.push(line)
  const source = await fileSource(await fileStore(t))
  const destination = ownDestination(own.mlflow, own.client)
  const report = await transfer({ source, destination, note })
  const expected = {
    ...{ experiments: 3, runs: 2, params: 1, tags: 1, metric_points: 6, datasets: 1, logged_models: 1 },
    ...{ traces: 0, spans: 0 },
    ...{ artifacts: 3, artifact_bytes: 24, artifacts_present: 0, registered_models: 1, model_versions: 3, aliases: 1 },
    ...{ comments: 0, saved_views: 0, webhooks: 0, evaluation_datasets: 0, evaluation_records: 0 },
  }
  // A path of the store itself means a place that no client reaches any more: its version points at the copied files.
  assert.deepEqual(counts(report), expected)
  assert.match(report.left_out[0]!, /files of gone stay at s3:/)
  assert.ok(notes.includes('history: 2 runs'))
  const { info, data, inputs, outputs } = await runOf(own.mlflow, run)
  assert.deepEqual([info.status, info.start_time, info.end_time, info.user_id], ['FAILED', 5, 9, 'me'])
  assert.deepEqual(data.params, [{ key: 'deep/alpha', value: '0.1' }])
  assert.equal(data.metrics?.find(({ key }) => key === 'loss')?.value, Number.MAX_VALUE)
  assert.deepEqual(
    [inputs?.dataset_inputs?.length, inputs?.model_inputs, outputs?.model_outputs],
    [1, [{ model_id: model }], [{ model_id: model, step: 2 }]],
  )
  assert.equal((await runOf(own.mlflow, gone)).info.lifecycle_stage, 'deleted')
  const again = await transfer({ source, destination, note })
  assert.deepEqual([again.artifacts, again.artifacts_present, again.model_versions, again.runs], [0, 3, 0, 2])

  const exported = await transfer({
    source: serverSource(own.mlflow),
    destination: foreignDestination(other.mlflow),
    note,
  })
  assert.deepEqual([exported.runs, exported.metric_points, exported.artifacts, exported.logged_models], [2, 6, 3, 1])
  const twice = await transfer({
    source: serverSource(own.mlflow),
    destination: foreignDestination(other.mlflow),
    note,
  })
  assert.deepEqual([twice.artifacts, twice.artifacts_present, twice.model_versions], [0, 3, 0])
  const { model_versions } = await other.mlflow.call<VersionsAnswer>('GET', '/api/2.0/mlflow/model-versions/search', {
    filter: "name = 'clf'",
    order_by: ['version_number ASC'],
  })
  assert.deepEqual(
    model_versions.map(({ version, current_stage }) => [version, current_stage]),
    [
      ['2', 'Production'],
      ['3', 'None'],
      ['4', 'None'],
    ],
  )
  const alias = { name: 'clf', alias: 'champion' }
  const inUse = await other.mlflow.call<{ model_version: { version: string } }>(
    'GET',
    '/api/2.0/mlflow/registered-models/alias',
    alias,
  )
  assert.equal(inUse.model_version.version, '2')
  const newId = model_versions[0]!.run_id
  assert.notEqual(newId, run)
  assert.equal(model_versions[0]!.source, `runs:/${newId}/model`)
  assert.ok(model_versions[2]!.source.endsWith(`/${newId}/artifacts/model`), model_versions[2]!.source)
  assert.equal((await runOf(other.mlflow, newId)).info.end_time, 9)
})

test('a transfer of one experiment leaves the registry, and says when there is none of that name', async (t) => {
  const { mlflow, client } = await emptyStore(t)
  const source = await fileSource(await fileStore(t))
  const options = { source, destination: ownDestination(mlflow, client), note: () => undefined }
  const report = await transfer({ ...options, experiments: ['history'] })
  assert.deepEqual([report.experiments, report.registered_models], [1, 0])
  await assert.rejects(transfer({ ...options, experiments: ['nope'] }), { code: 'not-found', message: /named "nope"/ })
})

test('what cannot be read is named', async (t) => {
  await assert.rejects(fileSource('/does/not/exist'), { code: 'input-not-found' })
  assert.throws(() => mlflowServer('ftp://x'), { code: 'invalid-setting' })
  const { mlflow, client } = await emptyStore(t)
  const destination = ownDestination(mlflow, client)
  for (const [changed, message] of [
    [{ [`7/${run}/metrics/loss`]: '1 one 0\n' }, /loss holds "one" where a number should be/],
    [{ '7/meta.yaml': 'a: [' }, /meta\.yaml cannot be read: it is not YAML/],
    [{ '7/meta.yaml': 'text' }, /meta\.yaml cannot be read: it is no mapping/],
  ] as const) {
    const source = await fileSource(await fileStore(t, changed))
    await assert.rejects(transfer({ source, destination, note: () => undefined }), {
      code: 'invalid-document',
      message,
    })
  }
  await assert.rejects(mlflow.call('GET', '/api/2.0/mlflow/runs/get', { run_id: 'no' }), {
    code: 'not-found',
    message: /answered 404: Run with id=no not found/,
  })
  assert.equal(await mlflow.download('/get-artifact?run_id=no&path=x'), undefined)
  await assert.rejects(mlflow.download('/get-artifact?path=x'), { code: 'invalid-request' })
})

test('an export takes no folder of others', async (t) => {
  const { mlflow } = await emptyStore(t)
  const source = serverSource(mlflow)
  const folder = await fileStore(t)
  await assert.rejects(exportToFolder({ source, folder, note: () => undefined }), {
    code: 'already-exists',
    message: /has files of others in it; nothing was written/,
  })
  const file = join(folder, '7/meta.yaml')
  await assert.rejects(exportToFolder({ source, folder: file, note: () => undefined }), { code: 'invalid-path' })
  const own = join(folder, 'new')
  for (const run of [1, 2]) {
    const report = await exportToFolder({ source, folder: own, note: () => undefined })
    assert.equal(report.experiments, 1, `round ${run}`)
  }
})

test('a place below the artifacts of a server is a path of its proxy', () => {
  const at = (uri: string) => proxiedPath({ uri }, 'a b/c.txt')
  const proxy = '/api/2.0/mlflow-artifacts/artifacts'
  assert.equal(at('mlflow-artifacts:/3/r/artifacts'), `${proxy}/3/r/artifacts/a%20b/c.txt`)
  assert.equal(at('mlflow-artifacts://host:5000/3/r/artifacts/'), `${proxy}/3/r/artifacts/a%20b/c.txt`)
  assert.equal(at('s3://bucket/3'), undefined)
})
