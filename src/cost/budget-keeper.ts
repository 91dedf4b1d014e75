/**
 * Holds what is used against the budgets.
 *
 * Every look sums what is written down since a budget's window began and what runs now. Where that reaches `warn_at` or
 * `stop_at`, the mark and its event (`budget.warned`, `budget.exceeded`) are stored in one unit, once for a window. Where
 * it reaches `stop_at`, every job of the scope is asked to stop, in the words of the budget; the engine's journal keeps
 * that. A look asks the sums and never the marks, so one that died between storing and stopping is made up for by the
 * next, of this server or of another. A job that is submitted meanwhile is refused, or met by the next look.
 */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Database } from '../database/database.ts'
import { appendEvent } from '../events/event-log.ts'
import {
  amountOf,
  amountText,
  type Budget,
  budgetExceeded,
  type BudgetScope,
  scopeText,
  stopReason,
  windowStart,
} from './budget.ts'
import { type BudgetMark, insertMark } from './budget-store.ts'
import { addUsage, type Prices, type Usage } from './usage.ts'
import { totalUsage, type UsageFilter } from './usage-store.ts'

/** A root job under way, with what its running attempts used so far. */
export interface RunningJob {
  readonly root: string
  readonly experiment: string
  readonly usage: Usage
}

interface KeeperParts {
  readonly database: Database
  readonly clock: Clock
  readonly budgets: readonly Budget[]
  readonly prices?: Prices
  readonly running: () => readonly RunningJob[]
  /** Asks a job to stop; a no-op when it has ended or was asked before. */
  readonly cancel: (root: string, why: { readonly budget: string; readonly reason: string }) => Promise<void>
  readonly warn: (message: string) => void
}

/** How a budget stands. */
export interface BudgetStanding {
  readonly budget: Budget
  /** A job for `each-job`, else the scope. */
  readonly subject: string
  readonly windowStartMs: number
  readonly used: number
}

const lookMs = 2000

export class BudgetKeeper {
  readonly #parts: KeeperParts
  /** Known to be noted, so that a look writes nothing where nothing is new. */
  readonly #marked = new Set<string>()
  #stop = (): void => undefined
  #looking = Promise.resolve()
  #isClosed = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** Looks now and then from now on; without budgets there is nothing to look at. */
  start(): void {
    if (this.#parts.budgets.length === 0 || this.#isClosed) return
    const { clock, warn } = this.#parts
    this.#looking = this.look().catch((error: unknown) => warn(`budgets could not be looked at: ${messageOf(error)}`))
    void this.#looking.then(() => {
      if (!this.#isClosed) this.#stop = clock.after(lookMs, () => this.start())
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    await this.#looking
  }

  /** Throws `budget-exceeded` where a budget lets no job of this experiment start. */
  async requireOpen(experiment: string): Promise<void> {
    const { database, budgets, prices } = this.#parts
    if (!budgets.some((budget) => budget.stopAt !== undefined && concerns(budget.scope, experiment))) return
    const standings = await this.standings({ tables: database.read })
    const used = standings.find(({ budget, used }) => isStopped(budget, used) && concerns(budget.scope, experiment))
    if (used !== undefined) throw budgetExceeded(used.budget, used.used, prices)
  }

  /** How every budget stands; of `each-job` only for jobs under way. */
  async standings({ tables } = { tables: this.#parts.database.read }): Promise<readonly BudgetStanding[]> {
    const { budgets, prices, clock, running } = this.#parts
    // Asked after what is written down: what ends in between is missed until the next look, and never counted twice.
    const usageNow = (counts: (job: RunningJob) => boolean): readonly Usage[] =>
      running()
        .filter(counts)
        .map(({ usage }) => usage)
    const standings: BudgetStanding[] = []
    // Sequential: budgets are few.
    for (const budget of budgets) {
      const { scope } = budget
      const windowStartMs = scope.kind === 'each-job' ? 0 : windowStart(budget.window, clock.now())
      const standing = (subject: string, usage: Usage): BudgetStanding => ({
        ...{ budget, subject, windowStartMs },
        used: amountOf(budget, usage, prices),
      })
      if (scope.kind === 'each-job') {
        for (const { root } of running()) {
          const before = await totalUsage(tables, { job: root })
          standings.push(standing(root, usageNow(({ root: other }) => other === root).reduce(addUsage, before)))
        }
        continue
      }
      const before = await totalUsage(tables, { ...filterOf(scope), sinceMs: windowStartMs })
      const now = usageNow(({ experiment }) => concerns(scope, experiment))
      standings.push(standing(scopeText(scope), now.reduce(addUsage, before)))
    }
    return standings
  }

  async look(): Promise<void> {
    const { cancel, prices } = this.#parts
    for (const standing of await this.standings()) {
      const { budget, used } = standing
      if (budget.warnAt !== undefined && used >= budget.warnAt) await this.#mark(standing, 'warned')
      if (!isStopped(budget, used)) continue
      await this.#mark(standing, 'exceeded')
      for (const { root, experiment } of this.#parts.running())
        if (standing.subject === root || concerns(budget.scope, experiment))
          await cancel(root, { budget: budget.name, reason: stopReason(budget, used, prices) })
    }
  }

  async #mark({ budget, subject, windowStartMs, used }: BudgetStanding, mark: BudgetMark['mark']): Promise<void> {
    const { database, clock, prices, warn } = this.#parts
    const key = JSON.stringify([budget.name, subject, windowStartMs, mark])
    if (this.#marked.has(key)) return
    const atMs = clock.now()
    const limit = mark === 'warned' ? budget.warnAt! : budget.stopAt!
    const isNew = await database.write(async (tables) => {
      if (!(await insertMark(tables, { budget: budget.name, subject, windowStartMs, mark, atMs }))) return false
      await appendEvent(tables, {
        kind: `budget.${mark}`,
        subject: budget.name,
        atMs,
        body: { budget: budget.name, scope: subject, window: budget.window, of: budget.of, limit, used },
      })
      return true
    })
    this.#marked.add(key)
    if (isNew)
      warn(
        `budget "${budget.name}" (${subject}): ${amountText(budget, used, prices)} of ${amountText(budget, limit, prices)} used`,
      )
  }
}

function isStopped({ stopAt }: Budget, used: number): boolean {
  return stopAt !== undefined && used >= stopAt
}

/** Whether a whole experiment is within a scope; of `each-job` no job stands for another. */
function concerns(scope: BudgetScope, experiment: string): boolean {
  return scope.kind === 'all' || (scope.kind === 'experiment' && scope.name === experiment)
}

function filterOf(scope: BudgetScope): UsageFilter {
  if (scope.kind === 'experiment') return { experiment: scope.name }
  return scope.kind === 'endpoint' ? { endpoint: scope.name } : {}
}
