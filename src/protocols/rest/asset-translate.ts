import type { Asset, AssetVersion } from '../../assets/asset.ts'
import type { StoredDatastore } from '../../data/datastore-store.ts'
import type { AssetMessage, AssetVersionMessage, DatastoreMessage } from './asset-messages.ts'
import { wireTime } from './translate.ts'

/** One version of an asset; `definition` only where one version is looked at. */
export function toAssetVersionMessage(
  version: AssetVersion,
  options: { readonly withDefinition?: boolean } = {},
): AssetVersionMessage {
  const { data } = version
  return {
    name: version.name,
    version: version.version,
    type: version.type,
    digest: version.digest,
    ...(data !== undefined && {
      content: {
        kind: data.content.kind,
        digest: data.content.digest,
        size_bytes: data.content.sizeBytes,
        // What a job registered was not counted.
        ...(data.content.fileCount > 0 && { file_count: data.content.fileCount }),
        base_name: data.baseName,
      },
    }),
    ...(version.source !== undefined && { source: version.source }),
    ...(version.description !== undefined && { description: version.description }),
    tags: { ...version.tags },
    properties: { ...version.properties },
    labels: [...version.labels],
    is_archived: version.isArchived,
    created_by: version.createdBy,
    created_at: wireTime(version.createdMs),
    updated_at: wireTime(version.updatedMs),
    ...(options.withDefinition === true && version.kind !== 'data' && { definition: { ...version.definition } }),
  }
}

/** An asset with what is said of its newest version. */
export function toAssetMessage(asset: Asset): AssetMessage {
  const { latest } = asset
  return {
    name: asset.name,
    ...(latest !== undefined && { type: latest.type, latest_version: latest.version }),
    ...(latest?.description !== undefined && { description: latest.description }),
    version_count: asset.versionCount,
    labels: { ...asset.labels },
    is_archived: asset.isArchived,
    created_at: wireTime(asset.createdMs),
    updated_at: wireTime(asset.updatedMs),
  }
}

/** A datastore; secrets of its settings, should there be any, are not said. */
export function toDatastoreMessage(store: StoredDatastore): DatastoreMessage {
  const { path } = store.settings
  return {
    name: store.name,
    type: store.type,
    ...(typeof path === 'string' && { path }),
    ...(store.description !== undefined && { description: store.description }),
    tags: { ...store.tags },
    created_by: store.createdBy,
    ...(store.createdMs > 0 && { created_at: wireTime(store.createdMs), updated_at: wireTime(store.updatedMs) }),
  }
}
