import type { ChoiceValue, SearchDistribution, SearchSpace } from '../../spec/sweep-settings.ts'
import { drawNumber } from './draw-number.ts'
import { choosePoint, innerOf, isMapping, type TrialPoint } from './trial-point.ts'

/**
 * A distribution as a sampler from outside sees it, without its shape: a probability between 0 and 1 for numbers of a
 * continuous distribution, an integer below `count`, or a choice of `count` places with what exists only in each.
 */
export type SampledParameter =
  | { readonly path: string; readonly kind: 'probability' }
  | { readonly path: string; readonly kind: 'integer'; readonly count: number }
  | {
      readonly path: string
      readonly kind: 'choice'
      readonly count: number
      readonly inner?: readonly (readonly SampledParameter[])[]
    }

/** What a sampler proposes for one trial, by path of the parameters that exist in it. */
export type SampledValues = Readonly<Record<string, number>>

/** The parameters of a space, for a sampler that knows no distributions. */
export function sampledParameters(space: SearchSpace): readonly SampledParameter[] {
  return Object.entries(space).map(([path, distribution]) => sampledParameter(path, distribution))
}

function sampledParameter(path: string, distribution: SearchDistribution): SampledParameter {
  if (distribution.type === 'randint') return { path, kind: 'integer', count: distribution.upper }
  if (distribution.type !== 'choice') return { path, kind: 'probability' }
  const { values } = distribution
  const inner = values.map((value, place) => innerParameters(`${path}.${place}`, value))
  const hasInner = inner.some((parameters) => parameters.length > 0)
  return { path, kind: 'choice', count: values.length, ...(hasInner && { inner }) }
}

function innerParameters(path: string, value: ChoiceValue): readonly SampledParameter[] {
  if (!isMapping(value)) return []
  return innerOf(value).map(([name, distribution]) => sampledParameter(`${path}.${name}`, distribution))
}

// The ends of the interval are no probabilities: a normal variable has no value there.
const leastProbability = 2 ** -40

/** The point of a space that a sampler's values stand for. Values out of range are taken to the nearest in range. */
export function pointOfValues(space: SearchSpace, values: SampledValues): TrialPoint {
  return choosePoint(space, {
    place: (path, count) => Math.min(Math.max(Math.trunc(values[path] ?? 0), 0), count - 1),
    number: (path, distribution) => {
      const value = values[path] ?? 0.5
      if (distribution.type === 'randint') return Math.min(Math.max(Math.trunc(value), 0), distribution.upper - 1)
      return drawNumber(distribution, Math.min(Math.max(value, leastProbability), 1 - leastProbability))
    },
  })
}
