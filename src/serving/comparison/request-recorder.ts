import type { Clock } from '../../base/clock.ts'
import { messageOf, SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import type { MirroredRequest, ScoredRequest } from './request-record.ts'
import { insertMirrored, insertScored, pruneRequests } from './request-store.ts'

/**
 * Notes what requests got, off their way: a note is a push to an array, and every half second (or thousand notes) one
 * transaction writes them all. When the database cannot follow, notes are dropped and counted: a comparison misses
 * requests of all variants alike, a request never waits. A crash loses the notes of the last half second.
 */
export interface RecorderPlace {
  readonly database: Database
  readonly clock: Clock
  readonly warn: (message: string) => void
}

const flushAfterMs = 500
const flushAt = 1000
/** Notes that wait for the database; about 5 MB. */
const mostWaiting = 20_000
const keepMs = 30 * 86_400_000
const mostRows = 1_000_000
/** Notes between two sweeps of what is too old or too much. */
const pruneAfter = 20_000

export class RequestRecorder {
  readonly #place: RecorderPlace
  #scored: ScoredRequest[] = []
  #mirrored: MirroredRequest[] = []
  #flushing: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #untilPrune = 0
  #dropped = 0

  constructor(place: RecorderPlace) {
    this.#place = place
  }

  /** Notes that were dropped since the server started. */
  get dropped(): number {
    return this.#dropped
  }

  noteScored(request: ScoredRequest): void {
    if (this.#isRoom()) this.#scored.push(request)
    this.#flushSoon()
  }

  noteMirrored(request: MirroredRequest): void {
    if (this.#isRoom()) this.#mirrored.push(request)
    this.#flushSoon()
  }

  /** Writes what was noted; resolves when it is durable (or was dropped with a warning). */
  flush(): Promise<void> {
    const flushing = (this.#flushing ?? Promise.resolve()).then(() => this.#write())
    this.#flushing = flushing
    return flushing.finally(() => {
      if (this.#flushing === flushing) this.#flushing = undefined
    })
  }

  #isRoom(): boolean {
    if (this.#waiting() < mostWaiting) return true
    this.#dropped++
    return false
  }

  #waiting(): number {
    return this.#scored.length + this.#mirrored.length
  }

  #flushSoon(): void {
    if (this.#waiting() >= flushAt && this.#flushing === undefined) {
      this.#cancelTimer?.()
      this.#cancelTimer = undefined
      void this.flush()
    } else
      this.#cancelTimer ??= this.#place.clock.after(flushAfterMs, () => {
        this.#cancelTimer = undefined
        void this.flush()
      })
  }

  async #write(): Promise<void> {
    const [scored, mirrored] = [this.#scored, this.#mirrored]
    const count = scored.length + mirrored.length
    if (count === 0) return
    this.#scored = []
    this.#mirrored = []
    this.#untilPrune -= count
    const isPruning = this.#untilPrune <= 0
    if (isPruning) this.#untilPrune = pruneAfter
    try {
      await this.#place.database.write(async (tables) => {
        await insertScored(tables, scored, this.#place.database.dialect)
        await insertMirrored(tables, mirrored)
        if (isPruning) await pruneRequests(tables, { olderThanMs: this.#place.clock.now() - keepMs, mostRows })
      })
    } catch (error) {
      this.#dropped += count
      // A store that is being closed takes no more, and everybody knows.
      if (error instanceof SluiceError && error.code === 'store-unavailable') return
      this.#place.warn(`${count} requests could not be recorded for comparison: ${messageOf(error)}`)
    }
  }
}
