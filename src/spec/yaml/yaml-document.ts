import { isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Node } from 'yaml'
import type { Diagnostic, SourcePosition } from '../../base/errors.ts'
import type { PositionFinder } from '../document-parts.ts'
import { checkTree, pairsOf } from './check-tree.ts'
import { parseYaml } from './parse-yaml.ts'
import type { Mark, Problem, SourceText } from './source-text.ts'
import { frameAt, positionAt, sourceText } from './source-text.ts'

/** A parsed file: its values, and a place to report what is wrong with them. */
export interface YamlDocument {
  readonly file: string
  readonly source: SourceText
  /** Null for an empty file; undefined where the file is not readable at all, which is reported already. */
  readonly root: Node | null | undefined
  report(mark: Mark, message: string, hint?: string): void
  /** As `report`, for what is left aside rather than wrong. */
  warn(mark: Mark, message: string, hint?: string): void
  /** Finds values from the root, without walking the file again. */
  readonly at: PositionFinder
  /** The source line of a position in this file, with a caret below it; undefined for a blank line. */
  frame(position: SourcePosition): string | undefined
}

export type Severity = 'error' | 'warning'
export type Collect = (severity: Severity, diagnostic: Diagnostic) => void

/** Parses the text of `file` and checks it as YAML; every mistake goes to `collect`, with position and frame. */
export function openYaml(file: string, text: string, collect: Collect): YamlDocument {
  const source = sourceText(file, text)
  const add = (severity: Severity, { mark, message, hint }: Problem): void => {
    const at = positionAt(source, mark.offset)
    const frame = frameAt(source, mark)
    const advice = hint !== undefined && { hint }
    collect(severity, { message, ...advice, at, ...(frame !== undefined && { frame }) })
  }
  const report = (problem: Problem): void => add('error', problem)
  const parsed = parseYaml(source)
  if ('problems' in parsed) parsed.problems.forEach(report)
  const root = 'problems' in parsed ? undefined : checkTree(parsed.root, report)
  return {
    file,
    source,
    root,
    report: (mark, message, hint) => report({ mark, message, ...(hint !== undefined && { hint }) }),
    warn: (mark, message, hint) => add('warning', { mark, message, ...(hint !== undefined && { hint }) }),
    at: (path) => positionIn(source, root, path),
    frame: ({ line, column }) =>
      frameAt(source, { offset: (source.lineStarts()[line - 1] ?? 0) + column - 1, length: 1 }),
  }
}

/** The document with another root of the same text; positions are found in the new one. */
export function withRoot(document: YamlDocument, root: Node): YamlDocument {
  return { ...document, root, at: (path) => positionIn(document.source, root, path) }
}

function positionIn(
  source: SourceText,
  root: Node | null | undefined,
  path: readonly (string | number)[],
): SourcePosition | undefined {
  const node = root === undefined ? undefined : find(root, path)
  return node && positionAt(source, node.range?.[0] ?? 0)
}

/** The node to show for a path: a scalar itself, the key of a mapping, a list or an empty value. */
function find(root: Node | null, path: readonly (string | number)[]): Node | undefined {
  let node: unknown = root
  let shown: Node | undefined = root ?? undefined
  for (const segment of path) {
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(segment))
      if (pair === undefined) return undefined
      node = pair.value
      shown = isScalar(node) && node.value !== null ? node : isNode(pair.key) ? pair.key : shown
    } else if (isSeq(node)) {
      node = node.items[Number(segment)]
      if (!isNode(node)) return undefined
      shown = node
    } else {
      return undefined
    }
  }
  return shown
}
