const longestCompared = 64

/**
 * The candidate a person most likely meant by `name`, or undefined if none is near: the same letters in another style
 * (`displayName`), or few edits away (a swap of neighbours is one edit): 1 from 3 letters on, 2 from 5, 3 from 9.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > longestCompared) return undefined
  const plain = plainLetters(name)
  let allowed = plain.length <= 2 ? 0 : plain.length <= 4 ? 1 : plain.length <= 8 ? 2 : 3
  let nearest: string | undefined
  for (const candidate of candidates) {
    const other = plainLetters(candidate)
    if (other === plain) return candidate
    const edits = editDistance(plain, other, allowed)
    // A later candidate must be strictly nearer: the first of two equals stands first in the table.
    if (edits > allowed || edits >= other.length) continue
    nearest = candidate
    allowed = edits - 1
  }
  return nearest
}

function plainLetters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** Damerau-Levenshtein (optimal string alignment); anything beyond `limit` may come back as limit + 1. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const row = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[right.length]!
}
