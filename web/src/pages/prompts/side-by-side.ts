import { diffLines, diffWordsWithSpace } from 'diff'

/** A part of a line; a changed one is not on the other side. */
interface Piece {
  readonly text: string
  readonly isChanged: boolean
}

/** Two lines that stand beside each other; undefined where the other side has one more. */
export interface LinePair {
  readonly before: readonly Piece[] | undefined
  readonly after: readonly Piece[] | undefined
  readonly isSame: boolean
}

/** Two texts line by line beside each other; in lines that were rewritten, the words that were. */
export function sideBySide(before: string, after: string): readonly LinePair[] {
  const pairs: LinePair[] = []
  const parts = diffLines(withEnd(before), withEnd(after))
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!
    const next = parts[at + 1]
    const lines = linesOf(part.value)
    if (part.removed && next?.added === true) {
      pairs.push(...rewritten(lines, linesOf(next.value)))
      at++
    } else if (part.removed)
      pairs.push(...lines.map((line) => ({ ...gone, before: [{ text: line, isChanged: true }] })))
    else if (part.added) pairs.push(...lines.map((line) => ({ ...gone, after: [{ text: line, isChanged: true }] })))
    else
      pairs.push(
        ...lines.map((line) => {
          const same = [{ text: line, isChanged: false }]
          return { before: same, after: same, isSame: true }
        }),
      )
  }
  return pairs
}

const gone: LinePair = { before: undefined, after: undefined, isSame: false }

function rewritten(before: readonly string[], after: readonly string[]): readonly LinePair[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, at) => {
    const [old, fresh] = [before[at], after[at]]
    if (old === undefined) return { ...gone, after: [{ text: fresh!, isChanged: true }] }
    if (fresh === undefined) return { ...gone, before: [{ text: old, isChanged: true }] }
    const words = diffWordsWithSpace(old, fresh)
    return {
      before: words.filter(({ added }) => !added).map(({ value, removed }) => ({ text: value, isChanged: removed })),
      after: words.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, isChanged: added })),
      isSame: false,
    }
  })
}

/** A last line without an end would differ from the same line with one. */
function withEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/, '').split('\n')
}
