import { directions } from './sobol-directions.ts'

/** The most parameters that a Sobol sequence is made for. */
export const sobolDimensions = directions.length + 1

const bits = 32

/**
 * Coordinate `dimension` (from 0) of point `index` of the Sobol sequence in Gray code order, as an unsigned 32-bit
 * numerator. Depends on nothing but its arguments. `index` < 2^32, `dimension` < `sobolDimensions`.
 */
export function sobolWord(index: number, dimension: number): number {
  const numbers = directionNumbers(dimension)
  let gray = (index ^ (index >>> 1)) >>> 0
  let word = 0
  for (let bit = 0; gray !== 0; bit++, gray >>>= 1) if ((gray & 1) === 1) word ^= numbers[bit]!
  return word >>> 0
}

/** Bratley and Fox, "Algorithm 659", with the recurrence over the dimension's primitive polynomial. */
function directionNumbers(dimension: number): readonly number[] {
  if (dimension === 0) return Array.from({ length: bits }, (_, bit) => (1 << (bits - 1 - bit)) >>> 0)
  const [polynomial, first] = directions[dimension - 1]!
  const degree = first.length
  const numbers = first.map((number, bit) => (number << (bits - 1 - bit)) >>> 0)
  for (let bit = degree; bit < bits; bit++) {
    const start = numbers[bit - degree]!
    let number = start ^ (start >>> degree)
    for (let back = 1; back < degree; back++)
      if (((polynomial >>> (degree - back)) & 1) === 1) number ^= numbers[bit - back]!
    numbers.push(number >>> 0)
  }
  return numbers
}
