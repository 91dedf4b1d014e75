/**
 * Lets long runs of short synchronous calls (a stat costs 4 us, its asynchronous twin 20) give way to others: awaiting
 * the result every now and then hands over after 8 ms.
 */
export function pacer(): () => Promise<void> | undefined {
  let startedMs = performance.now()
  return () => {
    if (performance.now() - startedMs < 8) return undefined
    return new Promise((resolve) =>
      setImmediate(() => {
        startedMs = performance.now()
        resolve()
      }),
    )
  }
}
