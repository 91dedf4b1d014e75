import type { Content } from '../artifacts/content-store.ts'
import type { JsonObject } from '../base/json.ts'
import type { Digest } from '../base/ids.ts'

/** Kinds of assets that live here; models are the registry's. */
export type AssetKind = 'data' | 'environment' | 'component'

/** Stored content under the name that programs see, extension included. */
export interface NamedContent {
  readonly content: Content
  readonly baseName: string
}

/** One version of an asset. What it is (`type`, `definition`, `content`) never changes; the rest may. */
export interface AssetVersion {
  readonly kind: AssetKind
  readonly name: string
  readonly version: string
  /** `uri_folder`, `command`, `pipeline`, `environment`, ... */
  readonly type: string
  /** SHA-256 over type, definition and content: what makes two versions the same. */
  readonly digest: Digest
  /** A document of its kind, as it is used (json-document.ts); empty for data. */
  readonly definition: JsonObject
  readonly data?: NamedContent
  /** Where it came from, in YAML's words. */
  readonly source?: string
  readonly description?: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  readonly labels: readonly string[]
  readonly isArchived: boolean
  readonly createdBy: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** An asset: a name with its versions. */
export interface Asset {
  readonly kind: AssetKind
  readonly name: string
  readonly isArchived: boolean
  /** The newest version that is not archived. */
  readonly latest?: AssetVersion
  readonly versionCount: number
  readonly labels: Readonly<Record<string, string>>
  readonly createdMs: number
  readonly updatedMs: number
}

/** A version to be created; without `version` it gets the number after the highest ever given to the name. */
export interface NewAssetVersion {
  readonly kind: AssetKind
  readonly name: string
  readonly version?: string
  readonly type: string
  readonly definition: JsonObject
  readonly data?: NamedContent
  readonly source?: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly properties?: Readonly<Record<string, string>>
  readonly createdBy: string
}

/** What names a version: itself, or a label (`latest` is the newest created, `default` the same unless it was set). */
export type VersionChoice = { readonly version: string } | { readonly label: string }
