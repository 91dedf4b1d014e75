import type { Span } from './trace-types.ts'

/** A span in its place: what is under it, and when it was. Times are in milliseconds after the first span's begin. */
export interface TreeSpan {
  readonly span: Span
  readonly depth: number
  readonly parent: TreeSpan | undefined
  readonly children: readonly TreeSpan[]
  readonly startMs: number
  readonly endMs: number
}

export interface SpanTree {
  /** Every span, each before what is under it. */
  readonly all: readonly TreeSpan[]
  /** From the first begin to the last end. */
  readonly totalMs: number
}

/**
 * Puts spans under their parents, by start. A span whose parent is not there is a root; so is one of each circle, which
 * only a broken client makes. However deep they are, no call goes as deep.
 */
export function spanTree(spans: readonly Span[]): SpanTree {
  const ids = new Set(spans.map(({ span_id: id }) => id))
  const begin = Math.min(...limits(spans, ({ start_ms: start }) => start))
  const end = Math.max(...limits(spans, ({ start_ms: start, duration_ms: duration = 0 }) => start + duration))
  const under = new Map<string | undefined, Span[]>()
  for (const span of [...spans].sort((a, b) => a.start_ms - b.start_ms)) {
    const parent = span.parent_span_id
    const key = parent !== undefined && ids.has(parent) ? parent : undefined
    const siblings = under.get(key)
    if (siblings === undefined) under.set(key, [span])
    else siblings.push(span)
  }
  const all: TreeSpan[] = []
  const placed = new Set<string>()
  const place = (root: Span): void => {
    const waiting: { span: Span; parent: TreeSpan | undefined }[] = [{ span: root, parent: undefined }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, parent } = next
      if (placed.has(span.span_id)) continue
      placed.add(span.span_id)
      const startMs = span.start_ms - begin
      const children: TreeSpan[] = []
      const made: TreeSpan = {
        ...{ span, parent, children, startMs },
        depth: parent === undefined ? 0 : parent.depth + 1,
        endMs: span.duration_ms === undefined ? end - begin : startMs + span.duration_ms,
      }
      ;(parent?.children as TreeSpan[] | undefined)?.push(made)
      all.push(made)
      const below = under.get(span.span_id) ?? []
      for (let at = below.length - 1; at >= 0; at--) waiting.push({ span: below[at]!, parent: made })
    }
  }
  for (const root of under.get(undefined) ?? []) place(root)
  for (const span of spans) place(span)
  return { all, totalMs: all.length === 0 ? 0 : end - begin }
}

/** Thousands of arguments are more than a call takes. */
function limits(spans: readonly Span[], of: (span: Span) => number): readonly number[] {
  let [least, most] = [Infinity, -Infinity]
  for (const span of spans) {
    least = Math.min(least, of(span))
    most = Math.max(most, of(span))
  }
  return [least, most]
}

interface Shown {
  /** Ids of spans whose children are hidden. */
  readonly closed: ReadonlySet<string>
  /** Part of a name or type; what does not have it is left out, but for what leads to it. */
  readonly find?: string
  readonly isFailedOnly?: boolean
}

/** The rows of the tree as they are shown. While something is looked for, all that leads to it is open. */
export function shownSpans({ all }: SpanTree, { closed, find = '', isFailedOnly = false }: Shown): readonly TreeSpan[] {
  const wanted = find.trim().toLowerCase()
  if (wanted === '' && !isFailedOnly) {
    const hidden = new Set<TreeSpan>()
    return all.filter((each) => {
      const { parent } = each
      const isHidden = parent !== undefined && (hidden.has(parent) || closed.has(parent.span.span_id))
      if (isHidden) hidden.add(each)
      return !isHidden
    })
  }
  const kept = new Set<TreeSpan>()
  for (const each of all) {
    const { name, type, status } = each.span
    const isNamed = `${name} ${type}`.toLowerCase().includes(wanted)
    if (!isNamed || (isFailedOnly && status !== 'ERROR')) continue
    for (let at: TreeSpan | undefined = each; at !== undefined && !kept.has(at); at = at.parent) kept.add(at)
  }
  return all.filter((each) => kept.has(each))
}
