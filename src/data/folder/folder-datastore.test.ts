import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { refusal, temporaryFolder } from '../../artifacts/content-lab.test-support.ts'
import { datastoreContract } from '../datastore.contract.ts'
import { folderDatastore } from './index.ts'

datastoreContract('a folder', (t) => Promise.resolve(folderDatastore({ folder: join(temporaryFolder(t), 'lake') })))

test('symbolic links are refused where they are named, and left out of lists', async (t) => {
  const folder = temporaryFolder(t)
  const store = folderDatastore({ folder })
  writeFileSync(join(folder, 'real'), 'x')
  symlinkSync('/etc/passwd', join(folder, 'link'))
  symlinkSync('/etc', join(folder, 'folder'))
  assert.deepEqual(
    (await store.list('')).map(({ path }) => path),
    ['real'],
  )
  for (const path of ['link', 'folder/passwd', 'folder']) {
    await assert.rejects(store.read(path), refusal('invalid-path'))
    await assert.rejects(store.list(path), refusal('invalid-path'))
  }
})
