import { SluiceError } from '../../base/errors.ts'
import { Cursor } from './cursor.ts'
import type { FilterGrammar, OrderField } from './grammar.ts'
import { readIdentifier } from './identifier.ts'

/** No search has more columns to sort by than this, and every one is a join. */
const maxFields = 20

/**
 * Reads `order_by` texts such as `metrics.acc DESC` or `start_time`; ascending where not said. Throws `invalid-request`
 * with a caret, also for a field that is named twice, unless it `isRepeatable`: then the first counts.
 */
export function parseOrderBy<Entity extends string>(
  texts: readonly string[],
  grammar: FilterGrammar<Entity>,
  options: { readonly isRepeatable?: boolean } = {},
): readonly OrderField<Entity>[] {
  if (texts.length > maxFields) {
    throw new SluiceError('limit-exceeded', `\`order_by\` has ${texts.length} fields; at most ${maxFields} are read.`)
  }
  const fields = texts.map((text) => readOrder(text, grammar))
  const seen = new Set<string>()
  return fields.filter(({ entity, key }) => {
    const identity = `${entity}.${key}`
    const isNew = !seen.has(identity)
    if (!isNew && options.isRepeatable !== true) {
      throw new SluiceError(
        'invalid-request',
        `\`order_by\` contains duplicate fields: [${texts.map((text) => `'${text}'`).join(', ')}] (${identity}).`,
      )
    }
    seen.add(identity)
    return isNew
  })
}

function readOrder<Entity extends string>(text: string, grammar: FilterGrammar<Entity>): OrderField<Entity> {
  const cursor = new Cursor(text, 'order_by')
  cursor.skipSpace()
  const identifier = readIdentifier(cursor, grammar)
  const spaced = cursor.take(/\s+/y) !== undefined
  const word = spaced ? cursor.take(/[\p{L}_]+/uy) : undefined
  cursor.skipSpace()
  if (identifier === undefined || !cursor.atEnd) {
    throw cursor.error(`Invalid order_by clause '${text}'. Could not be parsed.`)
  }
  const direction = word?.toLowerCase() ?? 'asc'
  if (direction !== 'asc' && direction !== 'desc') {
    throw cursor.error(`Invalid ordering key in order_by clause '${text}': expected ASC or DESC, found '${word}'.`)
  }
  const { entity, key, rule } = identifier
  return { entity, key, type: rule.type, ascending: direction === 'asc' }
}
