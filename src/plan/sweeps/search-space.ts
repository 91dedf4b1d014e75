/** Parameters of a trial and where their values come from. */
export type SearchSpace = Readonly<Record<string, SearchDistribution>>

/** How values of one parameter are drawn (Azure ML's names). */
export type SearchDistribution =
  | { readonly type: 'choice'; readonly values: readonly ChoiceValue[] }
  | { readonly type: 'uniform' | 'loguniform'; readonly minValue: number; readonly maxValue: number }
  | {
      readonly type: 'quniform' | 'qloguniform'
      readonly minValue: number
      readonly maxValue: number
      readonly q: number
    }
  | { readonly type: 'normal' | 'lognormal'; readonly mu: number; readonly sigma: number }
  | { readonly type: 'qnormal' | 'qlognormal'; readonly mu: number; readonly sigma: number; readonly q: number }
  | { readonly type: 'randint'; readonly upper: number }

/** A literal as Azure renders it, or a mapping of literals and distributions that only this choice has. */
export type ChoiceValue = string | Readonly<Record<string, SearchDistribution | string>>

export type SamplingAlgorithm =
  | {
      readonly type: 'random'
      readonly rule: 'random' | 'sobol'
      readonly seed?: number
      /** Base of the distributions that have `log` in their name; e where absent. */
      readonly logbase?: number
    }
  | { readonly type: 'grid' }
  | { readonly type: 'bayesian' }
