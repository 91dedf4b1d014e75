import type { Clock } from '../src/base/clock.ts'

/** Real time, for tests of what really waits (processes, sockets). */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
