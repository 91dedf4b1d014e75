import type { Job, SweepPlan, Trials } from '../rest-types.ts'
import { durationOf, outcomeOf, reasonOf } from './job-words.ts'
import { cut, printable } from './terminal.ts'
import { textFields, textTable } from './text-table.ts'

/** The trials of a sweep as a table, in the order given: what each was given and what came of it. */
export function trialsTable(
  { primary_metric: metric, goal, items }: Trials,
  { jobs, nowMs, sweep }: { readonly jobs: readonly Job[]; readonly nowMs: number; readonly sweep?: string },
): string {
  const byName = new Map(jobs.map((job) => [job.name, job]))
  const parameters = [...new Set(items.flatMap((trial) => Object.keys(trial.parameters)))]
  const rows = items.map((trial) => {
    const job = byName.get(trial.job)
    return [
      `${trial.is_best ? '*' : ' '} ${trial.number}`,
      job === undefined ? trial.status : outcomeOf(job),
      trial.value === undefined ? '' : shortNumber(trial.value),
      ...parameters.map((name) => valueText(trial.parameters[name])),
      (job && durationOf(job, nowMs)) ?? '',
      printable(trial.job),
      // Why a trial that ran did run is told by `job show` of the trial.
      job?.status === 'Failed' || job?.status === 'Canceled' ? reasonOf(job) : '',
    ]
  })
  const headings = [
    'trial',
    'status',
    printable(metric),
    ...parameters.map((name) => printable(name)),
    'time',
    'job',
    '',
  ]
  const title = `trials${sweep === undefined ? '' : ` of ${printable(sweep)}`}, ${goal} ${printable(metric)}:`
  return `${title}\n${textTable(headings, rows)}`
}

/** Trials that are shown before a sweep runs; `--json` has more. */
const shownTrials = 10

/** What a sweep would try: its search space, and its first trials as far as these are known. */
export function sweepPlanText(name: string, sweep: SweepPlan, columns: number): string {
  const { trials, at_once: atOnce, sampling, goal, primary_metric: metric, first } = sweep
  const counted = `${trials} ${trials === 1 ? 'trial' : 'trials'}, ${atOnce} at once`
  const head = `${printable(name)}: ${counted}, ${sampling}; ${goal} ${printable(metric)}\n`
  const space = textFields(
    Object.entries(sweep.search_space).map(([key, text]) => [`  ${printable(key)}`, printable(text)]),
  )
  if (first.length === 0) return `${head}${space}`
  const parameters = Object.keys(sweep.search_space)
  const rows = first
    .slice(0, shownTrials)
    .map(({ parameters: given, verdict_text: verdict }, index) => [
      `  ${index + 1}`,
      ...parameters.map((key) => valueText(given[key])),
      printable(verdict ?? ''),
    ])
  const table = textTable(['  trial', ...parameters.map((key) => printable(key)), 'plan'], rows)
  const more = first.length > shownTrials ? `  … and ${trials - shownTrials} more\n` : ''
  const lines = table.split('\n').map((line) => cut(line, columns))
  return `${head}${space}${lines.join('\n')}${more}${reuseText(sweep)}`
}

function reuseText({ first, trials }: SweepPlan): string {
  if (!first.some(({ verdict }) => verdict !== undefined)) return ''
  const reused = first.filter(({ verdict }) => verdict?.kind === 'unchanged' || verdict?.kind === 'restored').length
  const looked = first.length === trials ? `the ${trials}` : `the first ${first.length}`
  return `  ${reused} of ${looked} trials would be reused\n`
}

function valueText(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return shortNumber(value)
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}

/** Six digits are enough to compare; `--json` has all. */
function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}
