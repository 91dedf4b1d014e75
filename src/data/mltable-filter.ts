import { SluiceError } from '../base/errors.ts'
import { sqlLiteral, sqlName } from './sql-text.ts'

/*
 * The conditions of an MLTable's `filter`: Python's comparisons of `col('a')` with values, and/or/not (&, |, ~) and
 * brackets. As in the package, a comparison with a missing value is false, also under `not`.
 */

const token =
  /\s*(?:(col|datetime)\s*\(([^()]*)\)|(and|or|not)\b|(True|False|None)\b|([<>=!]=|[<>&|~()-])|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|'([^'\\]*)'|"([^"\\]*)")/y

type Token = { readonly kind: 'sign'; readonly text: string } | { readonly kind: 'value'; readonly sql: string }

/** SQL for a filter. Throws `invalid-document` for what is not understood. */
export function filterSql(text: string): string {
  const tokens = tokensOf(text)
  let at = 0
  const peek = (): string | undefined => {
    const next = tokens[at]
    return next?.kind === 'sign' ? next.text : undefined
  }
  const joined = (signs: readonly string[], word: string, part: () => string): string => {
    const parts = [part()]
    while (signs.includes(peek() ?? '')) {
      at++
      parts.push(part())
    }
    return parts.length === 1 ? parts[0]! : `(${parts.join(` ${word} `)})`
  }
  const either = (): string => joined(['or', '|'], 'or', both)
  const both = (): string => joined(['and', '&'], 'and', negated)
  const negated = (): string => {
    if (!['not', '~'].includes(peek() ?? '')) return compared()
    at++
    return `not ${negated()}`
  }
  const compared = (): string => {
    if (peek() === '(') {
      at++
      const inner = either()
      if (peek() !== ')') throw notUnderstood(text)
      at++
      return `(${inner})`
    }
    const left = value()
    const sign = comparisons[peek() ?? '']
    if (sign === undefined) return `coalesce(${left}, false)`
    at++
    return `coalesce(${left} ${sign} ${value()}, false)`
  }
  const value = (): string => {
    const isNegative = peek() === '-'
    if (isNegative) at++
    const next = tokens[at++]
    if (next?.kind !== 'value') throw notUnderstood(text)
    return isNegative ? `-${next.sql}` : next.sql
  }
  const sql = either()
  if (at !== tokens.length) throw notUnderstood(text)
  return sql
}

const comparisons: Readonly<Record<string, string>> = {
  '==': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  token.lastIndex = 0
  while (token.lastIndex < end) {
    const match = token.exec(text)
    if (match === null) throw notUnderstood(text)
    const [, call, inside = '', word, constant, sign, number, single, double] = match
    const literal = single ?? double
    if (call === 'col') tokens.push({ kind: 'value', sql: columnOf(inside, text) })
    else if (call === 'datetime') tokens.push({ kind: 'value', sql: timeOf(inside, text) })
    else if (constant !== undefined) tokens.push({ kind: 'value', sql: constants[constant]! })
    else if (number !== undefined) tokens.push({ kind: 'value', sql: number })
    else if (literal !== undefined) tokens.push({ kind: 'value', sql: sqlLiteral(literal) })
    else tokens.push({ kind: 'sign', text: (word ?? sign)! })
  }
  return tokens
}

const constants: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' }

function columnOf(inside: string, text: string): string {
  const [, single, double] = /^\s*(?:'([^']*)'|"([^"]*)")\s*$/.exec(inside) ?? []
  const name = single ?? double
  if (name === undefined) throw notUnderstood(text)
  return sqlName(name)
}

function timeOf(inside: string, text: string): string {
  const parts = inside.split(',').map((part) => part.trim())
  if (parts.length < 3 || parts.length > 6 || !parts.every((part) => /^\d{1,4}$/.test(part))) throw notUnderstood(text)
  const [year, month, day, hour = '0', minute = '0', second = '0'] = parts
  return `make_timestamp(${[year, month, day, hour, minute, second].join(', ')})`
}

function notUnderstood(text: string): SluiceError {
  return new SluiceError('invalid-document', `MLTable: the filter ${JSON.stringify(text)} is not understood.`, {
    hint: `Compare columns with values, for example: col('age') >= 18 and not col('city') == 'Rome'`,
  })
}
