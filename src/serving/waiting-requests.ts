/** What bounds a queue: more than either is refused. */
export interface WaitingLimits {
  readonly maxCount: number
  readonly maxBytes: number
}

/**
 * Requests in the order in which they will be taken: bounded by number and by the bytes they hold, each removable at
 * any time in constant time (its client left, its time is over).
 */
export class WaitingRequests<Item extends { readonly sizeBytes: number }> {
  readonly #limits: WaitingLimits
  readonly #putBack = new Set<Item>()
  readonly #arrived = new Set<Item>()
  #bytes = 0

  constructor(limits: WaitingLimits) {
    this.#limits = limits
  }

  get count(): number {
    return this.#putBack.size + this.#arrived.size
  }

  /** Takes its place at the end; false, and nothing done, when the queue is full. */
  add(item: Item): boolean {
    const isFull = this.count >= this.#limits.maxCount
    // One request larger than the whole bound still gets its turn, alone.
    const isTooMuch = this.#bytes > 0 && this.#bytes + item.sizeBytes > this.#limits.maxBytes
    if (isFull || isTooMuch) return false
    this.#arrived.add(item)
    this.#bytes += item.sizeBytes
    return true
  }

  /** Goes before everything that arrived: it has had its turn once. Never refused, it was admitted before. */
  putBack(item: Item): void {
    this.#putBack.add(item)
    this.#bytes += item.sizeBytes
  }

  take(): Item | undefined {
    const item = this.peek()
    if (item !== undefined) this.remove(item)
    return item
  }

  /** The one that `take` would give. */
  peek(): Item | undefined {
    return (this.#putBack.size > 0 ? this.#putBack : this.#arrived).values().next().value
  }

  /** True when it was waiting. */
  remove(item: Item): boolean {
    if (!this.#putBack.delete(item) && !this.#arrived.delete(item)) return false
    this.#bytes -= item.sizeBytes
    return true
  }
}
