import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { refusalOf, trackingLab } from '../tracking.test-support.ts'

type Lab = ReturnType<typeof trackingLab>

async function names(lab: Lab, more: object): Promise<string> {
  const { items } = await lab.searchExperiments({ maxResults: 50, ...more })
  return items.map((experiment) => experiment.name).join(' ')
}

databaseTest('experiments are found by name, id, time and tags', async (database) => {
  const lab = trackingLab(database)
  await lab.experiments.create({ name: 'alpha', tags: [{ key: 'team', value: 'Blue' }] })
  await lab.experiments.create({
    name: 'Beta',
    tags: [
      { key: 'team', value: 'red' },
      { key: 'x y', value: '1' },
    ],
  })
  const { createdMs } = await lab.experiments.get('2')
  const table: [string, string][] = [
    ["name = 'alpha'", 'alpha'],
    ["name LIKE '%a'", 'alpha Beta'],
    ["attribute.name ILIKE 'b%'", 'Beta'],
    ["attribute.name != 'alpha'", 'Default Beta'],
    ["experiment_id = '1'", 'alpha'],
    ["experiment_id != '1'", 'Default Beta'],
    ["experiment_id IN ('1', '2')", 'alpha Beta'],
    ["experiment_id NOT IN ('0','1')", 'Beta'],
    [`creation_time >= ${createdMs} and creation_time < ${createdMs + 1}`, 'Beta'],
    [`last_update_time = ${createdMs}`, 'Beta'],
    ["tags.team = 'red'", 'Beta'],
    ["tag.team != 'red'", 'alpha'],
    ["tags.`x y` LIKE '1%' and tags.team ilike 'RED'", 'Beta'],
    ['tags.team IS NULL', 'Default'],
    ['tags.team IS NOT NULL', 'alpha Beta'],
  ]
  for (const [filter, expected] of table)
    assert.equal(await names(lab, { filter, orderBy: ['experiment_id'] }), expected, filter)
  for (const filter of [
    "experiment_id = 'x'",
    "experiment_id LIKE '1'",
    'metrics.a > 1',
    "name IN ('a')",
    'experiment_id > 1',
  ]) {
    assert.match(await refusalOf(names(lab, { filter })), /^invalid-request: /, filter)
  }
})

databaseTest('the newest come first; an order of the caller is completed by the id, descending', async (database) => {
  const lab = trackingLab(database)
  for (const name of ['b', 'a', 'c']) await lab.experiments.create({ name })
  await lab.experiments.delete('3')
  await lab.experiments.rename('1', 'z')
  await database.write((tables) =>
    tables
      .withTables<{ experiment: { created_ms: number; updated_ms: number } }>()
      .updateTable('experiment')
      .set({ created_ms: 1 })
      .execute(),
  )
  assert.equal(await names(lab, {}), 'Default z a')
  assert.equal(await names(lab, { orderBy: ['creation_time'] }), 'a z Default')
  assert.equal(await names(lab, { orderBy: ['name DESC'] }), 'z a Default')
  assert.equal(await names(lab, { orderBy: ['experiment_id DESC'], view: 'ALL' }), 'c a z Default')
  assert.equal(await names(lab, { view: 'DELETED_ONLY' }), 'c')
})

databaseTest('pages of one hold every experiment once', async (database) => {
  const lab = trackingLab(database)
  for (let i = 0; i < 5; i++) await lab.experiments.create({ name: `e${i}` })
  for (const orderBy of [[], ['name'], ['last_update_time DESC', 'experiment_id']]) {
    const found: string[] = []
    let pageToken: string | undefined
    do {
      const page = await lab.searchExperiments({
        maxResults: 1,
        orderBy,
        ...(pageToken !== undefined && { pageToken }),
      })
      found.push(...page.items.map(({ name }) => name))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    assert.equal(found.join(' '), await names(lab, { orderBy }))
  }
  const { nextPageToken } = await lab.searchExperiments({ maxResults: 1 })
  assert.match(
    await refusalOf(names(lab, { pageToken: nextPageToken, orderBy: ['name'] })),
    /belongs to another search/,
  )
  assert.match(await refusalOf(names(lab, { maxResults: 0 })), /Invalid value 0 for parameter 'max_results' supplied/)
  assert.match(await refusalOf(names(lab, { maxResults: 50_001 })), /at most 50000/)
  assert.match(await refusalOf(names(lab, { orderBy: ['tags.x'] })), /Invalid entity type 'tags'/)
})
