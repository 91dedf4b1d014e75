/** How values of one parameter are drawn (Azure ML's names). A choice's value may be a mapping with distributions in it. */
export type Distribution =
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

export type Scalar = string | number | boolean
export type ChoiceValue = Scalar | ChoiceMapping
export type ChoiceMapping = { readonly [name: string]: Scalar | Distribution }
export type SearchSpace = Readonly<Record<string, Distribution>>

export type SamplingAlgorithm =
  | {
      readonly kind: 'random'
      readonly rule: 'random' | 'sobol'
      readonly seed?: number
      /** Base of the distributions that have `log` in their name; e where absent. */
      readonly logbase?: number
    }
  | { readonly kind: 'grid' }
  | { readonly kind: 'bayesian'; readonly seed?: number }
