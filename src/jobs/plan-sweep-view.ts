import type { JsonObject } from '../base/json.ts'
import type { PlannedCommand, PlannedSweep } from '../plan/planned-pipeline.ts'
import { distributionText, samplingText, trialCount } from '../plan/sweeps/sweep-words.ts'
import { trialAt } from '../plan/sweeps/trial-point.ts'
import { trialRound } from '../plan/sweeps/trial-round.ts'
import type { PlannedSweepView } from './job-service.ts'
import type { Decision, KeyedStep } from './resolve-steps.ts'

/** More trials than this are not looked at one by one before they run. */
const lookedAt = 100

export interface SweepLook {
  /** Undefined when an input of the trial is not known before other steps ran. */
  readonly keyOf: (step: PlannedCommand) => Promise<KeyedStep | undefined>
  readonly decide: (steps: readonly KeyedStep[]) => Promise<readonly Decision[]>
}

/** What a sweep would try; of a sampler that needs no results of earlier trials also which trials, and what becomes of each. */
export async function viewSweep(sweep: PlannedSweep, { keyOf, decide }: SweepLook): Promise<PlannedSweepView> {
  const count = trialCount(sweep)
  const { sampling, searchSpace, objective, limits } = sweep
  const logbase = sampling.type === 'random' ? sampling.logbase : undefined
  const space = Object.entries(searchSpace).map(([name, distribution]) => [
    name,
    distributionText(distribution, logbase),
  ])
  const common = {
    trials: count,
    atOnce: Math.min(count, limits.maxConcurrentTrials),
    sampling: samplingText(sampling),
    searchSpace: Object.fromEntries(space) as Readonly<Record<string, string>>,
    primaryMetric: objective.primaryMetric,
    goal: objective.goal,
  }
  if (sampling.type === 'bayesian') return { ...common, first: [] }
  const points = Array.from({ length: Math.min(count, lookedAt) }, (_, index) => trialAt(searchSpace, sampling, index)!)
  const trials = points.map((point, index) => trialRound(sweep, index, point).steps[0] as PlannedCommand)
  const keyed = await Promise.all(trials.map(keyOf))
  const isKnown = keyed.every((step) => step !== undefined)
  const decisions = isKnown ? await decide(keyed) : []
  return {
    ...common,
    first: points.map((point, index) => {
      const verdict = decisions[index]?.verdict
      return { parameters: point as JsonObject, ...(verdict !== undefined && { verdict }) }
    }),
  }
}
