import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { modelRegistry } from './model-registry.ts'
import { allowAllChanges } from './change-policy.ts'
import { by, logged, loggedUri, openRegistry, refusing, run, runUri } from './registry.test-support.ts'

databaseTest('a version is the next number, ready and in no stage', async (database) => {
  const { registry, events } = openRegistry(database)
  await registry.models.create({ name: 'm', by })
  const wanted = { name: 'm', source: `${runUri}/model`, runId: run, runLink: 'http://x', description: 'd' }
  const made = await registry.versions.create({ ...wanted, tags: { k: 'v' }, by })
  assert.deepEqual(made, {
    name: 'm',
    version: 1,
    stage: 'None',
    source: `${runUri}/model`,
    storageLocation: `${runUri}/model`,
    runId: run,
    runLink: 'http://x',
    description: 'd',
    createdBy: 'local',
    createdMs: 1_800_000_000_000,
    updatedMs: 1_800_000_000_000,
    tags: { k: 'v' },
    aliases: [],
  })
  assert.deepEqual(await registry.versions.get({ name: 'm', version: 1 }), made)
  assert.equal(
    (await events()).at(-1),
    `model.version.created m {"version":"1","source":"${runUri}/model","run_id":"${run}","by":"local"}`,
  )
})

databaseTest('numbers are never given twice, whichever versions are deleted', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 3)
  for (const version of [3, 1, 2]) await registry.versions.delete({ name: 'm', version, by })
  const next = await registry.versions.create({ name: 'm', source: 's3://m', by })
  assert.equal(next.version, 4)
})

databaseTest('versions created at once get numbers of their own', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 0)
  const made = await Promise.all(
    Array.from({ length: 40 }, () => registry.versions.create({ name: 'm', source: 's3://m', by })),
  )
  assert.deepEqual(
    made.map((version) => version.version).sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, index) => index + 1),
  )
})

databaseTest(
  'a version needs its model, a good source and good tags, and takes no number without',
  async (database) => {
    const { registry, model } = openRegistry(database)
    await model('m', 0)
    const create = (wanted: object) => registry.versions.create({ name: 'm', source: 's3://m', by, ...wanted })
    await assert.rejects(create({ name: 'nope' }), { message: 'Registered Model with name=nope not found' })
    await assert.rejects(create({ source: '/etc/passwd' }), { code: 'invalid-request' })
    await assert.rejects(create({ tags: { a$: '1' } }), { code: 'invalid-request' })
    assert.equal((await create({})).version, 1)
  },
)

databaseTest('a logged model becomes a version at its own place, with its run, and is told', async (database) => {
  const { registry, model, noted } = openRegistry(database)
  await model('m', 0)
  const made = await registry.versions.create({ name: 'm', source: `models:/${logged}`, loggedModelId: logged, by })
  assert.deepEqual(
    [made.source, made.storageLocation, made.runId, made.loggedModelId],
    [`models:/${logged}`, loggedUri, run, logged],
  )
  assert.deepEqual(noted, [`${logged}: m/1`])
  const unknown = `m-${'0'.repeat(32)}`
  await assert.rejects(
    registry.versions.create({ name: 'm', source: `models:/${unknown}`, loggedModelId: unknown, by }),
    {
      code: 'not-found',
      message: `Logged model with ID '${unknown}' not found.`,
    },
  )
})

databaseTest('a version copied from another is pinned to it and inherits its run and place', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('dev', 0)
  await model('prod', 0)
  await registry.versions.create({ name: 'dev', source: `${runUri}/model`, runId: run, by })
  await registry.aliases.set({ name: 'dev', alias: 'best', version: 1, by })
  await registry.versions.changeStage({ name: 'dev', version: 1, stage: 'Staging', by })
  for (const source of ['models:/dev/1', 'models:/dev@best', 'models:/dev/latest', 'models:/dev/staging']) {
    const copy = await registry.versions.create({ name: 'prod', source, by })
    assert.deepEqual([copy.source, copy.storageLocation, copy.runId], ['models:/dev/1', `${runUri}/model`, run], source)
  }
  const again = await registry.versions.create({ name: 'prod', source: 'models:/prod/1', runId: run, by })
  assert.equal(again.storageLocation, `${runUri}/model`)
})

databaseTest('a source that names no version of a model, or not its run, is refused', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 1)
  await registry.models.create({ name: 'p', tags: { 'mlflow.prompt.is_prompt': 'true' }, by })
  const refused = [
    [{ source: 'models:/m/9' }, 'not-found', 'Model Version (name=m, version=9) not found'],
    [{ source: 'models:/nope/1' }, 'not-found', 'Registered Model with name=nope not found'],
    [{ source: 'models:/m@nope' }, 'not-found', 'Registered model alias nope not found.'],
    [{ source: 'models:/m/Production' }, 'not-found', /No versions of model with name 'm' and stage 'Production'/],
    [{ source: 'models:/m/bogus' }, 'invalid-request', /Invalid Model Version stage: bogus/],
    [{ source: 'models://host/m/1' }, 'invalid-request', /must use the active model registry/],
    [{ source: 'models:/m/1/2' }, 'invalid-request', /The model_id request parameter must identify/],
    [{ source: 'models:/m/1', runId: run }, 'invalid-request', /must match the referenced model version/],
    [{ source: 'models:/p/1' }, 'invalid-request', /Prompt versions cannot be used as model version sources/],
  ] as const
  for (const [wanted, code, message] of refused)
    await assert.rejects(registry.versions.create({ name: 'm', by, ...wanted }), { code, message }, wanted.source)
})

databaseTest('a prompt version has a placeholder for a source and nothing else', async (database) => {
  const { registry } = openRegistry(database)
  const tags = { 'mlflow.prompt.is_prompt': 'true', 'mlflow.prompt.text': 'Hi {{name}}' }
  await registry.models.create({ name: 'p', tags: { 'mlflow.prompt.is_prompt': 'true' }, by })
  assert.equal((await registry.versions.create({ name: 'p', source: 'dummy-source', tags, by })).version, 1)
  await assert.rejects(registry.versions.create({ name: 'p', source: 's3://x', tags, by }), {
    message: "Invalid prompt source: 's3://x'. Prompt sources must use an MLflow placeholder.",
  })
  await assert.rejects(
    registry.versions.create({
      name: 'p',
      source: 'dummy-source',
      tags: { ...tags, 'mlflow.prompt.text': 'x'.repeat(100_001) },
      by,
    }),
    { message: 'Prompt text exceeds max length of 100000 characters.' },
  )
})

databaseTest('description and tags of a version change, and a missing version is named', async (database) => {
  const { registry, model, turnClock } = openRegistry(database)
  await model('m', 1)
  const first = { name: 'm', version: 1, by }
  turnClock(5)
  const described = await registry.versions.update({ ...first, description: 'hello' })
  assert.deepEqual([described.description, described.updatedMs - described.createdMs], ['hello', 5])
  assert.ok(!('description' in (await registry.versions.update(first))))
  await registry.versions.setTag({ ...first, key: 'a', value: '1' })
  await registry.versions.setTag({ ...first, key: 'b', value: '2' })
  await registry.versions.setTag({ ...first, key: 'a', value: '3' })
  await registry.versions.deleteTag({ ...first, key: 'b' })
  await registry.versions.deleteTag({ ...first, key: 'nope' })
  assert.deepEqual((await registry.versions.get(first)).tags, { a: '3' })
  const missing = { name: 'm', version: 99, by }
  const message = 'Model Version (name=m, version=99) not found'
  await assert.rejects(registry.versions.get(missing), { code: 'not-found', message })
  await assert.rejects(registry.versions.update(missing), { message })
  await assert.rejects(registry.versions.delete(missing), { message })
  await assert.rejects(registry.versions.setTag({ ...missing, key: 'a', value: '' }), { message })
  await assert.rejects(registry.versions.deleteTag({ ...missing, key: 'a' }), { message })
  await assert.rejects(registry.versions.changeStage({ ...missing, stage: 'Staging' }), { message })
  await assert.rejects(registry.versions.get({ name: 'nope', version: 1 }), {
    message: /name=nope, version=1\) not found/,
  })
})

databaseTest('a stage is set in any case, and the others of that stage are archived on demand', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 4)
  const to = (version: number, stage: string, archiveExisting?: boolean) =>
    registry.versions.changeStage({
      name: 'm',
      version,
      stage,
      by,
      ...(archiveExisting !== undefined && { archiveExisting }),
    })
  await to(1, 'production')
  await to(2, 'PRODUCTION')
  await to(4, 'Staging')
  assert.equal((await to(3, 'Production', true)).stage, 'Production')
  const stages = await Promise.all([1, 2, 3, 4].map((version) => registry.versions.get({ name: 'm', version })))
  assert.deepEqual(
    stages.map((version) => version.stage),
    ['Archived', 'Archived', 'Production', 'Staging'],
  )
  assert.deepEqual(
    (await registry.models.transitions('m')).items.slice(0, 3).map((move) => ({ ...move, atMs: 0 })),
    [
      { kind: 'stage', version: 3, fromStage: 'None', toStage: 'Production', by: 'local', atMs: 0 },
      { kind: 'stage', version: 2, fromStage: 'Production', toStage: 'Archived', by: 'local', atMs: 0 },
      { kind: 'stage', version: 1, fromStage: 'Production', toStage: 'Archived', by: 'local', atMs: 0 },
    ],
  )
})

databaseTest(
  'a stage that does not exist, or has nothing to archive, is refused before anything moves',
  async (database) => {
    const { registry, model } = openRegistry(database)
    await model('m', 1)
    const first = { name: 'm', version: 1, by }
    await assert.rejects(registry.versions.changeStage({ ...first, stage: 'bogus' }), {
      message: 'Invalid Model Version stage: bogus. Value must be one of None, Staging, Production, Archived.',
    })
    for (const stage of ['Archived', 'none'])
      await assert.rejects(registry.versions.changeStage({ ...first, stage, archiveExisting: true }), {
        code: 'invalid-request',
        message: new RegExp(`'${stage}' is not an Active stage\\. Valid stages are \\['Staging', 'Production'\\]`),
      })
    assert.equal((await registry.versions.get(first)).stage, 'None')
  },
)

databaseTest('the newest version of each stage is what a model shows and `latest` gives', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 5)
  for (const [version, stage] of [
    [1, 'Production'],
    [3, 'Production'],
    [4, 'Archived'],
  ] as const)
    await registry.versions.changeStage({ name: 'm', version, stage, by })
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 3, by })
  const shown = (versions: readonly { version: number; stage: string; aliases: readonly string[] }[]) =>
    versions.map(({ version, stage, aliases }) => `${version} ${stage} ${aliases.join()}`)
  const all = ['3 Production champion', '4 Archived ', '5 None ']
  assert.deepEqual(shown((await registry.models.get('m')).latestVersions), all)
  assert.deepEqual(shown(await registry.versions.latest('m')), all)
  assert.deepEqual(shown(await registry.versions.latest('m', ['staging', 'PRODUCTION'])), ['3 Production champion'])
  await assert.rejects(registry.versions.latest('m', ['bogus']), { code: 'invalid-request' })
  await assert.rejects(registry.versions.latest('nope'), { code: 'not-found' })
})

databaseTest('deleting a version drops its aliases and says so in the history', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 2)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  await registry.aliases.set({ name: 'm', alias: 'other', version: 2, by })
  await registry.versions.delete({ name: 'm', version: 1, by })
  assert.deepEqual((await registry.models.get('m')).aliases, { other: 2 })
  const [newest] = (await registry.models.transitions('m')).items
  assert.deepEqual(newest, { kind: 'alias', alias: 'champion', fromVersion: 1, by: 'local', atMs: 1_800_000_000_000 })
})

databaseTest('versions are found by a tag and its value', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('a', 2)
  await model('b', 1)
  for (const [name, version] of [
    ['a', 1],
    ['a', 2],
    ['b', 1],
  ] as const)
    await registry.versions.setTag({ name, version, key: 'job', value: 'j1', by })
  const found = async (tag: { key: string; value: string; name?: string }) =>
    (await registry.versions.tagged(tag)).map(({ name, version }) => `${name}/${version}`)
  assert.deepEqual(await found({ key: 'job', value: 'j1' }), ['a/2', 'a/1', 'b/1'])
  assert.deepEqual(await found({ key: 'job', value: 'j1', name: 'b' }), ['b/1'])
  assert.deepEqual(await found({ key: 'job', value: 'j2' }), [])
})

databaseTest(
  'the gate is asked of every change that decides what is used, inside its transaction',
  async (database) => {
    const policy = refusing(() => false)
    const { registry, model } = openRegistry(database, policy)
    await model('m', 2)
    await registry.versions.changeStage({ name: 'm', version: 1, stage: 'Production', by })
    await registry.versions.changeStage({ name: 'm', version: 2, stage: 'Production', archiveExisting: true, by })
    await registry.versions.changeStage({ name: 'm', version: 2, stage: 'Production', by })
    await registry.aliases.set({ name: 'm', alias: 'champion', version: 2, by })
    await registry.versions.delete({ name: 'm', version: 2, by })
    assert.deepEqual(
      policy.asked.slice(2).map((change) => ({ ...change, by: undefined, model: undefined })),
      [
        { kind: 'change-stage', version: 1, fromStage: 'None', toStage: 'Production' },
        { kind: 'change-stage', version: 1, fromStage: 'Production', toStage: 'Archived' },
        { kind: 'change-stage', version: 2, fromStage: 'None', toStage: 'Production' },
        { kind: 'move-alias', alias: 'champion', toVersion: 2 },
        { kind: 'delete-version', version: 2 },
        { kind: 'move-alias', alias: 'champion', fromVersion: 2 },
      ].map((change) => ({ ...change, by: undefined, model: undefined })),
    )
    assert.deepEqual(policy.asked[0], { kind: 'create-version', model: 'm', source: 's3://models/m/1', tags: {}, by })
  },
)

databaseTest('a refused version takes no number, and a refused archive moves nobody', async (database) => {
  const policy = refusing((change) =>
    change.kind === 'create-version'
      ? change.source.includes('bad')
      : change.kind === 'change-stage' && change.version === 2,
  )
  const { registry, model, events } = openRegistry(database, policy)
  await model('m', 2)
  await registry.versions.changeStage({ name: 'm', version: 1, stage: 'Staging', by })
  const before = await events()
  await assert.rejects(registry.versions.create({ name: 'm', source: 's3://bad', by }), { code: 'permission-denied' })
  await assert.rejects(
    registry.versions.changeStage({ name: 'm', version: 2, stage: 'Staging', archiveExisting: true, by }),
    { code: 'permission-denied' },
  )
  assert.equal((await registry.versions.get({ name: 'm', version: 1 })).stage, 'Staging')
  assert.deepEqual(await events(), before)
  assert.equal((await registry.versions.create({ name: 'm', source: 's3://good', by })).version, 3)
})

databaseTest('a unit that throws half way leaves no version, no tags, no number and no event', async (database) => {
  const { registry, model, events } = openRegistry(database)
  await model('m', 1)
  const before = await events()
  const failing = modelRegistry({
    database,
    clock: { now: () => 1, after: () => () => undefined },
    policy: allowAllChanges,
    artifacts: { list: () => Promise.resolve([]), find: () => Promise.reject(new Error('unused')) },
    origins: {
      runArtifactUri: () => Promise.resolve(undefined),
      loggedModel: (id) => Promise.resolve({ id, artifactUri: loggedUri, sourceRunId: '' }),
      loggedModelOfRun: () => Promise.resolve(undefined),
      noteRegistration: () => Promise.reject(new Error('killed here')),
    },
  })
  const wanted = { name: 'm', source: `models:/${logged}`, loggedModelId: logged, tags: { a: '1' }, by }
  await assert.rejects(failing.versions.create(wanted), /killed here/)
  assert.deepEqual(await events(), before)
  await assert.rejects(registry.versions.get({ name: 'm', version: 2 }), { code: 'not-found' })
  assert.deepEqual(await registry.versions.tagged({ key: 'a', value: '1' }), [])
  assert.equal((await registry.versions.create({ name: 'm', source: 's3://m', by })).version, 2)
})
