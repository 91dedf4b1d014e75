import type { Clock } from '../base/clock.ts'

/**
 * One time limit for many things: each is due `limitMs` after it was added, so they come due in the order in which they
 * were added and one timer serves them all.
 */
export class Deadlines<Item> {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #onDue: (item: Item) => void
  /** In the order of their times. */
  readonly #dueMs = new Map<Item, number>()
  #isArmed = false
  #cancel: () => void = () => undefined

  constructor(clock: Clock, { limitMs, onDue }: { readonly limitMs: number; readonly onDue: (item: Item) => void }) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#onDue = onDue
  }

  add(item: Item): void {
    this.#dueMs.set(item, this.#clock.now() + this.#limitMs)
    if (!this.#isArmed) this.#arm(this.#limitMs)
  }

  /** Nothing happens for one that is not there any more. */
  remove(item: Item): void {
    this.#dueMs.delete(item)
    // The timer stays: arming it anew for every item would cost more than one call in vain.
  }

  /** All that were added and not removed, oldest first; none of them comes due here any more. */
  takeAll(): readonly Item[] {
    const items = [...this.#dueMs.keys()]
    this.#dueMs.clear()
    return items
  }

  /** No timer is left, and nothing comes due. */
  close(): void {
    this.#cancel()
    this.#dueMs.clear()
  }

  #arm(delayMs: number): void {
    this.#isArmed = true
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#isArmed = false
      this.#callDue()
    })
  }

  #callDue(): void {
    const nowMs = this.#clock.now()
    for (const [item, dueMs] of this.#dueMs) {
      // Timers may fire a moment early by the wall clock.
      if (dueMs > nowMs + 1) return this.#isArmed ? undefined : this.#arm(dueMs - nowMs)
      this.#dueMs.delete(item)
      this.#onDue(item)
    }
  }
}
