import { SluiceError } from '../base/errors.ts'
import type { Command, Options } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { GarbageReport } from './rest-types.ts'
import { bytesText } from './terminal/bytes-text.ts'
import { textTable } from './terminal/text-table.ts'

const words: Readonly<Record<string, string>> = {
  files: 'files that nothing refers to',
  folders: 'lists of folders that nothing refers to',
  strays: 'files of the store that were never finished',
  environments: 'environments that no job asked for',
  firings: 'firings of schedules and triggers beyond the settings',
  runs: 'deleted runs',
  experiments: 'deleted experiments',
  models: 'deleted logged models',
}

/** Removes what nothing refers to, or says what would go. */
export const collectGarbage: Command = async (invocation) => {
  const { options, terminal, json } = invocation
  const outputs = daysOf(options, 'outputs-older-than')
  const environments = daysOf(options, 'environments-older-than')
  const deleted = daysOf(options, 'deleted-older-than')
  const report = await withConnection(invocation, 'work', ({ client }) =>
    client.post<GarbageReport>('/api/v1/gc', {
      dry_run: options.has('dry-run'),
      ...(outputs !== undefined && { outputs_older_than_days: outputs }),
      ...(environments !== undefined && { environments_older_than_days: environments }),
      ...(deleted !== undefined && { deleted_older_than_days: deleted }),
    }),
  )
  if (json) writeJson(invocation, report)
  else {
    const rows = report.removed.map(({ kind, count, size_bytes: size }) => [
      words[kind] ?? kind,
      String(count),
      bytesText(size),
    ])
    terminal.out(textTable([report.is_dry_run ? 'would be removed' : 'removed', 'count', 'size'], rows))
    terminal.err(`${report.is_dry_run ? 'Would free' : 'Freed'} ${bytesText(report.size_bytes)}.\n`)
  }
  return exitCode.ok
}

function daysOf(options: Options, name: string): number | undefined {
  const text = options.text(name)
  if (text === undefined) return undefined
  if (/^\d{1,5}(\.\d{1,3})?$/.test(text)) return Number(text)
  throw new SluiceError('invalid-request', `--${name} is ${JSON.stringify(text)}; expected a number of days, e.g. 30.`)
}
