import type { Clock } from '../base/clock.ts'

/** Between which numbers a deployment's workers are kept, and by what. */
export interface ScaleSettings {
  /** 0: none are kept while nobody asks; the first request starts one. */
  readonly min: number
  readonly max: number
  /** Of the time of the workers: more and there are too few. */
  readonly targetUtilization: number
  readonly pollMs: number
  /** So long fewer must have been enough before any is released. */
  readonly idleMs: number
}

/** What is looked at, at every poll. */
export interface PoolLoad {
  readonly workers: number
  /** Milliseconds that workers were busy, all together, since the pool began. */
  readonly busyMs: number
  /** Whether a request waits: then somebody must be there, or on the way. */
  readonly isAnyWaiting: boolean
  /** Of the request that has waited longest while nobody was on the way; 0 when none has. */
  readonly longestWaitMs: number
}

/**
 * How many workers there should be.
 *
 * More at once: when those there are were busy for more than the target, or a request has waited for a whole poll.
 * Fewer only after `idleMs` in which fewer were enough all the time, and then as many as were needed at most in it: a
 * short pause between two crowds costs no worker.
 */
export class WorkerScaling {
  readonly #settings: ScaleSettings
  readonly #clock: Clock
  #last: { readonly atMs: number; readonly busyMs: number }
  #fewerSince: { readonly atMs: number; needed: number } | undefined

  constructor(settings: ScaleSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#last = { atMs: clock.now(), busyMs: 0 }
  }

  /** Call once per poll. */
  wanted({ workers, busyMs, isAnyWaiting, longestWaitMs }: PoolLoad): number {
    const { min, max, targetUtilization, pollMs, idleMs } = this.#settings
    const nowMs = this.#clock.now()
    const elapsedMs = Math.max(1, nowMs - this.#last.atMs)
    const averageBusy = (busyMs - this.#last.busyMs) / elapsedMs
    this.#last = { atMs: nowMs, busyMs }
    const isCrowded = longestWaitMs >= pollMs
    const byUse = Math.ceil(averageBusy / targetUtilization - 1e-9)
    const least = Math.max(min, isAnyWaiting ? 1 : 0)
    const needed = Math.min(max, Math.max(least, byUse, isCrowded ? workers + 1 : 0))
    if (needed >= workers) {
      this.#fewerSince = undefined
      return needed
    }
    this.#fewerSince ??= { atMs: nowMs, needed }
    this.#fewerSince.needed = Math.max(this.#fewerSince.needed, needed)
    if (nowMs - this.#fewerSince.atMs < idleMs) return workers
    const released = this.#fewerSince.needed
    this.#fewerSince = undefined
    return released
  }
}
