import { bucketOf, percentileOf } from '../latency-buckets.ts'

/** How the requests of one deployment went since a moment: a few numbers, whatever their number. */
export class AnswerCounts {
  requests = 0
  errors = 0
  readonly #latencies = new Map<number, number>()

  add(isOk: boolean, latencyMs: number): void {
    this.requests++
    if (!isOk) {
      this.errors++
      return
    }
    const bucket = bucketOf(latencyMs)
    this.#latencies.set(bucket, (this.#latencies.get(bucket) ?? 0) + 1)
  }

  /** Adds those of another count. */
  merge(other: AnswerCounts): void {
    this.requests += other.requests
    this.errors += other.errors
    for (const [bucket, count] of other.#latencies) {
      this.#latencies.set(bucket, (this.#latencies.get(bucket) ?? 0) + count)
    }
  }

  /** Of answered requests, in ms, at most 5 % too high; undefined before the first. */
  latency(quantile: number): number | undefined {
    return percentileOf(this.#latencies, quantile)
  }
}
