import { formatDuration } from '../base/duration.ts'
import type { Command } from './command.ts'
import { withConnection, writeJson } from './command.ts'
import { exitCode } from './exit-code.ts'
import type { Plan } from './rest-types.ts'
import { submissionOf } from './submission.ts'
import { warningText } from './terminal/error-text.ts'
import { cut, printable } from './terminal/terminal.ts'
import { textTable } from './terminal/text-table.ts'
import { sweepPlanText } from './terminal/trials-table.ts'

/** Shows for every step what a run would do and why; exit code 0 when the file is valid, 2 when not. */
export const plan: Command = async (invocation) => {
  const submission = submissionOf(invocation)
  const { terminal, json, workingFolder } = invocation
  const found = await withConnection(invocation, 'look', ({ client }) => client.post<Plan>('/api/v1/plan', submission))
  if (json) writeJson(invocation, found)
  else {
    terminal.err(warningText(found.warnings, { paint: terminal.paint, folder: workingFolder }))
    terminal.out(planText(found, terminal.isOutTerminal ? terminal.size().columns : Infinity))
  }
  return exitCode.ok
}

/** A line for every step and one that counts them. */
export function planText({ steps, estimated_seconds: seconds }: Plan, columns: number): string {
  const rows = steps.map(({ path, verdict_text: text }) => [path === '' ? '(the job)' : path, printable(text)])
  const table = textTable(['step', 'plan'], rows)
    .split('\n')
    .map((line) => cut(line, columns))
    .join('\n')
  const counts = new Map<string, number>()
  for (const { verdict } of steps) {
    const words = countWords[verdict.kind] ?? verdict.kind
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  const summary = [...counts].map(([words, count]) => `${count} ${words}`).join(', ')
  const estimate = seconds === undefined ? '' : `; about ${formatDuration(seconds * 1000)} by earlier runs`
  const sweeps = steps.flatMap(({ path, sweep }) =>
    sweep === undefined ? [] : [`\n${sweepPlanText(path === '' ? '(the job)' : path, sweep, columns)}`],
  )
  return `${table}\n${steps.length} ${steps.length === 1 ? 'step' : 'steps'}: ${summary}${estimate}\n${sweeps.join('')}`
}

const countWords: Readonly<Record<string, string>> = {
  unchanged: 'unchanged',
  restored: 'restored',
  taken: 'taken from earlier jobs',
  run: 'will run',
  rounds: 'with rounds of their own',
  depends: 'depending on others',
  condition: 'deciding a branch',
  skip: 'will be skipped',
}
