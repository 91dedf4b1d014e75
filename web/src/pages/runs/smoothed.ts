/**
 * An exponential moving mean, made right at its beginning (Kingma and Ba 2015, section 3): each value counts `1 - weight`
 * of what is new. What is no number stays a gap.
 */
export function smoothed(values: readonly (number | null)[], weight: number): readonly (number | null)[] {
  if (weight === 0) return values
  let sum = 0
  let known = 0
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return value
    sum = sum * weight + (1 - weight) * value
    known = known * weight + (1 - weight)
    return sum / known
  })
}
