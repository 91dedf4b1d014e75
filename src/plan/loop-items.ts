import type { DataType, PrimitiveType } from '../spec/document-parts.ts'
import { isPrimitive } from './bindings/data-types.ts'
import { checkLiteral } from './bindings/literal.ts'
import type { PlannedInput } from './planned-pipeline.ts'

export type PlannedLiteral = Extract<PlannedInput, { kind: 'literal' }>
export interface LoopItem {
  readonly key: string
  readonly inputs: Readonly<Record<string, PlannedLiteral>>
}

/** More items than this are a mistake in the data, not a loop. */
const mostItems = 100_000

/**
 * The items of a parallel_for out of JSON: a list of objects, or an object of objects (then its keys name the items);
 * each object gives inputs of the body. `problems` are ends of a sentence; empty when all items are fine.
 */
export function parseItems(
  text: string,
  {
    types,
    hasDefault,
  }: { readonly types: Readonly<Record<string, DataType | PrimitiveType>>; readonly hasDefault: ReadonlySet<string> },
): { readonly items: readonly LoopItem[]; readonly problems: readonly string[] } {
  const listed = listItems(text)
  if (typeof listed === 'string') return { items: [], problems: [listed] }
  if (listed.length > mostItems)
    return { items: [], problems: [`there are ${listed.length}, at most ${mostItems} can be run`] }
  const problems: string[] = []
  const items = listed.map(([key, item]) => {
    if (!isObject(item)) {
      problems.push(`item ${key} is ${JSON.stringify(item)} instead of an object of inputs`)
      return { key, inputs: {} }
    }
    const inputs: Record<string, PlannedLiteral> = {}
    for (const name of Object.keys(types))
      if (!Object.hasOwn(item, name) && !hasDefault.has(name)) problems.push(`item ${key} gives no "${name}"`)
    for (const [name, value] of Object.entries(item)) {
      const input = itemInput(value, types[name])
      if (typeof input === 'string') problems.push(`input "${name}" of item ${key} ${input}`)
      else inputs[name] = input
    }
    return { key, inputs }
  })
  return { items, problems: problems.slice(0, 20) }
}

function listItems(text: string): readonly (readonly [string, unknown])[] | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text, asWritten)
  } catch {
    return `${JSON.stringify(text.slice(0, 60))} is not JSON`
  }
  if (Array.isArray(parsed)) return parsed.map((item: unknown, index) => [String(index), item] as const)
  if (!isObject(parsed)) return `${text.slice(0, 60)} is neither a list nor an object`
  const entries = Object.entries(parsed)
  const odd = entries.find(([key]) => !/^[A-Za-z0-9_-]+$/.test(key))
  return odd === undefined
    ? entries
    : `the item name ${JSON.stringify(odd[0])} has characters other than letters, digits, _ and -`
}

/** A number stays as it was written (1.0, more digits than JavaScript keeps), as one in YAML does. */
function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  return typeof value === 'number' && source !== undefined && String(value) !== source ? source : value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The input that a JSON value gives, or the end of a sentence that says why it gives none. */
function itemInput(value: unknown, type: DataType | PrimitiveType | undefined): PlannedLiteral | string {
  if (type === undefined) return 'is no input of the body that takes a value'
  const text = literalText(value)
  if (text === undefined) return `is ${JSON.stringify(value)} instead of one value`
  if (!isPrimitive(type)) return `takes ${type}, which cannot be given as JSON; bind it on the body`
  const checked = checkLiteral(text, { type })
  return checked.isValid ? { kind: 'literal', type, value: checked.value } : checked.problem
}

/** Booleans are spelled as Azure ML renders them. */
function literalText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
