import { type Static, Type } from '@sinclair/typebox'
import { scopeText } from '../../cost/budget.ts'
import type { BudgetStanding } from '../../cost/budget-keeper.ts'
import type { CostBook, CostReport } from '../../cost/cost-report.ts'
import type { Usage } from '../../cost/usage.ts'
import { usageGroups, type UsageGroup } from '../../cost/usage-store.ts'
import type { Route } from '../../server/route.ts'
import { time } from './messages.ts'
import { wireTime } from './translate.ts'

const usageFields = {
  wall_seconds: Type.Number(),
  cpu_seconds: Type.Number(),
  gb_seconds: Type.Number({ description: 'Mean memory in GB (10^9 bytes) times seconds.' }),
  gpu_seconds: Type.Number({ description: 'Seconds in which a GPU was held, summed over GPUs.' }),
  cost: Type.Optional(Type.Number({ description: 'By the prices of the settings; absent without.' })),
}
const currency = Type.Optional(Type.String())
const CostSum = Type.Object({
  job: Type.Optional(Type.String({ description: 'A root job.' })),
  step: Type.Optional(Type.String()),
  experiment: Type.Optional(Type.String()),
  endpoint: Type.Optional(Type.String()),
  deployment: Type.Optional(Type.String()),
  ...usageFields,
})
const CostMessage = Type.Object(
  {
    currency,
    items: Type.Array(CostSum),
    left_out: Type.Integer({ description: 'How many that used less are not among the items; the total has them.' }),
    total: Type.Object(usageFields),
  },
  { $id: 'Cost' },
)
const JobCostMessage = Type.Object({ currency, ...usageFields }, { $id: 'JobCost' })
const BudgetMessage = Type.Object(
  {
    name: Type.String(),
    scope: Type.String(),
    subject: Type.String({ description: 'A job for a budget of each-job, else the scope.' }),
    window: Type.String(),
    window_start: Type.Optional(time),
    of: Type.String(),
    currency,
    used: Type.Number({ description: 'With what runs now.' }),
    warn_at: Type.Optional(Type.Number()),
    stop_at: Type.Optional(Type.Number()),
    status: Type.Union([Type.Literal('open'), Type.Literal('warned'), Type.Literal('exceeded')]),
  },
  { $id: 'Budget' },
)
const CostQuery = Type.Object(
  {
    by: Type.Optional(Type.Union(usageGroups.map((group) => Type.Literal(group)))),
    since: Type.Optional(time),
    job: Type.Optional(Type.String({ description: 'Only this job with its steps.' })),
    experiment: Type.Optional(Type.String()),
    endpoint: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
  },
  { additionalProperties: false },
)
type CostQuery = Static<typeof CostQuery>

/** What was used, what it cost, and how the budgets stand. */
export function costRoutes(book: CostBook): readonly Route[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/cost',
      permission: 'read',
      summary: 'Sum what jobs, steps, experiments or deployments used, the dearest first; jobs unless asked otherwise.',
      query: CostQuery,
      response: CostMessage,
      handler: async (request) => {
        const { by = 'job', since, ...filter } = request.query as CostQuery
        const sinceMs = since === undefined ? {} : { sinceMs: Date.parse(since) }
        return toCostMessage(await book.report({ by: by as UsageGroup, ...sinceMs, ...filter }))
      },
    },
    {
      method: 'GET',
      url: '/api/v1/jobs/:name/cost',
      permission: 'read',
      summary: 'Sum what a job used, with all attempts and steps; steps under way count once they have ended.',
      response: JobCostMessage,
      handler: async (request) => {
        const { name } = request.params as { name: string }
        const { currency, cost, ...usage } = await book.ofJob(name)
        return {
          ...(currency !== undefined && { currency }),
          ...toUsageMessage({ ...usage, ...(cost !== undefined && { cost }) }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/budgets',
      permission: 'read',
      summary: 'Show how the budgets of the settings stand.',
      response: Type.Object({ items: Type.Array(BudgetMessage) }, { $id: 'Budgets' }),
      handler: async () => ({ items: (await book.budgets()).map((standing) => toBudgetMessage(standing, book)) }),
    },
  ]
}

function toCostMessage({ currency, items, leftOut, total }: CostReport): Static<typeof CostMessage> {
  return {
    ...(currency !== undefined && { currency }),
    items: items.map(({ root, step, experiment, endpoint, deployment, ...usage }) => ({
      ...(root !== undefined && { job: root }),
      ...(step !== undefined && { step }),
      ...(experiment !== undefined && { experiment }),
      ...(endpoint !== undefined && { endpoint }),
      ...(deployment !== undefined && { deployment }),
      ...toUsageMessage(usage),
    })),
    left_out: leftOut,
    total: toUsageMessage(total),
  }
}

function toUsageMessage({ cost, ...usage }: Usage & { readonly cost?: number }): Static<typeof CostMessage>['total'] {
  return {
    wall_seconds: usage.wallSeconds,
    cpu_seconds: usage.cpuSeconds,
    gb_seconds: usage.gbSeconds,
    gpu_seconds: usage.gpuSeconds,
    ...(cost !== undefined && { cost }),
  }
}

function toBudgetMessage(
  { budget, subject, windowStartMs, used }: BudgetStanding,
  { prices }: CostBook,
): Static<typeof BudgetMessage> {
  const { name, scope, window, of, warnAt, stopAt } = budget
  return {
    ...{ name, scope: scopeText(scope), subject, window, of, used },
    ...(window !== 'ever' && { window_start: wireTime(windowStartMs) }),
    ...(of === 'cost' && prices !== undefined && { currency: prices.currency }),
    ...(warnAt !== undefined && { warn_at: warnAt }),
    ...(stopAt !== undefined && { stop_at: stopAt }),
    status:
      stopAt !== undefined && used >= stopAt ? 'exceeded' : warnAt !== undefined && used >= warnAt ? 'warned' : 'open',
  }
}
