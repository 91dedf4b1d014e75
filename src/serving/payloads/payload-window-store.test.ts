import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import {
  insertWindow,
  listWindows,
  newestFile,
  newestWindows,
  pageOfWindows,
  type PayloadWindow,
  sumWindows,
  type WindowSelection,
} from './payload-window-store.ts'

const hourMs = 3_600_000

/** The window of one collection that began so many hours after the first. */
function windowAt(hour: number, changes: Partial<PayloadWindow> = {}): PayloadWindow {
  return {
    ...{ endpoint: 'risk', deployment: 'blue', collection: 'model_inputs', part: 1 },
    ...{ startMs: hour * hourMs, endMs: (hour + 1) * hourMs, requests: 2, rows: 3, dropped: 1, sizeBytes: 10 },
    ...{ path: `azureml://datastores/d/paths/${hour}`, asset: { name: 'inputs', version: String(hour) } },
    createdMs: 0,
    ...changes,
  }
}

databaseTest('windows come newest first by pages, each once, those of one time together', async (database) => {
  const windows = Array.from({ length: 260 }, (_, hour) => [
    windowAt(hour),
    windowAt(hour, { collection: 'model_outputs' }),
    windowAt(hour, { deployment: 'green' }),
  ]).flat()
  await database.write(async (tables) => {
    for (const window of windows) await insertWindow(tables, window)
  })
  const read = async (selection: WindowSelection) => {
    const pages: (readonly PayloadWindow[])[] = []
    for await (const page of newestWindows(database.read, selection)) pages.push(page)
    return pages
  }
  const pages = await read({})
  assert.ok(pages.length > 1)
  const all = pages.flat()
  const name = ({ startMs, deployment, collection }: PayloadWindow) => `${startMs / hourMs} ${deployment} ${collection}`
  assert.deepEqual(all.slice(0, 3).map(name), [
    '259 green model_inputs',
    '259 blue model_outputs',
    '259 blue model_inputs',
  ])
  assert.equal(new Set(all.map(name)).size, windows.length)
  assert.equal(all.length, windows.length)
  for (const [at, page] of pages.entries()) {
    const before = pages[at - 1]
    if (before !== undefined) assert.ok(page[0]!.startMs < before.at(-1)!.startMs)
  }
  const some = (await read({ deployment: 'green', fromMs: 10 * hourMs, toMs: 12 * hourMs })).flat()
  assert.deepEqual(some.map(name), ['11 green model_inputs', '10 green model_inputs'])
  assert.deepEqual(
    (await listWindows(database.read, { deployment: 'green', fromMs: 10 * hourMs, toMs: 12 * hourMs })).map(name),
    some.map(name).toReversed(),
  )
  assert.deepEqual(await read({ endpoint: 'none' }), [])
  const oldestFirst: PayloadWindow[] = []
  let pageToken: string | undefined
  do {
    const token = pageToken === undefined ? {} : { pageToken }
    const page = await pageOfWindows(database.read, { endpoint: 'risk' }, { maxResults: 101, ...token })
    oldestFirst.push(...page.items)
    pageToken = page.nextPageToken
  } while (pageToken !== undefined)
  assert.deepEqual(oldestFirst.map(name), all.map(name).toReversed())
  await assert.rejects(pageOfWindows(database.read, {}, { pageToken: 'x' }), { code: 'invalid-request' })
})

databaseTest('sums are by collection, and the newest file is the last window that had rows', async (database) => {
  const { path: _, asset: __, ...empty } = windowAt(2, { rows: 0 })
  await database.write(async (tables) => {
    for (const window of [windowAt(0), windowAt(1), empty, windowAt(5, { collection: 'other' })])
      await insertWindow(tables, window)
  })
  assert.deepEqual(await sumWindows(database.read, { collection: 'model_inputs' }), [
    {
      ...{ endpoint: 'risk', deployment: 'blue', collection: 'model_inputs', windows: 3, rows: 6, requests: 6 },
      ...{ dropped: 3, sizeBytes: 30, firstMs: 0, lastMs: 3 * hourMs },
    },
  ])
  assert.equal((await sumWindows(database.read, { asset: 'inputs' })).length, 2)
  assert.deepEqual(await newestFile(database.read, { collection: 'model_inputs' }), windowAt(1))
  assert.equal(await newestFile(database.read, { endpoint: 'none' }), undefined)
})
