import assert from 'node:assert/strict'
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { exportToFolder } from './folder-export.ts'
import { fileSource } from './file-source.ts'
import { foreignDestination, ownDestination } from './mlflow-destination.ts'
import type { MlflowServer } from './mlflow-server.ts'
import { serverSource, type MlflowSource } from './mlflow-source.ts'
import { transfer } from './transfer.ts'
import { emptyStore, folderOf, type Store } from './transfer.test-support.ts'

type Lists = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

/** A run, a model with a version, and something of every kind beside them. */
async function filledStore(t: TestContext): Promise<Store & { readonly runId: string; readonly datasetId: string }> {
  const store = await emptyStore(t)
  const { client, mlflow } = store
  const { experiment_id } = await mlflow.call<{ experiment_id: string }>('POST', '/api/2.0/mlflow/experiments/create', {
    name: 'noted',
  })
  const { run } = await mlflow.call<{ run: { info: { run_id: string } } }>('POST', '/api/2.0/mlflow/runs/create', {
    experiment_id,
  })
  const runId = run.info.run_id
  await mlflow.call('POST', '/api/2.0/mlflow/registered-models/create', { name: 'm' })
  await mlflow.call('POST', '/api/2.0/mlflow/model-versions/create', { name: 'm', source: 's3://x/y' })
  await client.post(`/api/v1/runs/${runId}/comments`, { body: 'of a run\nin two lines' })
  await client.post('/api/v1/models/m/comments', { body: 'of a model' })
  await client.post('/api/v1/models/m/versions/1/comments', { body: 'of a version' })
  await client.post('/api/v1/views', { page: 'runs', name: 'best', content: { order: ['metrics.acc DESC'] } })
  await mlflow.call('POST', '/api/2.0/mlflow/webhooks', {
    name: 'hook',
    url: 'https://example.com/hook',
    events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }],
    secret: 'kept here',
  })
  const { dataset } = await mlflow.call<{ dataset: { dataset_id: string } }>(
    'POST',
    '/api/3.0/mlflow/datasets/create',
    { name: 'questions', experiment_ids: [experiment_id], tags: JSON.stringify({ team: 'a' }) },
  )
  const records = Array.from({ length: 450 }, (_, index) => ({
    inputs: { question: index },
    expectations: { answer: String(index) },
  }))
  const path = `/api/3.0/mlflow/datasets/${dataset.dataset_id}/records`
  await mlflow.call('POST', path, { records: JSON.stringify(records) })
  return { ...store, runId, datasetId: dataset.dataset_id }
}

/** What a person sees of it, whichever store it is in; ids of comments, views and data sets are theirs for life. */
async function notesOf({ client, mlflow }: Store, datasetId: string): Promise<object> {
  const records = await mlflow.call<{ records: string }>('GET', `/api/3.0/mlflow/datasets/${datasetId}/records`)
  const { dataset } = await mlflow.call<{ dataset: { name: string; tags: string; created_time: number } }>(
    'GET',
    `/api/3.0/mlflow/datasets/${datasetId}`,
  )
  const contents = JSON.parse(records.records) as readonly { inputs: object; expectations: object }[]
  return {
    comments: (await client.get<Lists>('/api/v1/comments?max_results=1000'))['items'],
    views: (await client.get<Lists>('/api/v1/views'))['items'],
    dataset: [dataset.name, dataset.tags, dataset.created_time],
    records: contents.map(({ inputs, expectations }) => JSON.stringify([inputs, expectations])).sort(),
  }
}

const webhooksOf = async ({ mlflow }: { readonly mlflow: MlflowServer }) =>
  (await mlflow.call<Lists>('GET', '/api/2.0/mlflow/webhooks'))['webhooks'] ?? []
const noted = { comments: 3, saved_views: 1, webhooks: 1, evaluation_datasets: 1, evaluation_records: 450 }

function notedIn(report: object): object {
  return Object.fromEntries(Object.entries(report).filter(([name]) => name in noted))
}

test('comments, views, webhooks and evaluation data sets go through a folder, any number of times', async (t) => {
  const [own, other] = [await filledStore(t), await emptyStore(t)]
  const folder = join(await folderOf(t), 'export')
  const note = () => undefined
  const source = serverSource(own.mlflow)
  for (const round of [1, 2])
    assert.deepEqual(notedIn(await exportToFolder({ source, folder, note })), noted, `round ${round}`)
  assert.equal((await readFile(join(folder, 'notes/webhooks.jsonl'), 'utf8')).includes('kept here'), false)

  const copy = async (from: MlflowSource) =>
    transfer({ source: from, destination: ownDestination(other.mlflow, other.client), note })
  const first = await copy(await fileSource(folder))
  assert.deepEqual(notedIn(first), noted)
  assert.match(first.left_out.join('\n'), /the secret of the webhook hook: it is switched off until you give it one/)
  const again = await copy(await fileSource(folder))
  assert.deepEqual(notedIn(again), noted)
  assert.deepEqual(
    again.left_out.filter((line) => line.includes('webhook')),
    [],
  )
  assert.deepEqual(await notesOf(other, own.datasetId), await notesOf(own, own.datasetId))
  assert.deepEqual(
    (await webhooksOf(other)).map(({ name, url, status, events }) => [name, url, status, events]),
    [['hook', 'https://example.com/hook', 'DISABLED', [{ entity: 'MODEL_VERSION', action: 'CREATED' }]]],
  )

  // What a crash in the midst of an import leaves is completed by the next one.
  const path = `/api/3.0/mlflow/datasets/${own.datasetId}/records`
  const { records } = await other.mlflow.call<{ records: string }>('GET', path)
  const [lost] = JSON.parse(records) as readonly { dataset_record_id: string }[]
  await other.mlflow.call('DELETE', path, { dataset_record_ids: [lost!.dataset_record_id] })
  await copy(await fileSource(folder))
  assert.deepEqual(await notesOf(other, own.datasetId), await notesOf(own, own.datasetId))

  await appendFile(join(folder, 'notes/views.jsonl'), '{}\n')
  await assert.rejects(copy(await fileSource(folder)), { code: 'conflict', message: /is not what was exported/ })
  await rm(join(folder, 'notes/checksums.json'))
  await assert.rejects(copy(await fileSource(folder)), { code: 'conflict', message: /did not come to its end/ })
  await writeFile(join(folder, 'notes/records', 'd-gone.jsonl'), '')
  await exportToFolder({ source, folder, note })
  await copy(await fileSource(folder))
  await assert.rejects(readFile(join(folder, 'notes/records/d-gone.jsonl')), { code: 'ENOENT' })
})

test('another server gets data sets and webhooks once, and is told what it has no place for', async (t) => {
  const [own, other] = [await filledStore(t), await emptyStore(t)]
  const options = { source: serverSource(own.mlflow), note: () => undefined }
  for (const round of [1, 2]) {
    const report = await transfer({ ...options, destination: foreignDestination(other.mlflow) })
    assert.deepEqual(notedIn(report), { ...noted, comments: 0, saved_views: 0 }, `round ${round}`)
    assert.match(report.left_out.join('\n'), /3 comments: http:.* has no place for them/)
    assert.match(report.left_out.join('\n'), /the view best of runs: http/)
  }
  const { datasets } = await other.mlflow.call<Lists>('POST', '/api/3.0/mlflow/datasets/search', {})
  assert.deepEqual(
    datasets!.map(({ name, tags }) => [name, JSON.parse(tags as string)]),
    [['questions', { team: 'a', 'sluice.transferred_from': own.datasetId }]],
  )
  assert.equal((await webhooksOf(other)).length, 1)

  // A name that is taken by another view is not overwritten.
  const third = await emptyStore(t)
  await third.client.post('/api/v1/views', { page: 'runs', name: 'best', content: {} })
  const report = await transfer({ ...options, destination: ownDestination(third.mlflow, third.client) })
  assert.match(report.left_out.join('\n'), /the view best of runs: The page "runs" has a view named "best" already/)
  assert.deepEqual(
    (await third.client.get<Lists>('/api/v1/views'))['items']!.map(({ content }) => content),
    [{}],
  )
})
