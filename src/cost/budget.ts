import { SluiceError } from '../base/errors.ts'
import { costOf, type Prices, type Usage } from './usage.ts'

export const budgetWindows = ['day', 'week', 'month', 'year', 'ever'] as const
export type BudgetWindow = (typeof budgetWindows)[number]

export const budgetUnits = ['cost', 'cpu_seconds', 'gb_seconds', 'gpu_seconds', 'wall_seconds'] as const
type BudgetUnit = (typeof budgetUnits)[number]

/** What a budget is about. `each-job`: every root job has the whole of it. */
export type BudgetScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'each-job' }
  | { readonly kind: 'experiment'; readonly name: string }
  | { readonly kind: 'endpoint'; readonly name: string }

/** A limit of what may be used within a window of time. */
export interface Budget {
  readonly name: string
  readonly scope: BudgetScope
  readonly window: BudgetWindow
  readonly of: BudgetUnit
  readonly warnAt?: number
  readonly stopAt?: number
}

/** How a scope is written in the settings. */
export function scopeText(scope: BudgetScope): string {
  return 'name' in scope ? `${scope.kind}:${scope.name}` : scope.kind
}

/** Reads a scope; undefined for any other text. */
export function parseScope(text: string): BudgetScope | undefined {
  if (text === 'all' || text === 'each-job') return { kind: text }
  const [, kind, name] = /^(experiment|endpoint):(.+)$/.exec(text) ?? []
  return kind === undefined ? undefined : { kind: kind as 'experiment' | 'endpoint', name: name! }
}

/** When the window began that a moment lies in: calendar days, weeks from Monday, months, years, in UTC. */
export function windowStart(window: BudgetWindow, nowMs: number): number {
  const now = new Date(nowMs)
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()]
  switch (window) {
    case 'day':
      return Date.UTC(year, month, day)
    case 'week':
      return Date.UTC(year, month, day - ((now.getUTCDay() + 6) % 7))
    case 'month':
      return Date.UTC(year, month)
    case 'year':
      return Date.UTC(year)
    case 'ever':
      return 0
  }
}

/** How much of a budget this is, in the budget's unit. */
export function amountOf({ of }: Pick<Budget, 'of'>, usage: Usage, prices: Prices | undefined): number {
  switch (of) {
    case 'cost':
      return prices === undefined ? 0 : costOf(usage, prices)
    case 'cpu_seconds':
      return usage.cpuSeconds
    case 'gb_seconds':
      return usage.gbSeconds
    case 'gpu_seconds':
      return usage.gpuSeconds
    case 'wall_seconds':
      return usage.wallSeconds
  }
}

/** `12.34 EUR`, `8100 cpu_seconds`. */
export function amountText({ of }: Pick<Budget, 'of'>, amount: number, prices: Prices | undefined): string {
  return `${Number(amount.toPrecision(4))} ${of === 'cost' ? (prices?.currency ?? 'cost') : of.replace('_', ' ')}`
}

/** Why a budget stops: `it stops at 100 EUR, and 100.3 EUR were used this month`. */
export function stopReason(budget: Budget, used: number, prices: Prices | undefined): string {
  const when = { day: ' this day', week: ' this week', month: ' this month', year: ' this year', ever: '' }[
    budget.window
  ]
  const limit = amountText(budget, budget.stopAt!, prices)
  return `it stops at ${limit}, and ${amountText(budget, used, prices)} were used${when}`
}

/** What a submission is told whose budget is used up. */
export function budgetExceeded(budget: Budget, used: number, prices: Prices | undefined): SluiceError {
  return new SluiceError(
    'budget-exceeded',
    `Budget "${budget.name}" lets no job start: ${stopReason(budget, used, prices)}.`,
    {
      hint:
        budget.window === 'ever'
          ? 'Raise stop_at of that budget in the settings.'
          : `Wait for the next ${budget.window} (UTC), or raise stop_at of that budget in the settings.`,
    },
  )
}
