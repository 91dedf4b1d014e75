import type { Asset, AssetKind, AssetVersion } from '../src/assets/asset.ts'
import type { Digest } from '../src/base/ids.ts'
import type { StoredDatastore } from '../src/data/datastore-store.ts'
import type { RestParts } from '../src/protocols/rest/rest-routes.ts'

type AssetParts = RestParts['assets']

/** One asset of each kind that can be looked at; what changes them is tested over a real store. */
export function fakeAssets(registry: AssetParts['registry']): AssetParts {
  const digest = 'ab'.repeat(32) as Digest
  const version = (kind: AssetKind): AssetVersion => ({
    kind,
    name: 'x',
    version: '1',
    type: 'uri_folder',
    digest,
    definition: { image: 'python:3.11' },
    data: { content: { kind: 'folder', digest, sizeBytes: 3, fileCount: 1 }, baseName: 'x' },
    tags: { team: 'risk' },
    properties: {},
    labels: ['prod'],
    isArchived: false,
    createdBy: 'local',
    createdMs: 0,
    updatedMs: 0,
  })
  const asset = (kind: AssetKind): Asset => ({
    kind,
    name: 'x',
    isArchived: false,
    latest: version(kind),
    versionCount: 1,
    labels: { prod: '1' },
    createdMs: 0,
    updatedMs: 0,
  })
  const store: StoredDatastore = {
    name: 'x',
    type: 'local_folder',
    settings: { path: '/data' },
    tags: {},
    createdBy: 'local',
    createdMs: 1,
    updatedMs: 1,
  }
  const catalogue: Partial<AssetParts['catalogue']> = {
    list: (kind) => Promise.resolve({ items: [asset(kind)] }),
    show: ({ kind }) => Promise.resolve(asset(kind)),
    versions: ({ kind }) => Promise.resolve({ items: [version(kind)] }),
    get: ({ kind }) => Promise.resolve(version(kind)),
  }
  const datastores: Partial<AssetParts['datastores']> = {
    list: () => Promise.resolve([store]),
    get: () => Promise.resolve(store),
  }
  const content: Partial<AssetParts['content']> = {
    tree: () => Promise.resolve([{ path: 'a', kind: 'file', executable: false, sizeBytes: 3, digest }]),
  }
  // Only looking is faked: a test that changes something fails at once.
  return { catalogue, datastores, content, registry } as AssetParts
}
