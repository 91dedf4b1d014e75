import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Node, Pair, YAMLMap } from 'yaml'
import { maxDepth } from './parse-yaml.ts'
import type { Mark, Problem } from './source-text.ts'
import { quoted } from './source-text.ts'
import { refusedTag } from './syntax-mistake.ts'

/** Values that aliases may add to a file when they are written out. */
const maxAliasedValues = 100_000

const coreTags = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`))

/**
 * Replaces every alias by what it stands for (the tree becomes a graph without circles) and reports what YAML allows
 * and a document must not have: duplicate or structured keys, tags, aliases that lead nowhere, into themselves or that
 * multiply the file. Linear; the root comes back, for it may be an alias itself.
 */
export function checkTree(root: Node | null, report: (problem: Problem) => void): Node | null {
  const walk: Walk = { report, anchors: new Map(), added: 0, stopped: false }
  return root === null ? null : visit(walk, root).node
}

interface Walk {
  readonly report: (problem: Problem) => void
  readonly anchors: Map<string, Visited>
  added: number
  stopped: boolean
}

/** A finished node with what it holds, aliases written out. */
interface Visited {
  readonly node: Node
  readonly size: number
  readonly depth: number
}

function visit(walk: Walk, node: Node): Visited {
  if (isAlias(node)) return visitAlias(walk, node)
  checkTag(walk, node)
  let size = 1
  let depth = 0
  const inside = (child: Visited): Node => {
    size += child.size
    depth = Math.max(depth, child.depth)
    return child.node
  }
  if (isMap(node)) {
    checkKeys(walk, node)
    for (const pair of node.items) {
      if (isNode(pair.key)) pair.key = inside(visit(walk, pair.key))
      if (isNode(pair.value)) pair.value = inside(visit(walk, pair.value))
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => {
      if (isNode(item)) node.items[index] = inside(visit(walk, item))
    })
  }
  const visited = { node, size, depth: isScalar(node) ? 0 : depth + 1 }
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, visited)
  return visited
}

function visitAlias(walk: Walk, alias: Node & { source: string }): Visited {
  const target = walk.anchors.get(alias.source)
  const nothing = { node: alias, size: 1, depth: 0 }
  if (target === undefined) {
    const message = `*${printableName(alias.source)} stands for nothing: no finished value above has the anchor &${printableName(alias.source)}`
    walk.report({ mark: markOf(alias), message, hint: 'Anchors are set above, as in: base: &base {...}' })
    return nothing
  }
  walk.added += target.size
  const grows = walk.added > maxAliasedValues
  if ((grows || target.depth >= maxDepth) && !walk.stopped) {
    walk.stopped = true
    const message = grows
      ? `the aliases of this file add more than ${maxAliasedValues} values`
      : `the aliases of this file nest deeper than ${maxDepth} levels`
    walk.report({ mark: markOf(alias), message, hint: 'Write the values out, or repeat less.' })
  }
  return walk.stopped ? nothing : target
}

function checkTag(walk: Walk, node: Node): void {
  const tag = node.tag
  if (tag === undefined || coreTags.has(tag)) return
  refused.add(node)
  walk.report(refusedTag(markOf(node), tag))
}

function checkKeys(walk: Walk, map: YAMLMap): void {
  const seen = new Set<string>()
  for (const { key, value } of map.items) {
    if (isScalar(key)) {
      const name = keyName(key)
      if (seen.has(name)) {
        const message = `the key ${quoted(name)} stands here twice`
        walk.report({ mark: markOf(key), message, hint: 'Remove one of the two.' })
      }
      seen.add(name)
    } else if (!isAlias(key)) {
      refused.add(map)
      const isPlaceholder = isMap(key) && value === null && key.items.length === 1
      const hint = isPlaceholder ? 'Replace this {{placeholder}} by a value.' : 'Put the key in quotes.'
      walk.report({ mark: markOf(key as Node | null, map), message: 'a key must be text', hint })
    }
  }
}

const refused = new WeakSet<Node>()

/** Whether a node was reported by `checkTree` as having no meaning: readers leave it alone, one mistake is one message. */
export function isRefused(node: Node): boolean {
  return isAlias(node) || refused.has(node)
}

/** The text of a scalar key as it is written: `1`, `true` and `~` are names like any other. */
export function keyName(key: { readonly value: unknown; readonly source?: string | undefined }): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

/** Where a node stands: scalars with their whole length, the others by their first character. */
export function markOf(node: Node | null, otherwise?: Node): Mark {
  const [start = 0, end = start + 1] = node?.range ?? otherwise?.range ?? []
  return { offset: start, length: isScalar(node) || isAlias(node) ? Math.max(1, end - start) : 1 }
}

/** A mapping's pairs by key name, `<<` merged in (YAML 1.1, as Azure's reader does): own keys win, then the first. */
export function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = pairsByMap.get(map)
  if (known !== undefined) return known
  const pairs = new Map<string, Pair>()
  const merged: Node[] = []
  for (const pair of map.items) {
    if (!isScalar(pair.key)) continue
    if (pair.key.value === '<<' && pair.key.type === 'PLAIN' && (isMap(pair.value) || isSeq(pair.value))) {
      merged.push(...(isSeq(pair.value) ? (pair.value.items as Node[]) : [pair.value]))
    } else {
      pairs.set(keyName(pair.key), pair)
    }
  }
  for (const source of merged) {
    if (!isMap(source)) continue
    for (const [name, pair] of pairsOf(source)) if (!pairs.has(name)) pairs.set(name, pair)
  }
  pairsByMap.set(map, pairs)
  return pairs
}

const pairsByMap = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

function printableName(name: string): string {
  return quoted(name).slice(1, -1)
}
