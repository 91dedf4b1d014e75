import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Alert, Monitor, MonitorRun } from './monitor-types.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textFields, textTable } from './terminal/text-table.ts'
import { yamlFileOf } from './yaml-file.ts'

const base = '/api/v1/monitors'

/** The path of the monitor that the command names. */
export function monitorPath({ arguments: typed }: Invocation): string {
  return `${base}/${encodeURIComponent(typed[0]!)}`
}

/** Creates a monitor, and has a server stay that runs it. */
export const createMonitor: Command = async (invocation) => {
  const { options, terminal } = invocation
  const overrides = options.has('paused') ? { overrides: { is_enabled: 'false' } } : {}
  const body = { file: yamlFileOf(invocation), ...overrides }
  const { monitor, startedServer } = await withConnection(invocation, 'stay', async (connection) => ({
    monitor: await connection.client.post<Monitor>(base, body),
    startedServer: connection.startedServer,
  }))
  if (invocation.json) writeJson(invocation, monitor)
  else {
    terminal.out(monitorText(monitor))
    if (startedServer) terminal.err('A server was started in the background; stop it with: sluice down\n')
    else if (!monitor.runs_by_itself) terminal.err('It runs while a server runs that stays: sluice up\n')
  }
  return exitCode.ok
}

/** Replaces what a monitor says; the name is the file's. */
export const updateMonitor: Command = async (invocation) => {
  const file = yamlFileOf(invocation)
  const { loadValidDocument } = await import('../spec/load-document.ts')
  const { readFile } = await import('node:fs/promises')
  const { document } = await loadValidDocument({
    file,
    family: 'monitor',
    readText: (path) => readFile(path, 'utf8'),
  })
  const path = `${base}/${encodeURIComponent(document.name ?? '')}`
  const monitor = await withConnection(invocation, 'work', ({ client }) => client.put<Monitor>(path, { file }))
  return told(invocation, monitor)
}

/** Lists monitors by name. */
export const listMonitors: Command = async (invocation) => {
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<Monitor>>(base))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((one) => [
      one.name,
      one.status,
      deploymentText(one) ?? '',
      printable(one.when),
      one.last_run === undefined ? 'never' : `${one.last_run.status} ${one.last_run.nominal_time}`,
      one.alerts.length === 0 ? '' : one.alerts.map(({ signal, status }) => `${signal} (${status})`).join(', '),
    ])
    invocation.terminal.out(textTable(['name', 'status', 'deployment', 'when', 'last run', 'alerts'], rows))
  }
  return exitCode.ok
}

/** Shows a monitor with its newest run and its open alerts. */
export const showMonitor: Command = async (invocation) =>
  told(
    invocation,
    await withConnection(invocation, 'work', ({ client }) => client.get<Monitor>(monitorPath(invocation))),
  )

/** Pauses or resumes a monitor; a resumed one needs a server that stays. */
export const changeMonitorStatus =
  (verb: 'pause' | 'resume'): Command =>
  async (invocation) => {
    const monitor = await withConnection(invocation, verb === 'resume' ? 'stay' : 'work', ({ client }) =>
      client.post<Monitor>(`${monitorPath(invocation)}/${verb}`, {}),
    )
    if (invocation.json) writeJson(invocation, monitor)
    else invocation.terminal.out(`${monitor.name}: ${monitor.status}${nextText(monitor)}\n`)
    return exitCode.ok
  }

/** Deletes a monitor. */
export const deleteMonitor: Command = async (invocation) => {
  const name = invocation.arguments[0]!
  await withConnection(invocation, 'work', ({ client }) => client.delete(monitorPath(invocation)))
  if (invocation.json) writeJson(invocation, { deleted: name })
  else invocation.terminal.err(`Deleted the monitor ${name}; jobs that it started stay.\n`)
  return exitCode.ok
}

function told(invocation: Invocation, monitor: Monitor): number {
  if (invocation.json) writeJson(invocation, monitor)
  else invocation.terminal.out(monitorText(monitor))
  return exitCode.ok
}

function deploymentText({ endpoint, deployment }: Monitor): string | undefined {
  return endpoint === undefined ? undefined : `${endpoint}/${deployment ?? ''}`
}

function nextText({ next: [first] }: Monitor): string {
  return first === undefined ? '' : `, next ${first}`
}

function monitorText(monitor: Monitor): string {
  const { on_breach: onBreach } = monitor
  const fields = textFields([
    ['name', monitor.name],
    ['status', `${monitor.status}${nextText(monitor)}`],
    ['display name', monitor.display_name === undefined ? undefined : printable(monitor.display_name)],
    ['description', monitor.description === undefined ? undefined : printable(monitor.description)],
    ['when', printable(monitor.when)],
    ['deployment', deploymentText(monitor)],
    ['model', monitor.model === undefined ? undefined : printable(monitor.model)],
    ['tells', [...monitor.emails, ...monitor.webhooks].map((one) => printable(one)).join(', ') || undefined],
    ['on breach', onBreach === undefined ? undefined : breachText(onBreach)],
    ...monitor.mutes.map((mute): [string, string] => ['muted', muteText(mute)]),
    ['created', `${monitor.created_at} by ${monitor.created_by}`],
  ])
  const signals = textTable(
    ['signal', 'type', 'last run', 'breaches'],
    monitor.signals.map((signal) => signalRow(signal, monitor.last_run)),
  )
  return [fields, signals, ...monitor.alerts.map(alertText)].join('\n')
}

function breachText({ run, cooldown, max_per_day: most }: NonNullable<Monitor['on_breach']>): string {
  const limits = [
    ...(cooldown > 0 ? [`cooldown ${cooldown} s`] : []),
    ...(most === undefined ? [] : [`at most ${most} a day`]),
  ]
  return `${printable(run)}${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`
}

function muteText({ signal, until, muted_by: by }: Monitor['mutes'][number]): string {
  return `${signal ?? 'every signal'}${until === undefined ? '' : ` until ${until}`}, by ${printable(by)}`
}

function signalRow(
  { name, type, alert_enabled: alerts }: Monitor['signals'][number],
  run: MonitorRun | undefined,
): string[] {
  const outcome = run?.signals.find((one) => one.name === name)
  const what =
    outcome === undefined
      ? 'never'
      : `${outcome.status}${outcome.status === 'computed' ? '' : `: ${outcome.detail ?? ''}`}`
  const counts = outcome?.status === 'computed' ? `${outcome.breach_count} of ${outcome.verdict_count}` : ''
  return [name, `${type}${alerts ? '' : ' (no alerts)'}`, printable(what), counts]
}

const mostFindings = 20

/** An alert with what was found, the worst first. */
export function alertText(alert: Alert): string {
  const seen = alert.acknowledged_by === undefined ? '' : `, seen by ${printable(alert.acknowledged_by)}`
  const note = alert.note === undefined ? '' : `: ${printable(alert.note)}`
  const lines = alert.findings.slice(0, mostFindings).map(({ sentence }) => `  ${printable(sentence)}`)
  const more = alert.findings.length - lines.length
  return [
    `alert ${alert.signal} ${alert.status}${seen}${note}, raised ${alert.raised_at}`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more`] : []),
    '',
  ].join('\n')
}
