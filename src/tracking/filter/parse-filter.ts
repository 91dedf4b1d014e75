import { SluiceError } from '../../base/errors.ts'
import { Cursor } from './cursor.ts'
import {
  isClosed,
  type Comparison,
  type FilterClause,
  type FilterEntity,
  type FilterGrammar,
  type FilterOperator,
  type ListOperator,
  type NumberOperator,
  type PresenceOperator,
  type TextOperator,
} from './grammar.ts'
import { list, readIdentifier, type Identifier } from './identifier.ts'

/** More clauses than this would only be there to hurt: SQLite's expressions nest to 1,000. */
const maxClauses = 100
const maxListValues = 10_000
/** SQLite refuses patterns over 50,000 bytes; an escaped character takes up to 12. */
const maxPatternLength = 4000

const symbol = /[<>=!~]+/y
const wordOperator = /(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE|IN)(?![\p{L}\p{N}_])|IS\s+(?:NOT\s+)?NULL(?![\p{L}\p{N}_])/iuy
const number = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_.])/uy
const anyValue = /`[^`]*`|[^\s()]+/y
const and = /AND(?![\p{L}\p{N}_])/iuy

/**
 * Reads a filter such as `metrics.acc > 0.9 AND tags."a b" LIKE 'x%'`; an empty one has no clauses. Throws
 * `invalid-request` with a caret under the place, or `limit-exceeded` beyond 100 clauses.
 */
export function parseFilter<Entity extends string>(
  text: string | undefined,
  grammar: FilterGrammar<Entity>,
): readonly FilterClause<Entity>[] {
  const cursor = new Cursor(text ?? '', 'filter')
  const clauses: FilterClause<Entity>[] = []
  cursor.skipSpace()
  if (cursor.atEnd) return clauses
  for (;;) {
    clauses.push(readClause(cursor, grammar))
    if (clauses.length > maxClauses) {
      throw new SluiceError('limit-exceeded', `The filter has more than ${maxClauses} clauses.`, {
        hint: 'List alternatives with IN, or filter in several searches.',
      })
    }
    const start = skipped(cursor)
    if (cursor.atEnd) return clauses
    if (cursor.take(and) === undefined) throw unexpectedAfterClause(cursor, start)
    cursor.skipSpace()
  }
}

function skipped(cursor: Cursor): number {
  cursor.skipSpace()
  return cursor.position
}

function unexpectedAfterClause(cursor: Cursor, start: number): SluiceError {
  if (cursor.text[start] === ';') {
    return cursor.error('Search filter contained multiple expressions. Provide AND-ed expression list.', start)
  }
  return cursor.error(`${invalidClause(cursor, start)} Clauses are joined by AND, without OR or parentheses.`, start)
}

function invalidClause(cursor: Cursor, start: number): string {
  const rest = cursor.text.slice(start)
  return `Invalid clause(s) in filter string: '${rest.length > 80 ? `${rest.slice(0, 80)}...` : rest}'.`
}

function readClause<Entity extends string>(cursor: Cursor, grammar: FilterGrammar<Entity>): FilterClause<Entity> {
  const start = cursor.position
  const identifier = readIdentifier(cursor, grammar)
  if (identifier === undefined) {
    throw cursor.error(`${invalidClause(cursor, start)} Expected a name such as metrics.accuracy here.`)
  }
  const operatorStart = skipped(cursor)
  const written = cursor.take(symbol) ?? cursor.take(wordOperator)
  if (written === undefined) {
    const quoting = /[-/:@.+]/.test(cursor.text[cursor.position] ?? '')
      ? ' A name with other characters goes in backticks.'
      : ''
    throw cursor.error(`${invalidClause(cursor, start)} Expected a comparison such as = or LIKE here.${quoting}`)
  }
  const operator = written.toUpperCase().replace(/\s+/g, ' ')
  const { operators } = identifier.rule
  const valueStart = skipped(cursor)
  if (valueStart >= cursor.text.length && !operator.startsWith('IS ')) {
    throw cursor.error(`${invalidClause(cursor, start)} Expected a value here.`)
  }
  const value = { cursor, identifier, closed: isClosed((grammar.entities[identifier.entity] as FilterEntity).keys) }
  if (operator === 'IN' || operator === 'NOT IN') checkListed(value, operatorStart)
  if (!isOperator(operator, operators)) {
    throw cursor.error(`Invalid comparator '${operator}' not one of ${list(operators)}.`, operatorStart)
  }
  return { entity: identifier.entity, key: identifier.key, comparison: readComparison(value, operator) }
}

function isOperator(operator: string, allowed: readonly FilterOperator[]): operator is FilterOperator {
  return (allowed as readonly string[]).includes(operator)
}

interface ValueContext {
  readonly cursor: Cursor
  readonly identifier: Identifier<string>
  readonly closed: boolean
}

function readComparison(context: ValueContext, operator: FilterOperator): Comparison {
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') {
    return { kind: 'presence', operator: operator satisfies PresenceOperator }
  }
  if (operator === 'IN' || operator === 'NOT IN') {
    return { kind: 'list', operator: operator satisfies ListOperator, values: readList(context.cursor) }
  }
  // The rule's operators fit its type: grammars are ours, not the user's.
  const { type, isNumberInOrder } = context.identifier.rule
  return type === 'number' || (isNumberInOrder === true && /[<>]/.test(operator))
    ? { kind: 'number', operator: operator as NumberOperator, value: readNumber(context) }
    : { kind: 'text', operator: operator as TextOperator, value: readText(context, operator) }
}

function readNumber({ cursor, identifier, closed }: ValueContext): number {
  const start = cursor.position
  const found = cursor.take(number)
  if (found !== undefined && (identifier.rule.isWhole !== true || /^-?\d+$/.test(found))) return Number(found)
  if (found !== undefined) {
    throw cursor.error(`Invalid value for numeric attribute '${identifier.key}': '${found}' is no whole number.`, start)
  }
  if (identifier.rule.mayBeQuoted === true) {
    const quoted = cursor.takeQuoted('\'"')
    if (quoted !== undefined && /^-?\d{1,15}$/.test(quoted)) return Number(quoted)
    cursor.position = start
  }
  const subject = closed ? `numeric ${identifier.word}: ${identifier.key}` : identifier.word
  throw cursor.error(`Expected numeric value type for ${subject}. Found ${writtenValue(cursor)}`, start)
}

function readText({ cursor, identifier, closed }: ValueContext, operator: FilterOperator): string {
  const start = cursor.position
  const content = cursor.takeQuoted('\'"')
  if (content !== undefined) {
    if (operator.endsWith('LIKE') && content.length > maxPatternLength) {
      throw cursor.error(
        `The pattern is ${content.length} characters long; at most ${maxPatternLength} are read.`,
        start,
      )
    }
    return withoutNul(cursor, content, start)
  }
  if (/['"]/.test(cursor.text[start]!)) {
    throw cursor.error(`${invalidClause(cursor, start)} The quote that opens here is not closed.`, start)
  }
  const isNumber = cursor.take(number) !== undefined
  cursor.position = start
  const value = writtenValue(cursor)
  if (!isNumber && !value.startsWith('(')) {
    throw cursor.error(
      'Parameter value is either not quoted or unidentified quote types used for string value ' +
        `${value}. Use either single or double quotes.`,
      start,
    )
  }
  const subject = closed
    ? identifier.word === 'attribute'
      ? 'attributes'
      : `${identifier.word} attributes`
    : `${identifier.word} (e.g. 'my-value')`
  throw cursor.error(`Expected a quoted string value for ${subject}. Got value ${value}`, start)
}

function withoutNul(cursor: Cursor, content: string, start: number): string {
  if (content.includes('\0')) throw cursor.error('A value cannot hold the character U+0000.', start)
  return content
}

function writtenValue(cursor: Cursor): string {
  return (cursor.take(anyValue) ?? cursor.text.slice(cursor.position)).slice(0, 80)
}

function checkListed({ cursor, identifier }: ValueContext, position: number): void {
  if (identifier.rule.operators.includes('IN')) return
  throw cursor.error(
    `The ${identifier.word} '${identifier.key}' does not support comparison with a list of quoted string values: ` +
      `Invalid comparator 'IN' not one of ${list(identifier.rule.operators)}.`,
    position,
  )
}

function readList(cursor: Cursor): readonly string[] {
  const start = cursor.position
  const values: string[] = []
  if (cursor.take(/\(/y) === undefined) throw illFormed(cursor, start)
  for (;;) {
    cursor.skipSpace()
    if (values.length > 0 && cursor.take(/\)/y) !== undefined) return values
    const valueStart = cursor.position
    const value = cursor.takeQuoted('\'"')
    if (value === undefined) throw illFormed(cursor, cursor.position)
    values.push(withoutNul(cursor, value, valueStart))
    if (values.length > maxListValues) {
      throw new SluiceError('limit-exceeded', `A list in the filter has more than ${maxListValues} values.`)
    }
    cursor.skipSpace()
    if (cursor.take(/,/y) === undefined && cursor.text[cursor.position] !== ')')
      throw illFormed(cursor, cursor.position)
  }
}

function illFormed(cursor: Cursor, position: number): SluiceError {
  return cursor.error(
    "While parsing a list in the query, expected a non-empty list of string values such as ('a', 'b').",
    position,
  )
}
