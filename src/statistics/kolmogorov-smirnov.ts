import logGamma from '@stdlib/math-base-special-gammaln'

/*
 * The p-value of the two-sample Kolmogorov-Smirnov test, as scipy 1.x chooses it: exact where both samples have at most
 * 10,000 values, else the distribution of the one-sample statistic for n*m/(n+m) values, of which the Kolmogorov limit is
 * only the first term (it is off by up to 2 %).
 */

/** Samples up to this are counted out exactly, as scipy's `method="auto"` does. */
const exactUpTo = 10_000

/** P(D >= statistic) for two samples of these sizes from one distribution. */
export function kolmogorovSmirnovPValue(statistic: number, reference: number, current: number): number {
  if (Math.max(reference, current) <= exactUpTo) return exactPValue(statistic, reference, current)
  return kolmogorovTail(Math.round((reference * current) / (reference + current)), statistic)
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

/**
 * The share of lattice paths from (0, 0) to (m, n) that somewhere touch |x/m - y/n| >= statistic (Hodges 1957). Every path
 * is walked step by step as a random one: what leaves the corridor is summed, so that small p-values keep their digits.
 */
function exactPValue(statistic: number, a: number, b: number): number {
  const [m, n] = a >= b ? [a, b] : [b, a]
  const g = gcd(m, n)
  const mg = m / g
  const ng = n / g
  // |x/m - y/n| >= h / lcm(m, n), in whole numbers.
  const h = Math.round(statistic * mg * n)
  if (h === 0) return 1
  let inside = new Float64Array(n + 1)
  let column = new Float64Array(n + 1)
  let left = 0
  let outside = 0
  for (let x = 0; x <= m; x++) {
    const low = Math.max(0, Math.floor((ng * x - h) / mg) + 1)
    const high = Math.min(n, Math.ceil((ng * x + h) / mg) - 1)
    column.fill(0)
    for (let y = Math.max(0, left); y <= n; y++) {
      // From the column before by a step in x, from below by a step in y.
      const fromLeft = x === 0 ? (y === 0 ? 1 : 0) : (inside[y]! * (m - x + 1)) / (m + n - x + 1 - y)
      const fromBelow = y === 0 ? 0 : (column[y - 1]! * (n - y + 1)) / (m + n - x - y + 1)
      const arrived = fromLeft + fromBelow
      if (arrived === 0) {
        if (y > high) break
        continue
      }
      if (y < low || y > high) outside += arrived
      else column[y] = arrived
    }
    ;[inside, column] = [column, inside]
    left = low
  }
  return Math.min(1, outside)
}

/** P(D_n >= x) for one sample of n values; the choice of methods is that of Simard and L'Ecuyer (2011). */
function kolmogorovTail(n: number, x: number): number {
  if (x >= 1) return 0
  const t = n * x
  if (t <= 0.5) return 1
  if (t <= 1) return 1 - Math.exp(logGamma(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1))
  const clip = (p: number): number => Math.min(1, Math.max(0, p))
  const z2 = t * x
  if (z2 >= 370) return 0
  if (x >= 0.5 || z2 >= (n <= 140 ? 4 : 2.2)) return clip(2 * oneSidedTail(n, x))
  const isSmall = n <= 140 || (n <= 100_000 && n * x ** 1.5 <= 1.4)
  return clip(1 - (isSmall ? durbinMatrix(n, x) : pelzGood(n, x)))
}

/** P(D+_n >= x) (Smirnov 1944), term by term in logarithms. */
function oneSidedTail(n: number, x: number): number {
  const logN = logGamma(n + 1)
  let sum = 0
  for (let j = 0; j <= Math.floor(n * (1 - x)); j++) {
    const rest = 1 - x - j / n
    if (rest <= 0) continue
    const log = logN - logGamma(j + 1) - logGamma(n - j + 1) + (n - j) * Math.log(rest) + (j - 1) * Math.log(x + j / n)
    sum += Math.exp(log)
  }
  return Math.min(1, x * sum)
}

/** P(D_n <= x) by Durbin's matrix in the form of Marsaglia, Tsang and Wang (2003); for small n * x. */
function durbinMatrix(n: number, x: number): number {
  const k = Math.ceil(n * x)
  const h = k - n * x
  const size = 2 * k - 1
  const factorials = [1]
  for (let i = 1; i <= size; i++) factorials.push(factorials[i - 1]! * i)
  const edge = Array.from({ length: size }, (_, i) => (1 - h ** (i + 1)) / factorials[i + 1]!)
  edge[size - 1] = (1 - 2 * h ** size + Math.max(0, 2 * h - 1) ** size) / factorials[size]!
  const matrix = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const distance = row - column + 1
      if (column === 0) matrix[row * size] = edge[row]!
      else if (row === size - 1) matrix[row * size + column] = edge[size - 1 - column]!
      else if (distance >= 0) matrix[row * size + column] = 1 / factorials[distance]!
    }
  }
  const power = matrixPower({ values: matrix, size, log: 0 }, n)
  const middle = power.values[(k - 1) * size + k - 1]!
  return Math.exp(Math.log(middle) + power.log + logGamma(n + 1) - n * Math.log(n))
}

interface ScaledMatrix {
  readonly values: Float64Array
  readonly size: number
  /** What the values are to be multiplied by, as a logarithm. */
  readonly log: number
}

function matrixPower(matrix: ScaledMatrix, exponent: number): ScaledMatrix {
  if (exponent === 1) return matrix
  const half = matrixPower(matrix, Math.floor(exponent / 2))
  const square = product(half, half)
  return exponent % 2 === 0 ? square : product(square, matrix)
}

function product(a: ScaledMatrix, b: ScaledMatrix): ScaledMatrix {
  const { size } = a
  const values = new Float64Array(size * size)
  let largest = 0
  for (let row = 0; row < size; row++) {
    for (let inner = 0; inner < size; inner++) {
      const factor = a.values[row * size + inner]!
      if (factor === 0) continue
      for (let column = 0; column < size; column++)
        values[row * size + column]! += factor * b.values[inner * size + column]!
    }
  }
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  if (largest === 0) return { values, size, log: 0 }
  for (let at = 0; at < values.length; at++) values[at]! /= largest
  return { values, size, log: a.log + b.log + Math.log(largest) }
}

/** P(D_n <= x) by the asymptotic series of Pelz and Good (1976): K0 + K1/sqrt(n) + K2/n + K3/n^1.5. */
function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x
  const pi2 = Math.PI ** 2
  const rootTwoPi = Math.sqrt(2 * Math.PI)
  let [k0, k1, k2, k3] = [0, 0, 0, 0]
  // Both sums fall like exp(-k^2); sixteen terms for every unit of z are more than double precision can tell.
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k--) {
    const odd = (2 * k - 1) ** 2
    const q = Math.exp((-pi2 * odd) / (8 * z * z))
    k0 += q
    k1 += q * ((pi2 / 4) * odd - z ** 2)
    k2 +=
      q *
      (6 * z ** 6 +
        2 * z ** 4 +
        ((2 * z ** 4 - 5 * z ** 2) * pi2 * odd) / 4 +
        ((1 - 2 * z ** 2) * pi2 ** 2 * odd ** 2) / 16)
    k3 +=
      q *
      (-30 * z ** 6 -
        90 * z ** 8 +
        ((135 * z ** 4 - 96 * z ** 6) * pi2 * odd) / 4 +
        ((212 * z ** 4 - 60 * z ** 2) * pi2 ** 2 * odd ** 2) / 16 +
        ((5 - 30 * z ** 2) * pi2 ** 3 * odd ** 3) / 64)
  }
  let [even2, even3] = [0, 0]
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k--) {
    const q = Math.exp((-pi2 * k * k) / (2 * z * z))
    even2 += k * k * q
    even3 += (3 * z * z - pi2 * k * k) * k * k * q
  }
  k0 *= rootTwoPi / z
  k1 *= rootTwoPi / (6 * z ** 4)
  k2 = (k2 * rootTwoPi) / (72 * z ** 7) - (even2 * pi2 * rootTwoPi) / (36 * z ** 3)
  k3 = (k3 * rootTwoPi) / (6480 * z ** 10) + (even3 * pi2 * rootTwoPi) / (216 * z ** 6)
  return k0 + k1 / Math.sqrt(n) + k2 / n + k3 / n ** 1.5
}
