import { checkLiteral, parseBoolean, parseNumber, type LiteralRule } from '../bindings/literal.ts'
import { isPrimitive } from '../bindings/data-types.ts'
import type { DataType, InputDeclaration, PrimitiveType } from '../../spec/document-parts.ts'
import type { SearchDistribution } from '../../spec/sweep-settings.ts'
import type { TrialValue } from './trial-point.ts'

/** The text that a trial gets for a value: a number as it is, a mapping as JSON. */
export function trialText(value: TrialValue): string {
  return typeof value === 'object' ? JSON.stringify(plainJson(value)) : String(value)
}

/** Literals in a mapping are texts as Azure ML renders them; in JSON, numbers and booleans are themselves again. */
function plainJson(value: TrialValue): unknown {
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainJson(inner)]))
  if (typeof value === 'number') return value
  const number = parseNumber(value)
  return parseBoolean(value) ?? (number !== undefined && Number.isFinite(number) ? number : value)
}

/** The type of an input that nobody declared. */
export function typeOfDistribution({ type }: SearchDistribution): PrimitiveType {
  if (type === 'choice') return 'string'
  return type === 'randint' ? 'integer' : 'number'
}

/** What is wrong with values of a distribution for an input, as the end of a sentence that begins with the parameter. */
export interface MisfitSpace {
  readonly problem: string
  readonly hint?: string
  /** Only some of the values may be wrong. */
  readonly isPossible?: true
}

/** Compares a distribution with the declaration of the input that takes its values. */
export function spaceMisfits(
  distribution: SearchDistribution,
  declared: Pick<InputDeclaration, 'min' | 'max' | 'enum'> & { readonly type: DataType | PrimitiveType },
  logbase = Math.E,
): readonly MisfitSpace[] {
  const { type } = declared
  if (!isPrimitive(type)) {
    const hint = 'Give the data under inputs, and let the search space choose among values.'
    return [{ problem: `gives values, but the input takes ${type}`, hint }]
  }
  const rule: LiteralRule = { ...declared, type }
  if (distribution.type === 'choice') return distribution.values.flatMap((value) => choiceMisfit(value, rule))
  if (type === 'boolean' || rule.enum !== undefined) {
    const wanted = type === 'boolean' ? 'a boolean' : `one of ${rule.enum!.join(', ')}`
    return [{ problem: `is ${distribution.type}, but the input takes ${wanted}`, hint: 'Use a choice.' }]
  }
  if (type === 'integer' && !isWhole(distribution)) {
    const hint = 'Use randint, a choice, or a distribution with a whole q, e.g. quniform with q: 1.'
    return [{ problem: `is ${distribution.type}, but the input takes integers`, hint }]
  }
  return type === 'string' ? [] : rangeMisfits(distribution, rule, logbase)
}

function choiceMisfit(value: string | object, rule: LiteralRule): readonly MisfitSpace[] {
  if (typeof value === 'object') {
    if (rule.type === 'string' && rule.enum === undefined) return []
    return [{ problem: `has a mapping among its values, but the input takes ${rule.type}`, hint: 'Declare it string.' }]
  }
  const checked = checkLiteral(value, rule)
  if (checked.isValid) return []
  return [{ problem: `has a value that ${checked.problem}`, ...(checked.hint !== undefined && { hint: checked.hint }) }]
}

function isWhole(distribution: SearchDistribution): boolean {
  return distribution.type === 'randint' || ('q' in distribution && Number.isInteger(distribution.q))
}

function rangeMisfits(
  distribution: Exclude<SearchDistribution, { type: 'choice' }>,
  { min, max }: LiteralRule,
  logbase: number,
): readonly MisfitSpace[] {
  const { least, most, isBounded } = rangeOf(distribution, logbase)
  const possible = isBounded ? {} : { isPossible: true as const }
  const misfits: MisfitSpace[] = []
  if (min !== undefined && least < min)
    misfits.push({ problem: `goes down to ${least}, but the input must be at least ${min}`, ...possible })
  if (max !== undefined && most > max)
    misfits.push({ problem: `goes up to ${most}, but the input must be at most ${max}`, ...possible })
  return misfits
}

interface Range {
  readonly least: number
  readonly most: number
  readonly isBounded: boolean
}

function rangeOf(distribution: Exclude<SearchDistribution, { type: 'choice' }>, logbase: number): Range {
  switch (distribution.type) {
    case 'uniform':
    case 'quniform':
      return { least: distribution.minValue, most: distribution.maxValue, isBounded: true }
    case 'loguniform':
    case 'qloguniform': {
      const ends = [logbase ** distribution.minValue, logbase ** distribution.maxValue]
      return { least: Math.min(...ends), most: Math.max(...ends), isBounded: true }
    }
    case 'randint':
      return { least: 0, most: distribution.upper - 1, isBounded: true }
    case 'lognormal':
    case 'qlognormal':
      return { least: 0, most: Infinity, isBounded: false }
    default:
      return { least: -Infinity, most: Infinity, isBounded: false }
  }
}
