import type { Digest } from '../../base/ids.ts'
import type { ContentKind, ContentRow, NewContentRow } from './content-rows.ts'

const mostBytes = 8 * 1024 * 1024
/** What a row costs beside its bytes. */
const rowBytes = 400

/**
 * Small files that were stored or read lately, whole: what a step writes is what the next one reads. A row that holds
 * its bytes never changes, so nothing here can be out of date but what was removed.
 */
export class RecentRows {
  readonly #rows = new Map<string, NewContentRow & { readonly bytes: Uint8Array }>()
  #size = 0

  /** Call when they are durable; rows without bytes are not kept. */
  add(rows: readonly NewContentRow[]): void {
    for (const row of rows) {
      const { kind, digest, bytes } = row
      if (bytes === undefined || bytes.length > mostBytes / 100) continue
      this.remove(kind, digest)
      this.#rows.set(kind + digest, { ...row, bytes })
      this.#size += bytes.length + rowBytes
    }
    for (const { kind, digest } of this.#rows.values()) {
      if (this.#size <= mostBytes) return
      this.remove(kind, digest)
    }
  }

  find(kind: ContentKind, digest: Digest): ContentRow | undefined {
    const row = this.#rows.get(kind + digest)
    return row && { kind, digest, sizeBytes: row.sizeBytes }
  }

  bytes(kind: ContentKind, digest: Digest): Uint8Array | undefined {
    return this.#rows.get(kind + digest)?.bytes
  }

  remove(kind: ContentKind, digest: Digest): void {
    const row = this.#rows.get(kind + digest)
    if (row === undefined) return
    this.#rows.delete(kind + digest)
    this.#size -= row.bytes.length + rowBytes
  }
}
