import assert from 'node:assert/strict'
import fc from 'fast-check'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import { by, openRegistry, run } from './registry.test-support.ts'

async function openSearchLab(database: Database) {
  const lab = openRegistry(database)
  const { registry, turnClock } = lab
  for (const name of ['s1', 's2', 'S3', 's_4', 's%5', 's*6', 's[7]']) {
    turnClock(10)
    await registry.models.create({ name, tags: { team: name.toUpperCase(), 'my tag': 'q' }, by })
  }
  await registry.models.create({ name: 'plain', by })
  const prompt = { 'mlflow.prompt.is_prompt': 'true' }
  await registry.models.create({ name: 'p1', tags: { ...prompt, team: 'S1' }, by })
  await registry.versions.create({ name: 'p1', source: 'dummy-source', tags: prompt, by })
  for (const name of ['s1', 's2']) {
    for (const index of [0, 1, 2]) {
      turnClock(10)
      const runId = index === 1 ? run : ''
      const tags = { i: String(index) }
      await registry.versions.create({ name, source: `s3://${name}/${index}`, runId, tags, by })
    }
  }
  return {
    ...lab,
    models: async (filter: string) => (await registry.models.search({ filter })).items.map((model) => model.name),
    versions: async (filter: string) =>
      (await registry.versions.search({ filter })).items.map(({ name, version }) => `${name}/${version}`),
  }
}

const allModels = ['S3', 'plain', 's%5', 's*6', 's1', 's2', 's[7]', 's_4']

databaseTest('models are filtered by name and tags as MLflow does', async (database) => {
  const { models } = await openSearchLab(database)
  const table: [string, string[]][] = [
    ['', allModels],
    ["name = 's1'", ['s1']],
    ['name = "s1"', ['s1']],
    ["name != 's1'", allModels.filter((name) => name !== 's1')],
    ["name LIKE 's_'", ['s1', 's2']],
    ["name like 's%'", ['s%5', 's*6', 's1', 's2', 's[7]', 's_4']],
    ["name LIKE 'S%'", ['S3']],
    ["name LIKE 's*%'", ['s*6']],
    ["name LIKE 's[%'", ['s[7]']],
    ["name ILIKE 'S%'", ['S3', 's%5', 's*6', 's1', 's2', 's[7]', 's_4']],
    ["name IN ('s1', 'S3', 'none')", ['S3', 's1']],
    ["name NOT IN ('s1', 's2')", allModels.filter((name) => name !== 's1' && name !== 's2')],
    ["attribute.name = 's1'", ['s1']],
    ["tags.team = 'S1'", ['s1']],
    ["tag.team != 'S1'", ['S3', 's%5', 's*6', 's2', 's[7]', 's_4']],
    ["tags.`my tag` = 'q' AND name = 's1'", ['s1']],
    ["tags.\"my tag\" = 'q' and tags.team LIKE 'S_'", ['S3', 's1', 's2']],
    ["tags.team = 'S1' AND tags.team = 'S2'", []],
    ["tags.nope != 'x'", []],
  ]
  for (const [filter, expected] of table) assert.deepEqual(await models(filter), expected, filter)
})

databaseTest('prompts are hidden from searches unless the filter asks for them', async (database) => {
  const { models, versions } = await openSearchLab(database)
  const [prompts, rest] = [['p1'], allModels]
  const table: [string, string[]][] = [
    ["tags.`mlflow.prompt.is_prompt` = 'true'", prompts],
    ["tags.mlflow.prompt.is_prompt = 'True'", []],
    ["tags.`mlflow.prompt.is_prompt` != 'false'", prompts],
    ["tag.`mlflow.prompt.is_prompt` = 'true' AND tags.team = 'S1'", prompts],
    ["tags.`mlflow.prompt.is_prompt` != 'true'", rest],
    ["tags.`mlflow.prompt.is_prompt` = 'false'", rest],
    ["tags.`mlflow.prompt.is_prompt` LIKE 't%'", rest],
    ["name = 'p1'", []],
  ]
  for (const [filter, expected] of table) assert.deepEqual(await models(filter), expected, filter)
  assert.deepEqual(await versions("name = 'p1'"), [])
  assert.deepEqual(await versions("name = 'p1' AND tags.`mlflow.prompt.is_prompt` = 'true'"), ['p1/1'])
  assert.equal((await versions('')).length, 6)
})

databaseTest('versions are filtered by model, number, run, source and tags', async (database) => {
  const { versions } = await openSearchLab(database)
  const table: [string, string[]][] = [
    ['', ['s2/3', 's2/2', 's2/1', 's1/3', 's1/2', 's1/1']],
    ["name = 's1'", ['s1/3', 's1/2', 's1/1']],
    [`run_id = '${run}'`, ['s2/2', 's1/2']],
    [`run_id IN ('${run}', 'x') AND name IN ('s1')`, ['s1/2']],
    [`run_id != '${run}' AND name = 's1'`, ['s1/3', 's1/1']],
    ["source_path = 's3://s1/1'", ['s1/2']],
    ["source_path LIKE 's3://s1%'", ['s1/3', 's1/2', 's1/1']],
    ["source_path ILIKE 'S3://S1/2'", ['s1/3']],
    ["version_number > 1 AND name = 's1'", ['s1/3', 's1/2']],
    ["version_number <= 1 AND name = 's1'", ['s1/1']],
    ['version_number = 2', ['s2/2', 's1/2']],
    ["version_number = '2' AND name = 's1'", ['s1/2']],
    ["tags.i = '1'", ['s2/2', 's1/2']],
    ["tags.i != '1' AND name = 's2'", ['s2/3', 's2/1']],
  ]
  for (const [filter, expected] of table) assert.deepEqual(await versions(filter), expected, filter)
})

databaseTest('what cannot be filtered or sorted by is refused with its place', async (database) => {
  const { registry, models, versions } = await openSearchLab(database)
  const invalid = async (search: Promise<unknown>, message: RegExp) => assert.rejects(search, { status: 400, message })
  await invalid(models("foo = 'x'"), /Invalid attribute key 'foo' specified. Valid keys are \['name'\]/)
  await invalid(models("run_id = 'x'"), /Invalid attribute key 'run_id'/)
  await invalid(models('metrics.a > 1'), /Invalid entity type 'metrics'/)
  await invalid(models("name > 's1'"), /Invalid comparator '>'/)
  await invalid(models('name = s1'), /not quoted or unidentified quote types used for string value s1/)
  await invalid(models("name = 's1' OR name = 's2'"), /Invalid clause\(s\) in filter string/)
  await invalid(versions("user_id = 'x'"), /Invalid attribute key 'user_id'/)
  await invalid(versions("version_number = 'two'"), /Expected numeric value type .* Found 'two'/)
  await invalid(versions("source_path IN ('a')"), /does not support comparison with a list/)
  for (const orderBy of [
    ['foo'],
    ['tags.i'],
    ['name BAD'],
    ['name', 'name DESC'],
    ['timestamp', 'last_updated_timestamp'],
  ])
    await invalid(registry.models.search({ orderBy }), /[Oo]rder|Invalid (attribute key|entity)/)
  await invalid(registry.versions.search({ orderBy: ['run_id'] }), /Invalid attribute key 'run_id'/)
})

databaseTest('injected SQL is a value like any other', async (database) => {
  const { registry, models } = await openSearchLab(database)
  const hostile = "x'; drop table registered_model; --"
  await registry.models.create({ name: 'hostile', tags: { t: hostile }, by })
  assert.deepEqual(await models(`tags.t = "${hostile}"`), ['hostile'])
  assert.deepEqual(await models(`tags."${hostile.replaceAll("'", '')}" = 'x'`), [])
  assert.deepEqual(await models("name = '1'' or ''1''=''1'"), [])
  assert.equal((await models('')).length, allModels.length + 1)
})

databaseTest('models come by name, or in the order asked for', async (database) => {
  const { registry } = await openSearchLab(database)
  const names = async (...orderBy: string[]) =>
    (await registry.models.search({ orderBy, filter: "name IN ('s1','s2','S3','plain')" })).items.map(
      ({ name }) => name,
    )
  assert.deepEqual(await names(), ['S3', 'plain', 's1', 's2'])
  assert.deepEqual(await names('name DESC'), ['s2', 's1', 'plain', 'S3'])
  assert.deepEqual(await names('timestamp desc'), ['s2', 's1', 'plain', 'S3'])
  assert.deepEqual(await names('last_updated_timestamp'), ['S3', 'plain', 's1', 's2'])
  assert.deepEqual(await names('creation_timestamp ASC'), ['s1', 's2', 'S3', 'plain'])
})

databaseTest('versions come with the newest change first, or in the order asked for', async (database) => {
  const { registry, turnClock } = await openSearchLab(database)
  const numbers = async (...orderBy: string[]) =>
    (await registry.versions.search({ orderBy })).items.map(({ name, version }) => `${name}/${version}`)
  turnClock(1)
  await registry.versions.update({ name: 's1', version: 1, description: 'touched', by })
  assert.deepEqual(await numbers(), ['s1/1', 's2/3', 's2/2', 's2/1', 's1/3', 's1/2'])
  assert.deepEqual(await numbers('name'), ['s1/3', 's1/2', 's1/1', 's2/3', 's2/2', 's2/1'])
  assert.deepEqual(await numbers('version_number DESC'), ['s1/3', 's2/3', 's1/2', 's2/2', 's1/1', 's2/1'])
  assert.deepEqual(await numbers('version_number', 'name DESC'), ['s2/1', 's1/1', 's2/2', 's1/2', 's2/3', 's1/3'])
  assert.deepEqual(await numbers('creation_timestamp'), ['s1/1', 's1/2', 's1/3', 's2/1', 's2/2', 's2/3'])
})

databaseTest('pages of any size show every model once, in order, also while models come and go', async (database) => {
  const { registry } = await openSearchLab(database)
  for (const [maxResults, orderBy] of [
    [1, []],
    [3, ['timestamp DESC']],
    [8, []],
    [5, ['creation_timestamp']],
  ] as const) {
    const all = (await registry.models.search({ orderBy })).items.map(({ name }) => name)
    const seen: string[] = []
    let pageToken: string | undefined
    do {
      const page = await registry.models.search({ maxResults, orderBy, ...(pageToken !== undefined && { pageToken }) })
      seen.push(...page.items.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    assert.deepEqual(seen, all)
  }
  const first = await registry.models.search({ maxResults: 2 })
  await registry.models.create({ name: 'A-new-one', by })
  await registry.models.delete({ name: 'S3', by })
  const second = await registry.models.search({ maxResults: 2, pageToken: first.nextPageToken! })
  assert.deepEqual(
    second.items.map(({ name }) => name),
    ['s%5', 's*6'],
  )
})

databaseTest('versions are paged through in the default order without a gap', async (database) => {
  const { registry } = await openSearchLab(database)
  const seen: string[] = []
  let pageToken: string | undefined
  do {
    const page = await registry.versions.search({ maxResults: 4, ...(pageToken !== undefined && { pageToken }) })
    seen.push(...page.items.map(({ name, version }) => `${name}/${version}`))
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  assert.deepEqual(seen, ['s2/3', 's2/2', 's2/1', 's1/3', 's1/2', 's1/1'])
})

databaseTest('page sizes and tokens that cannot be are refused', async (database) => {
  const { registry } = await openSearchLab(database)
  const token = (await registry.models.search({ maxResults: 1 })).nextPageToken!
  for (const search of [{ maxResults: 0 }, { maxResults: -1 }, { maxResults: 1001 }])
    await assert.rejects(registry.models.search(search), { status: 400, message: /max_results/ })
  await assert.rejects(registry.versions.search({ maxResults: 200_001 }), { message: /at most 200000/ })
  const refused = [
    { pageToken: 'garbage' },
    { pageToken: 'e30=' },
    { pageToken: token, filter: "name = 's1'" },
    { pageToken: token, orderBy: ['name DESC'] },
  ]
  for (const search of refused) await assert.rejects(registry.models.search(search), { message: /Invalid page token/ })
  await assert.rejects(registry.versions.search({ pageToken: token }), { message: /Invalid page token/ })
})

databaseTest('many models and versions come with the tags and aliases of their own', async (database) => {
  const { registry, model } = openRegistry(database)
  await registry.models.create({ name: 'big', by })
  await Promise.all(
    Array.from({ length: 600 }, (_, index) =>
      registry.versions.create({ name: 'big', source: 's3://m', tags: { i: String(index) }, by }),
    ),
  )
  await Promise.all(Array.from({ length: 510 }, (_, index) => model(`m${index}`, 0)))
  await registry.aliases.set({ name: 'big', alias: 'champion', version: 550, by })
  const versions = (await registry.versions.search({ filter: "name = 'big'", orderBy: ['version_number'] })).items
  assert.deepEqual(
    versions.map(({ tags }) => tags['i']),
    Array.from({ length: 600 }, (_, index) => String(index)),
  )
  assert.deepEqual(
    versions.filter(({ aliases }) => aliases.length > 0).map(({ version }) => version),
    [550],
  )
  const models = (await registry.models.search({ maxResults: 1000 })).items
  assert.equal(models.length, 511)
  assert.deepEqual(
    models.flatMap(({ latestVersions }) => latestVersions.map(({ version }) => version)),
    [600],
  )
})

databaseTest('a filter of any text is answered or refused, never a failure', async (database) => {
  const { models } = await openSearchLab(database)
  const piece = fc.constantFrom(
    'name',
    ' = ',
    "'s1'",
    ' AND ',
    'tags.`',
    '`',
    'LIKE',
    "'%'",
    '(',
    'IN',
    '\\',
    '[',
    '*',
    ' ',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      try {
        assert.ok(Array.isArray(await models(pieces.join(''))))
      } catch (error) {
        assert.equal((error as { status?: number }).status, 400, String(error))
      }
    }),
    { numRuns: 60 },
  )
})
