import assert from 'node:assert/strict'

/** Calls an endpoint by the words of the list; anything but 200 fails the test. Gives the answer, parsed where it is JSON. */
export type EndpointCaller = (method: string, path: string, message?: GivenMessage) => Promise<never>

interface GivenMessage {
  readonly [field: string]: unknown
  /** Sent as it is; the message's own fields then go into path and query alone. */
  readonly raw?: { readonly body: string; readonly headers?: Readonly<Record<string, string>> }
}

interface Surroundings {
  /** Sets the names of one round apart from those of another. */
  readonly suffix: string
  /** Stores a part of a file at the address that the protocol named. */
  readonly putPart: (url: string, bytes: string) => Promise<string>
}

interface Place extends Surroundings {
  readonly call: EndpointCaller
  readonly experiment_id: string
  readonly run_id: string
}

const api = '/api/2.0/mlflow'
const api3 = '/api/3.0/mlflow'
const at = 1_700_000_000_000

/** A small history that takes every endpoint of the protocol, each answer looked at. */
export async function callEveryEndpoint(call: EndpointCaller, surroundings: Surroundings): Promise<void> {
  assert.match(await call('GET', '/version'), /^\d+\.\d+\.\d+$/)
  const info: { store_type: string } = await call('GET', `${api3}/server-info`)
  assert.equal(info.store_type, 'SqlStore')
  const experiment_id = await experiments(call, surroundings.suffix)
  const { run }: { run: { info: { run_id: string } } } = await call('POST', `${api}/runs/create`, {
    experiment_id,
    start_time: at,
    run_name: 'first',
  })
  const place = { call, ...surroundings, experiment_id, run_id: run.info.run_id }
  const modelId = await loggedModels(place)
  await logging(place, modelId)
  await metrics(place)
  await artifacts(place)
  await artifactsInParts(place)
  await registeredModels(place)
  await modelVersions(place)
  await traces(place)
  await oldTraces(place)
  await assessments(place)
  await evaluationDatasets(place)
  await evaluationRecords(place)
  await scorers(place)
  await webhooks(place)
  await runsAreChanged(place)
  await loggedModelsEnd(place, modelId)
}

async function experiments(call: EndpointCaller, suffix: string): Promise<string> {
  const name = `every endpoint ${suffix}`
  const created: { experiment_id: string } = await call('POST', `${api}/experiments/create`, { name: `${name}?` })
  const { experiment_id } = created
  await call('POST', `${api}/experiments/update`, { experiment_id, new_name: name })
  await call('POST', `${api}/experiments/set-experiment-tag`, { experiment_id, key: 'team', value: 'blue' })
  type Answer = { experiment: { experiment_id: string; lifecycle_stage: string; tags?: object[] } }
  const byName: Answer = await call('GET', `${api}/experiments/get-by-name`, { experiment_name: name })
  assert.deepEqual(byName.experiment.tags, [{ key: 'team', value: 'blue' }])
  await call('POST', `${api}/experiments/delete-experiment-tag`, { experiment_id, key: 'team' })
  await call('POST', `${api}/experiments/delete`, { experiment_id })
  const deleted: Answer = await call('GET', `${api}/experiments/get`, { experiment_id })
  assert.deepEqual([deleted.experiment.lifecycle_stage, deleted.experiment.tags], ['deleted', undefined])
  await call('POST', `${api}/experiments/restore`, { experiment_id })
  for (const method of ['GET', 'POST']) {
    const found: { experiments: { experiment_id: string }[] } = await call(method, `${api}/experiments/search`, {
      filter: `name = '${name}'`,
      max_results: 5,
    })
    assert.deepEqual(
      found.experiments.map((one) => one.experiment_id),
      [experiment_id],
    )
  }
  return experiment_id
}

async function logging({ call, run_id, experiment_id }: Place, model_id: string): Promise<void> {
  const metric = { key: 'loss', value: 1, timestamp: at, step: 0 }
  await call('POST', `${api}/runs/log-metric`, { run_id, ...metric })
  await call('POST', `${api}/runs/log-parameter`, { run_id, key: 'alpha', value: '0.1' })
  await call('POST', `${api}/runs/set-tag`, { run_id, key: 'note', value: 'n' })
  await call('POST', `${api}/runs/delete-tag`, { run_id, key: 'note' })
  await call('POST', `${api}/runs/log-batch`, {
    run_id,
    metrics: [1, 2, 3].map((step) => ({ ...metric, step, value: 1 / (step + 1) })),
    params: [{ key: 'beta', value: '2' }],
    tags: [{ key: 'team', value: 'blue' }],
  })
  const dataset = { name: 'd', digest: 'abc', source_type: 'local', source: '{}' }
  const tags = [{ key: 'mlflow.data.context', value: 'training' }]
  await call('POST', `${api}/runs/log-inputs`, { run_id, datasets: [{ dataset, tags }], models: [{ model_id }] })
  await call('POST', `${api}/runs/outputs`, { run_id, models: [{ model_id, step: 3 }] })
  const model_json = JSON.stringify({ artifact_path: 'm', flavors: {}, utc_time_created: 'now', run_id })
  await call('POST', `${api}/runs/log-model`, { run_id, model_json })
  type Run = {
    data: { params: object[]; tags: { key: string; value: string }[] }
    inputs: { dataset_inputs: object[]; model_inputs: object[] }
    outputs: { model_outputs: object[] }
  }
  const { run }: { run: Run } = await call('GET', `${api}/runs/get`, { run_id })
  assert.deepEqual(run.data.params, [
    { key: 'alpha', value: '0.1' },
    { key: 'beta', value: '2' },
  ])
  assert.deepEqual(
    run.data.tags.map(({ key }) => key),
    ['mlflow.log-model.history', 'mlflow.runName', 'team'],
  )
  assert.deepEqual([run.inputs.dataset_inputs.length, run.inputs.model_inputs], [1, [{ model_id }]])
  assert.deepEqual(run.outputs.model_outputs, [{ model_id, step: 3 }])
  const found: { dataset_summaries: { name: string; context: string }[] } = await call(
    'POST',
    `${api}/experiments/search-datasets`,
    { experiment_ids: [experiment_id] },
  )
  assert.deepEqual(
    found.dataset_summaries.map(({ name, context }) => [name, context]),
    [['d', 'training']],
  )
}

async function metrics({ call, run_id }: Place): Promise<void> {
  type Points = { metrics: { value: number; step: number }[]; next_page_token?: string }
  const key = { metric_key: 'loss' }
  const first: Points = await call('GET', `${api}/metrics/get-history`, { run_id, ...key, max_results: 3 })
  const page_token = first.next_page_token!
  const rest: Points = await call('GET', `${api}/metrics/get-history`, { run_id, ...key, max_results: 3, page_token })
  assert.deepEqual(
    [...first.metrics, ...rest.metrics].map(({ value }) => value),
    [1, 1 / 2, 1 / 3, 1 / 4].map((value) => value),
  )
  assert.equal(rest.next_page_token, undefined)
  const bulk: Points = await call('GET', `${api}/metrics/get-history-bulk`, { run_id: [run_id], ...key })
  assert.equal(bulk.metrics.length, 4)
  const few = { run_ids: [run_id], ...key, start_step: 0, end_step: 3, max_results: 2 }
  const sampled: Points = await call('GET', `${api}/metrics/get-history-bulk-interval`, few)
  assert.deepEqual([sampled.metrics[0]?.step, sampled.metrics.at(-1)?.step], [0, 3])
}

async function artifacts({ call, run_id, experiment_id }: Place): Promise<void> {
  const proxy = '/api/2.0/mlflow-artifacts/artifacts'
  const folder = `${experiment_id}/${run_id}/artifacts`
  await call('PUT', `${proxy}/{path}`, { path: `${folder}/a b/c.txt`, raw: { body: 'hello' } })
  assert.equal(await call('GET', `${proxy}/{path}`, { path: `${folder}/a b/c.txt` }), 'hello')
  assert.deepEqual(await call('GET', proxy, { path: `${folder}/a b` }), {
    files: [{ path: 'c.txt', is_dir: false, file_size: 5 }],
  })
  const listed: { files: object[] } = await call('GET', `${api}/artifacts/list`, { run_id })
  assert.deepEqual(listed.files, [{ path: 'a b', is_dir: true }])
  assert.equal(await call('GET', '/get-artifact', { run_id, path: 'a b/c.txt' }), 'hello')
  const json = { 'content-type': 'application/json' }
  const upload = '/ajax-api/2.0/mlflow/upload-artifact'
  await call('POST', upload, { run_id, path: 'model/page.json', raw: { body: '{"a":1}', headers: json } })
  assert.equal(await call('GET', '/get-artifact', { run_id, path: 'model/page.json' }), '{"a":1}')
  await call('DELETE', `${proxy}/{path}`, { path: `${folder}/a b` })
  const left: { files: object[] } = await call('GET', `${api}/artifacts/list`, { run_id })
  assert.equal(left.files.length, 1)
}

async function artifactsInParts({ call, run_id, experiment_id, putPart }: Place): Promise<void> {
  const root = '/api/2.0/mlflow-artifacts'
  const path = `${experiment_id}/${run_id}/artifacts/big`
  type Created = { upload_id: string; credentials: { url: string; part_number: number }[] }
  // `path` in the URL is the folder, in the body the client's own file: both have one name on the wire.
  const create = (): Promise<Created> =>
    call('POST', `${root}/mpu/create/{path}`, { path, raw: jsonOf({ path: '/home/me/model.bin', num_parts: 2 }) })
  const { upload_id } = await create()
  await call('POST', `${root}/mpu/abort/{path}`, { path, raw: jsonOf({ path: 'model.bin', upload_id }) })
  const begun = await create()
  const parts: object[] = []
  for (const [index, { url, part_number }] of begun.credentials.entries())
    parts.push({ part_number, url, etag: await putPart(url, index === 0 ? 'first,' : 'second') })
  const completion = { path: 'model.bin', upload_id: begun.upload_id, parts }
  await call('POST', `${root}/mpu/complete/{path}`, { path, raw: jsonOf(completion) })
  const file = { path: `${path}/model.bin` }
  const presigned: { url: string; file_size: number } = await call('GET', `${root}/presigned/{path}`, file)
  assert.equal(presigned.file_size, 12)
  assert.equal(await (await fetch(presigned.url)).text(), 'first,second')
}

function jsonOf(body: object): NonNullable<GivenMessage['raw']> {
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

async function loggedModels({ call, experiment_id, run_id }: Place): Promise<string> {
  type Model = {
    info: { model_id: string; status: string; artifact_uri: string; tags?: object[] }
    data: { params?: object[] }
  }
  const created: { model: Model } = await call('POST', `${api}/logged-models`, {
    experiment_id,
    name: 'clf',
    source_run_id: run_id,
  })
  const { model_id, artifact_uri } = created.model.info
  await call('POST', `${api}/logged-models/{model_id}/params`, { model_id, params: [{ key: 'p', value: '1' }] })
  await call('PATCH', `${api}/logged-models/{model_id}/tags`, { model_id, tags: [{ key: 'k', value: 'v' }] })
  await call('DELETE', `${api}/logged-models/{model_id}/tags/{tag_key}`, { model_id, tag_key: 'k' })
  await call('PATCH', `${api}/logged-models/{model_id}`, { model_id, status: 'LOGGED_MODEL_READY' })
  const { model }: { model: Model } = await call('GET', `${api}/logged-models/{model_id}`, { model_id })
  assert.deepEqual(
    [model.info.status, model.info.tags, model.data.params],
    ['LOGGED_MODEL_READY', undefined, [{ key: 'p', value: '1' }]],
  )
  const found: { models: Model[] } = await call('POST', `${api}/logged-models/search`, {
    experiment_ids: [experiment_id],
    filter: "name = 'clf'",
  })
  assert.deepEqual(
    found.models.map(({ info }) => info.model_id),
    [model_id],
  )
  const path = `${artifact_uri.replace(/^mlflow-artifacts:\/*/, '')}/MLmodel`
  await call('PUT', '/api/2.0/mlflow-artifacts/artifacts/{path}', { path, raw: { body: 'flavors: {}' } })
  const listed: { files: object[] } = await call('GET', `${api}/logged-models/{model_id}/artifacts/directories`, {
    model_id,
  })
  assert.deepEqual(listed.files, [{ path: 'MLmodel', is_dir: false, file_size: 11 }])
  const file = { model_id, artifact_file_path: 'MLmodel' }
  const text = await call('GET', '/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files', file)
  assert.equal(text, 'flavors: {}')
  return model_id
}

async function loggedModelsEnd({ call }: Place, model_id: string): Promise<void> {
  assert.deepEqual(await call('DELETE', `${api}/logged-models/{model_id}`, { model_id }), {})
}

async function runsAreChanged({ call, run_id, experiment_id }: Place): Promise<void> {
  const ended: { run_info: { status: string; end_time: number } } = await call('POST', `${api}/runs/update`, {
    run_id,
    status: 'FINISHED',
    end_time: at + 5,
  })
  assert.deepEqual([ended.run_info.status, ended.run_info.end_time], ['FINISHED', at + 5])
  await call('POST', `${api}/runs/delete`, { run_id })
  const search = { experiment_ids: [experiment_id], filter: "tags.team = 'blue'" }
  assert.deepEqual(await call('POST', `${api}/runs/search`, search), {})
  await call('POST', `${api}/runs/restore`, { run_id })
  const found: { runs: { info: { run_id: string } }[] } = await call('POST', `${api}/runs/search`, search)
  assert.equal(found.runs[0]?.info.run_id, run_id)
  const query = `query { mlflowGetRun(input: {runId: "${run_id}"}) { run { info { status } } } }`
  const answer = await call('POST', '/graphql', { query })
  assert.deepEqual(answer, { data: { mlflowGetRun: { run: { info: { status: 'FINISHED' } } } }, errors: null })
}

const models = `${api}/registered-models`
const versions = `${api}/model-versions`

async function registeredModels({ call, suffix }: Place): Promise<void> {
  type Answer = { registered_model: { name: string; description?: string; tags?: object[] } }
  await call('POST', `${models}/create`, { name: `old ${suffix}` })
  const name = `clf ${suffix}`
  const renamed: Answer = await call('POST', `${models}/rename`, { name: `old ${suffix}`, new_name: name })
  assert.equal(renamed.registered_model.name, name)
  await call('PATCH', `${models}/update`, { name, description: 'about' })
  await call('POST', `${models}/set-tag`, { name, key: 'k', value: 'v' })
  const found: { registered_models: Answer['registered_model'][] } = await call('GET', `${models}/search`, {
    filter: `name = '${name}' and tags.k = 'v'`,
  })
  assert.equal(found.registered_models.length, 1)
  await call('DELETE', `${models}/delete-tag`, { name, key: 'k' })
  const { registered_model: model }: Answer = await call('GET', `${models}/get`, { name })
  assert.deepEqual([model.description, model.tags], ['about', undefined])
}

async function modelVersions({ call, suffix, run_id }: Place): Promise<void> {
  const name = `clf ${suffix}`
  const model = { name, version: '1' }
  type Answer = { model_version: { version: string; current_stage: string; description?: string; tags?: object[] } }
  const source = `runs:/${run_id}/model`
  const made: Answer = await call('POST', `${versions}/create`, { name, run_id, source })
  assert.equal(made.model_version.version, '1')
  await call('POST', `${versions}/set-tag`, { ...model, key: 'k', value: 'v' })
  const found: { model_versions: object[] } = await call('GET', `${versions}/search`, { filter: `name = '${name}'` })
  assert.equal(found.model_versions.length, 1)
  await call('DELETE', `${versions}/delete-tag`, { ...model, key: 'k' })
  await call('PATCH', `${versions}/update`, { ...model, description: 'd' })
  await call('POST', `${versions}/transition-stage`, { ...model, stage: 'Staging' })
  const got: Answer = await call('GET', `${versions}/get`, model)
  const { current_stage, description, tags } = got.model_version
  assert.deepEqual([current_stage, description, tags], ['Staging', 'd', undefined])
  const { artifact_uri }: { artifact_uri: string } = await call('GET', `${versions}/get-download-uri`, model)
  assert.match(artifact_uri, new RegExp(run_id))
  assert.equal(await call('GET', '/model-versions/get-artifact', { ...model, path: 'page.json' }), '{"a":1}')
  for (const method of ['GET', 'POST']) {
    const latest: { model_versions: { version: string }[] } = await call(method, `${models}/get-latest-versions`, {
      name,
      stages: ['Staging'],
    })
    assert.deepEqual(
      latest.model_versions.map(({ version }) => version),
      ['1'],
    )
  }
  await call('POST', `${models}/alias`, { ...model, alias: 'champion' })
  const named: Answer = await call('GET', `${models}/alias`, { name, alias: 'champion' })
  assert.equal(named.model_version.version, '1')
  await call('DELETE', `${models}/alias`, { name, alias: 'champion' })
  await call('DELETE', `${versions}/delete`, model)
  assert.deepEqual(await call('DELETE', `${models}/delete`, { name }), {})
}

/** Trace ids are the same for everybody: each round has its own. */
const traceHex = (suffix: string): string => Buffer.from(suffix.padEnd(16)).toString('hex')

async function traces(place: Place): Promise<void> {
  const { call, suffix, experiment_id, run_id } = place
  const trace_id = `tr-${traceHex(suffix)}`
  const span = {
    traceId: traceHex(suffix),
    spanId: '0102030405060708',
    name: 'answer',
    startTimeUnixNano: '1700000000000000000',
    endTimeUnixNano: '1700000001000000000',
    attributes: [{ key: 'mlflow.spanType', value: { stringValue: '"LLM"' } }],
  }
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
  const headers = { 'content-type': 'application/json', 'x-mlflow-experiment-id': experiment_id }
  await call('POST', '/v1/traces', { raw: { body, headers } })
  const trace_info = {
    trace_id,
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } },
    request_time: '2023-11-14T22:13:20Z',
    execution_duration: '1s',
    state: 'OK',
    tags: { color: 'red' },
  }
  type Info = { trace_info: { trace_id: string; state: string; tags: Record<string, string> } }
  const started: { trace: Info } = await call('POST', `${api3}/traces`, { trace: { trace_info } })
  assert.equal(started.trace.trace_info.state, 'OK')
  for (const [root, id] of [
    [`${api3}/traces/{trace_id}`, { trace_id }],
    [`${api}/traces/{request_id}`, { request_id: trace_id }],
  ] as const) {
    await call('PATCH', `${root}/tags`, { ...id, key: 'mood', value: 'good' })
    const seen: { trace: Info } = await call('GET', `${api3}/traces/{trace_id}`, { trace_id })
    assert.equal(seen.trace.trace_info.tags['mood'], 'good')
    await call('DELETE', `${root}/tags`, { ...id, key: 'mood' })
  }
  await call('POST', `${api}/traces/link-to-run`, { run_id, trace_ids: [trace_id] })
  await call('POST', `${api}/traces/link-prompts`, { trace_id, prompt_versions: [{ name: 'p', version: '1' }] })
  type Whole = Info & { spans: { name: string }[] }
  const whole: { trace: Whole } = await call('GET', `${api3}/traces/get`, { trace_id })
  assert.deepEqual(
    whole.trace.spans.map(({ name }) => name),
    ['answer'],
  )
  const batch: { traces: Whole[] } = await call('GET', `${api3}/traces/batchGet`, { trace_ids: [trace_id] })
  assert.equal(batch.traces[0]?.spans.length, 1)
  const infos: { trace_infos: { trace_id: string }[] } = await call('POST', `${api3}/traces/batchGetInfos`, {
    trace_ids: [trace_id],
  })
  assert.equal(infos.trace_infos[0]?.trace_id, trace_id)
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } }]
  const filter = `attributes.run_id = '${run_id}'`
  const found: { traces: { trace_id: string }[] } = await call('POST', `${api3}/traces/search`, { locations, filter })
  assert.equal(found.traces[0]?.trace_id, trace_id)
  await traceFigures(place, trace_id)
}

async function traceFigures({ call, experiment_id }: Place, request_id: string): Promise<void> {
  const counted: { data_points: { values: object }[] } = await call('POST', `${api3}/traces/metrics`, {
    experiment_ids: [experiment_id],
    view_type: 'TRACES',
    metric_name: 'trace_count',
    aggregations: [{ aggregation_type: 'COUNT' }],
  })
  assert.deepEqual(counted.data_points[0]?.values, { COUNT: 1 })
  const related: { joint_count: number; total_count: number } = await call(
    'POST',
    `${api3}/traces/calculate-filter-correlation`,
    { experiment_ids: [experiment_id], filter_string1: "status = 'OK'", filter_string2: "tags.color = 'red'" },
  )
  assert.deepEqual([related.joint_count, related.total_count], [1, 1])
  for (const version of ['2.0', '3.0']) {
    const text: string = await call('GET', `/ajax-api/${version}/mlflow/get-trace-artifact`, { request_id })
    assert.match(text, /"answer"/)
  }
}

async function oldTraces({ call, experiment_id, suffix }: Place): Promise<void> {
  type Answer = { trace_info: { request_id: string; status: string } }
  const begun: Answer = await call('POST', `${api}/traces`, { experiment_id, timestamp_ms: at })
  const { request_id } = begun.trace_info
  const path = `${api}/traces/{request_id}`
  await call('PATCH', path, { request_id, timestamp_ms: at + 9, status: 'OK' })
  const info: Answer = await call('GET', `${path}/info`, { request_id })
  assert.equal(info.trace_info.status, 'OK')
  const found: { traces: { request_id: string }[] } = await call('GET', `${api}/traces`, {
    experiment_ids: [experiment_id],
  })
  const expected = [request_id, `tr-${traceHex(suffix)}`]
  assert.deepEqual(found.traces.map((trace) => trace.request_id).sort(), expected.sort())
  const remove = { experiment_id, request_ids: [request_id] }
  assert.deepEqual(await call('POST', `${api}/traces/delete-traces`, remove), { traces_deleted: 1 })
}

async function assessments({ call, suffix, experiment_id }: Place): Promise<void> {
  const trace_id = `tr-${traceHex(suffix)}`
  type Answer = { assessment: { assessment_id: string; feedback: { value: unknown } } }
  const root = `${api3}/traces/{trace_id}/assessments`
  const source = { source_type: 'HUMAN', source_id: 'ada' }
  const assessment = { assessment_name: 'good', source, feedback: { value: true } }
  const created: Answer = await call('POST', root, { trace_id, assessment })
  const one = { trace_id, assessment_id: created.assessment.assessment_id }
  const changed = { feedback: { value: false } }
  await call('PATCH', `${root}/{assessment_id}`, { ...one, assessment: changed, update_mask: 'feedback' })
  const got: Answer = await call('GET', `${root}/{assessment_id}`, one)
  assert.equal(got.assessment.feedback.value, false)
  assert.deepEqual(await call('DELETE', `${root}/{assessment_id}`, one), {})
  const remove = { experiment_id, request_ids: [trace_id] }
  assert.deepEqual(await call('POST', `${api3}/traces/delete-traces`, remove), { traces_deleted: 1 })
}

const datasets = `${api3}/datasets`

async function evaluationDatasets({ call, experiment_id, suffix }: Place): Promise<void> {
  const name = `questions ${suffix}`
  const created: { dataset: { dataset_id: string } } = await call('POST', `${datasets}/create`, { name })
  const { dataset_id } = created.dataset
  const one = `${datasets}/{dataset_id}`
  await call('POST', `${one}/add-experiments`, { dataset_id, experiment_ids: [experiment_id] })
  assert.deepEqual(await call('GET', `${one}/experiment-ids`, { dataset_id }), { experiment_ids: [experiment_id] })
  await call('PATCH', `${one}/tags`, { dataset_id, tags: '{"lang":"de"}' })
  for (const method of ['GET', 'POST']) {
    const found: { datasets: { tags: string }[] } = await call(method, `${datasets}/search`, {
      experiment_ids: [experiment_id],
    })
    assert.match(found.datasets[0]!.tags, /"lang"/)
  }
  await call('DELETE', `${one}/tags/{key}`, { dataset_id, key: 'lang' })
  await call('POST', `${one}/remove-experiments`, { dataset_id, experiment_ids: [experiment_id] })
  const got: { dataset: { name: string; tags: string; experiment_ids?: string[] } } = await call('GET', one, {
    dataset_id,
  })
  assert.deepEqual([got.dataset.name, got.dataset.experiment_ids], [name, undefined])
  assert.doesNotMatch(got.dataset.tags, /lang/)
  assert.deepEqual(await call('DELETE', one, { dataset_id }), {})
}

async function evaluationRecords({ call, suffix }: Place): Promise<void> {
  const name = `records ${suffix}`
  const created: { dataset: { dataset_id: string } } = await call('POST', `${datasets}/create`, { name })
  const { dataset_id } = created.dataset
  const path = `${datasets}/{dataset_id}/records`
  const given = JSON.stringify([{ inputs: { q: 'why?' }, expectations: { a: 'so' } }])
  const upserted = await call('POST', path, { dataset_id, records: given })
  assert.deepEqual(upserted, { inserted_count: 1, updated_count: 0 })
  const read: { records: string } = await call('GET', path, { dataset_id })
  const [record] = JSON.parse(read.records) as [{ dataset_record_id: string; inputs: object }]
  assert.deepEqual(record.inputs, { q: 'why?' })
  const removed = await call('DELETE', path, { dataset_id, dataset_record_ids: [record.dataset_record_id] })
  assert.deepEqual(removed, { deleted_count: 1 })
}

async function scorers({ call, experiment_id }: Place): Promise<void> {
  const scorer = { experiment_id, name: 'judge' }
  const root = `${api3}/scorers`
  const registered: { version: number; scorer_id: string } = await call('POST', `${root}/register`, {
    ...scorer,
    serialized_scorer: '{"name":"judge"}',
  })
  assert.equal(registered.version, 1)
  const got: { scorer: { serialized_scorer: string } } = await call('GET', `${root}/get`, scorer)
  assert.equal(got.scorer.serialized_scorer, '{"name":"judge"}')
  for (const list of ['list', 'versions']) {
    const asked = list === 'list' ? { experiment_id } : scorer
    const found: { scorers: { scorer_name: string }[] } = await call('GET', `${root}/${list}`, asked)
    assert.deepEqual(
      found.scorers.map(({ scorer_name }) => scorer_name),
      ['judge'],
    )
  }
  const online = await call('GET', `${root}/online-configs`, { scorer_ids: [registered.scorer_id] })
  assert.deepEqual(online, { configs: [] })
  assert.deepEqual(await call('DELETE', `${root}/delete`, scorer), {})
}

async function webhooks({ call, suffix }: Place): Promise<void> {
  const root = `${api}/webhooks`
  type Answer = { webhook: { webhook_id: string; description?: string } }
  const created: Answer = await call('POST', root, {
    name: `hook-${suffix}`,
    url: 'https://127.0.0.1/hook',
    events: [{ entity: 'MODEL_VERSION', action: 'CREATED' }],
  })
  const { webhook_id } = created.webhook
  const one = `${root}/{webhook_id}`
  await call('PATCH', one, { webhook_id, description: 'about' })
  const got: Answer = await call('GET', one, { webhook_id })
  assert.equal(got.webhook.description, 'about')
  const listed: { webhooks: object[] } = await call('GET', root, { max_results: 10 })
  assert.equal(listed.webhooks.length, 1)
  const tested: { result: { success: boolean; response_status: number } } = await call('POST', `${one}/test`, {
    webhook_id,
  })
  assert.deepEqual([tested.result.success, tested.result.response_status], [true, 202])
  assert.deepEqual(await call('DELETE', one, { webhook_id }), {})
}
