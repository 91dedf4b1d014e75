import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database, Tables } from '../database/database.ts'
import { readEvents } from '../events/event-log.ts'
import { handClock, openBox } from './access.test-support.ts'
import { endpointKeys } from './endpoint-keys.ts'
import { localPrincipal as by } from './principal.ts'

async function openKeys(t: TestContext, database: Database) {
  const clock = handClock()
  const place = { database, box: await openBox(t, database), clock, random: randomBytes }
  const keys = endpointKeys(place)
  await database.write((tables) => keys.create(tables, 'diabetes'))
  return { clock, keys, pair: await keys.read('diabetes'), another: () => endpointKeys(place) }
}

databaseTest('both keys of an endpoint are accepted, and nothing else is', async (database, t) => {
  const { keys, pair } = await openKeys(t, database)
  assert.match(pair.primary, /^[\w-]{43}$/)
  assert.notEqual(pair.primary, pair.secondary)
  assert.equal(await keys.isValid('diabetes', pair.primary), true)
  assert.equal(await keys.isValid('diabetes', pair.secondary), true)
  for (const wrong of ['', ' ', pair.primary.slice(1), `${pair.primary} `, pair.primary.toUpperCase()])
    assert.equal(await keys.isValid('diabetes', wrong), false, wrong)
})

databaseTest('an endpoint without keys accepts nothing, not even an empty key', async (database, t) => {
  const { keys, pair } = await openKeys(t, database)
  for (const presented of ['', pair.primary]) assert.equal(await keys.isValid('unknown', presented), false)
  await assert.rejects(keys.read('unknown'), { code: 'not-found', message: 'The endpoint "unknown" has no keys.' })
  await assert.rejects(keys.regenerate({ endpoint: 'unknown', slot: 'primary', by }), { code: 'not-found' })
})

databaseTest('regenerating one key refuses the old one at once and leaves the other alone', async (database, t) => {
  const { keys, pair } = await openKeys(t, database)
  assert.equal(await keys.isValid('diabetes', pair.primary), true)
  const next = await keys.regenerate({ endpoint: 'diabetes', slot: 'primary', by })
  assert.equal(next.secondary, pair.secondary)
  assert.deepEqual(await keys.read('diabetes'), next)
  assert.equal(await keys.isValid('diabetes', pair.primary), false)
  assert.equal(await keys.isValid('diabetes', next.primary), true)
  assert.equal(await keys.isValid('diabetes', pair.secondary), true)
})

databaseTest('rotating keeps the old primary valid until the next rotation', async (database, t) => {
  const { keys, pair } = await openKeys(t, database)
  const first = await keys.rotate({ endpoint: 'diabetes', by })
  assert.equal(first.secondary, pair.primary)
  assert.equal(await keys.isValid('diabetes', pair.primary), true)
  assert.equal(await keys.isValid('diabetes', pair.secondary), false)
  await keys.rotate({ endpoint: 'diabetes', by })
  assert.equal(await keys.isValid('diabetes', pair.primary), false)
  assert.equal(await keys.isValid('diabetes', first.primary), true)
})

databaseTest('a key that another server regenerated is refused within five seconds', async (database, t) => {
  const { keys, pair, another, clock } = await openKeys(t, database)
  assert.equal(await keys.isValid('diabetes', pair.primary), true)
  const next = await another().regenerate({ endpoint: 'diabetes', slot: 'primary', by })
  clock.turn(5000)
  assert.equal(await keys.isValid('diabetes', pair.primary), false)
  assert.equal(await keys.isValid('diabetes', next.primary), true)
})

databaseTest('a check that began before a regeneration does not bring the old key back', async (database, t) => {
  const { keys, pair, another } = await openKeys(t, database)
  await another().isValid('diabetes', pair.primary)
  const [, next] = await Promise.all([
    keys.isValid('diabetes', pair.primary),
    keys.regenerate({ endpoint: 'diabetes', slot: 'primary', by }),
  ])
  assert.equal(await keys.isValid('diabetes', pair.primary), false)
  assert.equal(await keys.isValid('diabetes', next.primary), true)
})

databaseTest(
  'making keys twice keeps the first, and keys live and die with their unit of work',
  async (database, t) => {
    const { keys, pair } = await openKeys(t, database)
    await database.write((tables) => keys.create(tables, 'diabetes'))
    assert.deepEqual(await keys.read('diabetes'), pair)
    const halfWay = async (tables: Tables) => {
      await keys.create(tables, 'half')
      await keys.remove(tables, 'diabetes')
      assert.fail('killed here')
    }
    await assert.rejects(database.write(halfWay), /killed here/)
    assert.deepEqual(await keys.read('diabetes'), pair)
    assert.equal(await keys.isValid('diabetes', pair.primary), true)
    await assert.rejects(keys.read('half'), { code: 'not-found' })
  },
)

databaseTest('an endpoint made anew under an old name has new keys only', async (database, t) => {
  const { keys, pair } = await openKeys(t, database)
  assert.equal(await keys.isValid('diabetes', pair.primary), true)
  await database.write((tables) => keys.remove(tables, 'diabetes'))
  assert.equal(await keys.isValid('diabetes', pair.primary), false)
  await database.write((tables) => keys.create(tables, 'diabetes'))
  assert.equal(await keys.isValid('diabetes', pair.primary), false)
  assert.equal(await keys.isValid('diabetes', (await keys.read('diabetes')).primary), true)
})

databaseTest('no key is stored or recorded in the clear, and who changed one is', async (database, t) => {
  const { keys, pair } = await openKeys(t, database)
  const next = await keys.regenerate({ endpoint: 'diabetes', slot: 'secondary', by })
  type Rows = { endpoint_key: { sealed: string; hash: string; slot: string } }
  const rows = await database.read.withTables<Rows>().selectFrom('endpoint_key').selectAll().execute()
  const events = await readEvents(database.read, { after: 0, limit: 10, subject: 'diabetes' })
  assert.deepEqual(
    events.map(({ kind, body }) => ({ kind, body })),
    [{ kind: 'endpoint.key.regenerated', body: { slot: 'secondary', by: 'local' } }],
  )
  const stored = JSON.stringify([rows, events])
  for (const key of [pair.primary, pair.secondary, next.secondary]) assert.ok(!stored.includes(key))
  assert.deepEqual(rows.map((row) => row.slot).sort(), ['primary', 'secondary'])
})

databaseTest('keys swapped between rows in the store do not open', async (database, t) => {
  const { keys } = await openKeys(t, database)
  await database.write(async (tables) => {
    const rows = tables.withTables<{ endpoint_key: { slot: string } }>()
    for (const [from, to] of [
      ['primary', 'x'],
      ['secondary', 'primary'],
      ['x', 'secondary'],
    ] as const)
      await rows.updateTable('endpoint_key').set({ slot: to }).where('slot', '=', from).execute()
  })
  await assert.rejects(keys.read('diabetes'), { code: 'store-corrupt' })
})
