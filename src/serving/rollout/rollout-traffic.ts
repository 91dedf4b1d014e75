import type { Traffic } from '../router.ts'

/**
 * The traffic in which the candidate has `percent` and the others share the rest as they shared all before, in whole
 * percents (largest remainders first). Where nobody else had any, the candidate has all.
 */
export function trafficWith(before: Traffic, candidate: string, percent: number): Traffic {
  const others = Object.entries(before).filter(([name, weight]) => name !== candidate && weight > 0)
  const whole = others.reduce((sum, [, weight]) => sum + weight, 0)
  if (percent >= 100 || whole === 0) return { [candidate]: 100 }
  const left = 100 - percent
  const shares = others.map(([name, weight]) => ({ name, exact: (weight / whole) * left }))
  const given = new Map(shares.map(({ name, exact }) => [name, Math.floor(exact)]))
  const missing = left - [...given.values()].reduce((sum, share) => sum + share, 0)
  const byRemainder = shares.toSorted((one, other) => (other.exact % 1) - (one.exact % 1))
  for (const { name } of byRemainder.slice(0, missing)) given.set(name, given.get(name)! + 1)
  return { ...Object.fromEntries(given), [candidate]: percent }
}
