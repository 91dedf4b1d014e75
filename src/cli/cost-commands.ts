import type { CommandRow } from './command.ts'

/** What was used, what it cost, and what may be. */
export const costCommands: readonly CommandRow[] = [
  {
    name: 'cost',
    summary: 'Show what jobs, steps, experiments or deployments used, and what it cost.',
    options: [
      { flags: '--by <what>', sentence: 'Sums by job (default), step, experiment or deployment.' },
      { flags: '--since <time>', sentence: 'Only what ended since: a time, or so long ago (7d, 12h).' },
      { flags: '--job <name>', sentence: 'Only this job with its steps.' },
      { flags: '--experiment <name>', sentence: 'Only this experiment.' },
      { flags: '--endpoint <name>', sentence: 'Only this endpoint.' },
      { flags: '--limit <count>', sentence: 'At most so many, the dearest, 1 to 1000 (default 1000).' },
    ],
    load: async () => (await import('./cost.ts')).showCost,
  },
  {
    name: 'budget list',
    summary: 'Show how the budgets of the settings stand.',
    load: async () => (await import('./cost.ts')).listBudgets,
  },
]
