import { LinkedItems, type Link } from './linked-items.ts'

/** What bounds a queue: more than either is refused. */
export interface WaitingLimits {
  readonly maxCount: number
  readonly maxBytes: number
}

/** A request that can wait. */
export interface Waiter {
  readonly sizeBytes: number
  /** Its place while it waits. */
  waiting?: Link<unknown> | undefined
}

/**
 * Requests in the order in which they will be taken: bounded by number and by the bytes they hold, each removable at
 * any time in constant time (its client left, its time is over).
 */
export class WaitingRequests<Item extends Waiter> {
  readonly #limits: WaitingLimits
  readonly #putBack = new LinkedItems<Item>()
  readonly #arrived = new LinkedItems<Item>()
  #bytes = 0

  constructor(limits: WaitingLimits) {
    this.#limits = limits
  }

  get count(): number {
    return this.#putBack.count + this.#arrived.count
  }

  /** Takes its place at the end; false, and nothing done, when the queue is full. */
  add(item: Item): boolean {
    const isFull = this.count >= this.#limits.maxCount
    // One request larger than the whole bound still gets its turn, alone.
    const isTooMuch = this.#bytes > 0 && this.#bytes + item.sizeBytes > this.#limits.maxBytes
    if (isFull || isTooMuch) return false
    item.waiting = this.#arrived.add(item)
    this.#bytes += item.sizeBytes
    return true
  }

  /** Goes before everything that arrived: it has had its turn once. Never refused, it was admitted before. */
  putBack(item: Item): void {
    item.waiting = this.#putBack.add(item)
    this.#bytes += item.sizeBytes
  }

  take(): Item | undefined {
    const item = this.peek()
    if (item !== undefined) this.remove(item)
    return item
  }

  /** The one that `take` would give. */
  peek(): Item | undefined {
    return (this.#putBack.first ?? this.#arrived.first)?.item
  }

  /** True when it was waiting. */
  remove(item: Item): boolean {
    const { waiting } = item
    if (waiting === undefined) return false
    waiting.items?.remove(waiting)
    item.waiting = undefined
    this.#bytes -= item.sizeBytes
    return true
  }
}
