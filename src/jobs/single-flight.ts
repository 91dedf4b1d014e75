import type { JobName } from '../base/ids.ts'

/**
 * Which job computes a reuse key right now. The first to ask leads; the others follow and are woken one after another:
 * when the leader ended well they find its result, else the first woken leads (design.md 11.13).
 */
export class SingleFlight {
  readonly #leaders = new Map<string, JobName>()
  readonly #followers = new Map<string, (() => void)[]>()

  /** Makes `job` the leader of a key, or says who leads already. */
  lead(key: string, job: JobName): JobName {
    const leader = this.#leaders.get(key)
    if (leader !== undefined) return leader
    this.#leaders.set(key, job)
    return job
  }

  /** Calls `wake` once the leader has ended; at once when nobody leads. */
  follow(key: string, wake: () => void): void {
    if (!this.#leaders.has(key)) {
      wake()
      return
    }
    const followers = this.#followers.get(key)
    if (followers === undefined) this.#followers.set(key, [wake])
    else followers.push(wake)
  }

  /** The leader has ended, durably: all followers look again; whoever asks first leads next. */
  end(key: string, job: JobName): void {
    if (this.#leaders.get(key) !== job) return
    this.#leaders.delete(key)
    const followers = this.#followers.get(key) ?? []
    this.#followers.delete(key)
    for (const wake of followers) wake()
  }
}
