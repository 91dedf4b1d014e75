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

/** A job as lines that fit the screen: one for itself, one for each step, counts of the siblings there is no room for. */
export function renderTree(job: Job, steps: readonly Job[], options: TreeOptions): readonly string[] {
  const { columns, rows, paint, nowMs } = options
  const lines = foldSteps(steps, Math.max(3, rows - 2))
  const shown = lines.flatMap(({ step }) => step ?? [])
  const nameWidth = Math.min(40, Math.max(0, ...shown.map((step) => indentOf(step).length + lastKey(step).length)))
  const duration = durationOf(job, nowMs)
  const head = [printable(job.name), printable(job.display_name), outcomeOf(job), duration].filter(Boolean).join('  ')
  return [
    paint('bold', cut(head, columns)),
    ...lines.map(({ step, folded }) =>
      step === undefined ? paint('dim', cut(`  ${foldedText(folded)}`, columns)) : stepLine(step, nameWidth, options),
    ),
  ]
}

/** A step that is shown, or steps that one line stands for. */
type TreeLine =
  { readonly step: Job; readonly folded?: undefined } | { readonly step?: undefined; readonly folded: readonly Job[] }

/**
 * At most `room` lines. What goes wrong or happens now is shown; of the others, siblings are counted in a line of their
 * own below the last of them, or all together at the end where there are too many families for that.
 */
function foldSteps(steps: readonly Job[], room: number): readonly TreeLine[] {
  if (steps.length <= room) return steps.map((step) => ({ step }))
  const families = new Set(steps.map(familyOf)).size
  const isByFamily = families <= room / 2
  // A stable order: what just ended stays above what ended long ago.
  const byImportance = [...steps].sort((left, right) => importance[outcomeOf(left)] - importance[outcomeOf(right)])
  const shown = new Set(byImportance.slice(0, room - (isByFamily ? families : 1)))
  const folded = new Map<string, Job[]>()
  const lastOf = new Map<string, Job>()
  for (const step of steps) {
    const family = isByFamily ? familyOf(step) : ''
    lastOf.set(family, step)
    if (shown.has(step)) continue
    const others = folded.get(family)
    if (others === undefined) folded.set(family, [step])
    else others.push(step)
  }
  return steps.flatMap((step): readonly TreeLine[] => {
    const family = isByFamily ? familyOf(step) : ''
    const rest = lastOf.get(family) === step ? folded.get(family) : undefined
    return [...(shown.has(step) ? [{ step }] : []), ...(rest === undefined ? [] : [{ folded: rest }])]
  })
}

/** The path of what a step stands in. */
function familyOf({ step }: Job): string {
  return (step ?? '').split('.').slice(0, -1).join('.')
}

function foldedText(folded: readonly Job[]): string {
  const indent = folded.every((step) => familyOf(step) === familyOf(folded[0]!)) ? indentOf(folded[0]!) : ''
  const counts = countText(folded)
  return `${indent}… and ${folded.length} more${counts && `: ${counts}`}`
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

const summaryRows = 100

/** The end of a job for people: a table of its steps, how many did what, and what went wrong. */
export function summaryText(job: Job, steps: readonly Job[], columns: number): string {
  const nowMs = Date.parse(job.ended_at ?? job.created_at)
  // A file or a program gets every step; nobody reads thousands of lines on a screen.
  const lines = foldSteps(steps, columns === Infinity ? Infinity : summaryRows)
  const rows = lines.map(({ step, folded }) =>
    step === undefined
      ? [`  ${foldedText(folded).split(': ', 1)[0]}`, '', '', countText(folded)]
      : [
          `${glyphs[outcomeOf(step)]} ${indentOf(step)}${lastKey(step)}`,
          outcomeOf(step),
          durationOf(step, nowMs) ?? '',
          reasonOf(step),
        ],
  )
  const table = rows.length === 0 ? '' : `${textTable(['  step', 'outcome', 'time', 'why'], rows)}\n`
  const counts = countText(steps)
  const time = durationOf(job, nowMs)
  const head = `${printable(job.name)} ${outcomeOf(job)}${time === undefined ? '' : ` in ${time}`}${counts && `: ${counts}`}`
  const detail = job.status_detail === undefined ? '' : `  ${printable(job.status_detail)}\n`
  const cutTable = table
    .split('\n')
    .map((line) => cut(line, columns))
    .join('\n')
  return `${cutTable}${head}\n${detail}${sweepLines(job, steps)}`
}

/** What came of the sweeps in a job: which trial is the best, or why there is none. */
function sweepLines(job: Job, steps: readonly Job[]): string {
  const lines = [job, ...steps].flatMap((sweep) => {
    if (sweep.type !== 'sweep') return []
    const { best_child_run_id: best, score } = sweep.properties ?? {}
    const trial = steps.find(({ name }) => name === best)
    const title = sweep === job ? '' : `${stepName(sweep)}: `
    if (trial !== undefined) return [`${title}the best is ${lastKey(trial)} with ${printable(score ?? '')}`]
    // The failure of a step stands in its row.
    if (sweep !== job || sweep.error === undefined) return []
    return [printable(sweep.error.message), ...(sweep.error.hint === undefined ? [] : [printable(sweep.error.hint)])]
  })
  return lines.map((line) => `  ${line}\n`).join('')
}
