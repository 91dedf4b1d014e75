/** Time as an argument: tests turn it by hand. */
export interface Clock {
  /** Now, in milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Calls `callback` once after `delayMs`; the returned function cancels. A pending timer never keeps the process alive. */
  after(delayMs: number, callback: () => void): () => void
}
