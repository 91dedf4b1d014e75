import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import type { JobName } from '../base/ids.ts'
import { by, openRegistry, refusing } from './registry.test-support.ts'

databaseTest('an alias stands for one version, and moving it keeps who, when, from and to', async (database) => {
  const { registry, model, turnClock, events } = openRegistry(database)
  await model('m', 2)
  const job = { kind: 'job', name: 'brave_otter_x' as JobName } as const
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  turnClock(5)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 2, by: job })
  await registry.aliases.set({ name: 'm', alias: 'second', version: 2, by })
  assert.deepEqual((await registry.models.get('m')).aliases, { champion: 2, second: 2 })
  assert.deepEqual((await registry.versions.get({ name: 'm', version: 2 })).aliases, ['champion', 'second'])
  assert.deepEqual((await registry.versions.get({ name: 'm', version: 1 })).aliases, [])
  assert.equal((await registry.aliases.get('m', 'champion'))?.version, 2)
  const at = 1_800_000_000_000
  assert.deepEqual((await registry.models.transitions('m')).items, [
    { kind: 'alias', alias: 'second', toVersion: 2, by: 'local', atMs: at + 5 },
    { kind: 'alias', alias: 'champion', fromVersion: 1, toVersion: 2, by: 'job:brave_otter_x', atMs: at + 5 },
    { kind: 'alias', alias: 'champion', toVersion: 1, by: 'local', atMs: at },
  ])
  assert.ok(
    (await events()).includes(
      'model.alias.set m {"alias":"champion","from_version":"1","version":"2","by":"job:brave_otter_x"}',
    ),
  )
})

databaseTest('setting an alias where it already is changes nothing', async (database) => {
  const { registry, model, events } = openRegistry(database)
  await model('m', 1)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  const before = await events()
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  assert.deepEqual(await events(), before)
})

databaseTest('aliases differ by case, and deleting one that is not set does nothing', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 2)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  await registry.aliases.set({ name: 'm', alias: 'Champion', version: 2, by })
  await registry.aliases.delete({ name: 'm', alias: 'nope', by })
  await registry.aliases.delete({ name: 'm', alias: 'champion', by })
  assert.deepEqual((await registry.models.get('m')).aliases, { Champion: 2 })
  assert.equal(await registry.aliases.get('m', 'champion'), undefined)
  assert.deepEqual((await registry.models.transitions('m')).items[0], {
    kind: 'alias',
    alias: 'champion',
    fromVersion: 1,
    by: 'local',
    atMs: 1_800_000_000_000,
  })
})

databaseTest('names that cannot be an alias are refused in the words of MLflow', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 1)
  const set = (alias: string, name = 'm', version = 1) => registry.aliases.set({ name, alias, version, by })
  const refused = [
    ['', 'Registered model alias name cannot be empty.'],
    [
      'bad name',
      "Invalid alias name: 'bad name'. Names may only contain alphanumerics, underscores (_), and dashes (-).",
    ],
    ['latest', "'latest' alias name (case insensitive) is reserved."],
    ['LaTest', "'latest' alias name (case insensitive) is reserved."],
    ['v12', "Version alias name 'v12' is reserved."],
    ['V1', "Version alias name 'V1' is reserved."],
    ['a'.repeat(256), "'Registered model alias name' exceeds the maximum length of 255 characters"],
  ] as const
  for (const [alias, message] of refused) await assert.rejects(set(alias), { status: 400, message }, alias)
  for (const alias of ['v1a', 'é', '-', 'a'.repeat(255)]) await set(alias)
  await assert.rejects(set('x', 'm', 99), { message: 'Model Version (name=m, version=99) not found' })
  await assert.rejects(set('x', 'nope'), { message: 'Model Version (name=nope, version=1) not found' })
  await assert.rejects(registry.aliases.delete({ name: 'm', alias: 'bad name', by }), { code: 'invalid-request' })
  await assert.rejects(registry.aliases.delete({ name: 'nope', alias: 'x', by }), { code: 'not-found' })
})

databaseTest('`latest` is always the newest version', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 2)
  await registry.versions.changeStage({ name: 'm', version: 2, stage: 'Archived', by })
  assert.equal((await registry.aliases.get('m', 'Latest'))?.version, 2)
  await registry.versions.delete({ name: 'm', version: 2, by })
  assert.equal((await registry.aliases.get('m', 'latest'))?.version, 1)
  await registry.versions.delete({ name: 'm', version: 1, by })
  await assert.rejects(registry.aliases.get('m', 'latest'), { message: 'Latest version not found for model m.' })
  await assert.rejects(registry.aliases.get('nope', 'x'), { message: 'Registered Model with name=nope not found' })
  await assert.rejects(registry.aliases.get('m', 'bad name'), { code: 'invalid-request' })
})

databaseTest('a move that expects another version is a conflict that names both', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 3)
  const move = (version: number, expectedVersion: number | 'unset') =>
    registry.aliases.set({ name: 'm', alias: 'champion', version, expectedVersion, by })
  await assert.rejects(move(1, 2), {
    code: 'conflict',
    message: 'The alias "champion" of model "m" is not set; version 2 was expected.',
  })
  await move(1, 'unset')
  await assert.rejects(move(2, 'unset'), {
    code: 'conflict',
    message: 'The alias "champion" of model "m" stands for version 1; it was expected not to be set.',
  })
  await move(2, 1)
  await assert.rejects(move(3, 1), { message: /stands for version 2; version 1 was expected/ })
  await assert.rejects(registry.aliases.delete({ name: 'm', alias: 'champion', expectedVersion: 1, by }), {
    code: 'conflict',
  })
  assert.deepEqual((await registry.models.get('m')).aliases, { champion: 2 })
})

databaseTest('of many who move an alias from the same version at once, one wins', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 10)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  const moves = await Promise.allSettled(
    [2, 3, 4, 5, 6, 7, 8, 9, 10].map((version) =>
      registry.aliases.set({ name: 'm', alias: 'champion', version, expectedVersion: 1, by }),
    ),
  )
  const won = moves.flatMap((move, index) => (move.status === 'fulfilled' ? [index + 2] : []))
  assert.equal(won.length, 1)
  assert.deepEqual((await registry.models.get('m')).aliases, { champion: won[0] })
  assert.equal((await registry.models.transitions('m')).items.length, 2)
})

databaseTest('a refused move leaves the alias, its history and the events as they were', async (database) => {
  const policy = refusing((change) => change.kind === 'move-alias' && change.fromVersion !== undefined)
  const { registry, model, events } = openRegistry(database, policy)
  await model('m', 2)
  await registry.aliases.set({ name: 'm', alias: 'champion', version: 1, by })
  const before = [await events(), (await registry.models.transitions('m')).items]
  const refused = { code: 'permission-denied', message: 'The gate "four eyes" refuses to move-alias.' }
  await assert.rejects(registry.aliases.set({ name: 'm', alias: 'champion', version: 2, by }), refused)
  await assert.rejects(registry.aliases.delete({ name: 'm', alias: 'champion', by }), refused)
  await assert.rejects(registry.versions.delete({ name: 'm', version: 1, by }), refused)
  assert.deepEqual([await events(), (await registry.models.transitions('m')).items], before)
  assert.equal((await registry.aliases.get('m', 'champion'))?.version, 1)
})

databaseTest('the moves of a model come by pages, the newest first, each once', async (database) => {
  const { registry, model } = openRegistry(database)
  await model('m', 1)
  for (const alias of ['a', 'b', 'c']) await registry.aliases.set({ name: 'm', alias, version: 1, by })
  const aliases: string[] = []
  let pageToken: string | undefined
  do {
    const page = await registry.models.transitions('m', {
      maxResults: 2,
      ...(pageToken !== undefined && { pageToken }),
    })
    aliases.push(...page.items.map((move) => (move.kind === 'alias' ? move.alias : move.kind)))
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  assert.deepEqual(aliases, ['c', 'b', 'a'])
  await assert.rejects(registry.models.transitions('m', { maxResults: 1001 }), { code: 'invalid-request' })
  await assert.rejects(registry.models.transitions('m', { pageToken: 'x' }), { code: 'invalid-request' })
})
