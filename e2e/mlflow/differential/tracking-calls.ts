import { experimentOf, keyOf, loggedModelOf, named, pairsOf, runOf, textOf, type Call, type World } from './call.ts'
import { filterOf, ordersOf, searchables } from './filters.ts'

const root = '/api/2.0/mlflow'
const startOfTime = 1_700_000_000_000

export function createExperiment(world: World): Call {
  const { random, prefix } = world
  const name = `experiment:${world.made++}`
  world.experiments.push(name)
  const wanted = random.chance(0.85)
    ? `${prefix}e${world.experiments.length}`
    : random.pick([`${prefix}e1`, '', 'x'.repeat(501)])
  return {
    method: 'POST',
    path: `${root}/experiments/create`,
    body: {
      name: wanted,
      ...(random.chance(0.3) && { tags: pairsOf(random) }),
      ...(random.chance(0.1) && {
        artifact_location: random.pick(['s3://bucket/x', 'mlflow-artifacts:/elsewhere', 's3://b/../x', 'runs:/x', '']),
      }),
    },
    names: { [name]: 'experiment_id' },
  }
}

export function experimentCall(world: World): Call {
  const { random, prefix } = world
  const experiment_id = experimentOf(world)
  const at = `${root}/experiments`
  return random.weighted<Call>([
    [2, () => ({ method: 'GET', path: `${at}/get`, query: { experiment_id } })],
    [
      1,
      () => ({
        method: 'GET',
        path: `${at}/get-by-name`,
        query: { experiment_name: `${prefix}e${1 + random.below(3)}` },
      }),
    ],
    [
      1,
      () => ({
        method: 'POST',
        path: `${at}/update`,
        body: { experiment_id, new_name: `${prefix}${random.pick(['e1', 'e2', 'n1', 'n2'])}` },
      }),
    ],
    [1, () => ({ method: 'POST', path: `${at}/delete`, body: { experiment_id } })],
    [1, () => ({ method: 'POST', path: `${at}/restore`, body: { experiment_id } })],
    [
      2,
      () => ({
        method: 'POST',
        path: `${at}/set-experiment-tag`,
        body: { experiment_id, key: keyOf(random), value: textOf(random) },
      }),
    ],
    [1, () => ({ method: 'POST', path: `${at}/delete-experiment-tag`, body: { experiment_id, key: keyOf(random) } })],
    [
      0.5,
      () => ({
        method: 'POST',
        path: '/ajax-api/2.0/mlflow/experiments/search-datasets',
        body: { experiment_ids: [experiment_id] },
      }),
    ],
  ])
}

export function searchExperiments(world: World): Call {
  const { random, prefix } = world
  const filter = filterOf(random, searchables.experiments)
  const mine = `name LIKE '${prefix}%'`
  const query = {
    max_results: random.pick([1, 2, 100, 100, 50000, 50001, 0, -1]),
    filter: filter === '' ? mine : `${mine} AND ${filter}`,
    order_by: ordersOf(random, searchables.experiments),
    ...(random.chance(0.5) && { view_type: random.pick(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']) }),
    ...(random.chance(0.03) && { page_token: random.pick(['x', 'e30=', '', '%%%']) }),
  }
  const tokenName = `token:${world.made++}`
  const path = `${root}/experiments/search`
  return random.chance(0.5)
    ? { method: 'GET', path, query, tokenName }
    : { method: 'POST', path, body: query, tokenName }
}

export function createRun(world: World): Call {
  const { random } = world
  const name = `run:${world.made++}`
  const body = {
    experiment_id: experimentOf(world),
    ...((world.namesRuns || random.chance(0.97)) && { start_time: startOfTime + world.made }),
    ...((world.namesRuns || random.chance(0.5)) && {
      run_name: random.pick(['run one', 'run two', world.namesRuns ? 'x' : '', 'r']),
    }),
    ...(random.chance(0.5) && { user_id: random.pick(['me', '', 'you']) }),
    ...(random.chance(0.5) && {
      tags: [
        ...pairsOf(random),
        ...(!world.namesRuns && random.chance(0.1) ? [{ key: 'mlflow.runName', value: 'run one' }] : []),
      ],
    }),
  }
  world.runs.push(name)
  return { method: 'POST', path: `${root}/runs/create`, body, names: { [name]: 'run.info.run_id' } }
}

function metricOf({ random }: World): object {
  return {
    key: keyOf(random),
    value: random.weighted<unknown>([
      [6, () => random.pick([0, 1, -1, 0.5, 2, 3.25, 1e10, -0.1])],
      [1, () => random.pick(['NaN', 'Infinity', '-Infinity', '1.5', '2'])],
    ]),
    timestamp: random.pick([0, 1, startOfTime, startOfTime + 5, '17', startOfTime]),
    ...(random.chance(0.7) && { step: random.pick([0, 1, 2, -1, '3', 10]) }),
  }
}

export function runCall(world: World): Call {
  const { random } = world
  const run_id = runOf(world)
  const at = `${root}/runs`
  const post = (call: string, body: object): Call => ({
    method: 'POST',
    path: `${at}/${call}`,
    body: { run_id, ...body },
  })
  return random.weighted<Call>([
    [4, () => ({ method: 'GET', path: `${at}/get`, query: random.chance(0.1) ? { run_uuid: run_id } : { run_id } })],
    [
      2,
      () =>
        post('update', {
          ...(random.chance(0.7) && {
            status: random.pick(['FINISHED', 'FAILED', 'KILLED', 'RUNNING', 'SCHEDULED', 3, 'NOPE']),
          }),
          ...(random.chance(0.5) && { end_time: startOfTime + random.below(9) * 1000 }),
          ...(random.chance(0.3) && { run_name: random.pick(['renamed', '', 'run one']) }),
        }),
    ],
    [1, () => post('delete', {})],
    [1, () => post('restore', {})],
    [4, () => post('log-metric', metricOf(world))],
    [3, () => post('log-parameter', { key: keyOf(random), value: textOf(random) })],
    [3, () => post('set-tag', { key: random.chance(0.1) ? 'mlflow.runName' : keyOf(random), value: textOf(random) })],
    [1, () => post('delete-tag', { key: random.chance(0.1) ? 'mlflow.runName' : keyOf(random) })],
    [
      4,
      () =>
        post('log-batch', {
          metrics: random.some(0, 4, () => metricOf(world)),
          params: pairsOf(random),
          tags: pairsOf(random),
        }),
    ],
    [
      1,
      () =>
        post('log-inputs', {
          datasets: random.some(0, 2, () => datasetOf(world)),
          ...(random.chance(0.3) && { models: [{ model_id: loggedModelOf(world) }] }),
        }),
    ],
    [
      0.7,
      () =>
        post('outputs', {
          models: random.some(0, 2, () => ({ model_id: loggedModelOf(world), step: random.below(3) })),
        }),
    ],
    [
      0.3,
      () => post('log-model', { model_json: random.pick(['{', '[]', '{}', modelJson(run_id), modelJson(run_id)]) }),
    ],
  ])
}

function modelJson(run_id: string): string {
  return JSON.stringify({ artifact_path: 'm', flavors: { f: { a: 1 } }, utc_time_created: 'now', run_id })
}

function datasetOf({ random }: World): object {
  return {
    tags: random.some(0, 1, () => ({
      key: random.pick(['mlflow.data.context', 'k']),
      value: random.pick(['train', 'eval']),
    })),
    dataset: {
      name: random.pick(['d1', 'd2']),
      digest: random.pick(['x', 'y']),
      source_type: 'local',
      source: random.pick(['s', '{}']),
      ...(random.chance(0.3) && { schema: 'sc' }),
      ...(random.chance(0.3) && { profile: 'pr' }),
    },
  }
}

export function searchRuns(world: World): Call {
  const { random, experiments } = world
  const tokenName = `token:${world.made++}`
  const body = {
    experiment_ids: random.chance(0.9) ? experiments.map(named) : random.some(0, 2, () => experimentOf(world)),
    filter: filterOf(random, searchables.runs),
    order_by: ordersOf(random, searchables.runs),
    ...(random.chance(0.6) && { max_results: random.pick([1, 2, 3, 1000, 50000, 50001, 0, -1]) }),
    ...(random.chance(0.4) && { run_view_type: random.pick(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']) }),
    ...(random.chance(0.03) && { page_token: random.pick(['x', 'e30=', '']) }),
  }
  return { method: 'POST', path: `${root}/runs/search`, body, tokenName }
}

export function metricHistory(world: World): Call {
  const { random } = world
  const metric_key = keyOf(random)
  return random.weighted<Call>([
    [
      3,
      () => ({
        method: 'GET',
        path: `${root}/metrics/get-history`,
        query: {
          run_id: runOf(world),
          metric_key,
          ...(random.chance(0.5) && { max_results: random.pick([1, 2, 25000, 25001, 0, -1]) }),
        },
        tokenName: `token:${world.made++}`,
      }),
    ],
    [
      1,
      () => ({
        method: 'GET',
        path: `${root}/metrics/get-history-bulk-interval`,
        query: {
          run_ids: random.some(0, 3, () => runOf(world)),
          metric_key,
          ...(random.chance(0.5) && { start_step: random.pick([0, 1, 5]) }),
          ...(random.chance(0.5) && { end_step: random.pick([0, 1, 10]) }),
          ...(random.chance(0.5) && { max_results: random.pick([1, 2, 3, 5, 2500, 2501, 0]) }),
        },
      }),
    ],
    [
      1,
      () => ({
        method: 'GET',
        path: '/ajax-api/2.0/mlflow/metrics/get-history-bulk',
        query: {
          run_id: random.some(0, 2, () => runOf(world)),
          metric_key,
          ...(random.chance(0.5) && { max_results: random.pick([1, 5, 0]) }),
        },
      }),
    ],
  ])
}

export function artifactCall(world: World): Call {
  const { random } = world
  const experiment = world.experiments[0]
  const run_id = runOf(world)
  const file = random.pick([
    'a.txt',
    'dir/b.txt',
    'dir/sub/c.json',
    'a.txt',
    'ü.txt',
    '..',
    '../x',
    'a%2f..%2fb',
    '/etc',
    'dir',
  ])
  const place = experiment === undefined ? '0' : named(experiment)
  const proxied = `/api/2.0/mlflow-artifacts/artifacts/${place}/${run_id}/artifacts/${file}`
  return random.weighted<Call>([
    [3, () => ({ method: 'PUT', path: proxied, text: textOf(random), contentType: 'application/octet-stream' })],
    [2, () => ({ method: 'GET', path: proxied })],
    [0.7, () => ({ method: 'DELETE', path: proxied })],
    [
      3,
      () => ({
        method: 'GET',
        path: `${root}/artifacts/list`,
        query: {
          run_id,
          ...(random.chance(0.6) && {
            path: random.pick(['', 'dir', 'dir/sub', 'a.txt', '..', '/', 'missing', 'dir/']),
          }),
        },
      }),
    ],
    [
      1,
      () => ({
        method: 'GET',
        path: '/api/2.0/mlflow-artifacts/artifacts',
        query: {
          path: random.pick([`${place}/${run_id}/artifacts`, `${place}/${run_id}/artifacts/dir`, 'missing', '..']),
        },
      }),
    ],
    [
      1,
      () => ({
        method: 'GET',
        path: '/get-artifact',
        query: { run_id, path: random.pick(['a.txt', 'dir/b.txt', '../x', 'missing.txt']) },
      }),
    ],
  ])
}

export function createLoggedModel(world: World): Call {
  const { random } = world
  const name = `model:${world.made++}`
  const body = {
    experiment_id: experimentOf(world),
    name: random.pick(['m1', 'm2', 'a model', 'm1', 'a/b', 'a.b', 'x:y']),
    ...(random.chance(0.4) && { model_type: random.pick(['t1', 't2', '']) }),
    ...(random.chance(0.5) && { source_run_id: runOf(world) }),
    ...(random.chance(0.4) && { params: pairsOf(random) }),
    ...(random.chance(0.4) && { tags: pairsOf(random) }),
  }
  world.loggedModels.push(name)
  return { method: 'POST', path: `${root}/logged-models`, body, names: { [name]: 'model.info.model_id' } }
}

export function loggedModelCall(world: World): Call {
  const { random } = world
  const model_id = loggedModelOf(world)
  const at = `${root}/logged-models/${model_id}`
  return random.weighted<Call>([
    [3, () => ({ method: 'GET', path: at })],
    [
      1,
      () => ({
        method: 'PATCH',
        path: at,
        body: { model_id, status: random.pick(['LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED', 2, 'X']) },
      }),
    ],
    [0.5, () => ({ method: 'DELETE', path: at, ...(random.chance(0.5) && { body: { model_id } }) })],
    [1, () => ({ method: 'PATCH', path: `${at}/tags`, body: { tags: pairsOf(random) } })],
    [0.5, () => ({ method: 'DELETE', path: `${at}/tags/${random.pick(['a', 'b', 'missing'])}` })],
    [0.5, () => ({ method: 'POST', path: `${at}/params`, body: { params: pairsOf(random) } })],
    [0.5, () => ({ method: 'GET', path: `${at}/artifacts/directories` })],
    [
      2,
      () => ({
        method: 'POST',
        path: `${root}/runs/log-metric`,
        body: {
          run_id: runOf(world),
          ...metricOf(world),
          model_id,
          ...(random.chance(0.5) && { dataset_name: 'd1', dataset_digest: 'x' }),
        },
      }),
    ],
  ])
}

export function searchLoggedModels(world: World): Call {
  const { random, experiments } = world
  const tokenName = `token:${world.made++}`
  const body = {
    experiment_ids: experiments.map(named),
    filter: filterOf(random, searchables.loggedModels),
    ...(random.chance(0.6) && { max_results: random.pick([1, 2, 50, 0, -1, 100]) }),
    ...(random.chance(0.2) && {
      datasets: [{ dataset_name: 'd1', ...(random.chance(0.5) && { dataset_digest: 'x' }) }],
    }),
    ...(random.chance(0.4) && {
      order_by: random.some(0, 2, () => ({
        field_name: random.pick([
          'metrics.a',
          'metrics.acc',
          'name',
          'creation_timestamp',
          'creation_time',
          'model_type',
          'params.a',
          'x',
        ]),
        ascending: random.chance(0.5),
        ...(random.chance(0.2) && { dataset_name: 'd1' }),
      })),
    }),
  }
  return { method: 'POST', path: `${root}/logged-models/search`, body, tokenName }
}
