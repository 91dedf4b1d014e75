import type { ContentStore } from '../artifacts/content-store.ts'
import type { FindTable } from '../data/table-query.ts'
import { findSource } from '../jobs/find-source.ts'
import { parseReference } from '../spec/reference.ts'
import type { StoreAssets } from './store-assets.ts'

/** Files of tables: those of a local path where they lie, others in the store as every reference to data is followed. */
export function findTable({
  assets,
  content,
}: {
  readonly assets: Pick<StoreAssets, 'settling'>
  readonly content: ContentStore
}): FindTable {
  return async (source) => {
    const reference = parseReference(source, '/')
    const isLocal = reference.kind === 'local'
    const wanted = { title: 'The table', type: 'uri_file', store: !isLocal } as const
    const found = await findSource(assets.settling, reference, wanted)
    const { baseName, content: stored } = found
    const path = isLocal ? reference.path : await content.materialise(stored, { by: 'link', baseName })
    return { path, digest: stored.digest, baseName }
  }
}
