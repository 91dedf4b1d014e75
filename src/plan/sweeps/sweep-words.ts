import { assertNever } from '../../base/errors.ts'
import type { SamplingAlgorithm, SearchDistribution, SweepSettings } from '../../spec/sweep-settings.ts'
import { gridSize } from './trial-point.ts'

/** How many trials a sweep has at most. */
export function trialCount({ sampling, searchSpace, limits }: SweepSettings): number {
  return Math.min(limits.maxTotalTrials, sampling.type === 'grid' ? gridSize(searchSpace) : Infinity)
}

/** How a sweep chooses its trials, for people: `random (sobol, seed 1)`. */
export function samplingText(sampling: SamplingAlgorithm): string {
  if (sampling.type !== 'random') return sampling.type
  const { rule, seed = 0, logbase } = sampling
  const words = [rule === 'sobol' ? 'sobol' : undefined, `seed ${seed}`, logbase && `log base ${logbase}`]
  return `random (${words.filter((word) => word !== undefined).join(', ')})`
}

/** A distribution for people: `uniform from 0 to 1`, `loguniform from 0.000912 to 7.39 (exp of -7 to 2)`. */
export function distributionText(distribution: SearchDistribution, logbase = Math.E): string {
  const { type } = distribution
  switch (type) {
    case 'choice':
      return `one of ${distribution.values.map((value) => (typeof value === 'string' ? value : mappingText(value, logbase))).join(', ')}`
    case 'randint':
      return `whole number from 0 to ${distribution.upper - 1}`
    case 'uniform':
    case 'quniform':
      return `${type} from ${distribution.minValue} to ${distribution.maxValue}${stepText(distribution)}`
    case 'loguniform':
    case 'qloguniform':
      return `${type} from ${powersText(distribution, logbase)}${stepText(distribution)}`
    case 'normal':
    case 'lognormal':
    case 'qnormal':
    case 'qlognormal':
      return `${type} around ${distribution.mu}, deviation ${distribution.sigma}${stepText(distribution)}`
    default:
      return assertNever(type)
  }
}

/** The range itself and the exponents that it is made of, which are easily taken for one another. */
function powersText({ minValue, maxValue }: { minValue: number; maxValue: number }, logbase: number): string {
  const [low, high] = [minValue, maxValue].map((exponent) => Number((logbase ** exponent).toPrecision(3)))
  return `${low} to ${high} (${logbase === Math.E ? 'exp of' : `${logbase} to the power of`} ${minValue} to ${maxValue})`
}

function stepText(distribution: object): string {
  return 'q' in distribution ? `, in steps of ${String(distribution.q)}` : ''
}

function mappingText(mapping: Readonly<Record<string, SearchDistribution | string>>, logbase: number): string {
  const parts = Object.entries(mapping).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : distributionText(value, logbase)}`,
  )
  return `{${parts.join(', ')}}`
}
