import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { SluiceError } from '../base/errors.ts'
import { openAssetLab, rows } from './assets.test-support.ts'

const name = { kind: 'data', name: 'rows' } as const
const refused =
  (code: string, text: RegExp, hint = /./) =>
  (error: unknown) =>
    error instanceof SluiceError && error.code === code && text.test(error.message) && hint.test(error.hint ?? 'none')

databaseTest(
  'versions count up from the highest ever given, and are found by number, text and @latest',
  async (database, t) => {
    const { catalogue, events } = openAssetLab(database, t)
    assert.equal((await catalogue.create(rows('a'))).version.version, '1')
    assert.equal((await catalogue.create(rows('b', { version: '2026.1' }))).version.version, '2026.1')
    assert.equal((await catalogue.create(rows('c', { version: '7' }))).version.version, '7')
    assert.equal((await catalogue.create(rows('d'))).version.version, '8')
    await catalogue.delete(name, { version: '8' })
    assert.equal((await catalogue.create(rows('e'))).version.version, '9')
    assert.equal((await catalogue.get(name, { label: 'latest' })).version, '9')
    assert.equal((await catalogue.get(name, { label: 'default' })).version, '9')
    assert.equal((await catalogue.get(name, { version: '2026.1' })).data!.content.sizeBytes, 1)
    assert.deepEqual((await events()).slice(0, 2), ['asset.created data/rows 1', 'asset.created data/rows 2026.1'])
  },
)

databaseTest('a version never changes: the same content is a no-op, other content is refused', async (database, t) => {
  const { catalogue, events } = openAssetLab(database, t)
  const first = await catalogue.create(rows('a', { version: '1' }))
  const again = await catalogue.create(rows('a', { version: '1', description: 'said otherwise' }))
  assert.deepEqual([first.isNew, again.isNew, again.version], [true, false, first.version])
  for (const other of [rows('b', { version: '1' }), rows('a', { version: '1', type: 'mltable' })])
    await assert.rejects(
      catalogue.create(other),
      refused('already-exists', /The data asset rows:1 exists with other content/),
    )
  assert.equal((await events()).length, 1)
})

databaseTest('labels move, stay on their version, and @latest is nobody’s to move', async (database, t) => {
  const { catalogue } = openAssetLab(database, t)
  for (const content of ['a', 'b', 'c']) await catalogue.create(rows(content))
  await catalogue.setLabel(name, 'prod', { version: '1' })
  await catalogue.setLabel(name, 'default', { version: '2' })
  assert.equal((await catalogue.get(name, { label: 'prod' })).version, '1')
  assert.equal((await catalogue.get(name, { label: 'default' })).version, '2')
  assert.deepEqual((await catalogue.setLabel(name, 'prod', { label: 'latest' })).labels, ['prod'])
  assert.deepEqual((await catalogue.show(name)).labels, { default: '2', prod: '3' })
  await assert.rejects(
    catalogue.setLabel(name, 'latest', { version: '1' }),
    refused('invalid-request', /always the newest/),
  )
  await assert.rejects(
    catalogue.setLabel(name, 'a b', { version: '1' }),
    refused('invalid-request', /cannot be a label/),
  )
  await assert.rejects(catalogue.get(name, { label: 'prd' }), refused('not-found', /no label "prd"/, /@prod/))
  await catalogue.delete(name, { version: '3' })
  await assert.rejects(catalogue.get(name, { label: 'prod' }), refused('not-found', /no label "prod"/))
  await catalogue.deleteLabel(name, 'default')
  await assert.rejects(catalogue.deleteLabel(name, 'default'), refused('not-found', /no label/))
})

databaseTest('what is archived is out of lists and @latest, but still there by its version', async (database, t) => {
  const { catalogue } = openAssetLab(database, t)
  for (const content of ['a', 'b']) await catalogue.create(rows(content))
  await catalogue.setArchived(name, { version: '2' }, true)
  assert.equal((await catalogue.get(name, { label: 'latest' })).version, '1')
  assert.equal((await catalogue.get(name, { version: '2' })).isArchived, true)
  const versions = async (withArchived: boolean) =>
    (await catalogue.versions(name, { limit: 10, withArchived })).items.map((item) => item.version)
  assert.deepEqual([await versions(false), await versions(true)], [['1'], ['2', '1']])
  await catalogue.setArchived(name, { version: '1' }, true)
  await assert.rejects(catalogue.get(name, { label: 'latest' }), refused('not-found', /is archived/, /data restore/))
  await catalogue.setArchived(name, { version: '2' }, false)
  assert.equal((await catalogue.get(name, { label: 'latest' })).version, '2')
  await catalogue.setArchived(name, undefined, true)
  assert.deepEqual((await catalogue.list('data', { limit: 10 })).items, [])
  assert.equal((await catalogue.list('data', { limit: 10, withArchived: true })).items[0]!.isArchived, true)
  await catalogue.create(rows('c'))
  assert.equal((await catalogue.list('data', { limit: 10 })).items[0]!.latest!.version, '3')
})

databaseTest('what is said of a version can change, tag by tag', async (database, t) => {
  const { catalogue, events } = openAssetLab(database, t)
  await catalogue.create(rows('a', { tags: { team: 'risk', old: 'x' }, properties: { a: '1' } }))
  const changed = await catalogue.update(
    name,
    { version: '1' },
    { description: 'rows', tags: { old: null, more: 'y' } },
  )
  assert.deepEqual(
    [changed.description, changed.tags, changed.properties],
    ['rows', { team: 'risk', more: 'y' }, { a: '1' }],
  )
  assert.equal((await events()).at(-1), 'asset.updated data/rows 1')
})

databaseTest('what does not exist is answered with the nearest name', async (database, t) => {
  const { catalogue } = openAssetLab(database, t)
  await catalogue.create(rows('a'))
  await catalogue.create({ ...rows('a'), kind: 'component', name: 'train' })
  const wrong = { kind: 'data', name: 'rowz' } as const
  await assert.rejects(
    catalogue.get(wrong, { label: 'latest' }),
    refused('not-found', /no data asset "rowz"/, /azureml:rows\?/),
  )
  await assert.rejects(
    catalogue.get({ kind: 'data', name: 'train' }, { label: 'latest' }),
    refused('not-found', /./, /data list/),
  )
  await assert.rejects(
    catalogue.get({ kind: 'environment', name: 'x' }, { version: '1' }),
    refused('not-found', /./, /env list/),
  )
  await assert.rejects(catalogue.get(name, { version: '5' }), refused('not-found', /no version "5"/, /newest are 1/))
  for (const work of [
    () => catalogue.show(wrong),
    () => catalogue.versions(wrong, { limit: 1 }),
    () => catalogue.delete(wrong),
    () => catalogue.setArchived(wrong, undefined, true),
    () => catalogue.deleteLabel(wrong, 'x'),
    () => catalogue.get(wrong, { label: 'prod' }),
  ])
    await assert.rejects(work(), refused('not-found', /no data asset "rowz"/))
})

databaseTest('names and versions that cannot be one are refused', async (database, t) => {
  const { catalogue } = openAssetLab(database, t)
  for (const bad of ['', 'a/b', '../x', '-x', 'a b', 'a'.repeat(256)])
    await assert.rejects(catalogue.create(rows('a', { name: bad })), refused('invalid-request', /cannot be the name/))
  for (const bad of ['', 'a/b', '1 2', '@x'])
    await assert.rejects(
      catalogue.create(rows('a', { version: bad })),
      refused('invalid-request', /cannot be a version/),
    )
})

databaseTest('lists go by page', async (database, t) => {
  const { catalogue } = openAssetLab(database, t)
  for (const one of ['c', 'a', 'b']) await catalogue.create(rows(one, { name: one }))
  for (const content of ['x', 'y', 'z']) await catalogue.create(rows(content, { name: 'a' }))
  const first = await catalogue.list('data', { limit: 2 })
  assert.deepEqual(
    first.items.map((item) => `${item.name} ${item.versionCount}`),
    ['a 4', 'b 1'],
  )
  const second = await catalogue.list('data', { limit: 2, pageToken: first.nextPageToken! })
  assert.deepEqual([second.items.map((item) => item.name), second.nextPageToken], [['c'], undefined])
  const of = { kind: 'data', name: 'a' } as const
  const newest = await catalogue.versions(of, { limit: 3 })
  const oldest = await catalogue.versions(of, { limit: 3, pageToken: newest.nextPageToken! })
  assert.deepEqual(
    [...newest.items, ...oldest.items].map((item) => item.version),
    ['4', '3', '2', '1'],
  )
  await catalogue.create(rows('q', { name: 'asked', source: 'query' }))
  await catalogue.create(rows('r', { name: 'asked', source: './rows.csv' }))
  const asked = await catalogue.list('data', { limit: 10, source: 'query' })
  assert.deepEqual(
    asked.items.map((one) => one.name),
    ['asked'],
  )
  await assert.rejects(catalogue.list('data', { limit: 2, pageToken: 'x' }), refused('invalid-request', /page token/))
  await assert.rejects(catalogue.versions(of, { limit: 2, pageToken: 'nx' }), refused('invalid-request', /page token/))
})

databaseTest('an asset is removed with all its versions and labels, and its name starts anew', async (database, t) => {
  const { catalogue } = openAssetLab(database, t)
  for (const content of ['a', 'b']) await catalogue.create(rows(content))
  await catalogue.setLabel(name, 'prod', { version: '1' })
  await catalogue.delete(name)
  await assert.rejects(catalogue.show(name), refused('not-found', /no data asset/))
  assert.equal((await catalogue.create(rows('c'))).version.version, '1')
  assert.deepEqual((await catalogue.show(name)).labels, {})
})
