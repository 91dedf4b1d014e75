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

/**
 * When each of a queue gets a slot, in milliseconds from now: `running` says how long each slot stays taken,
 * `waiting` how long those in the queue take, the next one first. Undefined where that depends on an unknown duration.
 */
export function forecastStarts(
  { running, slots }: { readonly running: readonly (number | undefined)[]; readonly slots: number },
  waiting: readonly (number | undefined)[],
): readonly (number | undefined)[] {
  const idle = Math.max(0, slots - running.length)
  const free = [...running.map((leftMs) => (leftMs === undefined ? Infinity : Math.max(0, leftMs)))]
  free.push(...Array.from({ length: idle }, () => 0))
  free.sort((one, other) => one - other)
  return waiting.map((durationMs) => {
    const start = free.shift() ?? Infinity
    const end = start + (durationMs ?? Infinity)
    const place = free.findIndex((other) => other > end)
    free.splice(place < 0 ? free.length : place, 0, end)
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
