import { createHash } from 'node:crypto'
import { fstatSync, read, write, type BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import type { Digest } from '../../base/ids.ts'

const readAt = promisify(read)
const writeAt = promisify(write)
const chunkBytes = 1 << 20

/** What was read from start to end. */
export interface HashedFile {
  readonly digest: Digest
  readonly sizeBytes: number
}

/**
 * Reads an open file from its start, hashing it and writing it to `target` if given. Constant memory: two buffers, so
 * that the next part is read while this one is hashed.
 */
export async function hashFile(source: number, target?: number): Promise<HashedFile> {
  const hash = createHash('sha256')
  const size = Math.min(chunkBytes, fstatSync(source).size + 1)
  let [current, next] = [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)]
  let offset = 0
  let { bytesRead } = await readAt(source, current, 0, size, 0)
  while (bytesRead > 0) {
    const chunk = current.subarray(0, bytesRead)
    const reading = readAt(source, next, 0, size, offset + bytesRead)
    const writing = target === undefined ? undefined : writeAll(target, chunk)
    hash.update(chunk)
    // Both are awaited before a failure is passed on, so that nobody closes a file in use.
    const [done, written] = await Promise.allSettled([reading, writing])
    if (written.status === 'rejected') throw written.reason
    if (done.status === 'rejected') throw done.reason
    offset += bytesRead
    bytesRead = done.value.bytesRead
    ;[current, next] = [next, current]
  }
  return { digest: hash.digest('hex') as Digest, sizeBytes: offset }
}

/** Writes all bytes at the file's current end: one call may write fewer. */
export async function writeAll(target: number, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) done += (await writeAt(target, bytes, done)).bytesWritten
}

/** True if the open file still looks as it did, so that what was read between is one state of it. */
export function isUnchanged(descriptor: number, before: BigIntStats): boolean {
  const now = fstatSync(descriptor, { bigint: true })
  return now.size === before.size && now.mtimeNs === before.mtimeNs && now.ctimeNs === before.ctimeNs
}

/** True if the owner may execute the file. */
export function isExecutable(stats: BigIntStats): boolean {
  return (stats.mode & 0o100n) !== 0n
}
