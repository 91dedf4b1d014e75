/** Percent by deployment. */
export type Shares = Readonly<Record<string, number>>

/**
 * Shares after one was moved: whole percents that add up to 100. The others keep their proportions; where they had
 * nothing they share alike. What rounding leaves over goes to the largest of them. A lone deployment has everything.
 */
export function moveShare(shares: Shares, moved: string, to: number): Shares {
  const others = Object.keys(shares).filter((name) => name !== moved)
  if (others.length === 0) return { [moved]: 100 }
  const share = Math.min(100, Math.max(0, Math.round(to)))
  const left = 100 - share
  const before = others.reduce((sum, name) => sum + shares[name]!, 0)
  const exact = others.map((name) => (before === 0 ? left / others.length : (left * shares[name]!) / before))
  const whole = exact.map(Math.floor)
  const rest = left - whole.reduce((sum, each) => sum + each, 0)
  const byRemainder = others.map((_, at) => at).sort((a, b) => exact[b]! - whole[b]! - (exact[a]! - whole[a]!))
  for (const at of byRemainder.slice(0, rest)) whole[at]! += 1
  return { ...shares, [moved]: share, ...Object.fromEntries(others.map((name, at) => [name, whole[at]!])) }
}

/** Shares to begin with: what the endpoint has, and 0 for deployments without traffic. */
export function sharesOf(traffic: Shares, deployments: readonly string[]): Shares {
  return Object.fromEntries(deployments.map((name) => [name, traffic[name] ?? 0]))
}

/** `blue 90 %, green 10 %`, the largest first; those without traffic are left out. */
export function sharesText(shares: Shares, none: string): string {
  const given = Object.entries(shares).filter(([, share]) => share > 0)
  if (given.length === 0) return none
  return given
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${share} %`)
    .join(', ')
}
