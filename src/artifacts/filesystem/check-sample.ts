import { closeSync } from 'node:fs'
import type { Digest } from '../../base/ids.ts'
import { digestOf } from '../tree.ts'
import type { ContentSample } from '../content-store.ts'
import type { ContentObjects } from './content-objects.ts'
import type { ContentRow } from './content-rows.ts'
import { hashFile } from './file-hash.ts'
import { openFile } from './open-entry.ts'

/** A sample stays a sample: so much is read at most, whatever lies in it. */
const maxBytes = 256 * 1024 * 1024

/** Reads what lies at and after a place in the order of digests, which is as good as at random, and compares. */
export async function checkSample(
  objects: ContentObjects,
  { count, from }: { readonly count: number; readonly from: string },
): Promise<ContentSample> {
  const damaged: Digest[] = []
  let checkedCount = 0
  let bytes = 0
  // One after another: this is a look on the side, not work that anybody waits for.
  for (const row of await objects.rows.around(from, count)) {
    if (bytes + row.sizeBytes > maxBytes) continue
    bytes += row.sizeBytes
    checkedCount++
    if ((await digestNow(objects, row)) !== row.digest) damaged.push(row.digest)
  }
  return { checkedCount, damaged }
}

async function digestNow(objects: ContentObjects, row: ContentRow): Promise<Digest | undefined> {
  const { kind, digest, signature } = row
  if (signature === undefined) {
    const bytes = (await objects.rows.bytes(kind, [digest])).get(digest)
    return bytes && digestOf(bytes)
  }
  const path = objects.folder.objectPath(kind, digest)
  let file
  try {
    file = openFile(path, path)
  } catch {
    return undefined // It is not there, or is something else by now.
  }
  try {
    return (await hashFile(file.descriptor)).digest
  } finally {
    closeSync(file.descriptor)
  }
}
