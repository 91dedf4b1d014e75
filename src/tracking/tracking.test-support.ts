import type { Clock } from '../base/clock.ts'
import type { RandomBytes } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import type { Metric } from './entities.ts'
import { trackingStore, type TrackingStore } from './tracking-store.ts'

/** A store on a clock that moves one millisecond a look, with repeatable randomness. */
export function trackingLab(database: Database): TrackingStore & { readonly clock: Clock } {
  let now = 1_700_000_000_000
  let seed = 1
  const clock: Clock = { now: () => now++, after: () => () => undefined }
  const random: RandomBytes = (count) =>
    Uint8Array.from({ length: count }, () => (seed = (seed * 48_271) % 2_147_483_647) % 256)
  return { ...trackingStore({ database, clock, random }), clock }
}

/** A whole history in one list. */
export async function wholeHistory(
  { metrics }: Pick<TrackingStore, 'metrics'>,
  query: Parameters<TrackingStore['metrics']['wholeHistory']>[0],
): Promise<readonly Metric[]> {
  const points: Metric[] = []
  for await (const piece of metrics.wholeHistory(query)) points.push(...piece)
  return points
}

/** The refusal's code and message; a call that succeeds fails the test. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string }
    return `${code}: ${message}`
  }
  throw new Error('the call was accepted')
}
