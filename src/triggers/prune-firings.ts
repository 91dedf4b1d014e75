import type { Clock } from '../base/clock.ts'
import type { JobName } from '../base/ids.ts'
import type { Database } from '../database/database.ts'
import { terminalStatuses } from '../jobs/job-service.ts'
import { findStatus } from '../jobs/job-store.ts'
import { countFirings, deleteEnded, firingsBefore, triggersWithFirings } from './firing-store.ts'
import type { Firing } from './job-trigger.ts'

/** How much of the history of a schedule or trigger is kept. */
export interface FiringRetention {
  /** Firings that were noted so many days ago may go. */
  readonly keepDays: number
  /** Of one schedule or trigger the newest so many stay, and those beyond may go. */
  readonly keepCount: number
}

const dayMs = 86_400_000
/** Younger ones stay whatever the settings say: `max_per_day`, `cooldown` and a clock that is set back ask them. */
const youngMs = 2 * dayMs
const pageSize = 500

/**
 * Forgets firings beyond the retention whose jobs have ended, jobs not included, and returns how many. What a key of a
 * firing still has to prevent stays: of signed requests the body is the key, and one that was recorded could come again.
 */
export async function pruneFirings(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  { keepDays, keepCount, isDryRun }: FiringRetention & { readonly isDryRun: boolean },
): Promise<number> {
  const nowMs = clock.now()
  let pruned = 0
  for (const triggerId of await triggersWithFirings(database.read)) {
    const total = await countFirings(database.read, triggerId)
    // Looked at from the oldest: the first `total - keepCount` are beyond the count.
    let seen = 0
    let after: Pick<Firing, 'notedMs' | 'id'> | undefined
    for (;;) {
      const page = await firingsBefore(database.read, {
        triggerId,
        untilMs: nowMs - youngMs,
        limit: pageSize,
        ...(after && { after }),
      })
      const first = seen
      seen += page.length
      const beyond = page.filter(
        ({ notedMs }, at) => notedMs < nowMs - keepDays * dayMs || first + at < total - keepCount,
      )
      const ended: string[] = []
      for (const firing of beyond) if (await hasEnded(database, firing)) ended.push(firing.id)
      if (!isDryRun && ended.length > 0) await database.write((tables) => deleteEnded(tables, ended))
      pruned += ended.length
      after = page.at(-1)
      if (page.length < pageSize || beyond.length === 0) break
    }
  }
  return pruned
}

async function hasEnded(database: Database, { key, status, isOver, job }: Firing): Promise<boolean> {
  if (status === 'pending' || key.startsWith('body:')) return false
  if (status !== 'submitted' || isOver || job === undefined) return true
  const found = await findStatus(database.read, job as JobName)
  return found === undefined || terminalStatuses.has(found)
}
