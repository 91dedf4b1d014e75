import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openSqlite } from '../../test/database.test-support.ts'
import type { ModelRegistry } from './model-registry.ts'
import { modelStages, type ModelStage, type ModelTransition } from './registered-model.ts'
import { by, openRegistry } from './registry.test-support.ts'

/** What a registry is, in its simplest form: the real one must agree with it after any sequence of changes. */
interface SimpleModel {
  lastVersion: number
  versions: Map<number, { stage: ModelStage; tag?: string }>
  aliases: Map<string, number>
}

interface Step {
  readonly says: string
  /** Changes the simple registry and says whether the real one must accept. */
  expect(simple: Map<string, SimpleModel>): boolean
  perform(registry: ModelRegistry): Promise<unknown>
}

const name = fc.constantFrom('a', 'b', 'c')
const alias = fc.constantFrom('champion', 'challenger')
const version = fc.integer({ min: 1, max: 5 })

function step(says: string, parts: Omit<Step, 'says'>): Step {
  return { says, ...parts }
}

const createModel = name.map((name) =>
  step(`create ${name}`, {
    expect(simple) {
      if (simple.has(name)) return false
      simple.set(name, { lastVersion: 0, versions: new Map(), aliases: new Map() })
      return true
    },
    perform: (registry) => registry.models.create({ name, by }),
  }),
)
const deleteModel = name.map((name) =>
  step(`delete ${name}`, {
    expect: (simple) => simple.delete(name),
    perform: (registry) => registry.models.delete({ name, by }),
  }),
)
const renameModel = fc.tuple(name, name).map(([name, newName]) =>
  step(`rename ${name} to ${newName}`, {
    expect(simple) {
      const model = simple.get(name)
      if (model === undefined || (name !== newName && simple.has(newName))) return false
      simple.delete(name)
      simple.set(newName, model)
      return true
    },
    perform: (registry) => registry.models.rename({ name, newName, by }),
  }),
)
const createVersion = name.map((name) =>
  step(`create a version of ${name}`, {
    expect(simple) {
      const model = simple.get(name)
      if (model === undefined) return false
      model.versions.set(++model.lastVersion, { stage: 'None' })
      return true
    },
    perform: (registry) => registry.versions.create({ name, source: 's3://bucket/model', by }),
  }),
)
const deleteVersion = fc.tuple(name, version).map(([name, version]) =>
  step(`delete ${name}/${version}`, {
    expect(simple) {
      const model = simple.get(name)
      if (model?.versions.delete(version) !== true) return false
      for (const [alias, at] of model.aliases) if (at === version) model.aliases.delete(alias)
      return true
    },
    perform: (registry) => registry.versions.delete({ name, version, by }),
  }),
)
const setAlias = fc
  .tuple(name, alias, version, fc.option(fc.oneof(version, fc.constant('unset' as const)), { nil: undefined }))
  .map(([name, alias, version, expected]) =>
    step(`set ${name}@${alias} to ${version}, expecting ${expected}`, {
      expect(simple) {
        const model = simple.get(name)
        if (model?.versions.has(version) !== true) return false
        if (expected !== undefined && expected !== (model.aliases.get(alias) ?? 'unset')) return false
        model.aliases.set(alias, version)
        return true
      },
      perform: (registry) =>
        registry.aliases.set({
          name,
          alias,
          version,
          by,
          ...(expected !== undefined && { expectedVersion: expected }),
        }),
    }),
  )
const deleteAlias = fc.tuple(name, alias).map(([name, alias]) =>
  step(`delete ${name}@${alias}`, {
    expect(simple) {
      simple.get(name)?.aliases.delete(alias)
      return simple.has(name)
    },
    perform: (registry) => registry.aliases.delete({ name, alias, by }),
  }),
)
const changeStage = fc
  .tuple(name, version, fc.constantFrom(...modelStages), fc.boolean())
  .map(([name, version, stage, archiveExisting]) =>
    step(`move ${name}/${version} to ${stage}${archiveExisting ? ', archiving' : ''}`, {
      expect(simple) {
        const versions = simple.get(name)?.versions
        const moved = versions?.get(version)
        const isActive = stage === 'Staging' || stage === 'Production'
        if (versions === undefined || moved === undefined || (archiveExisting && !isActive)) return false
        if (archiveExisting) for (const other of versions.values()) if (other.stage === stage) other.stage = 'Archived'
        moved.stage = stage
        return true
      },
      perform: (registry) => registry.versions.changeStage({ name, version, stage, archiveExisting, by }),
    }),
  )
const setTag = fc.tuple(name, version, fc.constantFrom('x', 'y')).map(([name, version, value]) =>
  step(`tag ${name}/${version} ${value}`, {
    expect(simple) {
      const found = simple.get(name)?.versions.get(version)
      if (found !== undefined) found.tag = value
      return found !== undefined
    },
    perform: (registry) => registry.versions.setTag({ name, version, key: 't', value, by }),
  }),
)

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: createModel },
    { weight: 5, arbitrary: createVersion },
    { weight: 4, arbitrary: setAlias },
    { weight: 3, arbitrary: changeStage },
    deleteModel,
    renameModel,
    deleteVersion,
    deleteAlias,
    setTag,
  ),
  { minLength: 1, maxLength: 30 },
)

test('after any sequence of changes the registry is what a simple one would be', async (t) => {
  const database = await openSqlite(t)
  const { registry } = openRegistry(database)
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const simple = new Map<string, SimpleModel>()
      for (const { items } of [await registry.models.search({})])
        for (const model of items) await registry.models.delete({ name: model.name, by })
      for (const { says, expect, perform } of sequence) {
        const shouldSucceed = expect(simple)
        const outcome = await perform(registry).then(
          () => true,
          () => false,
        )
        assert.equal(outcome, shouldSucceed, says)
      }
      await assertSame(registry, simple)
    }),
    { numRuns: 40 },
  )
})

async function assertSame(registry: ModelRegistry, simple: ReadonlyMap<string, SimpleModel>): Promise<void> {
  const { items } = await registry.models.search({})
  assert.deepEqual(
    items.map((model) => model.name),
    [...simple.keys()].sort(),
  )
  for (const model of items) {
    const expected = simple.get(model.name)!
    const versions = (await registry.versions.search({ filter: `name = '${model.name}'` })).items
    assert.deepEqual(
      versions.map(({ version, stage, tags }) => [version, stage, tags['t']]).sort(),
      [...expected.versions].map(([version, { stage, tag }]) => [version, stage, tag]).sort(),
    )
    assert.deepEqual(Object.entries(model.aliases).sort(), [...expected.aliases].sort())
    assert.deepEqual(
      newestByStage(model.latestVersions),
      newestByStage([...expected.versions].map(([version, { stage }]) => ({ version, stage }))),
    )
    assert.deepEqual(
      replayed((await registry.models.transitions(model.name)).items),
      Object.fromEntries(expected.aliases),
    )
  }
}

function newestByStage(versions: readonly { readonly version: number; readonly stage: string }[]) {
  const newest: Record<string, number> = {}
  for (const { version, stage } of versions) newest[stage] = Math.max(version, newest[stage] ?? 0)
  return newest
}

/** The aliases as their history tells them. */
function replayed(transitions: readonly ModelTransition[]): Readonly<Record<string, number>> {
  const aliases: Record<string, number> = {}
  for (const move of [...transitions].reverse()) {
    if (move.kind !== 'alias') continue
    assert.equal(move.fromVersion, aliases[move.alias], 'each move begins where the last one ended')
    if (move.toVersion === undefined) delete aliases[move.alias]
    else aliases[move.alias] = move.toVersion
  }
  return aliases
}
