import { isMap, isNode, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Node } from 'yaml'
import type { Diagnostic } from '../base/errors.ts'
import {
  commandJobKeys,
  commandJobOfComponentKeys,
  dataTransferJobKeys,
  pipelineJobKeys,
  sparkJobKeys,
  sweepJobKeys,
} from './keys.ts'
import { keyName } from './yaml/check-tree.ts'
import { nearestName } from './yaml/nearest-name.ts'
import { parseYaml } from './yaml/parse-yaml.ts'
import { quoted, sourceText } from './yaml/source-text.ts'

/** Values by dotted path, e.g. `inputs.alpha` -> `0.5`: what `--set` says. */
export type Overrides = Readonly<Record<string, string>>

/**
 * The document with values set, before it is read: so they are checked like written ones, and a required key may come
 * from outside. A value is read as YAML reads a scalar. Data inputs keep their type: `inputs.data` sets their path. What
 * is missing on the way is made, as `az ml --set` does, but for steps: a step that is not there is a slip. Items of a
 * list are set by number (`a.0`, `a[0]`). Shared parts (aliases) are copied, not changed. A path that leads nowhere is
 * reported.
 */
export function applyOverrides(root: Node, overrides: Overrides, report: (diagnostic: Diagnostic) => void): Node {
  let result = root
  for (const [path, text] of Object.entries(overrides)) {
    if (!isMap(result)) break
    const names = path.replace(/\[(\d+)\]/g, '.$1').split('.')
    const changed = setAt(result, { path: names, index: 0, value: scalarOf(text), report })
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
  const { path, index } = change
  // Names of inputs may hold dots.
  const rest = path.slice(index).join('.')
  const isLast = index === path.length - 1 || find(map, rest) !== undefined
  const name = isLast ? rest : path[index]!
  const existing = find(map, name)?.value
  if (isLast) return withPair(map, name, newValue(change, existing))
  const inner = setBelow({ map, name, existing }, change)
  return inner && withPair(map, name, inner)
}

/** What stands under a name on the way to the value, with the value set in it. */
function setBelow(
  { map, name, existing }: { readonly map: YAMLMap; readonly name: string; readonly existing: unknown },
  change: Change,
): Node | undefined {
  const { path, index } = change
  const next = { ...change, index: index + 1 }
  if (isMap(existing)) return setAt(existing, next)
  if (isSeq(existing)) return setItem(existing, next)
  if (isScalar(existing) && existing.value !== null) {
    const whole = path.slice(0, index + 1).join('.')
    return refuse(change, `${quoted(whole)} is a single value`, `Set it as a whole: ${whole}=VALUE`)
  }
  if (path[index - 1] === 'jobs') {
    const names = map.items.map(({ key }) => (isScalar(key) ? keyName(key) : ''))
    const near = nearestName(name, names)
    const hint = near === undefined ? 'Set what the document has, e.g. inputs.NAME.' : `Did you mean ${quoted(near)}?`
    return refuse(change, `there is no ${quoted(name)}`, hint)
  }
  return setAt(placed(new YAMLMap(), map), next)
}

function setItem(list: YAMLSeq, change: Change): YAMLSeq | undefined {
  const { path, index, value } = change
  const number = /^\d+$/.test(path[index]!) ? Number(path[index]) : -1
  const existing = list.items[number]
  if (existing === undefined) {
    const items = list.items.length === 1 ? '1 item, 0' : `${list.items.length} items, from 0 on`
    return refuse(change, `there is no item ${quoted(path[index]!)}`, `The list has ${items}.`)
  }
  const inner = index === path.length - 1 ? placed(value, existing) : setInItem(existing, change)
  if (inner === undefined) return undefined
  const copy = new YAMLSeq()
  copy.range = list.range ?? [0, 0, 0]
  copy.items = list.items.map((item, at) => (at === number ? inner : item))
  return copy
}

function setInItem(item: unknown, change: Change): Node | undefined {
  const next = { ...change, index: change.index + 1 }
  if (isMap(item)) return setAt(item, next)
  if (isSeq(item)) return setItem(item, next)
  return refuse(change, `item ${change.path[change.index]} is a single value`, 'Set it as a whole.')
}

/** Reports with a caret below the name that leads nowhere, in the line as it could have been typed. */
function refuse({ path, index, report }: Change, why: string, hint: string): undefined {
  const option = '  --set '
  const at = option.length + path.slice(0, index).reduce((length, name) => length + name.length + 1, 0)
  const frame = `${option}${path.join('.')}=...\n${' '.repeat(at)}^`
  report({ message: `cannot set ${quoted(path.join('.'))}: ${why}`, hint, frame })
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

const jobKeys: ReadonlySet<string> = new Set(
  [commandJobKeys, commandJobOfComponentKeys, pipelineJobKeys, sweepJobKeys, sparkJobKeys, dataTransferJobKeys].flatMap(
    ({ known }) => [...known],
  ),
)
/** What an input that is a mapping has. */
const partsOfInput = new Set(['path', 'type', 'mode', 'value'])

/**
 * Parts what `--set` says of a job: values of inputs, which are bound when it is planned (`alpha`, `inputs.alpha`,
 * `jobs.STEP.inputs.alpha`), and what the file is to say differently, which goes to `applyOverrides`. A name that is
 * neither is taken for an input, since planning tells the nearest.
 */
export function partOverrides(
  values: Overrides,
  jobInputs: readonly string[],
): { readonly inputs: Overrides; readonly changes: Overrides } {
  const inputs: Record<string, string> = {}
  const changes: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    const isChange = !isInput(name, jobInputs) && jobKeys.has(/^[^.[]*/.exec(name)![0])
    ;(isChange ? changes : inputs)[name] = value
  }
  return { inputs, changes }
}

function isInput(name: string, jobInputs: readonly string[]): boolean {
  const bare = name.replace(/^inputs\./, '')
  if (jobInputs.includes(name) || jobInputs.includes(bare)) return true
  const [, ofStep] = /^jobs\..+?\.inputs\.(.+)$/.exec(name) ?? []
  if (ofStep !== undefined) return !partsOfInput.has(ofStep.slice(ofStep.lastIndexOf('.') + 1))
  return name.startsWith('inputs.') && !/[.[]/.test(bare)
}
