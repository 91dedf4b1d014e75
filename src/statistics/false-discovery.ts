/**
 * P-values adjusted by Benjamini and Hochberg (1995), in the order given: those at or below a level q are discoveries
 * of which at most a share q is expected to be false.
 */
export function adjustedPValues(pValues: readonly number[]): readonly number[] {
  const descending = pValues.map((_, index) => index).sort((one, other) => pValues[other]! - pValues[one]!)
  const adjusted = [...pValues]
  let least = 1
  descending.forEach((index, place) => {
    least = Math.min(least, (pValues[index]! * pValues.length) / (pValues.length - place))
    adjusted[index] = least
  })
  return adjusted
}
