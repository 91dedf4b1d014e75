import type { Command, Invocation } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import { monitorPath } from './monitor.ts'
import type { Breach } from './monitor-types.ts'
import { printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Starts what a breach would start, or shows what that is. */
export const retrain: Command = async (invocation) => {
  if (invocation.options.has('preview')) return preview(invocation)
  const { terminal } = invocation
  const firing = await withConnection(invocation, 'leave', ({ client }) =>
    client.post<Breach>(`${monitorPath(invocation)}/retrain`, {}),
  )
  const { job, detail, status } = firing
  if (invocation.json) writeJson(invocation, firing)
  else if (job !== undefined) {
    terminal.out(`${job}\n`)
    terminal.err(`Follow it with: sluice job logs --follow ${job}\n`)
  } else terminal.err(`No job was started: ${printable(detail ?? status)}\n`)
  return job === undefined ? exitCode.failed : exitCode.ok
}

async function preview(invocation: Invocation): Promise<number> {
  const { terminal } = invocation
  const found = await withConnection(invocation, 'work', ({ client }) =>
    client.get<{ run: string; inputs: Record<string, string> }>(`${monitorPath(invocation)}/retraining`),
  )
  if (invocation.json) writeJson(invocation, found)
  else {
    const rows = Object.entries(found.inputs).map(([name, value]) => [printable(name), printable(value)])
    terminal.out(`${printable(found.run)}\n${rows.length === 0 ? '' : textTable(['input', 'value'], rows)}`)
    terminal.err('Nothing was started.\n')
  }
  return exitCode.ok
}
