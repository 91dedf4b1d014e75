import type { Cursor } from './cursor.ts'
import { isClosed, type FilterEntity, type FilterGrammar, type ValueRule } from './grammar.ts'

/** An identifier of the grammar, with the rule for its value. */
export interface Identifier<Entity extends string> {
  readonly entity: Entity
  /** The entity's word in messages. */
  readonly word: string
  readonly key: string
  readonly rule: ValueRule
}

const bareWord = /[\p{L}\p{N}_][\p{L}\p{N}_$#]*/uy
const bareKey = /[\p{L}\p{N}_][\p{L}\p{N}_$#]*(?:\.[\p{L}\p{N}_$#]+)*/uy

/**
 * Reads `entity.key` or a bare `key`, each part plain or quoted with backticks or double quotes. `undefined` when there
 * is no identifier here; throws when its entity or key is unknown.
 */
export function readIdentifier<Entity extends string>(
  cursor: Cursor,
  grammar: FilterGrammar<Entity>,
): Identifier<Entity> | undefined {
  const start = cursor.position
  const first = cursor.takeQuoted('`"') ?? cursor.take(bareWord)
  if (first === undefined) return undefined
  if (cursor.take(/\./y) === undefined) return resolve(cursor, grammar, { entity: grammar.bare, key: first, start })
  const entity = entityNamed(grammar, first)
  if (entity === undefined) {
    const words = Object.values<FilterEntity>(grammar.entities).map((known) => known.words[0])
    throw cursor.error(`Invalid entity type '${first}'. Valid values are ${list(words)}.`, start)
  }
  const keyStart = cursor.position
  const key = cursor.takeQuoted('`"\'') ?? dottedKey(cursor)
  return key === undefined ? undefined : resolve(cursor, grammar, { entity, key, start: keyStart })
}

/** A plain key, of which the last part may be quoted: span.attributes.`a b`. */
function dottedKey(cursor: Cursor): string | undefined {
  const plain = cursor.take(bareKey)
  if (plain === undefined || !/^\.[`"]/.test(cursor.text.slice(cursor.position, cursor.position + 2))) return plain
  const start = cursor.position++
  const quoted = cursor.takeQuoted('`"')
  if (quoted !== undefined) return `${plain}.${quoted}`
  cursor.position = start
  return plain
}

function entityNamed<Entity extends string>(grammar: FilterGrammar<Entity>, word: string): Entity | undefined {
  for (const entity in grammar.entities) if (grammar.entities[entity].words.includes(word)) return entity
  return undefined
}

function resolve<Entity extends string>(
  cursor: Cursor,
  grammar: FilterGrammar<Entity>,
  { entity, key, start }: { readonly entity: Entity; readonly key: string; readonly start: number },
): Identifier<Entity> {
  const { words, keys, aliases } = grammar.entities[entity]
  const word = words[0]
  if (!isClosed(keys)) return { entity, word, key, rule: keys }
  const name = aliases?.get(key) ?? key
  const rule = keys.get(name)
  if (rule === undefined) {
    throw cursor.error(`Invalid ${word} key '${key}' specified. Valid keys are ${list([...keys.keys()])}.`, start)
  }
  return { entity, word, key: name, rule }
}

/** Quoted names in brackets, as MLflow's messages show them. */
export function list(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`
}
