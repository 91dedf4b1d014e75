import { isMap, isNode, isScalar, Pair, Scalar, YAMLMap } from 'yaml'
import type { Node } from 'yaml'
import type { Diagnostic } from '../base/errors.ts'
import { keyName } from './yaml/check-tree.ts'
import { nearestName } from './yaml/nearest-name.ts'
import { parseYaml } from './yaml/parse-yaml.ts'
import { quoted, sourceText } from './yaml/source-text.ts'

/** Values by dotted path, e.g. `inputs.alpha` -> `0.5`: what `--set` says. */
export type Overrides = Readonly<Record<string, string>>

/**
 * The document with values set, before it is read: so they are checked like written ones, and a required key may come
 * from outside. A value is read as YAML reads a scalar. Data inputs keep their type: `inputs.data` sets their path.
 * Shared parts (aliases) are copied, not changed. A path that leads nowhere is reported.
 */
export function applyOverrides(root: Node, overrides: Overrides, report: (diagnostic: Diagnostic) => void): Node {
  let result = root
  for (const [path, text] of Object.entries(overrides)) {
    if (!isMap(result)) break
    const changed = setAt(result, { path: path.split('.'), index: 0, value: scalarOf(text), report })
    if (changed !== undefined) result = changed
  }
  return result
}

interface Change {
  readonly path: readonly string[]
  readonly index: number
  readonly value: Scalar
  readonly report: (diagnostic: Diagnostic) => void
}

function setAt(map: YAMLMap, change: Change): YAMLMap | undefined {
  const { path, index, value } = change
  // Names of inputs may hold dots.
  const rest = path.slice(index).join('.')
  const isLast = index === path.length - 1 || find(map, rest) !== undefined
  const name = isLast ? rest : path[index]!
  const existing = find(map, name)?.value
  if (isLast) return withPair(map, name, newValue(change, existing))
  if (isMap(existing)) {
    const inner = setAt(existing, { ...change, index: index + 1 })
    return inner && withPair(map, name, inner)
  }
  if (!mayCreate(path, index)) return refuse(map, name, change)
  const created = setAt(new YAMLMap(), { ...change, index: index + 1, value })
  return created && withPair(map, name, created)
}

/** Groups of fields may be created (`settings`, a step's `inputs`), steps may not. */
function mayCreate(path: readonly string[], index: number): boolean {
  return path[0] === 'jobs' ? index === 2 : index === 0
}

function refuse(map: YAMLMap, name: string, { path, report }: Change): undefined {
  const near = nearestName(
    name,
    map.items.map(({ key }) => (isScalar(key) ? keyName(key) : '')),
  )
  const hint = near === undefined ? 'Set what the document has, e.g. inputs.NAME.' : `Did you mean ${quoted(near)}?`
  report({ message: `cannot set ${quoted(path.join('.'))}: there is no ${quoted(name)}`, hint })
  return undefined
}

function newValue({ path, value }: Change, existing: unknown): Node {
  const isInput = path.at(-2) === 'inputs' && isMap(existing)
  if (!isInput) return placed(value, existing)
  return withPair(existing, find(existing, 'value') === undefined ? 'path' : 'value', value)
}

function withPair(map: YAMLMap, name: string, value: Node): YAMLMap {
  const copy = new YAMLMap()
  copy.range = map.range ?? [0, 0, 0]
  const old = find(map, name)
  const key = old?.key ?? placed(new Scalar(name), map)
  copy.items = map.items.filter((pair) => pair !== old)
  copy.items.push(new Pair(key, placed(value, old?.value ?? map)))
  return copy
}

/** What is set from outside stands, for messages, where it takes effect. */
function placed<Placed extends Node>(node: Placed, at: unknown): Placed {
  const start = isNode(at) ? (at.range?.[0] ?? 0) : 0
  node.range ??= isScalar(at) && at.range ? at.range : [start, start, start]
  return node
}

function find(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && keyName(key) === name)
}

function scalarOf(text: string): Scalar {
  const parsed = parseYaml(sourceText('', text))
  const node = 'root' in parsed ? parsed.root : null
  if (!isScalar(node) || node.tag !== undefined || node.anchor !== undefined) return new Scalar(text)
  delete node.range
  return node
}
