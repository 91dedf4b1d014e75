import { assertNever } from '../../base/errors.ts'
import type { InputDeclaration, PrimitiveType } from '../../spec/document-parts.ts'
import { nearestName } from '../../spec/yaml/nearest-name.ts'

/** What a declaration asks of a value beyond its type. */
export type ValueBounds = Pick<InputDeclaration, 'min' | 'max' | 'enum'>

/** What a literal must satisfy; an `InputDeclaration` of a primitive type is one. */
export type LiteralRule = ValueBounds & { readonly type: PrimitiveType }

/** The text to substitute, or what is wrong as the end of a sentence that begins with the input's name. */
export type CheckedLiteral =
  | { readonly isValid: true; readonly value: string }
  | { readonly isValid: false; readonly problem: string; readonly hint?: string }

/**
 * Checks text against a declared type as Azure ML reads it: integer by `int(float(v))` (but a fraction is refused
 * instead of cut), number by `float(v)`, boolean `true`/`false` in any case, or 1 and 0. The text stays as written, except that an
 * integer written `3.0` or `1e3` becomes `3` and `1000`, which every program's integer parser reads.
 */
export function checkLiteral(text: string, rule: LiteralRule): CheckedLiteral {
  switch (rule.type) {
    case 'string':
      return checkEnum(text, text, rule)
    case 'boolean':
      // The SDK's dump writes 1 and 0 for them.
      if (/^\s*[01]\s*$/.test(text)) return { isValid: true, value: text.trim() === '1' ? 'True' : 'False' }
      if (parseBoolean(text) === undefined) return wrong(text, 'must be a boolean', 'Write true or false.')
      return { isValid: true, value: text }
    case 'number': {
      const number = parseNumber(text)
      if (number === undefined) return wrong(text, 'must be a number')
      return checkRange(text, number, rule)
    }
    case 'integer': {
      const number = parseNumber(text)
      if (number === undefined || !Number.isInteger(number)) return wrong(text, 'must be an integer')
      const value = /^[+-]?\d+$/.test(text.trim()) ? text.trim() : BigInt(number).toString()
      return checkRange(value, number, rule)
    }
    default:
      return assertNever(rule.type)
  }
}

/** `true` or `false` in any case, Python's spelling included; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : undefined
}

/** A number as Python's `float()` reads it (`1e3`, `.5`, `1_000`, `inf`, `nan`); undefined for anything else. */
export function parseNumber(text: string): number | undefined {
  const word = text.trim().toLowerCase()
  const special = /^([+-]?)(inf|infinity|nan)$/.exec(word)
  if (special !== null) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity
  if (!/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/.test(word)) return undefined
  return Number(word.replaceAll('_', ''))
}

/** What both ask for; undefined where neither asks for anything. */
export function bothBounds(one: ValueBounds | undefined, other: ValueBounds | undefined): ValueBounds | undefined {
  const enums = [one?.enum, other?.enum].filter((allowed) => allowed !== undefined)
  const bounds = {
    min: Math.max(one?.min ?? -Infinity, other?.min ?? -Infinity),
    max: Math.min(one?.max ?? Infinity, other?.max ?? Infinity),
  }
  if (enums.length === 0 && bounds.min === -Infinity && bounds.max === Infinity) return undefined
  const [allowed, also] = enums
  return {
    ...(bounds.min > -Infinity && { min: bounds.min }),
    ...(bounds.max < Infinity && { max: bounds.max }),
    ...(allowed !== undefined && { enum: allowed.filter((value) => also?.includes(value) ?? true) }),
  }
}

function checkRange(value: string, number: number, rule: LiteralRule): CheckedLiteral {
  // Written so that NaN fails a bound.
  if (rule.min !== undefined && !(number >= rule.min)) return wrong(value, `must be at least ${rule.min}`)
  if (rule.max !== undefined && !(number <= rule.max)) return wrong(value, `must be at most ${rule.max}`)
  const same = rule.enum?.find((allowed) => parseNumber(allowed) === number)
  return checkEnum(value, same ?? value, rule)
}

function checkEnum(value: string, compared: string, rule: LiteralRule): CheckedLiteral {
  if (rule.enum === undefined || rule.enum.includes(compared)) return { isValid: true, value }
  const nearest = nearestName(value, rule.enum)
  return wrong(value, `must be one of ${rule.enum.join(', ')}`, nearest && `Did you mean ${nearest}?`)
}

function wrong(value: string, problem: string, hint?: string): CheckedLiteral {
  return { isValid: false, problem: `${problem}, but is "${value}"`, ...(hint !== undefined && { hint }) }
}
