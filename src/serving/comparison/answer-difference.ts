/** How the copy's answer differs from the one that was given; numbers are compared one by one, in their places. */
export interface AnswerDifference {
  /** Same shape, same texts, same numbers. */
  readonly isEqual: boolean
  /** Numbers that stand in the same place of both. */
  readonly numberCount: number
  /** Mean of the copy's numbers less the given ones; absent without numbers. */
  readonly mean?: number
  /** The largest of their absolute differences. */
  readonly largest?: number
}

/** Longer answers are not compared: it would take the time of requests. */
const longestBytes = 64 << 10

interface Tally {
  count: number
  sum: number
  largest: number
  isEqual: boolean
}

/** Compares two JSON answers; undefined when one is no JSON or longer than 64 KiB. */
export function answerDifference(given: Uint8Array, copy: Uint8Array): AnswerDifference | undefined {
  if (given.byteLength > longestBytes || copy.byteLength > longestBytes) return undefined
  const [one, other] = [parse(given), parse(copy)]
  if (one === undefined || other === undefined) return undefined
  const tally: Tally = { count: 0, sum: 0, largest: 0, isEqual: true }
  compare(one.value, other.value, tally)
  const { count, sum, largest, isEqual } = tally
  return { isEqual, numberCount: count, ...(count > 0 && { mean: sum / count, largest }) }
}

function parse(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown }
  } catch {
    return undefined
  }
}

function compare(one: unknown, other: unknown, tally: Tally): void {
  if (typeof one === 'number' && typeof other === 'number') {
    const difference = other - one
    tally.count++
    tally.sum += difference
    tally.largest = Math.max(tally.largest, Math.abs(difference))
    tally.isEqual &&= difference === 0
  } else if (isContainer(one) && isContainer(other) && Array.isArray(one) === Array.isArray(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)])
    for (const key of keys) {
      if (Object.hasOwn(one, key) && Object.hasOwn(other, key)) compare(one[key], other[key], tally)
      else tally.isEqual = false
    }
  } else tally.isEqual &&= one === other
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
