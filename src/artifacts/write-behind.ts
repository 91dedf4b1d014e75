import type { Clock } from '../base/clock.ts'

/** Values that are worth saving but not worth waiting for. */
export interface WriteBehind<Value> {
  /** What was set and may not be saved yet. */
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  /** Forgets what is not saved yet. */
  delete(key: string): void
  /** Saves everything set so far. Never fails: what cannot be saved is forgotten. */
  flush(): Promise<void>
}

/** `save` gets the last value of each key; it never runs twice at once. */
export interface WriteBehindOptions<Value> {
  readonly clock: Clock
  readonly save: (entries: readonly (readonly [string, Value])[]) => Promise<unknown>
}

const delayMs = 500
const batchSize = 1000

/** Collects values and saves them in batches: after half a second, or when 1,000 have come together. */
export function writeBehind<Value>({ clock, save }: WriteBehindOptions<Value>): WriteBehind<Value> {
  let pending = new Map<string, Value>()
  let saving = new Map<string, Value>()
  let running: Promise<void> | undefined
  let cancelTimer: (() => void) | undefined

  async function saveAll(): Promise<void> {
    while (pending.size > 0) {
      saving = pending
      pending = new Map()
      // Losing these costs a re-read of a file, so an unavailable store is no reason to fail what the user asked for.
      await save([...saving]).catch(() => undefined)
      saving = new Map()
    }
  }

  async function flush(): Promise<void> {
    cancelTimer?.()
    cancelTimer = undefined
    while (pending.size > 0 || running !== undefined) {
      running ??= saveAll().finally(() => {
        running = undefined
      })
      await running
    }
  }

  return {
    get: (key) => pending.get(key) ?? saving.get(key),
    set(key, value) {
      pending.set(key, value)
      if (pending.size >= batchSize) void flush()
      else cancelTimer ??= clock.after(delayMs, () => void flush())
    },
    delete(key) {
      pending.delete(key)
      saving.delete(key)
    },
    flush,
  }
}
