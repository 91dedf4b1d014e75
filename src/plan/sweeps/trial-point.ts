import { assert } from '../../base/errors.ts'
import { drawNumber } from './draw-number.ts'
import { philox } from './philox.ts'
import type { ChoiceValue, SamplingAlgorithm, SearchDistribution, SearchSpace } from '../../spec/sweep-settings.ts'
import { sobolWord } from './sobol.ts'

export type TrialValue = string | number | { readonly [name: string]: TrialValue }
/** The values of one trial, by name of the search space. */
export type TrialPoint = Readonly<Record<string, TrialValue>>

/** Which value a distribution takes: its place among the values of a choice, or the number itself. */
interface Chooser {
  /** `path` is unique in the space: `optimizer`, or `optimizer.1.momentum` for what stands in a choice's value. */
  place(path: string, count: number): number
  number(path: string, distribution: Exclude<SearchDistribution, { type: 'choice' }>): number
}

type StatelessAlgorithm = Exclude<SamplingAlgorithm, { type: 'bayesian' }>

/**
 * Trial `index` (from 0) of a sweep; undefined past the end of a grid. A function of its arguments alone, so a sweep
 * that goes on after a crash has the same trials. Without a seed the seed is 0, so the same sweep again has them too.
 * `random`: a value depends on the seed, the index and the parameter's own name, so that adding a parameter leaves the
 * values of the others. `sobol`: one dimension per distribution in the order written, shifted by the seed.
 * `grid`: the product in the order written, the last parameter turning fastest.
 */
export function trialAt(space: SearchSpace, algorithm: StatelessAlgorithm, index: number): TrialPoint | undefined {
  if (algorithm.type === 'grid') return gridPoint(space, index)
  const probability = algorithm.rule === 'sobol' ? sobolProbability(space, algorithm, index) : random(algorithm, index)
  return choosePoint(space, {
    place: (path, count) => Math.min(Math.floor(probability(path) * count), count - 1),
    number: (path, distribution) => drawNumber(distribution, probability(path), algorithm.logbase),
  })
}

/** A point of the space made by asking for every distribution that is met, those in the chosen values included. */
export function choosePoint(space: SearchSpace, chooser: Chooser): TrialPoint {
  return Object.fromEntries(
    Object.entries(space).map(([name, distribution]) => [name, choose(name, distribution, chooser)]),
  )
}

function choose(path: string, distribution: SearchDistribution, chooser: Chooser): TrialValue {
  if (distribution.type !== 'choice') return chooser.number(path, distribution)
  const place = chooser.place(path, distribution.values.length)
  const value = distribution.values[place]!
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isDistribution(inner) ? choose(`${path}.${place}.${name}`, inner, chooser) : inner,
    ]),
  )
}

/** Every distribution of a space by its path, outer before inner, in the order written. */
export function distributionsOf(space: SearchSpace): readonly (readonly [string, SearchDistribution])[] {
  return Object.entries(space).flatMap(([name, distribution]) => withInner(name, distribution))
}

function withInner(path: string, distribution: SearchDistribution): readonly (readonly [string, SearchDistribution])[] {
  const values = distribution.type === 'choice' ? distribution.values : []
  const inner = values.flatMap((value, place) =>
    isMapping(value)
      ? Object.entries(value).flatMap(([name, nested]) =>
          isDistribution(nested) ? withInner(`${path}.${place}.${name}`, nested) : [],
        )
      : [],
  )
  return [[path, distribution], ...inner]
}

/** How many trials a grid has; Infinity if it holds anything but choices. */
export function gridSize(space: SearchSpace): number {
  return product(Object.values(space).map(sizeOf))
}

function sizeOf(distribution: SearchDistribution): number {
  if (distribution.type !== 'choice') return Infinity
  return distribution.values.reduce<number>((sum, value) => sum + valueSize(value), 0)
}

function valueSize(value: ChoiceValue): number {
  return isMapping(value) ? product(innerOf(value).map(([, inner]) => sizeOf(inner))) : 1
}

/** The distributions in a value of a choice. */
export function innerOf(mapping: Exclude<ChoiceValue, string>): readonly (readonly [string, SearchDistribution])[] {
  return Object.entries(mapping).filter((entry): entry is [string, SearchDistribution] => isDistribution(entry[1]))
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1)
}

function gridPoint(space: SearchSpace, index: number): TrialPoint | undefined {
  if (index >= gridSize(space)) return undefined
  return mixed(space, index)
}

/** Splits an index over the distributions of a mapping as a number with mixed radix, the last digit lowest. */
function mixed(mapping: Exclude<ChoiceValue, string>, index: number): { readonly [name: string]: TrialValue } {
  let left = index
  const digits = new Map<string, number>()
  for (const [name, distribution] of [...innerOf(mapping)].reverse()) {
    const size = sizeOf(distribution)
    digits.set(name, left % size)
    left = Math.floor(left / size)
  }
  return Object.fromEntries(
    Object.entries(mapping).map(([name, inner]) => [
      name,
      isDistribution(inner) ? gridValue(inner, digits.get(name)!) : inner,
    ]),
  )
}

function gridValue(distribution: SearchDistribution, digit: number): TrialValue {
  assert(distribution.type === 'choice', `a grid cannot go through ${distribution.type}`)
  let left = digit
  const value = distribution.values.find((one) => {
    if (left < valueSize(one)) return true
    left -= valueSize(one)
    return false
  })!
  return isMapping(value) ? mixed(value, left) : value
}

type Probability = (path: string) => number

function random({ seed = 0 }: { readonly seed?: number }, index: number): Probability {
  return (path) => {
    const [first, second] = philox([index >>> 0, Math.floor(index / 2 ** 32), ...nameWords(path)], keyOf(seed))
    return ((first >>> 5) * 2 ** 26 + (second >>> 6) + 0.5) / 2 ** 53
  }
}

function sobolProbability(space: SearchSpace, { seed = 0 }: { readonly seed?: number }, index: number): Probability {
  const dimensions = new Map(distributionsOf(space).map(([path], dimension) => [path, dimension]))
  return (path) => {
    const dimension = dimensions.get(path)!
    const [shift] = philox([dimension, 0, 0, 0], keyOf(seed))
    return (((sobolWord(index, dimension) ^ shift) >>> 0) + 0.5) / 2 ** 32
  }
}

/** Seeds are integers of up to 53 bits with a sign. */
function keyOf(seed: number): readonly [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]
}

/** 64 bits of a name: FNV-1a forwards and backwards. */
function nameWords(name: string): readonly [number, number] {
  let forwards = 0x811c9dc5
  let backwards = 0x811c9dc5
  for (let at = 0; at < name.length; at++) {
    forwards = Math.imul(forwards ^ name.charCodeAt(at), 0x01000193)
    backwards = Math.imul(backwards ^ name.charCodeAt(name.length - 1 - at), 0x01000193)
  }
  return [forwards >>> 0, backwards >>> 0]
}

/** True for a value of a choice that is a mapping. */
export function isMapping(value: ChoiceValue): value is Exclude<ChoiceValue, string> {
  return typeof value === 'object'
}

function isDistribution(value: string | SearchDistribution): value is SearchDistribution {
  return typeof value === 'object'
}
