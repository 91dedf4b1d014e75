import assert from 'node:assert/strict'
import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openSqlite } from '../../../test/database.test-support.ts'
import { bytesOf, folderWith, openContentLab, refusal } from '../content-lab.test-support.ts'

/** Calls `change` on every turn of the event loop until it returns false or the test is over. */
function onEveryTurn(t: TestContext, change: () => boolean): void {
  let isOver = false
  t.after(() => {
    isOver = true
  })
  const turn = (): void => {
    if (!isOver && change()) setImmediate(turn)
  }
  setImmediate(turn)
}

for (const by of ['copy', 'link'] as const) {
  test(`a file that keeps changing while it is stored by ${by} is refused, not stored torn`, async (t) => {
    const lab = openContentLab(await openSqlite(t), t)
    const source = join(folderWith(t, { 'growing.log': bytesOf(5_000_000) }), 'growing.log')
    onEveryTurn(t, () => {
      appendFileSync(source, 'x')
      return true
    })
    await assert.rejects(
      lab.store.ingest(source, { by }),
      refusal('conflict', /growing\.log kept changing while it was read \(3 times\)/),
    )
    await assert.rejects(lab.store.digest(source), refusal('conflict'))
  })
}

test('a file that changed once while it was read is stored as it is now', async (t) => {
  const lab = openContentLab(await openSqlite(t), t)
  const source = join(folderWith(t, { 'data.csv': bytesOf(5_000_000) }), 'data.csv')
  onEveryTurn(t, () => {
    appendFileSync(source, 'the last line')
    return false
  })
  const content = await lab.store.ingest(source)
  assert.equal(content.sizeBytes, statSync(source).size)
  assert.equal(content.sizeBytes, 5_000_013)
  assert.deepEqual(await lab.store.digest(source), content)
})
