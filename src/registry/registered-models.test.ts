import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { by, openRegistry, refusing } from './registry.test-support.ts'
import { tagOf } from './registered-model.ts'

databaseTest('a model is created with its description and tags, and read back the same', async (database) => {
  const { registry, events } = openRegistry(database)
  const tags = { team: 'heart', 'with space': '', __proto__x: '1' }
  const made = await registry.models.create({ name: 'diabetes é 😀', description: 'Ridge', tags, by })
  assert.deepEqual(made, {
    name: 'diabetes é 😀',
    description: 'Ridge',
    createdMs: 1_800_000_000_000,
    updatedMs: 1_800_000_000_000,
    tags,
    aliases: {},
    latestVersions: [],
  })
  assert.deepEqual(await registry.models.get('diabetes é 😀'), made)
  assert.deepEqual(await events(), ['model.created diabetes é 😀 {"by":"local"}'])
})

databaseTest('a name that is taken says by what, and leaves the first model alone', async (database) => {
  const { registry } = openRegistry(database)
  const prompt = { 'mlflow.prompt.is_prompt': 'true' }
  await registry.models.create({ name: 'a', description: 'first', by })
  await registry.models.create({ name: 'p', tags: prompt, by })
  const attempts = [
    [{ name: 'a' }, 'Registered Model (name=a) already exists.'],
    [{ name: 'p', tags: prompt }, 'Prompt (name=p) already exists.'],
    [
      { name: 'p' },
      /create a registered model with name 'p', but the name is already taken by a prompt\. MLflow does not/,
    ],
    [{ name: 'a', tags: prompt }, /create a prompt with name 'a', but the name is already taken by a registered model/],
  ] as const
  for (const [model, message] of attempts)
    await assert.rejects(registry.models.create({ ...model, by }), { code: 'already-exists', message })
  assert.equal((await registry.models.get('a')).description, 'first')
})

databaseTest('names that cannot be a model are refused in the words of MLflow', async (database) => {
  const { registry } = openRegistry(database)
  const refused = [
    ['', "Missing value for required parameter 'name'."],
    [' \t', "Missing value for required parameter 'name'."],
    ['a/b', "Invalid model name 'a/b'. Names cannot contain '/' or ':'."],
    ['a:b', "Invalid model name 'a:b'. Names cannot contain '/' or ':'."],
    ['..', /^Invalid value "\.\." for parameter 'name' supplied: Names may be treated as files/],
    ['.', /would resolve to '\.'$/],
    ['x'.repeat(257), "'name' exceeds the maximum length of 256 characters"],
    ['a\0b', /U\+0000/],
  ] as const
  for (const [name, message] of refused)
    await assert.rejects(registry.models.create({ name, by }), { status: 400, message }, JSON.stringify(name))
  await registry.models.create({ name: '😀'.repeat(256), by })
})

databaseTest('tags that cannot be stored refuse the whole model', async (database) => {
  const { registry } = openRegistry(database)
  const refused = [
    [{ a$: 'x' }, /^Invalid value "a\$" for parameter 'key' supplied: Names may only contain alphanumerics/],
    [{ 'a/../b': 'x' }, /would resolve to 'b'/],
    [{ '/a': 'x' }, /would resolve to '\/a'/],
    [{ '': 'x' }, /would resolve to '\.'/],
    [{ ['k'.repeat(251)]: 'x' }, "'key' exceeds the maximum length of 250 characters"],
    [{ k: 'v'.repeat(100_001) }, "'value' exceeds the maximum length of 100000 characters"],
  ] as const
  for (const [tags, message] of refused)
    await assert.rejects(registry.models.create({ name: 'm', tags: { good: '1', ...tags }, by }), { message })
  await assert.rejects(registry.models.get('m'), {
    code: 'not-found',
    message: 'Registered Model with name=m not found',
  })
  await registry.models.create({ name: 'm', tags: { 'ok: a-b_c.d/e é': 'v'.repeat(100_000) }, by })
})

databaseTest('a description is set and removed, and the change is dated', async (database) => {
  const { registry, turnClock } = openRegistry(database)
  await registry.models.create({ name: 'm', by })
  turnClock(5)
  const described = await registry.models.update({ name: 'm', description: 'new', by })
  assert.deepEqual([described.description, described.updatedMs - described.createdMs], ['new', 5])
  assert.ok(!('description' in (await registry.models.update({ name: 'm', by }))))
  await assert.rejects(registry.models.update({ name: 'nope', by }), { code: 'not-found' })
})

databaseTest('tags are overwritten, and deleting one that is not there does nothing', async (database) => {
  const { registry } = openRegistry(database)
  await registry.models.create({ name: 'm', tags: { a: '1', b: '2' }, by })
  await registry.models.setTag({ name: 'm', key: 'a', value: '3', by })
  await registry.models.deleteTag({ name: 'm', key: 'b', by })
  await registry.models.deleteTag({ name: 'm', key: 'nope', by })
  assert.deepEqual((await registry.models.get('m')).tags, { a: '3' })
  await assert.rejects(registry.models.setTag({ name: 'nope', key: 'a', value: '3', by }), { code: 'not-found' })
  await assert.rejects(registry.models.deleteTag({ name: 'nope', key: 'a', by }), { code: 'not-found' })
})

databaseTest('a tag named like what objects inherit is a tag like any other', async (database) => {
  const { registry } = openRegistry(database)
  await registry.models.create({ name: 'm', by })
  await registry.models.setTag({ name: 'm', key: '__proto__', value: 'x', by })
  const { tags } = await registry.models.get('m')
  assert.deepEqual(Object.entries(tags), [['__proto__', 'x']])
  assert.equal(tagOf(tags, '__proto__'), 'x')
  assert.equal(tagOf(tags, 'constructor'), undefined)
})

databaseTest('a rename takes versions, tags, aliases and history along', async (database) => {
  const { registry, model, turnClock, events } = openRegistry(database)
  await model('old', 2)
  await registry.models.setTag({ name: 'old', key: 't', value: '1', by })
  await registry.aliases.set({ name: 'old', alias: 'champion', version: 2, by })
  turnClock(5)
  const renamed = await registry.models.rename({ name: 'old', newName: 'new', by })
  assert.deepEqual([renamed.name, renamed.tags, renamed.aliases], ['new', { t: '1' }, { champion: 2 }])
  const moved = await registry.versions.get({ name: 'new', version: 2 })
  assert.deepEqual([moved.name, moved.aliases, moved.updatedMs - moved.createdMs], ['new', ['champion'], 5])
  assert.equal((await registry.models.transitions('new')).items.length, 1)
  await assert.rejects(registry.models.get('old'), { code: 'not-found' })
  assert.equal((await events()).at(-1), 'model.renamed old {"new_name":"new","by":"local"}')
  const next = await registry.versions.create({ name: 'new', source: 's3://m', by })
  assert.equal(next.version, 3)
})

databaseTest('a rename onto another model is refused, onto itself it changes nothing', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('a', 1)
  await model('b', 0)
  await assert.rejects(registry.models.rename({ name: 'a', newName: 'b', by }), {
    code: 'already-exists',
    message: 'Registered Model (name=b) already exists.',
  })
  await assert.rejects(registry.models.rename({ name: 'a', newName: ' ', by }), {
    message: "Missing value for required parameter 'new_name'.",
  })
  await assert.rejects(registry.models.rename({ name: 'nope', newName: 'c', by }), { code: 'not-found' })
  assert.equal((await registry.models.rename({ name: 'a', newName: 'a', by })).name, 'a')
})

databaseTest('a deleted model is gone with all it had, and its name starts anew', async (database) => {
  const { registry, model, events } = openRegistry(database)
  await model('m', 3)
  await registry.models.setTag({ name: 'm', key: 't', value: '1', by })
  await registry.versions.setTag({ name: 'm', version: 3, key: 't', value: '1', by })
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 3, by })
  await registry.models.delete({ name: 'm', by })
  await assert.rejects(registry.models.get('m'), { code: 'not-found' })
  await assert.rejects(registry.models.delete({ name: 'm', by }), { code: 'not-found' })
  assert.deepEqual((await events()).slice(-2), [
    'model.alias.deleted m {"alias":"champion","from_version":"3","by":"local"}',
    'model.deleted m {"by":"local"}',
  ])
  await model('m', 1)
  const anew = await registry.models.get('m')
  assert.deepEqual([anew.tags, anew.aliases, anew.latestVersions.map((version) => version.version)], [{}, {}, [1]])
  assert.deepEqual((await registry.models.transitions('m')).items, [])
})

databaseTest('models are found by a tag and its value', async (database) => {
  const { registry } = openRegistry(database)
  for (const [name, team] of [
    ['b', 'x'],
    ['a', 'x'],
    ['c', 'y'],
  ] as const)
    await registry.models.create({ name, tags: { team }, by })
  const found = await registry.models.tagged('team', 'x')
  assert.deepEqual(
    found.map((model) => model.name),
    ['a', 'b'],
  )
  assert.deepEqual(await registry.models.tagged('team', 'X'), [])
})

databaseTest('the gate can refuse a rename and a deletion, and then nothing changed', async (database) => {
  const policy = refusing((change) => change.kind === 'rename-model' || change.kind === 'delete-model')
  const { registry, model } = openRegistry(database, policy)
  await model('m', 1)
  const before = await registry.models.get('m')
  const refused = { code: 'permission-denied', message: /The gate "four eyes" refuses to/, hint: 'Ask for a release.' }
  await assert.rejects(registry.models.rename({ name: 'm', newName: 'n', by }), refused)
  await assert.rejects(registry.models.delete({ name: 'm', by }), refused)
  assert.deepEqual(await registry.models.get('m'), before)
})
