/** A step that is still to be done. */
export interface StepAhead<Path extends string = string> {
  readonly path: Path
  readonly parents: readonly Path[]
  /** 0 where nothing is run (reused, a condition); undefined where nobody knows. */
  readonly durationMs: number | undefined
}

/**
 * How long steps take on so many slots when each is started as soon as what it waits for has ended and a slot is free,
 * in the order given, in which every step follows its parents. Steps of unknown duration count as 0. Milliseconds.
 */
export function forecastTotal<Path extends string>(steps: readonly StepAhead<Path>[], slots: number): number {
  const endMs = new Map<Path, number>()
  const free = Array.from({ length: Math.max(1, slots) }, () => 0)
  for (const { path, parents, durationMs = 0 } of steps) {
    const readyMs = Math.max(0, ...parents.map((parent) => endMs.get(parent) ?? 0))
    if (durationMs === 0) {
      endMs.set(path, readyMs)
      continue
    }
    const slot = free.indexOf(Math.min(...free))
    const end = Math.max(readyMs, free[slot]!) + durationMs
    free[slot] = end
    endMs.set(path, end)
  }
  return Math.max(0, ...endMs.values())
}

/** A step that has slots, or wants them. */
interface TimedClaim {
  /** What is left of it, or how long it takes; undefined where nobody knows. */
  readonly ms: number | undefined
  readonly slots: number
}

/**
 * When each of a queue gets its slots, in milliseconds from now: nobody is overtaken, and who wants several waits until
 * so many are free. Undefined where that depends on an unknown duration.
 */
export function forecastStarts(
  { running, slots }: { readonly running: readonly TimedClaim[]; readonly slots: number },
  waiting: readonly TimedClaim[],
): readonly (number | undefined)[] {
  const free = running.flatMap(({ ms, slots: count }) => Array<number>(count).fill(Math.max(0, ms ?? Infinity)))
  const taken = free.length
  for (let idle = taken; idle < slots; idle++) free.push(0)
  free.sort((one, other) => one - other)
  let earliest = 0
  return waiting.map(({ ms, slots: count }) => {
    const start = Math.max(earliest, free[Math.min(count, free.length) - 1] ?? Infinity)
    earliest = start
    free.splice(0, count, ...Array<number>(Math.min(count, free.length)).fill(start + (ms ?? Infinity)))
    free.sort((one, other) => one - other)
    return Number.isFinite(start) ? start : undefined
  })
}

/** The middle of some durations; undefined without any. */
export function middleOf(durationsMs: readonly number[]): number | undefined {
  if (durationsMs.length === 0) return undefined
  const sorted = [...durationsMs].sort((one, other) => one - other)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
