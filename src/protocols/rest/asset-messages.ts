import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import { listOf, texts, time } from './messages.ts'

/* What our interface says of assets and datastores, in the manner of messages.ts. */

const changedTexts = Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), {
  description: 'Set by key; null removes.',
})

const versionFields = {
  name: Type.String(),
  version: Type.String(),
  type: Type.String(),
  digest: Type.String({ description: 'SHA-256 of what it is: type, definition and content.' }),
  content: Type.Optional(
    Type.Object({
      kind: Type.String({ description: 'file or folder' }),
      digest: Type.String(),
      size_bytes: Type.Integer(),
      file_count: Type.Optional(Type.Integer()),
      base_name: Type.String(),
    }),
  ),
  source: Type.Optional(Type.String({ description: 'Where it came from.' })),
  description: Type.Optional(Type.String()),
  tags: texts,
  properties: texts,
  labels: Type.Array(Type.String()),
  is_archived: Type.Boolean(),
  created_by: Type.String(),
  created_at: time,
  updated_at: time,
}
export const AssetVersionMessage = Type.Object(
  { ...versionFields, definition: Type.Optional(Type.Record(Type.String(), Type.Unknown())) },
  { $id: 'AssetVersion' },
)
export type AssetVersionMessage = Static<typeof AssetVersionMessage>

const assetFields = {
  name: Type.String(),
  type: Type.Optional(Type.String()),
  latest_version: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
  version_count: Type.Integer(),
  labels: texts,
  is_archived: Type.Boolean(),
  created_at: time,
  updated_at: time,
}
export const AssetMessage = Type.Object(assetFields, { $id: 'Asset' })
export type AssetMessage = Static<typeof AssetMessage>
const BuiltInMessage = Type.Object(
  {
    registry: Type.String({ description: 'The one that its address names.' }),
    name: Type.String(),
    version: Type.Optional(Type.String({ description: 'Absent where there is only one of it.' })),
    type: Type.String(),
    reference: Type.String({ description: 'How YAML names it.' }),
    description: Type.Optional(Type.String()),
    definition: Type.Record(Type.String(), Type.Unknown()),
  },
  { $id: 'BuiltInAsset' },
)
export type BuiltInAsset = Static<typeof BuiltInMessage>
export const AssetList = Type.Object(
  {
    ...listOf(AssetMessage).properties,
    built_in: Type.Optional(
      Type.Array(BuiltInMessage, { description: 'The program’s own, with the first page; they cannot be changed.' }),
    ),
  },
  { $id: 'AssetList' },
)
export const AssetWithVersions = Type.Object(
  { ...assetFields, versions: Type.Array(AssetVersionMessage), next_page_token: Type.Optional(Type.String()) },
  { $id: 'AssetWithVersions' },
)

/** An answer to a creation: the version, and whether it was there already. */
export const CreatedAssetMessage = Type.Object(
  { ...versionFields, is_new: Type.Boolean({ description: 'False: this version with this content was there.' }) },
  { $id: 'CreatedAsset' },
)

export const CreateRequest = Type.Object(
  {
    file: Type.Optional(Type.String({ minLength: 1, description: 'Absolute path of its YAML file.' })),
    document: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'What the YAML file would say, instead of one.' }),
    ),
    folder: Type.Optional(
      Type.String({ minLength: 1, description: 'Absolute folder that paths in `document` are relative to.' }),
    ),
    overrides: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Fields by dotted path; they win over the document.' }),
    ),
  },
  { $id: 'CreateAsset', additionalProperties: false },
)
export type CreateRequest = Static<typeof CreateRequest>

export const AssetQuery = Type.Object({
  include_archived: Type.Optional(Type.Boolean({ description: 'Archived ones too.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  page_token: Type.Optional(Type.String()),
})
export type AssetQuery = Static<typeof AssetQuery>

export const UpdateRequest = Type.Object(
  {
    description: Type.Optional(Type.String()),
    tags: Type.Optional(changedTexts),
    properties: Type.Optional(changedTexts),
  },
  { $id: 'UpdateAsset', additionalProperties: false },
)
export type UpdateRequest = Static<typeof UpdateRequest>

export const LabelRequest = Type.Object(
  { version: Type.String({ minLength: 1, description: 'The version the label is to stand for.' }) },
  { additionalProperties: false },
)

export const FileList = Type.Object({
  items: Type.Array(Type.Object({ path: Type.String(), size_bytes: Type.Integer(), digest: Type.String() })),
})
export const FileQuery = Type.Object({ path: Type.String({ minLength: 1 }) })

export const LockRequest = Type.Object(
  { upgrade: Type.Optional(Type.Boolean({ description: 'Resolves anew and keeps the newer versions.' })) },
  { additionalProperties: false },
)
export const LockDocumentRequest = Type.Object(
  { ...CreateRequest.properties, ...LockRequest.properties },
  { additionalProperties: false },
)
export const LockMessage = Type.Object(
  {
    digest: Type.String(),
    python: Type.String(),
    platform: Type.String(),
    requirements: Type.Array(Type.String(), { description: 'Exact versions, one line each.' }),
    notes: Type.Array(Type.String()),
  },
  { $id: 'EnvironmentLock' },
)

export const DatastoreMessage = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    path: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    tags: texts,
    created_by: Type.String(),
    created_at: Type.Optional(time),
    updated_at: Type.Optional(time),
  },
  { $id: 'Datastore' },
)
export type DatastoreMessage = Static<typeof DatastoreMessage>
export const DatastoreList = Type.Object({ items: Type.Array(DatastoreMessage) })
