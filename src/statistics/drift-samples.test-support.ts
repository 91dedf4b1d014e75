/** The samples of oracles/make_drift_oracles.py, made by the same formula. */

export function uniform(seed: number, count: number): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    // The product has more bits than a number.
    state = Number((BigInt(state) * 1103515245n + 12345n) % 2147483648n)
    return state / 2147483648
  })
}

export function bell(seed: number, count: number): number[] {
  const flat = uniform(seed, 4 * count)
  return Array.from(
    { length: count },
    (_, i) => flat[4 * i]! + flat[4 * i + 1]! + flat[4 * i + 2]! + flat[4 * i + 3]! - 2,
  )
}

function withHoles(values: readonly number[], every: number, hole: number): number[] {
  return values.map((value, i) => (i % every === 0 ? hole : value))
}

const floor = (values: readonly number[], change: (value: number) => number): number[] =>
  values.map((value) => Math.floor(change(value)))
const repeat = <Value>(value: Value, count: number): Value[] => Array.from({ length: count }, () => value)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

type Pair<Value> = readonly [reference: Value[], current: Value[]]

export const numberSamples: Readonly<Record<string, Pair<number>>> = {
  same: [bell(1, 2000), bell(2, 1500)],
  shifted: [bell(3, 2000), bell(4, 2500).map((x) => x + 0.25)],
  small: [bell(5, 200), bell(6, 150).map((x) => x * 1.5)],
  tiny: [
    [1, 2, 3, 4, 5, 6, 7],
    [2, 3, 4],
  ],
  large: [bell(7, 12000), bell(8, 11000).map((x) => x + 0.02)],
  'large and far': [bell(9, 12000), bell(10, 10001).map((x) => x + 0.5)],
  unbalanced: [bell(11, 20000), bell(12, 40)],
  ties: [floor(uniform(13, 3000), (x) => x * 30), floor(uniform(14, 3000), (x) => x * 31)],
  'few values': [floor(uniform(15, 3000), (x) => x * 4), floor(uniform(16, 2000), (x) => x * x * 4)],
  'few values, small': [floor(uniform(17, 300), (x) => x * 4), floor(uniform(18, 200), (x) => x * x * 4)],
  'two values, small': [floor(uniform(19, 300), (x) => x * 2), floor(uniform(20, 200), (x) => x * 1.7)],
  constant: [repeat(3.5, 1200), repeat(3.5, 900)],
  'other constant': [repeat(3.5, 1200), repeat(4.5, 900)],
  'constant, then not': [repeat(3.5, 1200), bell(21, 900).map((x) => 3.5 + x)],
  'single value': [[3.5], [4.5]],
  'all distinct': [range(0, 1500), range(700, 2400)],
  infinite: [
    withHoles(bell(22, 1500), 50, Infinity),
    withHoles(withHoles(bell(23, 1500), 40, Infinity), 70, -Infinity),
  ],
  missing: [
    withHoles(bell(24, 1500), 3, NaN),
    withHoles(
      bell(25, 1500).map((x) => x + 0.1),
      5,
      NaN,
    ),
  ],
  skewed: [floor(uniform(26, 2000), (x) => 1 / (1.0001 - x)), floor(uniform(27, 2000), (x) => 1 / (1.001 - x))],
  huge: [bell(28, 1200).map((x) => x * 1e12), bell(29, 1200).map((x) => x * 1e12 + 1e11)],
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
function pick(
  seed: number,
  count: number,
  { kinds, power = 1 }: { readonly kinds: number; readonly power?: number },
): string[] {
  return uniform(seed, count).map((x) => letters[Math.floor((power === 1 ? x : x * x) * kinds)]!)
}

export const categorySamples: Readonly<Record<string, Pair<string>>> = {
  same: [pick(31, 2000, { kinds: 6 }), pick(32, 1800, { kinds: 6 })],
  shifted: [pick(33, 2000, { kinds: 6 }), pick(34, 1800, { kinds: 6, power: 2 })],
  small: [pick(35, 300, { kinds: 5 }), pick(36, 250, { kinds: 5, power: 2 })],
  two: [pick(37, 300, { kinds: 2 }), pick(38, 250, { kinds: 2, power: 2 })],
  'new and missing': [pick(39, 2000, { kinds: 8 }), pick(40, 2000, { kinds: 12 }).filter((c) => !'ab'.includes(c))],
  one: [repeat('a', 1500), repeat('a', 1100)],
  'other one': [repeat('a', 1500), repeat('b', 1100)],
  'all distinct': [range(0, 1500).map((i) => `u${i}`), range(1000, 2000).map((i) => `u${i}`)],
}
