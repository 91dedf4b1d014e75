import { isMap, isNode, isScalar, isSeq, Document } from 'yaml'
import type { Node } from 'yaml'
import type { JsonValue } from '../base/json.ts'
import type { DoWhileStep, ParallelForItem, ParallelForItems, ParallelForStep } from './documents.ts'
import { hasExpression, readInputMap, readOutputValues } from './inputs-and-outputs.ts'
import { doWhileKeys, doWhileLimitsKeys, parallelForKeys } from './keys.ts'
import { readBoundStep, readStepCommon } from './step-common.ts'
import { defined, optional, readEntries, readMapping, recordOf, required } from './yaml/mapping.ts'
import { quoted } from './yaml/source-text.ts'
import type { Value } from './yaml/values.ts'
import { readList, readText, readWholeNumber, reportAt, wrongType } from './yaml/values.ts'

/** A `do_while`: a step that runs again while its own output says so. */
export function readDoWhile(value: Value): DoWhileStep | undefined {
  const mapping = readMapping(value, doWhileKeys)
  if (mapping === undefined) return undefined
  const body = required(mapping, 'body', readBoundStep)
  const condition = optional(mapping, 'condition', (item) => readPort(item, { kind: 'outputs', body }))
  const links = required(mapping, 'mapping', (item) => readLinks(item, body))
  const maxIterationCount = required(mapping, 'limits', readIterations)
  if (body === undefined || links === undefined || maxIterationCount === undefined) return undefined
  const common = { ...readStepCommon(mapping), ...defined({ condition }) }
  return { kind: 'do_while', body, mapping: links, maxIterationCount, ...common }
}

function readIterations(value: Value): number | undefined {
  const mapping = readMapping(value, doWhileLimitsKeys)
  return mapping && required(mapping, 'max_iteration_count', readWholeNumber(1, 1000))
}

interface PortOf {
  readonly kind: 'inputs' | 'outputs'
  readonly body: string | undefined
}

const linkNames = {
  noun: 'output',
  pattern: /^[a-zA-Z_][\w.]*$|^\$\{\{/,
  rule: 'Name outputs of the body: mapping: {OUTPUT: INPUT}',
}

/** Outputs of the body to the inputs that take them: one name or several. */
function readLinks(value: Value, body: string | undefined): DoWhileStep['mapping'] | undefined {
  if (!isMap(value.node)) return wrongType(value, 'a mapping of outputs to inputs')
  const links = readEntries(value, linkNames).map(({ name, value: item, mark }) => {
    const inputs = item && (isSeq(item.node) ? readList(item) : [item])
    const names = (inputs ?? []).map((one) => readPort(one, { kind: 'inputs', body }))
    if (inputs === undefined) value.document.report(mark, `output "${name}" is mapped to nothing`, 'Name an input.')
    const key = item?.key
    const isBound = isScalar(key) && hasExpression(name)
    const output = isBound ? readPort({ ...value, node: key, title: 'an output' }, { kind: 'outputs', body }) : name
    return [output ?? name, names.filter((one) => one !== undefined)] as const
  })
  return recordOf(links)
}

/** A name of the body's inputs or outputs, as it is or as `${{parent.jobs.BODY.outputs.x}}`. */
function readPort(value: Value, { kind, body }: PortOf): string | undefined {
  const text = readText(value)?.trim()
  if (text === undefined || /^[a-zA-Z_][\w.]*$/.test(text)) return text
  const [, step, found, name] = /^\$\{\{\s*parent\.jobs\.([\w-]+)\.(inputs|outputs)\.([\w.]+)\s*\}\}$/.exec(text) ?? []
  if (name !== undefined && found === kind && (body === undefined || step === body)) return name
  const form = `\${{parent.jobs.${body ?? 'BODY'}.${kind}.NAME}}`
  return reportAt(value, `${value.title} cannot be ${quoted(text)}`, `Name one of the body's ${kind}: NAME or ${form}`)
}

/** A `parallel_for`: a step that runs once for every item. */
export function readParallelFor(value: Value): ParallelForStep | undefined {
  const mapping = readMapping(value, parallelForKeys)
  if (mapping === undefined) return undefined
  const body = required(mapping, 'body', readBoundStep)
  const items = required(mapping, 'items', readItems)
  const rest = {
    ...readStepCommon(mapping),
    outputs: readOutputValues(mapping),
    ...defined({ maxConcurrency: optional(mapping, 'max_concurrency', readWholeNumber(1)) }),
  }
  return body === undefined || items === undefined ? undefined : { kind: 'parallel_for', body, items, ...rest }
}

const itemNames = {
  noun: 'item',
  pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/,
  rule: 'An item name has letters, digits, "-", "_" and ".".',
}

/** A mapping of items, a list of them, the same as JSON text, or an expression that gives such text. */
function readItems(value: Value): ParallelForItems | undefined {
  if (isScalar(value.node)) {
    const text = readText(value)
    if (text === undefined) return undefined
    if (hasExpression(text) && !/^\s*[[{]/.test(text)) return { kind: 'expression', text: text.trim() }
    const json = parseJson(text)
    if (json === undefined || !isMapOrList(json)) {
      return wrongType(value, 'items, or JSON text of such', 'Write e.g. [{"alpha": 0.1}, {"alpha": 0.5}].')
    }
    return readItems({ ...value, node: nodeOf(json, value.node) as Value['node'] })
  }
  const items: ParallelForItem[] = []
  if (isMap(value.node)) {
    for (const { name, value: item, mark } of readEntries(value, itemNames)) {
      if (item === undefined) value.document.report(mark, `item "${name}" is empty`, 'Give it inputs of the body.')
      else items.push({ name, inputs: readInputMap(item) })
    }
  } else {
    for (const [index, item] of (readList(value) ?? []).entries()) {
      items.push({ name: String(index), inputs: readInputMap(item) })
    }
  }
  return { kind: 'items', items }
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

function isMapOrList(json: JsonValue): boolean {
  return typeof json === 'object' && json !== null
}

/** JSON as YAML nodes that stand where the text stands, so that its values are read and placed like written ones. */
function nodeOf(json: JsonValue, place: Node): Node {
  const node = new Document(json).contents as unknown as Node
  const settle = (one: unknown): void => {
    if (!isNode(one)) return
    if (place.range !== undefined) one.range = place.range ?? null
    if (isMap(one)) for (const pair of one.items) [pair.key, pair.value].forEach(settle)
    if (isSeq(one)) one.items.forEach(settle)
  }
  settle(node)
  return node
}
