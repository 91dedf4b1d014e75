/*
 * Latencies as counts by size: each bucket is 5 % wider than the one before, so a percentile read from them is at most
 * 5 % too high, whatever the number of requests.
 */

const perE = 20

/** The bucket of a latency in milliseconds. */
export function bucketOf(latencyMs: number): number {
  return Math.ceil(Math.log(Math.max(latencyMs, 0.001)) * perE)
}

/** The latency in milliseconds that a share `quantile` of the counted ones does not exceed; undefined of none. */
export function percentileOf(counts: ReadonlyMap<number, number>, quantile: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let left = Math.ceil(total * quantile)
  for (const bucket of [...counts.keys()].sort((one, other) => one - other)) {
    left -= counts.get(bucket)!
    if (left <= 0) return Math.exp(bucket / perE)
  }
  return undefined
}
