import { setTimeout } from 'node:timers/promises'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { RestClient } from './link/rest-client.ts'
import { monitorPath } from './monitor.ts'
import type { MonitorRun, RunWithVerdicts, Verdict } from './monitor-types.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'
import { timeOf } from './time-option.ts'

const pollMs = 500

/** Computes the signals now and tells what they say. */
export const runMonitor: Command = async (invocation) => {
  const times = (['at', 'since'] as const).flatMap((option) => {
    const text = invocation.options.text(option)
    return text === undefined ? [] : [[option, timeOf(option, text)]]
  })
  const body: unknown = Object.fromEntries(times)
  return withConnection(invocation, 'work', async ({ client }) => {
    const path = monitorPath(invocation)
    const { id } = await client.post<MonitorRun>(`${path}/run`, body)
    const run = await ended(invocation, client, `${path}/runs/${id}`)
    if (invocation.json) writeJson(invocation, run)
    else tellRun(invocation, run)
    return run.status === 'completed' && run.verdicts.every((verdict) => !verdict.is_breach)
      ? exitCode.ok
      : exitCode.failed
  })
}

/** The run when it has ended; what it waits for is told meanwhile. */
async function ended({ terminal }: Invocation, client: RestClient, path: string): Promise<RunWithVerdicts> {
  let said = ''
  for (;;) {
    // Sequential: it is looked at until it is over.
    const run = await client.get<RunWithVerdicts>(path)
    if (run.status !== 'pending') return run
    if (run.detail !== undefined && run.detail !== said) terminal.err(`${printable(run.detail)}\n`)
    said = run.detail ?? ''
    await setTimeout(pollMs)
  }
}

/** Lists runs. */
export const monitorHistory: Command = async (invocation) => {
  const limit = invocation.options.text('limit') ?? '50'
  const path = `${monitorPath(invocation)}/runs?limit=${encodeURIComponent(limit)}`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<MonitorRun>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((run) => [
      run.nominal_time,
      run.reason,
      run.status,
      String(run.signals.reduce((sum, { breach_count: count }) => sum + count, 0)),
      run.id,
      printable(run.detail ?? ''),
    ])
    invocation.terminal.out(textTable(['time', 'reason', 'status', 'breaches', 'run', ''], rows))
  }
  return exitCode.ok
}

/** Shows every verdict of a run. */
export const monitorVerdicts: Command = async (invocation) => {
  const { options } = invocation
  const run = await withConnection(invocation, 'work', async ({ client }) => {
    const path = `${monitorPath(invocation)}/runs`
    const id = options.text('run') ?? (await newestRun(client, path))
    return client.get<RunWithVerdicts>(`${path}/${encodeURIComponent(id)}`)
  })
  const signal = options.text('signal')
  const verdicts = signal === undefined ? run.verdicts : run.verdicts.filter((one) => one.signal === signal)
  if (invocation.json) writeJson(invocation, { ...run, verdicts })
  else invocation.terminal.out(verdictTable(verdicts))
  return exitCode.ok
}

async function newestRun(client: RestClient, path: string): Promise<string> {
  const { items } = await client.get<Page<MonitorRun>>(`${path}?limit=100`)
  const found = items.find(({ status }) => status === 'completed' || status === 'failed')
  if (found !== undefined) return found.id
  throw new SluiceError('not-found', 'It has not run yet.', { hint: 'Run it with: sluice monitor run NAME' })
}

function tellRun({ terminal, options }: Invocation, run: RunWithVerdicts): void {
  const rows = run.signals.map((signal) => [
    signal.name,
    signal.status,
    signal.status === 'computed' ? `${signal.breach_count} of ${signal.verdict_count}` : '',
    signal.window === undefined ? '' : `${signal.window.start} to ${signal.window.end}`,
    printable(signal.detail ?? ''),
  ])
  terminal.out(textTable(['signal', 'status', 'in breach', 'window', ''], rows))
  if (run.signals.length === 0 && run.detail !== undefined) terminal.err(`${printable(run.detail)}\n`)
  const shown = options.has('all') ? run.verdicts : run.verdicts.filter((verdict) => verdict.is_breach)
  if (shown.length > 0) terminal.out(`\n${verdictTable(shown)}`)
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [
    verdict.is_breach ? 'breach' : 'ok',
    verdict.signal,
    printable(verdict.sentence),
    printable(verdict.note ?? ''),
  ])
  return textTable(['', 'signal', 'verdict', ''], rows)
}
