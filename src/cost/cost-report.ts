import type { Database } from '../database/database.ts'
import type { BudgetKeeper, BudgetStanding } from './budget-keeper.ts'
import { addUsage, costOf, noUsage, type Prices, type Usage } from './usage.ts'
import { sumUsage, totalUsage, type UsageFilter, type UsageGroup, type UsageSum } from './usage-store.ts'

interface Costed {
  /** Absent without prices. */
  readonly cost?: number
}

/** What was used and what it cost, the dearest group first. */
export interface CostReport {
  readonly currency?: string
  readonly items: readonly (UsageSum & Costed)[]
  /** How many groups that used less are not among the items; the total has them. */
  readonly leftOut: number
  readonly total: Usage & Costed
}

/** Asks what was used, and how the budgets stand. */
export interface CostBook {
  report(filter: UsageFilter & { readonly by: UsageGroup; readonly limit?: number }): Promise<CostReport>
  /** What a job used, with all its attempts and steps. */
  ofJob(job: string): Promise<Usage & Costed & { readonly currency?: string }>
  budgets(): Promise<readonly BudgetStanding[]>
  readonly prices?: Prices
}

/** Of years of steps nobody reads all. */
const mostItems = 1000

export function costBook({
  database,
  prices,
  keeper,
}: {
  readonly database: Database
  readonly prices?: Prices
  readonly keeper: Pick<BudgetKeeper, 'standings'>
}): CostBook {
  const costed = <Used extends Usage>(usage: Used): Used & Costed =>
    prices === undefined ? usage : { ...usage, cost: costOf(usage, prices) }
  const currency = prices && { currency: prices.currency }
  return {
    async report({ limit = mostItems, ...filter }) {
      const sums = await sumUsage(database.read, filter)
      const items = sums.map(costed).sort((one, other) => weight(other) - weight(one))
      const { wallSeconds, cpuSeconds, gbSeconds, gpuSeconds } = sums.reduce<Usage>(addUsage, noUsage)
      return {
        ...{ ...currency, items: items.slice(0, limit), leftOut: Math.max(0, items.length - limit) },
        total: costed({ wallSeconds, cpuSeconds, gbSeconds, gpuSeconds }),
      }
    },
    ofJob: async (job) => ({ ...costed(await totalUsage(database.read, { job })), ...currency }),
    budgets: () => keeper.standings(),
    ...(prices !== undefined && { prices }),
  }
}

function weight({ cost, cpuSeconds }: Usage & Costed): number {
  return cost ?? cpuSeconds
}
