/** What a worker held, and when. */
export interface MemorySample {
  readonly atMs: number
  readonly bytes: number
}

/** So much of the past says how fast a worker grows: shorter, and every model that warms up seems to leak. */
const lookBackMs = 60_000

/**
 * What a worker has held over the last minute, and how fast that grows.
 *
 * A leak shows as growth that goes on: in both halves of the minute. A cache that fills, or a model that warms up, grows
 * in the first and rests in the second.
 */
export class MemoryGrowth {
  #samples: MemorySample[] = []

  add(sample: MemorySample): void {
    this.#samples.push(sample)
    const from = sample.atMs - lookBackMs
    // One from before the minute stays, so that what is left always spans it.
    while (this.#samples.length > 1 && this.#samples[1]!.atMs <= from) this.#samples.shift()
  }

  /** Bytes a second; 0 before a minute is over, and where the growth did not go on. */
  get bytesPerSecond(): number {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || last.atMs - first.atMs < lookBackMs) return 0
    const halfMs = (first.atMs + last.atMs) / 2
    const middle = this.#samples.find(({ atMs }) => atMs >= halfMs) ?? last
    if (middle.bytes <= first.bytes || last.bytes <= middle.bytes) return 0
    return (1000 * (last.bytes - first.bytes)) / (last.atMs - first.atMs)
  }
}
