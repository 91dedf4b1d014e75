import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import type { Database } from '../database/database.ts'
import {
  changeEndpoint,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  markEndpointDeleting,
  removeEndpoint,
  type NewEndpoint,
} from './endpoint-store.ts'

const diabetes: NewEndpoint = {
  name: 'diabetes',
  authMode: 'key',
  description: 'For the clinic',
  tags: { team: 'a', __proto__: 'x' },
  properties: {},
}

const insert = (database: Database, endpoint: NewEndpoint) =>
  database.write((tables) => insertEndpoint(tables, endpoint, 1000))

databaseTest('an endpoint is found as it was stored, and its name is taken', async (database) => {
  assert.equal(await insert(database, diabetes), true)
  assert.equal(await insert(database, { ...diabetes, description: 'another' }), false)
  assert.deepEqual(await findEndpoint(database.read, 'diabetes'), {
    ...diabetes,
    status: 'ready',
    traffic: {},
    mirrorTraffic: {},
    routing: { labels: {} },
    trafficSinceMs: 1000,
    version: 1,
    createdMs: 1000,
    updatedMs: 1000,
  })
  await assert.rejects(findEndpoint(database.read, 'other'), { message: 'There is no endpoint "other".' })
})

databaseTest('endpoints are listed by name', async (database) => {
  for (const name of ['b-two', 'a-one', 'B-three']) await insert(database, { ...diabetes, name })
  assert.deepEqual(
    (await listEndpoints(database.read)).map(({ name }) => name),
    ['B-three', 'a-one', 'b-two'],
  )
})

databaseTest('of two changes to what both have read, the second is a conflict', async (database) => {
  await insert(database, diabetes)
  const read = await findEndpoint(database.read, 'diabetes')
  const change = (blue: number) =>
    database.write((tables) => changeEndpoint(tables, read, { change: { traffic: { blue } }, nowMs: 2000 }))
  const next = await change(100)
  assert.deepEqual(next, await findEndpoint(database.read, 'diabetes'))
  assert.deepEqual(
    [next.traffic, next.version, next.updatedMs, next.description],
    [{ blue: 100 }, 2, 2000, 'For the clinic'],
  )
  await assert.rejects(change(0), { code: 'conflict' })
  assert.deepEqual((await findEndpoint(database.read, 'diabetes')).traffic, { blue: 100 })
})

databaseTest('an endpoint that is being deleted changes no more, and goes once', async (database) => {
  await insert(database, diabetes)
  const read = await findEndpoint(database.read, 'diabetes')
  await database.write((tables) => removeEndpoint(tables, 'diabetes'))
  assert.equal((await listEndpoints(database.read)).length, 1, 'a live endpoint is not removed')
  await database.write((tables) => markEndpointDeleting(tables, 'diabetes', 2000))
  await assert.rejects(
    database.write((tables) => markEndpointDeleting(tables, 'diabetes', 3000)),
    { code: 'not-found' },
  )
  await assert.rejects(
    database.write((tables) => changeEndpoint(tables, read, { change: { tags: {} }, nowMs: 3000 })),
    { code: 'conflict' },
  )
  await database.write((tables) => removeEndpoint(tables, 'diabetes'))
  assert.deepEqual(await listEndpoints(database.read), [])
})
