export type Goal = 'minimize' | 'maximize'

/** What a trial logged of the primary metric, in order. */
export type MetricHistory = readonly number[]

/** The best of some values; undefined if none is finite: NaN, an infinity and a metric never logged win nothing. */
export function bestValue(goal: Goal, values: MetricHistory): number | undefined {
  let best: number | undefined
  for (const value of values) if (isUsable(value) && (best === undefined || isBetter(goal, value, best))) best = value
  return best
}

/** False for NaN and the infinities, also as MLflow stores these: as the largest doubles. */
export function isUsable(value: number): boolean {
  return Math.abs(value) < Number.MAX_VALUE
}

export function isBetter(goal: Goal, value: number, than: number): boolean {
  return goal === 'minimize' ? value < than : value > than
}

/** The candidate whose best value is the best of all, the first of equals; undefined if none has a finite value. */
export function bestTrial<Candidate extends { readonly values: MetricHistory }>(
  goal: Goal,
  candidates: readonly Candidate[],
): Candidate | undefined {
  return ranking(goal, candidates)[0]
}

/** Candidates from the best on, equals in their order; those without a finite value are left out. */
export function ranking<Candidate extends { readonly values: MetricHistory }>(
  goal: Goal,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  return candidates
    .flatMap((candidate) => {
      const best = bestValue(goal, candidate.values)
      return best === undefined ? [] : [{ candidate, best }]
    })
    .sort((left, right) => (goal === 'minimize' ? left.best - right.best : right.best - left.best))
    .map(({ candidate }) => candidate)
}
