import { keyOf, loggedModelOf, pairsOf, runOf, textOf, named, type Call, type World } from './call.ts'
import { filterOf, ordersOf, searchables } from './filters.ts'

const models = '/api/2.0/mlflow/registered-models'
const versions = '/api/2.0/mlflow/model-versions'

function modelName({ random, prefix }: World): string {
  if (random.chance(0.95)) return `${prefix}${random.pick(['m1', 'm1', 'm2', 'M1'])}`
  return random.pick([`${prefix}none`, '', 'a/b', 'a:b', ' ', '..'])
}

function versionOf({ random }: World): string {
  return random.weighted<string>([
    [8, () => random.pick(['1', '2', '3'])],
    [1, () => random.pick(['99', 'x', '', '-1', '1.5', '01'])],
  ])
}

export function createRegisteredModel(world: World): Call {
  const { random } = world
  return {
    method: 'POST',
    path: `${models}/create`,
    body: {
      name: modelName(world),
      ...(random.chance(0.3) && { description: random.pick(['about', '']) }),
      ...(random.chance(0.3) && { tags: pairsOf(random) }),
    },
  }
}

export function createModelVersion(world: World): Call {
  const { random } = world
  const run = runOf(world)
  const model = loggedModelOf(world)
  const experiment = world.experiments[0] === undefined ? '0' : named(world.experiments[0])
  return {
    method: 'POST',
    path: `${versions}/create`,
    body: {
      name: modelName(world),
      ...random.pick([
        { source: `runs:/${run}/model`, run_id: run },
        { source: `runs:/${run}/model` },
        { source: 's3://bucket/model' },
        { source: 's3://bucket/model', run_id: run },
        { source: `models:/${model}`, model_id: model },
        { source: `models:/${model}` },
        { source: `mlflow-artifacts:/${experiment}/${run}/artifacts/model`, run_id: run },
        { source: `mlflow-artifacts:/${experiment}/${run}/artifacts/model` },
        { source: `models:/${world.prefix}m1/1` },
        { source: '/etc/passwd' },
        { source: 'file:///etc' },
        { source: 's3://bucket/../model' },
        { source: 'http://host/model' },
        { source: 'dbfs:/x/y' },
        { source: 'relative/path' },
        { source: '' },
      ]),
      ...(random.chance(0.2) && { run_link: 'https://link' }),
      ...(random.chance(0.3) && { description: 'words' }),
      ...(random.chance(0.3) && { tags: pairsOf(random) }),
    },
  }
}

export function registeredModelCall(world: World): Call {
  const { random, prefix } = world
  const name = modelName(world)
  return random.weighted<Call>([
    [3, () => ({ method: 'GET', path: `${models}/get`, query: { name } })],
    [
      1,
      () => ({
        method: 'PATCH',
        path: `${models}/update`,
        body: { name, ...(random.chance(0.8) && { description: random.pick(['new', '']) }) },
      }),
    ],
    [
      0.5,
      () => ({
        method: 'POST',
        path: `${models}/rename`,
        body: { name, new_name: `${prefix}${random.pick(['m1', 'm2', 'm3'])}` },
      }),
    ],
    [0.4, () => ({ method: 'DELETE', path: `${models}/delete`, body: { name } })],
    [
      1,
      () => ({ method: 'POST', path: `${models}/set-tag`, body: { name, key: keyOf(random), value: textOf(random) } }),
    ],
    [0.7, () => ({ method: 'DELETE', path: `${models}/delete-tag`, body: { name, key: keyOf(random) } })],
    [
      2,
      () => ({
        method: 'POST',
        path: `${models}/alias`,
        body: { name, alias: aliasOf(world), version: versionOf(world) },
      }),
    ],
    [1, () => ({ method: 'GET', path: `${models}/alias`, query: { name, alias: aliasOf(world) } })],
    [0.7, () => ({ method: 'DELETE', path: `${models}/alias`, body: { name, alias: aliasOf(world) } })],
    [
      1,
      () => {
        const asked = { name, ...(random.chance(0.5) && { stages: random.some(0, 2, () => stageOf(world)) }) }
        return random.chance(0.5)
          ? { method: 'GET', path: `${models}/get-latest-versions`, query: asked }
          : { method: 'POST', path: `${models}/get-latest-versions`, body: asked }
      },
    ],
  ])
}

function aliasOf({ random }: World): string {
  return random.chance(0.85)
    ? random.pick(['champion', 'Champion', 'b'])
    : random.pick(['', 'latest', 'v1', 'a b', 'LATEST', 'a.b', 'x'.repeat(256)])
}

function stageOf({ random }: World): string {
  return random.pick(['Staging', 'Production', 'staging', 'None', 'Archived', 'none', 'Nope'])
}

export function modelVersionCall(world: World): Call {
  const { random } = world
  const reference = { name: modelName(world), version: versionOf(world) }
  return random.weighted<Call>([
    [3, () => ({ method: 'GET', path: `${versions}/get`, query: reference })],
    [
      1,
      () => ({
        method: 'PATCH',
        path: `${versions}/update`,
        body: { ...reference, ...(random.chance(0.8) && { description: random.pick(['d', '']) }) },
      }),
    ],
    [
      2,
      () => ({
        method: 'POST',
        path: `${versions}/transition-stage`,
        body: {
          ...reference,
          stage: stageOf(world),
          ...(random.chance(0.7) && { archive_existing_versions: random.chance(0.5) }),
        },
      }),
    ],
    [0.7, () => ({ method: 'DELETE', path: `${versions}/delete`, body: reference })],
    [
      1,
      () => ({
        method: 'POST',
        path: `${versions}/set-tag`,
        body: { ...reference, key: keyOf(random), value: textOf(random) },
      }),
    ],
    [0.7, () => ({ method: 'DELETE', path: `${versions}/delete-tag`, body: { ...reference, key: keyOf(random) } })],
    [1, () => ({ method: 'GET', path: `${versions}/get-download-uri`, query: reference })],
  ])
}

export function searchRegistry(world: World): Call {
  const { random, prefix } = world
  const isModels = random.chance(0.5)
  const searchable = isModels ? searchables.registeredModels : searchables.modelVersions
  const filter = filterOf(random, searchable)
  const mine = `name LIKE '${prefix}%'`
  const tokenName = `token:${world.made++}`
  return {
    method: 'GET',
    path: `${isModels ? models : versions}/search`,
    query: {
      filter: filter === '' ? mine : `${mine} AND ${filter}`,
      ...(random.chance(0.7) && { max_results: random.pick([1, 2, 100, 1000, 1001, 0, -1, 200001]) }),
      order_by: ordersOf(random, searchable),
    },
    tokenName,
  }
}
