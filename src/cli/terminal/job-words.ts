import { formatDuration } from '../../base/duration.ts'
import type { Job } from '../rest-types.ts'
import type { Color } from './terminal.ts'
import { printable } from './terminal.ts'

/** What became of a job, in the words of people: finer than its status. */
export type Outcome =
  | 'waiting'
  | 'queued'
  | 'preparing'
  | 'running'
  | 'completed'
  | 'reused'
  | 'skipped'
  | 'failed'
  | 'canceling'
  | 'canceled'

/** The outcome of a job or step. */
export function outcomeOf(job: Job): Outcome {
  switch (job.status) {
    case 'NotStarted':
      return 'waiting'
    case 'Queued':
      return 'queued'
    case 'Preparing':
      return 'preparing'
    case 'Running':
    case 'Finalizing':
      return 'running'
    case 'CancelRequested':
      return 'canceling'
    case 'Canceled':
      return 'canceled'
    case 'Failed':
      return 'failed'
    case 'Completed':
      if (job.reused_from !== undefined) return 'reused'
      return isSkipped(job) ? 'skipped' : 'completed'
  }
}

function isSkipped({ verdict, status_detail: detail }: Job): boolean {
  return verdict?.kind === 'skip' || (detail ?? '').startsWith('Skipped')
}

/** A sign for each outcome; never without its word, for those who do not see colours or signs. */
export const glyphs: Readonly<Record<Outcome, string>> = {
  waiting: '·',
  queued: '·',
  preparing: '◌',
  running: '●',
  completed: '✓',
  reused: '↻',
  skipped: '○',
  failed: '✗',
  canceling: '●',
  canceled: '⊘',
}

export const outcomeColors: Readonly<Record<Outcome, Color>> = {
  waiting: 'dim',
  queued: 'dim',
  preparing: 'yellow',
  running: 'cyan',
  completed: 'green',
  reused: 'green',
  skipped: 'dim',
  failed: 'red',
  canceling: 'yellow',
  canceled: 'yellow',
}

/** How long a job has run, or ran; undefined before it started, and for what was reused or skipped. */
export function durationOf(job: Job, nowMs: number): string | undefined {
  const outcome = outcomeOf(job)
  if (job.started_at === undefined || outcome === 'reused' || outcome === 'skipped') return undefined
  const endMs = job.ended_at === undefined ? nowMs : Date.parse(job.ended_at)
  return formatDuration(Math.max(0, endMs - Date.parse(job.started_at)))
}

/** Why it is as it is: what it waits for, why it ran, what went wrong. One line. */
export function reasonOf(job: Job): string {
  return printable(reasonText(job)).replaceAll(/\s+/g, ' ').trim()
}

function reasonText(job: Job): string {
  const detail = job.status_detail ?? ''
  switch (outcomeOf(job)) {
    case 'failed':
      return job.error?.message ?? (job.exit_code === undefined ? detail : `exit code ${job.exit_code}`)
    case 'reused':
      return (job.verdict_text ?? detail).replace(/^reused /, '')
    case 'skipped':
      return detail.replace(/^Skipped: /, '') || (job.verdict_text ?? '').replace(/^skipped: /, '')
    case 'completed':
      return `${(job.verdict_text ?? detail).replace(/^ran /, '')}${lostText(job)}`
    default:
      return detail
  }
}

/** Mini-batches of a parallel step in words; undefined for other jobs. */
export function miniBatchText({ mini_batches: counts }: Job): string | undefined {
  if (counts === undefined) return undefined
  const { done, total, failed, retried } = counts
  const rest = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(retried > 0 ? [`tried again ${retried} ${retried === 1 ? 'time' : 'times'}`] : []),
  ]
  return [`${done} of ${total} done`, ...rest].join(', ')
}

/** A step that completed without some of its mini-batches, or only after trying again, says so. */
function lostText(job: Job): string {
  const { failed = 0, retried = 0 } = job.mini_batches ?? {}
  return failed + retried === 0 ? '' : `; mini-batches: ${miniBatchText(job)}`
}

/** The step's path, or the job's own name for what has no path. */
export function stepName(job: Job): string {
  return printable(job.step === undefined || job.step === '' ? job.display_name : job.step)
}
