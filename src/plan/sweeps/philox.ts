const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57
const weyl0 = 0x9e3779b9
const weyl1 = 0xbb67ae85

/** Four 32-bit words. */
export type Words = readonly [number, number, number, number]

/**
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): four random
 * 32-bit words that depend on nothing but the counter and the key, so the n-th number needs none of those before it.
 */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const high0 = highProduct(multiplier0, c0)
    const high1 = highProduct(multiplier1, c2)
    const low0 = Math.imul(multiplier0, c0)
    const low1 = Math.imul(multiplier1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + weyl0) | 0
    k1 = (k1 + weyl1) | 0
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0]
}

/** The upper half of the 64-bit product of two unsigned 32-bit words. */
function highProduct(one: number, other: number): number {
  const oneHigh = one >>> 16
  const oneLow = one & 0xffff
  const otherHigh = other >>> 16
  const otherLow = other & 0xffff
  const middle = oneHigh * otherLow + ((oneLow * otherLow) >>> 16)
  const carry = oneLow * otherHigh + (middle & 0xffff)
  return (oneHigh * otherHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0
}
