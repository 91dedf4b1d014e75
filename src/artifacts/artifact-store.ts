import type { Readable } from 'node:stream'
import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'
import type { Content, TreeEntry } from './content-store.ts'

/** One stored file under a name: `<experiment>/<run>/artifacts/model/MLmodel`. */
export interface Artifact {
  /** POSIX, relative to the store's root, already checked by `parseArtifactPath`. */
  readonly path: string
  readonly digest: Digest
  readonly sizeBytes: number
  readonly createdMs: number
}

/** An entry of a folder; `name` is its last part. */
export type ArtifactListing =
  | { readonly kind: 'file'; readonly name: string; readonly sizeBytes: number }
  | { readonly kind: 'folder'; readonly name: string }

/**
 * Names for content (design.md 11.4): an artifact is a row (path -> digest), so a reused step's artifacts are copied
 * by one statement and no byte is stored twice. Every `path` may come from outside and is checked (hardening 1, 3).
 */
export interface ArtifactStore {
  /** Stores the stream under the name, replacing an earlier file of that name; durable before it resolves. */
  write(path: string, stream: Readable): Promise<Artifact>
  /** Gives stored content the name, as `write` does with what it stores. */
  name(path: string, content: Pick<Content, 'digest' | 'sizeBytes'>): Promise<Artifact>
  /** Throws `not-found` ("No such artifact: '...'"). */
  find(path: string): Promise<Artifact>
  read(artifact: Pick<Artifact, 'digest'>, range?: { readonly start: number; readonly end: number }): Readable
  /** Direct entries of a folder, sorted; none for a file or an unknown path. '' is the root. */
  list(folder: string): Promise<readonly ArtifactListing[]>
  /** Removes a file or everything below a folder; returns how many files went. */
  remove(path: string): Promise<number>
  /** Names the files of a stored tree below `folder`, in the caller's transaction. */
  addTree(tables: Tables, folder: string, entries: readonly TreeEntry[]): Promise<void>
  /** Gives everything below each `from` a second name below `to`, in the caller's transaction. */
  copyFolders(tables: Tables, pairs: readonly { readonly from: string; readonly to: string }[]): Promise<void>
  /** Removes everything below a folder, in the caller's transaction. */
  removeFolder(tables: Tables, folder: string): Promise<number>
  /** A file or everything below `path` as content; stored as such for `store`, else only told. Throws `not-found`. */
  content(path: string, options: { readonly store: boolean }): Promise<Content>
  /** A read-only local folder (or, for a single file, the file) with everything below `path`. Throws `not-found`. */
  materialise(path: string): Promise<string>
}
