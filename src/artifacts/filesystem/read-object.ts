import { closeSync, read } from 'node:fs'
import { promisify } from 'node:util'
import { SluiceError } from '../../base/errors.ts'
import type { Digest } from '../../base/ids.ts'
import { damaged, notStored, type ContentObjects } from './content-objects.ts'
import { openFile } from './open-entry.ts'

/** Part of a file, counted from 0. */
export interface ByteRange {
  readonly start: number
  /** Inclusive. */
  readonly end: number
}

const readAt = promisify(read)
const chunkBytes = 256 * 1024

/** The bytes of a stored file, chunk by chunk; a range may reach beyond the end. Throws `not-found`. */
export async function* readObject(objects: ContentObjects, digest: Digest, range?: ByteRange): AsyncGenerator<Buffer> {
  if (range !== undefined && !(range.start >= 0 && range.end >= range.start)) {
    throw new SluiceError('invalid-request', `${range.start}-${range.end} is not a range of bytes.`)
  }
  const row = (await objects.rows.find('file', [digest])).get(digest)
  if (row === undefined) throw notStored('file', digest)
  const start = range?.start ?? 0
  const end = Math.min(row.sizeBytes, (range?.end ?? Infinity) + 1)
  if (row.signature === undefined) {
    const bytes = (await objects.rows.bytes('file', [digest])).get(digest)
    if (bytes === undefined) throw notStored('file', digest)
    if (start < end) yield Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    return
  }
  if ((await objects.ensureUnharmed(row)) === undefined) throw damaged('file', digest)
  const path = objects.folder.objectPath('file', digest)
  const { descriptor } = openFile(path, path)
  try {
    for (let offset = start; offset < end;) {
      const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - offset))
      // Sequential: the consumer's pace is ours.
      const { bytesRead } = await readAt(descriptor, chunk, 0, chunk.length, offset)
      if (bytesRead === 0) throw damaged('file', digest)
      yield chunk.subarray(0, bytesRead)
      offset += bytesRead
    }
  } finally {
    closeSync(descriptor)
  }
}
