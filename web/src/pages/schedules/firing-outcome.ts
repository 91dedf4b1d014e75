import type { components } from '../../api.gen.ts'
import type { Firing } from './trigger-types.ts'

/** What became of a firing in the end: of its job, or without one; `breach`: what a run of a monitor may find. */
export type Outcome = 'completed' | 'breach' | 'failed' | 'canceled' | 'running' | 'waiting' | 'skipped'

export function outcomeOf({ status, job_status: job }: Pick<Firing, 'status' | 'job_status'>): Outcome {
  if (status === 'skipped' || status === 'failed') return status
  if (status === 'pending') return 'waiting'
  switch (job) {
    case 'Failed':
      return 'failed'
    case 'Canceled':
      return 'canceled'
    // A job that was deleted had ended.
    case 'Completed':
    case undefined:
      return 'completed'
    default:
      return 'running'
  }
}

export function outcomeOfRun({ status, signals }: components['schemas']['MonitorRun']): Outcome {
  if (status === 'pending') return 'waiting'
  if (status !== 'completed') return status
  return signals.some(({ breach_count: count }) => count > 0) ? 'breach' : 'completed'
}

/** Whether more will become of it by itself. */
export function isUnderWay(firing: Pick<Firing, 'status' | 'job_status'>): boolean {
  return ['waiting', 'running'].includes(outcomeOf(firing))
}

/** Names that every firing may use: they say nothing about what fired it. */
const common = new Set([
  'name',
  'trigger.name',
  'trigger.time',
  'creation_context.trigger_time',
  'trigger.nominal_time',
  'trigger.chain',
])
const longestValue = 80

/** Something of what fired it, e.g. `data` `taxi` or `version` `3`; of what has a page also its kind. */
interface Cause {
  readonly word: string
  readonly value: string
  readonly kind?: 'data' | 'model' | 'job' | 'monitor'
}

const kinds = ['data', 'model', 'job', 'monitor'] as const

/** What fired it: the values that an event or a window has of its own. */
export function causesOf({ variables, reason }: Pick<Firing, 'variables' | 'reason'>): readonly Cause[] {
  // The window of a run by hand is the moment it was asked for.
  if (reason === 'run' && 'trigger.window_start' in variables) return []
  return Object.entries(variables)
    .filter(([name, value]) => !common.has(name) && value !== '')
    .map(([name, value]) => {
      const kind = kinds.find((each) => name === `trigger.${each}`)
      return {
        word: name.replace(/^trigger\.(body\.)?/, '').replaceAll('_', ' '),
        value: value.length > longestValue ? `${value.slice(0, longestValue)}…` : value,
        ...(kind !== undefined && { kind }),
      }
    })
}
