import type { Clock } from '../../base/clock.ts'
import { messageOf, SluiceError } from '../../base/errors.ts'
import type { Database } from '../../database/database.ts'
import type { AnswerObserver } from '../answered-request.ts'
import { bucketOf } from '../latency-buckets.ts'
import { pruneMinutes, putMinutes, type ServedMinute } from './served-minute-store.ts'

/*
 * What deployments answered, minute by minute, for monitors that compare them with their own past. An answer is a few
 * additions in memory; once a minute, and when the server closes, the minutes are written. A crash loses the last minute.
 */

export interface ServedMinutesPlace {
  readonly database: Database
  readonly clock: Clock
  /** This process among those that write of the same store. */
  readonly part: string
  readonly warn: (message: string) => void
}

/** Notes what is answered. */
export interface ServedMinutes {
  readonly observer: AnswerObserver
  /** Writes what was noted until now. */
  flush(): Promise<void>
  close(): Promise<void>
}

const minute = 60_000
const keptMs = 90 * 86_400_000
/** Flushes between two sweeps of what is too old. */
const pruneAfter = 1000

type Counting = { -readonly [Key in keyof ServedMinute]: ServedMinute[Key] } & { latencies: Record<string, number> }

export function servedMinutes({ database, clock, part, warn }: ServedMinutesPlace): ServedMinutes {
  const counting = new Map<string, Counting>()
  const changed = new Set<string>()
  let cancelTimer: (() => void) | undefined
  let flushing: Promise<void> = Promise.resolve()
  let flushes = 0

  async function write(): Promise<void> {
    const keys = [...changed]
    if (keys.length === 0) return
    changed.clear()
    const minutes = keys.map((key) => structuredClone(counting.get(key)!))
    const nowMs = clock.now()
    try {
      await database.write(async (tables) => {
        await putMinutes(tables, part, minutes)
        if (flushes++ % pruneAfter === 0) await pruneMinutes(tables, nowMs - keptMs)
      })
      // A minute that is over is not counted any more.
      for (const key of keys) if (counting.get(key)!.minuteMs + 2 * minute < nowMs) counting.delete(key)
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'store-unavailable') return
      keys.forEach((key) => changed.add(key))
      warn(`what deployments answered could not be recorded: ${messageOf(error)}`)
    }
  }

  const flush = (): Promise<void> => {
    flushing = flushing.then(write)
    return flushing
  }

  function flushLater(): void {
    cancelTimer ??= clock.after(minute, () => {
      cancelTimer = undefined
      void flush()
    })
  }

  return {
    observer({ endpoint, revision: { deployment }, arrivedMs, durationMs, answer }) {
      const minuteMs = Math.floor(arrivedMs / minute) * minute
      const key = `${endpoint}/${deployment}/${minuteMs}`
      let counts = counting.get(key)
      if (counts === undefined)
        counting.set(key, (counts = { endpoint, deployment, minuteMs, requests: 0, failures: 0, latencies: {} }))
      counts.requests++
      if (answer.kind === 'answered') {
        const bucket = String(bucketOf(durationMs))
        counts.latencies[bucket] = (counts.latencies[bucket] ?? 0) + 1
      } else if (answer.error.status >= 500 || answer.error.status === 408 || answer.error.status === 424)
        counts.failures++
      changed.add(key)
      flushLater()
    },
    flush,
    close: async () => {
      cancelTimer?.()
      await flush()
    },
  }
}
