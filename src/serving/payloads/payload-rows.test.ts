import assert from 'node:assert/strict'
import { databaseTest } from '../../../test/database.test-support.ts'
import { answered, collecting, everything, openPayloadLab, type PayloadLab } from './payload-lab.test-support.ts'
import type { PayloadPage, PayloadRowRange } from './payload-rows.ts'

/** Every row by pages of `limit`: its request and row. */
async function allPages(lab: PayloadLab, range: Partial<PayloadRowRange> & { readonly limit: number }) {
  const rows: string[] = []
  let page: PayloadPage | undefined
  let pages = 0
  do {
    const token: Partial<PayloadRowRange> = page === undefined ? {} : { pageToken: page.nextPageToken! }
    page = await lab.payloads.rows({ endpoint: 'diabetes', collection: 'model_inputs', ...range, ...token })
    assert.ok(page.rows.length <= range.limit)
    assert.equal(page.isCut, false)
    rows.push(...page.rows.map(({ requestId, row }) => `${requestId}.${row}`))
    pages++
  } while (page.nextPageToken !== undefined)
  return { rows, pages }
}

const twoRows = { input_data: { columns: ['age'], data: [[1], [2]] } }

databaseTest(
  'rows of all windows, the open one too, come once each by pages, the newest first',
  async (database, t) => {
    const lab = await openPayloadLab(database, t)
    const revision = collecting(everything)
    const ask = (id: string): void => lab.payloads.observe(answered(revision, id, { body: twoRows }))
    for (const id of ['a', 'b']) ask(id)
    await lab.payloads.endWindows()
    lab.clock.turn(1000)
    for (const id of ['c', 'd']) ask(id)
    const wanted = ['d.1', 'd.0', 'c.1', 'c.0', 'b.1', 'b.0', 'a.1', 'a.0']
    for (const limit of [1, 3, 4, 8, 100]) {
      const { rows, pages } = await allPages(lab, { limit })
      assert.deepEqual(rows, wanted, `limit ${limit}`)
      assert.equal(pages, Math.ceil(8 / limit))
    }
    const { rows } = await lab.payloads.rows({ endpoint: 'diabetes', collection: 'model_inputs', limit: 100 })
    assert.deepEqual(rows[0]!.values, { age: 2 })
    assert.deepEqual(rows.at(-1)!.values, { age: 1 })
    for (const row of [rows[0]!, rows.at(-1)!]) {
      assert.deepEqual([row.deployment, row.revision, row.model, row.modelVersion], ['blue', 3, 'diabetes', '7'])
    }
    await lab.payloads.endWindows()
    assert.deepEqual((await allPages(lab, { limit: 3 })).rows, wanted, 'stored as well')
  },
)

databaseTest(
  'rows are chosen by deployment and time; other collections and tokens are told apart',
  async (database, t) => {
    const lab = await openPayloadLab(database, t)
    const [blue, green] = [collecting(everything), collecting(everything, { deployment: 'green' })]
    lab.payloads.observe(answered(blue, 'a'))
    lab.payloads.observe(answered(green, 'b'))
    const of = async (more: Partial<PayloadRowRange>) => (await allPages(lab, { limit: 10, ...more })).rows
    assert.deepEqual(await of({ deployment: 'green' }), ['b.0'])
    assert.deepEqual(await of({ endpoint: 'other' }), [])
    const nowMs = lab.clock.now()
    assert.deepEqual((await of({ fromMs: nowMs })).toSorted(), ['a.0', 'b.0'])
    assert.deepEqual(await of({ toMs: nowMs }), [])
    await lab.payloads.endWindows()
    assert.deepEqual((await of({ fromMs: nowMs })).toSorted(), ['a.0', 'b.0'])
    assert.deepEqual(await of({ toMs: nowMs }), [])
    const { rows } = await lab.payloads.rows({ endpoint: 'diabetes', collection: 'response', limit: 1 })
    assert.equal(rows[0]!.values['status'], 200)
    await assert.rejects(of({ pageToken: 'abc' }), { code: 'invalid-request', message: /page token "abc"/ })
  },
)
