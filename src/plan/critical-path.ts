/** A step as it took its time, in epoch milliseconds. */
export interface TimedStep<Path extends string = string> {
  readonly path: Path
  /** What it waited for. */
  readonly parents: readonly Path[]
  readonly startMs: number
  readonly endMs: number
}

/**
 * The chain of steps that decided when the last one ended, the first one first: every step of it began when the one
 * before it ended. Steps that are not given (skipped, not begun yet) are no part of any chain. Linear in steps and edges.
 */
export function criticalPath<Path extends string>(steps: readonly TimedStep<Path>[]): readonly Path[] {
  const byPath = new Map(steps.map((step) => [step.path, step]))
  const chain: Path[] = []
  let last = latest(steps)
  while (last !== undefined) {
    chain.unshift(last.path)
    byPath.delete(last.path)
    last = latest(last.parents.flatMap((parent) => byPath.get(parent) ?? []))
  }
  return chain
}

/** The one that ended last; of those that ended together the one that began last, which the others did not hold up. */
function latest<Path extends string>(steps: readonly TimedStep<Path>[]): TimedStep<Path> | undefined {
  let found: TimedStep<Path> | undefined
  for (const step of steps) {
    const isLater =
      found === undefined || step.endMs > found.endMs || (step.endMs === found.endMs && step.startMs > found.startMs)
    if (isLater) found = step
  }
  return found
}
