import assert from 'node:assert/strict'
import { linkSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseTest } from '../../../test/database.test-support.ts'
import { bytesOf, folderWith, openContentLab } from '../content-lab.test-support.ts'

databaseTest('a copy is written over a file of ours, and never over what has another name', async (database, t) => {
  const { store } = openContentLab(database, t)
  const folder = folderWith(t, { 'small.txt': 'small', 'large.bin': bytesOf(100_000) })
  const small = await store.ingest(join(folder, 'small.txt'))
  const large = await store.ingest(join(folder, 'large.bin'))
  const target = join(folder, 'target')
  const read = (): string => readFileSync(target, 'utf8')
  const copy = (content: typeof small): Promise<string> =>
    store.materialise(content, { by: 'copy', target, isOurs: true })

  await copy(small)
  assert.equal(read(), 'small', 'where nothing was')
  const inode = lstatSync(target).ino
  writeFileSync(target, 'something longer than that')
  await copy(small)
  assert.deepEqual([read(), lstatSync(target).ino], ['small', inode])

  linkSync(target, join(folder, 'second'))
  writeFileSync(target, 'kept')
  await copy(small)
  assert.deepEqual([read(), readFileSync(join(folder, 'second'), 'utf8')], ['small', 'kept'])

  await copy(large)
  assert.equal(lstatSync(target).size, 100_000)
  writeFileSync(join(folder, 'elsewhere'), 'kept')
  await copy(small)
  symlinkSync(join(folder, 'elsewhere'), `${target}-link`)
  await store.materialise(small, { by: 'copy', target: `${target}-link`, isOurs: true })
  assert.deepEqual(
    [readFileSync(join(folder, 'elsewhere'), 'utf8'), lstatSync(`${target}-link`).isFile()],
    ['kept', true],
  )
  await store.close()
})
