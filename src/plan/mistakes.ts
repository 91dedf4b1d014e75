import type { Diagnostic, SourcePosition } from '../base/errors.ts'
import type { Located } from '../spec/document-parts.ts'

/** One place in YAML: a path from a document's root; where it does not exist, its nearest parent that does. */
export interface Place {
  readonly located: Located
  readonly path: readonly (string | number)[]
}

/** Collects mistakes instead of stopping at the first. */
export interface Mistakes {
  report(place: Place | undefined, message: string, hint?: Hint): void
  /** Says what was ignored; never stops a job. */
  warn(place: Place | undefined, message: string, hint?: Hint): void
  /** Without repetitions, in the order of the files' lines. */
  errors(): readonly Diagnostic[]
  warnings(): readonly Diagnostic[]
}

/** A function is called only when its mistake is shown: looking for near names among 10,000 steps takes time. */
type Hint = string | undefined | (() => string | undefined)

const shownAtMost = 100

/** An empty collection; from the 101st mistake on they are counted, not listed. */
export function collectMistakes(): Mistakes {
  const errors = collection()
  const warnings = collection()
  return {
    report: (place, message, hint) => errors.add(place, message, hint),
    warn: (place, message, hint) => warnings.add(place, message, hint),
    errors: () => errors.list(),
    warnings: () => warnings.list(),
  }
}

/** Where `place` stands, or its nearest parent that the document knows. */
export function positionOf({ located, path }: Place): SourcePosition | undefined {
  for (let length = path.length; length >= 0; length--) {
    const position = located.at(path.slice(0, length))
    if (position !== undefined) return position
  }
  return undefined
}

function collection() {
  const byText = new Map<string, Diagnostic>()
  let leftOut = 0
  return {
    add(place: Place | undefined, message: string, hint: Hint): void {
      const at = place && positionOf(place)
      // A component used by five steps is checked five times, but its mistake is one.
      const identity = `${at?.file}:${at?.line}:${at?.column}:${message}`
      if (byText.has(identity)) return
      if (byText.size === shownAtMost) {
        leftOut++
        return
      }
      const advice = typeof hint === 'function' ? hint() : hint
      const frame = at && place?.located.frame?.(at)
      byText.set(identity, {
        message,
        ...(advice !== undefined && { hint: advice }),
        ...(at !== undefined && { at }),
        ...(frame !== undefined && { frame }),
      })
    },
    list(): readonly Diagnostic[] {
      const all = [...byText.values()]
      const files = [...new Set(all.map((one) => one.at?.file))]
      const rank = ({ at }: Diagnostic): readonly [number, number, number] => [
        files.indexOf(at?.file),
        at?.line ?? 0,
        at?.column ?? 0,
      ]
      all.sort((one, other) => compare(rank(one), rank(other)))
      return leftOut === 0 ? all : [...all, { message: `And ${leftOut} more mistakes.` }]
    },
  }
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, index) => value !== other[index])
  return index === -1 ? 0 : one[index]! - other[index]!
}
