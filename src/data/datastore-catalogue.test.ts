import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Readable } from 'node:stream'
import { databaseTest } from '../../test/database.test-support.ts'
import {
  openContentLab,
  refusal,
  temporaryFolder,
  filesOf,
  type ContentLab,
} from '../artifacts/content-lab.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { datastoreCatalogue, type DatastoreCatalogue } from './datastore-catalogue.ts'
import { readFromDatastore, writeToDatastore } from './datastore-content.ts'
import type { Datastore } from './datastore.ts'
import { folderDatastore } from './folder/index.ts'

interface Lab extends ContentLab {
  readonly catalogue: DatastoreCatalogue
  readonly root: string
}

function openLab(database: Database, t: TestContext): Lab {
  const lab = openContentLab(database, t)
  const root = temporaryFolder(t)
  const openDatastore = (type: string, settings: { readonly path?: unknown }): Promise<Datastore> =>
    type === 'local_folder' && typeof settings.path === 'string'
      ? Promise.resolve(folderDatastore({ folder: settings.path }))
      : Promise.reject(new SluiceError('not-supported', `no ${type}`))
  const catalogue = datastoreCatalogue({ database, clock: lab.clock, folder: root, openDatastore })
  return { ...lab, catalogue, root }
}

const text = (bytes: string): Readable => Readable.from([Buffer.from(bytes)])

databaseTest('two datastores are always there and cannot be changed', async (database, t) => {
  const { catalogue, root } = openLab(database, t)
  const names = (await catalogue.list()).map(({ name }) => name)
  assert.deepEqual(names, ['workspaceartifactstore', 'workspaceblobstore'])
  assert.deepEqual((await catalogue.get('workspaceblobstore')).settings, {
    path: join(root, 'datastores/workspaceblobstore'),
  })
  await assert.rejects(catalogue.delete('workspaceblobstore'), refusal('conflict', /part of every store/))
  await assert.rejects(catalogue.update('workspaceartifactstore', {}), refusal('conflict'))
})

databaseTest('a datastore is created, changed, opened and forgotten', async (database, t) => {
  const { catalogue, root } = openLab(database, t)
  const lake = { name: 'lake', type: 'local_folder', settings: { path: join(root, 'lake') }, by: 'tester' }
  await catalogue.create({ ...lake, description: 'files', tags: { a: '1', b: '2' } })
  const changed = await catalogue.update('lake', { tags: { a: null, c: '3' } })
  assert.deepEqual([changed.description, changed.tags], ['files', { b: '2', c: '3' }])
  const moved = await catalogue.create({ ...lake, settings: { path: join(root, 'sea') }, by: 'other' })
  assert.deepEqual([moved.createdBy, (await catalogue.get('lake')).settings], ['tester', { path: join(root, 'sea') }])
  const store = await catalogue.open('lake')
  await store.write('a.csv', text('a'))
  assert.deepEqual(filesOf(root), { 'sea/a.csv': 'a' })
  await catalogue.delete('lake')
  assert.deepEqual(filesOf(root), { 'sea/a.csv': 'a' })
  await assert.rejects(catalogue.open('lake'), refusal('not-found', /no datastore "lake"/))
  await assert.rejects(catalogue.create({ ...lake, name: 'a/b' }), refusal('invalid-request'))
  await assert.rejects(catalogue.create({ ...lake, type: 'azure_blob' }), refusal('not-supported'))
  await assert.rejects(
    catalogue.get('workspaceblobstor'),
    (error: unknown) => error instanceof SluiceError && /Did you mean workspaceblobstore/.test(error.hint ?? ''),
  )
})

databaseTest('content goes into a datastore and comes out the same, by folder and by network', async (database, t) => {
  const { store: content, root } = openLab(database, t)
  const folder = folderDatastore({ folder: root })
  // A place without a local path is read as one that is reached by network.
  const { localPath: _, ...remote } = folder
  await folder.write('in/a.csv', text('a'))
  await folder.write('in/b/c.csv', text('c'))
  const read = (store: Datastore, path: string) =>
    readFromDatastore(content, { store, name: 'lake', path }, { store: true })
  const whole = await read(folder, 'in')
  assert.deepEqual([whole.baseName, whole.content.kind, whole.content.fileCount], ['in', 'folder', 2])
  assert.deepEqual(await read(remote, 'in'), whole)
  const file = await read(remote, 'in/b/c.csv')
  assert.deepEqual([file.baseName, file.content], ['c.csv', (await read(folder, 'in/b/c.csv')).content])
  await assert.rejects(read(folder, 'nowhere'), refusal('input-not-found', /lake has nothing at "nowhere"/))
  await folder.write('out/old.csv', text('old'))
  await writeToDatastore(content, { store: folder, name: 'lake', path: 'out/' }, whole)
  await writeToDatastore(content, { store: folder, name: 'lake', path: 'one/' }, file)
  await writeToDatastore(content, { store: folder, name: 'lake', path: 'named.csv' }, file)
  assert.deepEqual(filesOf(join(root, 'out')), { 'a.csv': 'a', 'b/c.csv': 'c', 'old.csv': 'old' })
  assert.deepEqual(filesOf(join(root, 'one')), { 'c.csv': 'c' })
  assert.deepEqual((await folder.list('named.csv')).length, 1)
})
