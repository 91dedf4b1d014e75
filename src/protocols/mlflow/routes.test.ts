import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SluiceError, type ErrorCode } from '../../base/errors.ts'
import { mlflowErrors } from './errors.ts'
import { mlflowLab } from './mlflow.test-support.ts'

// What a test looks at in an answer; a wrong name shows in the comparison.
interface Json {
  readonly [name: string]: never
}

test('experiments: created, read, renamed, tagged, deleted and restored over the wire', async (t) => {
  const lab = await mlflowLab(t)
  const created = await lab.ok('POST', '/experiments/create', { name: 'e', tags: [{ key: 'a', value: '1' }] })
  assert.deepEqual(created, { experiment_id: '1' })
  await lab.ok('POST', '/experiments/set-experiment-tag', { experiment_id: '1', key: 'b', value: '' })
  await lab.ok('POST', '/experiments/delete-experiment-tag', { experiment_id: '1', key: 'a' })
  assert.deepEqual(await lab.ok('POST', '/experiments/update', { experiment_id: '1', new_name: 'f' }), {})
  const { experiment } = (await lab.ok('GET', '/experiments/get-by-name?experiment_name=f')) as { experiment: Json }
  const { creation_time, last_update_time, ...rest } = experiment
  assert.ok(Number(last_update_time) > Number(creation_time))
  assert.deepEqual(rest, {
    experiment_id: '1',
    name: 'f',
    artifact_location: 'mlflow-artifacts:/1',
    lifecycle_stage: 'active',
    tags: [{ key: 'b', value: '' }],
    workspace: 'default',
  })
  await lab.ok('POST', '/experiments/delete', { experiment_id: '1' })
  const names = async (query: string) =>
    (
      (await lab.ok('GET', `/experiments/search?max_results=9${query}`)) as { experiments: { name: string }[] }
    ).experiments.map(({ name }) => name)
  assert.deepEqual(await names('&view_type=DELETED_ONLY'), ['f'])
  assert.deepEqual(await names('&view_type=3&order_by=name%20DESC&order_by=creation_time'), ['f', 'Default'])
  await lab.ok('POST', '/experiments/restore', { experiment_id: '1' })
  const found = await lab.ok('POST', '/experiments/search', { max_results: 1, filter: "name LIKE 'f%'" })
  assert.deepEqual(Object.keys(found), ['experiments'])
})

test('a run is answered with everything that was logged to it, NaN as a word, numbers as numbers', async (t) => {
  const lab = await mlflowLab(t)
  const { run } = (await lab.ok('POST', '/runs/create', { start_time: '7', run_name: 'r', user_id: 'u' })) as {
    run: { info: Json }
  }
  const { run_id, ...info } = run.info
  assert.deepEqual(info, {
    run_uuid: run_id,
    experiment_id: '0',
    run_name: 'r',
    user_id: 'u',
    status: 'RUNNING',
    start_time: 7,
    artifact_uri: `mlflow-artifacts:/0/${run_id}/artifacts`,
    lifecycle_stage: 'active',
  })
  await lab.ok('POST', '/runs/log-metric', { run_uuid: run_id, key: 'm', value: 'NaN', timestamp: '5', step: '-2' })
  await lab.ok('POST', '/runs/log-parameter', { run_id, key: 'p', value: '1' })
  await lab.ok('POST', '/runs/set-tag', { run_id, key: 't', value: 'x' })
  await lab.ok('POST', '/runs/set-tag', { run_id, key: 'gone' })
  await lab.ok('POST', '/runs/delete-tag', { run_id, key: 'gone' })
  const dataset = { name: 'd', digest: '1', source_type: 'local', source: '{}', schema: '{}' }
  const tags = [{ key: 'mlflow.data.context', value: 'train' }]
  await lab.ok('POST', '/runs/log-inputs', { run_id, datasets: [{ tags, dataset }], models: [{ model_id: 'm-1' }] })
  await lab.ok('POST', '/runs/outputs', { run_id, models: [{ model_id: 'm-2', step: 3 }] })
  const metrics = [{ key: 'b', value: '-Infinity', timestamp: 6 }]
  await lab.ok('POST', '/runs/log-batch', { run_id, metrics, params: [{ key: 'q' }], tags: [{ key: 's', value: 'y' }] })
  const got = (await lab.ok('GET', `/runs/get?run_id=${run_id}`)) as { run: Json }
  assert.deepEqual(got.run['data'], {
    metrics: [
      { key: 'b', value: -1.7976931348623157e308, timestamp: 6, step: 0 },
      { key: 'm', value: 'NaN', timestamp: 5, step: -2 },
    ],
    params: [
      { key: 'p', value: '1' },
      { key: 'q', value: '' },
    ],
    tags: [
      { key: 'mlflow.runName', value: 'r' },
      { key: 's', value: 'y' },
      { key: 't', value: 'x' },
    ],
  })
  assert.deepEqual(got.run['inputs'], { dataset_inputs: [{ tags, dataset }], model_inputs: [{ model_id: 'm-1' }] })
  assert.deepEqual(got.run['outputs'], { model_outputs: [{ model_id: 'm-2', step: 3 }] })
  const updated = await lab.ok('POST', '/runs/update', { run_id, status: 3, end_time: 9, run_name: 'new' })
  const { status, end_time, run_name } = (updated as { run_info: Json }).run_info
  assert.deepEqual([status, end_time, run_name], ['FINISHED', 9, 'new'])
  assert.deepEqual(await lab.ok('POST', '/experiments/search-datasets', { experiment_ids: ['0'] }), {
    dataset_summaries: [{ experiment_id: '0', name: 'd', digest: '1', context: 'train' }],
  })
})

test('runs are deleted, restored and searched in pages, under /ajax-api too', async (t) => {
  const lab = await mlflowLab(t)
  const ids: string[] = []
  for (let i = 0; i < 3; i++) {
    const { run } = (await lab.ok('POST', '/runs/create', { start_time: i })) as { run: { info: { run_id: string } } }
    ids.unshift(run.info.run_id)
  }
  await lab.ok('POST', '/runs/delete', { run_id: ids[0] })
  await lab.ok('POST', '/runs/delete', { run_id: ids[1] })
  await lab.ok('POST', '/runs/restore', { run_id: ids[1] })
  const search = async (more: object) => {
    const query = { experiment_ids: ['0'], ...more }
    const { status, body } = await lab.call('POST', '/ajax-api/2.0/mlflow/runs/search', query)
    assert.equal(status, 200)
    const page = body as { runs?: { info: { run_id: string } }[]; next_page_token?: string }
    return { ids: page.runs?.map(({ info }) => info.run_id), token: page.next_page_token }
  }
  assert.deepEqual(await search({}), { ids: ids.slice(1), token: undefined })
  assert.deepEqual(await search({ run_view_type: 'DELETED_ONLY' }), { ids: [ids[0]], token: undefined })
  const first = await search({ max_results: 1, order_by: ['start_time'], filter: 'start_time < 5' })
  const second = await search({
    max_results: 1,
    order_by: ['start_time'],
    filter: 'start_time < 5',
    page_token: first.token,
  })
  assert.deepEqual([first.ids, second.ids, second.token], [[ids[2]], [ids[1]], undefined])
  assert.deepEqual(await search({ experiment_ids: [] }), { ids: undefined, token: undefined })
})

test('metric histories come whole, in pages, of several runs and sampled', async (t) => {
  const lab = await mlflowLab(t)
  const { run } = (await lab.ok('POST', '/runs/create', {})) as { run: { info: { run_id: string } } }
  const { run_id } = run.info
  const metrics = Array.from({ length: 30 }, (_, step) => ({ key: 'm', value: step / 4, timestamp: step, step }))
  await lab.ok('POST', '/runs/log-batch', { run_id, metrics: [...metrics, { key: 'nan', value: 'NaN', timestamp: 1 }] })
  assert.deepEqual(await lab.ok('GET', `/metrics/get-history?run_id=${run_id}&metric_key=m`), { metrics })
  assert.deepEqual(await lab.ok('GET', `/metrics/get-history?run_id=${run_id}&metric_key=none`), {})
  const page = (await lab.ok('GET', `/metrics/get-history?run_id=${run_id}&metric_key=m&max_results=20`)) as Json
  const rest = `/metrics/get-history?run_id=${run_id}&metric_key=m&max_results=20&page_token=${page['next_page_token']}`
  assert.deepEqual(await lab.ok('GET', rest), { metrics: metrics.slice(20) })
  const bulk = await lab.ok('GET', `/metrics/get-history-bulk?run_id=${run_id}&metric_key=nan`)
  assert.deepEqual(bulk, { metrics: [{ key: 'nan', value: 'NaN', timestamp: 1, step: 0, run_id }] })
  const sampled = (await lab.ok(
    'GET',
    `/metrics/get-history-bulk-interval?run_ids=${run_id}&metric_key=m&start_step=10&end_step=19&max_results=2`,
  )) as { metrics: { step: number }[] }
  assert.deepEqual(
    sampled.metrics.map(({ step }) => step),
    [10, 19],
  )
  for (const [query, text] of [
    ['start_step=1', 'both must be specified'],
    ['start_step=2&end_step=1', 'end_step must be greater than start_step'],
    ['max_results=2501', 'max_results must be between 1 and 2500'],
    [Array.from({ length: 101 }, (_, i) => `run_ids=${i}`).join('&'), 'at most 100 run_ids'],
  ]) {
    const path = `/api/2.0/mlflow/metrics/get-history-bulk-interval?run_ids=${run_id}&metric_key=m&${query}`
    const { status, body } = await lab.call('GET', path)
    assert.ok(status === 400 && (body as { message: string }).message.includes(text!), JSON.stringify(body))
  }
  const none = await lab.call('GET', '/api/2.0/mlflow/metrics/get-history-bulk?metric_key=m')
  assert.match((none.body as { message: string }).message, /must specify at least one run_id/)
  const negative = await lab.call(
    'GET',
    `/api/2.0/mlflow/metrics/get-history-bulk?run_id=${run_id}&metric_key=m&max_results=-1`,
  )
  assert.match((negative.body as { message: string }).message, /Invalid value -1 for parameter 'max_results'/)
})

test('a history too long for one piece is a stream of the same answer', async (t) => {
  const lab = await mlflowLab(t)
  const { run } = (await lab.ok('POST', '/runs/create', {})) as { run: { info: { run_id: string } } }
  const { run_id } = run.info
  const points = Array.from({ length: 10_000 }, (_, step) => ({ key: 'm', value: step / 4, timestamp: step, step }))
  const log = async (from: number, to: number) => {
    for (let at = from; at < to; at += 1000)
      await lab.ok('POST', '/runs/log-batch', { run_id, metrics: points.slice(at, Math.min(to, at + 1000)) })
  }
  // Just as many as two pieces have, and one less.
  for (const [from, to] of [
    [0, 9999],
    [9999, 10_000],
  ] as const) {
    await log(from, to)
    const answer = (await lab.ok('GET', `/metrics/get-history?run_id=${run_id}&metric_key=m`)) as Json
    assert.deepEqual(answer, { metrics: points.slice(0, to) })
  }
  const bad = await lab.call('GET', `/api/2.0/mlflow/metrics/get-history?run_id=${run_id}&metric_key=m&page_token=x`)
  assert.equal(bad.status, 400)
})

test('logged models live over the wire, DELETE with a JSON body included', async (t) => {
  const lab = await mlflowLab(t)
  const create = {
    experiment_id: '0',
    name: 'net',
    params: [{ key: 'p', value: '1' }],
    tags: [{ key: 't', value: '1' }],
  }
  const { model } = (await lab.ok('POST', '/logged-models', create)) as { model: { info: Json; data: Json } }
  const { model_id } = model.info
  assert.deepEqual([model.info['status'], model.data], ['LOGGED_MODEL_PENDING', { params: [{ key: 'p', value: '1' }] }])
  const one = `/logged-models/${model_id}`
  const ready = (await lab.ok('PATCH', one, { model_id, status: 'LOGGED_MODEL_READY' })) as { model: { info: Json } }
  assert.equal(ready.model.info['status'], 'LOGGED_MODEL_READY')
  assert.deepEqual(await lab.ok('PATCH', `${one}/tags`, { tags: [{ key: 'mlflow.a b', value: '2' }] }), {})
  assert.deepEqual(await lab.ok('DELETE', `${one}/tags/t`, { tag_key: 'ignored' }), {})
  await lab.ok('POST', `${one}/params`, { params: [{ key: 'q', value: '2' }] })
  const { run } = (await lab.ok('POST', '/runs/create', {})) as { run: { info: { run_id: string } } }
  const metric = { key: 'acc', value: 0.5, timestamp: 1, step: 2, model_id, dataset_name: 'd', dataset_digest: '1' }
  await lab.ok('POST', '/runs/log-metric', { run_id: run.info.run_id, ...metric })
  const got = (await lab.ok('GET', one)) as { model: { info: Json; data: Json } }
  assert.deepEqual(got.model.info['tags'], [{ key: 'mlflow.a b', value: '2' }])
  assert.deepEqual(got.model.data['metrics'], [{ ...metric, run_id: run.info.run_id }])
  const search = {
    experiment_ids: ['0'],
    filter: 'metrics.acc > 0',
    max_results: 0,
    order_by: [{ field_name: 'metrics.acc' }],
  }
  const found = (await lab.ok('POST', '/logged-models/search', search)) as { models: { info: Json }[] }
  assert.deepEqual(
    found.models.map(({ info }) => info['model_id']),
    [model_id],
  )
  const scoped = { experiment_ids: ['0'], datasets: [{ dataset_name: 'd', dataset_digest: 'other' }] }
  assert.deepEqual(await lab.ok('POST', '/logged-models/search', scoped), {})
  await lab.ok('DELETE', one, {})
  const gone = await lab.call('GET', `/api/2.0/mlflow${one}`)
  assert.deepEqual([gone.status, (gone.body as Json)['error_code']], [404, 'RESOURCE_DOES_NOT_EXIST'])
  await lab.ok('GET', `${one}?allow_deleted=true`)
})

test('a body that is no JSON, or none of ours, is a 400 that names the first parameter missing', async (t) => {
  const lab = await mlflowLab(t)
  const post = async (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) => {
    const response = await fetch(`${lab.url}/api/2.0/mlflow/runs/log-metric`, { method: 'POST', body, headers })
    const { message } = (await response.json()) as { message: string }
    return `${response.status} ${message}`
  }
  for (const body of ['hello', '{"run_id":', '[]', '5', '']) {
    assert.match(await post(body), /^400 Missing value for required parameter 'run_id'/, body)
  }
  const metric = (value: string) => `{"run_id":"x","key":"m","value":${value},"timestamp":1}`
  for (const value of ['NaN', 'Infinity', '1e400'])
    assert.match(await post(metric(value)), /^400 .*(NaN|Inf|1e400)/, value)
  assert.match(await post(metric('true')), /^400 Invalid value true for parameter 'value' supplied/)
  assert.match(await post(metric('true').replace('"m"', '9.0')), /^400 Invalid value 9\.0 for .*'key' .*'float'/)
  assert.match(await post(metric('"inf"')), /^404 Run with id=x not found/)
  assert.match(await post(JSON.stringify(metric('1'))), /^404 Run with id=x not found/)
  assert.match(await post('null'), /^400 Missing value for required parameter 'run_id'/)
  assert.match(await post('{}', { 'content-type': 'text/plain' }), /^400 Bad Request. Content-Type must be one of/)
  const search = await lab.call('POST', '/api/2.0/mlflow/runs/search', 'hello')
  assert.match((search.body as { message: string }).message, /^The request body is not JSON/)
})

test('a log-batch over a million bytes is a 400', async (t) => {
  const lab = await mlflowLab(t)
  const tags = [{ key: 'k', value: 'x'.repeat(1_000_000) }]
  const { status, body } = await lab.call('POST', '/api/2.0/mlflow/runs/log-batch', { run_id: 'r', tags })
  assert.equal(status, 400)
  assert.match(
    (body as { message: string }).message,
    /^Batched logging API requests must be at most 1000000 bytes, got a request/,
  )
})

test('a route that is not there is a 404 without JSON, so that clients fall back', async (t) => {
  const lab = await mlflowLab(t)
  for (const path of ['/api/3.0/mlflow/nothing', '/api/2.0/mlflow/gateway', '/api/2.0/mlflow/runs']) {
    assert.deepEqual(await lab.call('GET', path), { status: 404, body: 'Not found' })
  }
  assert.deepEqual(await lab.call('GET', '/version'), { status: 200, body: '3.17.2' })
  const info = await lab.call('GET', '/api/3.0/mlflow/server-info')
  assert.equal((info.body as Json)['multipart_uploads_enabled'], false)
})

test('every code of ours has one of MLflow, and a caller is never told to retry its own mistake', () => {
  const answer = (code: ErrorCode) => mlflowErrors(new SluiceError(code, 'm', { hint: 'h' }))
  assert.deepEqual(answer('already-exists'), {
    status: 400,
    body: {
      error_code: 'RESOURCE_ALREADY_EXISTS',
      message: 'm. h',
      sqlstate: 'KAM00',
      error_class: 'RESOURCE_ALREADY_EXISTS',
    },
  })
  const words = (code: ErrorCode) => (answer(code).body as { error_code: string }).error_code
  assert.deepEqual(
    (['not-found', 'invalid-request', 'conflict', 'store-unavailable', 'not-supported'] as const).map(words),
    [
      'RESOURCE_DOES_NOT_EXIST',
      'INVALID_PARAMETER_VALUE',
      'RESOURCE_CONFLICT',
      'TEMPORARILY_UNAVAILABLE',
      'NOT_IMPLEMENTED',
    ],
  )
  assert.deepEqual(mlflowErrors(new Error('boom')), {
    status: 500,
    body: { error_code: 'INTERNAL_ERROR', message: 'boom', sqlstate: 'XXM00', error_class: 'CLIENT_INTERNAL_ERROR' },
  })
})
