import type { Readable } from 'node:stream'

/** One file of a datastore; `path` is relative to its root, with / between names. */
export interface DatastoreFile {
  readonly path: string
  readonly sizeBytes: number
}

/**
 * Port: a place outside the content store where files lie by path: a folder, later a bucket of S3 or Azure Blob. Paths
 * are relative with / between names; '' is the root. What is no such path throws `invalid-path`. Contract:
 * datastore.contract.ts.
 */
export interface Datastore {
  /** The file at `path`, or every file below it, in byte order of their paths; none where there is nothing. */
  list(path: string): Promise<readonly DatastoreFile[]>
  /** The bytes of a file. Throws `not-found`. */
  read(path: string): Promise<Readable>
  /** Replaces or makes a file: readers see the old bytes or all of the new ones, also after a crash. */
  write(path: string, bytes: Readable): Promise<void>
  /** Removes a file or everything below a folder; does nothing where there is nothing. */
  remove(path: string): Promise<void>
  /** Where files lie on this machine, so that unchanged ones are not read again; absent for what is reached by network. */
  readonly localPath?: (path: string) => Promise<string>
}
