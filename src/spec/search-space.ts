import { isMap, isNode, isScalar, isSeq } from 'yaml'
import { portNames } from './inputs-and-outputs.ts'
import { searchSpaceKeys } from './keys.ts'
import { readOpen } from './run-settings.ts'
import type { ChoiceValue, SearchDistribution, SearchSpace } from './sweep-settings.ts'
import type { Mapping } from './yaml/mapping.ts'
import { given, readEntries, readMapping, recordOf, required } from './yaml/mapping.ts'
import type { Value } from './yaml/values.ts'
import {
  isEmpty,
  readList,
  readLiteral,
  readNumber,
  readOneOf,
  readWholeNumber,
  reportAt,
  wrongType,
} from './yaml/values.ts'

const parameterNames = { ...portNames, noun: 'parameter' }

/** `search_space:` of a sweep: distributions by the name of the trial's input. */
export function readSearchSpace(value: Value): SearchSpace {
  const space = readEntries(value, parameterNames).map(({ name, value: item, mark }) => {
    if (item !== undefined) return [name, readDistribution(item)] as const
    value.document.report(mark, `parameter "${name}" is empty`, `Write ${name}: {type: choice, values: [1, 2]}`)
    return [name, undefined] as const
  })
  if (isMap(value.node) && value.node.items.length === 0) reportAt(value, '"search_space" has no parameters')
  return recordOf(space)
}

type DistributionType = keyof typeof searchSpaceKeys
const readType = readOneOf(Object.keys(searchSpaceKeys) as DistributionType[])

function readDistribution(value: Value): SearchDistribution | undefined {
  if (!isMap(value.node)) {
    return wrongType(value, 'a distribution', 'Write e.g. {type: choice, values: [1, 2]}, or give it to "inputs".')
  }
  const any = readOpen(value)
  const type = any && required(any, 'type', readType)
  const mapping = type && readMapping(value, searchSpaceKeys[type])
  if (type === undefined || mapping === undefined) return undefined
  if (type === 'choice') {
    const values = required(mapping, 'values', readChoices)
    return values && { type, values }
  }
  if (type === 'randint') {
    const upper = required(mapping, 'upper', readWholeNumber(1))
    return upper === undefined ? undefined : { type, upper }
  }
  switch (type) {
    case 'uniform':
    case 'loguniform': {
      const range = readRange(mapping)
      return range && { type, ...range }
    }
    case 'quniform':
    case 'qloguniform': {
      const range = readRange(mapping)
      const q = readAbove(mapping, 'q')
      return range === undefined || q === undefined ? undefined : { type, ...range, q }
    }
    default:
      return readBell(mapping, type)
  }
}

function readBell(
  mapping: Mapping,
  type: 'normal' | 'lognormal' | 'qnormal' | 'qlognormal',
): SearchDistribution | undefined {
  const mu = required(mapping, 'mu', readFinite)
  const sigma = readAbove(mapping, 'sigma')
  const isRounded = type === 'qnormal' || type === 'qlognormal'
  const q = isRounded ? readAbove(mapping, 'q') : undefined
  if (mu === undefined || sigma === undefined) return undefined
  if (!isRounded) return { type, mu, sigma }
  return q === undefined ? undefined : { type, mu, sigma, q }
}

function readRange(mapping: Mapping): { readonly minValue: number; readonly maxValue: number } | undefined {
  const minValue = required(mapping, 'min_value', readFinite)
  const maxValue = required(mapping, 'max_value', readFinite)
  if (minValue === undefined || maxValue === undefined) return undefined
  if (minValue < maxValue) return { minValue, maxValue }
  const message = `"max_value" of ${mapping.title} must be above "min_value" (${minValue}), but is ${maxValue}`
  return reportAt(given(mapping, 'max_value')!, message)
}

function readAbove(mapping: Mapping, key: string): number | undefined {
  return required(mapping, key, (value) => {
    const number = readFinite(value)
    return number === undefined || number > 0 ? number : wrongType(value, 'a number above 0')
  })
}

function readFinite(value: Value): number | undefined {
  const number = readNumber(value)
  return number === undefined || Number.isFinite(number) ? number : wrongType(value, 'a finite number')
}

function readChoices(value: Value): readonly ChoiceValue[] | undefined {
  const items = readList(value)
  if (items === undefined) return undefined
  // Items that say nothing are left out of lists; here that would be a trial that nobody sees missing.
  const empty = isSeq(value.node) ? value.node.items.findIndex((item) => !isNode(item) || isEmpty(item)) : -1
  if (empty >= 0 && items.length > 0)
    return reportAt(value, `item ${empty + 1} of "values" is empty`, 'Write a text, e.g. "null" or "", or remove it.')
  if (items.length === 0) return reportAt(value, '"values" has no values', 'A choice needs at least one.')
  return items.map(readChoice).filter((choice) => choice !== undefined)
}

/** A single value, or a mapping of parameters that only this choice has. */
function readChoice(value: Value): ChoiceValue | undefined {
  if (!isMap(value.node)) return readLiteral(value)
  return recordOf(
    readEntries(value, parameterNames).map(({ name, value: item }) => {
      if (item === undefined) return [name, ''] as const
      return [name, isScalar(item.node) ? readLiteral(item) : readDistribution(item)] as const
    }),
  )
}
