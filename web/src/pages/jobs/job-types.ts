import type { components } from '../../api.gen.ts'

type Schemas = components['schemas']

export type Job = Schemas['Job']
export type JobValue = Schemas['JobValue']
export type JobGraph = Schemas['JobGraph']
export type JobTimeline = Schemas['JobTimeline']
export type JobDiff = Schemas['JobDiff']
export type Trials = Schemas['Trials']
export type Plan = Schemas['Plan']

/** Statuses in the order in which a job has them. */
export const statuses = [
  'NotStarted',
  'Queued',
  'Preparing',
  'Running',
  'Finalizing',
  'Completed',
  'Failed',
  'CancelRequested',
  'Canceled',
] as const satisfies readonly Job['status'][]

/** True once nothing about it changes any more. */
export function hasEnded({ status }: Pick<Job, 'status'>): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Canceled'
}

/** The status as a badge shows it: a step of a branch that was not taken is skipped. */
export function shownStatus({ status, status_detail: detail }: Pick<Job, 'status' | 'status_detail'>): string {
  return status === 'Completed' && detail?.startsWith('Skipped') === true ? 'Skipped' : status
}
