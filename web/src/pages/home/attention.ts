import type { components } from '../../api.gen.ts'

type Trigger = components['schemas']['Trigger']

/** One time at which a schedule will fire. */
export interface Firing {
  readonly schedule: string
  readonly when: string
  readonly atMs: number
  readonly localTime: string
  readonly note?: string
}

/** What fires in a stretch of time, soonest first. */
export function firesWithin(
  schedules: readonly Trigger[],
  { fromMs, forMs }: { readonly fromMs: number; readonly forMs: number },
): readonly Firing[] {
  return schedules
    .filter(({ status }) => status === 'enabled')
    .flatMap(({ name, when, next }) =>
      next.map(({ time, local_time: localTime, note }) => ({
        ...{ schedule: name, when, localTime, atMs: Date.parse(time) },
        ...(note !== undefined && { note }),
      })),
    )
    .filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + forMs)
    .sort((left, right) => left.atMs - right.atMs)
}

/** Whether an endpoint cannot answer all it should. */
export function isTroubled({ deployments }: components['schemas']['Endpoint']): boolean {
  return deployments.some(({ status, traffic }) => status === 'failed' || (traffic > 0 && status !== 'ready'))
}
