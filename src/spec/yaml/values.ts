import { isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Node, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isRefused, markOf, pairsOf } from './check-tree.ts'
import { azureLiteral } from './literal.ts'
import { nearestName } from './nearest-name.ts'
import type { Mark } from './source-text.ts'
import { quoted } from './source-text.ts'
import type { YamlDocument } from './yaml-document.ts'

/*
 * Typed reading of YAML values. A reader returns what it read, or reports one mistake and returns undefined: the caller
 * goes on with the rest of the file, so that all mistakes are found at once and none is reported twice.
 */

/** A value that is there (not null), and what to call it in a message. */
export interface Value {
  readonly document: YamlDocument
  readonly node: Scalar | YAMLMap | YAMLSeq
  /** As messages say it: `"instance_count"`, `input "alpha"`. */
  readonly title: string
  /** The key it stands under, where messages about the whole value point. */
  readonly key?: Node
}

/** Reads a value or reports why not. */
export type Reader<Result> = (value: Value) => Result | undefined

/** The whole document as a value; undefined (and reported) if it is empty. */
export function rootValue(document: YamlDocument, title: string): Value | undefined {
  const node = document.root
  if (node === undefined) return undefined
  if (node !== null && !isEmpty(node) && isReadable(node)) return { document, node, title }
  if (node === null || isEmpty(node)) document.report({ offset: 0, length: 1 }, 'the file is empty')
  return undefined
}

/** Where a message about a value points: a scalar itself, else its key. */
function markOfValue(value: Value): Mark {
  return isScalar(value.node) || value.key === undefined ? markOf(value.node) : markOf(value.key)
}

/** Reports a mistake about a value. */
export function reportAt(value: Value, message: string, hint?: string): undefined {
  value.document.report(markOfValue(value), message, hint)
}

/** Text; numbers and the like are refused with the advice to quote them. */
export function readText(value: Value): string | undefined {
  const { node } = value
  if (isScalar(node) && typeof node.value === 'string') return node.value
  return isScalar(node) ? wrongType(value, 'text', 'Put it in quotes.') : wrongType(value, 'text')
}

/** Text, or a number or boolean as Azure writes it: for versions, tags, environment variables, literals. */
export function readLiteral(value: Value): string | undefined {
  return isScalar(value.node) ? azureLiteral(value.node) : wrongType(value, 'a single value')
}

/** A reader of text that must match `pattern`; `rule` says in words what does. */
export function readMatching(pattern: RegExp, rule: string): Reader<string> {
  return (value) => {
    const text = readLiteral(value)
    if (text === undefined || pattern.test(text)) return text
    return reportAt(value, `${value.title} cannot be ${quoted(text)}`, placeholderHint(text) ?? rule)
  }
}

/** What to say where a template was not filled in: `{{NAME}}`, `<name>`. */
export function placeholderHint(text: string): string | undefined {
  return /(^|[^$])\{\{.*\}\}|<[^<>]+>/.test(text) ? 'Replace the placeholder by a value.' : undefined
}

/** A reader of whole numbers of at least `least`; text that is one counts, as in Azure. */
export function readWholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value) => {
    const number = numberIn(value)
    if (number !== undefined && Number.isInteger(number) && number >= least && number <= most) return number
    const bounds = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    return wrongType(value, `a whole number ${bounds}`)
  }
}

/** A number, or text that is one. */
export function readNumber(value: Value): number | undefined {
  return numberIn(value) ?? wrongType(value, 'a number')
}

/** true or false; the words that Azure's reader (YAML 1.1) takes for them count, quoted or not. */
export function readBoolean(value: Value): boolean | undefined {
  const raw = isScalar(value.node) ? value.node.value : undefined
  if (typeof raw === 'boolean') return raw
  const word = typeof raw === 'string' ? raw.toLowerCase() : ''
  if (['true', 'yes', 'on'].includes(word)) return true
  if (['false', 'no', 'off'].includes(word)) return false
  return wrongType(value, 'true or false')
}

/** A reader of one of a few words, in any case; `synonyms` maps further words to them. */
export function readOneOf<const Word extends string>(
  words: readonly Word[],
  synonyms: Readonly<Record<string, Word>> = {},
): Reader<Word> {
  return (value) => {
    const text = readLiteral(value)
    if (text === undefined) return undefined
    const lower = text.toLowerCase()
    const word = words.find((one) => one.toLowerCase() === lower)
    if (word !== undefined) return word
    if (Object.hasOwn(synonyms, lower)) return synonyms[lower]
    const near = nearestName(text, words)
    const meant = near === undefined ? '' : `, did you mean ${quoted(near)}?`
    return reportAt(value, `${value.title} cannot be ${quoted(text)}${meant}`, `It is one of: ${words.join(', ')}.`)
  }
}

/** The items of a list that are there, in order; nothing stands for null. */
export function readList(value: Value): readonly Value[] | undefined {
  const { node, document, key } = value
  if (!isSeq(node)) return wrongType(value, 'a list')
  const items: Value[] = []
  node.items.forEach((item, index) => {
    if (!isNode(item) || isEmpty(item) || !isReadable(item)) return
    items.push({ document, node: item, title: `item ${index + 1} of ${value.title}`, ...(key && { key }) })
  })
  return items
}

/** A list of texts, or a single text for a list of one. */
export function readTexts(value: Value): readonly string[] | undefined {
  if (isScalar(value.node)) {
    const text = readText(value)
    return text === undefined ? undefined : [text]
  }
  const items = readList(value)
  return items?.map(readText).filter((text) => text !== undefined)
}

/** A mapping of names to literals (tags, environment variables); an empty value is empty text. */
export function readLiterals(value: Value): Readonly<Record<string, string>> | undefined {
  const { node, document } = value
  if (!isMap(node)) return wrongType(value, 'a mapping of names to values')
  const record = emptyRecord<string>()
  for (const [name, pair] of pairsOf(node)) {
    const item = pair.value
    if (!isNode(item) || isEmpty(item)) {
      record[name] = ''
    } else if (isReadable(item)) {
      const text = readLiteral({ document, node: item, title: `${quoted(name)} in ${value.title}`, key: keyOf(pair) })
      if (text !== undefined) record[name] = text
    }
  }
  return record
}

/** A mapping as JSON, whatever it holds; objects have no prototype, so no key can do harm. */
export function readJsonObject(value: Value): JsonObject | undefined {
  return isMap(value.node) ? (toJson(value.node) as JsonObject) : wrongType(value, 'a mapping')
}

/** A record for names that users choose: without a prototype, `constructor` and `__proto__` are names like others. */
export function emptyRecord<Item>(): Record<string, Item> {
  return Object.create(null) as Record<string, Item>
}

/** Whether a node says nothing: null, `~` or no text at all. */
export function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null
}

/** Whether a node has one of the three shapes; an alias that leads nowhere has not, and is reported already. */
export function isReadable(node: Node): node is Scalar | YAMLMap | YAMLSeq {
  return !isRefused(node)
}

/** The key of a pair as a node. */
export function keyOf(pair: { readonly key: unknown }): Node {
  return pair.key as Node
}

/** Reports that a value has the wrong type, and shows it. */
export function wrongType(value: Value, expected: string, hint?: string): undefined {
  return reportAt(value, `${value.title} must be ${expected}, but is ${shown(value.node)}`, hint)
}

function numberIn({ node }: Value): number | undefined {
  if (!isScalar(node)) return undefined
  if (typeof node.value === 'number') return node.value
  const isNumeric = typeof node.value === 'string' && /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(node.value)
  return isNumeric ? Number(node.value) : undefined
}

function shown(node: Scalar | YAMLMap | YAMLSeq): string {
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  const { value } = node
  if (typeof value === 'string') return `the text ${quoted(value)}`
  return node.source ?? String(value)
}

function toJson(node: unknown): JsonValue {
  if (isMap(node)) {
    const object = emptyRecord<JsonValue>()
    for (const [name, pair] of pairsOf(node)) object[name] = toJson(pair.value)
    return object
  }
  if (isSeq(node)) return node.items.map(toJson)
  const value = isScalar(node) ? node.value : null
  if (typeof value === 'string' || typeof value === 'boolean') return value
  // JSON has no infinities.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  return null
}
