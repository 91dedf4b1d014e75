import { parseDuration } from '../base/duration.ts'
import { SluiceError } from '../base/errors.ts'
import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { alertText, monitorPath } from './monitor.ts'
import type { Alert, Breach, Monitor } from './monitor-types.ts'
import type { Page } from './rest-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Lists alerts of one monitor or of all. */
export const listAlerts: Command = async (invocation) => {
  const { options, arguments: typed } = invocation
  const query = `limit=${encodeURIComponent(options.text('limit') ?? '50')}${options.has('open') ? '&open=true' : ''}`
  const path = typed[0] === undefined ? '/api/v1/alerts' : `${monitorPath(invocation)}/alerts`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<Alert>>(`${path}?${query}`))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((alert) => [
      alert.monitor,
      alert.signal,
      alert.status,
      alert.since,
      alert.resolved_at ?? '',
      String(alert.findings.length),
      printable(alert.findings[0]?.sentence ?? ''),
    ])
    invocation.terminal.out(textTable(['monitor', 'signal', 'status', 'since', 'resolved', 'breaches', 'worst'], rows))
  }
  return exitCode.ok
}

/** Says that somebody has seen the open alerts. */
export const acknowledge: Command = async (invocation) => {
  const note = invocation.options.text('note')
  const body = { ...signalOf(invocation), ...(note !== undefined && { note }) }
  const page = await withConnection(invocation, 'work', ({ client }) =>
    client.post<Page<Alert>>(`${monitorPath(invocation)}/acknowledge`, body),
  )
  if (invocation.json) writeJson(invocation, page)
  else invocation.terminal.out(page.items.map(alertText).join('\n'))
  return exitCode.ok
}

/** Mutes a monitor or a signal. */
export const mute: Command = async (invocation) => {
  const text = invocation.options.text('for')
  const forMs = text === undefined ? undefined : parseDuration(text)
  if (text !== undefined && (forMs === undefined || forMs === 0))
    throw new SluiceError('invalid-request', `--for "${text}" is no duration.`, { hint: 'For example: 12h or 7d.' })
  return changeMutes(invocation, 'mute', { ...signalOf(invocation), ...(forMs !== undefined && { for: forMs / 1000 }) })
}

/** Takes mutes away. */
export const unmute: Command = (invocation) => changeMutes(invocation, 'unmute', signalOf(invocation))

async function changeMutes(invocation: Invocation, verb: 'mute' | 'unmute', body: object): Promise<number> {
  const monitor = await withConnection(invocation, 'work', ({ client }) =>
    client.post<Monitor>(`${monitorPath(invocation)}/${verb}`, body),
  )
  if (invocation.json) writeJson(invocation, monitor)
  else if (monitor.mutes.length === 0) invocation.terminal.out(`${monitor.name}: nothing is muted\n`)
  else {
    const rows = monitor.mutes.map(({ signal, until, muted_by: by }) => [
      signal ?? 'every signal',
      until ?? 'until unmuted',
      printable(by),
    ])
    invocation.terminal.out(textTable(['muted', 'until', 'by'], rows))
  }
  return exitCode.ok
}

/** Lists what `on_breach` started. */
export const listBreaches: Command = async (invocation) => {
  const limit = invocation.options.text('limit') ?? '50'
  const path = `${monitorPath(invocation)}/breaches?limit=${encodeURIComponent(limit)}`
  const page = await withConnection(invocation, 'work', ({ client }) => client.get<Page<Breach>>(path))
  if (invocation.json) writeJson(invocation, page)
  else {
    const rows = page.items.map((breach) => [
      breach.time,
      breach.reason === 'run' ? 'by hand' : 'breach',
      breach.status,
      breach.job ?? '',
      breach.job_status ?? '',
      printable(breach.detail ?? ''),
    ])
    invocation.terminal.out(textTable(['time', 'why', 'status', 'job', 'job status', ''], rows))
  }
  return exitCode.ok
}

function signalOf({ options }: Invocation): { readonly signal?: string } {
  const signal = options.text('signal')
  return signal === undefined ? {} : { signal }
}
