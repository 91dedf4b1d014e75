import type { Digest } from '../../base/ids.ts'
import type { Content } from '../content-store.ts'

type RecentRow = Pick<Content, 'kind' | 'digest' | 'sizeBytes'>

const mostBytes = 8 * 1024 * 1024
/** What a row costs beside its bytes. */
const rowBytes = 400

/**
 * Small files that were stored or read lately, whole: what a step writes is what the next one reads. A row that holds
 * its bytes never changes, so nothing here can be out of date but what was removed.
 */
export class RecentRows {
  readonly #rows = new Map<string, RecentRow & { readonly bytes: Uint8Array }>()
  #size = 0

  /** Call when they are durable; rows without bytes are not kept. */
  add(rows: readonly (RecentRow & { readonly bytes?: Uint8Array })[]): void {
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

  find(kind: Content['kind'], digest: Digest): RecentRow | undefined {
    const row = this.#rows.get(kind + digest)
    return row && { kind, digest, sizeBytes: row.sizeBytes }
  }

  bytes(kind: Content['kind'], digest: Digest): Uint8Array | undefined {
    return this.#rows.get(kind + digest)?.bytes
  }

  remove(kind: Content['kind'], digest: Digest): void {
    const row = this.#rows.get(kind + digest)
    if (row === undefined) return
    this.#rows.delete(kind + digest)
    this.#size -= row.bytes.length + rowBytes
  }
}
