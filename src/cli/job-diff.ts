import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { JobDiff } from './rest-types.ts'
import { cut, printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'

/** Says what differs between two jobs, or between two steps. */
export const diffJobs: Command = async (invocation) => {
  const { terminal, json, arguments: typed } = invocation
  const [name, other] = typed as readonly [string, string?]
  const query = other === undefined ? '' : `?with=${encodeURIComponent(other)}`
  const path = `/api/v1/jobs/${encodeURIComponent(name)}/diff${query}`
  const diff = await withConnection(invocation, 'look', ({ client }) => client.get<JobDiff>(path))
  if (json) writeJson(invocation, diff)
  else terminal.out(diffText(diff.items))
  return exitCode.ok
}

/** A line for every difference: where, what, old, new. */
export function diffText(items: JobDiff['items']): string {
  if (items.length === 0) return 'Nothing differs.\n'
  const rows = items.map(({ step, field, old, new: now }) => [
    step === '' ? '(the job)' : printable(step),
    printable(field),
    valueText(old),
    valueText(now),
  ])
  return textTable(['step', 'field', 'old', 'new'], rows)
}

const shownAtMost = 60

/** On one line: a digest by its beginning, a long text cut; --json has all of it. */
function valueText(value: string | undefined): string {
  if (value === undefined) return '(none)'
  const text = printable(value.replaceAll('\n', '\\n')).replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1..')
  return text === '' ? '""' : cut(text, shownAtMost)
}
