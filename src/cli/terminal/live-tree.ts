import type { Job } from '../rest-types.ts'
import type { Outcome } from './job-words.ts'
import { durationOf, glyphs, outcomeColors, outcomeOf, reasonOf, stepName } from './job-words.ts'
import type { Paint } from './terminal.ts'
import { cut, printable } from './terminal.ts'
import { textTable } from './text-table.ts'

export interface TreeOptions {
  readonly nowMs: number
  readonly columns: number
  /** Lines there is room for; more steps are folded. */
  readonly rows: number
  readonly paint: Paint
  /** Last log line by job name, of running steps. */
  readonly logLines?: ReadonlyMap<string, string>
}

/** What is folded last when there is no room for every step: what goes wrong, then what happens now. */
const importance: Readonly<Record<Outcome, number>> = {
  failed: 0,
  running: 1,
  canceling: 1,
  preparing: 2,
  queued: 3,
  canceled: 4,
  completed: 5,
  waiting: 6,
  reused: 7,
  skipped: 8,
}

/** A job as lines that fit the screen: one for itself, one for each step, a count of those there is no room for. */
export function renderTree(job: Job, steps: readonly Job[], options: TreeOptions): readonly string[] {
  const { columns, rows, paint, nowMs } = options
  const room = Math.max(3, rows - 2)
  const shown = chooseSteps(steps, room)
  const folded = steps.filter((step) => !shown.has(step))
  const nameWidth = Math.min(40, Math.max(0, ...[...shown].map((step) => indentOf(step).length + lastKey(step).length)))
  const duration = durationOf(job, nowMs)
  const head = [printable(job.name), printable(job.display_name), outcomeOf(job), duration].filter(Boolean).join('  ')
  const lines = [paint('bold', cut(head, columns))]
  for (const step of steps) if (shown.has(step)) lines.push(stepLine(step, nameWidth, options))
  if (folded.length > 0) lines.push(paint('dim', cut(`  … and ${folded.length} more: ${countText(folded)}`, columns)))
  return lines
}

function chooseSteps(steps: readonly Job[], room: number): ReadonlySet<Job> {
  if (steps.length <= room) return new Set(steps)
  // A stable order: what just ended stays above what ended long ago.
  const byImportance = [...steps].sort((left, right) => importance[outcomeOf(left)] - importance[outcomeOf(right)])
  return new Set(byImportance.slice(0, room - 1))
}

function stepLine(step: Job, nameWidth: number, options: TreeOptions): string {
  const { columns, paint, nowMs, logLines } = options
  const outcome = outcomeOf(step)
  const name = `${indentOf(step)}${lastKey(step)}`.padEnd(nameWidth)
  const duration = durationOf(step, nowMs) ?? ''
  const reason = (outcome === 'running' && logLines?.get(step.name)) || reasonOf(step)
  const text = `  ${glyphs[outcome]} ${name}  ${outcome.padEnd(9)}  ${duration.padStart(12)}  ${printable(reason)}`
  const fitting = cut(text.trimEnd(), columns)
  const word = fitting.indexOf(outcome, 4 + nameWidth)
  if (word < 0) return fitting
  const color = outcomeColors[outcome]
  const end = word + outcome.length
  return `  ${paint(color, fitting.slice(2, 3))}${fitting.slice(3, word)}${paint(color, fitting.slice(word, end))}${fitting.slice(end)}`
}

function indentOf({ step }: Job): string {
  return '  '.repeat((step ?? '').split('.').length - 1)
}

function lastKey(step: Job): string {
  return stepName(step).split('.').at(-1)!
}

/** `2 ran, 3 reused, 1 failed`: how many steps ended (or stand) how. Nested pipelines are not counted, their steps are. */
export function countText(steps: readonly Job[]): string {
  const counts = new Map<string, number>()
  for (const step of steps) {
    if (step.type === 'pipeline') continue
    const outcome = outcomeOf(step)
    const word = outcome === 'completed' ? 'ran' : outcome
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const order = [
    'reused',
    'ran',
    'running',
    'preparing',
    'queued',
    'waiting',
    'skipped',
    'failed',
    'canceling',
    'canceled',
  ]
  return order.flatMap((word) => (counts.has(word) ? [`${counts.get(word)} ${word}`] : [])).join(', ')
}

/** The end of a job for people: a table of its steps, how many did what, and what went wrong. */
export function summaryText(job: Job, steps: readonly Job[], columns: number): string {
  const nowMs = Date.parse(job.ended_at ?? job.created_at)
  const rows = steps.map((step) => [
    `${glyphs[outcomeOf(step)]} ${indentOf(step)}${lastKey(step)}`,
    outcomeOf(step),
    durationOf(step, nowMs) ?? '',
    reasonOf(step),
  ])
  const table = rows.length === 0 ? '' : `${textTable(['  step', 'outcome', 'time', 'why'], rows)}\n`
  const counts = countText(steps)
  const time = durationOf(job, nowMs)
  const head = `${printable(job.name)} ${outcomeOf(job)}${time === undefined ? '' : ` in ${time}`}${counts && `: ${counts}`}`
  const detail = job.status_detail === undefined ? '' : `  ${printable(job.status_detail)}\n`
  const cutTable = table
    .split('\n')
    .map((line) => cut(line, columns))
    .join('\n')
  return `${cutTable}${head}\n${detail}`
}
