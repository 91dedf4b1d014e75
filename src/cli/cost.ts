import { parseDuration } from '../base/duration.ts'
import { SluiceError } from '../base/errors.ts'
import type { Command, Options } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Budgets, Cost, JobCost } from './rest-types.ts'
import { textTable } from './terminal/text-table.ts'

const groups = ['job', 'step', 'experiment', 'deployment']
const columns: Readonly<Record<string, readonly ('job' | 'step' | 'experiment' | 'endpoint' | 'deployment')[]>> = {
  job: ['job', 'experiment'],
  step: ['job', 'step', 'experiment'],
  experiment: ['experiment'],
  deployment: ['endpoint', 'deployment'],
}

/** Shows what was used and what it cost. */
export const showCost: Command = async (invocation) => {
  const { options, terminal, json } = invocation
  const by = options.text('by') ?? 'job'
  if (!groups.includes(by))
    throw new SluiceError('invalid-request', `--by is ${JSON.stringify(by)}; expected one of ${groups.join(', ')}.`)
  const since = sinceOf(options)
  const query = new URLSearchParams({ by, ...(since !== undefined && { since }) })
  for (const name of ['job', 'experiment', 'endpoint', 'limit']) {
    const text = options.text(name)
    if (text !== undefined) query.set(name, text)
  }
  const cost = await withConnection(invocation, 'look', ({ client }) =>
    client.get<Cost>(`/api/v1/cost?${query.toString()}`),
  )
  if (json) writeJson(invocation, cost)
  else {
    terminal.out(costTable(cost, columns[by]!))
    if (cost.left_out > 0) terminal.err(`${cost.left_out} more used less; their sum is in the last row.\n`)
  }
  return exitCode.ok
}

/** Shows how the budgets of the settings stand. */
export const listBudgets: Command = async (invocation) => {
  const { terminal, json } = invocation
  const budgets = await withConnection(invocation, 'look', ({ client }) => client.get<Budgets>('/api/v1/budgets'))
  if (json) writeJson(invocation, budgets)
  else if (budgets.items.length === 0)
    terminal.err('There are no budgets of this kind now; see "budgets" in the settings.\n')
  else {
    const rows = budgets.items.map(({ name, subject, window, of, currency, used, warn_at, stop_at, status }) => [
      ...[name, subject, window, status],
      ...[`${amount(used)} ${currency ?? of.replace('_', ' ')}`, amount(warn_at), amount(stop_at)],
    ])
    terminal.out(textTable(['budget', 'for', 'window', 'status', 'used', 'warns at', 'stops at'], rows))
  }
  return exitCode.ok
}

/** `0.0042 EUR (12.3 CPU s, 4.1 GB s)`; undefined where nothing was used. */
export function jobCostText({
  cpu_seconds: cpu,
  gb_seconds: gb,
  gpu_seconds: gpu,
  cost,
  currency,
}: JobCost): string | undefined {
  if (cpu === 0 && gb === 0 && gpu === 0) return undefined
  const used = [`${amount(cpu)} CPU s`, `${amount(gb)} GB s`, ...(gpu > 0 ? [`${amount(gpu)} GPU s`] : [])].join(', ')
  return cost === undefined ? used : `${amount(cost)} ${currency} (${used})`
}

function costTable({ items, total, currency }: Cost, names: (typeof columns)[string]): string {
  const isPriced = currency !== undefined
  const numbers = (one: Cost['total']): readonly string[] => [
    ...[one.wall_seconds, one.cpu_seconds, one.gb_seconds, one.gpu_seconds].map(amount),
    ...(isPriced ? [amount(one.cost)] : []),
  ]
  const rows = items.map((item) => [...names.map((name) => item[name] ?? ''), ...numbers(item)])
  const sum = ['all', ...names.slice(1).map(() => ''), ...numbers(total)]
  const heads = ['wall s', 'CPU s', 'GB s', 'GPU s', ...(isPriced ? [currency] : [])]
  return textTable([...names, ...heads], [...rows, sum])
}

/** Four digits, never in powers of ten; nothing for what is not there. */
function amount(value: number | undefined): string {
  if (value === undefined) return ''
  if (value !== 0 && Math.abs(value) < 1e-6) return '<0.000001'
  return Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 9, useGrouping: false })
}

/** A time, or so long ago. */
function sinceOf(options: Options): string | undefined {
  const text = options.text('since')
  if (text === undefined) return undefined
  const agoMs = parseDuration(text)
  const atMs = agoMs === undefined ? (/^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN) : Date.now() - agoMs
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString()
  throw new SluiceError('invalid-request', `--since is ${JSON.stringify(text)}; expected a time or a duration.`, {
    hint: 'For example 7d, 12h, 2026-11-01 or 2026-11-01T08:00:00Z.',
  })
}
