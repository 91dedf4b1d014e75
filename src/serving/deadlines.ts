import type { Clock } from '../base/clock.ts'
import { LinkedItems, type Link } from './linked-items.ts'

interface Due<Item> {
  readonly item: Item
  readonly dueMs: number
}

/** The time of one item. */
export type Deadline = Link<Due<unknown>>

/** It comes due no more; nothing happens where it was over already. */
export function forgetDeadline(deadline: Deadline): void {
  deadline.items?.remove(deadline)
  // The timer stays: arming it anew for every item would cost more than one call in vain.
}

/**
 * One time limit for many things: each is due `limitMs` after it was added, so they come due in the order in which they
 * were added and one timer serves them all.
 */
export class Deadlines<Item> {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #onDue: (item: Item) => void
  /** In the order of their times. */
  readonly #due = new LinkedItems<Due<Item>>()
  #isArmed = false
  #cancel: () => void = () => undefined

  constructor(clock: Clock, { limitMs, onDue }: { readonly limitMs: number; readonly onDue: (item: Item) => void }) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#onDue = onDue
  }

  add(item: Item): Deadline {
    const link = this.#due.add({ item, dueMs: this.#clock.now() + this.#limitMs })
    if (!this.#isArmed) this.#arm(this.#limitMs)
    return link
  }

  /** All that were added and not removed, oldest first; none of them comes due here any more. */
  takeAll(): readonly Item[] {
    const items: Item[] = []
    for (let link = this.#due.first; link !== undefined; link = this.#due.first) {
      this.#due.remove(link)
      items.push(link.item.item)
    }
    return items
  }

  /** No timer is left, and nothing comes due. */
  close(): void {
    this.#cancel()
    this.takeAll()
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
    for (let link = this.#due.first; link !== undefined; link = this.#due.first) {
      const { item, dueMs } = link.item
      // Timers may fire a moment early by the wall clock.
      if (dueMs > nowMs + 1) return this.#isArmed ? undefined : this.#arm(dueMs - nowMs)
      this.#due.remove(link)
      this.#onDue(item)
    }
  }
}
