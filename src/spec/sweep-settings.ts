import type { Bindable } from './document-parts.ts'

/** How a sweep chooses its trials, judges them and ends. */
export interface SweepSettings {
  readonly searchSpace: SearchSpace
  readonly objective: { readonly goal: 'minimize' | 'maximize'; readonly primaryMetric: string }
  readonly sampling: SamplingAlgorithm
  readonly earlyTermination?: EarlyTermination
  readonly limits: SweepLimits
}

/** As written: numbers of trials and the name of the metric may be bound to inputs of the pipeline around the sweep. */
export interface WrittenSweepSettings extends Omit<SweepSettings, 'objective' | 'limits'> {
  readonly objective: Omit<SweepSettings['objective'], 'primaryMetric'> & { readonly primaryMetric: Bindable<string> }
  readonly limits: WrittenSweepLimits
}

export interface WrittenSweepLimits extends Omit<SweepLimits, 'maxTotalTrials' | 'maxConcurrentTrials'> {
  readonly maxTotalTrials: Bindable<number>
  /** Absent: as many as there are. */
  readonly maxConcurrentTrials?: Bindable<number>
}

/** Trials beyond this are a mistake; Azure's own limit is 1,000. */
export const mostTrials = 100_000

/** Parameters of the trial and where their values come from. */
export type SearchSpace = Readonly<Record<string, SearchDistribution>>

/**
 * One parameter's values. `loguniform` and `lognormal` are exp of the plain one, with bounds, mu and sigma before the
 * exp; those with `q` are rounded to its multiples.
 */
export type SearchDistribution =
  | { readonly type: 'choice'; readonly values: readonly ChoiceValue[] }
  /** Both bounds included. */
  | { readonly type: 'uniform' | 'loguniform'; readonly minValue: number; readonly maxValue: number }
  | {
      readonly type: 'quniform' | 'qloguniform'
      readonly minValue: number
      readonly maxValue: number
      readonly q: number
    }
  | { readonly type: 'normal' | 'lognormal'; readonly mu: number; readonly sigma: number }
  | { readonly type: 'qnormal' | 'qlognormal'; readonly mu: number; readonly sigma: number; readonly q: number }
  /** A whole number from 0 to `upper` - 1. */
  | { readonly type: 'randint'; readonly upper: number }

/** A literal as Azure renders it (`True`, `1.0`), or parameters of their own that only this choice has. */
export type ChoiceValue = string | Readonly<Record<string, SearchDistribution | string>>

export type SamplingAlgorithm =
  | {
      readonly type: 'random'
      readonly seed?: number
      readonly rule: 'random' | 'sobol'
      /** The base of the logarithm for log-scaled distributions; absent: e. */
      readonly logbase?: number
    }
  | { readonly type: 'grid' }
  | { readonly type: 'bayesian' }

/** Applied at multiples of `evaluationInterval` from `delayEvaluation` on, counted in values of the primary metric. */
export type EarlyTermination = { readonly evaluationInterval: number; readonly delayEvaluation: number } & (
  | { readonly type: 'bandit'; readonly slack: { readonly kind: 'factor' | 'amount'; readonly value: number } }
  | { readonly type: 'median_stopping' }
  /** The share of trials that is ended each time, from 1 to 99. */
  | { readonly type: 'truncation_selection'; readonly truncationPercentage: number }
)

export interface SweepLimits {
  readonly maxTotalTrials: number
  readonly maxConcurrentTrials: number
  readonly timeoutSeconds?: number
  readonly trialTimeoutSeconds?: number
}
