import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { databaseTest } from '../../../test/database.test-support.ts'
import { bytesOf, folderWith, openContentLab } from '../content-lab.test-support.ts'
import type { Content, DeferredWrite } from '../content-store.ts'

databaseTest(
  'a deferred content is stored with the unit of work it was left to, and not before',
  async (database, t) => {
    const { store } = openContentLab(database, t)
    const folder = folderWith(t, {
      'small.txt': 'small',
      'large.bin': bytesOf(100_000),
      'tree/a': 'a',
      'tree/b': bytesOf(20_000),
    })
    for (const path of ['small.txt', 'large.bin', 'tree']) {
      const left: DeferredWrite[] = []
      const ingest = (): Promise<Content> =>
        store.ingest(join(folder, path), { by: 'link', defer: (write) => left.push(write) })
      const content = await ingest()
      assert.equal(await store.verify(content), false, path)
      await assert.rejects(
        database.write(async (tables) => {
          for (const { write } of left) await write(tables)
          throw new Error('the unit fails')
        }),
        /the unit fails/,
      )
      assert.equal(await store.verify(content), false, `${path} after a unit that failed`)
      left.length = 0
      assert.deepEqual(await ingest(), content)
      await database.write(async (tables) => {
        for (const { write } of left) await write(tables)
      })
      for (const { written } of left) written()
      assert.equal(await store.verify(content), true, path)
      const target = join(folder, `copy-of-${path}`)
      await store.materialise(content, { by: 'copy', target })
      assert.ok(existsSync(target))
      const again: DeferredWrite[] = []
      await store.ingest(target, { defer: (write) => again.push(write) })
      await database.write(async (tables) => {
        for (const { write } of again) await write(tables)
      })
    }
    await store.close()
  },
)
