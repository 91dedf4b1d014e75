/**
 * The least processor time, in milliseconds, of a few runs of `work`, with what it gave last. A run that takes no more
 * than `enoughMs` is the last one: a busy machine and a cold start make some runs slow, a slow algorithm all of them.
 */
export async function leastProcessorTime<Result>(
  work: () => Result | Promise<Result>,
  enoughMs: number,
): Promise<{ readonly leastMs: number; readonly result: Result }> {
  let leastMs = Infinity
  for (let run = 1; ; run++) {
    const before = process.cpuUsage()
    const result = await work()
    const { user, system } = process.cpuUsage(before)
    leastMs = Math.min(leastMs, (user + system) / 1000)
    if (leastMs <= enoughMs || run === 5) return { leastMs, result }
  }
}
