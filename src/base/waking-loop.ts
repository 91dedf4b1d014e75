import type { Clock } from './clock.ts'
import { assert, messageOf } from './errors.ts'

/** What a loop does and when. */
export interface LoopParts {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** Does what is due; true when there may be more at once. */
  readonly look: () => Promise<boolean>
  /** When something is due next, epoch milliseconds; `Infinity` where only a wake can bring it. */
  readonly nextMs: () => Promise<number>
  /** Told of what `look` threw; it is tried again a little later. */
  readonly failed: (message: string) => void
}

/** A clock may be set while we sleep: nobody tells. */
const longestSleepMs = 20_000

/** Does what is due, one look at a time, again and again: when it is woken, and when something is due. */
export class WakingLoop {
  readonly #parts: LoopParts
  #turning: Promise<void> | undefined
  #isAsked = false
  #isClosed = false
  #cancelTimer: (() => void) | undefined

  constructor(parts: LoopParts) {
    this.#parts = parts
  }

  /** True since it was told to close: a look that is under way begins nothing new. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Looks for what is due; returns at once. */
  wake(): void {
    this.#isAsked = true
    if (!this.#isClosed) this.#turning ??= this.#turn()
  }

  /** Resolves when what was due at the call is done. */
  async settle(): Promise<void> {
    this.wake()
    await this.#turning
  }

  /** Begins nothing new and waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer?.()
    await this.#turning
  }

  async #turn(): Promise<void> {
    this.#cancelTimer?.()
    try {
      while (this.#isAsked && !this.#isClosed) {
        this.#isAsked = false
        if (await this.#parts.look()) this.#isAsked = true
      }
      this.#turning = undefined
      if (!this.#isClosed) await this.#sleep()
    } catch (error) {
      this.#turning = undefined
      if (this.#isClosed) return
      // The store may be full or busy: what was not stored is due again.
      this.#parts.failed(messageOf(error))
      this.#wakeAfter(longestSleepMs)
    }
  }

  async #sleep(): Promise<void> {
    const { clock, nextMs } = this.#parts
    const next = await nextMs()
    if (next !== Infinity) this.#wakeAfter(Math.min(Math.max(next - clock.now(), 0), longestSleepMs))
  }

  #wakeAfter(delayMs: number): void {
    assert(Number.isFinite(delayMs), 'a timer has an end')
    this.#cancelTimer?.()
    if (!this.#isClosed) this.#cancelTimer = this.#parts.clock.after(delayMs, () => this.wake())
  }
}
