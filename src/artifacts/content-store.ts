import type { Readable } from 'node:stream'
import type { Digest } from '../base/ids.ts'
import type { Tables } from '../database/database.ts'

/**
 * A file or a folder by its content. A file's digest is the SHA-256 of its bytes; a folder's the SHA-256 of the sorted
 * list of its entries (path, kind, executable, size, digest), empty folders included (design.md 11.4).
 */
export interface Content {
  readonly kind: 'file' | 'folder'
  readonly digest: Digest
  readonly sizeBytes: number
  readonly fileCount: number
}

/**
 * One line of a folder's list, sorted by `path` (POSIX, relative, UTF-8 byte order). Only empty folders have a line of
 * their own: the others follow from the paths of their files.
 */
export type TreeEntry =
  | {
      readonly path: string
      readonly kind: 'file'
      readonly executable: boolean
      readonly sizeBytes: number
      readonly digest: Digest
    }
  | { readonly path: string; readonly kind: 'folder' }

/** How a local file or folder is read. */
export interface IngestOptions {
  /**
   * `copy` (default) leaves the source independent of the store (reflink where the file system can). `link` hands the
   * file's bytes over by hard link: only for what a finished step wrote and nobody will write again. The source's
   * larger files become read-only; remove them with `discard`.
   */
  readonly by?: 'copy' | 'link'
  /**
   * Folder entries to leave out; true means ignored. Gets POSIX relative paths, a folder before what is in it. A folder
   * of which everything is ignored is left out too.
   */
  readonly ignore?: (relativePath: string, isFolder: boolean) => boolean
  /** Follows symlinks whose targets lie inside the folder (code snapshots); without it every symlink is refused. */
  readonly followSymlinks?: boolean
  /**
   * Gets what is left to write, for a unit of work of the caller's: the content is stored when that is durable, and not
   * before. Absent: it is stored when `ingest` resolves.
   */
  readonly defer?: (left: DeferredWrite) => void
}

/** A part of somebody's unit of work. */
export interface DeferredWrite {
  readonly write: (tables: Tables) => Promise<void>
  /** Call when the unit is durable. */
  readonly written: () => void
}

/**
 * Port: bytes by digest. Writes are atomic and durable before they resolve; the same content twice costs nothing.
 * Contract: content-store.contract.ts.
 */
export interface ContentStore {
  /**
   * Stores a local file or folder; an unchanged source costs a stat per file. Symlinks, sockets, pipes and devices are
   * refused with `invalid-path`, a missing path with `not-found`, a source that keeps changing with `conflict`.
   * The named path itself may be a symlink, but not by `link`: a step's output folder is not to be trusted.
   */
  ingest(path: string, options?: IngestOptions): Promise<Content>
  /** Digest of a local file or folder without storing it; the same stat cache. */
  digest(path: string, options?: IngestOptions): Promise<Content>
  /** The entries of a local folder without storing them, or of a file as the only entry of a folder; the same stat cache. */
  scan(path: string, options?: IngestOptions): Promise<readonly TreeEntry[]>
  /** Stores a stream as a file; at most `maxBytes` (`body-too-large` beyond), constant memory. */
  write(stream: Readable, maxBytes?: number): Promise<Content>
  /** Stores a list of entries in any order, whose files are stored already (else `not-found`), as a folder. */
  writeTree(entries: readonly TreeEntry[]): Promise<Content>
  /** Bytes of a stored file, optionally from `start` to `end` inclusive. Throws `not-found`. */
  read(digest: Digest, range?: { readonly start: number; readonly end: number }): Readable
  /** The entries of a stored folder. Throws `not-found`. */
  tree(digest: Digest): Promise<readonly TreeEntry[]>
  /** Size and number of files of what is stored. Throws `not-found`. */
  describe(content: { readonly kind: 'file' | 'folder'; readonly digest: Digest }): Promise<Content>
  /**
   * A read-only local path holding the content: the shared cached copy (hard links) for `link`, or an independent
   * writable copy at `target` for `copy`, which appears there whole or not at all (`already-exists` if something is
   * there). For a file `baseName` is the name it gets. Bytes that were damaged meanwhile are never handed out: throws
   * `not-found` after dropping them.
   */
  materialise(
    content: { readonly kind: 'file' | 'folder'; readonly digest: Digest },
    how: Materialisation,
  ): Promise<string>
  /** True when the content is stored and its bytes still match: stats (ctime included) first, rehash on any change. Damaged content is dropped. */
  verify(content: { readonly kind: 'file' | 'folder'; readonly digest: Digest }): Promise<boolean>
  /** `verify` for many at once, in their order, at little more than the stats. */
  verifyAll(
    contents: readonly { readonly kind: 'file' | 'folder'; readonly digest: Digest }[],
  ): Promise<readonly boolean[]>
  /** Reads up to `count` stored files and folder lists from a random place on and compares them; changes nothing. */
  checkSample(count: number): Promise<ContentSample>
  /** Removes a local folder or file that was ingested by `link`, so that the vanishing links do not read as damage. */
  discard(path: string): Promise<void>
  /**
   * Removes what `isReferred` knows nothing of: files and folders that no reference and no kept folder names. What was
   * stored or looked at within the last hour stays, so it may run beside everything else; killed half-way it has removed
   * less, never more. Throws `conflict` where so much is going on that this cannot be told.
   */
  sweep(options: SweepOptions): Promise<Swept>
  /** Saves what was only remembered (losing it costs time, never content). */
  close(): Promise<void>
}

/** What a sample of the store looked like. */
export interface ContentSample {
  readonly checkedCount: number
  readonly damaged: readonly Digest[]
}

export interface SweepOptions {
  readonly isReferred: (digest: Digest) => boolean
  /** Counts what would be removed, and removes nothing. */
  readonly isDryRun: boolean
}

/** What a sweep removed, or would remove. `strays` are files of the store that no row tells of. */
export interface Swept {
  readonly files: SweptCount
  readonly folders: SweptCount
  readonly strays: SweptCount
}

interface SweptCount {
  readonly count: number
  readonly sizeBytes: number
}

/**
 * `link`: shared and read-only; `copy`: the caller's own. With `isOurs` a file at `target` may be written over, which
 * costs a fraction of making one; nobody else must use it, and after a crash it may hold a part.
 */
export type Materialisation =
  | { readonly by: 'link'; readonly baseName: string }
  | { readonly by: 'copy'; readonly target: string; readonly isOurs?: boolean }
