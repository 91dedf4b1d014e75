/**
 * Which Python 3 something asks for, as a range of minor versions: `3.8`, `3.8.5` and `3.8.*` are 8 to 8, `>=3.8,<3.11`
 * is 8 to 10. The patch level is not part of a wish.
 */
export interface PythonWish {
  readonly text: string
  readonly lowest: number
  readonly highest: number
}

/** Reads a version (`3.10`, `3.10.4`, `3`) or PEP 440 clauses (`>=3.8,<3.11`); undefined for anything else and for Python 2. */
export function parsePythonWish(text: string): PythonWish | undefined {
  let lowest = 0
  let highest = Number.POSITIVE_INFINITY
  for (const clause of text.split(',')) {
    const match = /^(==|=|>=|<=|!=|~=|>|<)?\s*(\d+)(?:\.(\d+)(?:\.(?:\d+|\*))*)?(?:\.\*)?$/.exec(clause.trim())
    if (match === null) return undefined
    const [, operator = '==', major, minorText] = match
    const minor = Number(minorText ?? 0)
    if (major !== '3') {
      // `<4` is what many packages say of every Python 3.
      if (Number(major) > 3 && (operator === '<' || operator === '<=')) continue
      return undefined
    }
    const hasPatch = /^\D*\d+\.\d+\.\d/.test(clause.trim())
    if (operator === '==' || operator === '=' || (operator === '~=' && hasPatch)) {
      if (minorText !== undefined) [lowest, highest] = [Math.max(lowest, minor), Math.min(highest, minor)]
    } else if (operator === '>=' || operator === '>' || operator === '~=') {
      lowest = Math.max(lowest, operator === '>' && !hasPatch && minorText !== undefined ? minor + 1 : minor)
    } else if (operator === '<=' || operator === '<') {
      highest = Math.min(highest, operator === '<' && !hasPatch ? minor - 1 : minor)
    }
  }
  return lowest <= highest && highest >= 0 ? { text, lowest, highest } : undefined
}

/** True when Python 3.`minor` is what was asked for. */
export function fulfils(wish: PythonWish, minor: number): boolean {
  return minor >= wish.lowest && minor <= wish.highest
}

/** How many minor versions lie between the wish and Python 3.`minor`; 0 when it is fulfilled. */
export function distanceTo(wish: PythonWish, minor: number): number {
  return Math.max(0, wish.lowest - minor, minor - wish.highest)
}
